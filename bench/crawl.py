"""A crawl of a loopback site: ours, the same spider with archive and ledger off, and others.

A site of comparison pages of 14 KB, no delay, one connection. What is timed is what the site sees:
from the first page asked for to the last one answered. Beside our own, a bare Scrapy spider and
`wget -r --warc-file`, which keeps what it gets and syncs nothing. The disk is that of `--folder`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from measuring import HERE, Bench, Row, Series, missing, summed
from publisher import BASE, Publisher


class Site(ThreadingHTTPServer):
    """Pages kept ready, and a page that links to all of them."""

    daemon_threads = True

    def __init__(self, count: int) -> None:
        made = Publisher(count, size="14k")
        pages = {page.url.removeprefix(BASE): page.body for page in map(made.page, range(count))}
        links = "".join(f'<a href="{path}">{path}</a>' for path in pages)
        self.pages = pages | {"/all": f"<!doctype html><body>{links}</body>".encode()}
        self.times: list[float] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # header and body in one piece, or each page waits 40 ms

            def do_GET(self) -> None:
                data = site.pages.get(self.path)
                is_timed = self.path.startswith("/compare/")
                if is_timed:
                    site.times.append(time.perf_counter())
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")
                if is_timed:
                    site.times.append(time.perf_counter())

            def log_message(self, *args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def addresses(self) -> list[str]:
        """Those of the comparisons."""
        return [self.base + path for path in self.pages if path != "/all"]

    def rate(self) -> float:
        """Pages a second since the last time, all of which were asked for."""
        times, self.times = self.times, []
        count = len(self.pages) - 1
        assert len(times) == 2 * count, f"{len(times) // 2} of {count} pages were asked for"
        return count / (times[-1] - times[0])


def kept(addresses: list[str], home: str) -> None:
    """Our crawl."""
    from crawler.run import crawl
    from parsers.sites import site_named

    given = {"site": site_named("sample"), "delay_s": 0, "allow_private": True}
    report = crawl(Path(home), addresses=addresses, **given)
    assert report.stored == len(addresses), report


def off(addresses: list[str], home: str) -> None:
    """The same with archive and ledger off."""
    import unkept

    import crawler.run as run

    unkept.install(run)
    kept(addresses, home)


def bare(addresses: list[str], home: str) -> None:
    """A spider of Scrapy's own that keeps nothing and looks at nothing."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Bare(scrapy.Spider):
        name = "bare"

        async def start(self):  # type: ignore[no-untyped-def]
            for url in addresses:
                yield scrapy.Request(url)

        def parse(self, response):  # type: ignore[no-untyped-def]
            return None

    asked = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "CONCURRENT_REQUESTS": 1, "DOWNLOAD_DELAY": 0}
    process = CrawlerProcess({**asked, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False})
    process.crawl(Bare)
    process.start()


WAYS = {"off": "the same spider, keeping nothing", "bare": "a bare Scrapy spider"}


def measure(bench: Bench) -> Iterator[Row]:
    """Pages a second, and what share of the same spider's ours has."""
    count, series, shares = bench.size(300, 5), Series(), list[float]()
    site, home = Site(count), bench.place("crawl")
    given = {"addresses": site.addresses(), "home": home}

    def asked(function: str, tree: object = bench.now) -> float:
        bench.call(tree, "crawl", function, **given)  # type: ignore[arg-type]
        shutil.rmtree(home, ignore_errors=True)
        return site.rate()

    for number in range(bench.rounds):
        for tree in bench.trees:
            series.add(tree, "pages of 14 KB", "/s", asked("kept", tree), more=True)
        for way, name in WAYS.items():
            series.add(name, "pages of 14 KB", "/s", asked(way), more=True)
        if shutil.which("wget"):
            series.add("wget -r", "pages of 14 KB", "/s", _wget(site, home), more=True)
        rates = series.found["pages of 14 KB", "/s", "more"]
        shares.append(rates["now"][number] / rates[WAYS["off"]][number])
    yield from series.rows()
    yield summed("with archive and ledger, of the same spider without", shares, "x")
    if shutil.which("strace") and bench.scale != "tiny":
        yield Row("waits for the disk a page", _waits(bench, given, count), "")
        site.rate()
    for program in ("wget", "strace"):
        if not shutil.which(program):
            yield missing(program, "not installed")
    site.shutdown()


def _wget(site: Site, home: Path) -> float:
    home.mkdir()
    words = [
        "wget",
        "-r",
        "-l",
        "1",
        "-q",
        "-P",
        home,
        f"--warc-file={home / 'kept'}",
        site.base + "/all",
    ]
    subprocess.run(words, check=True)
    shutil.rmtree(home)
    return site.rate()


def _waits(bench: Bench, given: dict[str, object], count: int) -> float:
    """How often the crawl waits for the disk, for each page."""
    import json

    calls = bench.place("calls")
    words = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(calls), sys.executable]
    words += [str(HERE / "child.py"), "crawl", "kept", json.dumps(given, default=str)]
    environment = os.environ | {"PYTHONPATH": str(bench.now.path)}
    subprocess.run(words, check=True, env=environment, stdout=subprocess.DEVNULL)
    told = calls.read_text().splitlines()
    found = Counter(line.split("(")[0].split()[-1] for line in told if "(" in line)
    return found.total() / count
