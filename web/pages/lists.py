"""What a visitor may ask of our lists: filters, an order, a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from web.pages.asked import Check, anything, asked, day, one_of
from web.upstream import Request

PER_LIST = 50
BADGES = ("Ship", "Mixed", "Skip")
ENTRIES = ("Free", "Paid")
VERDICTS = ("ship", "skip", "none")
PERCENT = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class AskedList:
    """What is asked of a list. Absent: an empty text where nothing is.

    Units: `share_min` and `share_max` are percent of the panel that say ship.
    """

    name: str = ""
    """A part of a name."""
    category: str = ""
    tool: str = ""
    """The key of a tool."""
    badge: str = ""
    entry: str = ""
    verdict: str = ""
    share_min: str = ""
    share_max: str = ""
    since: str = ""
    """The day since when it was seen."""
    sort: str = ""

    def query(self, **other: str | int) -> str:
        """The query string that asks for this, with other values in place of some."""
        said = {each.name: getattr(self, each.name) for each in fields(self)} | other
        return urlencode({name: value for name, value in said.items() if value not in ("", 1)})

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return replace(self, sort="") != AskedList()

    def takes_share(self, *shares: int) -> bool:
        """Whether one of the shares is within the bounds."""
        least, most = int(self.share_min or 0), int(self.share_max or 100)
        return any(least <= share <= most for share in shares)


def wanted(request: Request, filters: Iterable[str], sorts: Iterable[str]) -> AskedList:
    """What a request asks of a list that has these filters and orders.

    Raises: Base400 as `asked` does.
    """
    checks = CHECKS | {"sort": one_of(sorts)}
    return AskedList(**asked(request, **{name: checks[name] for name in (*filters, "sort")}))


def percent(value: str) -> str | None:
    """Takes a share in percent."""
    is_percent = PERCENT.fullmatch(value) and int(value) <= 100
    return None if is_percent else "a whole number from 0 to 100"


CHECKS: dict[str, Check] = {
    **dict.fromkeys(("name", "category", "tool"), anything),
    "badge": one_of(BADGES),
    "entry": one_of(ENTRIES),
    "verdict": one_of(VERDICTS),
    **dict.fromkeys(("share_min", "share_max"), percent),
    "since": day,
}
