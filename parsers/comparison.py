"""From a document to a comparison: one grammar for every layout and site.

Cards are anchored on their statistics, names on the heading, quotes on their scores; every value
keeps the blocks it was read from. This module puts the parts together; each part has its module.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from parsers.cards import Card, Cards, read_cards, require_no_repeat
from parsers.cells import Cell
from parsers.checks import check_printed_verdicts, check_repeats, check_tool
from parsers.decision import Decision, read_decision
from parsers.document import Document
from parsers.scorecard import Scorecard, find_scorecard, read_scorecard
from parsers.sides import Panels
from parsers.site import Site
from parsers.slugs import read_slugs
from parsers.statistics import Value
from parsers.tokens import Tokens, find_headings, patterns_of, read_tokens, splits
from parsers.values import (
    Statement,
    label_key,
    outer_quotes,
    parse_community,
    parse_score,
    parse_share,
    parse_votes,
    parse_word,
    require_no_placeholder,
    require_text,
    without_icons,
)  # fmt: skip
from parsers.verdicts import infer_verdicts
from schema.errors import FieldError, LayoutError
from schema.records import LONG_TEXT, Comparison, Finding, Place, Quote, Tool

Trace = dict[str, tuple[Place, ...]]
_END_TAG = re.compile(r"</(?:body|html)\b[^>]*>", re.IGNORECASE)


def read_comparison(
    document: Document, site: Site, url: str | None, source: str, trace: Trace | None = None
) -> Comparison:
    """The record of one comparison page. `source` are the page's characters.

    A `trace` that is given is filled as far as the reading came, even where it is refused.
    Raises: LayoutError and FieldError as schema.codes explains.
    """
    return _Reading(document, site, url, source, {} if trace is None else trace).record()


class _Reading:
    """One page while it is read: the parts found so far, the trace and the findings."""

    def __init__(
        self, document: Document, site: Site, url: str | None, source: str, trace: Trace
    ) -> None:
        words = site.words
        self.document, self.site, self.url, self.source = document, site, url, source
        headings = find_headings(document, words)
        names = frozenset(n for h in headings for pair in splits(h[2], words.versus) for n in pair)
        patterns = patterns_of(words)
        tokens = self.tokens = read_tokens(document, words, patterns, names)
        begin = find_scorecard(tokens, patterns)
        cards = self.cards = read_cards(tokens, headings, begin)
        self.decision = read_decision(tokens, cards.names, cards.end, begin)
        self.trace = trace
        self.findings: list[Finding] = []
        self.votes = [self._votes(number) for number in (0, 1)]
        self.shares = [self._share(number) for number in (0, 1)]
        panels = _panels(self.votes, self.shares)
        self.card = read_scorecard(tokens, patterns, cards.names, begin, panels)
        self.begin = begin
        _require_whole(document, tokens, self.card, source)

    def record(self) -> Comparison:
        """The record, once everything was found."""
        slugs, is_ambiguous = read_slugs(self.site, self.url, self.document.links)
        title = require_text(self.cards.title, field="title")
        start, end, _ = self.cards.heading
        text = self.document.text
        self.trace["title"] = tuple((b, 0, len(text[b])) for b in range(start, end))
        quotes = self._quotes()
        counts = [sum(quote.tool == tool for quote in quotes) for tool in (1, 2)]
        tools = tuple(self._tool(n, slugs[n] if slugs else None, counts[n]) for n in (0, 1))
        for tool in tools:
            self.findings += check_printed_verdicts(
                tool, [quote for quote in quotes if quote.tool == tool.position]
            )
        self.findings += check_repeats(quotes)
        self._compare_sides(tools, quotes)
        self._check_address(slugs, is_ambiguous)
        order = {path: n for n, path in enumerate(("title", "url", "tools", "quotes"))}
        self.findings.sort(key=lambda f: (order.get(re.split(r"[\[.]", f.field or "")[0], 9),
                                          f.field or "", f.code))  # fmt: skip
        return Comparison(
            url=self.url, title=title, layout=self._layout(), tools=(tools[0], tools[1]),
            quotes=tuple(quotes), findings=tuple(self.findings), trace=self.trace,
        )  # fmt: skip

    # One tool ------------------------------------------------------------------------------

    def _tool(self, number: int, slug: str | None, count: int) -> Tool:
        card = self.cards.pair[number]
        path = f"tools[{number}]"
        tool = Tool.model_validate(
            {
                "position": number + 1,
                "slug": slug,
                "name": self._text(f"{path}.name", card.name.first, card.name.last),
                "category": self._text(
                    f"{path}.category", card.category.first, card.category.last
                ),
                "tagline": self._text(f"{path}.tagline", card.tagline.first, card.tagline.last),
                "badge": self._badge(card, path),
                "panel_ship_percent": self.shares[number],
                "votes": self._votes_record(number),
                "community": self._community(card, number),
                "entry": self._entry(card, path),
                "pricing": self._pricing(number),
                "description": self._text(
                    f"{path}.description", card.description.first, card.description.last, LONG_TEXT
                ),
            }
        )
        self._check_decision(tool, number)
        self.findings += check_tool(tool, count)
        return tool

    def _text(self, path: str, first: int, last: int, limit: int = 1000) -> str:
        """The text of tokens [first, last), traced under `path`."""
        self.trace[path] = self.tokens.place(first, last)
        if last - first > 1:
            for at in range(first, last):
                require_no_placeholder(self.tokens.text[at], field=path)
        text = self.tokens.join(first, last)
        return require_text(text, field=path, limit=limit, is_clean=self.document.is_clean)

    def _traced(self, path: str, value: Value) -> str:
        """The text of a statistic, traced to where it stands in its token."""
        text = value.text or ""
        whole = self.tokens.text[value.token]
        block = self.tokens.start[value.token]
        at = whole.find(text)
        if at < 0 or self.tokens.end[value.token] - block > 1:
            self.trace[path] = self.tokens.place(value.token, value.token + 1)
        else:
            self.trace[path] = ((block, at, at + len(text)),)
        return require_text(text, field=path)

    def _share(self, number: int) -> int:
        path = f"tools[{number}].panel_ship_percent"
        return parse_share(self._traced(path, self.cards.pair[number].triple.share), field=path)

    def _entry(self, card: Card, path: str) -> str:
        text = self._traced(f"{path}.entry", card.triple.entry)
        return parse_word(text, self.site.words.entries, field=f"{path}.entry")

    def _badge(self, card: Card, path: str) -> str | None:
        if card.badge is None:
            return None
        text = self._text(f"{path}.badge", card.badge.first, card.badge.last)
        return parse_word(text, self.site.words.badges, field=f"{path}.badge")

    def _cell(self, row: str, number: int) -> tuple[int, int] | None:
        cells = self.decision.rows.get(row)
        if cells is None or cells[number].first >= cells[number].last:
            return None
        return cells[number].first, cells[number].last

    def _votes(self, number: int) -> tuple[int, int] | None:
        cell = self._cell("panel_verdict", number)
        if cell is None:
            return None
        path = f"tools[{number}].votes"
        text = self._text(path, *cell)
        if label_key(text) in self.site.words.badges:
            return None
        return parse_votes(text, field=path)

    def _votes_record(self, number: int) -> dict[str, int] | None:
        votes = self.votes[number]
        return {"ship": votes[0], "skip": votes[1]} if votes else None

    def _pricing(self, number: int) -> str | None:
        cell = self._cell("pricing", number)
        if cell is None:
            return None
        text = self.tokens.join(*cell)
        if not without_icons(text) or text in "-–—−":
            return None
        return self._text(f"tools[{number}].pricing", *cell)

    def _community(self, card: Card, number: int) -> dict[str, int | None] | None:
        """The fuller of the card's and the decision table's statements."""
        path, words = f"tools[{number}].community", self.site.words
        stated: list[Statement] = []
        if card.triple.community is not None:
            text = card.triple.community.text
            if text is None:
                stated.append((None, None, None))
                label = card.triple.community.token
                self.trace[path] = self.tokens.place(label, label + 1)
            else:
                traced = self._traced(path, card.triple.community)
                stated.append(parse_community(traced, no_votes=words.no_votes, field=path))
        cell = self._cell("community", number)
        if cell is not None:
            text = self.tokens.join(*cell)
            stated.append(parse_community(text, no_votes=words.no_votes, field=path))
            if _fullness(stated[-1]) > _fullness(stated[0]) or len(stated) == 1:
                self.trace[path] = self.tokens.place(*cell)
        if not stated:
            return None
        if len(stated) == 2 and _contradict(*stated):
            self._find("community_disagrees", path, f"{stated[0]} and {stated[1]}")
        best = max(stated, key=_fullness)
        return dict(zip(("ship_percent", "ship", "votes"), best, strict=True))

    def _check_decision(self, tool: Tool, number: int) -> None:
        path = f"tools[{number}]"
        for row, field, code in (
            ("best_for", "tagline", "tagline_disagrees"),
            ("category", "category", "category_disagrees"),
        ):
            cell = self._cell(row, number)
            if cell is not None and self.tokens.join(*cell) != getattr(tool, field):
                shown = self.tokens.join(*cell)[:80]
                self._find(code, f"{path}.{field}", f"the decision table says {shown!r}")
        cell = self._cell("panel_verdict", number)
        if cell is not None and tool.badge is not None:
            word = re.match(r"\w+", without_icons(self.tokens.join(*cell)))
            badges = self.site.words.badges
            if word and badges.get(word[0].casefold(), tool.badge) != tool.badge:
                detail = f"the decision table says {word[0]!r}, the badge {tool.badge!r}"
                self._find("panel_verdict_disagrees", f"{path}.badge", detail)
        if number == 0:
            for problem in self.decision.problems:
                self._find("decision_row", "tools", problem)
            self._check_decision_names()

    def _check_decision_names(self) -> None:
        shown, names = self.decision.names, self.cards.names
        if shown and len(shown) <= 2 and shown not in (names, names[::-1]) and self.decision.rows:
            self._find("decision_names_disagree", "tools", f"the table's header names {shown!r}")

    # The quotes ----------------------------------------------------------------------------

    def _quotes(self) -> list[Quote]:
        parts = sorted(
            zip(self.card.sides, self.card.cells, strict=True),
            key=lambda part: 2 * (part[0][1] - 1) + part[0][0],
        )
        fields = [self._quote(n, tool, slot, cell) for n, ((tool, slot), cell) in enumerate(parts)]
        self._require_alike(fields)
        for tool in (1, 2):
            own = [n for n, field in enumerate(fields) if field["tool"] == tool]
            inferred, is_conflict = infer_verdicts(
                [fields[n]["text"] for n in own], [fields[n]["verdict"] for n in own],
                self.shares[tool - 1], self.votes[tool - 1],
            )  # fmt: skip
            for n, verdict in zip(own, inferred, strict=True):
                fields[n] |= {"verdict": verdict.verdict, "verdict_source": verdict.source,
                              "verdict_span": verdict.span}  # fmt: skip
            if is_conflict:
                detail = "more quotes name the minority verdict than the share allows"
                self._find("cue_conflict", f"tools[{tool - 1}]", detail)
        return [Quote.model_validate(field) for field in fields]

    def _quote(self, number: int, tool: int, slot: int, cell: Cell) -> dict[str, Any]:
        path = f"quotes[{number}]"
        reviewer = score = verdict = None
        if cell.reviewer is not None and cell.reviewer_at is not None:
            self.trace[f"{path}.reviewer"] = self.tokens.place(
                cell.reviewer_at, cell.reviewer_at + 1
            )
            reviewer = require_text(cell.reviewer, field=f"{path}.reviewer").removeprefix("The ")
        if cell.score is not None:
            score = parse_score(cell.score.digits, field=f"{path}.score")
            self.trace[f"{path}.score"] = self.tokens.place(cell.anchor, cell.anchor + 1)
        if cell.verdict is not None and cell.verdict_at is not None:
            verdict = parse_word(
                cell.verdict, self.site.words.verdicts, field=f"{path}.verdict"
            )
            self.trace[f"{path}.verdict"] = self.tokens.place(cell.verdict_at, cell.verdict_at + 1)
        return {
            "position": 2 * (slot - 1) + tool, "tool": tool, "slot": slot, "reviewer": reviewer,
            "score": score, "verdict": verdict, "verdict_source": None, "verdict_span": None,
            "text": self._quote_text(f"{path}.text", *cell.quote),
        }  # fmt: skip

    def _quote_text(self, path: str, first: int, last: int) -> str:
        """A quote's words without their outer curly quotation marks."""
        text = self.tokens.join(first, last)
        start, end = outer_quotes(text)
        places = list(self.tokens.place(first, last))
        if start:
            places[0] = (places[0][0], 1, places[0][2])
            places[-1] = (places[-1][0], places[-1][1], places[-1][2] - 1)
            text = text[start:end].strip(" ")
        if not text:
            raise FieldError(code="quote_empty", field=path, detail="nothing inside the quote")
        self.trace[path] = tuple(places)
        require_no_repeat(self.tokens, first, last, path)
        return require_text(
            text, field=path, limit=LONG_TEXT, is_clean=self.document.is_clean
        )

    def _require_alike(self, fields: list[dict[str, Any]]) -> None:
        """All quotes show the same parts; what one alone leaves out was lost."""
        for part in ("score", "verdict"):
            shown = sum(field[part] is not None for field in fields)
            if 0 < shown < len(fields):
                raise LayoutError(
                    code="cell_shape", field=f"quotes[].{part}",
                    detail=f"{shown} of {len(fields)} cells show it",
                )  # fmt: skip
        marked = sum(
            self.tokens.text[cell.quote[0]].startswith("“")
            and self.tokens.text[cell.quote[1] - 1].endswith("”")
            for cell in self.card.cells
        )
        if len(fields) // 2 <= marked < len(fields):
            raise LayoutError(
                code="cell_shape", field="quotes[].text",
                detail=f"{marked} of {len(fields)} quotes stand in quotation marks",
            )  # fmt: skip

    # The whole page ------------------------------------------------------------------------

    def _compare_sides(self, tools: tuple[Tool, ...], quotes: list[Quote]) -> None:
        """What one side states and the other leaves out."""
        for field in ("badge", "votes", "pricing", "community"):
            values = [getattr(tool, field) for tool in tools]
            if (values[0] is None) != (values[1] is None):
                missing = 0 if values[0] is None else 1
                self._find("uneven_sides", f"tools[{missing}].{field}", "only the other tool has it")
        if "community" not in self.decision.rows:
            labels = [card.triple.community for card in self.cards.pair]
            texts = [label.text for label in labels if label is not None]
            if len(texts) == 2 and texts.count(None) == 1:
                missing = texts.index(None)
                detail = "only the other tool's label has something beside it"
                self._find("uneven_sides", f"tools[{missing}].community", detail)
        missing_names = [n for n, quote in enumerate(quotes) if quote.reviewer is None]
        if 0 < len(missing_names) < len(quotes):
            path = f"quotes[{missing_names[0]}].reviewer"
            self._find("uneven_sides", path, "the other quotes have a reviewer")

    def _check_address(self, slugs: tuple[str, str] | None, is_ambiguous: bool) -> None:
        if is_ambiguous:
            self._find("slug_ambiguous", "url", "several ' -vs- ' in the address")
        if slugs and slugs[0] > slugs[1]:
            self._find("slug_order", "url", f"{slugs[0]} sorts after {slugs[1]}")
        canonical = self.document.canonical
        if self.url and canonical and self.site.is_comparison(canonical):
            own = self.site.own_address(canonical)
            if self.site.is_comparison(self.url) and own != self.site.own_address(self.url):
                self._find("canonical_differs", "url", f"the page calls itself {canonical[:120]}")

    def _find(self, code: str, field: str, detail: str) -> None:
        self.findings.append(Finding(code=code, field=field, detail=detail))

    def _layout(self) -> str:
        """The kind of text, or a fingerprint of where the anchors stand, without classes."""
        document, tokens = self.document, self.tokens
        if document.kind != "html":
            return document.kind
        card = self.cards.pair[0]
        anchors = [
            card.name.first, card.category.first, card.tagline.first, card.triple.label,
            card.triple.share.token, self.begin, self.card.cells[0].anchor,
            self.card.cells[0].quote[0],
        ]  # fmt: skip
        paths = [
            "/".join(document.tag[e] for e in document.ancestors(tokens.start[at])) for at in anchors
        ]
        return "html:" + hashlib.sha256("\n".join(paths).encode()).hexdigest()[:8]


