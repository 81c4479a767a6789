"""What the parser refuses, with which code, and what it must not refuse."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from fixture_tools import DESK, HTML, TEXT, URL, WREN, codes, html_page, read, text_one, text_two

from machine.worker import GuardedPool
from parsers import parse_page, read_document
from parsers.page.scan import MAX_ATTRIBUTES, MAX_OPEN, MAX_OPTIONS, MAX_TEMPLATES
from schema.codes import FAILURES
from schema.page import RawPage
from schema.records import Comparison
from verdicts.commands import parse

MIB = 1024 * 1024
EURO = WREN.but(tagline="Sings – for 4 € – “when done”", name="Merle Été")
NO_META = '<meta charset="utf-8">'


def outcome(line: dict[str, Any]) -> str:
    """The failure's code, or the kind of the line."""
    return str(line.get("code") or line["kind"])


# --- bytes to characters ---


def in_bytes(encoding: str, meta: str = "") -> bytes:
    return html_page(EURO).replace(NO_META, meta).encode(encoding)


META_1252 = '<meta charset="windows-1252">'
META_HTTP = '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">'
DECODED = {
    "header": ("text/html; charset=utf-8", in_bytes("utf-8")),
    "header in capitals and quotes": ('TEXT/HTML; Charset="UTF-8"', in_bytes("utf-8")),
    "nothing said": ("text/html", in_bytes("utf-8")),
    "no header at all": (None, in_bytes("utf-8")),
    "meta": ("text/html", in_bytes("cp1252", META_1252)),
    "meta of the old form": ("text/html", in_bytes("cp1252", META_HTTP)),
    "header of latin-1 means windows-1252": ("text/html; charset=iso-8859-1", in_bytes("cp1252")),
    "header before meta": ("text/html; charset=windows-1252", in_bytes("cp1252", NO_META)),
    "mark before header": ("text/html; charset=windows-1252", in_bytes("utf-8-sig", META_1252)),
    "utf-16 with its mark, small end first": (HTML, b"\xff\xfe" + in_bytes("utf-16-le")),
    "utf-16 with its mark, big end first": (HTML, b"\xfe\xff" + in_bytes("utf-16-be")),
    "a meta tag that can be read is not utf-16": (
        "text/html",
        in_bytes("utf-8", '<meta charset="utf-16">'),
    ),
    "a meta tag inside a comment says nothing": (
        "text/html",
        in_bytes("utf-8", "<!-- <meta charset=shift_jis> --><meta charset=utf-8>"),
    ),
    "a meta tag about something else says nothing": (
        "text/html",
        in_bytes("utf-8", '<meta name="description" content="on charset=koi8-r">'),
    ),
}


@pytest.mark.parametrize("case", DECODED)
def test_page_is_read_in_its_declared_encoding(case: str) -> None:
    content_type, body = DECODED[case]
    line = read(body, content_type=content_type)
    assert outcome(line) == "comparison"
    assert (line["tools"][0]["name"], line["tools"][0]["tagline"]) == (EURO.name, EURO.tagline)
    assert codes(line) == set()


def test_a_wrong_header_is_mended_by_the_page_and_noted() -> None:
    line = read(in_bytes("cp1252", META_1252), content_type=HTML)
    assert line["tools"][0]["tagline"] == EURO.tagline
    assert codes(line) == {"encoding_repaired"}


@pytest.mark.parametrize(
    "label",
    [
        "shift_jis",
        "utf-7",
        "utf-32",
        "gb18030",
        "koi8-r",
        "big5",
        "x-user-defined",
        "unicode",
        "utf_8_sig",
        "hex",
        "rot13",
    ],
)
@pytest.mark.parametrize("where", ["header", "meta"])
def test_an_encoding_that_is_not_on_the_list_is_refused(label: str, where: str) -> None:
    if where == "header":
        line = read(html_page(), content_type=f"text/html; charset={label}")
    else:
        body = html_page().replace(NO_META, f"<meta charset={label}>")
        line = read(body, content_type="text/html")
    assert outcome(line) == "encoding"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("said", ["", "; charset=utf-16", "; charset=utf-16le"])
