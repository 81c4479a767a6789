"""Twelve questions of a researcher, each answered in at most two steps.

A step is one address that is asked, one call by MCP, or one command; where an address is not known
beforehand it has to stand on the page of the step before.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

import forked
import pyarrow.parquet
import pytest
from release_home import make_home
from test_programs_mcp import told
from test_web_pages import words_of
from web_sample import TAKES, database, sha
from web_server import Server, server

__all__ = ["server"]
QUOTE = sha("quillfish", TAKES[0].format(name="Quillfish"))


def rows(server: Server, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(server.ask(path).body)
    return found


def one(sql: str, *values: str) -> Any:
    conn = sqlite3.connect(f"file:{database()}?immutable=1", uri=True)
    (found,) = conn.execute(sql, values).fetchone()
    conn.close()
    return found


def test_1_who_skips_most(server: Server) -> None:
    told_by = rows(server, "/verdicts/reviewer_profiles.json?_shape=array")
    most = max(told_by, key=lambda row: row["printed_skips"] / (row["printed_verdicts"] or 1))
    assert most["printed_skips"] == one(
        "select count(*) from quote join reviewer r on r.id = reviewer_id where verdict = 'skip'"
        " and verdict_source = 'page' and r.name = ?",
        most["reviewer"],
    )


def test_2_the_panels_share_against_votes(server: Server) -> None:
    told_by = rows(server, "/verdicts/share_and_votes.json?_shape=array")
    assert len(told_by) == one("select count(*) from tool")
    voted = [row for row in told_by if row["community_ship_percent"] is not None]
    assert voted and all(
        row["above_community"] == row["panel_ship_percent"] - row["community_ship_percent"]
        for row in voted
    )


def test_3_a_price_over_time(server: Server) -> None:
    told_by = rows(server, "/verdicts/values_over_time.json?_shape=array&field=pricing")
    assert [row["value"] for row in told_by] and all(row["first_seen"] for row in told_by)


def test_4_tools_of_which_two_things_are_published(server: Server) -> None:
    assert rows(server, "/verdicts/two_published_values.json?_shape=array")
    assert server.ask("/findings?attribute=any").status == 200


def test_5_predictions_due_in_2027(server: Server) -> None:
    text = words_of(server.ask("/predictions?due=2027").text)
    due = rows(
        server, "/verdicts/predictions_due.json?_shape=array&due_after=2027-01-01&due_by=2027-12-31"
    )
    assert due and all(row["due_until"].startswith("2027") for row in due)
    assert due[0]["time_words"] in text or due[0]["reviewer"] in text


def test_6_how_far_reviewers_agree(server: Server) -> None:
    pairs = rows(server, "/verdicts/reviewer_pairs.json?_shape=array")
    assert all(row["cards"] >= 0 for row in pairs if "cards" in row) and pairs
    assert rows(server, "/verdicts/reviewer_coefficients.json?_shape=array") is not None


def test_7_all_quotes_as_csv_and_as_parquet(server: Server, tmp_path: Path) -> None:
    data = server.ask("/data").text
    (link,) = re.findall(r'href="(/verdicts/quotes\.csv)"', data)
    read = list(csv.DictReader(io.StringIO(server.ask(link).text)))
    assert len(read) == one("select count(*) from quote")
    home = make_home(tmp_path / "home")
    done = forked.run(
        [sys.executable, "-m", "verdicts", "export", "--home", home, "--out", tmp_path / "out"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.returncode == 0
    (file,) = (tmp_path / "out").glob("*/parquet/quote.parquet")
    assert pyarrow.parquet.read_table(file).num_rows > 0


def test_8_a_quote_to_cite(server: Server) -> None:
    page = server.ask(f"/quote/{QUOTE}").text
    (link,) = re.findall(r'href="([^"]*\.bib)"', page)
    assert server.ask(html.unescape(link)).text.startswith("@misc{")


def test_9_everything_on_a_tool_as_json(server: Server) -> None:
    found = json.loads(server.ask("/tool/quillfish.json").body)
    assert {"cards", "quotes", "history", "comparisons"} <= found.keys()


def test_10_an_assistant_asks(server: Server) -> None:
    assert told(server, "search_quotes", words="screenshot")["quotes"]


def test_11_what_changed_since_a_month(server: Server) -> None:
    page = server.ask("/changes?since=2026-11").text
    assert words_of(page).count("2026-11") > 1
    assert rows(server, "/verdicts/changes.json?_shape=array&seen_by__gte=2026-11-01")


def test_12_the_page_behind_a_value(server: Server) -> None:
    comparison = server.ask("/compare/brass-kettle-vs-lantern-notes").text
    assert 'href="https://shiporskip.io/compare/brass-kettle-vs-lantern-notes"' in comparison
    (link,) = set(re.findall(r'href="(/captures/[^"#?]*)"', comparison))
    assert "SHA-256" in words_of(server.ask(link).text) or "sha256" in server.ask(link).text


@pytest.mark.parametrize("path", ["/", "/data"])
def test_the_ways_to_these_answers_begin_where_a_researcher_lands(
    server: Server, path: str
) -> None:
    page = server.ask(path).text
    for way in ("/changes", "/predictions", "/findings", "/data", "/about"):
        assert f'href="{way}"' in page
