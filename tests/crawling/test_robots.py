"""robots.txt as RFC 9309 says, and never more generous to us than Google's own parser."""

from __future__ import annotations

import re

import pytest
from robots_files import ADDRESSES, BASE, robots_file

from crawler.robots.objections import AI_TOKENS, path_of_a_comparison
from crawler.robots.rules import MAX_BYTES, read_rules
from parsers.sites import site_named

PAGE = BASE + "/compare/alder-vs-birch"
FILES = 500
STRICTER = {
    "`Allow: /x/index.html` is no word about /x/": (
        "User-agent: *\nDisallow: /compare/\nAllow: /compare/index.html\n",
        BASE + "/compare/",
        r"(?im)^ *allow.*index\.html",
    ),
    "an agent named without a colon counts, however many words": (
        "User-agent verdicts (or its kin)\nDisallow: /\n",
        PAGE,
        r"(?im)^ *user[- ]?agent +[^:\n]*$",
    ),
    "each agent that a line lists is named": (
        "User-agent: other, verdicts\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
        PAGE,
        r"(?im)^ *user[- ]?agent *:? *\S+[ ,]+verdicts",
    ),
    "a Disallow that begins with no slash means a path": (
        "User-agent: *\nDisallow: compare\n",
        PAGE,
        r"(?im)^ *disal+ow *:? *(compare|https)",
    ),
    "stars around a token leave it ours": (
        "User-agent: *verdicts*\nDisallow: /\n",
        PAGE,
        r"(?i)\*verdicts",
    ),
    "a letter and its escape are one, in rules and addresses": (
        "User-agent: *\nDisallow: /compare/%61lder\n",
        PAGE,
        r"(?i)%|-vs|é|alder",
    ),
    "`Allowed` is no Allow": (
        "User-agent: *\nDisallow: /\nAllowed: /compare/\n",
        PAGE,
        r"(?i)allowed",
    ),
}
"""Where Google allows and we do not: why, a file and an address that show it, what tells of it."""


def allows(text: str, url: str = PAGE) -> bool:
    return read_rules(200, text.encode()).allows(url)


def google_allows(text: str, url: str) -> bool:
    google = pytest.importorskip("jwm.robotstxt.googlebot", reason="no wheel for this Python")
    return google.RobotsMatcher().AllowedByRobots(text, ("verdicts",), url)


def test_nothing_is_asked_for_that_googles_parser_forbids_in_500_files() -> None:
    looser, unexplained, forbidden = [], [], 0
    for seed in range(FILES):
        text = robots_file(seed)
        rules = read_rules(200, text.encode())
        for url in ADDRESSES:
            ours, theirs = rules.allows(url), google_allows(text, url)
            forbidden += not theirs
            if ours and not theirs:
                looser.append((text, url))
            elif theirs and not ours:
                signs = (sign for _, _, sign in STRICTER.values())
                if not any(re.search(sign, text.replace("\r", "\n")) for sign in signs):
                    unexplained.append((text, url))
    assert (looser, unexplained) == ([], [])
    assert forbidden > 900  # or the files would prove nothing


@pytest.mark.parametrize(("text", "url", "sign"), STRICTER.values(), ids=STRICTER)
def test_each_reason_to_be_stricter_shows_in_a_file(text: str, url: str, sign: str) -> None:
    assert (allows(text, url), google_allows(text, url)) == (False, True)
    assert re.search(sign, text)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (
            "User-agent: verdicts\nContent-Signal: x=no\nUser-agent: other\nDisallow: /compare/",
            False,
        ),
        ("User-agent: verdicts\nCrawl-delay: 5\n\nUser-agent: *\nDisallow: /", False),
        ("User-agent: verdicts\nSitemap: https://a.example/s\nUser-agent: b\nDisallow: /", False),
        ("User-agent: verdicts\nnonsense\n# words\n\nUser-agent: b\nDisallow: /", False),
        ("User-agent: verdict\nDisallow: /", True),
        ("User-agent: ver\nDisallow: /", True),
        ("User-agent: verdicts-news\nDisallow: /", True),
        ("User-agent: my-verdicts\nDisallow: /", True),
        ("User-agent: ver\nAllow: /\n\nUser-agent: *\nDisallow: /", False),
        ("User-agent: VERDICTS/1.0\nDisallow: /", False),
        ("User-agent: verdicts\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: verdicts\nAllow: /a\n\nUser-agent: verdicts\nDisallow: /compare", False),
        ("User-agent: *\nDisallow: /\nAllow: /compare/", True),
        ("User-agent: *\nDisallow: /compare/\nAllow: /compare/", True),
        ("Disallow: /\nUser-agent: *\nAllow: /", True),
        ("User-agent: other verdicts\nDisallow: /compare/", False),
        ("User-agent: verdicts, other\nDisallow: /compare/", False),
        ("User-agent: other,verdicts;more\nDisallow: /compare/", False),
        # Named behind another, we are not allowed what all are not.
        ("User-agent: other, verdicts\nAllow: /\n\nUser-agent: *\nDisallow: /", False),
        ("User-agent: other, more\nDisallow: /", True),
        ("User-agent: *\nDisallow: compare/", False),
        ("User-agent: *\nDisallow: /\nAllow: compare/", False),
        ("User-agent: *\nDisallow: https://sample.example/compare/", False),
        ("User-agent: *\nDisallow: HTTPS://www.sample.example:443/./compare/*-vs-", False),
        ("User-agent: *\nDisallow: https://sample.example", False),
        ("User-agent: *\nDisallow: https://sample.example/tool/", True),
        ("User-agent: *\nDisallow: https://sample.example?x", True),
        ("User-agent: *\nDisallow: ./compare", False),
        ("User-agent: *\nDisallow: ../../compare", False),
        ("User-agent: *\nDisallow: ./", False),
        ("User-agent: *\nDisallow: .compare", True),
        ("User-agent: *\nDisallow: ...", True),
        ("User-agent: *\nDisallow: /\nAllow: https://sample.example/compare/", False),
    ],
)
def test_groups_are_told_by_whole_tokens_and_parted_by_rules_alone(
    text: str, allowed: bool
) -> None:
    assert allows(text) is allowed
    assert allows(text.replace("\n", "\r\n") + "\r\n") is allowed


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("<html><p>How to write one:\nAllow: /\n</html>", "unreachable"),
        ("Not found<br>\nDisallow: /cart\n", "unreachable"),
        ("<html>\nSitemap: https://a.example/1\n</html>", "unreachable"),
        ("<html>Disallow: /\nUser-agent: *\n</html>", "unreachable"),
        ("<td>User-agent:</td><td>*</td>\n<td>Disallow:</td><td>/</td>", "unreachable"),
        ("<pre>User-agent: *\nDisallow: /</pre>", "read"),
        ("<pre>User-agent: *\nDisallow: /</pre", "read"),
        ("User-agent: *<br>\nDisallow: /<br>\n", "read"),
        ("User-agent: *<br />Disallow: /compare/", "read"),
        ("<p><b>User-agent</b>: &#42;</p><p>&nbsp;Disallow: /</p>", "read"),
        ("<!-- ours -->\nUser-agent: *\nDisallow: /\n", "read"),
    ],
)
def test_a_page_of_html_is_no_robots_txt_unless_it_shows_a_whole_group(
    text: str, state: str
) -> None:
    rules = read_rules(200, text.encode())
    assert (rules.state, rules.allows(PAGE)) == (state, False)
    assert rules.allows(BASE + "/tool/x") is (state == "read" and "/compare/" in text)


