"""The five real pages: every field, and exactly the verdicts that logic decides.

The pages are other people's words and lie outside the project: `$VERDICTS_SEEDS` names their
folder. What must come out is read here once more, by line number alone; no sentence is repeated.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fixture_tools import TEXT, read

from parsers.scorecard.verdicts import CUES

SITE = "shiporskip"
VERDICTS = {
    "3bfd925b113990ec": "-u-u-u-u",
    "ed2f320481581bbb": "rrrrrrcc",
    "7de4a2fdf0dbfe62": "rururucu",
    "694c8f252446a255": "r-r-r-c-",
    "8dda75aabdb20a0c": "rururucu",
}
"""How each quote's verdict is known, in the order of positions: unanimous, remainder, cue, not."""

KNOWN = {
    "u": ("ship", "unanimous"),
    "r": ("ship", "remainder"),
    "c": ("skip", "cue"),
    "-": (None, None),
}
WORDED = (".py", ".md", ".html", ".txt", ".toml", ".json")
FIRST_CARD, CARD_LINES, FIRST_QUOTE = 3, 10, 24


def folder() -> Path:
    given = os.environ.get("VERDICTS_SEEDS")
    if not given:
        pytest.skip("VERDICTS_SEEDS does not name a folder with the five real pages")
    found = Path(given)
    if not list(found.glob("*.txt")):
        pytest.skip(f"there are no real pages in {given}")
    return found


@cache
def pages() -> dict[str, bytes]:
    return {path.stem.split("_")[1]: path.read_bytes() for path in sorted(folder().glob("*.txt"))}


@cache
def lines() -> dict[str, dict[str, Any]]:
    return {name: read(body, url=None, content_type=TEXT) for name, body in pages().items()}


def seed(name: str) -> tuple[list[str], dict[str, Any]]:
    """A page's lines as they stand, and the parser's record."""
    folder()
    return pages()[name].decode().split("\n"), lines()[name]


def hand_read_tool(text: list[str], position: int) -> dict[str, Any]:
    """One card by line number: category, name, tagline, three values over labels, description."""
    start = FIRST_CARD + CARD_LINES * (position - 1)
    category, name, tagline, share, _, community, _, entry, _, description = text[
        start : start + CARD_LINES
    ]
    share_of = None if community == "—" else int(community.rstrip("%"))
    return {
        "position": position,
        "slug": None,
        "name": name,
        "category": category,
        "tagline": tagline,
        "badge": None,
        "panel_ship_percent": int(share.rstrip("%")),
        "votes": None,
        "community": {"ship_percent": share_of, "ship": None, "votes": None},
        "entry": entry,
        "pricing": None,
        "description": description,
    }


def test_the_five_pages_are_there() -> None:
    folder()
    assert set(pages()) == set(VERDICTS)
    assert all(body.count(b"\n") == 34 for body in pages().values())


@pytest.mark.parametrize("name", VERDICTS)
def test_page_is_a_comparison_without_address_or_finding(name: str) -> None:
    text, line = seed(name)
    page = {key: line[key] for key in ("kind", "schema", "path", "url", "title", "layout")}
    assert page == {
        "kind": "comparison",
        "schema": 1,
        "path": None,
        "url": None,
        "title": text[1],
        "layout": "text-1",
    }
    assert line["findings"] == []


@pytest.mark.parametrize("position", [1, 2])
@pytest.mark.parametrize("name", VERDICTS)
def test_every_field_of_a_card_is_the_line_where_it_stands(name: str, position: int) -> None:
    text, line = seed(name)
    assert line["tools"][position - 1] == hand_read_tool(text, position)


@pytest.mark.parametrize("name", VERDICTS)
def test_quotes_are_the_eight_lines_in_turn_without_their_marks(name: str) -> None:
    text, line = seed(name)
    shown = [q["text"] for q in line["quotes"]]
    assert [f"“{quote}”" for quote in shown] == text[FIRST_QUOTE : FIRST_QUOTE + 8]
    places = [(q["position"], q["tool"], q["slot"]) for q in line["quotes"]]
    assert places == [(n, 2 - n % 2, (n + 1) // 2) for n in range(1, 9)]
    assert {(q["reviewer"], q["score"]) for q in line["quotes"]} == {(None, None)}


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts_are_exactly_those_that_logic_decides(name: str) -> None:
    _, line = seed(name)
    got = [(q["verdict"], q["verdict_source"]) for q in line["quotes"]]
    assert got == [KNOWN[mark] for mark in VERDICTS[name]]


@pytest.mark.parametrize("name", VERDICTS)
def test_the_deciding_words_are_a_listed_phrase_of_the_quote(name: str) -> None:
    _, line = seed(name)
    listed = {cue for cues in CUES.values() for cue in cues}
    for quote in line["quotes"]:
        assert (quote["verdict_span"] is not None) == (quote["verdict_source"] == "cue")
        if quote["verdict_span"]:
            start, end = quote["verdict_span"]
            assert quote["text"][start:end].lower().replace("’", "'") in listed


def test_content_is_counted_once_however_many_pages_show_it() -> None:
    folder()
    cards, quotes, slots = set(), {}, 0
    for line in lines().values():
        cards |= {
            tuple(str(value) for key, value in tool.items() if key != "position")
            for tool in line["tools"]
        }
        for quote in line["quotes"]:
            slots += 1
            key = (line["tools"][quote["tool"] - 1]["name"], quote["text"])
            assert quotes.setdefault(key, quote["verdict"]) == quote["verdict"]
    assert (len(cards), len(quotes), slots) == (8, 32, 40)
    decided = sum(verdict is not None for verdict in quotes.values())
    assert (decided, len(quotes) - decided) == (24, 8)


def test_no_sentence_of_the_real_pages_stands_in_the_project() -> None:
    folder()
    sentences = {part for body in pages().values() for part in long_parts(body.decode())}
    assert sentences
    for path in own_files(Path(__file__).parents[2]):
        text = path.read_text("utf-8", errors="replace")
        found = [part for part in sentences if part in text]
        assert not found, f"{path} holds words of a real page"


def own_files(root: Path) -> Iterator[Path]:
    """The project's own text files; homes, tools' folders and caches left out."""
    for here, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".") and f not in ("data", "demo")]
        yield from (Path(here, name) for name in names if Path(name).suffix in WORDED)


def long_parts(text: str) -> list[str]:
    """Pieces of descriptions and quotes that nobody writes twice by chance."""
    lines = [line for line in text.split("\n") if len(line) > 150]
    return [
        part[:60] for line in lines for part in re.split(r"(?<=[.!?:;,]) ", line) if len(part) > 60
    ]
