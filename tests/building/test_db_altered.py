"""What happens after an upgrade: the new program is a copy of ours with another parser in it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import forked
import pytest
from db_home import ALDER, BIRCH, CEDAR, TUESDAY, page, store

from archive import Home
from db import build
from db.publish.altered import Altered, altered
from db.takedown.withdraw import lift, take_down
from schema.errors import BuildError

ROOT = Path(__file__).parents[2]
ROOMS = ("schema", "machine", "parsers", "archive", "crawler", "db", "verdicts", "web")
PAGES = [page(ALDER, BIRCH), page(ALDER, CEDAR), page(BIRCH, CEDAR)]
NOARCHIVE = '<meta name="robots" content="noarchive">'
TAGLINE = """
tools = tuple(
    tool.model_copy(update={"tagline": tool.tagline.upper()}) if tool.name == "Cedar Box" else tool
    for tool in record.tools
)
return record.model_copy(update={"tools": tools})
"""
WORDS = """
tools = tuple(
    tool.model_copy(update={"description": "Overgrown. " + tool.description})
    for tool in record.tools
)
quotes = tuple(
    quote.model_copy(update={"text": "Overheard: " + quote.text}) for quote in record.quotes
)
record = record.model_copy(update={"tools": tools, "quotes": quotes})
"""
UNPRINTED = """
quotes = tuple(
    quote.model_copy(update={"verdict": None, "verdict_source": None}) if quote.slot == 4 else quote
    for quote in record.quotes
)
return record.model_copy(update={"quotes": quotes})
"""
REFUSED = """
if record.title != "Alder Désk vs Birch Pad":
    return record
return Failure(url=record.url, code="quote_count", field="quotes", detail="found 8")
"""
READ_PAGE = """

_outcome_of = outcome_of


def outcome_of(page, found):
    record = _outcome_of(page, found)
    return record if record.kind != "comparison" else _changed(record)


