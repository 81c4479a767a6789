"""The one line that says what is new: how many pages, and how many changes of which kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

WORDS = {
    "pricing": ("price", "prices"),
    "panel_ship_percent": ("share", "shares"),
    "verdict": ("verdict", "verdicts"),
    "score": ("score", "scores"),
    "badge": ("badge", "badges"),
    "votes": ("panel vote", "panel votes"),
    "community": ("community vote", "community votes"),
    "entry": ("entry", "entries"),
    "name": ("name", "names"),
    "category": ("category", "categories"),
    "tagline": ("tagline", "taglines"),
    "description": ("description", "descriptions"),
    "quote": ("quote", "quotes"),
}
"""What a change of each field is called, one and several; in the order in which they are told."""


@dataclass(slots=True)
class ChangeCounts:
    """How many pages are new, changed and gone, and how many changes there are of each field."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """The counts as a sentence's part.

        >>> ChangeCounts(3, 18, 0, Counter(verdict=3, pricing=1, panel_ship_percent=1)).line()
        '3 pages new, 18 changed: 1 price, 1 share, 3 verdicts'
        >>> ChangeCounts(1).line(), ChangeCounts(0, 0, 2).line()
        ('1 page new, 0 changed', '0 pages new, 0 changed, 2 gone')
        """
        told = f"{self.new} page{'' if self.new == 1 else 's'} new, {self.changed} changed"
        said = [
            f"{count} {WORDS[name][count != 1]}" for name in WORDS if (count := self.fields[name])
        ]
        told += f": {', '.join(said)}" if said else ""
        return told + (f", {self.gone} gone" if self.gone else "")
