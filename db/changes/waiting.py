"""The pages that wait for a person, and which of them were not told before."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive import Home
from archive.ledger import acknowledged
from db.rows.write import connect_read_only, id_suffix
from db.status import waiting_pages

_FAILING = """
SELECT page.url, (
  SELECT code FROM failure WHERE failure.page{id} = page.id
  ORDER BY captured_at DESC, id DESC LIMIT 1)
FROM page WHERE state IN ('failed', 'held')
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many failing and held pages were told before, or seen by somebody, and how many not."""

    as_before: int
    newly: int

    def line(self) -> str:
        """The two as a sentence's part.

        >>> Waiting(8, 1).line(), Waiting(0, 0).line()
        ('9 failing or held: 8 told before, 1 new', 'none failing or held')
        """
        total = self.as_before + self.newly
        counts = f": {self.as_before} told before, {self.newly} new" if total else ""
        return f"{total or 'none'} failing or held{counts}"


def waiting_in(database: Path) -> dict[str, str | None]:
    """The failing and held pages of a published file by address, each with its newest failure."""
    with closing(connect_read_only(database)) as db:
        return dict(db.execute(_FAILING.format(id=id_suffix(db))).fetchall())


def waiting_now(
    home: Home, now: Mapping[str, str | None], before: Mapping[str, str | None]
) -> Waiting:
    """What waits now beside what the edition before said, and what was acknowledged."""
    new = {url for url, code in now.items() if url not in before or before[url] != code}
    seen = acknowledged(home.ledger) if new else {}
    if seen:
        stands = waiting_pages(home.path)
        new = {url for url in new if url not in seen or seen[url] != stands.get(url)}
    return Waiting(len(now) - len(new), len(new))
