"""Cross-checks that a page offers for free.

Two statements that disagree become findings; those that tell of exchanged sides refuse the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.cards.cards import Card
from parsers.cards.decision import Decision
from parsers.heads import begun_by, held_tool
from schema.errors import FieldError, LayoutError
from schema.records import LONG_TEXT, Finding, Quote, Tool

FEW = 2
"""So many quotes in the same words are a finding; of more, some are lost."""


def check_tool(tool: Tool, count: int) -> Iterator[Finding]:
    """Share, votes and badge of one card; `count` is the number of its quotes."""
    field = f"tools[{tool.position - 1}]"
    share, votes = tool.panel_ship_percent, tool.votes
    if votes is not None:
        total = votes.ship + votes.skip
        if not total or abs(100 * votes.ship / total - share) >= 1:
            yield Finding(
                code="share_disagrees",
                field=f"{field}.panel_ship_percent",
                detail=f"the share is {share} %, the votes {votes.ship} ship / {votes.skip} skip",
            )
        if total != count:
            yield Finding(
                code="votes_disagree",
                field=f"{field}.votes",
                detail=f"{total} votes, {count} quotes",
            )
    elif count and abs(100 * round(share * count / 100) / count - share) >= 1:
        yield Finding(
            code="votes_disagree",
            field=f"{field}.panel_ship_percent",
            detail=f"{share} % is no share of {count} quotes",
        )
    if tool.badge is not None and tool.badge not in fitting_badges(share):
        yield Finding(
            code="badge_disagrees",
            field=f"{field}.badge",
            detail=f"the badge is {tool.badge}, the share {share} %",
        )


def fitting_badges(share: int) -> frozenset[str]:
    """The badges that a share may carry. Source: 75 and 100 Ship, 50 Mixed, 25 Skip were seen."""
    if share >= 75:
        return frozenset(("Ship",))
    if share <= 25:
        return frozenset(("Skip",))
    if share == 50:
        return frozenset(("Mixed",))
    return frozenset(("Ship", "Mixed") if share > 50 else ("Skip", "Mixed"))


def check_printed_verdicts(tool: Tool, quotes: list[Quote]) -> Iterator[Finding]:
    """The verdicts printed on a tool's quotes against its votes, else its share."""
    if _is_agreed(tool, quotes):
        return
    ships, votes = sum(quote.verdict == "ship" for quote in quotes), tool.votes
    stated = f"{votes.ship} ship / {votes.skip} skip" if votes else f"{tool.panel_ship_percent} %"
    field = "votes" if votes else "panel_ship_percent"
    yield Finding(
        code="verdicts_disagree",
        field=f"tools[{tool.position - 1}].{field}",
        detail=f"{ships} of {len(quotes)} quotes say ship, the page says {stated}",
    )


def _is_agreed(tool: Tool, quotes: list[Quote]) -> bool:
    """Whether printed verdicts, where every quote has one, fit a tool's votes, else its share."""
    count, ships = len(quotes), 0
    for quote in quotes:
        if quote.verdict_source != "page":
            return True
        ships += quote.verdict == "ship"
    if not count:
        return True
    if tool.votes is not None:
        return (ships, count - ships) == (tool.votes.ship, tool.votes.skip)
    return abs(100 * ships / count - tool.panel_ship_percent) < 1


def require_own_quotes(tools: tuple[Tool, Tool], quotes: list[Quote]) -> None:
    """Printed verdicts that fit the other tool's share, and neither its own, are turned round.

    Raises: LayoutError (quote_side).
    """
    own = [[q for q in quotes if q.tool == tool.position] for tool in tools]
    if any(map(_is_agreed, tools, own)):
        return
    detail = None
    if all(map(_is_agreed, tools, own[::-1])):
        detail = "the verdicts printed on the quotes of each tool fit the other"
    elif _stated_ships(tools) == sum(quote.verdict == "ship" for quote in quotes):
        detail = "the printed verdicts fit the votes of both tools together, and of neither"
    if detail:
        raise LayoutError(code="quote_side", field="quotes", detail=detail)


def _stated_ships(tools: tuple[Tool, Tool]) -> int | None:
    """How many votes for ship the page states in all. Absent: None where it does not."""
    votes = [tool.votes for tool in tools]
    return sum(each.ship for each in votes if each) if None not in votes else None


