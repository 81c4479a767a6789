"""What describes a release is read back by the libraries that it was written for."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import mlcroissant
import pandas
import pytest
import research_notebook
from interop_env import run
from release_home import Release, release
from rocrate.rocrate import ROCrate

from archive import index
from db.release.tables import read_views

BASE = "https://archive.example/releases"


def problems(made: Release) -> list[tuple[str, str]]:
    report = frictionless.validate(str(made.folder / "datapackage.json"))
    found = report.flatten(["type", "note"]) + [["error", each.note] for each in report.errors]
    return [(str(kind), str(text)) for kind, text in found]


def test_frictionless_finds_hashes_types_keys_and_references_right(made: Release) -> None:
    assert problems(made) == []
    package = frictionless.Package(str(made.folder / "datapackage.json"))
    tabular = {each.name: each for each in package.resources if each.schema.fields}
    assert {*tabular} == {table.name for table in made.tables}
    assert len(package.resources) > 3 * len(made.tables)
    for table in made.tables:
        schema = tabular[table.name].schema
        assert schema.primary_key == [*table.key]
        assert len(schema.foreign_keys) == sum(
            each.references is not None for each in table.columns
        )
        assert len(tabular[table.name].read_rows()) == table.rows


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (r"^.*\n", r"\g<0>\g<0>", "primary-key"),
        (r"(?m),100,", ",101,", "constraint-error"),
        (r"(?m)^\d+,", "x,", "type-error"),
    ],
)
def test_frictionless_would_have_told_of_a_fault(
    whole: Release, tmp_path: Path, old: str, new: str, kind: str
) -> None:
    made = Release(Path(shutil.copytree(whole.folder, tmp_path / "changed")), whole.tables)
    path = made.folder / "csv" / "card.csv"
    header, rows = path.read_text("utf-8").split("\n", 1)
    changed = re.sub(old, new, rows, count=1)
    assert changed != rows
    path.write_text(f"{header}\n{changed}", "utf-8")
    kinds = {found for found, _ in problems(made)}
    assert {kind, "hash-count"} <= kinds


def test_mlcroissant_gives_every_row_of_every_table(made: Release) -> None:
    dataset = mlcroissant.Dataset(str(made.folder / "croissant.json"))
    assert not dataset.metadata.issues.errors
    for table in made.tables:
        found = [
            tuple(_plain(each[f"{table.name}/{name}"]) for name in table.names)
            for each in dataset.records(table.name)
        ]
        assert found == made.rows(table), table.name


def _plain(value: Any) -> Any:
    """A value of mlcroissant's, which gives text as bytes and a null as NaN."""
    if isinstance(value, bytes):
        return value.decode()
    return None if value is None or value != value else value


def test_ro_crate_knows_every_file_with_its_date(made: Release) -> None:
    crate = ROCrate(str(made.folder))
    assert crate.root_dataset["author"]["name"] == "The verdicts maintainers"
    assert crate.root_dataset["datePublished"] == made.folder.name[:10]
    listed = {each.id for each in crate.root_dataset["hasPart"]}
    held = {*made.files()} - {"SHA256SUMS", "ro-crate-metadata.json"}
    assert listed == held
    assert all(crate.get(each)["sha256"] for each in listed)


def test_cffconvert_takes_the_citation(made: Release) -> None:
    valid = run("cffconvert", "--validate", "-i", made.folder / "CITATION.cff")
    assert valid.returncode == 0, valid.stderr
    shown = run("cffconvert", "-f", "apalike", "-i", made.folder / "CITATION.cff")
    assert made.folder.name in shown.stdout and "The verdicts maintainers" in shown.stdout
    assert f'version: "{made.folder.name}"' in (made.folder / "CITATION.cff").read_text()


def test_sha256sum_takes_the_sums(made: Release) -> None:
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=made.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == len(made.files()) - 1


