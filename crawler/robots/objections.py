"""What a robots.txt says against the use of its site by AI: tokens that are shut out, and usages.

It decides nothing about what is fetched: that is `verdicts`' own token's affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from protego import Protego

from parsers import Site, refused_usages

AI_TOKENS = (
    "GPTBot", "OAI-SearchBot", "ChatGPT-User", "ClaudeBot", "Claude-User", "Claude-SearchBot",
    "Claude-Web", "anthropic-ai", "CCBot", "Google-Extended", "Applebot-Extended",
    "Meta-ExternalAgent", "Meta-ExternalFetcher", "FacebookBot", "Amazonbot", "PerplexityBot",
    "Perplexity-User", "Bytespider", "cohere-ai", "cohere-training-data-crawler", "Diffbot",
    "Omgilibot", "Webzio-Extended", "AI2Bot", "Timpibot", "MistralAI-User", "DuckAssistBot",
    "YouBot",
)  # fmt: skip
"""Tokens whose disallowing is recorded: it says what the publisher thinks of such use.

Their owners say that what they fetch trains or feeds models, or publishers name them for it;
tokens of plain search engines, such as PetalBot or Applebot, are none.
"""
USAGE = "content-usage:"
"""Stands before a usage that is refused, among the tokens that are shut out."""
MOST_USAGES = 20
"""So many usages are noted; the drafts know a handful."""

_USAGE_LINE = re.compile(r"(?im)^[ \t]*content-usage[ \t]*:[ \t]*(?:(/\S*)[ \t]+)?([^\r\n#]*)")
_LITERAL = re.compile(r"[\w/-]*")
Usages = tuple[tuple[str, str], ...]


def read_usages(text: str) -> Usages:
    """The usages that a robots.txt refuses, each with the path for which it does.

    >>> read_usages("User-agent: *\\nContent-Usage: /a/ train-ai=n, search=y\\n")
    (('/a/', 'train-ai'),)

    Source: the IETF drafts on AI preferences; a line of any group counts, and none takes another
    back.
    """
    return tuple(
        dict.fromkeys(
            (path or "/", usage)
            for path, value in _USAGE_LINE.findall(text)
            for usage in sorted(refused_usages(value))
        )
    )


def objections(
    base: str, site: Site, usages: Usages, allows: Callable[[str, str], bool]
) -> list[str]:
    """What is said against AI use of the site, or of its comparison pages.

    Shape: tokens of `AI_TOKENS` that may not fetch the root or a comparison page, then refused
    usages such as `content-usage:train-ai`.
    """
    urls = (base + "/", base + path_of_a_comparison(site))
    tokens = [token for token in AI_TOKENS if not all(allows(url, token) for url in urls)]
    refused = {usage for path, usage in usages if any(_covers(path, url) for url in urls)}
    return tokens + [USAGE + usage for usage in sorted(refused)[:MOST_USAGES]]


def path_of_a_comparison(site: Site) -> str:
    """The path that a page of the site could have, so that rules for its pages can be tried."""
    found = _LITERAL.match(site.comparison)
    return (found[0] if found else "/") + "one-vs-two"


def _covers(path: str, url: str) -> bool:
    return not Protego.parse(f"User-agent: *\nDisallow: {path}\n").can_fetch(url, "any")
