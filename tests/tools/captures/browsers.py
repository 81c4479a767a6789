"""Chromium by its own means, by Playwright, SingleFile, node-warc and chrome-har-capturer."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from captures.bench import Bench, Made, Tool
from captures.installed import debian, pinned
from captures.programs import ToolError, env, free_port, run, serving

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCRIPTS = Path(__file__).with_name("js")
DIALOG_S = 3
"""How long a dialog may take to stand there. Units: seconds."""


def dump_dom(bench: Bench) -> Iterator[Made]:
    row = bench.row("chromium-dump-dom", chromium_version())
    row.visit()
    page = run(
        bench.installed.system("chromium"),
        "--headless",
        *FLAGS,
        "--dump-dom",
        f"--user-data-dir={bench.scratch('profile')}",
        bench.page,
        cwd=row.folder,
    )
    # What Debian's own start script says comes before the page.
    (row.folder / "page.html").write_text("<!" + page.partition("<!")[2], "utf-8")
    yield row.made("page.html", "chromium --headless --dump-dom URL", is_dated=False)


def chromium_version() -> str:
    """The browser and its version."""
    return f"Chromium {debian('chromium')}"


def playwright(bench: Bench) -> Iterator[Made]:
    folder, chromium = bench.installed.node("playwright"), bench.installed.system("chromium")
    for kind, name, lost in (
        ("har-embed", "page.har", ""),
        ("har-attach", "page.har", ""),
        ("har-minimal", "page.har", ""),
        ("mhtml", "page.mhtml", ""),
        ("content", "page.html", ""),
    ):
        row = bench.row(f"playwright-{kind}", f"playwright-core {pinned('playwright')}")
        row.visit()
        run(
            "node",
            SCRIPTS / "playwright.js",
            kind,
            row.folder / name,
            bench.page,
            chromium,
            *FLAGS,
            cwd=bench.scratch("playwright"),
            NODE_PATH=str(folder / "node_modules"),
        )
        yield row.made(
            name, f"newContext, goto(URL), {kind}", is_dated=kind != "content", lost=lost
        )


def single_file(bench: Bench) -> Iterator[Made]:
    folder, chromium = bench.installed.node("single-file"), bench.installed.system("chromium")
    row = bench.row("single-file", f"single-file-cli {pinned('single-file')}")
    arguments = ",".join(f'"{flag}"' for flag in FLAGS)
    row.visit()
    run(
        "node",
        folder / "node_modules" / ".bin" / "single-file",
        f"--browser-executable-path={chromium}",
        f"--browser-args=[{arguments}]",
        bench.page,
        row.folder / "page.html",
        cwd=bench.scratch("single-file"),
    )
    yield row.made("page.html", "single-file URL page.html")


@contextmanager
def headless(bench: Bench) -> Iterator[int]:
    """A browser that is led through its port; a new profile each time, so nothing is cached."""
    folder, port = bench.scratch("headless"), free_port()
    chromium = bench.installed.system("chromium")
    with serving(
        chromium,
        "--headless",
        *FLAGS,
        f"--remote-debugging-port={port}",
        f"--user-data-dir={folder / 'profile'}",
        "about:blank",
        cwd=folder,
        port=port,
        log=folder / "log.txt",
    ):
        yield port


def node_warc(bench: Bench) -> Iterator[Made]:
    folder = bench.installed.node("node-warc")
    row = bench.row("node-warc", f"node-warc {pinned('node-warc')}")
    with headless(bench) as port:
        row.visit()
        run(
            "node",
            SCRIPTS / "node-warc.js",
            row.folder / "page.warc",
            bench.page,
            str(port),
            cwd=bench.scratch("node-warc"),
            NODE_PATH=str(folder / "node_modules"),
        )
    yield row.made("page.warc", "RemoteChromeCapturer, RemoteChromeWARCWriter over CDP")


def har_capturer(bench: Bench) -> Iterator[Made]:
    folder = bench.installed.node("chrome-har-capturer")
    row = bench.row("chrome-har-capturer", f"chrome-har-capturer {pinned('chrome-har-capturer')}")
    with headless(bench) as port:
        row.visit()
        run(
            "node",
            folder / "node_modules" / ".bin" / "chrome-har-capturer",
            "-p",
            str(port),
            "-c",
            "-o",
            row.folder / "page.har",
            bench.page,
            cwd=bench.scratch("capturer"),
        )
    yield row.made("page.har", "chrome-har-capturer -c -o page.har URL")


def saved(bench: Bench) -> Iterator[Made]:
    """Pages saved by Ctrl+S, as by a person: a window that nobody sees, and its dialog."""
    for name, file, options in (
        ("chromium-complete", "page.html", ()),
        ("chromium-save-mhtml", "page.mhtml", ("--save-page-as-mhtml",)),
    ):
        row = bench.row(name, chromium_version())
        row.visit()
        _press_save(bench, row.folder / file, options)
        if not (row.folder / file).is_file():
            raise ToolError(f"{name}: the dialog saved nothing")
        yield row.made(
            file, " ".join(("chromium", *options, "URL, Ctrl+S")), is_dated=bool(options)
        )


def _press_save(bench: Bench, to: Path, options: tuple[str, ...]) -> None:
    system, folder, port = bench.installed.system, bench.scratch("screen"), free_port()
    screen = f":{100 + port % 10_000}"
    shown = {"DISPLAY": screen}
    with (
        _started(system("Xvfb"), screen, "-screen", "0", "1200x900x24"),
        _started(system("openbox"), **shown),
    ):
        chromium = (system("chromium"), *FLAGS, "--password-store=basic", *options)
        its = (
            f"--user-data-dir={folder / 'profile'}",
            f"--remote-debugging-port={port}",
            bench.page,
        )
        with serving(*chromium, *its, cwd=folder, port=port, log=folder / "log", **shown):
            time.sleep(2 * DIALOG_S)
            _type(bench, system("xdotool"), to, shown)


def _type(bench: Bench, xdotool: str, to: Path, shown: dict[str, str]) -> None:
    def press(*words: str) -> str:
        return run(xdotool, *words, cwd=bench.work, ok=None, **shown)

    window = press("search", "--onlyvisible", "--name", "Cobalt").split()[-1:]
    if not window:
        raise ToolError("Chromium shows no window")
    press("windowactivate", "--sync", *window)
    press("key", "ctrl+s")
    time.sleep(DIALOG_S)
    press("key", "ctrl+a")
    press("type", "--delay", "30", str(to))
    press("key", "Return")
    time.sleep(DIALOG_S)
    # The first Return may have gone to the list of names that the dialog offers.
    if press("search", "--onlyvisible", "--name", "Save File").strip():
        press("key", "alt+s")
        time.sleep(DIALOG_S)


@contextmanager
def _started(*command: str, **more: str) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    program = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=env(more))
    time.sleep(1)
    try:
        yield
    finally:
        program.terminate()
        with suppress(subprocess.TimeoutExpired):
            program.wait(10)


TOOLS = (
    Tool("chromium-dump-dom", dump_dom),
    Tool("chromium-saved", saved),
    Tool("playwright", playwright),
    Tool("single-file", single_file),
    Tool("node-warc", node_warc),
    Tool("chrome-har-capturer", har_capturer),
)
