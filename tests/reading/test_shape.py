"""The look at markup before it is parsed: fast for plain tags, and missing nothing in others."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from parsers import opt_outs
from parsers.page import scan
from schema.page import RawPage

PARTS = (
    "<p", "<DIV", "<a", "<nav", "<n", "<noscript", "<noscript>", " a=noscript>",
    "</noscript", "<script", "</script>", "<!--",
    "-->", "<svg", "<title>", "</title>", "<textarea>", "</textarea>", "<option", "<template",
    "</p>", "</", "<", ">", ">", ">", "/>", " ", "\n", "\t", "\v", "/", "=", '"', '"', "'", "''",
    " hidden", " HIDDEN", "\nrole=tab", ' class="a b"', " class='hidden'", " title=x", "dir",
    " alt=a>b", ' alt="a>b"', ' alt="a<b hidden>"', " style = 'x'", "data-nosnippet", "text",
    "<a b=c/>", "<a b='c'd>", "<p=", "&lt;", "<![CDATA[", "]]>", "<?x", "\0", "é",
)  # fmt: skip
markup = st.lists(st.sampled_from(PARTS), max_size=24).map("".join)


@given(markup)
def test_no_name_that_the_parser_sees_is_missed(text: str) -> None:
    shape = scan.require_safe_shape(data := text.encode())
    for node in LexborHTMLParser(data).css("*"):
        for name in node.attributes:
            assert shape.may_have(name.encode()), (text, name)
        if node.tag not in ("html", "head", "body", "p"):  # which no page need open
            assert shape.may_have(f"<{node.tag}".encode()), (text, node.tag)


@given(markup)
def test_the_fast_look_sees_the_same_noscripts_as_the_thorough_one(text: str) -> None:
    data = text.encode()
    assert scan.require_safe_shape(data).may_have_noscript == scan._require_safe(data)


WISHES = MappingProxyType(
    {
        "<meta name=robots content=noarchive>": "noarchive",
        "<META\nNAME='robots'\tCONTENT=noarchive>": "noarchive",
        "<a/b = c><meta name='robots'content=noarchive>": "noarchive",
        "<noscript><meta name=robots content=noarchive></noscript>": "noarchive",
        "<p DATA-NOSNIPPET>x</p>": "data-nosnippet",
        "<script type=application/rsl+xml></script>": "rsl",
        "<link type=application/rsl+xml rel=license>": "rsl",
    }
)


@pytest.mark.parametrize("text", WISHES)
def test_an_opt_out_is_heeded_however_its_tag_is_written(text: str) -> None:
    page = RawPage(url=None, body=text.encode(), content_type="text/html")
    assert opt_outs({}, page) == (WISHES[text],)
