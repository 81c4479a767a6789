"""One tool's record: its card, and what the decision table adds."""

from __future__ import annotations

import re

from parsers.cards.cards import Card
from parsers.cards.decision import Decision
from parsers.cards.paragraphs import CardSpan, own_part
from parsers.notices import require_no_notice
from parsers.page.context import Context
from parsers.page.edges import is_former
from parsers.values import (
    Statement,
    label_key,
    parse_community,
    parse_share,
    parse_votes,
    parse_word,
    without_icons,
)
from schema.errors import FieldError
from schema.records import LONG_TEXT, SHORT_TEXT, Tool

_RUN_TOGETHER = re.compile(r"[a-z0-9)][$€£¥][0-9]")
VoteCounts = tuple[int, int]
TEXTS = {"category": "category", "tagline": "best_for", "pricing": "", "description": ""}
"""The fields of free words, and the row of the decision table that says the same."""


class ToolReader:
    """Reads the fields of one tool. `number` is 0 for the first card, 1 for the second."""

    def __init__(
        self, context: Context, cards: tuple[Card, Card], decision: Decision, number: int
    ) -> None:
        self.context, self.cards, self.decision, self.number = context, cards, decision, number
        self.card = cards[number]
        self.path = f"tools[{number}]"
        self.votes = self._votes()
        self.share = self._share()

    def record(self, slug: str | None) -> Tool:
        """The record. Raises: FieldError where a field cannot be read."""
        card = self.card
        votes = {"ship": self.votes[0], "skip": self.votes[1]} if self.votes else None
        fields = {
            "position": self.number + 1,
            "slug": slug,
            "name": self._text("name", card.name),
            "category": self._text("category", card.category),
            "tagline": self._text("tagline", card.tagline),
            "badge": self._badge(),
            "panel_ship_percent": self.share,
            "votes": votes,
            "community": self._community(),
            "entry": self._entry(),
            "pricing": self._pricing(),
            "description": self._text("description", card.description, LONG_TEXT),
        }
        if fields["description"] == fields["tagline"]:
            raise FieldError(
                code="duplicate_block", field=f"{self.path}.description", detail="it is the tagline"
            )
        tool = Tool.model_validate(fields)
        self._check_decision(tool)
        return tool

    def _text(self, field: str, span: CardSpan, limit: int = SHORT_TEXT) -> str:
        path = f"{self.path}.{field}"
        if field in TEXTS:
            row = TEXTS[field]
            told = self._cell(row) if row else None
            known = told.text(self.context.tokens) if told else None
            name = self.card.name.text(self.context.tokens)
            span = own_part(self.context.tokens, span, self._twin(field), known, path, name)
        text = self.context.text(path, span.first, span.end, limit, (span.skip, span.cut))
        if limit == LONG_TEXT:
            require_no_notice(text, field=path)
        return text

    def _twin(self, field: str) -> CardSpan:
        """The span of the other tool's field."""
        if field == "pricing":
            return self.decision.rows[field][1 - self.number]
        span: CardSpan = getattr(self.cards[1 - self.number], field)
        return span

    def _share(self) -> int:
        path = f"{self.path}.panel_ship_percent"
        return parse_share(self.context.statistic(path, self.card.triple.share), field=path)

    def _entry(self) -> str:
        path = f"{self.path}.entry"
        text = self.context.statistic(path, self.card.triple.entry)
        return parse_word(text, self.context.words.entries, field=path)

    def _badge(self) -> str | None:
        badge, path = self.card.badge, f"{self.path}.badge"
        if badge is None:
            return None
        text = self._text("badge", badge)
        return parse_word(text, self.context.words.badges, field=path)

    def _cell(self, row: str) -> CardSpan | None:
        """This tool's cell in a row of the decision table. Absent: None for an empty one too."""
        cells = self.decision.rows.get(row)
        if cells is None or cells[self.number].first >= cells[self.number].end:
            return None
        return cells[self.number]

    def _votes(self) -> VoteCounts | None:
        cell = self._cell("panel_verdict")
        if cell is None:
            return None
        path, text = f"{self.path}.votes", self._text("votes", cell)
        is_bare = label_key(text) in self.context.words.badges
        if is_bare:
            return None
        words = self.context.words
        return parse_votes(text, field=path, ship=words.ship, skip=words.skip)

    def _pricing(self) -> str | None:
        cell = self._cell("pricing")
        if cell is None:
            return None
        text = cell.text(self.context.tokens)
        if not without_icons(text) or text in "-–—−":
            return None
        text = self._text("pricing", cell)
        tokens = self.context.tokens
        if any(map(is_former, tokens.text[cell.first + 1 : cell.end])):
            detail = "a former price, or what is saved, stands beside it"
            raise FieldError(code="field_ambiguous", field=f"{self.path}.pricing", detail=detail)
        if run := _RUN_TOGETHER.search(text):
            detail = f"two prices run into each other at {text[run.start() :][:12]!r}"
            raise FieldError(code="field_ambiguous", field=f"{self.path}.pricing", detail=detail)
        return text

    def _community(self) -> dict[str, int | None] | None:
        """The fuller of the card's and the decision table's statements."""
        path, context = f"{self.path}.community", self.context
        stated: list[Statement] = []
        shown = self.card.triple.community
        if shown is not None:
            stated.append(self._stated(path))
        cell = self._cell("community")
        if cell is not None:
            text = cell.text(context.tokens)
            stated.append(self._parse_community(text, path))
            if len(stated) == 1 or _fullness(stated[1]) > _fullness(stated[0]):
                edges = (cell.skip, cell.cut)
                context.trace[path] = context.tokens.place_within(cell.first, cell.end, *edges)
        if not stated:
            return None
        if len(stated) == 2 and _contradict(*stated):
            context.find("community_disagrees", path, f"{stated[0]} and {stated[1]}")
        best = max(stated, key=_fullness)
        percent, ship, votes = best
        if (
            percent is not None
            and ship is not None
            and abs(100 * ship - percent * (votes or 0)) >= (votes or 1)
        ):
            context.find("community_disagrees", path, f"{percent} % is not {ship} of {votes}")
        return dict(zip(("ship_percent", "ship", "votes"), best, strict=True))

    def _stated(self, path: str) -> Statement:
        """What the card itself says of the community; a label alone says nothing."""
        shown = self.card.triple.community
        if shown is None or shown.text is None:
            label = shown.token if shown else self.card.triple.label
            self.context.trace[path] = self.context.tokens.place(label, label + 1)
            return (None, None, None)
        text = self.context.statistic(path, shown)
        return self._parse_community(text, path)

    def _parse_community(self, text: str, path: str) -> Statement:
        words = self.context.words
        return parse_community(text, no_votes=words.no_votes, field=path, ship=words.ship)

    def _check_decision(self, tool: Tool) -> None:
        """What the decision table repeats must be what the card says."""
        tokens = self.context.tokens
        for row, field, code in (
            ("best_for", "tagline", "tagline_disagrees"),
            ("category", "category", "category_disagrees"),
        ):
            cell = self._cell(row)
            if cell is None or cell.text(tokens) == getattr(tool, field):
                continue
            path, shown = f"{self.path}.{field}", cell.text(tokens)
            if shown in getattr(tool, field):
                detail = f"the decision table says {shown[:60]!r} alone, the card more"
                raise FieldError(code="field_ambiguous", field=path, detail=detail)
            self.context.find(code, path, f"the decision table says {shown[:80]!r}")
        cell = self._cell("panel_verdict")
        if cell is None or tool.badge is None:
            return
        word = re.match(r"\w+", without_icons(cell.text(tokens)))
        badges = self.context.words.badges
        if word and badges.get(word[0].casefold(), tool.badge) != tool.badge:
            detail = f"the decision table says {word[0]!r}, the badge {tool.badge!r}"
            self.context.find("panel_verdict_disagrees", f"{self.path}.badge", detail)


def require_own_votes(one: ToolReader, two: ToolReader) -> None:
    """Votes that fit the other tool's share, both of them and neither its own, are turned round.

    Raises: FieldError (field_ambiguous).
    """
    if one.votes is None or two.votes is None:
        return
    own = [_fit(one.votes, one.share), _fit(two.votes, two.share)]
    if not any(own) and _fit(one.votes, two.share) and _fit(two.votes, one.share):
        raise FieldError(
            code="field_ambiguous", field="tools[].votes", detail="each fit the other's share"
        )


def _fit(votes: VoteCounts, share: int) -> bool:
    total = sum(votes)
    return bool(total) and abs(100 * votes[0] / total - share) < 1


def _fullness(statement: Statement) -> int:
    return sum(part is not None for part in statement)


def _contradict(one: Statement, other: Statement) -> bool:
    if {0} == {each[2] for each in (one, other) if each[2] is not None} and (one[0] or other[0]):
        return True  # a share of no votes
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))
