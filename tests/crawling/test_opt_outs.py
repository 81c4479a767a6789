"""What a publisher says against the use of its pages is heard; what it tells others is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from crawl_site import PAGE, Answer, Site, outcomes, rows, run_crawl

from crawler.robots.objections import AI_TOKENS, MOST_USAGES
from crawler.robots.rules import read_rules
from parsers.optout import opt_outs, unquotable
from parsers.sites import site_named
from schema.page import RawPage
from schema.signals import SIGNALS

COMPARE = "/compare/alder-vs-birch"
TALE = "A tale of two drawers."
LONG = "A tale of two drawers, one by one"


def denied(text: str) -> list[str]:
    return read_rules(200, text.encode()).denied("https://sample.example", site_named("sample"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("User-agent: GPTBot\nDisallow: /\n", ["GPTBot"]),
        ("User-agent: GPTBot\nDisallow: /compare/\n", ["GPTBot"]),
        ("User-agent: Bytespider\nUser-agent: CCBot\nDisallow: /*-vs-\n", ["CCBot", "Bytespider"]),
        ("User-agent: GPTBot\nDisallow: /admin/\n", []),
        ("User-agent: GPTBot, CCBot Bytespider\nDisallow: /\n", ["GPTBot", "CCBot", "Bytespider"]),
        ("User-agent: GPTBot\nDisallow: compare\n", ["GPTBot"]),
        *(
            (f"User-agent: {token}\nDisallow: /\n", [token])
            for token in (
                "DeepSeekBot",
                "xAI-Bot",
                "GrokBot",
                "img2dataset",
                "PanguBot",
                "omgili",
                "Omgilibot",
                "ImagesiftBot",
            )
        ),
        ("User-agent: PetalBot\nDisallow: /\n", []),
        ("User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n", ["content-usage:train-ai"]),
        (
            "User-agent: *\ncontent-usage: /compare/ search=y, Train-AI = n # words\n",
            ["content-usage:train-ai"],
        ),
        ("User-agent: *\nContent-Usage: /blog/ train-ai=n\n", []),
        ("User-agent: *\nContent-Usage: train-ai=y\n", []),
        ("User-agent: *\nContent-Usage: train-ai=?0\n", ["content-usage:train-ai"]),
        (
            "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n",
            ["content-signal:ai-train"],
        ),
        (
            "CONTENT-SIGNAL : AI-Input = NO; ai-train=no\n",
            ["content-signal:ai-input", "content-signal:ai-train"],
        ),
        (
            "User-agent: *\nContent-Signal: later\n"
            "Content-Signal: search=yes; ai-train=no\nAllow: /\n",
            ["content-signal:ai-train"],
        ),
        (
            "User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n\n"
            "User-agent: *\nContent-Signal: ai-train=yes, ai-input=no\n",
            ["content-signal:ai-input", "content-signal:ai-train"],
        ),
        ("User-agent: *\nContent-Signal: /compare/ search=no\n", ["content-signal:search"]),
        ("User-agent: verdicts\nContent-Signal: search=no\n", ["content-signal:search"]),
        # What a search engine alone is told of search is said to it; of AI, to everybody.
        (
            "User-agent: otherbot\nContent-Signal: search=no, ai-train=no\nDisallow: /x\n",
            ["content-signal:ai-train"],
        ),
        ("User-agent: *\nContent-Signal: /blog/ ai-train=no\n", []),
        *(
            (f"User-agent: *\nContent-Signal{said}\n", ["content-signal:ai-train"])
            for said in (
                ': ai-train="no"',
                ": search=yes ai-train='no'",
                ': "ai-train=no"',
                ": ai-train: no",
                "s: ai-train=no, search=yes",
            )
        ),
        ("User-agent: *\nContent-Signal: ai-train=yes, search=yes\n", []),
        (
            "License: https://sample.example/l.xml # words\nUser-agent: *\nAllow: /\n",
            ["license:https://sample.example/l.xml"],
        ),
    ],
)
def test_robots_txt_speaks_against_ai_by_token_path_or_usage(text: str, found: list[str]) -> None:
    assert denied(text) == found


def test_a_robots_txt_that_only_refuses_usage_is_recorded_with_what_is_fetched(
    site: Site, home: Path
) -> None:
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nAllow: /\nContent-Usage: train-ai=n\n")
    run_crawl(home, site.base + COMPARE)
    assert rows(home, "SELECT denied_tokens FROM robots") == [("content-usage:train-ai",)]
    assert outcomes(home, COMPARE) == ["ok:"]


def test_a_disallow_without_its_slash_is_obeyed_and_the_report_says_so(
    site: Site, home: Path
) -> None:
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: compare/alder\n")
    ended = run_crawl(home, site.base + COMPARE)
    assert outcomes(home, COMPARE) == ["refused_robots:disallowed"]
    said = "Disallow lines that begin with no slash, obeyed from the path that they mean"
    assert ended.report["notes"] == {f"{site.base}/robots.txt: {said}": 1}


def test_a_header_spelt_in_the_plural_is_kept_beside_its_capture(site: Site, home: Path) -> None:
    site.answers[COMPARE] = Answer(PAGE, headers={"Content-Signals": "ai-train=no"})
    run_crawl(home, site.base + COMPARE)
    (said,) = rows(home, "SELECT headers FROM capture WHERE url LIKE '%/compare/%'")
    assert "content-signals" in str(said)


def test_a_robots_txt_that_names_a_licence_is_obeyed_and_the_licence_not_asked_for(
    site: Site, home: Path
) -> None:
    site.answers["/robots.txt"] = Answer(
        f"User-agent: *\nAllow: /\nLicense: {site.base}/license.xml\n".encode()
    )
    run_crawl(home, site.base + COMPARE)
    said = rows(home, "SELECT denied_tokens FROM robots")
    assert said == [(f"license:{site.base}/license.xml",)]
    assert site.paths()["/license.xml"] == 0


def test_a_robots_txt_full_of_usages_leaves_a_short_note() -> None:
    lines = "".join(f"Content-Usage: /a{n} use{n}=n, all{n}=n\n" for n in range(2 * MOST_USAGES))
    assert denied(f"User-agent: *\nContent-Usage: search=n\n{lines}") == ["content-usage:search"]
    assert len(denied(lines.replace("/a", "/compare/ a"))) == MOST_USAGES


def test_a_token_is_one_word_and_stands_once() -> None:
    assert len({token.lower() for token in AI_TOKENS}) == len(AI_TOKENS)
    assert all(token.split() == [token] for token in AI_TOKENS)


def html(head: str, body: str = "<p>a</p>") -> RawPage:
    text = f"<html><head>{head}</head><body>{body}</body></html>"
    return RawPage(url=None, body=text.encode(), content_type="text/html; charset=utf-8")


def meta(name: str, content: str) -> RawPage:
    return html(f'<meta name="{name}" content="{content}">')


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("robots", "noindex noarchive", ("noarchive", "noindex")),
        ("ROBOTS", "NoIndex,noai", ("noai", "noindex")),
        ("verdicts", "noarchive", ("noarchive",)),
        ("googlebot", "noarchive", ()),
        ("content-usage", "train-ai=n", ("content-usage",)),
        ("content-usage", "train-ai=y", ()),
        ("content-usage", "train-ai=y, search=n;x=1", ("content-usage",)),
        ("Content-Signal", "ai-input=no", ("content-signal",)),
        ("robots", "noindex; NOARCHIVE", ("noarchive", "noindex")),
        ("robots", " nosnippet ,noindex", ("noindex", "nosnippet")),
        ("robots", "max-snippet:0", ("max-snippet",)),
        ("robots", "max-snippet : 0, noai", ("max-snippet", "noai")),
        ("robots", "Max-Snippet=0", ("max-snippet",)),
        *(("robots", f"max-snippet:{none}", ("max-snippet",)) for none in ("00", "-0", "0.0")),
        *(("robots", f"max-snippet:{some}", ()) for some in ("10", "010", "0.5", "", ".")),
        ("Content-Signals", "ai-train = 'no'", ("content-signal",)),
        ("robots", "max-snippet:-1, max-image-preview:large", ()),
        ("robots", "nocache", ("noarchive",)),
        ("robots, otherbot", "noarchive", ("noarchive",)),
        ("otherbot;verdicts", "noarchive", ("noarchive",)),
        ("otherbot anotherbot", "noarchive", ()),
        ("robots", "unavailable_after: 2030-06-25", ("unavailable_after=2030-06-25T00:00:00Z",)),
        (
            "robots",
            "noai, Unavailable_After: Tue, 25 Jun 2030 15:00:00 PST",
            ("noai", "unavailable_after=2030-06-25T23:00:00Z"),
        ),
        (
            "robots",
            "unavailable_after: Tuesday, 25-Jun-30 15:00:00 GMT; noindex",
            ("noindex", "unavailable_after=2030-06-25T15:00:00Z"),
        ),
        (
            "robots",
            "unavailable_after: 2030-06-25T15:00:00+01:00 noindex",
            ("noindex", "unavailable_after=0001-01-01T00:00:00Z"),
        ),
        ("robots", "unavailable_after: some day", ("unavailable_after=0001-01-01T00:00:00Z",)),
        ("TDM-Reservation", " 1 ", ("tdm",)),
        ("tdm-reservation", "1; by=law", ("tdm",)),
        ("tdm-reservation", "?1", ("tdm",)),
        ("tdm-reservation", "0", ()),
        ("tdm-policy", "https://a.example/policy.json", ("tdm",)),
    ],
)
def test_a_page_speaks_to_all_robots_or_to_ours(
    name: str, content: str, found: tuple[str, ...]
) -> None:
    assert opt_outs({}, meta(name, content)) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("noindex noarchive", ("noarchive", "noindex")),
        ("verdicts: noarchive, noindex", ("noarchive", "noindex")),
        ("Verdicts: noarchive", ("noarchive",)),
        ("googlebot: noarchive", ()),
        ("googlebot: noarchive noindex", ()),
        # Two headers of one name come joined: the second may well have been said to everybody.
        ("googlebot: nofollow, noarchive", ("noarchive",)),
        ("noarchive, otherbot: noindex", ("noarchive",)),
        (
            "unavailable_after: 25 Jun 2030 15:00:00 GMT, noarchive",
            ("noarchive", "unavailable_after=2030-06-25T15:00:00Z"),
        ),
        ("max-snippet:-1 noarchive", ("noarchive",)),
        ("*: noai", ("noai",)),
        ("NoSnippet; noindex", ("noindex", "nosnippet")),
        ("max-snippet:0, max-image-preview:none", ("max-snippet",)),
        ("otherbot: max-snippet:0", ()),
        ("otherbot: unavailable_after: 25 Jun 2030 15:00:00 GMT", ()),
        (
            "verdicts: unavailable_after: Tue, 25 Jun 2030 15:00:00 GMT, noai",
            ("noai", "unavailable_after=2030-06-25T15:00:00Z"),
        ),
    ],
)
def test_a_header_for_another_robot_is_not_ours(header: str, found: tuple[str, ...]) -> None:
    assert opt_outs({"x-robots-tag": header}, NOTHING) == found


NOTHING = RawPage(url=None, body=b"", content_type="text/plain")


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("content-usage", "train-ai=n", ("content-usage",)),
        ("content-usage", "train-ai=y", ()),
        ("content-usage", "search=y, train-ai=n", ("content-usage",)),
        ("content-usage", "train-ai=?0", ("content-usage",)),
        ("content-usage", "train-ai=?1, search", ()),
        ("content-usage", 'Train-AI = "n" ;v=1', ("content-usage",)),
        ("content-signal", "ai-train=no", ("content-signal",)),
        ("content-signal", "search=yes,AI-INPUT=No", ("content-signal",)),
        ("content-signal", 'search="yes" ai-train="no"', ("content-signal",)),
        ("content-signals", "ai-train=no", ("content-signal",)),
        ("content-usage", "train-ai=none, search=0.5, x=no-one", ()),
        ("content-signal", "search=no", ("search",)),
        ("content-signal", "search=no, ai-train=no", ("content-signal", "search")),
        ("content-signal", "ai-train=yes, ai-input=yes, search=yes", ()),
        ("tdm-reservation", "1", ("tdm",)),
        ("tdm-reservation", "0, 1", ("tdm",)),
        ("tdm-reservation", "0", ()),
        ("tdm-policy", "https://a.example/policy.json", ("tdm",)),
        ("link", '<https://a.example/l>; rel="license"; type="application/rsl+xml"', ("rsl",)),
        ("link", "</a.css>; rel=preload, </l>; type=application/rsl+xml; rel=license", ("rsl",)),
        ("link", '</l>; rel="nofollow License"; type="Application/RSL+xml"', ("rsl",)),
        ("link", "</l>; rel=license", ()),
        ("link", "</l>; rel=alternate; type=application/rsl+xml", ()),
        ("link", "</l>; rel=license, </m>; rel=alternate; type=application/rsl+xml", ()),
    ],
)
def test_a_header_that_refuses_a_use_is_read_and_one_that_allows_is_none(
    name: str, value: str, found: tuple[str, ...]
) -> None:
    assert opt_outs({name: value}, NOTHING) == found


def test_a_tdm_policy_reserves_nothing_where_the_same_answer_says_so() -> None:
    headers = {"tdm-reservation": "0", "tdm-policy": "https://a.example/policy.json"}
    assert opt_outs(headers, NOTHING) == ()


RSL = '<rsl xmlns="https://rslstandard.org/rsl"><content url="/">{}</content></rsl>'


@pytest.mark.parametrize(
    ("terms", "is_open"),
    [
        ('<prohibits type="usage">ai-train</prohibits>', False),
        ('<prohibits type="usage">ai-all</prohibits><permits type="usage">search</permits>', False),
        ('<permits type="usage">search</permits>', False),
        ('<permits type="usage">all</permits><prohibits type="usage">ai-input</prohibits>', False),
        ('<permits type="usage">all</permits><payment type="crawl"/>', False),
        ('<!-- <permits type="usage">all</permits> -->', False),
        ("", False),
        ('<permits type="usage">all</permits>', True),
        ("<permits type='usage'>search, ai-all</permits><payment type='free'/>", True),
    ],
)
def test_a_licence_in_the_page_forbids_unless_it_plainly_permits(terms: str, is_open: bool) -> None:
    page = html(
        f'<script type="application/rsl+xml">{RSL.format(f"<license>{terms}</license>")}</script>'
    )
    assert opt_outs({}, page) == (() if is_open else ("rsl",))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<link rel="license" type="application/rsl+xml" href="/l.xml">', ("rsl",)),
        ('<LINK TYPE="Application/RSL+XML" REL="nofollow License" HREF="/l.xml">', ("rsl",)),
        ('<link rel="license" href="https://a.example/by">', ()),
        ('<script type="application/ld+json">{"license": "application/rsl+xml"}</script>', ()),
    ],
)
def test_a_licence_elsewhere_counts_until_its_terms_are_known(
    head: str, found: tuple[str, ...]
) -> None:
    assert opt_outs({}, html(head)) == found


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("<p>Before</p><p data-nosnippet>A tale of two drawers.</p>", {TALE}),
        ("<div DATA-NOSNIPPET='true'><p>Words</p><p>“A tale of two\n drawers.”</p></div>", {TALE}),
        ("<p>A tale of <span data-nosnippet>two drawers</span>.</p>", {TALE, LONG}),
        (
            "<p>A tale</p><div data-nosnippet><p>of two drawers, one by one</p><b>Like</b></div>",
            {LONG},
        ),
        ("<p>A tale of two drawers.</p><p data-nosnippet>One letter a week</p>", set()),
        ("<p data-nosnippet> </p><p>A tale of two drawers.</p>", set()),
    ],
)
def test_a_part_that_is_not_to_be_quoted_takes_the_texts_it_touches(
    body: str, marked: set[str]
) -> None:
    assert unquotable(html("", body), [TALE, LONG]) == marked


def test_several_signals_at_once_are_all_heard() -> None:
    page = html('<meta name=robots content="noai;nosnippet"><link rel=license type=x>', "<p>a</p>")
    headers = {"x-robots-tag": "noindex", "content-signal": "search=no", "tdm-reservation": "1"}
    assert opt_outs(headers, page) == ("noai", "noindex", "nosnippet", "search", "tdm")


def test_each_signal_stands_in_the_papers_and_none_that_is_not_read() -> None:
    text = (Path(__file__).parents[2] / "docs" / "crawling.md").read_text("utf-8")
    table = text.partition("## What a publisher says against such use")[2].partition("\n\n- ")[0]
    named = set(re.findall(r"(?m)^\| `([^`]+)`", table))
    assert named == set(SIGNALS)
