"""The crawl's rules, each without a network: addresses, robots, sitemaps, waiting, refusals."""

from __future__ import annotations

import ast
import gzip
import itertools
import ssl
import sys
import time
from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path

import forked
import pytest
from http_bytes import message_block
from hypothesis import given
from hypothesis import strategies as st

from archive import Home
from archive.ledger.leases import Lease
from archive.ledger.outcomes import OUTCOMES, is_known
from archive.warc.content import RATIO_FROM, DecodedBody
from archive.warc.http1 import Message, take_apart
from crawler.choosing.sitemaps import MAX_BYTES, MAX_ENTRIES, ListEntry, SitemapError, read_sitemap
from crawler.hosts.addresses import is_global, next_hop, on_origin, strict_address
from crawler.judge import differing_validator, judge_answer, wait_asked_for
from crawler.robots.rules import is_fresh, read_rules
from crawler.settings import JITTER, crawl_settings, slot_delay
from crawler.start.planning import named_pages, require_manners, require_pages
from crawler.start.timeouts import USUAL
from crawler.start.trust import tls_context
from machine.clock import now
from parsers.sites import site_named
from schema.errors import CrawlError, IntegrityError, StartError, UsageError

SAMPLE = site_named("sample")
MIRROR = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/hostname", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:,x", "scheme"),
        ("ftp://sample.example/", "scheme"),
        ("https://u:p@sample.example/", "url"),
        ("https://sample.example/a\r\nX: y", "url"),
        ("https://sample.example\\@evil.example/", "url"),
        ("https://sample.example/" + "a" * 3000, "url"),
        ("https://s\u0430mple.example/", "url"),
        ("https://sample.example:99999/", "url"),
        ("https:///nowhere", "url"),
        ("https://sample.example/a b", "url"),
        ("https://sample\u3002example/", "url"),
    ],
)
def test_an_address_that_is_not_plain_is_refused(url, reason):
    with pytest.raises(CrawlError) as caught:
        strict_address(url)
    assert (caught.value.outcome, caught.value.reason) == ("refused_scope", reason)


@given(st.text(max_size=60))
def test_a_strict_address_is_its_own_strict_form(tail):
    try:
        once = strict_address("https://Sample.Example/" + tail)
    except CrawlError:
        return
    assert strict_address(once) == once
    assert once.startswith("https://sample.example/")
    assert once.isascii()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1%eth0",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "2002:7f00:1::",
        "fc00::1",
    ],
)
def test_private_and_reserved_addresses_are_not_of_the_open_internet(address):
    assert not is_global(address)


@pytest.mark.parametrize(
    ("here", "location", "hops", "origin", "outcome"),
    [
        ("https://sample.example/a", "/b", 0, None, "https://sample.example/b"),
        ("https://sample.example/a", "http://sample.example/b", 0, None, "refused_scope:downgrade"),
        ("https://sample.example/a", "https://evil.example/", 0, None, "refused_scope:host"),
        ("https://sample.example/a", "https://sample.example:8443/", 0, None, "refused_scope:host"),
        ("https://sample.example/a", "/b", 5, None, "http_error:redirect_limit"),
        (MIRROR + "/a", "/b", 0, MIRROR, MIRROR + "/b"),
        (MIRROR + "/a", "https://sample.example/b", 0, MIRROR, "refused_scope:host"),
        (MIRROR + "/a", "http://169.254.169.254/", 0, MIRROR, "refused_scope:host"),
    ],
)
def test_a_redirect_is_followed_only_on_the_site(here, location, hops, origin, outcome):
    try:
        found = next_hop(here, location, hops, SAMPLE, origin)
    except CrawlError as error:
        found = f"{error.outcome}:{error.reason}"
    assert found == outcome


def test_a_mirror_is_asked_for_the_sites_own_path():
    assert on_origin("https://sample.example/a?b=c", MIRROR) == MIRROR + "/a?b=c"


@pytest.mark.parametrize(
    ("status", "body", "state", "allowed"),
    [
        (404, b"", "none", True),
        (403, b"", "none", True),
        (500, b"", "unreachable", False),
        (429, b"", "unreachable", False),
        (None, None, "unreachable", False),
        (200, b"", "read", True),
        (200, b"<html>Disallow nothing</html>", "unreachable", False),
        (200, b"\xef\xbb\xbfUser-agent: *\rDisallow: /x\r", "read", True),
        (200, b"User-agent: *\nDisallow: /", "read", False),
        (200, b"User-agent: other\nDisallow: /", "read", True),
        (200, b"User-agent: verdicts\nDisallow: /a\n\nUser-agent: *\nDisallow:", "read", False),
        (200, b"User-agent: Verdicts/1.0 (+a@b.example)\nDisallow: /a", "read", False),
        (200, b"User-agent: verdictsnews/1.0\nDisallow: /a", "read", True),
        (200, "User-agent: *\nDisallow: /a".encode("utf-16"), "read", False),
        (301, b"", "unreachable", False),
        (200, None, "unreachable", False),
    ],
)
def test_robots_txt_means_what_its_status_and_text_say(status, body, state, allowed):
    rules = read_rules(status, body)
    assert (rules.state, rules.allows("https://sample.example/a")) == (state, allowed)