def test_utf_16_without_a_mark_is_never_read(encoding: str, said: str) -> None:
    line = read(html_page().encode(encoding), content_type=f"text/html{said}")
    assert line["kind"] == "failure"
    if said and len(html_page().encode(encoding)) % 2 == 0:
        assert line["code"] == "encoding"


def test_utf_7_stays_what_it_looks_like() -> None:
    """Text that only UTF-7 would turn into a tag is text."""
    line = read(html_page(WREN.but(description="So +ADw-b+AD4- it was.")))
    assert line["tools"][0]["description"] == "So +ADw-b+AD4- it was."


BROKEN = {
    "nul": b"\0",
    "start of heading": b"\x01",
    "escape": b"\x1b",
    "backspace": b"\x08",
    "unit separator": b"\x1f",
    "file separator": b"\x1c",
    "a byte that begins nothing": b"\xff",
    "half a character": b"\xe2\x80",
    "a surrogate": b"\xed\xa0\x80",
    "the replacement itself": "\ufffd".encode(),
    "overlong": b"\xc0\xaf",
}
FIELDS = {
    "title": WREN.name,
    "tools[0].tagline": WREN.tagline,
    "tools[0].description": WREN.description,
    "tools[0].pricing": WREN.pricing,
    "quotes[2].text": WREN.quotes[1],
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("field", FIELDS)
def test_a_broken_character_refuses_the_field_it_falls_in(field: str, what: str) -> None:
    shown = FIELDS[field].encode()
    body = html_page().encode().replace(shown, shown[:5] + BROKEN[what] + shown[5:])
    line = read(body)
    assert line["code"] == "field_unreadable"
    assert (field == "title") or line["field"] == field


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_character_in_a_text_page_refuses_its_field(what: str) -> None:
    shown = WREN.quotes[1].encode()
    body = text_one().replace(shown, shown[:5] + BROKEN[what] + shown[5:])
    line = read(body, content_type=TEXT)
    assert (line["code"], line["field"]) == ("field_unreadable", "quotes[2].text")


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_character_outside_of_fields_refuses_nothing(what: str) -> None:
    marked = html_page(before="<p>Some HERE news</p>", after="<p>The HERE end</p>").encode()
    line = read(marked.replace(b"HERE", BROKEN[what]))
    whole = read(marked)
    assert {**line, "layout": ""} == {**whole, "layout": ""}


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#1;", "&#x8;", "&#xfffd;", "&#xD800;", "&#x110000;", "&#27;"]
)
def test_a_reference_to_a_broken_character_refuses_its_field(reference: str) -> None:
    body = html_page().replace(WREN.tagline, f"Sings{reference}well")
    assert read(body)["code"] == "field_unreadable"


@pytest.mark.parametrize(
    "placeholder", ["undefined", "NaN", "[object Object]", "{{tool.name}}", "{{ a\n b }}"]
)
@pytest.mark.parametrize("field", ["category", "tagline", "description", "pricing"])
def test_a_placeholder_is_no_value(field: str, placeholder: str) -> None:
    line = read(html_page(WREN.but(**{field: placeholder})))
    assert (line["code"], line["field"]) == ("field_unreadable", f"tools[0].{field}")


@pytest.mark.parametrize(
    "text",
    ["undefined behaviour", "Not NaN", "{{a}} and {{b}} are not it.", "[object Object] again"],
)
def test_a_placeholder_inside_a_text_is_text(text: str) -> None:
    assert read(html_page(WREN.but(tagline=text)))["tools"][0]["tagline"] == text


@pytest.mark.parametrize(("field", "limit"), [("tagline", 1_000), ("description", 20_000)])
def test_texts_have_a_greatest_length(field: str, limit: int) -> None:
    longest = ("word " * 5_000)[: limit - 1] + "."
    line = read(html_page(WREN.but(**{field: longest}), decision=False))
    assert line["tools"][0][field] == longest
    longer = read(html_page(WREN.but(**{field: longest + "."}), decision=False))
    assert (longer["code"], longer["field"]) == ("field_length", f"tools[0].{field}")


