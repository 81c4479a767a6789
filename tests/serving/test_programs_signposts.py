"""What leads programs here: robots.txt, the sitemap, llms.txt, OpenSearch and feeds."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from protego import Protego
from web_sample import EVIL, database
from web_server import Server, server, serving

from web.programs.sitemaps import MOST

__all__ = ["server"]
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FEEDS = [
    "/changes.atom",
    "/comparisons.atom",
    "/tool/quillfish.atom",
    "/tool/" + quote(f"name:{EVIL}", safe=":") + ".atom",
    "/reviewer/Builder.atom",
    "/reviewer/" + quote(f"{EVIL}0", safe="") + ".atom",
]
SAID = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "verdicts.example"}


def xml(server: Server, path: str, **headers: str) -> Element:
    answer = server.ask(path, **headers)
    assert answer.status == 200 and "xml" in answer.headers["content-type"], path
    return ElementTree.fromstring(answer.body)


def texts(root: Element, name: str) -> list[str]:
    return [each.text or "" for each in root.iter(name)]


def listed(server: Server) -> list[str]:
    """The paths of all pages that the sitemap lists."""
    found = []
    for part in texts(xml(server, "/sitemap.xml"), f"{SITEMAP}loc"):
        assert part.startswith(server.address)
        pages = texts(xml(server, "/" + part.removeprefix(server.address)), f"{SITEMAP}loc")
        assert 0 < len(pages) <= MOST
        found += pages
    return ["/" + each.removeprefix(server.address) for each in found]


def test_each_page_of_the_sitemap_is_there_and_may_be_listed(server: Server) -> None:
    pages, robots = listed(server), Protego.parse(server.ask("/robots.txt").text)
    assert len(pages) == len(set(pages)) > 20 and "/" in pages
    for path in pages:
        answer = server.ask(path)
        assert answer.status == 200 and "x-robots-tag" not in answer.headers, path
        assert 'name="robots"' not in answer.text and robots.can_fetch(path, "any")
    for left_out in ("/compare/brass-kettle-vs-veiled", "/tool/veiled", "/release/2026-09"):
        assert left_out not in pages
        headers = server.ask(left_out).headers
        assert headers.get("x-robots-tag") == "noindex" or left_out == "/release/2026-09"


def test_dates_of_the_sitemap_are_whole_days_and_none_where_none_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "verdicts-0123abd1.db"
    shutil.copy(database().resolve(), path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("update comparison set last_seen = null where id = 1")
        conn.execute("insert into reviewer (id, name) values (?, 'Late')", [3 * MOST])
    with serving(path) as running:
        root = xml(running, "/sitemap-compare-0.xml")
        dates = texts(root, f"{SITEMAP}lastmod")
        assert len(dates) == len(root) - 1 and set(dates) == {"2026-11-01"}
        late = xml(running, "/sitemap-reviewer-3.xml")
        assert texts(late, f"{SITEMAP}loc") == [running.address + "reviewer/Late"]
        assert running.ask("/sitemap-reviewer-2.xml").status == 404
        assert "/reviewer/Late" in listed(running)


def test_crawlers_are_let_to_pages_and_lists_and_kept_from_data_and_search(server: Server) -> None:
    answer = server.ask("/robots.txt")
    robots = Protego.parse(answer.text)
    assert list(robots.sitemaps) == [server.address + "sitemap.xml"]
    for path in ("/", "/tools", "/comparisons", "/reviewers", "/compare/a-vs-b", "/tool/a"):
        assert robots.can_fetch(path, "any")
    for path in ("/verdicts", "/verdicts/quote.csv", "/search?q=a", "/-/mcp"):
        assert not robots.can_fetch(path, "any")


def test_addresses_are_absolute_and_those_that_the_proxy_says() -> None:
    with serving(database(), "--proxy", "127.0.0.1", "--base-url", "/archive/") as running:
        root = "https://verdicts.example/archive/"
        for path in ("robots.txt", "llms.txt", "sitemap.xml", "opensearch.xml", "changes.atom"):
            text = running.ask(f"/archive/{path}", **SAID).text
            found = re.findall(r"https?://[^\s\"<)]+", text)
            ours = [each for each in found if "verdicts.example" in each or "127.0.0.1" in each]
            assert ours and all(each.startswith(root) for each in ours), path
        assert "Disallow: /archive/verdicts\n" in running.ask("/archive/robots.txt", **SAID).text


def test_what_llms_txt_leads_to_is_there(server: Server) -> None:
    answer = server.ask("/llms.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    addresses = re.findall(r"\((http[^)]+)\)", answer.text)
    assert len(addresses) >= 6
    for address in addresses:
        assert server.ask("/" + address.removeprefix(server.address)).status == 200, address
    for path, key in (("tool", "quillfish"), ("compare", "brass-kettle-vs-lantern-notes")):
        assert f"{server.address}{path}/KEY.json" in answer.text
        assert server.ask(f"/{path}/{key}.json").status == 200


def test_a_browser_finds_our_search(server: Server) -> None:
    root = xml(server, "/opensearch.xml")
    url = next(each for each in root if each.tag.endswith("Url"))
    asked = url.attrib["template"].replace("{searchTerms}", "export")
    assert "export" in server.ask("/" + asked.removeprefix(server.address)).text


@pytest.mark.parametrize("path", FEEDS)
def test_each_feed_has_entries_of_words_with_one_link_each(server: Server, path: str) -> None:
    root = xml(server, path)
    entries = root.findall(f"{ATOM}entry")
    assert entries and root.find(f"{ATOM}title") is not None
    ids = [each.findtext(f"{ATOM}id") for each in entries]
    assert len(ids) == len(set(ids))
    assert root.findtext(f"{ATOM}updated") == max(
        each.findtext(f"{ATOM}updated") or "" for each in entries
    )
    for each in (root, *entries):
        links = [link.attrib for link in each.findall(f"{ATOM}link")]
        assert [link["rel"] for link in links] == (["alternate", "self"] if each is root else
                                                   ["alternate"])  # fmt: skip
        page = server.ask("/" + links[0]["href"].removeprefix(server.address))
        assert page.status == 200
    for content in root.iter(f"{ATOM}content"):
        assert content.attrib == {"type": "text"} and content.text and len(content) == 0
    assert "Secret words" not in server.ask(path).text


def test_a_feed_without_entries_says_so_in_one(server: Server) -> None:
    (entry,) = xml(server, "/tool/paper-heron.atom").findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Nothing yet"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tool/no.atom", 404),
        ("/reviewer/No.atom", 404),
        ("/quote/a.atom", 404),
        ("/nothing.atom", 404),
        ("/changes.atom?since=2026-11-01", 400),
    ],
)
def test_a_feed_that_there_is_not_is_not_answered(server: Server, path: str, status: int) -> None:
    assert server.ask(path).status == status


def test_text_that_no_xml_may_hold_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "verdicts-0123abd2.db"
    shutil.copy(database().resolve(), path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("update change set old = char(8) || 'a' || char(65535)")
        conn.execute("update tool set tool = 'feed.atom' where tool = 'evil'")
    with serving(path) as running:
        content = next(xml(running, "/changes.atom").iter(f"{ATOM}content"))
        assert "\ufffda\ufffd" in (content.text or "")
        assert running.ask("/tool/feed.atom").headers["content-type"].startswith("text/html")
        assert xml(running, "/tool/feed.atom.atom").tag == f"{ATOM}feed"
