"""What a robots.txt says against the use of its site: crawlers of AI shut out, usages, licences.

It decides nothing about what is fetched: that is `verdicts`' own token's affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from crawler.robots.groups import ALL, Beside, matches
from parsers import Site, refused_usages

AI_TOKENS = (
    "GPTBot", "OAI-SearchBot", "ChatGPT-User", "ClaudeBot", "Claude-User", "Claude-SearchBot",
    "Claude-Web", "anthropic-ai", "CCBot", "Google-Extended", "Applebot-Extended",
    "Meta-ExternalAgent", "Meta-ExternalFetcher", "FacebookBot", "Amazonbot", "PerplexityBot",
    "Perplexity-User", "Bytespider", "cohere-ai", "cohere-training-data-crawler", "Diffbot",
    "Omgilibot", "Webzio-Extended", "AI2Bot", "Timpibot", "MistralAI-User", "DuckAssistBot",
    "YouBot", "AI2Bot-DeepResearchEval", "Ai2Bot-Dolma", "aiHitBot", "Amzn-SearchBot", "Amzn-User",
    "Andibot", "AzureAI-SearchBot", "bedrockbot", "ChatGLM-Spider", "Claude-Code",
    "Cloudflare-AutoRAG", "CloudVertexBot", "Cotoyogi", "Crawl4AI", "DeepSeekBot", "Devin",
    "FirecrawlAgent", "FriendlyCrawler", "Gemini-Deep-Research", "Google-Agent",
    "Google-CloudVertexBot", "Google-NotebookLM", "GoogleAgent-Mariner", "GrokBot", "iAskBot",
    "iaskspider", "ICC-Crawler", "ImagesiftBot", "img2dataset", "laion-huggingface-processor",
    "LAIONDownloader", "LinerBot", "LinkupBot", "Manus-User", "meta-webindexer", "NovaAct",
    "omgili", "OpenAI", "PanguBot", "PhindBot", "QuillBot", "SBIntuitionsBot", "SemrushBot-OCOB",
    "SemrushBot-SWA", "ShapBot", "TavilyBot", "TikTokSpider", "VelenPublicWebCrawler", "WRTNBot",
    "xAI-Bot", "YandexAdditional", "YandexAdditionalBot",
)  # fmt: skip
"""Tokens whose disallowing is recorded: it says what the publisher thinks of such use.

Their owners say that what they fetch trains or feeds models, or publishers name them for it;
tokens of plain search engines, such as PetalBot or Applebot, are none.
Source: the owners' own pages and the list at github.com/ai-robots-txt/ai.robots.txt.
"""
MOST_USAGES = 20
"""So many usages, and licences, are noted; the drafts know a handful."""
LONGEST_LICENCE = 200

_USAGES = ("content-usage", "content-signal", "content-signals")
_VALUE = re.compile(r"\A(?:(/\S*)\s+)?(.*)")
_LITERAL = re.compile(r"[\w/-]*")


def objections(
    base: str, site: Site, beside: Iterable[Beside], own: str, allows: Callable[[str, str], bool]
) -> list[str]:
    """What is said against use of the site, or of its comparison pages.

    Shape: tokens of `AI_TOKENS` that may not fetch the root or a comparison page, then refused
    usages such as `content-usage:train-ai`, then licences such as `license:https://...`.
    Source: the IETF drafts on AI preferences, contentsignals.org, RSL 1.0. A line of any group
    counts, and none takes another back; but search is refused to us only where we, or all, are
    named.
    """
    urls = (base + "/", base + path_of_a_comparison(site))
    paths = [urlsplit(url).path for url in urls]
    refused, licences = set[str](), set[str]()
    for line in beside:
        if line.key == "license" and line.value:
            licences.add(f"license:{_word(line.value)}")
        elif line.key in _USAGES:
            path, value = _VALUE.findall(line.value)[0]
            if any(matches(path or "/", each) for each in paths):
                is_ours = bool(line.agents & {own, ALL})
                usages = refused_usages(value) - (set() if is_ours else {"search"})
                refused |= {f"{line.key.removesuffix('s')}:{usage}" for usage in usages}
    return [
        *(token for token in AI_TOKENS if not all(allows(url, token) for url in urls)),
        *sorted(refused)[:MOST_USAGES],
        *sorted(licences)[:MOST_USAGES],
    ]


def _word(address: str) -> str:
    """An address as one word of plain characters."""
    return re.sub(r"[^!-~]+", "", address)[:LONGEST_LICENCE]


def path_of_a_comparison(site: Site) -> str:
    """The path that a page of the site could have, so that rules for its pages can be tried."""
    found = _LITERAL.match(site.comparison)
    return (found[0] if found else "/") + "one-vs-two"
