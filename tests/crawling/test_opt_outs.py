"""What a publisher says against the use of its pages is heard; what it tells others is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawl_site import Answer, Site, outcomes, rows, run_crawl

from crawler.robots.objections import AI_TOKENS, MOST_USAGES
from crawler.robots.rules import read_rules
from parsers.optout import opt_outs
from parsers.sites import site_named
from schema.page import RawPage

COMPARE = "/compare/alder-vs-birch"


def denied(text: str) -> list[str]:
    return read_rules(200, text.encode()).denied("https://sample.example", site_named("sample"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("User-agent: GPTBot\nDisallow: /\n", ["GPTBot"]),
        ("User-agent: GPTBot\nDisallow: /compare/\n", ["GPTBot"]),
        ("User-agent: Bytespider\nUser-agent: CCBot\nDisallow: /*-vs-\n", ["CCBot", "Bytespider"]),
        ("User-agent: GPTBot\nDisallow: /admin/\n", []),
        ("User-agent: PetalBot\nDisallow: /\n", []),
        ("User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n", ["content-usage:train-ai"]),
        (
            "User-agent: *\ncontent-usage: /compare/ search=y, Train-AI = n # words\n",
            ["content-usage:train-ai"],
        ),
        ("User-agent: *\nContent-Usage: /blog/ train-ai=n\n", []),
        ("User-agent: *\nContent-Usage: train-ai=y\n", []),
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


def test_a_robots_txt_full_of_usages_leaves_a_short_note() -> None:
    lines = "".join(f"Content-Usage: /a{n} use{n}=n, all{n}=n\n" for n in range(12_000))
    assert denied(f"User-agent: *\nContent-Usage: search=n\n{lines}") == ["content-usage:search"]
    assert len(denied(lines.replace("/a", "/compare/ a"))) == MOST_USAGES


def test_a_token_is_one_word_and_stands_once() -> None:
    assert len({token.lower() for token in AI_TOKENS}) == len(AI_TOKENS)
    assert all(token.split() == [token] for token in AI_TOKENS)


def meta(name: str, content: str) -> RawPage:
    body = f'<html><head><meta name="{name}" content="{content}"></head><p>a</p></html>'
    return RawPage(url=None, body=body.encode(), content_type="text/html; charset=utf-8")


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
        ("unavailable_after: 25 Jun 2030 15:00:00 GMT, noarchive", ("noarchive",)),
        ("max-snippet:-1 noarchive", ("noarchive",)),
        ("*: noai", ("noai",)),
    ],
)
def test_a_header_for_another_robot_is_not_ours(header: str, found: tuple[str, ...]) -> None:
    nothing = RawPage(url=None, body=b"", content_type="text/plain")
    assert opt_outs({"x-robots-tag": header}, nothing) == found


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        ("train-ai=n", ("content-usage",)),
        ("train-ai=y", ()),
        ("search=y, train-ai=n", ("content-usage",)),
    ],
)
def test_a_usage_that_is_only_allowed_is_no_opt_out(usage: str, found: tuple[str, ...]) -> None:
    nothing = RawPage(url=None, body=b"", content_type="text/plain")
    assert opt_outs({"content-usage": usage}, nothing) == found