def test_rules_are_good_for_a_day_and_none_are_from_the_future(monkeypatch):
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-02T12:00:00Z")
    read = ("01T12:00:00Z", "01T12:00:01Z", "02T12:00:00Z", "02T12:00:01Z")
    assert [is_fresh(f"2026-11-{at}") for at in read] == [False, True, True, False]


def test_rules_are_good_for_a_day_by_the_clock_that_does_not_jump_too():
    rules = read_rules(200, b"User-agent: *\nDisallow:\n")
    assert rules.is_fresh
    # As after a clock that was set back: by their date they were read only now.
    assert not replace(rules, counted_from=time.monotonic() - 25 * 3600).is_fresh


def test_a_sitemap_may_be_an_index_gzipped_or_plain_lines():
    index = (
        b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap>"
        b"<loc>https://a.example/1</loc><lastmod>2026-01-01</lastmod></sitemap></sitemapindex>"
    )
    found = read_sitemap(gzip.compress(index, mtime=0))
    assert found.entries == (ListEntry("https://a.example/1", "2026-01-01", is_sitemap=True),)
    assert read_sitemap(b"https://a.example/1\nhttps://a.example/2\n").entries[1].url[-1] == "2"
    wide = "<urlset><url><loc>https://a.example/1</loc></url></urlset>"
    assert read_sitemap(wide.encode("utf-16")).entries == (ListEntry("https://a.example/1"),)


def test_a_page_of_html_is_no_sitemap_whatever_it_speaks_of():
    page = b"<!doctype html><title>x</title><p>&lt;urlset&gt;</p><code>%s</code>"
    assert read_sitemap(page % b"") is None
    assert read_sitemap(page % b"<urlset></urlset>") is None


def test_no_more_entries_are_read_than_the_cap_and_the_rest_is_counted():
    found = read_sitemap(b"<urlset>" + b"<url><loc>x</loc></url>" * (MAX_ENTRIES + 2))
    assert (len(found.entries), found.left) == (MAX_ENTRIES, 2)
    found = read_sitemap(b"/x\n" * (MAX_ENTRIES + 2))
    assert (len(found.entries), found.left) == (MAX_ENTRIES, 2)


@given(st.text(alphabet="<>/&;![]-? \n\0ulrsetcoNTIY\xe9\ufffd", max_size=80), st.booleans())
def test_what_is_broken_in_a_sitemap_costs_no_other_entry_before_it(noise, is_cut):
    whole = "<urlset><url><loc>https://a.example/1</loc></url>"
    text = whole + noise.replace("<!", "<") + ("" if is_cut else "</urlset>")
    assert read_sitemap(text.encode()).entries[0].url == "https://a.example/1"


def thrice(data: bytes) -> bytes:
    for _ in range(3):
        data = gzip.compress(data, mtime=0)  # else no two workers collect the same tests
    return data


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE u [<!ENTITY a 'x'>]><urlset><url><loc>&a;</loc></url></urlset>",
        b"<!DOCTYPE u [<!ELEMENT u ANY>]><urlset></urlset>",
        b"<svg></svg>",
        b"{}",
        b"",
        b"words",
        gzip.compress(b"<urlset></urlset>", mtime=0)[:-4],
        thrice(b"<urlset></urlset>"),
        gzip.compress(bytes(RATIO_FROM + 1), mtime=0),
        b" " * (MAX_BYTES + 1),
    ],
)
def test_a_sitemap_that_is_none_hostile_or_too_large_is_refused(body):
    with pytest.raises(SitemapError) as caught:
        read_sitemap(body)
    assert is_known(caught.value.outcome, caught.value.reason)


@pytest.mark.parametrize("reference", [b"&a;", b"&#x0;", b"&nbsp;", b"&unknown"])
def test_no_reference_in_a_sitemap_is_expanded_but_those_of_characters(reference):
    """A document type with an outside part is passed over: nothing is asked for."""
    outside = (
        b"<!DOCTYPE u SYSTEM 'file:///etc/hostname'><urlset><url><loc>/x%s</loc></url></urlset>"
    )
    (entry,) = read_sitemap(outside % reference).entries
    assert entry.url in ("/x" + reference.decode(), "/x")