def _changed(record):
"""


class Upgrade:
    """The program after an upgrade: `change` is what its parser does with each comparison."""

    def __init__(self, folder: Path, change: str = "return record") -> None:
        self.folder = folder
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / room)
        (folder / "tests/tools").mkdir(parents=True)
        for name in ("forked.py", "fork_server.py"):
            shutil.copy(ROOT / "tests/tools" / name, folder / "tests/tools")
        body = "".join(f"    {line}\n" for line in change.strip().splitlines())
        self.append("parsers/__init__.py", READ_PAGE + body)

    def append(self, path: str, source: str) -> None:
        with (self.folder / path).open("a") as file:
            file.write(source)

    @cached_property
    def python(self) -> Path:
        """An interpreter that has imported this program, changed no more from then on."""
        return forked.launcher(self.folder, self.folder, "verdicts.cli", "db.build")

    def build(self, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-m", "verdicts", "build", "--home", str(home), *options],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "VERDICTS_NOW": "2026-11-20T00:00:00Z"},
        )


def current(home: Path) -> Path:
    return (home / "public" / "current.db").resolve()


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def reported(result: subprocess.CompletedProcess[str]) -> dict[str, dict[str, object]]:
    """The report that `--json` gave, by field."""
    assert result.returncode == 40, result.stderr
    return {each["field"]: each for each in json.loads(result.stdout)["altered"]}


@pytest.fixture(scope="module")
def shouting(tmp_path_factory: pytest.TempPathFactory) -> Upgrade:
    return Upgrade(tmp_path_factory.mktemp("shouting"), TAGLINE)


def test_an_altered_field_is_shown_and_refused_until_it_is_accepted(
    tmp_path: Path, shouting: Upgrade
) -> None:
    store(tmp_path, PAGES)
    before = build(tmp_path).path
    refused = shouting.build(tmp_path)
    assert refused.returncode == 40
    values = f"{CEDAR.tagline!r} -> {CEDAR.tagline.upper()!r}"
    assert refused.stdout.splitlines() == [
        "tools[].tagline: 2 changed",
        f"  alder-vs-cedar: {values}",
        f"  birch-vs-cedar: {values}",
    ]
    assert "alters 2 values" in refused.stderr and "--accept-changes" in refused.stderr
    assert current(tmp_path) == before
    assert shouting.build(tmp_path).returncode == 40, "a second try is no acceptance"
    accepted = shouting.build(tmp_path, "--accept-changes")
    assert accepted.returncode == 0
    assert accepted.stdout.splitlines()[-1] == str(current(tmp_path)) != str(before)
    shown = query(current(tmp_path), "SELECT tagline FROM card WHERE name = 'Cedar Box'")
    assert shown == [("A DRAWER FOR HALF-FINISHED IDEAS",)]
    assert shouting.build(tmp_path).returncode == 0


def test_what_a_new_parser_reads_otherwise_is_its_own_change_and_no_other(
    tmp_path: Path, shouting: Upgrade
) -> None:
    store(tmp_path, [*PAGES, replace(PAGES[0], at=TUESDAY)])
    changes = "SELECT id, kind, field, seen_by FROM change WHERE cause = 'source' ORDER BY id"
    before = query(build(tmp_path).path, changes)
    assert shouting.build(tmp_path, "--accept-changes").returncode == 0
    assert query(current(tmp_path), changes) == before
    assert query(current(tmp_path), "SELECT count(*) FROM history") == [(0,)]
    parser = "SELECT kind, comparison, tool, field, old, new FROM changes WHERE cause = 'parser'"
    told = [("changed", "alder-vs-cedar", "cedar", "tagline", None, None)]
    assert query(current(tmp_path), parser) == told, "once, though two pages show it"
    published = current(tmp_path)
    assert shouting.build(tmp_path).returncode == 0
    assert current(tmp_path) == published


def test_the_report_is_given_as_json(tmp_path: Path, shouting: Upgrade) -> None:
    store(tmp_path, PAGES[:2])
    build(tmp_path)
    old = CEDAR.tagline
    assert reported(shouting.build(tmp_path, "--json")) == {
        "tools[].tagline": {
            "field": "tools[].tagline",
            "changed": 1,
            "appeared": 0,
            "vanished": 0,
            "examples": [{"comparison": "alder-vs-cedar", "old": old, "new": old.upper()}],
        }
    }


def test_a_parser_that_alters_nothing_publishes_silently_what_a_new_capture_changed(
    tmp_path: Path,
) -> None:
    store(tmp_path / "home", PAGES[:2])
    before = build(tmp_path / "home").path
    made_by = json.loads(before.with_suffix(".json").read_text())["parser"]
    other = replace(ALDER, tagline="A shelf for whole ideas")
    store(tmp_path / "home", [page(other, BIRCH, at=TUESDAY), PAGES[2]])
    result = Upgrade(tmp_path / "new").build(tmp_path / "home")
    assert (result.returncode, "altered" in result.stdout) == (0, False), result.stderr
    after = current(tmp_path / "home")
    assert after != before
    assert json.loads(after.with_suffix(".json").read_text())["parser"] != made_by


def test_a_change_is_counted_once_however_often_a_page_was_captured(
    tmp_path: Path, shouting: Upgrade
) -> None:
    store(tmp_path, PAGES[:2])
    store(tmp_path, [page(ALDER, CEDAR, at=TUESDAY, end="<!-- later --></body></html>")])
    build(tmp_path)
    assert reported(shouting.build(tmp_path, "--json"))["tools[].tagline"]["changed"] == 1


def test_an_inferred_or_printed_verdict_that_vanishes_is_shown(tmp_path: Path) -> None:
    store(tmp_path / "home", PAGES[:1])
    build(tmp_path / "home")
    result = Upgrade(tmp_path / "new", UNPRINTED).build(tmp_path / "home")
    assert (result.returncode, result.stdout.splitlines()) == (
        40,
        [
            "quotes[].verdict: 2 vanished",
            "  alder-vs-birch: 'ship' -> nothing",
            "  alder-vs-birch: 'ship' -> nothing",
            "quotes[].verdict_source: 2 vanished",
            "  alder-vs-birch: 'page' -> nothing",
            "  alder-vs-birch: 'page' -> nothing",
        ],
    )


def test_a_page_that_is_no_longer_read_is_shown(tmp_path: Path) -> None:
    store(tmp_path / "home", PAGES)
    store(tmp_path / "home", [replace(each, at=TUESDAY) for each in PAGES])
    build(tmp_path / "home")
    found = reported(Upgrade(tmp_path / "new", REFUSED).build(tmp_path / "home", "--json"))
    assert list(found) == ["outcome"]
    assert (found["outcome"]["changed"], found["outcome"]["vanished"]) == (1, 0)
    assert found["outcome"]["examples"] == [
        {"comparison": "alder-vs-birch", "old": "comparison", "new": "quote_count"}
    ]


def test_a_page_that_is_read_only_now_is_published_without_a_question(tmp_path: Path) -> None:
    store(tmp_path / "home", PAGES)
    refusing = Upgrade(tmp_path / "old", REFUSED)
    assert refusing.build(tmp_path / "home").returncode == 10
    assert build(tmp_path / "home").comparisons == 3


@pytest.mark.parametrize("is_newly_read", [False, True])
def test_words_that_an_opt_out_withholds_then_or_now_are_neither_counted_nor_shown(
    tmp_path: Path, is_newly_read: bool
) -> None:
    store(tmp_path / "home", [page(ALDER, CEDAR, head=NOARCHIVE)])
    build(tmp_path / "home")
    upgrade = Upgrade(tmp_path / "new", WORDS + TAGLINE)
    if is_newly_read:
        upgrade.append(
            "parsers/optout.py", "\n\ndef opt_outs(headers, page, markup=None):\n    return ()\n"
        )
    result = upgrade.build(tmp_path / "home", "--json")
    assert list(reported(result)) == ["tools[].tagline"]
    assert "Over" not in result.stdout + result.stderr


def test_an_opt_out_that_is_newly_read_hides_the_words_that_were_shown(tmp_path: Path) -> None:
    store(tmp_path / "home", PAGES[:1])
    build(tmp_path / "home")
    upgrade = Upgrade(tmp_path / "new", WORDS + "return record")
    upgrade.append(
        "parsers/optout.py",
        "\n\ndef opt_outs(headers, page, markup=None):\n    return ('noarchive',)\n",
    )
    result = upgrade.build(tmp_path / "home")
    assert (result.returncode, "in row" in result.stdout) == (0, False), result.stderr


def test_a_quote_that_was_taken_down_and_is_back_is_no_change_of_the_parser(
    tmp_path: Path, shouting: Upgrade
) -> None:
    store(tmp_path, PAGES[:2])
    ((key,),) = query(build(tmp_path).path, "SELECT key FROM quote WHERE text LIKE 'Cedar%row 2%'")
    report = take_down(Home(tmp_path), str(key), reason="asked by its author")
    build(tmp_path)
    lift(Home(tmp_path), report.id)
    result = shouting.build(tmp_path, "--json")
    assert list(reported(result)) == ["tools[].tagline"]
    assert "in row 2" not in result.stdout


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A published database, and a copy of it whose records all count as other ones."""
    store(tmp_path / "home", PAGES)
    new = build(tmp_path / "home").path
    old = tmp_path / "old.db"
    shutil.copyfile(new, old)
    change(old, "UPDATE comparison_version SET record_sha256 = lower(hex(randomblob(32)))")
    return old, new


