"""Captures kept as fixtures: the files, and what is true of them in `capture.json`."""

from __future__ import annotations

import json
import shutil
import zipfile
import zlib
from pathlib import Path

from captures.bench import Made
from captures.truth import OWN, PATH

LARGEST = 40_000
"""No fixture is larger: what it shows, a smaller one shows too. Units: bytes."""
MARKS = (b"/tmp/", b"/root", b"/home/", b"/Users/", b"root@")
"""What would say on whose machine a capture was made."""
ALIKE = (
    "wget-warc-gzip",
    "wget-warc-br",
    "wget-warc-zstd",
    "wget-warc-gzip-chunked",
    "wget2-O",
    "warcio-gzip",
    "warcio-br",
    "warcio-zstd",
    "warcio-chunked",
    "warcio-redirect",
    "scrapy-webarchive-gzip",
    "scrapy-webarchive-chunked",
    "wpull-gzip",
    "wpull-chunked",
    "playwright-content",
    "playwright-mhtml",
    "pywb-replay-if_",
    "wget-O",
    "zimwriterfs",
    "scrapy-webarchive-redirect",
    "wget2-save-headers",
    "curl-R",
    "pywb-replay-id_",
    "wget-warc-redirect",
    "wget-warc-chunked",
    "warcprox-redirect",
)
"""Rows of which another shows the same."""
OTHERS = ("backblue.gif", "fade.gif", "index.html")
"""HTTrack's own page and pictures, which are other people's work."""


def keep(made: Made, into: Path) -> str:
    """Copy a capture and write what is true of it; gives in words what came of it."""
    folder, name = into / made.row, made.path.name if made.path.is_file() else "."
    # A HAR's bodies may lie beside it.
    root = made.path.parent if made.path.is_file() else made.path
    files = [path for path in root.rglob("*") if path.is_file() and not _is_others(made, path)]
    if made.row in ALIKE:
        return "not kept: another shows the same"
    if (size := sum(path.stat().st_size for path in files)) > LARGEST:
        return f"not kept: {size} bytes"
    if marked := [path.name for path in files if any(mark in opened(path) for mark in MARKS)]:
        return f"not kept: {marked[0]} names the machine"
    shutil.rmtree(folder, ignore_errors=True)
    for path in files:
        to = folder / "files" / path.relative_to(root)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to)
    true = {
        "tool": made.tool,
        "command": made.command,
        "path": name,
        "page": PATH,
        "address": OWN if made.is_named else None,
        "visits": [f"{visit:%Y-%m-%dT%H:%M:%SZ}" for visit in made.visits],
        "precision": "second",
        "is_dated": made.is_dated,
        "lost": made.lost,
    }
    text = json.dumps(true, indent=2, ensure_ascii=False) + "\n"
    (folder / "capture.json").write_text(text, "utf-8")
    return "kept"


def _is_others(made: Made, path: Path) -> bool:
    return made.row == "httrack" and path.name in OTHERS


def opened(path: Path) -> bytes:
    """A file's bytes, and those of what is inside of it where it is gzip or zip."""
    whole = path.read_bytes()
    if not whole.startswith(b"PK\x03\x04"):
        return whole + _unzipped(whole)
    with zipfile.ZipFile(path) as held:
        inside = [held.read(name) for name in held.namelist()]
    return whole + b"".join(each + _unzipped(each) for each in inside)


def _unzipped(whole: bytes) -> bytes:
    """What members of gzip hold, the last perhaps in part, of a file still being written."""
    parts = []
    while whole.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(wbits=31)
        parts.append(member.decompress(whole))
        whole = member.unused_data
    return b"".join(parts)
