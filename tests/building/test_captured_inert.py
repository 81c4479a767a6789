"""A captured page keeps its words and does nothing: no script, no request, no link to follow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.captured import inert as inert_module
from db.captured.inert import ATTRIBUTES, INSTEAD, KEPT, VOID, inert
from schema.errors import BytesError
from schema.page import RawPage

HTML = "text/html; charset=utf-8"
AWAY = "//elsewhere.example/x"


def of(markup: str, kind: str = HTML) -> str:
    return inert(RawPage(url=None, body=markup.encode(), content_type=kind))


def within(markup: str) -> str:
    """What a piece of a body comes to."""
    return (
        of(f"<!doctype html><body>{markup}").removeprefix("<div><div>").removesuffix("</div></div>")
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<script>let a = 1</script>",
        "<script src=//elsewhere.example/x></script>",
        "<style>@import url(//elsewhere.example/x)</style>",
        "<link rel=preload href=//elsewhere.example/x><link rel=dns-prefetch href=//e.example>",
        "<meta http-equiv=refresh content='0;url=//elsewhere.example/x'>",
        "<base href=//elsewhere.example/>",
        "<noscript><img src=//elsewhere.example/x></noscript>",
        "<template><img src=//elsewhere.example/x></template>",
        "<iframe src=//elsewhere.example/x>x</iframe><object data=//elsewhere.example/x>y</object>",
        "<svg><script>1</script><image href=//elsewhere.example/x /><a href=x>z</a></svg>",
        "<math href='javascript:1'><mtext><style><img src=x onerror=1></style></mtext></math>",
        "<video src=//elsewhere.example/x poster=//elsewhere.example/x></video>",
        "<input type=image src=//elsewhere.example/x><input autofocus onfocus=1>",
        "<img src=//elsewhere.example/x srcset='//elsewhere.example/x 2x' onerror=1>",
        "<!-- a comment -->",
    ],
)
def test_what_runs_asks_or_frames_goes_whole(markup: str) -> None:
    assert within(f"<p>before</p>{markup}<p>after</p>") == "<p>before</p><p>after</p>"


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<p onclick=1 style='background:url(//e.example)' id=a class=b>one</p>", "<p>one</p>"),
        (
            "<a href='https://sample.example/tool' target=_top ping=//e.example>one</a>",
            '<a title="https://sample.example/tool">one</a>',
        ),
        ("<a href='javascript:1'>one</a>", '<a title="javascript:1">one</a>'),
        ("<form action=//e.example><button formaction=//e.example>Go</button></form>",
         "<div><span>Go</span></div>"),
        ("<x-card onclick=1>one <b>two</b></x-card>", "one <b>two</b>"),
        ("<td colspan=1000>", ""),
        ("<table><tr><td colspan=2 rowspan=1000>one", "<table><tbody><tr><td colspan=\"2\">one"
         "</td></tr></tbody></table>"),
        ("<textarea></textarea><xmp><img src=x onerror=1></xmp>",
         "<pre></pre><pre>&lt;img src=x onerror=1&gt;</pre>"),
        ("<img src=x alt='a \"chart\"'>", "<i>[picture: a &quot;chart&quot;]</i>"),
        ("<p hidden>said later</p>", "<p>said later</p>"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
    ],
)  # fmt: skip
def test_words_stay_as_they_are_without_what_they_could_do(markup: str, left: str) -> None:
    assert within(markup) == left


def test_a_text_is_shown_as_it_stands() -> None:
    assert of("Ship\n\n<b> it", "text/plain") == "<pre>Ship\n\n&lt;b&gt; it</pre>"


def test_the_language_and_direction_of_a_page_stay() -> None:
    assert of("<html lang=ar dir=rtl><body>x").startswith('<div dir="rtl" lang="ar"><div>')


def test_a_page_that_grows_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inert_module, "LONGEST_INERT", 100)
    assert of("<body>" + "a" * 50)
    with pytest.raises(BytesError, match="once it is inert"):
        of("<body>" + "&amp;" * 20)


PIECES = st.sampled_from(
    (
        "< > &lt; ' \" a = / <p </p> <svg> </svg> <style> <math> <mtext> <title> </title> <!-- --> "
        "<![CDATA[ ]]> <noscript> onload= href= <img <table> <form> <select> <template> <textarea>"
    ).split()
)
ELEMENT = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>')


@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_whatever_comes_only_known_elements_and_text_are_written(markup: str) -> None:
    left = of(f"<!doctype html><body>{markup}")
    names = {found[2] for found in ELEMENT.finditer(left)}
    assert names <= KEPT | set(INSTEAD.values())
    kept = {
        name for found in ELEMENT.finditer(left) for name in re.findall(r' ([a-z]+)="', found[3])
    }
    assert kept <= ATTRIBUTES | {"title", "open"}
    assert "<" not in ELEMENT.sub("", left) and ">" not in ELEMENT.sub("", left)
    opened = [found[2] for found in ELEMENT.finditer(left) if not found[1] and found[2] not in VOID]
    assert sorted(opened) == sorted(found[2] for found in ELEMENT.finditer(left) if found[1])
