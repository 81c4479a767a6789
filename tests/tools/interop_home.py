"""A home with every kind of record that we write, for the tests with other people's tools."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from commands import verdicts
from crawl_site import PAGE, PAGES, Answer, run_crawl, serving

from archive.cdxj import index

FIRST, SECOND = "2026-11-02T12:00:00Z", "2027-05-03T12:00:00Z"
SAME, ZIPPED, CHUNKED = PAGES
"""The page that answers 304 when asked again, the gzipped one and the chunked one."""
MOVED, GONE, CUT, LARGE = (
    f"/compare/{name}-vs-cedar" for name in ("moved", "gone", "cut", "large")
)
SAVED = "https://sample.example/compare/saved-vs-cedar"


@dataclass(frozen=True)
class Line:
    """A line of an index."""

    key: str
    moment: str
    held: dict[str, str]

    @classmethod
    def of(cls, text: str) -> Line:
        key, moment, held = text.split(" ", 2)
        return cls(key, moment, json.loads(held))

    @property
    def place(self) -> tuple[str, str]:
        return self.held["filename"], self.held["offset"]

    @property
    def path(self) -> str:
        return "/" + self.held["url"].split("/", 3)[3]


@dataclass(frozen=True)
class Made:
    """A home, what the site served by path, and the index."""

    home: Path
    served: dict[str, bytes]

    @property
    def warcs(self) -> list[Path]:
        return sorted((self.home / "warc").iterdir())

    @property
    def lines(self) -> list[Line]:
        return [Line.of(text) for text in index(self.home).lines]


def _same(handler) -> None:
    is_known = handler.headers["If-None-Match"] == '"one"'
    body = b"" if is_known else PAGES[SAME]
    status = "304 Not Modified" if is_known else "200 OK"
    length = "" if is_known else f"Content-Length: {len(body)}\r\n"
    handler.wfile.write(
        f'HTTP/1.1 {status}\r\nContent-Type: text/html\r\nETag: "one"\r\n{length}\r\n'.encode()
        + body
    )


def _chunked(handler) -> None:
    body = PAGES[CHUNKED]
    handler.wfile.write(
        b"HTTP/1.1 200 Fine\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    for start in range(0, len(body), 700):
        piece = body[start : start + 700]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def _cut(handler) -> None:
    handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n" + PAGE[:1000]
    )


def make(folder: Path) -> Made:
    """A home with every kind of record, crawled twice half a year apart and imported into."""
    assert shutil.which("wget"), "wget is needed: the test set-up installs it"
    home = folder / "home"
    with serving() as site:
        site.answers |= {
            SAME: Answer(play=_same),
            CHUNKED: Answer(play=_chunked),
            CUT: Answer(play=_cut),
            ZIPPED: Answer(
                gzip.compress(PAGES[ZIPPED], mtime=0), headers={"Content-Encoding": "gzip"}
            ),
            MOVED: Answer(b"moved", 301, headers={"Location": SAME}),
            LARGE: Answer(random.Random(1).randbytes((4 << 20) + 1)),
        }
        served = {path: answer.body for path, answer in site.answers.items()} | PAGES
        served |= {GONE: b"no such page", "/": b"no such page", "/compare/saved-vs-cedar": PAGE}
        named = [site.base + path for path in (MOVED, GONE, CUT, LARGE)]
        for moment in (FIRST, SECOND):
            ended = run_crawl(home, site.base + "/", *named, env={"VERDICTS_NOW": moment})
            assert ended.exit_code in (0, 10), ended.errors
        # 8 is wget's way of saying that one answer was an error. Played answers close without
        # having said so; a request sent into such a connection would be lost (exit 4).
        done = subprocess.run(
            [
                "wget",
                "-q",
                "--warc-file=wget",
                "--tries=1",
                "--no-http-keep-alive",
                "--no-hsts",
                "--no-warc-keep-log",
                "-O",
                "none",
                *(site.base + path for path in (*PAGES, GONE)),
            ],
            cwd=folder,
            check=False,
            timeout=60,
        )
        assert done.returncode == 8, f"wget ended with {done.returncode}"
    (folder / "page.html").write_bytes(PAGE)
    common = ("--home", home, "--site", "sample")
    for arguments in (("page.html", "--url", SAVED, "--date", "2026-10-01"), ("wget.warc.gz",)):
        ended_import = verdicts("import", *arguments, *common, cwd=folder)
        assert ended_import.returncode in (0, 10), ended_import.stderr
    return Made(home, served)
