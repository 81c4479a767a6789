"""How the sample site is found: robots.txt, a sitemap index, and its members, one in gzip."""

from __future__ import annotations

import gzip
from xml.sax.saxutils import escape

XML = "application/xml; charset=utf-8"
GZIP = "application/gzip"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_DATE = "2026-08-01"

File = tuple[str, bytes, int, str]
"""Path, body, status and content type."""


def discovery_files(base: str, comparisons: list[str]) -> list[File]:
    """robots.txt and all sitemaps.

    Shape: `base` without a slash at its end, the paths of all comparisons; files out.
    """
    half = len(comparisons) // 2
    members = {
        "/sitemap-pages.xml": _urlset(base, ["/", "/compare"]),
        "/sitemap-compare-1.xml": _urlset(base, comparisons[:half]),
        "/sitemap-compare-2.xml.gz": gzip.compress(_urlset(base, comparisons[half:]), mtime=0),
    }
    robots = f"User-agent: *\nDisallow: /account/\n\nSitemap: {base}/sitemap.xml\n"
    index = _xml("sitemapindex", "sitemap", base, list(members))
    return [
        ("/robots.txt", robots.encode(), 200, "text/plain; charset=utf-8"),
        ("/sitemap.xml", index, 200, XML),
        *(
            (path, body, 200, GZIP if path.endswith(".gz") else XML)
            for path, body in members.items()
        ),
    ]


def _urlset(base: str, paths: list[str]) -> bytes:
    return _xml("urlset", "url", base, paths)


def _xml(root: str, item: str, base: str, paths: list[str]) -> bytes:
    lines = [
        f"  <{item}><loc>{escape(base + path)}</loc><lastmod>{_DATE}</lastmod></{item}>"
        for path in paths
    ]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">'
    return "\n".join([head, *lines, f"</{root}>", ""]).encode()
