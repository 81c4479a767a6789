"""What a user may rely on when the output of a command has nowhere to go."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import Site
from db_home import ALDER, BIRCH, html

from schema.errors import VerdictsError
from verdicts.boundary import BUG, CUT_SHORT
from verdicts.cli import cli

ROOT = Path(__file__).parents[2]

COMMANDS = [["schema"], ["--help"], ["--version"], ["parse", "--help"], ["status", "--json"]]


def shell(line: str, *arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What a shell made of a line in which `$V` stands for the command with its arguments."""
    command = line.replace("$V", f'{sys.executable} -m verdicts "$@"')
    return subprocess.run(
        ["bash", "-c", command, "bash", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"VERDICTS_HOME": str(home), "PATH": "/usr/bin:/bin"},
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    (folder / "page.html").write_text("<html>Nothing to compare here</html>")
    (folder / "good.html").write_bytes(html(ALDER, BIRCH))
    named = ("--site", "sample", "--home", folder / "home")
    verdicts("import", folder / "page.html", folder / "good.html", *named)
    assert (folder / "home" / "ledger.db").exists()
    return folder / "home"


def test_help_shows_each_command_once_in_the_order_of_work_and_whole_in_eighty_columns() -> None:
    listed = verdicts("--help", COLUMNS="80").stdout.partition("Start:\n")[2]
    lines = [line for line in listed.partition("Example:")[0].splitlines() if line.strip()]
    commands = [line.split()[0] for line in lines if line.startswith("  ")]
    assert sorted(commands) == sorted(cli.commands)
    places = [*map(commands.index, ("demo", "crawl", "build", "trace", "check", "takedown"))]
    assert places == sorted(places)
    said = [line for line in lines if line.startswith("  ")]
    assert [line for line in said if not line.endswith(".") or line.endswith("..")] == []


def test_the_help_names_each_exit_code_that_there_is_and_the_papers_explain() -> None:
    def kinds(error: type[VerdictsError]) -> set[int]:
        return {error.exit_code}.union(*map(kinds, error.__subclasses__()))

    known = {0, CUT_SHORT, BUG}.union(*map(kinds, VerdictsError.__subclasses__()))
    listed = verdicts("--help").stdout.partition("Exit codes:")[2].partition("Options:")[0]
    assert {*map(int, re.findall(r"\b(\d+) [a-z]", listed))} == known
    paper = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert {*map(int, re.findall(r"(?m)^\| (\d+)\b", paper))} == known
    mail = (ROOT / "deploy" / "notify.sh").read_text("utf-8")
    assert {*map(int, re.findall(r"(?m)^(\d+)\) ", mail))} == known


def test_people_are_told_in_plain_words_and_one_name_for_a_failure(
    site: Site, tmp_path: Path
) -> None:
    missing = f"{site.base}/compare/x-vs-y"
    crawled = ["crawl", site.base, missing, "--site", "sample", "--allow-private", "--delay", "0"]
    done = verdicts(*crawled, "--home", tmp_path)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "3 pages stored; 1 failing or held: 0 told before, 1 new"
    assert "http_status:404 1" in lines
    built = verdicts("build", "--home", tmp_path)
    assert built.stdout.splitlines()[0].endswith("; 1 failing or held: 0 told before, 1 new")
    with sqlite3.connect(built.stdout.splitlines()[-1]) as db:
        assert db.execute("SELECT code FROM failure").fetchall() == [("http_status",)]
    status = verdicts("status", "--home", tmp_path).stdout
    assert re.search(r"\n  failed, http_status:404: \S+/compare/x-vs-y\n", status)
    assert "waits      1 failing or held: 0 acknowledged, 1 not\n" in status
    machine = json.loads(verdicts("status", "--home", tmp_path, "--json").stdout)
    assert [each["code"] for each in machine["look_at"]] == ["http_error:404"]


def test_a_report_for_people_is_in_words_and_mebibytes(home: Path) -> None:
    lines = verdicts("status", "--home", home).stdout.splitlines()
    assert any(re.match(r"disk +\d\.\d\d MiB: .*ledger \d\.\d\d", line) for line in lines)
    # A code can be searched for in the documents as it stands.
    assert any(line.startswith("  failed, extraction_refused:not_a_comparison: ") for line in lines)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("full", [">/dev/full", ">&-"])
def test_output_that_cannot_be_written_is_one_sentence_and_exit_20(
    home: Path, command: list[str], full: str
) -> None:
    done = shell(f"$V {full}", *command, home=home)
    assert done.returncode == 20, done.stderr
    assert done.stderr.startswith("verdicts: standard output: cannot be written to: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_has_seen_enough_ends_a_command_quietly(
    home: Path, command: list[str]
) -> None:
    # By the time that the command writes, `true` has ended and the pipe has no reader.
    done = shell('{ sleep 0.2; $V; echo "code $?" >&2; } | true', *command, home=home)
    assert done.stderr == "code 0\n"


def test_the_exit_code_is_the_same_whether_or_not_the_report_is_read(home: Path) -> None:
    """Else a damaged archive would pass for a sound one wherever only the first lines are kept."""
    unread = '{ sleep 0.2; $V; echo "code $?" >&2; } | true'
    (segment,) = (home / "warc").iterdir()
    kept = segment.read_bytes()
    segment.chmod(0o600)
    segment.write_bytes(kept[:-9] + b"x" + kept[-8:])
    try:
        assert shell(unread, "check", "--deep", "-q", home=home).stderr == "code 40\n"
    finally:
        segment.write_bytes(kept)
    page = home.parent / "page.txt"
    assert shell(unread, "parse", page, home=home).stderr == "code 10\n"


def test_pages_that_nobody_reads_of_are_not_parsed_to_the_last(home: Path) -> None:
    unread = '{ sleep 0.2; $V; echo "code $?" >&2; } | true'
    page = home.parent / "page.txt"
    assert shell(unread, "parse", *[page] * 7, home=home).stderr == "code 20\n"


@pytest.mark.parametrize("lost", ["2>/dev/full", "2>&-", "2> >(true)"])
def test_a_lost_standard_error_changes_neither_work_nor_exit_code(home: Path, lost: str) -> None:
    assert shell(f"$V {lost}", "build", home=home).returncode in (0, 10)
    assert (home / "public" / "current.db").exists()
    assert shell(f"$V {lost}", "nosuch", home=home).returncode == 2
    assert shell(f"$V {lost}", "status", "--home", "none", home=home).returncode == 30


def test_a_build_whose_report_cannot_be_written_has_published_all_the_same(home: Path) -> None:
    (home / "public" / "current.db").unlink(missing_ok=True)
    assert shell("$V >/dev/full", "build", home=home).returncode == 20
    assert (home / "public" / "current.db").exists()
