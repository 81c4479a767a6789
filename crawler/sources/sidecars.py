"""Files that tools leave beside the pages that they save: known for what they are, never pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from contextlib import suppress
from pathlib import Path, PurePath

from crawler.sources.kinds import HEAD_BYTES, kind_of

FRAME = "a frame of the saved page beside its folder"
REWRITTEN = "a page that wget rewrote; its .orig is taken"
ATTACHED = "a body that belongs to an exchange of the HAR file beside it"
ARCHIVEBOX = "a copy of a page that ArchiveBox has in the WARC file beside it"
OPEN = "a WARC file that its recorder has not closed"
UNKNOWN = "a file of a kind that is not read"
_SUFFIXES = {
    "a style sheet": ".css",
    "a script": ".js .mjs .map .wasm",
    "a picture": ".png .jpg .jpeg .gif .svg .webp .avif .ico .bmp .jxl",
    "a font": ".woff .woff2 .ttf .otf .eot",
    "a sound or film": ".mp3 .mp4 .webm .ogg .wav .m4a",
    "data beside the pages": ".json .jsonl .csv .tsv .sqlite3 .db .yaml .yml .toml",
    "an index of WARC records": ".cdx .cdxj .idx",
    "a log": ".log .err",
    OPEN: ".open",
}
_BY_SUFFIX = {suffix: kind for kind, named in _SUFFIXES.items() for suffix in named.split()}
_NAMED = (
    ("a robots.txt", re.compile(r"robots\.txt(?:\.\w+)?")),
    ("a sitemap", re.compile(r"sitemap[\w.-]*\.(?:xml|xml\.gz|txt)|[\w-]*sitemap\.xml(?:\.gz)?")),
    ("a file of HTTrack's own", re.compile(r"hts-\w+\.(?:txt|lock)|cookies\.txt")),
    ("an index of WARC records", re.compile(r".+\.cdxj?\.gz")),
    ("a file of the system's own", re.compile(r"\.ds_store|thumbs\.db|desktop\.ini|\._.+")),
)
_HTTRACK_INDEX = re.compile(rb"<title>\s*(?:Local index|List of available projects) - HTTrack")
_ATTACHED = re.compile(rb'"_file"\s*:\s*"([\w.-]+)"')
_INDEX_BYTES = 64 << 10
MOST_OF_HAR = 256 << 20
"""A larger HAR file is not read. Units: bytes."""
_SNAPSHOT = ("index.json", "index.jsonl")
_WARCS = ("warc/*.warc.gz", "wget/warc/*.warc.gz", "wget/*.warc.gz")


def sidecar(path: PurePath) -> str | None:
    """What a file is by its name, where that says that it is no page. Absent: None."""
    name = path.name.lower()
    if "hts-cache" in path.parts:
        return "a file of HTTrack's own"
    for kind, named in _NAMED:
        if named.fullmatch(name):
            return kind
    return _BY_SUFFIX.get(path.suffix.lower())


def is_made_index(head: bytes) -> bool:
    """Whether a page is the list that HTTrack makes of what it saved."""
    return _HTTRACK_INDEX.search(head, 0, 4096) is not None


def is_rewritten(path: PurePath, others: Set[PurePath]) -> bool:
    """Whether a file's original, which wget kept, is given with it.

    Source: wget 1.21.3 with `--backup-converted` names the original of `page.html` so: `page.orig`
    beside `--adjust-extension`, else `page.html.orig`.
    """
    if not path.name or path.suffix.lower() == ".orig":
        return False
    return bool(originals(path) & others)


def originals(path: PurePath) -> set[PurePath]:
    """Where wget keeps the original of a page that it rewrote."""
    return {path.with_name(f"{path.name}.orig"), path.with_suffix(".orig")}


def attached_names(har: bytes) -> set[str]:
    """The names of the files that hold the bodies of a HAR file.

    >>> attached_names(b'{"_file": "ab12.html"}')
    {'ab12.html'}
    """
    return {name.decode("ascii", "replace") for name in _ATTACHED.findall(har)}


class Company:
    """The files of one call: what one of them is by the others."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        self._files = frozenset(files)
        self._hars: dict[Path, list[Path]] = defaultdict(list)
        for file in self._files:
            if file.suffix.lower() == ".har":
                self._hars[file.parent].append(file)
        self._bodies: dict[Path, set[str]] = {}
        self._warcs: dict[Path, list[Path]] = {}

    def is_rewritten(self, path: Path) -> bool:
        """Whether a page's original, which wget kept, is among them."""
        return is_rewritten(path, self._files) and any(map(is_page, originals(path) & self._files))

    def is_frame(self, path: Path) -> bool:
        """Whether a page is a frame of another that a browser saved whole, in the folder beside it.

        Source: "Webpage, Complete" of Chromium and Firefox: `page.html` and `page_files/`.
        """
        for folder in path.parents:
            stem, mark, _ = folder.name.rpartition("_files")
            ends = (".html", ".htm", ".xhtml") if mark else ()
            if any(folder.with_name(stem + end) in self._files for end in ends):
                return True
        return False

    def is_attached(self, path: Path) -> bool:
        """Whether a file holds a body of a HAR file in its folder. Raises: OSError."""
        folder = path.parent
        if folder not in self._bodies:
            hars = self._hars.get(folder, ())
            self._bodies[folder] = {n for har in hars for n in attached_names(_start_of(har))}
        return path.name in self._bodies[folder]

    def snapshot(self, path: Path) -> list[Path]:
        """The WARC files among them of the ArchiveBox snapshot that a file is in, if it is in one.

        Source: ArchiveBox 0.9 keeps an index.json or index.jsonl in the folder of a snapshot.
        """
        folder = path.parent
        if folder not in self._warcs:
            places = [p for p in (folder, *folder.parents)[:4] if _is_snapshot(p)]
            found = (w for p in places[:1] for form in _WARCS for w in sorted(p.glob(form)))
            self._warcs[folder] = [warc for warc in found if warc in self._files]
        return self._warcs[folder]


def _start_of(har: Path) -> bytes:
    with har.open("rb") as file:
        return file.read(MOST_OF_HAR)


def is_page(path: PurePath) -> bool:
    """Whether a file is a page of HTML by its first bytes."""
    with suppress(OSError), Path(path).open("rb") as file:
        return kind_of(path.name, file.read(HEAD_BYTES)) == "page"
    return False


def _is_snapshot(folder: Path) -> bool:
    """Whether a folder's index is ArchiveBox's: it says which address was saved, and when."""
    for name in _SNAPSHOT:
        with suppress(OSError):
            with (folder / name).open("rb") as file:
                head = file.read(_INDEX_BYTES)
            return b'"timestamp"' in head and b'"url"' in head
    return False
