"""The same grammar over the trees of other parsers, which give the same record.

Nothing of the project is changed but the one place where a tree is asked for (parsers/page/tree);
`trees` gives other parsers' nodes the names by which the grammar asks.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

from measuring import NO_PEERS, NOW, Bench, Row, Series, missing, peers
from parsing import HEAVY, OF_A_SITE, corpus

KINDS = (*HEAVY, OF_A_SITE[0])


def costs(over: str, count: int, seed: int) -> dict[str, list[object]]:
    """Milliseconds a page, and a hash over the records, for each kind of pages."""
    from trees import TREES

    from parsers import parse_page
    from parsers.page import tree as place
    from schema.page import RawPage
    from schema.records import dump_line

    if over in TREES:
        place.LexborHTMLParser = TREES[over]  # type: ignore[misc, assignment]
    found: dict[str, list[object]] = {}
    for kind in KINDS:
        pages = [RawPage(*page, "text/html; charset=utf-8") for page in corpus(kind, count, seed)]
        parse_page(pages[0])
        start = time.process_time()
        records = [parse_page(page) for page in pages]
        took = (time.process_time() - start) * 1_000 / count
        said = "".join(map(dump_line, records))
        found[kind] = [took, hashlib.sha256(said.encode()).hexdigest()]
    return found


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds a page over each tree. Raises: SystemExit where a record is not the same."""
    from trees import TREES

    if peers() is None:
        yield missing("BeautifulSoup, parsel", NO_PEERS)
        return
    series, names = Series(), [*TREES][:: 2 if bench.scale == "tiny" else 1]
    for number in range(bench.rounds):
        given = {"count": bench.size(20, 2), "seed": number + 1}
        said: dict[str, object] = {}
        for name in (NOW, *names):
            found, _ = bench.call(bench.now, "grammar", "costs", libs=True, over=name, **given)
            for kind, (took, record) in found.items():
                series.add(name, f"{kind}, whole parse", "ms", took)
                if said.setdefault(kind, record) != record:
                    raise SystemExit(f"grammar: {name} gives another record of a {kind} page")
    yield from series.rows()
