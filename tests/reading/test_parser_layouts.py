"""The parser reads layouts written apart from it, and none of the pages that must fail."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from fixture_tools import HTML, read
from layoutgen import LAYOUTS, Rendered, make_truth, mutate
from layoutgen.bad import URL, bad_pages
from layoutgen.truth import PageTruth

from schema.codes import FAILURES

SEEDS = range(3000, 3020)
BAD_SEEDS = range(40, 43)


@cache
def page_of(layout: str, seed: int) -> tuple[PageTruth, Rendered, dict[str, Any]]:
    """A generated page and the parser's line of it."""
    rng = Random(f"{layout}:{seed}")
    truth = make_truth(rng)
    page = LAYOUTS[layout](truth, rng)
    return truth, page, read(page.html, url=page.asked, content_type=page.content_type)


def is_right(truth: PageTruth, page: Rendered, line: dict[str, Any]) -> bool:
    """Whether the record is exact, or refused where the page leaves the sides of seven open."""
    if line["kind"] == "failure":
        return sum(len(tool.quotes) for tool in truth.tools) < 8 and not page.shows.is_certain
    record = truth.expected(page.style, page.address, page.shows)
    return not mutate.differences(record, line, truth.optional(page.shows))


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_page_of_a_layout_is_read_exactly(layout: str) -> None:
    wrong = [seed for seed in SEEDS if not is_right(*page_of(layout, seed))]
    assert not wrong, f"python tests/tools/layoutgen/report.py --dump {layout} {wrong[0]} page.html"


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_layout_is_mostly_read_not_refused(layout: str) -> None:
    read_ones = [seed for seed in SEEDS if page_of(layout, seed)[2]["kind"] == "comparison"]
    assert len(read_ones) >= 0.7 * len(SEEDS)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_layout_is_the_kind_of_text_or_a_fingerprint(layout: str) -> None:
    shown = {
        line["layout"]
        for _, _, line in (page_of(layout, s) for s in SEEDS)
        if line["kind"] == "comparison"
    }
    style = page_of(layout, SEEDS[0])[1].style
    if style == "html":
        assert all(name.startswith("html:") for name in shown)
    else:
        assert shown == {style}


def every_bad_page() -> Iterator[Any]:
    for seed in BAD_SEEDS:
        for name, body in bad_pages(Random(f"bad:{seed}")):
            yield pytest.param(body, id=f"{seed}:{ascii(name)[1:-1]}")


@pytest.mark.parametrize("body", list(every_bad_page()))
def test_a_bad_page_is_a_failure_with_a_listed_code(body: bytes) -> None:
    line = read(body, url=URL, content_type=HTML)
    assert line["kind"] == "failure"
    assert line["code"] in FAILURES
    assert line["detail"]
