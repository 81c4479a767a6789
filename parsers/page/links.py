"""The links of an HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.page.decode import is_html
from parsers.page.tree import markup_of
from schema.page import RawPage

FEEDS = ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml")
"""The kinds of a link to another form of the page that is a list."""


class PageLinks(NamedTuple):
    """The absolute http(s) links of a page, in order and without repeats."""

    links: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Those that it names as lists of a site's pages: its feeds and sitemaps."""


def page_links(page: RawPage) -> PageLinks:
    """The links of an HTML page.

    Absent: none for a text page. Raises: BytesError for bytes that may not be parsed.
    """
    if not is_html(page):
        return PageLinks()
    tree = markup_of(page).tree
    base = _base(tree, page.url)
    hrefs = (href for node in tree.css("a, area, link") for href in _href(node))
    lists = (node for node in tree.css("link[href]") if _is_list(node))
    named = (node.attributes.get("href") or "" for node in lists)
    return PageLinks(_absolute(base, hrefs), _absolute(base, named))


def _absolute(base: str | None, hrefs: Iterable[str]) -> tuple[str, ...]:
    found = (absolute_link(base, href) for href in hrefs)
    return tuple(dict.fromkeys(link for link in found if link))


def _href(node: LexborNode) -> Iterator[str]:
    """Where a link leads that a reader may follow, or that leads on to a list's next page."""
    if node.tag == "link" and not {"next", "prev"} & _rels(node):
        return
    href = node.attributes.get("href") or node.attributes.get("xlink:href")
    if href:
        yield href


def _is_list(node: LexborNode) -> bool:
    kind = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
    rels = _rels(node)
    return "sitemap" in rels or ("alternate" in rels and kind in FEEDS)


def _rels(node: LexborNode) -> set[str]:
    return set((node.attributes.get("rel") or "").lower().split())


def links_of(tree: LexborHTMLParser, url: str | None) -> list[str]:
    """The same links of a tree whose address is `url`."""
    base = _base(tree, url)
    hrefs = (href for node in tree.css("a[href]") if (href := node.attributes.get("href")))
    return [*_absolute(base, hrefs)]


def _base(tree: LexborHTMLParser, url: str | None) -> str | None:
    """The address that links are read beside: the first `<base href>`, else the page's own.

    Source: the HTML standard on the base element; a first one that cannot be used is not replaced
    by a second.
    """
    node = tree.css_first("base[href]")
    href = node.attributes.get("href") if node is not None else None
    return absolute_link(url, href) or url if href else url


def beside_base(tree: LexborHTMLParser, href: str) -> str:
    """A link as it stands beside the page's `<base href>`; as it is without one."""
    return absolute_link(_base(tree, None), href) or href


def absolute_link(base: str | None, href: str) -> str | None:
    """A link as an absolute http(s) address without its fragment. Absent: None for another."""
    try:
        link = urljoin(base or "", href.strip())
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts._replace(fragment="").geturl()
