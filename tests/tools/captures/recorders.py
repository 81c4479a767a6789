"""Tools that write WARC files themselves, without a proxy between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from captures.bench import GAP_S, Bench, Made, Tool
from captures.installed import pinned
from captures.programs import run
from captures.truth import PATH, body

CAPTURE_HTTP = """
import sys
from warcio.capture_http import capture_http
import requests
path, version, times, address, coding = sys.argv[1:]
with capture_http(path, warc_version=version):
    for _ in range(int(times)):
        requests.get(address, headers={"Accept-Encoding": coding})
"""
FOR_HUMANS = """
import sys, time
from warcforhumans.api import WARCWriter
from warcforhumans.compression import ZSTDCompressor
kind, address, gap = sys.argv[1:4]
given = {"dictionary": open(sys.argv[4], "rb").read()} if kind == "dict" else {}
more = {} if kind == "plain" else {"compressor": ZSTDCompressor(level=11, **given)}
writer = WARCWriter("page", rotate_mb=0, **more)
session = writer.get_session()
session.get(address)
time.sleep(float(gap))
session.get(address)
writer.close()
"""
SPIDER = """
import sys
import scrapy
from scrapy.crawler import CrawlerProcess
address, folder = sys.argv[1:]
class Page(scrapy.Spider):
    name = "page"
    start_urls = [address]
    def parse(self, response):
        pass
process = CrawlerProcess({
    "EXTENSIONS": {"scrapy_webarchive.extensions.WaczExporter": 543}, "SW_EXPORT_URI": folder,
    "LOG_ENABLED": False, "ROBOTSTXT_OBEY": False, "TELNETCONSOLE_ENABLED": False})
process.crawl(Page)
process.start()
"""


def warcio(bench: Bench) -> Iterator[Made]:
    programs, tool = bench.installed.python("warcio"), f"warcio {pinned('warcio')}"
    for dress, address in bench.addresses.items():
        row = bench.row(f"warcio-{dress}", tool)
        row.visit()
        coding = dress.partition("-")[0] if dress != "plain" else "identity"
        run(
            programs / "python",
            "-c",
            CAPTURE_HTTP,
            "page.warc.gz",
            "1.1",
            "1",
            address,
            coding,
            cwd=row.folder,
        )
        yield row.made("page.warc.gz", "capture_http, WARC 1.1, requests.get(URL)")
    row = bench.row("warcio-1.0", tool)
    row.visit()
    run(
        programs / "python",
        "-c",
        CAPTURE_HTTP,
        "page.warc.gz",
        "1.0",
        "1",
        bench.page,
        "identity",
        cwd=row.folder,
    )
    yield row.made("page.warc.gz", "capture_http, WARC 1.0, requests.get(URL)")
    row = bench.row("warcio-twice-at-once", tool)
    row.visit()
    row.visit(wait=False)
    run(
        programs / "python",
        "-c",
        CAPTURE_HTTP,
        "page.warc.gz",
        "1.0",
        "2",
        bench.page,
        "identity",
        cwd=row.folder,
    )
    yield row.made("page.warc.gz", "capture_http, WARC 1.0, requests.get(URL) twice at once")


def warcit(bench: Bench) -> Iterator[Made]:
    programs = bench.installed.python("warcio")
    row = bench.row("warcit", "warcit 0.4.0")
    folder = bench.scratch("warcit")
    (folder / "compare").mkdir()
    row.visit()
    (folder / "compare" / Path(PATH).name).write_bytes(body())
    run(
        programs / "warcit",
        "-q",
        "-o",
        "--mime-overrides",
        "*=text/html",
        "--name",
        "page",
        "https://sample.example/compare/",
        "compare",
        cwd=folder,
    )
    shutil.move(folder / "page.warc.gz", row.folder)
    yield row.made("page.warc.gz", "warcit https://sample.example/compare/ compare")


def scrapy_webarchive(bench: Bench) -> Iterator[Made]:
    programs = bench.installed.python("scrapy-webarchive")
    for dress in ("plain", "gzip", "chunked", "redirect"):
        row = bench.row(
            f"scrapy-webarchive-{dress}", f"scrapy-webarchive {pinned('scrapy-webarchive')}"
        )
        row.visit()
        run(
            programs / "python",
            "-c",
            SPIDER,
            bench.addresses[dress],
            f"{row.folder}/",
            cwd=bench.scratch("spider"),
        )
        yield row.made("", "WaczExporter, SW_EXPORT_URI=FOLDER/")


def wpull(bench: Bench) -> Iterator[Made]:
    programs, tool = bench.installed.python("wpull"), f"wpull {pinned('wpull')}"
    for dress in ("plain", "gzip", "chunked"):
        row = bench.row(f"wpull-{dress}", tool)
        row.visit()
        folder = bench.scratch("wpull")
        run(
            programs / "wpull",
            "-q",
            "--warc-file",
            "page",
            "--no-robots",
            "-O",
            "body",
            bench.addresses[dress],
            cwd=folder,
        )
        shutil.move(folder / "page.warc.gz", row.folder)
        yield row.made("page.warc.gz", "wpull --warc-file page URL")


def warcforhumans(bench: Bench) -> Iterator[Made]:
    programs, tool = (
        bench.installed.python("warcforhumans"),
        f"warcforhumans {pinned('warcforhumans')}",
    )
    for kind, name in (
        ("plain", "page.warc"),
        ("zstd", "page.warc.zst"),
        ("dict", "page.warc.zst"),
    ):
        row = bench.row(f"warcforhumans-{kind}", tool)
        given = (_dictionary(bench),) if kind == "dict" else ()
        row.visit()
        run(
            programs / "python",
            "-c",
            FOR_HUMANS,
            kind,
            bench.page,
            str(GAP_S),
            *given,
            cwd=row.folder,
        )
        row.visits.append(row.visits[0] + timedelta(seconds=GAP_S))
        yield row.made(name, f"WARCWriter, {kind}, the page twice {GAP_S} s apart")


def _dictionary(bench: Bench) -> str:
    """A small dictionary of what such pages are made of."""
    folder = bench.scratch("dictionary")
    lines = body().splitlines()
    for number in range(len(lines) - 3):
        (folder / f"{number}.txt").write_bytes(b"\n".join(lines[number : number + 3]))
    run(
        bench.installed.system("zstd"),
        "-q",
        "-f",
        "--train",
        *sorted(folder.glob("*.txt")),
        "--maxdict=2048",
        "-o",
        folder / "page.zstdict",
        cwd=folder,
    )
    return str(folder / "page.zstdict")


TOOLS = (
    Tool("warcio", warcio),
    Tool("warcit", warcit),
    Tool("scrapy-webarchive", scrapy_webarchive),
    Tool("wpull", wpull),
    Tool("warcforhumans", warcforhumans),
)
