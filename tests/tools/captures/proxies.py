"""Recorders that stand between: warcprox, pywb, mitmproxy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from captures.bench import Bench, Made, Row, Tool
from captures.installed import pinned
from captures.programs import free_port, run, serving

WARCPROX = """
import sys
from warcprox.main import main
from warcprox.warcproxy import WarcProxyHandler
# There is no option for it, and the page is served on loopback.
WarcProxyHandler.allow_localhost = True
sys.argv[0] = "warcprox"
main()
"""


def warcprox(bench: Bench) -> Iterator[Made]:
    for name, dress, options in (
        ("warcprox", "plain", ()),
        ("warcprox-base32", "plain", ("--base32",)),
        ("warcprox-gzip", "gzip", ()),
        ("warcprox-br", "br", ()),
        ("warcprox-zstd", "zstd", ()),
        ("warcprox-chunked", "chunked", ()),
        ("warcprox-redirect", "redirect", ()),
    ):
        if dress in bench.addresses:
            row = bench.row(name, f"warcprox {pinned('warcprox')}")
            yield from _proxied(bench, row, bench.addresses[dress], options)


def _proxied(bench: Bench, row: Row, address: str, options: tuple[str, ...]) -> Iterator[Made]:
    programs, folder, port = (
        bench.installed.python("warcprox"),
        bench.scratch(row.name),
        free_port(),
    )
    command = (
        programs / "python",
        "-c",
        WARCPROX,
        "-b",
        "127.0.0.1",
        "-p",
        str(port),
        "-z",
        "-d",
        row.folder,
        *options,
        "--stats-db-file",
        folder / "stats.db",
        "--dedup-db-file",
        folder / "dedup.db",
        "-c",
        folder / "ca.pem",
        "--certs-dir",
        folder / "certs",
    )
    with serving(*command, cwd=folder, port=port, log=folder / "log.txt"):
        for _ in range(2):
            row.visit()
            fetch(bench, address, port)
        if row.name == "warcprox":
            open_one = bench.row("warcprox-running", row.tool)
            open_one.visits.append(row.visits[0])
            for found in row.folder.glob("*.open"):
                shutil.copy2(found, open_one.folder)
            yield open_one.made(
                "",
                "warcprox -z, its folder while it still runs",
                lost="a file that is being written",
            )
    yield row.made("", " ".join(("warcprox -z", *options, "between, URL twice")))


def fetch(bench: Bench, address: str, proxy: int | None = None) -> None:
    """Ask for a page as curl does, through a proxy or not; redirects are followed."""
    between = ("--noproxy", "", "-x", f"http://127.0.0.1:{proxy}") if proxy else ()
    run(
        bench.installed.system("curl"),
        "-s",
        "-L",
        "-f",
        "-o",
        "/dev/null",
        *between,
        address,
        cwd=bench.work,
    )


def pywb_record(bench: Bench) -> Iterator[Made]:
    programs, tool = bench.installed.python("pywb"), f"pywb {pinned('pywb')}"
    for dress, address in bench.addresses.items():
        row, folder, port = (
            bench.row(f"pywb-record-{dress}", tool),
            bench.scratch("pywb"),
            free_port(),
        )
        run(programs / "wb-manager", "init", "rec", cwd=folder)
        command = (programs / "wayback", "--record", "--live", "-b", "127.0.0.1", "-p", str(port))
        with serving(*command, cwd=folder, port=port, log=folder / "log.txt"):
            row.visit()
            fetch(bench, f"http://127.0.0.1:{port}/rec/record/mp_/{address}")
        for found in (folder / "collections" / "rec" / "archive").iterdir():
            shutil.copy2(found, row.folder)
        yield row.made("", "wayback --record --live, /rec/record/mp_/URL")


def mitmproxy_har(bench: Bench) -> Iterator[Made]:
    row = bench.row("mitmproxy-har", f"mitmproxy {pinned('mitmproxy')}")
    row.visit()
    through_mitmproxy(bench, "--set", f"hardump={row.folder / 'page.har'}")
    yield row.made("page.har", "mitmdump --set hardump=page.har between")


def through_mitmproxy(bench: Bench, *options: str | Path) -> None:
    """Ask for the page once with mitmdump between."""
    programs, folder, port = (
        bench.installed.python("mitmproxy"),
        bench.scratch("mitmproxy"),
        free_port(),
    )
    command = (
        programs / "mitmdump",
        "-q",
        "--listen-host",
        "127.0.0.1",
        "-p",
        str(port),
        "--set",
        f"confdir={folder}",
        *options,
    )
    with serving(*command, cwd=folder, port=port, log=folder / "log.txt"):
        fetch(bench, bench.page, port)


TOOLS = (
    Tool("warcprox", warcprox),
    Tool("pywb-record", pywb_record),
    Tool("mitmproxy", mitmproxy_har),
)
