"""The small texts of the pages, without a server."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import linear, words


@pytest.mark.parametrize("module", [words, linear])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    results = doctest.testmod(module)  # type: ignore[arg-type]
    assert results.attempted and not results.failed


@given(st.text(max_size=300))
def test_a_key_survives_its_way_through_an_address(key: str) -> None:
    path = words.address("tool", key.encode(errors="replace").decode())
    assert words.key_of(path.removeprefix("/tool/")) == key.encode(errors="replace").decode()
    assert set(path.removeprefix("/tool/")).isdisjoint('/?#"<>& \\')


@given(st.text(max_size=300), st.integers(-5, 300), st.integers(-5, 300))
def test_marking_words_never_lets_markup_through(text: str, start: int, end: int) -> None:
    marked = str(words.cued(text, start, end))
    assert "<" not in marked.replace('<mark class="cue">', "").replace("</mark>", "")
    found = str(words.marked(text))
    assert "<" not in found.replace("<mark>", "").replace("</mark>", "")


def test_a_cue_outside_the_text_marks_nothing() -> None:
    assert str(words.cued("short", 2, 99)) == "short"
    assert str(words.cued("naïve 🦊 fox", 6, 7)) == 'naïve <mark class="cue">🦊</mark> fox'


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//host/x",
        "http:///x",
        " https://a",
        "ftp://a.example",
        "https://",
        "JAVASCRIPT:1",
    ],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert words.web_address(url) is None
    assert words.web_address("https://shiporskip.io/x") == "https://shiporskip.io/x"


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        (None, 1),
        ("", 1),
        ("0", 1),
        ("-3", 1),
        ("7", 7),
        ("99999", 1),
        ("9999", 1000),
        ("٣", 1),
        ("1_0", 1),
    ],
)
def test_a_page_number_is_always_in_range(asked: str | None, page: int) -> None:
    assert words.page_number(asked) == page


@given(st.text(max_size=400))
def test_any_search_is_an_expression_fts5_accepts(asked: str) -> None:
    import sqlite3

    conn = sqlite3.connect(":memory:")
    conn.execute("create virtual table t using fts5(a, tokenize='porter unicode61')")
    words_asked = words.match_expression(asked)
    if words_asked is not None:
        conn.execute("select * from t where t match ?", [words_asked]).fetchall()
    conn.close()
