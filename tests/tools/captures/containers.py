"""Containers, and what other tools make of a WARC or a HAR: chains of two and three tools."""

from __future__ import annotations

import base64
import plistlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from captures.bench import Bench, Made, Row, Tool
from captures.browsers import har_capturer, playwright
from captures.fetchers import wget_warc
from captures.installed import debian, pinned
from captures.programs import ToolError, run
from captures.proxies import mitmproxy_har, through_mitmproxy, warcprox
from captures.truth import OWN, body

ICON = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwAQMAAABtzGvEAAAAA1BMVEWMOx8Y2nKOAAAADElEQVQI12NgGAWDAwAAkAAB0v"
    "GYqQAAAABJRU5ErkJggg=="
)
"""A square of 48 points, without which zimwriterfs makes no file."""


def _first(makers: Iterator[Made], row: str) -> Made:
    found = next((made for made in makers if made.row == row), None)
    if found is None:
        raise ToolError(f"{row} was not made")
    return found


def _warc(bench: Bench) -> tuple[Made, Path]:
    made = _first(wget_warc(bench.aside("of-wget")), "wget-warc-plain")
    return made, made.path


def _after(row: Row, made: Made) -> Row:
    """A row whose page was seen when another's was."""
    row.visits.extend(made.visits)
    return row


def py_wacz(bench: Bench) -> Iterator[Made]:
    program, tool = bench.installed.python("wacz") / "wacz", f"py-wacz {pinned('wacz')}"
    made, warc = _warc(bench)
    row = _after(bench.row("py-wacz", tool), made)
    run(program, "create", "-o", "page.wacz", "--detect-pages", warc, cwd=row.folder)
    yield row.made("page.wacz", "wacz create --detect-pages, of wget's WARC")
    made = _first(warcprox(bench.aside("of-warcprox")), "warcprox")
    row = _after(bench.row("py-wacz-revisit", tool), made)
    run(program, "create", "-o", "page.wacz", *sorted(made.path.iterdir()), cwd=row.folder)
    yield row.made("page.wacz", "wacz create, of warcprox's WARC")


def js_wacz(bench: Bench) -> Iterator[Made]:
    made, warc = _warc(bench)
    program = bench.installed.node("js-wacz") / "node_modules" / ".bin" / "js-wacz"
    row = _after(bench.row("js-wacz", f"js-wacz {pinned('js-wacz')}"), made)
    run("node", program, "create", "-f", warc, "-o", row.folder / "page.wacz", cwd=warc.parent)
    yield row.made("page.wacz", "js-wacz create -f page.warc.gz, of wget's WARC")


def warc_in_zip(bench: Bench) -> Iterator[Made]:
    made, warc = _warc(bench)
    row = _after(bench.row("warc-in-zip", "zip"), made)
    with zipfile.ZipFile(row.folder / "page.zip", "w") as into:
        into.write(warc, "crawl/page.warc.gz")
    yield row.made("page.zip", "zip page.zip crawl/page.warc.gz, of wget's WARC")


def har2warc(bench: Bench) -> Iterator[Made]:
    """A browser's HAR made a WARC; what Playwright keeps beside the HAR does not come along."""
    program = bench.installed.python("har2warc") / "har2warc"
    aside = bench.aside("of-har2warc")
    for made in (*playwright(aside), *har_capturer(aside), *mitmproxy_har(aside)):
        if made.path.suffix != ".har":
            continue
        row = _after(bench.row(f"har2warc-{made.row}", f"har2warc {pinned('har2warc')}"), made)
        run(program, made.path, "page.warc.gz", cwd=row.folder, ok=(0, 1))
        lost = {
            "playwright-har-attach": "the body",
            "playwright-har-minimal": "everything: har2warc dies",
        }.get(made.row, "")
        yield row.made("page.warc.gz", f"har2warc, of {made.row}", lost=lost)


def har_to_zim(bench: Bench) -> Iterator[Made]:
    """Three tools: a browser's HAR, made a WARC, made a WACZ, made a ZIM."""
    made = _first(playwright(bench.aside("of-chain")), "playwright-har-embed")
    row = _after(bench.row("har-warc-wacz", "har2warc, js-wacz"), made)
    folder = bench.scratch("chain")
    run(bench.installed.python("har2warc") / "har2warc", made.path, "page.warc.gz", cwd=folder)
    program = bench.installed.node("js-wacz") / "node_modules" / ".bin" / "js-wacz"
    run("node", program, "create", "-f", "page.warc.gz", "-o", row.folder / "page.wacz", cwd=folder)
    yield row.made("page.wacz", "playwright-har-embed, har2warc, js-wacz create")


