"""Sitemaps, feeds, lists and robots lines in the shapes in which they are met in the field.

One site has them all: robots.txt names each, and each names two pages of its own.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from crawl_site import Answer, Ended, Site, rows, run_crawl, serving
from db_home import ALDER, BIRCH, html

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
OWN = "https://sample.example"


@dataclass
class Shape:
    """What stands at `path`, which robots.txt names unless `line` does, and what is said of it.

    Absent: `said` is None where nothing need be said.
    """

    body: bytes | str | Answer
    path: str = "/{name}.xml"
    more: dict[str, bytes | str | Answer] = field(default_factory=dict)
    line: str = "Sitemap: {at}{path}"
    said: str | None = None


def locs(a: str, b: str, tag: str = "url") -> str:
    return "".join(f"<{tag}><loc>{each}</loc></{tag}>\n" for each in (a, b))


def urlset(a: str, b: str) -> str:
    return f"{HEAD}<urlset {NAMESPACE}>{locs(a, b)}</urlset>"


def index(*urls: str) -> str:
    inside = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"{HEAD}<sitemapindex {NAMESPACE}>{inside}</sitemapindex>"


def links(*urls: str) -> str:
    shown = "".join(f"<li><a href='{url}'>one</a></li>" for url in urls)
    return f"<!doctype html><html><body><ul>{shown}</ul></body></html>"


def plain(text: str | bytes, kind: str = "text/plain", **headers: str) -> Answer:
    body = text.encode() if isinstance(text, str) else text
    return Answer(body, content_type=kind, headers=headers)


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def rss(a: str, b: str) -> str:
    dated = "<pubDate>Sun, 01 Nov 2026 12:00:00 GMT</pubDate>"
    return (
        f"{HEAD}<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>"
        f"<title>New</title><link>{OWN}/</link><atom:link href='{OWN}/r' rel='self'/>"
        f"<item><title>One</title><link>{a}</link>{dated}</item>"
        f"<item><title>Two</title><guid>{b}</guid></item></channel></rss>"
    )


def atom(a: str, b: str) -> str:
    def entry(url: str) -> str:
        return (
            f"<entry><link rel='edit' href='{OWN}/edit'/><link href='{url}'/>"
            "<updated>2026-11-01T12:00:00Z</updated></entry>"
        )

    feed = "http://www.w3.org/2005/Atom"
    return f"{HEAD}<feed xmlns='{feed}'><link href='{OWN}/'/>{entry(a)}{entry(b)}</feed>"


NOTICE = "<br />\n<b>Warning</b>: something is <b>deprecated</b> in <b>/srv/map</b><br />\n"
REPAIRED = "sitemap repaired: "
SHAPES: dict[str, Callable[[str, str], Shape]] = {
    "sound": lambda a, b: Shape(urlset(a, b)),
    "blank-line": lambda a, b: Shape("\n" + urlset(a, b), said=REPAIRED + "blank lines"),
    "notice-text": lambda a, b: Shape(
        "Notice: odd in /srv/map\n" + urlset(a, b), said=REPAIRED + "text before it"
    ),
    "notice-html": lambda a, b: Shape(NOTICE + urlset(a, b), said=REPAIRED + "text before it"),
    "notice-behind": lambda a, b: Shape(urlset(a, b) + NOTICE, said=REPAIRED + "text behind it"),
    "notice-within": lambda a, b: Shape(urlset(a, b).replace("</url>\n", "</url>" + NOTICE)),
    "ampersand": lambda a, b: Shape(urlset(f"{a}?x=1&utm=2", b), said=REPAIRED + "raw ampersands"),
    "cut-behind": lambda a, b: Shape(
        urlset(a, b).removesuffix("</url>\n</urlset>"), said=REPAIRED + "a cut end"
    ),
    "cut-within": lambda a, b: Shape(
        urlset(a, b).removesuffix("</url>\n</urlset>")[:-9],
        said=REPAIRED + "a cut end",
        more={"/cut-within-list": ""},
    ),
    "latin-byte": lambda a, b: Shape(
        urlset(a, b).replace("</url>\n", "<x>caf\xe9</x></url>", 1).encode("latin-1"),
        said=REPAIRED + "bytes of another encoding",
    ),
    "latin-told": lambda a, b: Shape(
        urlset(a, f"{b}?q=caf\xe9").replace("UTF-8", "ISO-8859-1").encode("latin-1")
    ),
    "encoding-unknown": lambda a, b: Shape(urlset(a, b).replace("UTF-8", "x-own")),
    "control": lambda a, b: Shape(
        urlset(a, b).replace("</url>\n", "<x>\x0b\x01</x></url>"),
        said=REPAIRED + "control characters",
    ),
    "prefix-undeclared": lambda a, b: Shape(
        urlset(a, b).replace("url>", "sm:url>").replace("loc>", "sm:loc>"), said=REPAIRED + "markup"
    ),
    "prefix": lambda a, b: Shape(
        f"<s:urlset xmlns:s='urn:x'>{locs(a, b, 's:url').replace('loc>', 's:loc>')}</s:urlset>"
    ),
    "no-namespace": lambda a, b: Shape(f"<urlset>{locs(a, b)}</urlset>"),
    "other-namespace": lambda a, b: Shape(f"<urlset xmlns='urn:own'>{locs(a, b)}</urlset>"),
    "capitals": lambda a, b: Shape(
        urlset(a, b).replace("urlset", "URLSET").replace("loc>", "Loc>").replace("url>", "URL>")
    ),
    "cdata": lambda a, b: Shape(urlset(f"<![CDATA[ {a}?x=1&y=2 ]]>", f"\n  <![CDATA[{b}]]>\n  ")),
    "comments": lambda a, b: Shape(
        urlset(a, b).replace("<url>", "<!-- <url><loc>https://no.example/</loc> --><url>")
    ),
    "unclosed": lambda a, b: Shape(urlset(a, b).replace("</loc>", "", 1), said=REPAIRED + "markup"),
    "images": lambda a, b: Shape(
        urlset(a, b)
        .replace("<urlset", "<urlset xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'")
        .replace(
            "</url>", "<image:image><image:loc>https://no.example/i</image:loc></image:image></url>"
        )
    ),
    "doctype": lambda a, b: Shape(
        urlset(a, b).replace("<urlset", "<!DOCTYPE urlset><urlset"), said=REPAIRED + "text"
    ),
    "styled": lambda a, b: Shape(
        urlset(a, b).replace("<urlset", "<?xml-stylesheet href='/s.xsl'?><urlset")
    ),
    "relative": lambda a, b: Shape(urlset(path_of(a), path_of(b))),
    "no-scheme": lambda a, b: Shape(urlset("//" + a.split("//")[1], f"sample.example{path_of(b)}")),
    "broken-address": lambda a, b: Shape(
        urlset(f"\n   {a}\n", b.replace("/compare", "\n/compare"))
    ),
    "gzip-by-name": lambda a, b: Shape(gzip.compress(urlset(a, b).encode()), "/{name}.xml.gz"),
    "gzip-unnamed": lambda a, b: Shape(gzip.compress(urlset(a, b).encode()), "/{name}.xml"),
    "gzip-as-text": lambda a, b: Shape(plain(gzip.compress(urlset(a, b).encode())), "/{name}.gz"),
    "gzip-encoded": lambda a, b: Shape(
        plain(gzip.compress(urlset(a, b).encode()), **{"Content-Encoding": "gzip"}),
        "/{name}.xml.gz",
    ),
    "gzip-not": lambda a, b: Shape(urlset(a, b), "/{name}.xml.gz"),
    "gzip-twice": lambda a, b: Shape(
        gzip.compress(gzip.compress(urlset(a, b).encode())), said=REPAIRED + "compressed twice"
    ),
    "wide": lambda a, b: Shape(urlset(a, b).replace("UTF-8", "UTF-16").encode("utf-16")),
    "wide-unmarked": lambda a, b: Shape(urlset(a, b).encode("utf-16-be")),
    "marked": lambda a, b: Shape("\ufeff" + urlset(a, b)),
    "marked-behind": lambda a, b: Shape("\n\ufeff" + urlset(a, b)),
    "as-html": lambda a, b: Shape(plain(urlset(a, b), "text/html"), "/{name}"),
    "text": lambda a, b: Shape(plain(f"{a}\r\n{b}\r\n"), "/{name}.txt"),
    "text-commented": lambda a, b: Shape(
        plain(f"\ufeff# all\n{path_of(a)}\n\n{b}\nand so on\n"),
        "/{name}.txt",
        said=REPAIRED + "lines that hold no address",
    ),
    "text-as-html": lambda a, b: Shape(plain(f"{a}\n{b}", "text/html"), "/{name}"),
    "rss": lambda a, b: Shape(rss(a, b), "/{name}.rss"),
    "rss-unclosed": lambda a, b: Shape(
        rss(a, b).replace("</channel></rss>", ""), said=REPAIRED + "a cut end"
    ),
    "atom": lambda a, b: Shape(atom(a, path_of(b)), "/{name}.atom"),
    "html-list": lambda a, b: Shape(
        links(path_of(a), b), "/{name}", said="pages with links where a sitemap was looked for"
    ),
    "html-as-xml": lambda a, b: Shape(plain(links(a, path_of(b)), "application/xml"), "/{name}"),
    "index": lambda a, b: Shape(index(f"{OWN}/index-1.xml"), more={"/index-1.xml": urlset(a, b)}),
    "index-of-pages": lambda a, b: Shape(index(a, path_of(b))),
    "index-of-lists": lambda a, b: Shape(
        index("/index-of-lists-1", "/index-of-lists.txt"),
        more={"/index-of-lists-1": links(a), "/index-of-lists.txt": plain(b)},
    ),
    "urlset-of-sitemaps": lambda a, b: Shape(
        urlset(f"{OWN}/inner-sitemap.xml", a), more={"/inner-sitemap.xml": urlset(a, b)}
    ),
    "mixed": lambda a, b: Shape(
        f"<urlset><sitemap><loc>/mixed-1.xml</loc></sitemap>{locs(a, a)}</urlset>",
        more={"/mixed-1.xml": urlset(b, b)},
    ),
    "deep": lambda a, b: Shape(
        index("/deep-1.xml"),
        more={
            "/deep-1.xml": index("/deep-2.xml"),
            "/deep-2.xml": index("/deep-3.xml"),
            "/deep-3.xml": urlset(a, b),
        },
        said="sitemaps more than 3 levels deep, not asked",
    ),
    "line-relative": lambda a, b: Shape(urlset(a, b), line="Sitemap: {path}"),
    "line-slashes": lambda a, b: Shape(urlset(a, b), line="SITEMAP:{path}   # the newest"),
    "line-bracketed": lambda a, b: Shape(urlset(a, b), line='sitemap : "<{at}{path}>"'),
    "line-of-two": lambda a, b: Shape(urlset(a, b), line="Sitemap: {at}/robots.txt {at}{path}"),
    "line-names-page": lambda a, b: Shape("", line=f"Sitemap: {a}\nSitemap: {b}"),
}
"""Sitemaps by their name: what stands there for the addresses of two pages."""
LOST = ("cut-within", "deep")
"""Shapes of which one page, or both, cannot be had: that is said."""


def page_of(path: str) -> bytes:
    one, other = path.removeprefix("/compare/").split("-vs-")
    return html(replace(ALDER, slug=one), replace(BIRCH, slug=other))


def pair(name: str) -> tuple[str, str]:
    return f"/compare/{name}-a-vs-{name}-b", f"/compare/{name}-c-vs-{name}-d"


def shape(name: str) -> Shape:
    a, b = pair(name)
    return SHAPES[name](OWN + a, OWN + b)


def lay_out(site: Site) -> None:
    """Every shape, on one site."""
    lines = ["User-agent: *", "Disallow: /secret"]
    site.answers = {"/": Answer(links("/about").encode())}
    for name in SHAPES:
        each = shape(name)
        path = each.path.format(name=name)
        lines.append(each.line.format(at=site.base, path=path))
        given = {path: each.body, **each.more} if each.body else each.more
        for where, body in given.items():
            data = body.encode() if isinstance(body, str) else body
            answer = data if isinstance(data, Answer) else plain(data, "application/xml")
            site.answers[where] = answer
        site.answers |= {path: Answer(page_of(path)) for path in pair(name)}
    site.answers["/robots.txt"] = plain("\n".join(lines))


@dataclass
class Crawled:
    """What a crawl of all shapes gave."""

    ended: Ended
    stored: set[str]
    details: dict[str, str]
    asked: list[str]

    def says(self, words: str) -> bool:
        notes = self.ended.report["notes"]
        assert isinstance(notes, dict)
        return any(words in note for note in notes)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    home = tmp_path_factory.mktemp("shapes") / "home"
    with serving() as site:
        lay_out(site)
        ended = run_crawl(home, site.base + "/")
        found = rows(home, "SELECT url FROM page WHERE role = 'comparison' AND state = 'captured'")
        details = rows(home, "SELECT url, coalesce(detail, '') FROM attempt")
        yield Crawled(
            ended,
            {str(url).removeprefix(OWN).partition("?")[0] for (url,) in found},
            {str(url).removeprefix(OWN): str(detail) for url, detail in details},
            [path for _, path, _ in site.asked],
        )


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in LOST])
def test_all_pages_of_each_shape_are_stored_and_what_was_mended_is_said(
    crawled: Crawled, name: str
) -> None:
    assert set(pair(name)) <= crawled.stored, crawled.ended.report["notes"]
    said = shape(name).said
    assert said is None or crawled.says(said), crawled.ended.report["notes"]
    detail = crawled.details.get(shape(name).path.format(name=name), "")
    assert (REPAIRED in detail) == (said is not None and said in detail), detail


@pytest.mark.parametrize("name", LOST)
def test_what_of_a_shape_cannot_be_had_is_said(crawled: Crawled, name: str) -> None:
    said = shape(name).said
    assert said is not None
    assert crawled.says(said)


def test_each_list_of_the_shapes_is_asked_for_once(crawled: Crawled) -> None:
    assert len(crawled.asked) == len(set(crawled.asked))
    assert crawled.ended.exit_code in (0, 10), crawled.ended.errors
    assert "/secret" not in crawled.asked
    # What is cut within an address is no address.
    assert not [path for path in crawled.asked if path.startswith("/compare/cut-within-c")]
