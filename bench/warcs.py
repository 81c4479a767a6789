"""Reading all records of a segment, beside warcio and fastwarc on the same file.

Ours reads each block whole and holds it against its digest, as `check --deep` and an import do; the
others are asked to read it, and then to hold it against its digest too.
"""

from __future__ import annotations

import gc
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from builds import home_for
from measuring import NO_PEERS, NOW, Bench, Row, Series, missing, peers

OURS = "read and verified"


def ours(path: Path) -> int:
    from archive.warc import read_members

    return sum(len(record.block) for _, _, record in read_members(path) if record is not None)


def warcio(path: Path, *, verifies: bool) -> int:
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        records = ArchiveIterator(file, no_record_parse=True, check_digests=verifies)
        return sum(len(record.raw_stream.read()) for record in records)


def fastwarc(path: Path, *, verifies: bool) -> int:
    from fastwarc.warc import ArchiveIterator

    with path.open("rb") as file:
        records = ArchiveIterator(file, parse_http=False, verify_digests=verifies)
        return sum(len(record.reader.read()) for record in records)


WAYS: dict[tuple[str, str], Callable[[Path], int]] = {
    (OURS, NOW): ours,
    (OURS, "warcio"): lambda path: warcio(path, verifies=True),
    (OURS, "fastwarc"): lambda path: fastwarc(path, verifies=True),
    ("read alone", "warcio"): lambda path: warcio(path, verifies=False),
    ("read alone", "fastwarc"): lambda path: fastwarc(path, verifies=False),
}


def costs(path: str) -> list[Any]:
    """Microseconds of the processor a record, each way once, where its library is there."""
    found, sizes = [], set()
    from archive.warc import read_members

    count = sum(1 for _ in read_members(Path(path)))
    gc.collect()
    gc.freeze()
    for (what, name), read in WAYS.items():
        if name != NOW and importlib.util.find_spec(name) is None:
            continue
        begun = time.process_time()
        size = read(Path(path))
        found.append([what, name, (time.process_time() - begun) * 1e6 / count])
        sizes.add(size)
    assert len(sizes) == 1, sizes
    return found


def loads(home: str) -> float:
    """Microseconds of the processor for a capture loaded by its place, as a build does."""
    from archive import open_archive

    archive = open_archive(Path(home))
    captures = [each for each in archive.captures() if each.role == "comparison"]
    begun = time.process_time()
    for capture in captures:
        archive.load(capture)
    return (time.process_time() - begun) * 1e6 / len(captures)


def measure(bench: Bench) -> Iterator[Row]:
    """Microseconds a record."""
    home = home_for(bench, bench.now, bench.size(4_000, 10), "14k")
    segment = next(iter(sorted((home / "warc").glob("*.gz"))))
    series = Series()
    for _, tree in bench.turns():
        found, _ = bench.call(tree, "warcs", "costs", libs=True, path=segment)
        for what, name, took in found:
            if name == NOW or tree is bench.now:
                series.add(tree if name == NOW else name, what, "us", took)
        took, _ = bench.call(tree, "warcs", "loads", home=home)
        series.add(tree, "a capture loaded by its place", "us", took)
    yield from series.rows()
    if peers() is None:
        yield missing("warcio, fastwarc", NO_PEERS)