def test_a_quote_has_a_greatest_length() -> None:
    longest = ("and " * 5_000)[:19_999] + "."
    assert read(html_page(WREN.saying(1, longest)))["quotes"][0]["text"] == longest
    assert read(html_page(WREN.saying(1, longest + ".")))["code"] == "field_length"


# --- size and kind ---


def test_eight_mebibytes_are_read_and_one_byte_more_is_not() -> None:
    page = html_page().encode()
    whole = page + b" " * (8 * MIB - len(page))
    assert outcome(read(whole)) == "comparison"
    assert outcome(read(whole + b" ")) == "too_large"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/pdf",
        "application/json",
        "image/png",
        "text/css",
        "application/xml",
        "multipart/mixed",
    ],
)
def test_what_is_neither_html_nor_text_is_refused(content_type: str) -> None:
    assert outcome(read(html_page(), content_type=content_type)) == "content_type"


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/octet-stream", HTML, "application/xhtml+xml"]
)
def test_html_is_told_by_its_beginning_where_the_header_does_not_say(
    content_type: str | None,
) -> None:
    line = read(html_page(), content_type=content_type)
    assert line["layout"].startswith("html:")


@pytest.mark.parametrize("content_type", [None, TEXT, "application/octet-stream"])
def test_a_text_is_read_as_text_where_the_header_does_not_say(content_type: str | None) -> None:
    assert read(text_one(), content_type=content_type)["layout"] == "text-1"
    assert read(text_two(), content_type=content_type)["layout"] == "text-2"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n"])
def test_a_text_may_have_other_line_ends(end: str) -> None:
    line = read(text_one().replace(b"\n", end.encode()), content_type=TEXT)
    assert line["kind"] == "comparison"


# --- shapes that would be costly many times over: each is tried just over its limit ---


def opened(*tags: str) -> Callable[[int], str]:
    """A page of so many openings, these in turn."""
    return lambda count: "<!doctype html>" + "".join(islice(cycle(tags), count))


def attributes(tag: str, each: str, joint: str = " ") -> Callable[[int], str]:
    """A page whose first tag has so many attributes."""
    return lambda n: f"<!doctype html><{tag}{joint.join(each % at for at in range(n))}>"


