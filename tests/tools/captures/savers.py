"""Tools that save a page into a folder and rewrite its links."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from captures.bench import Bench, Made, Tool
from captures.browsers import SCRIPTS
from captures.installed import debian, pinned
from captures.programs import NotHere, ToolError, run
from captures.truth import body

SAVE_WEBPAGE = """
import sys
from pywebcopy import save_webpage
save_webpage(url=sys.argv[1], project_folder=sys.argv[2], project_name="page", bypass_robots=True,
             debug=False, open_in_browser=False, delay=None, threaded=False)
"""


def httrack(bench: Bench) -> Iterator[Made]:
    row = bench.row("httrack", f"HTTrack {debian('httrack')}")
    row.visit()
    run(bench.installed.system("httrack"), bench.page, "-O", ".", "-r1", "-q", cwd=row.folder)
    yield row.made("", "httrack URL -O . -r1")


def pywebcopy(bench: Bench) -> Iterator[Made]:
    row = bench.row("pywebcopy", f"pywebcopy {pinned('pywebcopy')}")
    row.visit()
    run(
        bench.installed.python("pywebcopy") / "python",
        "-c",
        SAVE_WEBPAGE,
        bench.page,
        row.folder,
        cwd=bench.scratch("pywebcopy"),
    )
    yield row.made("", "save_webpage(URL)")


def website_scraper(bench: Bench) -> Iterator[Made]:
    folder = bench.installed.node("website-scraper")
    row = bench.row("website-scraper", f"website-scraper {pinned('website-scraper')}")
    row.visit()
    run(
        "node", SCRIPTS / "website-scraper.mjs", row.folder / "page", bench.page, folder, cwd=folder
    )
    yield row.made("page", "scrape({urls: [URL]})", is_dated=False)


def archivebox(bench: Bench) -> Iterator[Made]:
    programs = bench.installed.python("archivebox")
    if os.geteuid() == 0:
        raise NotHere("ArchiveBox gives up root's rights, and then cannot read what root installed")
    row = bench.row("archivebox", f"ArchiveBox {pinned('archivebox')}")
    folder = bench.scratch("archivebox")
    run(programs / "archivebox", "init", cwd=folder)
    row.visit()
    run(programs / "archivebox", "add", bench.page, cwd=folder, ok=None)
    found = sorted(path.parent for path in (folder / "archive").rglob("index.json*"))
    if not found:
        raise ToolError("ArchiveBox made no snapshot")
    found[0].rename(row.folder / "snapshot")
    yield row.made("snapshot", "archivebox add URL")


def zipped(bench: Bench) -> Iterator[Made]:
    """Not a tool's own: a page put away by gzip, as people do."""
    row = bench.row("page-gzip", "gzip")
    row.visit()
    (row.folder / "page.html").write_bytes(body())
    run("gzip", "-n", "page.html", cwd=row.folder)
    yield row.made("page.html.gz", "gzip -n page.html", is_dated=False)


def monolith(bench: Bench) -> Iterator[Made]:
    program = shutil.which("monolith")
    if program is None:
        raise NotHere("monolith comes by cargo, which this script does not use")
    row = bench.row("monolith", run(program, "--version", cwd=bench.work).strip())
    row.visit()
    run(program, bench.page, "-o", "page.html", cwd=row.folder)
    yield row.made("page.html", "monolith URL -o page.html")


def browsertrix(bench: Bench) -> Iterator[Made]:
    raise NotHere("browsertrix-crawler comes as an image for docker alone")
    yield


TOOLS = (
    Tool("httrack", httrack),
    Tool("pywebcopy", pywebcopy),
    Tool("website-scraper", website_scraper),
    Tool("archivebox", archivebox),
    Tool("gzip", zipped),
    Tool("monolith", monolith),
    Tool("browsertrix", browsertrix),
)
