"""What a CDXJ index beside a WARC file says of it: where the records of claimed addresses lie.

What was written behind the last record that the index names is read all the same.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from archive.warc import WarcRecord, read_warc
from crawler.hosts.addresses import host_of

BESIDE = ("request", "metadata")
"""The types of the records that go with the answer before them; an index names none of them."""


@dataclass(slots=True)
class Selection:
    """The places of one file, each an offset and a length, that are wanted, in their order.

    `others` counts the records of addresses that nobody claims, by an address of each host.
    """

    places: list[tuple[int, int]] = field(default_factory=list)
    end: int = 0
    others: Counter[str] = field(default_factory=Counter)


def index_names(name: str) -> tuple[str, ...]:
    """What the index of a WARC file may be called, the likeliest first.

    >>> index_names("a.warc.gz")
    ('a.warc.gz.cdxj', 'a.warc.cdxj', 'a.cdxj', 'index.cdxj')
    """
    bare = name.removesuffix(".gz")
    stems = dict.fromkeys((name, bare, bare.removesuffix(".warc")))
    return (*(f"{stem}.cdxj" for stem in stems), "index.cdxj")


def selection_of(path: Path, claims: Callable[[str], bool], size: int) -> Selection | None:
    """What the index beside a file selects. Units: `size` of the file, in bytes.

    Absent: None where none that can be read names it, or it names what the file cannot hold.
    """
    for name in index_names(path.name):
        index = path.with_name(name)
        found = _selections(index, claims).get(path.name) if index.is_file() else None
        if found is not None and found.end <= size:
            return found
    return None


@lru_cache(maxsize=1)
def _selections(index: Path, claims: Callable[[str], bool]) -> dict[str, Selection]:
    """The selections of an index by the file's name; none of one that is no CDXJ."""
    found: dict[str, Selection] = defaultdict(Selection)
    hosts: dict[tuple[str, str], str] = {}
    with index.open("rb") as lines:
        for line in lines:
            if line.startswith((b"!", b" CDX")) or not line.strip():
                continue
            try:
                said = json.loads(line.split(b" ", 2)[2])
                name, url = str(said["filename"]), str(said["url"])
                place = int(said["offset"]), int(said["length"])
                is_claimed = claims(url)
                if min(place) < 0:
                    return {}
            except (ValueError, OverflowError, LookupError, TypeError, RecursionError):
                return {}
            mine = found[name.rpartition("/")[2]]
            mine.end = max(mine.end, sum(place))
            if is_claimed:
                mine.places.append(place)
            else:
                mine.others[hosts.setdefault((name, host_of(url)), url)] += 1
    for each in found.values():
        each.places.sort()
    return dict(found)


def chosen(path: Path, selection: Selection) -> Iterator[tuple[int, WarcRecord | None]]:
    """The records that are selected, with those beside them, as `read_warc` gives all.

    Raises: OSError when the file cannot be read.
    """
    first = next(read_warc(path), None)
    if first is not None and first[1] is not None and first[1].type == "warcinfo":
        yield first
    for place, _ in selection.places:
        for offset, record in read_warc(path, start=place):
            is_beside = record is not None and record.type in BESIDE
            if offset != place and not is_beside:
                break
            yield offset, record
    yield from read_warc(path, start=selection.end)
