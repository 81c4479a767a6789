"""Pages as they were captured, as a reader has them: inert in a real browser, gone on request."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import CHROMIUM, DESK, PHONE, chromium, keep, opened, violations
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, page, store
from playwright.sync_api import Browser
from takedown_home import AHEAD, NOW, REASON, TAKEN_PAGE, rows
from web_server import Server, serving

from db import build

AWAY = "http://elsewhere.example"
HOSTILE = f"""
<script>document.title = "ran"; new Image().src = "{AWAY}/a"</script>
<script src="{AWAY}/b.js"></script><script>alert(1)</script>
<noscript><img src="{AWAY}/c.png"></noscript><link rel="stylesheet" href="{AWAY}/d.css">
<link rel="preload" as="image" href="{AWAY}/e.png"><link rel="preconnect" href="{AWAY}">
<style>@import url({AWAY}/f.css); body {{ background: url({AWAY}/g.png) }}</style>
<iframe src="{AWAY}/h"></iframe><object data="{AWAY}/i"></object><embed src="{AWAY}/j">
<svg onload="alert(1)"><image href="{AWAY}/k.png" /><script>alert(1)</script></svg>
<img src="{AWAY}/l.png" srcset="{AWAY}/m.png 2x" onerror="alert(1)" alt="a chart">
<video autoplay src="{AWAY}/n.mp4" poster="{AWAY}/o.png"></video><body onload="alert(1)">
<form action="{AWAY}/p"><input autofocus onfocus="alert(1)"><button>Send it</button></form>
<a href="{AWAY}/q" target="_top" ping="{AWAY}/r">A link of theirs</a>
<a href="javascript:alert(1)">Another</a><math><mtext><style><img src=x onerror=alert(1)></style>
</mtext></math><table background="{AWAY}/s.png"><tr><td colspan=1000>One cell</table>
<p style="background: url({AWAY}/t.png)">{"W" * 600} \u202eturned {{{{ 7 * 7 }}}} &lt;b&gt;</p>
</body></html>"""
HEAD = (
    f'<base href="{AWAY}/"><meta http-equiv="refresh" content="1; url={AWAY}/u">'
    f'<link rel="dns-prefetch" href="{AWAY}"><link rel="icon" href="{AWAY}/v.ico">'
)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", NOW)


def made(home: Path, *, pages: bool = True) -> Path:
    """The database of a home with a hostile page, one that wants no copies, and a plain one."""
    wants = {"X-Robots-Tag": "noarchive"}
    hostile = page(ALDER, BIRCH, head=HEAD, end=HOSTILE)
    store(home, [hostile, page(ALDER, CEDAR, headers=wants), page(BIRCH, CEDAR)])
    build(home, workers=1, pages=pages)
    return (home / "public" / "current.db").resolve()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("captured") / "home")


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Server]:
    with serving(database) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium is installed here")
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_nothing_of_a_hostile_page_runs_or_asks_anybody(
    server: Server, browser: Browser, width: int
) -> None:
    at = server.address.rstrip("/") + "/captured/1"
    # Leaving `opened` requires that nobody else was asked and that nothing was printed.
    with opened(browser, at, width=width, scheme="dark" if width == PHONE else "light") as shown:
        shown.wait_for_timeout(1500)  # longer than the page's own refresh
        keep(shown, f"captured-{width}")
        (frame,) = shown.frames[1:]
        assert frame.url == at + "/raw"
        words = frame.locator("body").inner_text()
        for each in (
            "Alder Désk in row 1",
            "Send it",
            "A link of theirs",
            "One cell",
            "{{ 7 * 7 }}",
        ):
            assert each in words
        assert "ran" not in shown.title() and "[picture: a chart]" in words
        assert frame.locator("a[href], script, img, link, style[media], form, iframe").count() == 0
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(shown) == []


def test_the_page_itself_is_as_inert_outside_of_its_frame(server: Server, browser: Browser) -> None:
    with opened(browser, server.address.rstrip("/") + "/captured/1/raw") as shown:
        shown.wait_for_timeout(1500)
        assert "Alder Désk in row 1" in shown.locator("body").inner_text()
        assert shown.frames == [shown.main_frame]


def test_the_frame_alone_may_be_framed_and_only_by_us(server: Server) -> None:
    around, raw = server.ask("/captured/1"), server.ask("/captured/1/raw")
    policy = raw.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "; sandbox;" in policy
    assert "frame-ancestors 'self'" in policy and raw.headers["x-frame-options"] == "SAMEORIGIN"
    assert around.headers["x-frame-options"] == "DENY"
    assert "frame-src 'self'" in around.headers["content-security-policy"]
    assert "frame-src" not in server.ask("/").headers["content-security-policy"]
    for answer in (around, raw):
        assert answer.status == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["x-robots-tag"] == "noindex" and "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert 'sandbox=""' in around.text and "not verified" in around.text
    assert "Disallow: /captured" in server.ask("/robots.txt").text


def test_a_capture_goes_by_its_number_and_by_the_hash_of_its_body(
    server: Server, database: Path
) -> None:
    ((sha256,),) = rows(database, "SELECT body_sha256 FROM capture WHERE id = 3")
    assert server.ask(f"/captured/{sha256}").text == server.ask("/captured/3").text
    assert "Birch Pad in row 1" in server.ask(f"/captured/{sha256}/raw").text
    for linking in ("/compare/birch-vs-cedar", "/captures/birch-vs-cedar"):
        assert 'href="/captured/3"' in server.ask(linking).text


@pytest.mark.parametrize("key", ["2", "99", "0" * 64, "9" * 18])
def test_what_may_not_be_shown_is_said_so_and_linked_nowhere(server: Server, key: str) -> None:
    for path in (f"/captured/{key}", f"/captured/{key}/raw"):
        answer = server.ask(path)
        assert answer.status == 404 and "not shown as it was captured" in answer.text
    for linking in ("/compare/alder-vs-cedar", "/captures/alder-vs-cedar"):
        assert "/captured/" not in server.ask(linking).text
    assert "Alder Désk in row" not in server.ask("/captured/2/raw").text


@pytest.mark.parametrize(
    ("given", "is_shown"),
    [
        (["--no-pages"], False),
        (["--host", "0.0.0.0"], False),
        (["--proxy", "127.0.0.1"], False),
        (["--proxy", "127.0.0.1", "--pages"], True),
        (["--host", "0.0.0.0", "--pages"], True),
        (["--base-url", "/archive/"], True),
    ],
)
def test_others_see_captured_pages_only_where_it_was_asked_for(
    database: Path, given: list[str], is_shown: bool
) -> None:
    base = "/archive" if "--base-url" in given else ""
    with serving(database, *given) as server:
        answer = server.ask(f"{base}/captured/1")
        assert answer.status == (200 if is_shown else 404)
        assert (f'src="{base}/captured/1/raw"' in answer.text) == is_shown
        assert is_shown or "shows no pages as they were captured" in answer.text
        link = f'href="{base}/captured/1"'
        assert (link in server.ask(f"{base}/compare/alder-vs-birch").text) == is_shown


def test_an_edition_without_captured_pages_links_to_none(tmp_path: Path) -> None:
    with serving(made(tmp_path / "home", pages=False)) as server:
        assert server.ask("/captured/1").status == 404
        assert "/captured/" not in server.ask("/compare/alder-vs-birch").text


def take_down(home: Path, what: str) -> None:
    done = verdicts("takedown", "add", what, "--reason", REASON, "--home", home, VERDICTS_NOW=NOW)
    assert done.returncode == 0, done.stderr


def left_of(server: Server) -> list[str]:
    """The files of captured pages that the server's process has open, removed ones too."""
    handles = Path(f"/proc/{server.process.pid}/fd")
    found = []
    for each in handles.iterdir():
        with contextlib.suppress(OSError):
            found.append(os.readlink(each))
    assert any(".db" in name for name in found)
    return [name for name in found if ".pages" in name]