SHAPES: dict[str, tuple[int, Callable[[int], str]]] = {
    "nested divs": (MAX_OPEN, opened("<div>")),
    "nested divs in capitals": (MAX_OPEN, opened("<DIV>")),
    "divs with classes": (MAX_OPEN, opened("<div class=a>")),
    "closings that match nothing": (MAX_OPEN, opened("<div></x>")),
    "formatting that is opened again": (MAX_OPEN, opened("<b>", "<p>")),
    "nested tables": (MAX_OPEN, opened("<table>", "<tr>", "<td>")),
    "nested lists": (MAX_OPEN, opened("<ul>", "<li>")),
    "own elements": (MAX_OPEN, opened("<x-y>")),
    "nested svg": (MAX_OPEN, opened("<svg>", "<g>")),
    "nested divs after a quotation mark in a script": (
        MAX_OPEN,
        lambda n: """<!doctype html><script>a = '<x y="'</script>""" + "<div>" * n,
    ),
    "attributes": (MAX_ATTRIBUTES, attributes("p ", "a%d")),
    # The name of such a tag counts as one: the first look leaves it to the group.
    "attributes of a tag with an n": (MAX_ATTRIBUTES - 1, attributes("nav ", "a%d")),
    "attributes after slashes": (MAX_ATTRIBUTES, attributes("p/", "a%d", "/")),
    "attributes with values": (MAX_ATTRIBUTES, attributes("p ", 'a%d="1"')),
    "attributes on lines": (MAX_ATTRIBUTES, attributes("p\n", "a%d='>'", "\n")),
    "attributes that touch": (MAX_ATTRIBUTES, attributes("p ", 'a%d=""', "")),
    "attributes of a tag that never ends": (
        MAX_ATTRIBUTES,
        lambda n: "<!doctype html><p " + "a " * n,
    ),
    "options": (MAX_OPTIONS, opened("<option>")),
    "closed options": (MAX_OPTIONS, opened("<option></option>")),
    "groups of options": (MAX_OPTIONS, opened("<optgroup></optgroup>")),
    "templates": (MAX_TEMPLATES, opened("<template>")),
    "closed templates": (MAX_TEMPLATES, opened("<template></template>")),
    "templates in capitals": (MAX_TEMPLATES, opened("<TEMPLATE>")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_parsed_up_to_its_limit_and_refused_above(shape: str) -> None:
    limit, made = SHAPES[shape]
    assert outcome(read(made(limit))) not in ("hostile_shape", "comparison")
    assert outcome(read(made(limit + 1))) == "hostile_shape"


def test_a_page_behind_too_many_openings_is_refused() -> None:
    assert outcome(read(html_page(before="<div>" * (MAX_OPEN + 1)))) == "hostile_shape"
    assert outcome(read(html_page(before="<div>" * 100 + "</div>" * 100))) == "comparison"


SOME = 2_000
ODD = {
    "a name that never ends": lambda: "<!doctype html>" + "<a<a" * SOME,
    "a page after a name that never ends": lambda: "<!doctype html>" + "<a" * SOME + html_page(),
    "paragraph ends": lambda: html_page(after="</p>" * SOME),
    "an open comment": lambda: html_page() + "<!--" * SOME,
    "an open script": lambda: html_page() + "<script>" + "x<" * SOME,
    "less-than signs": lambda: html_page(after="<" * SOME),
    "entities": lambda: html_page(after="&amp;" * SOME),
    "entities that never end": lambda: html_page(after="&" * SOME),
    "line breaks": lambda: html_page(after="<br>" * SOME),
    "a word that is too long for a field": lambda: html_page(after=f"<p>{'x' * 20_001}</p>"),
    "words": lambda: html_page(after=f"<p>{'vs ' * 6_667}</p>"),
    "a heading of many names": lambda: html_page(before=f"<h1>{'a vs ' * 300}b</h1>"),
    "many headings": lambda: html_page(before="<p>a vs b</p>" * SOME),
    "many labels": lambda: html_page(before="<p>Panel ship</p>" * SOME),
    "many statistics": lambda: html_page(
        before="<p>75%</p><p>Panel ship</p><p>Free</p><p>Entry</p>" * (SOME // 4)
    ),
    "many scores": lambda: html_page(after="<p>85/100 · ship</p>" * SOME),
    "many quotes": lambda: html_page(after="<p>“So it is.”</p>" * SOME),
    "spaces": lambda: html_page(after=" \n" * SOME),
    "open quotation marks": lambda: html_page(WREN.saying(1, "“" * SOME + "x")),
    "almost a cue": lambda: html_page(WREN.saying(1, "this is a not " * 1_400), scored=False),
    "almost a placeholder": lambda: html_page(WREN.but(description="{{" * SOME + "}")),
    "almost a score": lambda: html_page(WREN.saying(1, "1 / " * SOME)),
}


@pytest.mark.parametrize(
    "opening",
    [
        "<noscript>",
        "<NoScript >",
        "<NOSCRIPT\nclass=a>",
        "<noscript/>",
        """<script>a = '<x y="'</script><noscript>""",
        "<!-- <b --><noscript>",
    ],
)
def test_what_a_noscript_holds_is_never_shown_however_it_is_written(opening: str) -> None:
    """A div ends an unclosed paragraph, and would take what follows out of its noscript."""
    page = RawPage(
        url=None,
        body=f"<!doctype html><p>seen{opening}<div>unseen".encode(),
        content_type="text/html; charset=utf-8",
    )
    assert read_document(page).text == ["seen"]


FOOTNOTED = [
    ("52/100", "5<sup>2</sup>/100"),
    ("52/100", "<sup>5</sup>2/100"),
    ("52/100", "5<b><sub>2</sub></b>/100"),
    ("75%", "7<sup><i>5</i></sup>%"),
    ("75%", "<span>7</span><sup>5</sup><span>%</span>"),
    ("3 ship / 1 skip", "3<sup>1</sup> ship / 1 skip"),
]


@pytest.mark.parametrize(("plain", "marked"), FOOTNOTED)
def test_a_footnote_mark_is_never_read_as_a_digit(plain: str, marked: str) -> None:
    line = read(html_page(WREN).replace(plain, marked).encode(), content_type=HTML)
    assert line["kind"] == "failure"
    assert line["code"] in FAILURES


@pytest.mark.parametrize("marked", ["75%<sup>1</sup>", "75%<sup>a</sup>", "75% <sup>1</sup>"])
def test_a_mark_behind_a_number_is_no_part_of_it(marked: str) -> None:
    """The page is refused or read as without it; the number is never another one."""
    line = read(html_page(WREN).replace("75%", marked).encode(), content_type=HTML)
    assert line["kind"] == "failure" or line["tools"][0]["panel"]["share"] == 75


def test_digits_in_a_text_are_joined_as_inline_tags_are() -> None:
    said = WREN.but(description="It holds 10<sup>6</sup> songs and 3<sub>2</sub> kinds of birds.")
    page = html_page(said).replace("&lt;", "<").replace("&gt;", ">")
    line = read(page.encode(), content_type=HTML)
    assert line["tools"][0]["description"] == "It holds 106 songs and 32 kinds of birds."


@pytest.mark.parametrize("shape", ODD)
def test_an_odd_shape_is_read_or_refused(shape: str) -> None:
    line = read(ODD[shape]())
    assert outcome(line) == "comparison" or outcome(line) in FAILURES


def dying_task(task: parse.ParseTask) -> tuple[str, bool]:
    """As the real one, but that it ends its process at one page."""
    if task.path.endswith("1.html"):
        os._exit(3)
    return parse.parse_task(task)


def test_a_page_that_ends_its_worker_is_a_failure_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("1.html", "2.html"):
        (tmp_path / name).write_text(html_page())
    monkeypatch.setattr(parse, "GuardedPool", lambda _, **how: GuardedPool(dying_task, **how))
    code = parse.parse_paths([str(tmp_path)], url=None, site="sample", has_trace=False)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (code, [outcome(line) for line in lines]) == (10, ["parser_died", "comparison"])


HARMLESS = {
    "a script of a megabyte": lambda: (
        "<script>" + "let a = b < c && d > e; " * 45_000 + "</script>"
    ),
    "json of three megabytes": lambda: (
        '<script type="application/json">'
        + json.dumps([{"h": "word " * 9, "n": 1}] * 50_000)
        + "</script>"
    ),
    "data pushed by a framework": lambda: (
        '<script>self.__f.push([1, "' + "a b c " * 300_000 + '"])</script>'
    ),
    "a style sheet": lambda: "<style>" + ".a > .b { color: red } " * 40_000 + "</style>",
    "an attribute of json": lambda: (
        "<div data-props='" + '{"a": 1, "b c": "d"}, ' * 20_000 + "'></div>"
    ),
    "a drawing of many strokes": lambda: '<svg><path d="' + "M0 0 L9 9 " * 40_000 + '"/></svg>',
    "many closed paragraphs": lambda: "<p>so</p>" * 20_000,
    "some options": lambda: "<select>" + "<option>x</option>" * 1_500 + "</select>",
    "markup in the strings of a script": lambda: (
        "<script>let rows = [" + '"<div>", ' * 8_000 + "]</script>"
    ),
    "shapes of a chart": lambda: "<svg>" + '<rect x="1" y="2"/>' * 6_000 + "</svg>",
    "markup in a comment": lambda: "<!-- " + "<div class=a> " * 8_000 + "-->",
}


@pytest.mark.parametrize("what", HARMLESS)
def test_a_big_harmless_page_is_read(what: str) -> None:
    line = read(html_page(after=HARMLESS[what]()))
    assert {**line, "layout": ""} == {**read(html_page()), "layout": ""}


# --- pages that are something else ---

INSTEAD = {
    "interstitial": (
        "<h1>Checking your browser</h1><p>One moment.</p>", "<h1>Please log in</h1><p>Mail</p>",
        "<p>Verify you are human</p><p>Tick the box.</p>", "<h1>Just a moment...</h1>",
        "<h1>Access denied</h1><p>Ray 77</p>", "<p>Sign in to continue</p>",
        "<p>We saw unusual traffic from your network.</p>", "<p>Solve this CAPTCHA</p>",
    ),
    "soft_not_found": (
        "<h1>404</h1><p>Try the list.</p>", "<h1>Page not found</h1>",
        "<p>This pair no longer exists.</p>", "<p>We couldn’t find that comparison.</p>",
        "<p>That page doesn't exist.</p>",
    ),
    "empty_shell": (
        "<div id=root></div><p>Loading…</p>", "<p>Please enable JavaScript.</p>",
        "<div id=app></div><footer>Bench</footer>", "<header>Bench</header><main></main>",
    ),
    "empty_page": ("", "<div id=root></div>", "<script>let a = 1</script>",
                   "<div hidden>Panel ship</div>"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "inner"), [(code, inner) for code, inners in INSTEAD.items() for inner in inners]
)
def test_a_page_instead_of_the_comparison_is_named(code: str, inner: str) -> None:
    line = read(f"<!doctype html><html><body>{inner}</body></html>")
    assert (line["kind"], line["code"], line["url"]) == ("failure", code, URL)


@pytest.mark.parametrize("inner", [inner for inners in INSTEAD.values() for inner in inners])
def test_without_an_address_such_a_page_is_no_comparison(inner: str) -> None:
    line = read(f"<!doctype html><html><body>{inner}</body></html>", url=None)
    assert line["kind"] == "failure"
    assert line["code"] in ("not_a_comparison", "empty_page")
    assert line["url"] is None


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/compare",
        "/tool/copper-wren",
        "/news/a-vs-b",
        "/reviewer/Builder?category=AI%2FML+Models",
        "/compare/one",
        "/sitemap.xml",
        "/compare/a-vs-b/more",
    ],
)
def test_a_page_of_another_address_is_other_whatever_it_holds(path: str) -> None:
    url = "https://shiporskip.io" + path
    for body in (html_page(), b"", b"\xff\xfe", "<p>Please sign in"):
        assert read(body, url=url) == {"kind": "other", "schema": 1, "path": None, "url": url}


def test_quotes_that_name_an_error_page_do_not_make_one() -> None:
    a = WREN.saying(1, "It says 404 not found, please log in, checking your browser.")
    assert outcome(read(html_page(a))) == "comparison"


# --- addresses ---


def canonical(url: str) -> str:
    return html_page(head=f'<link rel="canonical" href="{url}">')


@pytest.mark.parametrize(
    ("href", "url"),
    [
        (URL, URL),
        (URL + "?utm=1#x", URL),
        ("https://www.shiporskip.io/compare/a-vs-b", "https://shiporskip.io/compare/a-vs-b"),
        ("HTTPS://ShipOrSkip.io/compare/a-vs-b", "https://shiporskip.io/compare/a-vs-b"),
        ("/compare/a-vs-b", "https://shiporskip.io/compare/a-vs-b"),
    ],
)
def test_without_an_address_the_canonical_one_holds(href: str, url: str) -> None:
    line = read(canonical(href), url=None)
    assert (line["kind"], line["url"]) == ("comparison", url)
    assert [tool["slug"] for tool in line["tools"]] == url.rsplit("/", 1)[1].split("-vs-")


@pytest.mark.parametrize(
    "href",
    [
        "compare/a-vs-b",
        "//compare/a-vs-b",
        "javascript:void(0)",
        "ftp://x/compare/a-vs-b",
        "https://mirror.example/compare/a-vs-b",
        "https://shiporskip.io/",
        "https://shiporskip.io/compare",
        "https://shiporskip.io/Compare/a-vs-b",
        "https://shiporskip.io/https://shiporskip.io/compare/a-vs-b",
        "https://shiporskip.io/compare/damson-desk-vs-copper-wren",
    ],
)
def test_a_canonical_link_that_does_not_fit_costs_a_comparison_its_address_alone(href: str) -> None:
    line = read(canonical(href), url=None)
    assert (line["kind"], line["url"], codes(line)) == ("comparison", None, {"canonical_misfit"})
    assert [tool["slug"] for tool in line["tools"]] == [None, None]
    assert href in next(found["detail"] for found in line["findings"])


def test_a_canonical_link_from_the_root_needs_somebody_who_names_the_site() -> None:
    page = RawPage(None, canonical("/compare/a-vs-b").encode(), HTML)
    record = parse_page(page)
    assert isinstance(record, Comparison)
    assert (record.url, [each.code for each in record.findings]) == (None, ["canonical_misfit"])


def test_the_canonical_link_of_the_head_goes_before_those_of_boxes_in_the_body() -> None:
    box = '<aside><link rel="canonical" href="https://shiporskip.io/compare/c-vs-d"></aside>'
    line = read(canonical(URL).replace("</body>", box + "</body>"), url=None)
    assert (line["kind"], line["url"]) == ("comparison", URL)


def test_of_two_canonical_links_none_is_believed_and_the_same_twice_is_one() -> None:
    other = "https://shiporskip.io/compare/a-vs-b"
    for second, url, found in ((other, None, {"canonical_misfit"}), (URL + "?x=1", URL, set())):
        line = read(canonical(f'{URL}"><link rel=canonical href="{second}'), url=None)
        assert (line["kind"], line["url"], codes(line)) == ("comparison", url, found)


def test_a_canonical_link_is_another_pages_where_the_page_links_other_tools_alone() -> None:
    for slugs, url in ((("x", "y"), None), (("x", "copper-wren"), URL), (("x",), URL)):
        tools = "".join(f'<a href="/tool/{slug}">x</a>' for slug in slugs)
        page = html_page(head=f'<link rel="canonical" href="{URL}">', after=tools)
        assert read(page, url=None)["url"] == url


def test_a_list_that_names_its_own_address_is_another_page_and_no_failure() -> None:
    home = "https://shiporskip.io/"
    line = read(f"<link rel=canonical href='{home}'><p>Alder vs Birch<p>75%<p>Panel ship", url=None)
    assert (line["kind"], line["url"]) == ("other", home)


def test_a_broken_comparison_that_calls_itself_the_home_page_fails_and_is_not_lost() -> None:
    page = canonical("https://shiporskip.io/").replace("Panel ship", "Panel", 1)
    line = read(page.replace("AI tool comparison", ""), url=None)
    assert line["kind"] == "failure" and line["code"] in FAILURES


def test_a_better_source_that_a_canonical_link_contradicts_is_a_finding() -> None:
    for href in ("https://shiporskip.io/", "https://elsewhere.example/compare/x-vs-y"):
        assert codes(read(canonical(href))) == {"canonical_differs"}
    assert codes(read(canonical("../../shiporskip.io/compare/copper-wren"))) == set()


def test_the_address_asked_for_goes_before_the_canonical_one() -> None:
    line = read(canonical("https://shiporskip.io/compare/a-vs-b"))
    assert line["url"] == URL
    assert codes(line) == {"canonical_differs"}
    assert (
        codes(read(canonical("https://www.shiporskip.io/compare/copper-wren-vs-damson-desk")))
        == set()
    )


def linked(*slugs: str) -> str:
    return html_page(after="".join(f'<a href="/tool/{slug}">x</a>' for slug in slugs))


@pytest.mark.parametrize(
    ("pair", "links", "slugs", "finding"),
    [
        ("a-vs-b", (), ("a", "b"), set()),
        ("b-vs-a", (), ("b", "a"), {"slug_order"}),
        ("edge-vs-edge-model", (), ("edge", "edge-model"), set()),
        ("a-vs-b-vs-c", ("a-vs-b", "c"), ("a-vs-b", "c"), set()),
        ("a-vs-b-vs-c", ("a", "b-vs-c"), ("a", "b-vs-c"), set()),
        ("a-vs-b-vs-c", (), (None, None), {"slug_ambiguous"}),
        ("a-vs-b-vs-c", ("a", "b-vs-c", "a-vs-b", "c"), (None, None), {"slug_ambiguous"}),
        ("m-vs-z-vs-b", (), ("m", "z-vs-b"), set()),
        ("z-vs-m-vs-b", (), (None, None), {"slug_ambiguous"}),
        ("z-vs-a-vs-zz", (), ("z-vs-a", "zz"), set()),
    ],
)
def test_slugs_are_split_where_links_or_order_tell(
    pair: str, links: tuple[str, ...], slugs: tuple[str | None, ...], finding: set[str]
) -> None:
    line = read(linked(*links), url=f"https://shiporskip.io/compare/{pair}")
    assert tuple(tool["slug"] for tool in line["tools"]) == slugs
    assert codes(line) == finding


def test_slugs_are_read_from_the_path_on_any_host() -> None:
    line = read(html_page(), url="http://127.0.0.1:8000/compare/a-vs-b")
    assert [tool["slug"] for tool in line["tools"]] == ["a", "b"]
    assert line["url"] == "http://127.0.0.1:8000/compare/a-vs-b"


# --- wrong values and lost parts, by the code that explains them ---

SPOILED: dict[str, tuple[str, Any]] = {
    "a badge of another word": ("field_word", WREN.but(badge="Maybe")),
    "an entry of another word": ("field_word", WREN.but(entry="Trial")),
    "a share over one hundred": ("field_range", WREN.but(share="101%")),
    "a score over one hundred": (
        "field_range",
        WREN.but(scores=("101/100 · ship", *WREN.scores[1:])),
    ),
    "a verdict of another word": (
        "field_word",
        WREN.but(scores=("88/100 · perhaps", *WREN.scores[1:])),
    ),
    "more ship votes than votes": ("field_range", WREN.but(long_community="50% Ship (3 / 2)")),
    "panel votes that are none": ("field_unreadable", WREN.but(panel="Ship · most of them")),
    "an empty quote": ("quote_empty", WREN.saying(2, "")),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_value_is_refused_with_its_code(what: str) -> None:
    code, side = SPOILED[what]
    if what.startswith(("a badge", "a verdict")):
        assert read(html_page(side))["kind"] == "failure"
        return
    assert read(html_page(side))["code"] == code


LOST: dict[str, tuple[str, str, str]] = {
    "the scorecard's heading": ("scorecard_missing", "<h2>Reviewer scorecard</h2>", ""),
    "the heading": ("heading_missing", f"<h1>{WREN.name} vs {DESK.name}</h1>", ""),
    "the other heading": ("names_mismatch", f"{WREN.name} vs {DESK.name}</h1>", "One vs Two</h1>"),
    "a share's label": ("card_missing", "<li>75%</li><li>Panel ship</li>", ""),
    "a quote's cell": (
        "quote_count",
        "<article><p>Builder</p><p>88/100 · ship</p>"
        "<blockquote>“It sang on time.”</blockquote></article>",
        "",
    ),
}


@pytest.mark.parametrize("what", LOST)
def test_a_lost_part_is_refused_with_its_code(what: str) -> None:
    code, old, new = LOST[what]
    body = html_page()
    assert old in body
    assert read(body.replace(old, new, 1))["code"] == code


def test_nothing_after_the_last_quote_is_a_cut_page() -> None:
    body = html_page().split("<p>Weekly")[0]
    assert read(body)["code"] == "truncated"
    assert outcome(read(body + "</body>")) == "comparison"
    assert outcome(read(body + "<p>More</p>")) == "comparison"
    text = text_one().decode().split("\nWeekly")[0]
    assert read(text, content_type=TEXT)["code"] == "truncated"


@pytest.mark.parametrize("quote", ["“{}” is not the same as “{}”", "“{}”, and then again “{}”"])
def test_quotes_that_begin_and_end_with_inner_marks_are_read(quote: str) -> None:
    """Four of eight quotes: their marks are their own, and no sign of a lost part."""
    a = WREN.but(quotes=tuple(quote.format(n, n + 1) for n in range(4)))
    line = read(text_two(a), content_type=TEXT)
    assert line["kind"] == "comparison", line
    assert [q["text"] for q in line["quotes"][::2]] == list(a.quotes)
