"""What a comparison says at one glance: who leads, who dissents, where the two differ.

Pure: it reads what `comparison` found. Who leads is the panel's share alone; scores are no measure
that this archive adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from web.asking import ShownRow
from web.words import listed

MAJORITY = 50
"""Of how many percent the panel is split. Units: percent."""

COMPARED: dict[str, Callable[[ShownRow], object]] = {
    "share": lambda tool: tool.panel_ship_percent,
    "price": lambda tool: (tool.entry, tool.pricing),
    "community": lambda tool: (tool.community_ship_percent, tool.community_votes),
    "category": lambda tool: tool.category,
    "tagline": lambda tool: tool.tagline,
    "votes": lambda tool: (tool.votes_ship, tool.votes_skip),
}


def add_glance(found: ShownRow) -> None:
    """Give a comparison its `lead`, `leader`, `differs`, and each of its tools its `dissent`."""
    a, b = found.tools
    for tool, other, place in ((a, b, "first"), (b, a, "second")):
        tool.label = f"{tool.name} ({place})" if tool.name == other.name else tool.name
        tool.dissent = dissent(tool, _cells(found.slots, tool.position))
    found.leader = leader(a, b)
    found.lead = lead(a, b)
    found.differs = {name for name in COMPARED if COMPARED[name](a) != COMPARED[name](b)}
    for slot in found.slots:
        verdicts = {cell.verdict for cell in slot.cells.values() if cell.verdict}
        slot.differs = len(verdicts) > 1
    found.is_inferred = any(
        cell.verdict_source not in ("page", None)
        for slot in found.slots
        for cell in slot.cells.values()
    )


def leader(a: ShownRow, b: ShownRow) -> int | None:
    """The position of the tool that more of its panel would ship. Absent: None where none leads."""
    if a.panel_ship_percent == b.panel_ship_percent:
        return None
    return int(max(a, b, key=lambda tool: tool.panel_ship_percent).position)


def lead(a: ShownRow, b: ShownRow) -> str:
    """Who leads, as a sentence.

    >>> one = ShownRow(label="Heron", panel_ship_percent=75, position=1)
    >>> lead(one, ShownRow(label="Kettle", panel_ship_percent=100, position=2))
    'Kettle leads: 100% of its panel say ship, against 75%.'
    >>> lead(one, ShownRow(label="Lamp", panel_ship_percent=75, position=2))
    'Neither leads: 75% of each panel say ship.'
    """
    if leader(a, b) is None:
        return f"Neither leads: {a.panel_ship_percent}% of each panel say ship."
    ahead, behind = (a, b) if a.panel_ship_percent > b.panel_ship_percent else (b, a)
    shares = (
        f"{ahead.panel_ship_percent}% of its panel say ship, against {behind.panel_ship_percent}%"
    )
    return f"{ahead.label} leads: {shares}."


def dissent(tool: ShownRow, cells: Iterable[ShownRow]) -> str:
    """Who of a tool's panel says otherwise than most of it, as words for a cell.

    >>> tool = ShownRow(panel_ship_percent=75)
    >>> dissent(tool, [ShownRow(verdict="skip", reviewer="Skeptic", slot=2)])
    'Skeptic says skip'
    >>> dissent(tool, []), dissent(ShownRow(panel_ship_percent=100), [])
    ('some say skip; which is not known', 'none')
    """
    share = tool.panel_ship_percent
    if share in (0, 100):
        return "none"
    rare = ("skip",) if share > MAJORITY else ("ship",) if share < MAJORITY else ("ship", "skip")
    said = []
    for verdict in rare:
        names = [cell.reviewer or f"row {cell.slot}" for cell in cells if cell.verdict == verdict]
        if names:
            said.append(f"{listed(names)} {'says' if len(names) == 1 else 'say'} {verdict}")
    if share == MAJORITY:
        return f"split: {'; '.join(said)}" if said else "split in half"
    return said[0] if said else f"some say {rare[0]}; which is not known"


def _cells(slots: Iterable[ShownRow], position: int) -> list[ShownRow]:
    return [slot.cells[position] for slot in slots if position in slot.cells]
