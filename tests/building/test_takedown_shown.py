"""What readers see of take-downs and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from db_home import BASE, BIRCH
from takedown_home import KEY, NOW, REASON, build, built, rows
from web_server import serving

from archive import Home
from db.takedown.withdraw import correct, take_down
from parsers.keys import quote_key


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return built(tmp_path, monkeypatch)


@pytest.fixture
def corrected(home: Path) -> Iterator[Path]:
    correct(Home(home), "alder-vs-birch", note="The page was changed after a complaint.")
    correct(Home(home), f"{BASE}/tool/alder", note="Alder has a new <maker> since May.")
    correct(Home(home), KEY, note="The reviewer took this back.")
    take_down(Home(home), BIRCH.quote(2), reason=REASON)
    take_down(Home(home), f"{BASE}/compare/birch-vs-cedar", reason=REASON)
    build(home)
    yield home


def test_a_correction_stands_beside_what_it_is_about(corrected: Path) -> None:
    made = (corrected / "public" / "current.db").resolve()
    assert rows(
        made,
        "SELECT kind, page_id IS NULL, tool_id IS NULL, quote_id IS NULL, added_at FROM correction",
    ) == [("page", 0, 1, 1, NOW), ("tool", 1, 0, 1, NOW), ("quote", 1, 1, 0, NOW)]
    with serving(made) as server:
        compare = server.ask("/compare/alder-vs-birch")
        assert compare.status == 200
        assert compare.text.count('class="correction"') == 3
        assert "Alder has a new &lt;maker&gt; since May." in compare.text
        assert compare.text.count("in this row was taken down") == 1
        for path in ("/tool/alder", f"/quote/{KEY}", "/reviewer/Builder", "/search?q=laptop"):
            assert "The reviewer took this back." in server.ask(path).text, path
        home_page = server.ask("/").text
        assert "3 corrections" in home_page and "2 taken down" in home_page
        assert server.ask("/verdicts/correction.json").status == 200
        assert server.ask("/verdicts/takedown").status == 200


def test_an_address_of_ours_that_was_taken_down_says_when_and_why(corrected: Path) -> None:
    gone = quote_key("sample", BIRCH.name, BIRCH.quote(2))
    with serving((corrected / "public" / "current.db").resolve()) as server:
        for path in ("/compare/birch-vs-cedar", f"/quote/{gone}"):
            answer = server.ask(path)
            assert answer.status == 410
            assert REASON in answer.text and "2026-11-20" in answer.text
            assert "noindex" in answer.headers["x-robots-tag"]
        assert server.ask("/compare/no-vs-where").status == 404


def test_a_correction_on_what_was_taken_down_is_not_published(corrected: Path) -> None:
    for asked in (KEY, "alder-vs-birch"):
        take_down(Home(corrected), asked, reason=REASON)
    made = build(corrected).path
    assert rows(made, "SELECT kind FROM correction") == [("tool",)]
