"""What the archive says of itself: figures that are measured, papers that hold."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from fixture_tools import FIXTURES
from test_web_pages import words_of
from web_server import Server, server

from db.derived import evaluate, load_labelled
from web.pages.about import EVALUATED, HELD_OUT

__all__ = ["server"]


def test_the_figures_of_the_rules_are_those_that_evaluate_gives() -> None:
    scores = evaluate(load_labelled(FIXTURES / "evaluation", "heldout"))
    for _, name in EVALUATED:
        found = scores[name]
        told = (found.precision.value, found.recall.value)
        assert all(value is not None for value in told)
        assert HELD_OUT[name][:2] == tuple(round(value, 3) for value in told if value is not None)
        assert HELD_OUT[name][2] == found.recall.n


def test_about_says_how_it_is_made_whom_to_write_to_and_what_is_missing(server: Server) -> None:
    text = words_of(server.ask("/about").text)
    for said in ("How it is made", "Datasheet", "Limits", "Take-down", "Edition", "0.93 0.87 103"):
        assert said in text
    assert "11 comparisons, 11 tools" in text


def test_data_leads_to_every_stored_query_and_release(server: Server) -> None:
    page = server.ask("/data").text
    from web.stored import stored_queries

    for query in stored_queries().values():
        assert query.path in page
    assert 'href="/release/2026-10"' in page and "withdrawn 2026-11-01" in page


def test_the_examples_of_the_data_page_give_the_quotes(server: Server, tmp_path: Path) -> None:
    page = server.ask("/data").text
    examples = {
        language: html.unescape(text)
        for language, text in re.findall('<pre data-language="([a-z]+)">(.*?)</pre>', page, re.S)
    }
    assert examples.keys() == {"sh", "python", "sql", "r"}  # R is not installed where this runs
    subprocess.run(["sh", "-c", examples["sh"]], cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run(
        [sys.executable, "-c", examples["python"]],
        cwd=tmp_path, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    found = duckdb.sql(examples["sql"].replace("quotes.csv", str(tmp_path / "quotes.csv")))
    counted = {name or "<NA>": n for name, n in found.fetchall()}
    assert counted["Builder"] > 1
    for name, n in counted.items():
        last = name.split()[-1]
        assert re.search(rf"{re.escape(last)}\s+{n}$", done.stdout, re.MULTILINE), (name, n)


@pytest.mark.parametrize("path", ["/about", "/data"])
def test_these_pages_are_light(server: Server, path: str) -> None:
    assert len(server.ask(path).body) < 60_000