@pytest.mark.usefixtures("clock")
def test_a_take_down_ends_the_showing_at_once_and_leaves_no_byte(tmp_path: Path) -> None:
    home = tmp_path / "home"
    database = made(home)
    with serving(database) as server:
        assert server.ask("/captured/1/raw").status == 200
        take_down(home, AHEAD)  # the database shows nothing of it, and stands
        for path in ("/captured/1", "/captured/1/raw"):
            answer = server.ask(path)
            assert answer.status == 410 and "were withdrawn" in answer.text
            assert "row 1" not in answer.text
        compared = server.ask("/compare/alder-vs-birch")
        assert compared.status == 200 and "/captured/" not in compared.text
        assert left_of(server) == [] and not list(home.rglob("*.pages"))
        take_down(home, TAKEN_PAGE)
        assert server.ask("/captured/1").status == 503
    build(home, workers=1, accept_loss=True)
    with serving(home / "public" / "current.db") as server:
        assert server.ask("/captured/1").status == 404
        assert server.ask("/captured/3").status == 200


def test_a_file_that_was_put_back_is_not_shown(tmp_path: Path, clock: None) -> None:
    home = tmp_path / "home"
    pages = made(home).with_suffix(".pages")
    old = pages.read_bytes()
    take_down(home, AHEAD)
    pages.write_bytes(old)
    with serving(home / "public" / "current.db") as server:
        assert server.ask("/captured/1").status == 404
