"""Captures that other people's tools made of one page of the sample site, each taken in.

`tests/tools/captures` made them (its `--fixtures`); `capture.json` beside each says what is true of
it: the address, the visits by the clock of the machine that made it, and whether it holds a date.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from captures.judge import record_of
from captures.keep import MARKS, opened
from captures.truth import MODIFIED, body
from commands import verdicts
from fixture_tools import FIXTURES

from archive import Archive, Capture, open_archive

FOLDERS = {
    path.parent.name: path.parent for path in sorted(FIXTURES.glob("captures/*/capture.json"))
}
MOST_BYTES = 600_000
NEAR = timedelta(seconds=30)
"""So long may a tool, mostly a browser that starts, take until it has the page."""
APART = timedelta(seconds=2)
"""Visits so far apart have dates of their own."""


def true_of(name: str) -> dict[str, Any]:
    true: dict[str, Any] = json.loads((FOLDERS[name] / "capture.json").read_text("utf-8"))
    return true


def named(capture: Capture) -> str | None:
    """Its address; none where it is stored under its bytes' own name."""
    return None if capture.url.startswith("urn:") else capture.url


def moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).astimezone(UTC)


def kept(archive: Archive) -> list[Capture]:
    """The captures of pages, oldest first; no redirects, and no picture that is not there."""
    found = [each for each in archive.captures() if each.status == 200]
    return sorted(found, key=lambda each: (each.captured_at, each.id))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_capture_of_another_tool_gives_its_page_once_a_visit_or_is_refused_in_a_sentence(
    name: str, home: Path
) -> None:
    true = true_of(name)
    path = FOLDERS[name] / "files" / true["path"]
    done = verdicts("import", path, "--site", "sample", "--home", home)
    if true["lost"]:
        assert done.returncode in (2, 10), done.stderr
        assert path.resolve().name in done.stderr, done.stderr
        require_no_record(home)
        return
    assert done.returncode == 0, done.stdout + done.stderr
    archive = open_archive(home)
    captures = kept(archive)
    assert [named(each) for each in captures] == [true["address"]] * len(true["visits"]), (
        done.stdout
    )
    require_dates(captures, true)
    for capture in captures:
        page = archive.load(capture)
        assert record_of(page.body, page.content_type) == record_of(body(), "text/html"), name


def require_no_record(home: Path) -> None:
    """What was stored all the same is damaged, or a page that shows no comparison."""
    if not (home / "ledger.db").exists():
        return
    archive = open_archive(home)
    for capture in kept(archive):
        page = archive.load(capture)
        assert record_of(page.body, page.content_type)["kind"] == "failure"


def require_dates(captures: list[Capture], true: dict[str, Any]) -> None:
    """A date in the capture is the visit's; where there is none the file's is called doubtful."""
    sources = {each.date_source for each in captures}
    assert (sources == {"file"}) is not true["is_dated"], sources
    if not true["is_dated"]:
        return
    assert MODIFIED not in [each.captured_at for each in captures]
    visits = [moment(each) for each in true["visits"]]
    found = [moment(each.captured_at) for each in captures]
    assert all(abs(one - visit) <= NEAR for one, visit in zip(found, visits, strict=True)), found
    assert len(set(found)) == 1 + sum(after - one >= APART for one, after in pairwise(visits))


def test_the_captures_are_small_and_name_nobodys_machine() -> None:
    files = [path for path in (FIXTURES / "captures").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    assert len(FOLDERS) >= 40
    assert not [path for path in files if any(mark in opened(path) for mark in MARKS)]