def wait(*values, **more):
    """What an answer with these Retry-After headers, and others, asks for."""
    headers = [("Retry-After", value) for value in values] + list(more.items())
    return wait_asked_for(Message(429, tuple(headers), b"", DecodedBody(b"")))


def test_retry_after_is_read_in_both_its_forms(monkeypatch):
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-01T12:00:00Z")
    assert wait("120") == 120
    assert wait("Sun, 01 Nov 2026 12:00:30 GMT") == 30
    assert wait("Sun, 01 Nov 2020 12:00:30 GMT") == 0
    assert wait() is None
    assert wait("") is None
    assert wait(format_datetime(now())) == 0


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("120 seconds", 120),
        ("7200.5", 7200.5),
        ("+7200", 7200),
        ("2 hours", 7200),
        ("7200, 5", 7200),
        ("5, 7200", 60),
        ("soon", 60),
        ("-5", 60),
        ("nan", 60),
        ("\u0663", 60),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999999999", 60),
    ],
)
def test_a_retry_after_in_other_words_is_a_number_or_at_least_a_minute(value, wait_s):
    assert wait(value) == wait_s


def test_of_several_retry_after_headers_the_longest_is_kept():
    assert wait("5", "120", "soon") == 120
    assert wait("soon", "7") == 60


@pytest.mark.parametrize("ours", ["2020-01-01T00:00:00Z", "2031-01-01T00:00:00Z"])
def test_a_time_to_come_back_is_held_against_the_sites_own_clock(monkeypatch, ours):
    monkeypatch.setenv("VERDICTS_NOW", ours)
    sent = "Sun, 01 Nov 2026 12:00:00 GMT"
    assert wait("Sun, 01 Nov 2026 12:00:30 GMT", Date=sent) == 30


@pytest.mark.parametrize(
    ("named", "said", "odd"),
    [
        ({"etag": '"a"'}, {}, None),
        ({"etag": '"a"'}, {"ETag": '"a"'}, None),
        ({"etag": '"a"'}, {"ETag": 'W/"a"'}, None),
        ({"etag": '"a"'}, {"ETag": '"b"'}, "etag"),
        ({"etag": '"a"', "last-modified": "x"}, {"ETag": '"a"', "Last-Modified": "y"}, None),
        ({"last-modified": "x"}, {"ETag": '"b"', "Last-Modified": "x"}, None),
        ({"last-modified": "x"}, {"Last-Modified": "y"}, "last-modified"),
    ],
)
def test_a_304_that_names_another_body_is_told_from_one_that_names_ours(named, said, odd):
    assert (
        differing_validator(named, Message(304, tuple(said.items()), b"", DecodedBody(b""))) == odd
    )


@pytest.mark.parametrize(
    ("status", "tries", "state"),
    [
        (500, 0, "waiting"),
        (500, 2, "failed"),
        (404, 0, "failed"),
        (403, 0, "failed"),
        (304, 0, "failed"),
        (200, 0, "captured"),
        (429, 0, "waiting"),
    ],
)
def test_only_what_may_pass_is_tried_again(status, tries, state):
    lease = Lease(
        1, 1, "sample", "https://sample.example/compare/a-vs-b", "comparison", None, 0, tries
    )
    message = take_apart(message_block(status, [], b"x"))
    assert message is not None
    ruling = judge_answer(lease, SAMPLE, lease.url, message, 0)
    assert ruling.ending.state == state


def test_a_pause_is_never_shorter_than_the_delay_asked_for():
    assert slot_delay(1.0) * (1 - JITTER) >= 1.0


def test_no_setting_listens_pickles_or_trusts():
    found = crawl_settings(
        delay_s=1, contact="a@b", allow_private=False, version="1", timeouts=USUAL
    )
    assert not found["TELNETCONSOLE_ENABLED"]
    assert not found["REMOTE_CONTROL_ENABLED"]
    assert found["JOBDIR"] is None
    assert found["EXTENSIONS_BASE"] == found["SPIDER_MIDDLEWARES_BASE"] == {}
    kept = ("offsite", "defaultheaders", "useragent")
    assert [name.split(".")[2] for name in found["DOWNLOADER_MIDDLEWARES_BASE"]] == [*kept]
    ours = {name for name, handler in found["DOWNLOAD_HANDLERS"].items() if handler}
    assert ours == {"http", "https"}
    assert set(found["DOWNLOAD_HANDLERS"]) - ours == {"data", "file", "ftp", "s3"}
    context = tls_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