SIDE = "(SELECT side_id FROM version_side WHERE version_id = 1 AND position = 1)"


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


def test_a_column_that_the_older_database_does_not_have_is_no_alteration(
    pair: tuple[Path, Path],
) -> None:
    # As it was before sides were stored once.
    change(
        pair[0],
        "CREATE TABLE kept AS SELECT * FROM version_tool; DROP VIEW version_tool;"
        " ALTER TABLE kept DROP COLUMN pricing; ALTER TABLE kept RENAME TO version_tool",
    )
    assert altered(*pair) == []


@pytest.mark.parametrize(
    ("field", "sql"),
    [
        ("title", "UPDATE comparison_version SET title = 'Another' WHERE id = 1"),
        ("layout", "UPDATE comparison_version SET layout = 'text-1' WHERE id = 1"),
        (
            "findings",
            "INSERT INTO finding (id, comparison_id, version_id, last_version_id, code, detail)"
            " VALUES (99, 1, 1, 1, 'slug_order', '-')",
        ),
        ("tools[].slug", "UPDATE tool SET slug = 'elder' WHERE id = (SELECT min(id) FROM tool)"),
        (
            "tools[].description",
            "UPDATE card SET description = '-' WHERE id = (SELECT min(id) FROM card)",
        ),
        ("tools[].pricing", f"UPDATE side SET pricing = NULL WHERE id = {SIDE}"),
        ("tools[].community_stated", f"UPDATE side SET community_stated = 0 WHERE id = {SIDE}"),
        ("quotes[].text", "UPDATE quote SET text = '-' WHERE id = (SELECT min(id) FROM quote)"),
        (
            "quotes[].reviewer",
            f"UPDATE side_quote SET reviewer_id = NULL WHERE side_id = {SIDE} AND slot = 1",
        ),
        ("quotes[].score", f"UPDATE side_quote SET score = 1 WHERE side_id = {SIDE} AND slot = 1"),
        (
            "quotes[].verdict_start",
            f"UPDATE side_quote SET verdict_start = 1 WHERE side_id = {SIDE} AND slot = 1",
        ),
    ],
)
def test_every_field_is_looked_at(pair: tuple[Path, Path], field: str, sql: str) -> None:
    assert altered(*pair) == []
    change(pair[0], sql)
    assert [each.field for each in altered(*pair)] == [field]


