"""The count of one run: what was asked, what came of it, and what else is to be told."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from archive.ledger import LISTS, MISSING, NOT_ASKED, Ending, Lease

_WORSE = ("none", "read", "unreachable")
"""States of robots.txt files, the worst last."""


@dataclass(slots=True)
class Tally:
    """The count of one run. `failed` and `refused` are comparison pages, `notes` all else.

    `asked` are the comparison pages of each site for which a request was sent, each once however
    often it was tried or led on.
    Absent: `robots_state` is None where no robots.txt was asked for.
    """

    asked: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    stored: int = 0
    unchanged: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    without_record: int = 0
    """So many of the failed were stored all the same."""
    refused: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    robots_state: str | None = None
    links: Counter[int] = field(default_factory=Counter)
    """How many links each list had, by its page."""
    named: Counter[str] = field(default_factory=Counter)
    """How many comparisons the lists of a site or its mirror named, by where it was asked."""
    unread: list[str] = field(default_factory=list)
    """Lists that are there and were not read, or not whole: what they name may be missing."""
    _told: dict[str, str] = field(default_factory=dict)

    def tell(self, what: str, example: str, count: int = 1) -> None:
        """Count what happened to several addresses under one note that names the first of them."""
        self.notes[self._told.setdefault(what, f"{what}, such as {example[:200]}")] += count

    @property
    def asked_in_all(self) -> int:
        """How many comparison pages were asked for."""
        return sum(map(len, self.asked.values()))

    @property
    def done(self) -> int:
        """How many comparison pages have ended."""
        return self.stored + self.unchanged + self.failed.total() - self.without_record

    def sent(self, lease: Lease) -> None:
        """Count a page for which a request was sent."""
        if lease.role == "comparison":
            self.asked[lease.site].add(lease.page_id)

    def ended(self, lease: Lease, ending: Ending, *, is_unchanged: bool) -> None:
        """Count an attempt's end."""
        code = code_of(ending)
        if lease.role != "comparison":
            if ending.outcome != "ok":
                self.notes[f"{lease.role} {code}"] += 1
            is_there = ending.outcome not in NOT_ASKED and ending.status not in MISSING
            if lease.role in LISTS and ending.state == "failed" and is_there:
                self.unread.append(lease.url)
        elif ending.state == "captured":
            self.stored += not is_unchanged
            self.unchanged += is_unchanged
        elif ending.state == "failed":
            self.failed[code] += 1
        elif ending.state == "refused":
            self.refused[code] += 1

    def said_the_same(self) -> None:
        """Count a page that was stored, and seen to say what it said before, as unchanged."""
        self.stored -= 1
        self.unchanged += 1
        self.notes["unchanged in all but bytes"] += 1

    def robots(self, state: str) -> None:
        """Keep the worst state of the robots.txt files read."""
        self.robots_state = max(self.robots_state or state, state, key=_WORSE.index)


def code_of(ending: Ending) -> str:
    """An outcome and its reason as reports name them."""
    return f"{ending.outcome}:{ending.reason}".rstrip(":")
