"""Stored pages give what stands beside them: one test for each field of each fixture.

A failing test here is looked at with `python -m verdicts.fixtures`, which prints each difference;
`--accept` rewrites the expectation from the stored page once a person found it right.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fixture_tools import FIXTURES

from parsers.sites import load_sites
from schema.codes import FAILURES, FINDINGS
from schema.records import Comparison, Failure
from verdicts import fixtures
from verdicts.fixtures import find_fixtures, load_expected, load_fixture, parse_fixture

FOLDERS = {f"{path.parent.name}/{path.name}": path for path in find_fixtures(FIXTURES)}
GOOD = [name for name, path in FOLDERS.items() if (path / fixtures.GOOD).is_file()]
FAILED = [name for name in FOLDERS if name not in GOOD]
MENDED_BY = "python -m verdicts.fixtures {} shows the difference"


def fields(line: dict[str, Any]) -> dict[str, Any]:
    """Every field of a line by its path; tools and quotes are taken apart."""
    found: dict[str, Any] = {}
    for key, value in line.items():
        if key in ("tools", "quotes"):
            for number, part in enumerate(value):
                found |= {f"{key}[{number}].{name}": held for name, held in part.items()}
        else:
            found[key] = value
    return found


@cache
def got(name: str) -> dict[str, Any]:
    return fields(without_details(parse_fixture(load_fixture(FOLDERS[name]))))


@cache
def wanted(name: str) -> dict[str, Any]:
    return fields(without_details(load_expected(FOLDERS[name])))


def without_details(line: dict[str, Any]) -> dict[str, Any]:
    """A line without the sentences for people, which may be reworded freely."""
    line.pop("detail", None)
    for finding in line.get("findings", []):
        del finding["detail"]
    return line


def every_field() -> Iterator[tuple[str, str]]:
    for name in FOLDERS:
        yield from ((name, field) for field in wanted(name))


@pytest.mark.parametrize(
    ("name", "field"), [pytest.param(*both, id=":".join(both)) for both in every_field()]
)
def test_field(name: str, field: str) -> None:
    shown = got(name).get(field, "(no such field)")
    assert shown == wanted(name)[field], MENDED_BY.format(FOLDERS[name])


@pytest.mark.parametrize("name", FOLDERS)
def test_nothing_else_comes_out(name: str) -> None:
    assert set(got(name)) == set(wanted(name)), MENDED_BY.format(FOLDERS[name])


def test_fixtures_show_good_pages_and_failures_of_all_three_forms() -> None:
    assert len(GOOD) >= 10
    assert len(FAILED) >= 8
    layouts = {wanted(name)["layout"] for name in GOOD}
    assert {"text-1", "text-2"} < layouts
    assert len({layout for layout in layouts if layout.startswith("html:")}) >= 3


@pytest.mark.parametrize("name", FOLDERS)
def test_expectation_is_a_record_of_a_known_site(name: str) -> None:
    fixture, line = load_fixture(FOLDERS[name]), load_expected(FOLDERS[name])
    assert fixture.site == FOLDERS[name].parent.name
    assert fixture.site in load_sites()
    assert fixture.origin
    model = Failure if name in FAILED else Comparison
    record = model.model_validate_json(json.dumps(line))
    if isinstance(record, Failure):
        assert record.code in FAILURES
    else:
        assert {finding.code for finding in record.findings} <= set(FINDINGS)


def test_different_failures_are_shown() -> None:
    assert len({wanted(name)["code"] for name in FAILED}) >= 8


# --- the command that rewrites expectations ---


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A fixture of one's own, whose expectation says another entry price."""
    folder = tmp_path / "sample" / "2026-11-01-posts"
    shutil.copytree(FIXTURES / "sample" / "2026-11-01-posts", folder)
    line = load_expected(folder)
    line["tools"][0]["entry"] = "Free"
    (folder / fixtures.GOOD).write_text(fixtures.dump(line), "utf-8")
    return folder


def test_command_finds_the_stored_fixtures_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    assert fixtures.main(["--root", str(FIXTURES)]) == 0
    assert capsys.readouterr().out == f"{len(FOLDERS)} fixtures read, 0 changed\n"


def test_command_shows_a_difference_and_writes_nothing(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (copied / fixtures.GOOD).read_bytes()
    assert fixtures.main([str(copied)]) == 1
    assert 'tools[0].entry: "Free" -> "Paid"' in capsys.readouterr().out
    assert (copied / fixtures.GOOD).read_bytes() == before


def test_command_rewrites_only_when_told_to(copied: Path) -> None:
    assert fixtures.main(["--accept", str(copied)]) == 0
    assert fixtures.main([str(copied)]) == 0
    stored = FIXTURES / "sample" / "2026-11-01-posts" / fixtures.GOOD
    assert (copied / fixtures.GOOD).read_bytes() == stored.read_bytes()


def test_command_writes_the_first_expectation_of_a_failing_page(copied: Path) -> None:
    (copied / "page.html").write_text("<p>Please sign in", "utf-8")
    assert fixtures.main(["--accept", str(copied)]) == 0
    assert not (copied / fixtures.GOOD).exists()
    assert load_expected(copied)["code"] == "interstitial"


@pytest.mark.parametrize("broken", ["no page", "two pages", "a key too many"])
def test_command_names_a_broken_fixture(
    copied: Path, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if broken == "no page":
        (copied / "page.html").unlink()
    elif broken == "two pages":
        (copied / "page.txt").write_text("x", "utf-8")
    else:
        (copied / "meta.json").write_text('{"colour": "red"}', "utf-8")
    assert fixtures.main([str(copied)]) == 2
    assert str(copied) in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["nothere", "empty", "no JSON"])
def test_command_names_a_folder_that_is_no_fixture(
    tmp_path: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("empty", "no JSON"):
        (tmp_path / name).mkdir()
    (tmp_path / "no JSON" / "meta.json").write_text("{", "utf-8")
    assert fixtures.main([str(tmp_path / folder)]) == 2
    assert f"{folder} is no fixture: its meta.json" in capsys.readouterr().err


def test_command_without_any_fixture_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fixtures.main(["--root", str(tmp_path)]) == 2
    assert "no fixtures" in capsys.readouterr().err
