"""What the readers of one page share: its tokens, its site, the trace and the findings so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.page.hidden import lost_words
from parsers.page.tokens import Tokens, Value
from parsers.site import Words
from parsers.values import require_no_placeholder, require_text
from schema.errors import FieldError
from schema.records import SHORT_TEXT, Finding, Place

Trace = dict[str, tuple[Place, ...]]


def require_nothing_hidden(tokens: Tokens, first: int, end: int, field: str) -> None:
    """Pass over a text of which the page hides no part. Raises: FieldError (field_ambiguous)."""
    document = tokens.document
    if document.hidden and first < end:
        lost = lost_words(document, tokens.start[first], tokens.end[end - 1])
        if lost is not None:
            detail = f"the page hides a part of it: {lost[:40]!r}"
            raise FieldError(code="field_ambiguous", field=field, detail=detail)


@dataclass(slots=True)
class Context:
    """One page while it is read."""

    tokens: Tokens
    trace: Trace
    findings: list[Finding] = field(default_factory=list)

    @property
    def words(self) -> Words:
        """The site's anchor words."""
        return self.tokens.words

    def text(
        self,
        path: str,
        first: int,
        end: int,
        limit: int = SHORT_TEXT,
        edges: tuple[int, int] = (0, 0),
    ) -> str:
        """The text of tokens [first, end), traced under the field's path.

        `edges` says how many characters at its beginning and end are no part of it.
        Raises: FieldError for a text that no field may hold.
        """
        tokens, text = self.tokens, self.tokens.join(first, end)
        require_nothing_hidden(tokens, first, end, path)
        self.trace[path] = tokens.place(first, end)
        if any(edges):
            text = text[edges[0] : len(text) - edges[1]]
            self.trace[path] = tokens.place_within(first, end, *edges)
        if end - first > 1:
            for at in range(first, end):
                require_no_placeholder(tokens.text[at], field=path)
        is_clean = tokens.document.is_clean
        return require_text(text, field=path, limit=limit, is_clean=is_clean)

    def statistic(self, path: str, value: Value) -> str:
        """The text of a statistic, traced to where it stands in its token."""
        tokens, text = self.tokens, value.text or ""
        block = tokens.start[value.token]
        at = tokens.text[value.token].find(text)
        if at < 0 or tokens.end[value.token] - block > 1:
            self.trace[path] = tokens.place(value.token, value.token + 1)
        else:
            self.trace[path] = ((block, at, at + len(text)),)
        return require_text(text, field=path, is_clean=tokens.is_clean(value.token))

    def find(self, code: str, path: str, detail: str) -> None:
        """Note two statements that disagree."""
        self.findings.append(Finding(code=code, field=path, detail=detail))
