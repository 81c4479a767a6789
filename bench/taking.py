"""Importing pages, and building from them: a WARC file of another tool, a folder of saved pages.

Each page says other things. What a command takes to begin is measured with one page in the same
round and taken off. Every page is acknowledged only once it is on the disk that holds `--folder`.
"""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Iterator
from pathlib import Path

from measuring import Bench, Cost, Row, Series, Tree
from publisher import Page, Publisher

DATE = "2026-10-01T12:00:00Z"


def write_warc(path: Path, pages: list[Page]) -> None:
    """A WARC file of responses alone, a gzip member each."""
    with path.open("wb") as file:
        for number, (url, body) in enumerate(pages):
            block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            block += b"Content-Length: %d\r\n\r\n" % len(body) + body
            head = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
                f"WARC-Date: {DATE}\r\nWARC-Record-ID: <urn:uuid:{uuid.UUID(int=number)}>\r\n"
                "Content-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(block)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0))


def write_folder(path: Path, pages: list[Page]) -> None:
    """Saved pages, with their addresses in a list beside the folder."""
    path.mkdir()
    lines = []
    for number, (url, body) in enumerate(pages):
        (path / f"{number:06d}.html").write_bytes(body)
        lines.append(f"{number:06d}.html\t{url}\n")
    path.with_suffix(".urls").write_text("".join(lines))


def measure(bench: Bench) -> Iterator[Row]:
    """Pages a second, and milliseconds of the processor a page."""
    folder = bench.place("import").parent
    count, series = bench.size(1_000, 4), Series()
    sizes = ("4k",) if bench.scale == "tiny" else ("4k", "14k")
    for size in sizes:
        made = Publisher(count, size=size, distinct=True)
        pages = [made.page(number) for number in range(count)]
        for name, some in (("all", pages), ("one", pages[:1])):
            write_warc(folder / f"{size}-{name}.warc.gz", some)
            write_folder(folder / f"{size}-{name}", some)
    for _, tree in bench.turns():
        for size in sizes:
            _add(series, bench, tree, f"WARC file, {size}", folder / f"{size}-{{}}.warc.gz", count)
        path = folder / "4k-{}"
        _add(series, bench, tree, "folder, 4k", path, count, "--urls-file", "--date", DATE)
    yield from series.rows()


def _add(
    series: Series, bench: Bench, tree: Tree, what: str, path: Path, count: int, *more: str
) -> None:
    whole = _taken(bench, tree, str(path).format("all"), more)
    # Of too few pages nothing can be taken off.
    one = None if bench.scale == "tiny" else _taken(bench, tree, str(path).format("one"), more)
    for number, name in enumerate((what, f"{what}, then built")):
        seconds, processor, pages = whole[number].seconds, whole[number].processor, count
        if one is not None:
            seconds, processor = seconds - one[number].seconds, processor - one[number].processor
            pages -= 1
        series.add(tree, f"{name}, pages a second", "/s", pages / seconds, more=True)
        series.add(tree, f"{name}, processor a page", "ms", 1_000 * processor / pages)
        series.add(tree, f"{name}, peak of one process", "MiB", whole[number].peak)


def _taken(bench: Bench, tree: Tree, path: str, more: tuple[str, ...]) -> tuple[Cost, Cost]:
    """What an import costs, and a build of what it left."""
    home = bench.place("home")
    words = [
        w for each in more for w in ([each, f"{path}.urls"] if each == "--urls-file" else [each])
    ]
    taken = bench.verdicts(tree, "import", path, "--home", home, "--site", "sample", *words)
    return taken, bench.verdicts(tree, "build", "--home", home)
