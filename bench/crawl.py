"""What keeping costs: the crawl beside the same spider with archive and ledger off, in one run.

A loopback site of comparison pages, no delay, one connection. Rounds of both take turns; each is
a process of its own. Prints pages a second of each, their ratio, and milliseconds and fsyncs a
page on the disk that holds `--home`. Run alone on the machine: `python bench/crawl.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]
PAGES, ROUNDS = 120, 3


class Site(ThreadingHTTPServer):
    """Pages of 20 KB under /compare/, kept ready; no sitemap is needed as all are named."""

    def __init__(self) -> None:
        from pages import _page  # the benchmark's own invented words

        body = _page(Random("crawl"), 300, 300, 1, 8_000, 10)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # header and body in one piece, or each page waits 40 ms

            def do_GET(self) -> None:
                is_page = self.path.startswith("/compare/")
                data = body if is_page else b""
                self.send_response(200 if is_page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.daemon_threads = True
        threading.Thread(target=self.serve_forever, daemon=True).start()


def addresses(base: str) -> list[str]:
    return [f"{base}/compare/a{n:04d}-vs-b{n:04d}" for n in range(PAGES)]


def child(mode: str, base: str, home: Path) -> None:
    """One crawl; prints the seconds between its first request and its last answer."""
    import time

    from scrapy import signals

    import crawler.run as run
    from crawler.spider import PageSpider
    from parsers.sites import site_named

    if mode == "off":
        import unkept

        unkept.install(run)
    times: list[float] = []

    class Timed(PageSpider):
        @classmethod
        def from_crawler(cls, crawler, *args, **kwargs):  # type: ignore[no-untyped-def]
            spider = super().from_crawler(crawler, *args, **kwargs)
            crawler.signals.connect(spider.asks, signal=signals.request_reached_downloader)
            return spider

        def asks(self) -> None:
            times.append(time.perf_counter())

    run.PageSpider = Timed  # type: ignore[misc]
    report = run.crawl(
        home, addresses=addresses(base), site=site_named("sample"), delay_s=0, allow_private=True
    )
    assert report.stored == PAGES, report
    print(json.dumps({"seconds": times[-1] - times[1]}))


def crawl_once(mode: str, base: str, home: Path, *, counts: Path | None = None) -> float:
    command = [sys.executable, __file__, "--child", mode, "--base", base, "--home", str(home)]
    if counts is not None:
        command = [
            "strace",
            "-f",
            "-qq",
            "-e",
            "trace=fsync,fdatasync",
            "-o",
            str(counts),
            *command,
        ]
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    shutil.rmtree(home, ignore_errors=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="A folder on the disk to measure.")
    parser.add_argument("--child", choices=("kept", "off"))
    parser.add_argument("--base", default="")
    given = parser.parse_args()
    if given.child:
        child(given.child, given.base, given.home)
        return
    folder = Path(tempfile.mkdtemp(dir=given.home))
    site = Site()
    base = f"http://127.0.0.1:{site.server_address[1]}"
    found: dict[str, list[float]] = {"kept": [], "off": []}
    for number in range(ROUNDS):
        for mode in ("kept", "off"):
            found[mode].append(crawl_once(mode, base, folder / f"{mode}{number}"))
        pair = found["off"][-1] / found["kept"][-1]
        print(
            f"round {number + 1}: kept {PAGES / found['kept'][-1]:.0f} pages/s, "
            f"off {PAGES / found['off'][-1]:.0f} pages/s, ratio {pair:.2f}",
            flush=True,
        )
    ratios = [off / kept for kept, off in zip(found["kept"], found["off"], strict=True)]
    cost = 1000 * statistics.median(found["kept"]) / PAGES
    line = f"ratio {statistics.median(ratios):.2f}, {cost:.1f} ms a page"
    if shutil.which("strace"):
        counts = folder / "calls"
        crawl_once("kept", base, folder / "traced", counts=counts)
        calls = Counter(
            text.split("(")[0].split()[-1]
            for text in counts.read_text().splitlines()
            if "(" in text
        )
        line += f", {sum(calls.values()) / PAGES:.1f} fsyncs a page"
    print(line)
    site.shutdown()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