def warc2zim(bench: Bench) -> Iterator[Made]:
    made, warc = _warc(bench)
    program = bench.installed.python("warc2zim") / "warc2zim"
    row = _after(bench.row("warc2zim", f"warc2zim {pinned('warc2zim')}"), made)
    run(
        program,
        "--name",
        "page",
        "--output",
        row.folder,
        "--zim-file",
        "page.zim",
        "--url",
        bench.page,
        "--title",
        "Page",
        "--description",
        "Page",
        warc,
        cwd=bench.scratch("warc2zim"),
    )
    yield row.made("page.zim", "warc2zim --zim-file page.zim, of wget's WARC", is_dated=False)
    dump = _after(bench.row("zim-dump", f"zim-tools {debian('zim-tools')}"), made)
    run(
        bench.installed.system("zimdump"),
        "dump",
        f"--dir={dump.folder}",
        row.folder / "page.zim",
        cwd=dump.folder,
    )
    yield dump.made("", "zimdump dump, of warc2zim's file", is_dated=False, is_named=False)


def zimwriterfs(bench: Bench) -> Iterator[Made]:
    row = bench.row("zimwriterfs", f"zim-tools {debian('zim-tools')}")
    folder = bench.scratch("zimwriterfs")
    (folder / "compare").mkdir()
    row.visit()
    (folder / "compare" / "page.html").write_bytes(body())
    (folder / "icon.png").write_bytes(ICON)
    run(
        bench.installed.system("zimwriterfs"),
        "-w",
        "compare/page.html",
        "-I",
        "icon.png",
        "-l",
        "eng",
        "-t",
        "Page",
        "-d",
        "Page",
        "-c",
        "us",
        "-p",
        "us",
        "--name",
        "page",
        "--withoutFTIndex",
        folder,
        row.folder / "page.zim",
        cwd=folder,
    )
    yield row.made("page.zim", "zimwriterfs -w compare/page.html", is_dated=False)


LIBZIM = """
import sys
from libzim.writer import Creator, Hint, Item, StringProvider

class Page(Item):
    def get_path(self):
        return sys.argv[2]
    def get_title(self):
        return "Page"
    def get_mimetype(self):
        return "text/html"
    def get_contentprovider(self):
        return StringProvider(open(sys.argv[3], encoding="utf-8").read())
    def get_hints(self):
        return {Hint.FRONT_ARTICLE: True}

with Creator(sys.argv[1]).config_indexing(False, "eng") as creator:
    creator.set_mainpath(sys.argv[2])
    creator.add_item(Page())
    creator.add_metadata("Date", sys.argv[4])
    creator.add_metadata("Source", sys.argv[5])
"""


def libzim(bench: Bench) -> Iterator[Made]:
    """A ZIM as scrapers write it: a page under host and path, the day as the file's date."""
    row = bench.row("libzim", f"libzim {pinned('libzim')}")
    (page := bench.scratch("libzim") / "page.html").write_bytes(body())
    row.visit()
    run(
        bench.installed.python("libzim") / "python",
        "-c",
        LIBZIM,
        "page.zim",
        OWN.removeprefix("https://"),
        page,
        f"{row.visits[0]:%Y-%m-%d}",
        "https://sample.example/",
        cwd=row.folder,
    )
    yield row.made("page.zim", "libzim's Creator, one page under HOST/PATH", is_dated=False)


def hoardy(bench: Bench) -> Iterator[Made]:
    programs, tool = bench.installed.python("hoardy-web"), f"hoardy-web {pinned('hoardy-web')}"
    row = bench.row("hoardy-wrr", tool)
    folder = bench.scratch("hoardy")
    row.visit()
    through_mitmproxy(bench, "-w", folder / "page.flow")
    # At 0.25.0 it ends with an AssertionError of its own, after the file is written.
    run(
        programs / "hoardy-web",
        "import",
        "mitmproxy",
        "--to",
        row.folder,
        folder / "page.flow",
        cwd=folder,
        ok=(0, 1),
    )
    yield row.made("", "hoardy-web import mitmproxy, of mitmdump -w")
    mirror = _after(bench.row("hoardy-mirror", tool), row.made("", ""))
    run(programs / "hoardy-web", "mirror", "--to", mirror.folder, row.folder, cwd=folder)
    yield mirror.made("", "hoardy-web mirror, of hoardy-wrr", is_dated=False, is_named=False)


def webarchive(bench: Bench) -> Iterator[Made]:
    """Safari's shape, as no Safari runs here: a property list of the page and its parts."""
    row = bench.row("safari-webarchive", "plistlib, in Safari's shape")
    row.visit()
    main = {
        "WebResourceData": body(),
        "WebResourceFrameName": "",
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "UTF-8",
        "WebResourceURL": bench.page,
    }
    with (row.folder / "page.webarchive").open("wb") as into:
        plistlib.dump({"WebMainResource": main}, into, fmt=plistlib.FMT_BINARY)
    yield row.made("page.webarchive", "plistlib.dump(WebMainResource)", is_dated=False)


TOOLS = (
    Tool("py-wacz", py_wacz),
    Tool("js-wacz", js_wacz),
    Tool("zip", warc_in_zip),
    Tool("har2warc", har2warc),
    Tool("har-warc-wacz", har_to_zim),
    Tool("warc2zim", warc2zim),
    Tool("zimwriterfs", zimwriterfs),
    Tool("libzim", libzim),
    Tool("hoardy-web", hoardy),
    Tool("webarchive", webarchive),
)