def _panels(votes: list[tuple[int, int] | None], shares: list[int]) -> Panels:
    """How many reviewers the page says each tool had."""
    panels: list[int | None] = []
    for vote, share in zip(votes, shares, strict=True):
        if vote is not None:
            panels.append(sum(vote))
        else:
            panels.append({33: 3, 67: 3, 25: 4, 75: 4}.get(share))
    return panels[0], panels[1]


def _fullness(statement: Statement) -> int:
    return sum(part is not None for part in statement)


def _contradict(one: Statement, other: Statement) -> bool:
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))


def _require_whole(document: Document, tokens: Tokens, card: Scorecard, source: str) -> None:
    """After the last quote something must follow: a visible block, or the page's end tag.

    Raises: LayoutError (truncated).
    """
    if card.end < len(tokens.text):
        return
    if document.kind == "html":
        last = document.text[tokens.end[max(cell.quote[1] for cell in card.cells) - 1] - 1]
        words = re.findall(r"[A-Za-z0-9]{3,}", last[-80:])
        after = source.rfind(words[-1]) if words else -1
        ends = [match.start() for match in _END_TAG.finditer(source)]
        if ends and ends[-1] > after:
            return
    raise LayoutError(
        code="truncated", field="quotes", detail="nothing follows the last quote"
    )


__all__ = ["Cards", "Decision", "read_comparison"]