def test_a_page_of_html_that_never_ends_is_no_robots_txt() -> None:
    for part in ("<", "<a", "<p>", "User-agent: a\n<", "&#42;"):
        assert not allows("<" + part * (MAX_BYTES // len(part)))


@pytest.mark.parametrize(
    ("text", "delay_s"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay : 7 # words", 7.0),
        ("User-agent *\nCrawl delay 7", 7.0),
        ("User-agent: *\nCrawl_delay: 7", 7.0),
        ("User-agent: *\nCrawldelay: 2 hours", 7200.0),
        ("User-agent: *\nDisallow: /x\ncrawl-delay: 10 seconds", 10.0),
        ("User-agent: verdicts\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 9", 3.0),
        ("User-agent: verdicts\nDisallow:\n\nUser-agent: *\nCrawl-delay: 9", 9.0),
        ("User-agent: other\nCrawl-delay: 90\n\nUser-agent: *\nDisallow: /x", 0.0),
        ("User-agent: *\nCrawl-delay: 1\nCrawl-delay: 4", 4.0),
        ("User-agent: *\nCrawl-delay: 0", 0.0),
        ("User-agent: *\nCrawl-delay:", 0.0),
        # No figure, but a wish to be asked slowly: the longest delay that we keep.
        ("User-agent: *\nCrawl-delay: nan", 60.0),
        ("User-agent: *\nCrawl-delay: -3", 60.0),
        ("User-agent: *\nCrawl-delay: slowly", 60.0),
        # Longer than we keep: the site is left alone.
        ("User-agent: *\nCrawl-delay: inf", 86_400.0),
        ("User-agent: *\nCrawl-delay: 1e9", 86_400.0),
    ],
)
def test_a_delay_that_cannot_be_counted_is_never_none_at_all(text: str, delay_s: float) -> None:
    assert read_rules(200, text.encode()).crawl_delay_s == delay_s


def test_sitemaps_are_read_wherever_they_stand() -> None:
    text = "Sitemap: https://a.example/1\nUser-agent: x\nSitemap https://a.example/2\nDisallow: /"
    assert read_rules(200, text.encode()).sitemaps == ["https://a.example/1", "https://a.example/2"]


def test_a_full_file_of_agents_and_rules_is_read_and_asked_in_bounds() -> None:
    """The work grows with the lines: no rule is copied for agents that nobody asks about."""
    half = MAX_BYTES // 2
    agents = "".join(f"User-agent: bot{n}\nUser-agent: verdicts\n" for n in range(half // 40))
    rules = "".join(f"Disallow: /{n}\nContent-Signal: ai-train=no\n" for n in range(half // 45))
    found = read_rules(200, (agents + rules).encode())
    assert (found.allows(BASE + "/5"), found.allows(PAGE)) == (False, True)
    assert len(found.groups.rules["verdicts"]) == 1
    assert sum(map(len, found.groups.rules["verdicts"])) == half // 45


def test_what_is_said_to_each_crawler_of_ai_is_what_it_would_be_told_itself() -> None:
    site = site_named("sample")
    pages = (BASE + "/", BASE + path_of_a_comparison(site))
    for seed in range(FILES):
        rules = read_rules(200, robots_file(seed).encode())
        told = set(rules.denied(BASE, site)) & set(AI_TOKENS)
        refused = {t for t in AI_TOKENS if not all(rules.allows(page, t) for page in pages)}
        assert told == (refused if rules.state == "read" else set())