def test_a_quote_that_is_not_read_any_more_is_shown_whole(pair: tuple[Path, Path]) -> None:
    change(pair[0], f"DELETE FROM side_quote WHERE side_id = {SIDE} AND slot = 1")
    found = {each.field: (each.changed, each.appeared, each.vanished) for each in altered(*pair)}
    # The side stands on two pages.
    assert found["quotes[].text"] == found["quotes[].score"] == (0, 2, 0)


@pytest.mark.parametrize("code", ["layout_drift", "unreadable"])
def test_what_was_held_back_or_not_readable_from_the_archive_is_no_change_of_the_parser(
    pair: tuple[Path, Path], code: str
) -> None:
    change(
        pair[0],
        f"""
        UPDATE capture SET outcome = 'failure' WHERE id = 1;
        INSERT INTO failure (id, page_id, capture_id, code, detail, captured_at)
        SELECT 99, page_id, id, '{code}', '-', captured_at FROM capture WHERE id = 1
    """,
    )
    assert altered(*pair) == []


def test_examples_are_few_and_cut_to_where_they_part(pair: tuple[Path, Path]) -> None:
    change(pair[0], "UPDATE card SET description = printf('%.*c', 200, 'x') || description")
    (found,) = altered(*pair)
    assert (found.field, found.changed, len(found.examples)) == ("tools[].description", 6, 3)
    for each in found.examples:
        assert len(str(each.old)) == 80 and str(each.old).endswith("…")


def test_long_values_are_shown_from_shortly_before_they_differ() -> None:
    found = Altered("tools[].description")
    found.see("alder-vs-birch", "word " * 100 + "old" + " word" * 100, "word " * 100 + "new")
    (example,) = found.examples
    assert str(example.old).startswith("…") and " old word" in str(example.old)
    assert str(example.new).endswith(" new") and len(str(example.old)) == 80


def no_database(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def no_text(path: Path) -> None:
    change(
        path,
        "UPDATE comparison_version SET title = CAST(x'ff' AS TEXT),"
        " record_sha256 = printf('%064d', 0)",
    )


@pytest.mark.parametrize("harm", [no_database, no_text])
def test_a_current_file_that_cannot_be_read_stops_a_new_parser_with_the_way_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Path], None]
) -> None:
    store(tmp_path, PAGES[:2])
    broken = build(tmp_path).path
    store(tmp_path, PAGES[2:])
    broken.chmod(0o644)
    harm(broken)
    monkeypatch.setattr(sys.modules["db.build"], "PARSER_VERSION", "0" * 16)
    with pytest.raises(BuildError, match=r"not readable.*--accept-changes"):
        build(tmp_path)
    assert build(tmp_path, accept_changes=True, accept_loss=True).comparisons == 3
