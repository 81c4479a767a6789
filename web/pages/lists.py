"""What a visitor may ask of our lists: filters, an order, a page.

What is asked wrongly is refused in a sentence, never answered by all rows or by none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from schema.dates import is_date
from web.upstream import Base400, Request

PER_LIST = 50
LONGEST_NAME = 200
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


def wanted(request: Request, names: Iterable[str], sorts: Mapping[str, str]) -> AskedList:
    """What a request asks of a list that has these filters and orders.

    Raises: Base400 for a filter that the list has not, one given twice, or a value that it cannot
        have.
    """
    known = {*names, "sort"}
    said: dict[str, str] = {}
    for name in request.args:
        if name == "page":
            continue
        if name not in known:
            raise Base400(f"This list has no filter {name!r}.")
        values = request.args.getlist(name)
        if len(values) > 1:
            raise Base400(f"{name} stands there more than once.")
        said[name] = values[0].strip()[:LONGEST_NAME]
        if said[name] and (complaint := _complaint(name, said[name], sorts)):
            raise Base400(f"{name}={values[0]!r}: {complaint}.")
    return AskedList(**said)


def _complaint(name: str, value: str, sorts: Mapping[str, str]) -> str | None:
    if name == "sort" and value not in sorts:
        return f"one of {', '.join(sorts)}"
    if name == "badge" and value not in BADGES:
        return f"one of {', '.join(BADGES)}"
    if name == "entry" and value not in ENTRIES:
        return f"one of {', '.join(ENTRIES)}"
    if name == "verdict" and value not in VERDICTS:
        return f"one of {', '.join(VERDICTS)}"
    if name == "since" and not is_date(value):
        return "a day such as 2026-11-01"
    is_percent = PERCENT.fullmatch(value) and int(value) <= 100
    if name in ("share_min", "share_max") and not is_percent:
        return "a whole number from 0 to 100"
    return None
