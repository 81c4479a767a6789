"""Pages that must give a failure, whatever the parser makes of them.

Each is an innocent page with one thing wrong, or no comparison at all. All are asked for under a
comparison's address, as UTF-8 HTML.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random

from layoutgen.html_layouts import HTML_LAYOUTS, layout_rows
from layoutgen.markup import Block, Rendered, bare, blocks, mutate
from layoutgen.pieces import banner, footer
from layoutgen.truth import PageTruth, plain_truth

URL = "https://shiporskip.io/compare/opens-quiet-vs-releases-small"
PLACEHOLDERS = ("undefined", "NaN", "{{name}}", "[object Object]")
REQUIRED = (
    "t0.name",
    "t1.category",
    "t0.tagline",
    "t1.share.value",
    "t0.entry.value",
    "t1.description",
    "q12.text",
)
VALUED = ("rows", "cells", "decoys", "app", "figures")
"""Layouts in UTF-8 that show every field named here."""
STATED = ("t0.badge", "q03.reviewer", "q14.score")
"""Fields a page may leave out, but that are unreadable where they hold a placeholder."""


NO_CRUMB = "no breadcrumb on this page"


def bad_pages(rng: Random) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each page that must fail."""
    truth = plain_truth(rng)
    truth.url = URL
    truth.tools[0].slug, truth.tools[1].slug = URL.rsplit("/", 1)[1].split("-vs-")
    page = layout_rows(truth, rng)
    valued = HTML_LAYOUTS[rng.choice(VALUED)](truth, rng)
    for name, text in (
        *_wrong_values(valued),
        *_wrong_parts(page, truth, rng),
        *_no_comparison(page),
    ):
        yield name, text.encode("utf-8")
    yield from _wrong_bytes(page)


def _find(page: Rendered, name: str) -> Block:
    return next(b for b in blocks(page.marked) if b.name == name)


def _crumb(page: Rendered) -> str:
    """The breadcrumb, which repeats the heading: without a heading it must go too."""
    names = {b.name for b in blocks(page.marked)}
    return _part(page, "crumb") if "crumb" in names else NO_CRUMB


def _without(page: Rendered, name: str, kind: str = "drop") -> str:
    return bare(mutate(page.marked, _find(page, name), kind))


def _with(page: Rendered, name: str, inner: str) -> str:
    """The page with other content in one block."""
    block = _find(page, name)
    text = page.marked
    return bare(text[: block.inner + 1] + inner + text[block.after :])


def _wrong_values(page: Rendered) -> Iterator[tuple[str, str]]:
    """One field that no record may hold."""
    for value in (
        "101%",
        "-3%",
        "12.5%",
        "12,5%",
        "٧٥%",
        "７５%",
        "7_5%",
        "%",
        "many",
        "1e2%",
        "075%%",
        "75% 100%",
        "+75%",
        "99999999999999999999%",
    ):
        yield f"share:{value}", _with(page, "t0.share.value", value)
    for value in (
        "101/100 · ship",
        "-1/100 · ship",
        "8.5/100 · ship",
        "٨٥/100 · ship",
        "85/100 · maybe",
        "85/10 · ship",
    ):
        yield f"score:{value}", _with(page, "q12.score", value)
    yield "badge:Maybe", _with(page, "t1.badge", "Maybe")
    yield "entry:Freemium", _with(page, "t0.entry.value", "Freemium")
    yield "community:101%", _with(page, "t0.community.value", "101%")
    for name in (*REQUIRED, *STATED):
        for value in PLACEHOLDERS:
            yield f"placeholder:{name}:{value}", _with(page, name, value)
    for name in (
        "t0.name",
        "t1.tagline",
        "t0.description",
        "q01.text",
        "t0.category",
        "q11.reviewer",
    ):
        for label, char in (
            ("nul", "\0"),
            ("control", "\x01"),
            ("escape", "\x1b"),
            ("replacement", "\ufffd"),
            ("nul reference", "&#0;"),
            ("control reference", "&#8;"),
        ):
            yield f"{label}:{name}", _with(page, name, f"Some{char}thing said")
    yield "long:description", _with(page, "t0.description", "<p>" + "so it goes " * 1819 + "</p>")
    yield "long:quote", _with(page, "q13.text", "<p>“" + "and so on. " * 1819 + "”</p>")
    yield "long:tagline", _with(page, "t1.tagline", "tag " * 251)
    for name in ("title", *REQUIRED[:-1]):
        crumb = _crumb(page) if name == "title" else NO_CRUMB
        yield f"empty:{name}", _without(page, name, "empty").replace(crumb, "")
        yield f"blank:{name}", _with(page, name, " &nbsp; ").replace(crumb, "")