PUBLIC = "https://1.1.1.1/compare/a-vs-b"


@pytest.mark.parametrize(
    ("url", "given", "error", "words"),
    [
        (PUBLIC, {}, StartError, "--contact"),
        (PUBLIC, {"contact": "a@b.example", "delay_s": 0.9}, UsageError, "less than a second"),
        (PUBLIC, {"contact": "nobody"}, UsageError, "neither"),
        (PUBLIC, {"contact": "a@b\r\nX: y"}, UsageError, "neither"),
        (PUBLIC, {"contact": "a@b.example\nX: y"}, UsageError, "neither"),
        (PUBLIC, {"contact": "@"}, UsageError, "neither"),
        (PUBLIC, {"contact": "a@b"}, UsageError, "neither"),
        (PUBLIC, {"contact": "http://"}, UsageError, "neither"),
        (PUBLIC, {"contact": "http://localhost/"}, UsageError, "neither"),
        (PUBLIC, {"contact": "http://127.0.0.1/"}, UsageError, "neither"),
        (PUBLIC, {"contact": "a" * 5000 + "@b.example"}, UsageError, "neither"),
        (PUBLIC, {"contact": "mailto:a.b+c@d-e.example"}, None, ""),
        (MIRROR + "/", {}, StartError, "private"),
        (MIRROR + "/", {"delay_s": -1, "allow_private": True}, UsageError, "negative"),
        (PUBLIC, {"contact": "https://b.example/us"}, None, ""),
        (MIRROR + "/", {"delay_s": 0, "allow_private": True}, None, ""),
    ],
)
def test_a_crawl_begins_only_with_manners(url, given, error, words):
    jobs = [job for job, _ in named_pages([url], SAMPLE)]
    settings = {"delay_s": 1.0, "contact": "", "allow_private": False, **given}
    if error is None:
        require_manners(jobs, **settings)
        return
    with pytest.raises(error, match=words):
        require_manners(jobs, **settings)


def test_an_address_needs_a_site_and_an_empty_home_an_address(tmp_path):
    with pytest.raises(UsageError, match=r"no site claims elsewhere\.example"):
        named_pages(["https://elsewhere.example/"], None)
    with pytest.raises(UsageError, match="the home is empty"):
        require_pages(Home(tmp_path))


def test_a_home_that_lost_its_ledger_is_not_told_as_an_empty_one(tmp_path):
    (tmp_path / "warc").mkdir()
    (tmp_path / "warc" / "verdicts-sample-000001.warc.gz").write_bytes(b"segment")
    with pytest.raises(IntegrityError, match="check --rebuild-ledger"):
        require_pages(Home(tmp_path))


def test_an_address_that_leads_nowhere_is_named_and_not_passed_over():
    with pytest.raises(UsageError, match="tool/a: no comparison, listing or sitemap of sample"):
        named_pages(["https://sample.example/tool/a"], None)


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("https://sample.example", "listing"),
        ("https://sample.example/compare/a-vs-b", "comparison"),
        ("https://sample.example/sitemap-2.xml.gz", "sitemap"),
        ("https://sample.example/robots.txt", "robots"),
    ],
)
def test_an_address_is_told_by_what_it_is_for(url, role):
    ((job, found),) = named_pages([url], None)
    assert (found.role, found.origin, job.site.name) == (role, None, "sample")


def test_every_outcome_in_the_code_is_in_the_one_list():
    """Pairs of literals such as `"damaged", "reset"` that stand side by side in a call."""
    pairs = set()
    for path in sorted(Path(__file__).parents[2].joinpath("crawler").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            found = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
            words = [n.value if isinstance(n, ast.Constant) else None for n in found]
            pairs |= {
                (a, b)
                for a, b in itertools.pairwise(words)
                if a in OUTCOMES and b and b not in OUTCOMES
            }
    assert len(pairs) > 15
    assert all(is_known(str(a), str(b)) for a, b in pairs), pairs


REFUSED = """
import sys
from crawler.run import crawl
from crawler import run
from crawler.start import planning
from parsers.sites import site_named
from pathlib import Path
run.require_manners = lambda *a, **k: None  # the guard at the door is not what is tested here
report = crawl(Path(sys.argv[1]), addresses=sys.argv[2:], site=site_named("sample"))
print(report.notes)
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0177.0.0.1"])
def test_the_resolver_refuses_private_addresses_at_the_moment_of_connecting(tmp_path, host):
    ended = forked.run(
        [sys.executable, "-c", REFUSED, str(tmp_path), f"http://{host}:9/compare/a-vs-b"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "robots refused_scope:private" in ended.stdout, (ended.stdout, ended.stderr)