def require_own_names(tools: tuple[Tool, Tool], quotes: list[Quote]) -> None:
    """Texts that begin with the other tool's name, or hold it alone, stand at the wrong one.

    Both descriptions, or two quotes at least where no quote names its own tool; a comparison
    with the other tool names it too, and counts for nothing.
    Raises: FieldError (field_ambiguous), LayoutError (quote_side).
    """
    names = tools[0].name, tools[1].name
    if names[0] in names[1] or names[1] in names[0]:
        return
    if [begun_by(tool.description, names) for tool in tools] == [2, 1]:
        detail = "each begins with the other tool's name"
        raise FieldError(code="field_ambiguous", field="tools[].description", detail=detail)
    if any(names[quote.tool - 1] in quote.text for quote in quotes):
        return
    foreign = sum(
        held_tool(quote.text, names, limit=LONG_TEXT) == 3 - quote.tool
        for quote in quotes
        if names[2 - quote.tool] in quote.text
    )
    if foreign > 1:
        raise LayoutError(
            code="quote_side", field="quotes", detail=f"{foreign} quotes name the other tool alone"
        )


def require_no_copies(tools: tuple[Tool, Tool], quotes: list[Quote]) -> None:
    """Words that stand in more than two quotes, or again in one that names the other tool alone.

    Two of a row or of a tool that both stand again are a row, or a tool, printed twice.

    Raises: FieldError (duplicate_block).
    """
    # A list, for a dictionary would have to read every quote to its end.
    said = [quote.text for quote in quotes]
    names = tools[0].name, tools[1].name
    for number, quote in enumerate(quotes):
        count = said.count(quote.text)
        if count > FEW or (
            count > 1 and held_tool(quote.text, names, limit=LONG_TEXT) == 3 - quote.tool
        ):
            detail = f"the same words stand in {count} quotes, and one is another's"
            raise FieldError(code="duplicate_block", field=f"quotes[{number}].text", detail=detail)
    again = [number for number, text in enumerate(said) if said.index(text) != number]
    if len(again) > 1 and names[0] != names[1]:
        detail = f"{len(again)} quotes stand here a second time"
        raise FieldError(code="duplicate_block", field=f"quotes[{again[0]}].text", detail=detail)


def require_own_pricing(tools: tuple[Tool, Tool]) -> None:
    """Prices that fit the other tool's entry, both of them and neither its own, are turned round.

    A price is free that begins with the word, and paid that begins with an amount.
    Raises: FieldError (field_ambiguous).
    """
    said = [_entry_of(tool.pricing or "") for tool in tools]
    entries = [tool.entry for tool in tools]
    if None not in said and said[0] != said[1] and said == entries[::-1]:
        detail = "the price of each tool fits the other's entry"
        raise FieldError(code="field_ambiguous", field="tools[].pricing", detail=detail)


def _entry_of(pricing: str) -> str | None:
    """The entry that a price states. Absent: None for one that states neither for certain."""
    if re.match(r"free\b(?! ?-? ?trial)", pricing, re.IGNORECASE):
        return "Free"
    is_paid = re.match(r"(?:from |starts at )?[$€£¥] ?[1-9]", pricing, re.IGNORECASE) is not None
    return "Paid" if is_paid and "free" not in pricing.casefold() else None


def check_repeats(quotes: list[Quote]) -> Iterator[Finding]:
    """Two quotes in the same words."""
    # A list, for a dictionary would have to read every quote to its end.
    said = [quote.text for quote in quotes]
    for number, each in enumerate(said):
        first = said.index(each)
        if first != number:
            yield Finding(
                code="duplicate_quote",
                field=f"quotes[{number}].text",
                detail=f"the same words as quotes[{first}]",
            )


def check_tool_quotes(tools: tuple[Tool, Tool], quotes: list[Quote]) -> Iterator[Finding]:
    """Each tool's card against its quotes, and the quotes against each other."""
    for tool in tools:
        own = [quote for quote in quotes if quote.tool == tool.position]
        yield from check_tool(tool, len(own))
        yield from check_printed_verdicts(tool, own)
    yield from check_repeats(quotes)


def check_sides(
    tools: tuple[Tool, Tool], quotes: list[Quote], cards: tuple[Card, Card], decision: Decision
) -> Iterator[Finding]:
    """What one side, or one cell, states and its counterpart leaves out."""
    for field in ("badge", "votes", "pricing", "community"):
        values = [getattr(tool, field) for tool in tools]
        if (values[0] is None) != (values[1] is None):
            yield _uneven(f"tools[{values.index(None)}].{field}", "only the other tool has it")
    shown = [card.triple.community for card in cards]
    texts = [value.text for value in shown if value is not None]
    if "community" not in decision.rows and len(texts) == 2 and texts.count(None) == 1:
        detail = "only the other tool's label has something beside it"
        yield _uneven(f"tools[{texts.index(None)}].community", detail)
    nameless = [number for number, quote in enumerate(quotes) if quote.reviewer is None]
    if 0 < len(nameless) < len(quotes):
        yield _uneven(f"quotes[{nameless[0]}].reviewer", "the other quotes have a reviewer")


def _uneven(field: str, detail: str) -> Finding:
    return Finding(code="uneven_sides", field=field, detail=detail)
