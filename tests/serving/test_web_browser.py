"""The site as a browser shows it: opened, read and painted by chromium."""

from __future__ import annotations

import html
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from web_server import Server, server

__all__ = ["server"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here")


def browse(profile: Path, address: str, *arguments: str) -> str:
    """The document as the browser holds it after loading."""
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
        *arguments,
        address,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def dom(server: Server, profile: Path, path: str) -> str:
    return browse(profile, server.address.rstrip("/") + path, "--dump-dom")


def test_a_reader_goes_from_home_to_a_comparison_and_reads_eight_quotes(
    server: Server, tmp_path: Path
) -> None:
    home = dom(server, tmp_path, "/")
    assert "<h1>What was published about AI tools</h1>" in home
    link = re.search(r'href="(/compare/brass-kettle-vs-lantern-notes)"', home)
    assert link
    page = dom(server, tmp_path, link[1])
    quotes = re.findall(r"<blockquote>\s*<p[^>]*>(.*?)</p>", page, re.S)
    assert len(quotes) == len(set(quotes)) == 8
    assert all(
        ("Brass Kettle", "Lantern Notes")[at % 2] in quote for at, quote in enumerate(quotes)
    )
    assert "tidied overnight" in quotes[7]


def test_a_reader_searches_and_sees_the_words_marked(server: Server, tmp_path: Path) -> None:
    page = dom(server, tmp_path, "/search?q=screenshot")
    assert page.count("<mark>screenshot</mark>") == 8


def test_no_hostile_text_becomes_an_element(server: Server, tmp_path: Path) -> None:
    page = dom(server, tmp_path, "/compare/evil-vs-name")
    assert re.findall("<script[^>]*>", page) == ['<script type="application/ld+json">']
    assert "<script>alert('x')</script>" in html.unescape(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_is_painted_at_the_width_of_a_phone_and_of_a_desk(
    server: Server, tmp_path: Path, width: int
) -> None:
    shot = tmp_path / "shot.png"
    browse(
        tmp_path / "profile",
        server.address + "compare/brass-kettle-vs-lantern-notes",
        f"--window-size={width},2000",
        f"--screenshot={shot}",
    )
    image = shot.read_bytes()
    assert struct.unpack(">II", image[16:24]) == (width, 2000)
    assert len(image) > 30_000, "an unstyled or empty page compresses to less"


@pytest.mark.parametrize("width", [500, 1280])
def test_a_table_shows_its_main_columns_alone_on_a_phone_and_on_a_desk(
    server: Server, tmp_path: Path, width: int
) -> None:
    page = server.ask("/verdicts/quote").text
    sheets = re.findall(r'<link rel="stylesheet" href="(/[^"]*style[^"]*)"', page)
    style = "".join(server.ask(sheet).text for sheet in sheets)
    counts = "; ".join(
        f"document.title += ' {name}=' + [...document.querySelectorAll('{cells}')]"
        ".filter(e => getComputedStyle(e).display !== 'none').length"
        for name, cells in (("more", "td.more"), ("main", "td:not(.more)"))
    )
    copy = tmp_path / "page.html"
    copy.write_text(f"{page}<style>{style}</style><script>{counts}</script>", "utf-8")
    shown = browse(tmp_path / "profile", copy.as_uri(), f"--window-size={width},900", "--dump-dom")
    found = re.search(r"<title>[^<]* more=(\d+) main=(\d+)</title>", shown)
    assert found and found[1] == "0" and int(found[2]) > 20