def test_every_line_of_python_in_its_readme_runs(
    made: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(made.folder)
    blocks = re.findall(r"```python\n(.*?)```", (made.folder / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 3
    for number, block in enumerate(blocks):
        script = tmp_path / f"block{number}.py"
        script.write_text(block)
        runpy.run_path(str(script))


PAPER = Path(__file__).parents[2] / "docs" / "releases.md"


def test_the_lines_of_its_paper_read_every_value_whole(
    whole: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {"names": "tool.name", "cards": "card.tagline", "quotes": "quote.text"}
    with closing(sqlite3.connect(whole.database)) as db:
        wanted = {
            frame: [value for (value,) in db.execute(f"SELECT {column} FROM {table} ORDER BY id")]
            for frame, (table, _, column) in (
                (frame, name.partition(".")) for frame, name in columns.items()
            )
        }
    assert {"1.10", "NA", "@none/pad"} <= {*wanted["names"]} and None in wanted["quotes"]
    blocks = re.findall(r"```python\n(.*?)```", PAPER.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 3
    monkeypatch.chdir(whole.folder)
    for number, block in enumerate(blocks):
        script = tmp_path / f"block{number}.py"
        script.write_text(block)
        found = runpy.run_path(str(script))
        for frame in columns if "duckdb" not in found else ():
            column = columns[frame].rpartition(".")[2]
            values = [None if pandas.isna(each) else each for each in found[frame][column]]
            assert values == wanted[frame], (frame, block)


def test_the_views_give_the_same_rows_over_parquet_in_duckdb(made: Release) -> None:
    with closing(sqlite3.connect(made.database)) as db, duckdb.connect() as other:
        for table in made.tables:
            path = made.folder / "parquet" / f"{table.name}.parquet"
            other.execute(f"CREATE VIEW \"{table.name}\" AS FROM '{path}'")
        other.execute((made.folder / "views.sql").read_text("utf-8"))
        views = [*read_views(db)]
        assert views
        for view in views:
            sql = f'SELECT * FROM "{view}"'
            wanted, found = db.execute(sql).fetchall(), other.execute(sql).fetchall()
            assert sorted(found, key=repr) == sorted(wanted, key=repr)
            assert wanted or view == "templates", "figures want more tools than this home has"


def test_the_index_has_a_line_for_each_capture_of_the_release(
    released: Path, made: Release
) -> None:
    with closing(sqlite3.connect(made.database)) as db:
        (captures,) = db.execute("SELECT count(*) FROM capture").fetchone()
    lines = (made.folder / "index.cdxj").read_text("ascii").splitlines()
    assert len(lines) == captures > 0
    assert {*lines} <= {*index(released).lines}


def test_no_file_names_a_clock_a_machine_or_the_home(released: Path, made: Release) -> None:
    for name, held in made.files().items():
        assert str(released).encode() not in held, name
    for name in ("datapackage.json", "dataset.jsonld", "croissant.json", "ro-crate-metadata.json"):
        dates = re.findall(r"20\d\d-\d\d-\d\d", json.dumps(made.described(name)))
        assert {*dates} == {made.folder.name[:10]}, name


def test_addresses_are_whole_where_the_base_is_known_and_absent_from_schema_org_elsewhere(
    home: Path, made: Release, tmp_path: Path
) -> None:
    without = made.described("dataset.jsonld")
    assert not any("contentUrl" in each for each in without["distribution"])
    based = release(home, tmp_path, "--base", f"{BASE}/")
    address = f"{BASE}/{based.folder.name}/"
    said = based.described("dataset.jsonld")
    assert said["url"] == address
    for described in (said, based.described("croissant.json")):
        assert all(each["contentUrl"].startswith(address) for each in described["distribution"])
    assert address in (based.folder / "CITATION.cff").read_text()


def test_the_notebook_says_what_a_release_lacks_and_draws_the_rest(
    home: Path, tmp_path: Path
) -> None:
    executed = research_notebook.executed(release(home, tmp_path, "--facts").folder)
    lines = [line.partition(": ")[::2] for line in research_notebook.told(executed)]
    lacking = [cell for cell, said in lines if said.endswith(": none are shown.")]
    assert lacking == ["ship-share", "agreement", "repetition", "accuracy", "due", "conflicts"]
    assert [cell for cell, _ in research_notebook.plots(executed)] == ["conflicts", "changes"]
    # ALDER's price of two days and its dearer one, in a release of facts as hashes.
    assert sum("sha256:" in said for cell, said in lines if cell == "changes") == 2
