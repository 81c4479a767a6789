"""The quotes' records: text, reviewer, score and verdict of each cell."""

from __future__ import annotations

import re
from typing import Any

from pydantic import TypeAdapter

from parsers.cards.guards import require_no_repeat
from parsers.cards.tool import ToolReader
from parsers.notices import require_no_notice
from parsers.page.context import Context, require_nothing_hidden
from parsers.scorecard.cells import NamedCell
from parsers.scorecard.names import reviewer_name
from parsers.scorecard.scorecard import Scorecard
from parsers.scorecard.sides import PlacedCell
from parsers.scorecard.verdicts import infer_verdicts
from parsers.scorecard.wording import tail_of
from parsers.values import outer_quotes, parse_score, parse_word, require_text
from schema.errors import FieldError, LayoutError
from schema.records import LONG_TEXT, Quote

_QUOTES = TypeAdapter(list[Quote])
"""All at once is twice as fast as one by one."""
_BRACKET = re.compile(r"\([^()]*\)")
"""What may follow a quote's last sentence, where no boundary lies between: a note's number."""


def read_quotes(
    context: Context, card: Scorecard, tools: tuple[ToolReader, ToolReader]
) -> list[Quote]:
    """The quotes in order of position, with the verdicts that page or logic gives.

    Raises: FieldError where a part cannot be read, LayoutError where cells show different parts.
    """
    parts = sorted(card.cells, key=lambda each: (each.slot, each.tool))
    fields = [
        _quote(context, number, each.tool, each.slot, each.cell)
        for number, each in enumerate(parts)
    ]
    _require_no_description(context, parts, tools)
    _require_alike(context, fields, card.cells)
    for tool in tools:
        _infer(context, fields, tool)
    return _QUOTES.validate_python(fields)


def _require_no_description(
    context: Context, parts: list[PlacedCell], tools: tuple[ToolReader, ToolReader]
) -> None:
    """No paragraph of a quote is what a card says of its tool."""
    tokens = context.tokens
    said = tuple(tool.card.description.text(tokens) for tool in tools)
    for number, (first, end) in enumerate(each.cell.quote for each in parts):
        shown = tokens.document.text[tokens.start[first] : tokens.end[end - 1]]
        if len(shown) > 1 and any(text.startswith(said) for text in shown):
            field, detail = f"quotes[{number}].text", "a card's description stands in it"
            raise FieldError(code="field_ambiguous", field=field, detail=detail)


def _quote(context: Context, number: int, tool: int, slot: int, cell: NamedCell) -> dict[str, Any]:
    path, tokens = f"quotes[{number}]", context.tokens
    reviewer = score = verdict = None
    if cell.reviewer is not None and cell.reviewer_at is not None:
        place = tokens.place(cell.reviewer_at, cell.reviewer_at + 1)
        context.trace[f"{path}.reviewer"] = place
        is_clean = tokens.is_clean(cell.reviewer_at)
        reviewer = require_text(cell.reviewer, field=f"{path}.reviewer", is_clean=is_clean)
    raw = cell.raw
    if raw.score is not None and raw.score.digits is not None:
        score = parse_score(raw.score.digits, field=f"{path}.score", scale=raw.score.scale)
        context.trace[f"{path}.score"] = tokens.place(*raw.anchor)
    printed = raw.verdict(tokens)
    if printed is not None and raw.verdict_at is not None:
        verdict = parse_word(printed, context.words.verdicts, field=f"{path}.verdict")
        context.trace[f"{path}.verdict"] = tokens.place(raw.verdict_at, raw.verdict_at + 1)
    return {
        "position": 2 * (slot - 1) + tool,
        "tool": tool,
        "slot": slot,
        "reviewer": reviewer,
        "score": score,
        "verdict": verdict,
        "verdict_source": None,
        "verdict_span": None,
        "text": _text(context, f"{path}.text", cell),
    }


def _text(context: Context, path: str, cell: NamedCell) -> str:
    """A quote's words without their outer curly quotation marks."""
    tokens, (first, last) = context.tokens, cell.quote
    text = tokens.join(first, last)
    require_nothing_hidden(tokens, first, last, path)
    start, end = outer_quotes(text)
    places = list(tokens.place(first, last))
    if start:
        places[0] = (places[0][0], 1, places[0][2])
        places[-1] = (places[-1][0], places[-1][1], places[-1][2] - 1)
        text = text[start:end].strip(" ")
    if not text:
        raise FieldError(code="quote_empty", field=path, detail="nothing inside the quote")
    tail = tail_of(text)
    is_apart = tokens.document.text[places[-1][0]] == tail
    if tail and (is_apart or not _BRACKET.fullmatch(tail)):
        detail = f"{tail!r} behind the last sentence may be no part of it"
        raise FieldError(code="field_ambiguous", field=path, detail=detail)
    context.trace[path] = tuple(places)
    if cell.reviewer in [reviewer_name(shown) for shown in tokens.text[first:last]]:
        raise FieldError(
            code="duplicate_block", field=path, detail=f"{cell.reviewer!r} stands in the quote too"
        )
    require_no_notice(text, field=path)
    if any(text.startswith(context.words.newsletter) for text in tokens.text[first + 1 : last]):
        detail = "the newsletter's box stands in it"
        raise FieldError(code="field_ambiguous", field=path, detail=detail)
    require_no_repeat(tokens, first, last, path)
    return require_text(text, field=path, limit=LONG_TEXT, is_clean=tokens.document.is_clean)


def _require_alike(
    context: Context, fields: list[dict[str, Any]], cells: tuple[PlacedCell, ...]
) -> None:
    """All quotes show the same parts; what one alone leaves out was lost."""
    for part in ("score", "verdict"):
        shown = len(fields) - [field[part] for field in fields].count(None)
        if 0 < shown < len(fields):
            raise LayoutError(
                code="cell_shape",
                field=f"quotes[].{part}",
                detail=f"{shown} of {len(fields)} cells show it",
            )
    if len({each.cell.raw.score.scale for each in cells if each.cell.raw.score}) > 1:
        raise LayoutError(code="cell_shape", field="quotes[].score", detail="of different scales")
    places = (context.trace[f"quotes[{number}].text"] for number in range(len(fields)))
    marked = [place[0][1] for place in places].count(1)
    if len(fields) // 2 <= marked < len(fields):
        raise LayoutError(
            code="cell_shape",
            field="quotes[].text",
            detail=f"{marked} of {len(fields)} quotes stand in quotation marks",
        )


def _infer(context: Context, fields: list[dict[str, Any]], tool: ToolReader) -> None:
    """Fill in the verdicts of one tool's quotes."""
    own = [field for field in fields if field["tool"] == tool.number + 1]
    inferred, is_conflict = infer_verdicts(
        [field["text"] for field in own],
        [field["verdict"] for field in own],
        tool.share,
        tool.votes,
    )
    for field, verdict in zip(own, inferred, strict=True):
        field |= {
            "verdict": verdict.verdict,
            "verdict_source": verdict.source,
            "verdict_span": verdict.span,
        }
    if is_conflict:
        detail = "more quotes name the minority verdict than the share allows"
        context.find("cue_conflict", tool.path, detail)
