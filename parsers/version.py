"""The parser's version: what a record may depend on besides the page."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path


def source_digest(start: str, *rooms: Path) -> str:
    """A hash over every source file of some rooms, those in folders below them included.

    Shape: `start` is what the sources do not say, such as a library's version; hex out.
    """
    digest = hashlib.sha256(start.encode())
    for room in rooms:
        for path in sorted(room.rglob("*.py"), key=lambda found: found.relative_to(room).parts):
            digest.update(f"{room.name}/{path.relative_to(room).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


_ROOMS = Path(__file__).parents[1]
PARSER_VERSION = source_digest(version("selectolax"), _ROOMS / "schema", _ROOMS / "parsers")[:16]
