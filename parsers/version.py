"""The parser's version: what a record may depend on besides the page."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from importlib.resources import files


def _digest() -> str:
    """A hash of the source of schema and parsers and of selectolax's version."""
    digest = hashlib.sha256(version("selectolax").encode())
    for room in ("schema", "parsers", "parsers.sites"):
        for entry in sorted(files(room).iterdir(), key=lambda found: found.name):
            if entry.name.endswith(".py"):
                digest.update(f"{room}/{entry.name}\0".encode())
                digest.update(entry.read_bytes())
    return digest.hexdigest()[:16]


PARSER_VERSION = _digest()
