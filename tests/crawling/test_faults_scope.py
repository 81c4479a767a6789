"""What a crawl lets a publisher's robots.txt, sitemaps, links and redirects lead it to.

Rows C01 to C22 of docs/faults.md, as far as no other test shows them.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest
from crawl_site import PAGE, Ended, outcomes, rows, run_crawl, serving
from fault_server import ROBOTS, FaultServer, Say, crawl_with_names, faulty, whole
from recrawling import at, validating

from archive import open_archive
from archive.warc.content import RATIO_FROM
from crawler.choosing.sitemaps import MAX_ENTRIES
from crawler.hosts.addresses import is_of_site, strict_address
from crawler.net.wire import MAX_WIRE_BYTES
from crawler.robots.rules import MAX_BYTES, read_rules
from parsers.sites import site_named
from schema.errors import CrawlError

PLACE = "/compare/alder-vs-birch"
OTHER = "/compare/alder-vs-cedar"
SOUND = whole(PAGE)
LONG_AFTER = {"VERDICTS_NOW": "2031-01-01T00:00:00Z"}


def to(where: str) -> Say:
    return whole(b"", f"Location: {where}", status="302 Found")


def rules(text: bytes) -> Say:
    return whole(text, kind="text/plain")


def test_c03_a_page_that_robots_closes_later_is_asked_no_more_and_kept(home):
    with faulty({PLACE: SOUND}) as server:
        assert run_crawl(home, server.base + PLACE).exit_code == 0
        server.answers["/robots.txt"] = rules(b"User-agent: *\nDisallow: /compare/\n")
        ended = run_crawl(home, env=LONG_AFTER)
        assert server.paths()[PLACE] == 1
    assert ended.report["refused"] == {"refused_robots:disallowed": 1}
    assert outcomes(home, PLACE) == ["ok:", "refused_robots:disallowed"]
    (capture,) = [c for c in open_archive(home).captures() if c.role == "comparison"]
    assert open_archive(home).load(capture).body == PAGE


FILLING = b"# nothing here\n" * (MAX_BYTES // 15)


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        (b"User-agent: *\nDisallow: /compare\n" + b"# " + b"x" * MAX_WIRE_BYTES, False),
        (b"User-agent: *\nDisallow: /other\n" + b"# long\n" * (MAX_WIRE_BYTES // 7), True),
        (b"User-agent: *\n" + FILLING + b"Disallow: /compare\n", True),
    ],
)
def test_c05_the_beginning_of_a_huge_robots_txt_is_obeyed(home, text, is_allowed):
    with faulty({"/robots.txt": rules(text), PLACE: SOUND}) as server:
        ended = run_crawl(home, server.base + PLACE)
        assert server.paths()[PLACE] == is_allowed
    assert ended.report["robots_state"] == "read"
    assert outcomes(home, PLACE) == ["ok:" if is_allowed else "refused_robots:disallowed"]


def test_c05_a_rule_that_the_limit_cuts_opens_nothing_in_this_run_or_any_other(home):
    """Read from the answer, from the archive on the same day, and by a 304 on another."""
    opened = b"\nAllow: /compare/only-this-one-vs-that"
    closed = b"User-agent: *\nDisallow: /compare/\n"
    filling = b"#" * (MAX_BYTES - len(closed) - len(opened) + len(b"only-this-one-vs-that"))
    with serving() as site:
        site.answers["/robots.txt"] = validating(closed + filling + opened + b"\n" + filling, [])
        for day in (0, 0, 2):
            run_crawl(home, site.base + PLACE, env=at(day))
        assert site.paths()["/robots.txt"] == 2
        assert site.paths()[PLACE] == 0
    assert outcomes(home, PLACE) == ["refused_robots:disallowed"] * 3


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /a",
        b"User-agent: *\rDisallow: /a\r",
        b"User-agent: *\nDisallow: /\0a\n",
        b"# caf\xe9\nUser-agent: *\nDisallow: /a\n",
        b"User-agent: *\r\nDisallow: /a\r\n",
    ],
)
def test_c05_a_robots_txt_in_an_odd_form_still_closes_what_it_names(text):
    found = read_rules(200, text)
    assert found.state == "read"
    assert not found.allows("https://sample.example/a")
    assert found.allows("https://sample.example/b")


@pytest.mark.parametrize("where", ["/robots.txt", "https://elsewhere.example/robots.txt"])
def test_c06_robots_that_lead_in_a_circle_or_elsewhere_close_the_site(home, where):
    with faulty({"/robots.txt": to(where), PLACE: SOUND}) as server:
        ended = run_crawl(home, server.base + PLACE)
        assert server.paths() == {"/robots.txt": 6 if where == "/robots.txt" else 1}
    assert (ended.exit_code, ended.report["robots_state"]) == (20, "unreachable")


def urlset(*addresses: str) -> Say:
    inside = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return whole(f"<urlset>{inside}</urlset>".encode(), kind="application/xml")


def index(*addresses: str) -> Say:
    inside = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return whole(f"<sitemapindex>{inside}</sitemapindex>".encode(), kind="application/xml")


def discovered(home: Path, server: FaultServer, *maps: str) -> Ended:
    """A crawl of the root with these sitemaps named by robots.txt."""
    lines = b"".join(f"Sitemap: {server.base}{path}\n".encode() for path in maps)
    server.answers["/robots.txt"] = rules(b"User-agent: *\nDisallow: /secret\n" + lines)
    return run_crawl(home, server.base + "/")


def test_c09_sitemaps_are_bounded_in_size_count_and_depth(home):
    with faulty({PLACE: SOUND}) as server:
        at = server.base
        grown = gzip.compress(b"<urlset>" + bytes(RATIO_FROM))
        server.answers |= {
            "/grown.xml.gz": whole(grown, kind="application/gzip"),
            "/many.xml": urlset(*[at + PLACE] * (MAX_ENTRIES + 1)),
            "/loop.xml": index(f"{at}/loop.xml", f"{at}/sitemap-1.xml"),
            **{f"/sitemap-{n}.xml": index(f"{at}/sitemap-{n + 1}.xml") for n in range(1, 9)},
            "/good.xml": urlset(at + PLACE),
        }
        ended = discovered(home, server, "/grown.xml.gz", "/many.xml", "/loop.xml", "/good.xml")
        assert server.paths()["/loop.xml"] == 1
        assert server.paths()["/sitemap-2.xml"] == 1
        assert server.paths()["/sitemap-3.xml"] == 0
    assert outcomes(home, "/grown.xml.gz") == ["too_large:decoded"]
    said = f"entries of a sitemap beyond {MAX_ENTRIES}, not read"
    assert sum(count for note, count in ended.report["notes"].items() if said in note) == 1
    assert (ended.exit_code, ended.report["stored"]) == (10, 1), ended.report


def test_c10_what_a_sitemap_lists_elsewhere_is_counted_and_never_asked(home):
    foreign = (
        "https://elsewhere.example/compare/a-vs-b",
        "http://10.0.0.1/compare/a-vs-b",
        "http://169.254.169.254/latest",
        "http://[::1]/compare/a-vs-b",
        "https://sample.example.evil.example/compare/a-vs-b",
        "https://sample.example:8443/compare/a-vs-b",
    )
    with faulty({PLACE: SOUND}) as server:
        server.answers["/map.xml"] = urlset(
            "file:///etc/hostname",
            "ftp://sample.example/x",
            "https://u:p@sample.example/",
            *foreign,
            server.base + PLACE,
        )
        ended = discovered(home, server, "/map.xml")
        assert set(server.paths()) == {"/robots.txt", "/map.xml", "/", PLACE}
    assert ended.report["notes"] == {
        "refused_scope:scheme": 2,
        "refused_scope:url": 1,
        "refused_scope:host": len(foreign),
        "listing http_error:404": 1,
    }
    assert rows(
        home, "SELECT count(*) FROM page WHERE url NOT LIKE 'https://sample.example/%'"
    ) == [(0,)]


SPELLINGS = (
    "127.1", "0", "0x7f000001", "017700000001", "10.0.0.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "192.88.99.1", "198.18.0.1", "240.0.0.1", "255.255.255.255",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[::]",
    "[fe80::1]", "[fd00::1]", "[fec0::1]", "[2002:a00:1::]", "[2001:db8::1]", "[3fff::1]",
)  # fmt: skip
NAMES = {
    "inside.test": [["127.0.0.1"]],
    "mixed.test": [["127.0.0.1", "1.1.1.1"]],
    "six.test": [["::1"]],
}


def test_c12_private_and_reserved_addresses_are_refused_in_every_spelling_and_by_name(home):
    with faulty({PLACE: SOUND}) as server:
        hosts = [*SPELLINGS, *NAMES]
        ended = crawl_with_names(
            home,
            dict(NAMES),
            *(f"http://{host}:{server.port}{PLACE}" for host in hosts),
            guard=True,
        )
        assert server.connections == 0
    assert ended.exit_code == 20, ended.errors
    assert ended.report["notes"] == {"robots refused_scope:private": len(hosts)}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 has to be set up first")
def test_c13_a_name_that_leads_inside_at_the_next_connection_is_refused_then(home):
    closing = whole(PAGE, "Connection: close")
    with (
        faulty(
            {
                "/robots.txt": Say(ROBOTS.data.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)),
                PLACE: closing,
            }
        ) as outside,
        faulty({PLACE: SOUND, OTHER: SOUND}, host="127.0.0.2", port=outside.port) as inside,
    ):
        base = f"http://shop.test:{outside.port}"
        ended = crawl_with_names(
            home,
            {"shop.test": [["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2"]]},
            base + PLACE,
            base + OTHER,
            guard=True,
            public=["127.0.0.1"],
        )
        assert (outside.connections, inside.connections) == (2, 0)
    assert outcomes(home, PLACE) == ["ok:"], ended.errors
    assert outcomes(home, OTHER) == ["refused_scope:private"]


REFRESH = b"<html><head><meta http-equiv=refresh content='0; url=%s'></head><body><p>Moved</p>"
ASIDE = b"<link rel=canonical href='https://elsewhere.example/compare/x-vs-y'></head>"


def test_c18_c22_what_a_page_says_of_another_address_leads_nowhere(home):
    """Meta refresh (C18), a script, and a canonical link (C22)."""
    script = b"<html><body><script>location = '/secret-way'</script><p>Wait</p></body></html>"
    own = PAGE.replace(b"</head>", ASIDE)
    assert own != PAGE
    with faulty(
        {
            PLACE: whole(REFRESH % b"/secret-way"),
            OTHER: whole(script),
            "/compare/birch-vs-cedar": whole(own),
        }
    ) as server:
        ended = run_crawl(home, *(server.base + path for path in list(server.answers)[1:]))
        assert server.paths()["/secret-way"] == 0
    for path in (PLACE, OTHER):
        assert outcomes(home, path) == ["extraction_refused:empty_shell"]
    assert ended.exit_code == 10
    assert not outcomes(home, "/compare/x-vs-y")
    captures = {c.url: c for c in open_archive(home).captures()}
    kept = captures["https://sample.example/compare/birch-vs-cedar"]
    assert open_archive(home).load(kept).body == own
    assert not any("elsewhere" in url for url in captures)


def test_c20_links_without_end_are_followed_to_a_depth_only(home):
    def days(head: bytes) -> Say:
        query = head.split(b" ", 2)[1].partition(b"day=")[2]
        day = int(query or b"0")
        links = "".join(f"<a href='/compare?day={10 * day + n}'>d</a>" for n in range(1, 4))
        return whole(f"<html><body>{links}<a href='{PLACE}'>c</a></body></html>".encode())

    calendar = {f"/compare?day={n}": days for n in range(4000)}
    with faulty({"/": days, PLACE: SOUND, **calendar}) as server:
        ended = run_crawl(home, server.base + "/")
        asked = [path for path in server.paths().elements() if "day=" in path]
    assert len(asked) == len(set(asked)) <= 3 + 9 + 27
    assert (ended.exit_code, ended.report["stored"]) == (0, 1), ended.report


@pytest.mark.parametrize(
    "host",
    [
        "s\u0430mple.example",
        "xn--smple-4ve.example",
        "sample\u3002example",
        "sample.ex\u00e4mple",
        "sample.example.",
        "\uff53ample.example",
    ],
)
def test_c21_a_host_that_only_looks_like_the_sites_is_another(host):
    try:
        strict = strict_address(f"https://{host}/compare/a-vs-b")
    except CrawlError as error:
        assert (error.outcome, error.reason) == ("refused_scope", "url")
        return
    assert not is_of_site(strict, site_named("sample"), None)


def test_a_report_of_faults_is_plain_json(home):
    """What the page's own words put into a report cannot break out of it."""
    with faulty({PLACE: to('http://169.254.169.254/\x1b[31m\\"}')}) as server:
        ended = run_crawl(home, server.base + PLACE)
    assert json.loads(json.dumps(ended.report))["failed"] == {"refused_scope:url": 1}
