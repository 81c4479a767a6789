"""The index of a WACZ and its list of pages, as bytes. Pure.

The index is compressed in blocks of lines, each a gzip member, beside an index of these blocks: of
the forms in use it is the one that pywb takes in (`.cdxj` it passes over) and that a reader in the
browser fetches in parts.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence

CDX, IDX = "index.cdx.gz", "index.idx"
BLOCK_LINES = 300
"""So many lines a block has, as cdxj-indexer makes them."""


def index_blocks(lines: Sequence[str]) -> tuple[bytes, bytes]:
    """The compressed index, and the index of its blocks.

    >>> cdx, idx = index_blocks(["example,sample)/ 20261102120000 {}"])
    >>> gzip.decompress(cdx), idx.decode().splitlines()[1][:44]
    (b'example,sample)/ 20261102120000 {}\\n', 'example,sample)/ 20261102120000 {"offset": 0')
    """
    blocks: list[bytes] = []
    about = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': CDX})}\n"]
    offset = 0
    for start in range(0, len(lines), BLOCK_LINES):
        part = lines[start : start + BLOCK_LINES]
        block = gzip.compress("".join(f"{line}\n" for line in part).encode("ascii"), mtime=0)
        digest = f"sha256:{hashlib.sha256(block).hexdigest()}"
        held = {"offset": offset, "length": len(block), "digest": digest, "filename": CDX}
        about.append(f"{part[0].partition(' {')[0]} {json.dumps(held)}\n")
        blocks.append(block)
        offset += len(block)
    return b"".join(blocks), "".join(about).encode("ascii")


def page_list(pages: Iterable[tuple[str, str, str | None]]) -> bytes:
    """`pages.jsonl`: a head, then a line for each address, time and title.

    >>> listed = page_list([("urn:sha256:ab", "2026-11-02T12:00:00Z", "A vs B")])
    >>> listed.decode().splitlines()[1][31:]
    '"url": "urn:sha256:ab", "ts": "2026-11-02T12:00:00Z", "title": "A vs B"}'
    """
    found = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    for url, moment, title in pages:
        mark = hashlib.sha256(f"{moment} {url}".encode()).hexdigest()[:20]
        page = {"id": mark, "url": url, "ts": moment}
        found.append(page | ({"title": title} if title else {}))
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in found).encode()