def _wrong_parts(page: Rendered, truth: PageTruth, rng: Random) -> Iterator[tuple[str, str]]:
    """One card, cell or heading too few or too many."""
    whole = bare(page.marked)
    for name in (
        "t0.card",
        "t1.card",
        "q04.cell",
        "q11.cell",
        "row2",
        "q12.text",
        "scorecard",
        "title",
    ):
        crumb = _crumb(page) if name == "title" else NO_CRUMB
        yield f"missing:{name}", _without(page, name).replace(crumb, "")
    yield "empty:q12.text", _without(page, "q12.text", "empty")
    yield "blank:q12.text", _with(page, "q12.text", "<p>“ ”</p>")
    yield "double:q01.cell", _without(page, "q01.cell", "double")
    yield "double:row3", _without(page, "row3", "double")
    row = _part(page, "row4")
    other = row.replace("Trial ", "Attempt ").replace("word for number", "word at number")
    yield "ten quotes", whole.replace(row, row + other)
    yield from _more_cards(page, truth, rng)
    yield "other heading", _with(page, "title", "Pinwheel vs Carrel 2.1")
    yield (
        "swapped heading",
        _with(
            page,
            "title",
            "{1} vs {0}".format(
                *(t.name.replace("&", "&amp;").replace("<", "&lt;") for t in truth.tools)
            ),
        ),
    )
    yield "half a heading", _with(page, "title", truth.tools[0].name.replace("<", "&lt;"))
    yield "other name on a card", _with(page, "t0.name", "Pinwheel")


def _more_cards(page: Rendered, truth: PageTruth, rng: Random) -> Iterator[tuple[str, str]]:
    """A third card, and a second pair that is no equal copy of the first."""
    whole = bare(page.marked)
    first, second = (_part(page, f"t{i}.card") for i in (0, 1))
    other = plain_truth(rng)
    yield "three cards", whole.replace(second, second + _part(layout_rows(other, rng), "t1.card"))
    other.tools[1].name = truth.tools[1].name
    yield (
        "three cards, two of one name",
        whole.replace(second, second + _part(layout_rows(other, rng), "t1.card")),
    )
    changed = copy.deepcopy(truth)
    changed.tools[1].paragraphs[-1] += " One word more."
    unlike = _part(layout_rows(changed, rng), "t1.card")
    yield "a copy not equal word for word", whole.replace(second, second + first + unlike)
    yield "a card and a half", whole.replace(second, second + first)


def _part(page: Rendered, name: str) -> str:
    block = _find(page, name)
    return bare(page.marked[block.start : block.end])


def _no_comparison(page: Rendered) -> Iterator[tuple[str, str]]:
    """Pages in between, shells, and pages that swallow themselves."""
    whole = bare(page.marked)
    frame = "<!DOCTYPE html><html><head><title>Ship or Skip</title></head><body>{}</body></html>"
    texts = {
        "empty": "",
        "white space": " \n\t ",
        "plain words": "nothing to see here",
        "empty shell": frame.format("<div id=root></div><script src=/app.js></script>"),
        "shell with noscript": frame.format(
            "<noscript>This app needs JavaScript. Please enable it.</noscript><div id=app></div>"
        ),
        "shell with banner": frame.format(banner() + "<main><p>Loading…</p></main>" + footer()),
        "soft 404": frame.format(
            banner() + "<h1>404</h1><p>This page could not be found.</p>" + footer()
        ),
        "soft 404 in words": frame.format(
            banner() + "<h1>Not here</h1><p>Page not found.</p>" + footer()
        ),
        "login": frame.format(
            "<h1>Sign in to continue</h1><form><input name=email><input type=password></form>"
        ),
        "browser check": frame.format(
            "<h1>Checking your browser</h1><p>This takes a few seconds. Please wait…</p>"
        ),
        "captcha": frame.format("<p>Verify you are human</p><div class=captcha></div>"),
        "error 500": frame.format("<h1>Something went wrong</h1><p>Try again later.</p>"),
        "frameset": "<html><frameset cols='50%,50%'><frame src=a><frame src=b></frameset></html>",
        "json": '{"title": "Corvid vs Dunlin", "label": "Panel ship"}',
    }
    yield from texts.items()
    for opening in (
        "<!--",
        "<script>",
        "<textarea>",
        "<style>",
        "<title>",
        "<template>",
        "<div hidden>",
        "<div aria-hidden=true>",
        "<plaintext>",
        "<xmp>",
        "<iframe>",
        "<noscript>",
        "<dialog>",
    ):
        if opening != "<noscript>":
            yield f"all inside {opening}", whole.replace("<main>", opening + "<main>", 1)
        # The scorecard alone is swallowed.
        if opening not in ("<plaintext>", "<xmp>"):
            spot = whole.rindex("<section><h2")
            yield f"scorecard inside {opening}", whole[:spot] + opening + whole[spot:]


def _wrong_bytes(page: Rendered) -> Iterator[tuple[str, bytes]]:
    """Half a page, bytes that are no text, and characters no decoder gives."""
    body = page.html
    marked = page.marked
    for share in (0.3, 0.5, 0.7, 0.85):
        yield f"the first {share:.0%}", body[: int(len(body) * share)]
    last = len(bare(marked[: _find(page, "q14.text").after - 20]).encode("utf-8"))
    yield "cut in the last quote", body[:last]
    end = len(bare(marked[: _find(page, "q14.text").end]).encode("utf-8"))
    yield "cut after the last quote", body[:end]
    spot = len(bare(marked[: _find(page, "q02.text").inner]).encode("utf-8")) + 8
    yield "a byte of no character in a quote", body[:spot] + b"\xff\xfe" + body[spot:]
    yield "half a character in a quote", body[:spot] + b"\xe2\x80" + body[spot:]
    yield "a surrogate in a quote", body[:spot] + b"\xed\xa0\x80" + body[spot:]
    yield "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj"
    yield "gzip", b"\x1f\x8b\x08\x00" + bytes(range(256)) * 4
    yield "utf-16 without a mark", body.decode("utf-8").encode("utf-16-le")
