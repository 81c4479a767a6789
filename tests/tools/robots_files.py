"""robots.txt files as people write them, with typing errors; a seed always gives the same one."""

from __future__ import annotations

import random

BASE = "https://sample.example"
ADDRESSES = tuple(
    BASE + path
    for path in (
        "", "/", "/?x=1", "?x=1", "/compare/", "/compare/alder-vs-birch",
        "/compare/alder-vs-birch?x=1", "/compare/alder%2Dvs%2Dbirch", "/compare/a%2fb",
        "/compare/index.html", "/caf%C3%A9", "/sitemap.xml", "/tool/alder;p",
    )
)  # fmt: skip
_AGENTS = (
    "verdicts", "*", "other", "Verdicts", "verdicts/1.0 (+mail)", "ver", "verdict", "verdicts-news",
    "GPTBot", "*verdicts*", "verdicts*", "* verdicts", "verdicts2", "", " verdicts ", "_verdicts",
    "other, verdicts", "verdicts, other", "other verdicts",
)  # fmt: skip
_AGENT_KEYS = ("User-agent", "user-agent", "USER-AGENT ", "Useragent", "User agent")
_RULE_KEYS = (
    "Disallow", "disallow", "Allow", "allow", "Disalow", "  Disallow", "ALLOW", "Allowed",
)  # fmt: skip
_PATHS = (
    "/", "/compare/", "", "/compare", "/compare/a*", "/*-vs-", "/compare/alder-vs-birch$", "/*$",
    "*", "$", "/compare/%61lder", "/compare/alder%2dvs", "/COMPARE/", "compare/",
    "/compare/index.html", "/?", "/*?x=", "/compare/alder-vs-birch?x=1", "/café", "/caf%c3%a9",
    "https://sample.example/compare/", "/compare//", "/;p", "/compare/*/", "/compare/*birch$",
)  # fmt: skip
_BESIDE = (
    "Content-Signal: search=yes, ai-train=no", "Content-Usage: train-ai=n", "Crawl-delay: 5",
    "Sitemap: https://sample.example/s.xml", "License: https://sample.example/l.xml",
    "Host: sample.example", "Request-rate: 1/10", "Noindex: /compare/", "nonsense", "# words",
    "Disallow", "", " ",
)  # fmt: skip


def robots_file(seed: int) -> str:
    """One file of up to fourteen lines."""
    pick = random.Random(seed)
    lines = [_line(pick) for _ in range(pick.randint(1, 14))]
    mark, ends = pick.choice(("", "\ufeff")), pick.choice(("\n", "\r\n", "\r", "\n\n"))
    return mark + ends.join(lines) + pick.choice(("\n", ""))


def _line(pick: random.Random) -> str:
    kind, separator = pick.random(), pick.choice((":", ": ", " : ", " "))
    is_plain = pick.random() < 0.6  # or too few of the odd lines would be anybody's
    if kind < 0.4:
        agent = pick.choice(_AGENTS[:3]) if is_plain else pick.choice(_AGENTS)
        return pick.choice(_AGENT_KEYS) + separator + agent
    if kind < 0.75:
        path = pick.choice(_PATHS[:2]) if is_plain else pick.choice(_PATHS)
        rule = pick.choice(_RULE_KEYS) + separator + path
        return rule + pick.choice(("", " # words", "  "))
    return pick.choice(_BESIDE)
