"""What a user may rely on when files, dates and archives are not as they should be."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import verdicts
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from db.records.recordfile import read_raw
from verdicts.sample import expected, pages

URL = next(page["url"] for page in expected()["pages"] if page["kind"] == "comparison")
BODY = next(page.body for page in pages() if URL.endswith(page.path) and page.path != "/")


def warc(path: Path, *answers: tuple[str, str]) -> Path:
    """A WARC file of answers to one address: (date, status line)."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for date, status in answers:
            headers = StatusAndHeaders(status, [("Content-Type", "text/html")], protocol="HTTP/1.1")
            body = io.BytesIO(BODY if status.startswith("200") else b"<p>no</p>")
            record = writer.create_warc_record(
                URL,
                "response",
                payload=body,
                http_headers=headers,
                warc_headers_dict={"WARC-Date": date},
            )
            writer.write_record(record)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    warc(tmp_path / "one.warc.gz", ("2026-10-05T00:00:00Z", "200 OK"))
    assert verdicts("import", tmp_path / "one.warc.gz", "--home", home).returncode == 0
    assert verdicts("build", "--home", home).returncode == 0
    return home


def states(home: Path) -> dict[str, int]:
    found = json.loads(verdicts("status", "--home", home, "--json").stdout)["pages"]
    return {name: count for name, count in found.items() if count and name != "due"}


def test_a_delay_that_is_no_number_is_wrong_usage(tmp_path: Path) -> None:
    result = verdicts(
        "crawl",
        "https://sample.example/",
        "--contact",
        "a@b.example",
        "--delay",
        "nan",
        "--home",
        tmp_path / "home",
    )
    assert result.returncode == 2
    assert not (tmp_path / "home" / "ledger.db").exists()


def test_a_date_beyond_the_calendar_loses_only_its_own_record(tmp_path: Path) -> None:
    path = warc(
        tmp_path / "odd.warc.gz",
        ("9999-12-31T00:00:00Z", "200 OK"),
        ("0900-01-01T00:00:00Z", "200 OK"),
        ("2026-10-05T00:00:00Z", "200 OK"),
    )
    result = verdicts("import", path, "--home", tmp_path / "home", "--json")
    report = json.loads(result.stdout)
    assert (result.returncode, report["stored"], report["failed"]) == (10, 1, {"damaged:date": 2})
    late = verdicts("import", path, "--home", tmp_path / "home", "--date", "9999-12-31")
    assert late.returncode == 2


def test_an_older_failure_taken_in_later_does_not_hold_a_good_page(
    home: Path, tmp_path: Path
) -> None:
    warc(tmp_path / "old.warc.gz", ("2020-01-01T00:00:00Z", "404 Not Found"))
    verdicts("import", tmp_path / "old.warc.gz", "--home", home)
    verdicts("build", "--home", home)
    assert states(home) == {"known": 1, "stored": 1}


def test_a_damaged_record_file_is_made_again(home: Path, tmp_path: Path) -> None:
    (record,) = (home / "records").glob("*.zst")
    lines = list(read_raw(record))
    record.chmod(0o644)
    record.write_bytes(record.read_bytes()[:-200])
    warc(tmp_path / "more.warc.gz", ("2026-10-06T00:00:00Z", "200 OK"))
    verdicts("import", tmp_path / "more.warc.gz", "--home", home)
    assert verdicts("build", "--home", home).returncode == 0
    assert states(home) == {"known": 1, "stored": 1}
    assert lines in [list(read_raw(path)) for path in (home / "records").glob("*.zst")]


def test_a_build_over_damaged_bytes_says_so_with_exit_40(home: Path, tmp_path: Path) -> None:
    (segment,) = (home / "warc").iterdir()
    segment.chmod(0o644)
    data = bytearray(segment.read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 3):
        data[at] ^= 0xFF
    segment.write_bytes(data)
    for record in (home / "records").glob("*.zst"):
        record.unlink()
    warc(tmp_path / "more.warc.gz", ("2026-10-06T00:00:00Z", "200 OK"))
    verdicts("import", tmp_path / "more.warc.gz", "--home", home)
    result = verdicts("build", "--home", home)
    assert result.returncode == 40
    assert "damaged" in result.stderr


def test_files_of_a_lost_ledger_are_not_written_beside(home: Path, tmp_path: Path) -> None:
    (home / "ledger.db").unlink()
    before = sorted(path.name for path in (home / "warc").iterdir())
    result = verdicts("import", tmp_path / "one.warc.gz", "--home", home)
    assert result.returncode == 40
    assert "ledger.db" in result.stderr
    assert sorted(path.name for path in (home / "warc").iterdir()) == before


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("command", [["check"], ["build"], ["status"], ["backup", "--to", "copy"]])
def test_an_archive_that_lost_its_ledger_is_told_with_the_way_out(
    home: Path, command: list[str], is_there: bool
) -> None:
    (home / "ledger.db").unlink()
    if is_there:
        (home / "ledger.db").touch()
    result = verdicts(*command, "--home", home, cwd=home.parent)
    assert result.returncode == 40
    assert "check --rebuild-ledger` makes it again" in result.stdout + result.stderr
    (home / "ledger.db.restoring").touch()
    result = verdicts(*command, "--home", home, cwd=home.parent)
    assert (result.returncode, "verdicts restore" in result.stderr) == (30, True)


def bounded(how: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What `verdicts ...` did after a line of shell took something away from it."""
    return subprocess.run(
        [
            "sh",
            "-c",
            f'{how} && exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "verdicts",
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_lock_that_cannot_be_noted_on_the_disk_is_a_lock(home: Path) -> None:
    result = bounded("ulimit -f 0", "prune", "--home", home)
    assert (result.returncode, result.stderr) == (0, "")
    (home / "build.lock").unlink()
    (home / "mine.txt").write_text("my own words")
    (home / "build.lock").symlink_to("mine.txt")
    result = verdicts("prune", "--home", home)
    assert result.returncode == 30
    assert "build.lock: cannot be opened: it is a symbolic link" in result.stderr
    assert (home / "mine.txt").read_text() == "my own words"


def test_a_build_that_the_disk_does_not_take_is_stopped_and_taken_up(
    home: Path, tmp_path: Path
) -> None:
    warc(tmp_path / "more.warc.gz", ("2026-10-06T00:00:00Z", "200 OK"))
    verdicts("import", tmp_path / "more.warc.gz", "--home", home)
    result = bounded("ulimit -f 40", "build", "--home", home)
    assert (result.returncode, "cannot be written" in result.stderr) == (20, True), result.stderr
    assert verdicts("build", "--home", home).returncode == 0
    assert verdicts("check", "--home", home).returncode == 0


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root to mount")
@pytest.mark.parametrize(
    "command",
    [
        ["takedown", "add", URL, "--reason", "asked for"],
        ["takedown", "lift", "1"],
        ["correct", URL, "--note", "It was so."],
    ],
)
def test_a_home_that_cannot_be_written_to_is_refused_before_anything_else(
    home: Path, command: list[str]
) -> None:
    mount = f"mount --bind '{home}' '{home}' && mount -o remount,bind,ro '{home}'"
    ended = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            f'{mount} && exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "verdicts",
            *command,
            "--home",
            str(home),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, "Read-only file system" in ended.stderr) == (30, True), ended.stderr
    assert ended.stderr.startswith(f"verdicts: {home}")


NOT_TEXT = os.fsdecode(b"https://sample.example/compare/\xff-vs-b")
LONG = "a" * 300


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (2, ["crawl", NOT_TEXT, "--contact", "a@b.example"]),
        (2, ["import", "page.html", "--url", NOT_TEXT]),
        (2, ["import", os.fsdecode(b"none\xff.html")]),
        (2, ["takedown", "lift", "99999999999999999999"]),
        (30, ["parse", LONG]),
        (30, ["import", LONG]),
        (30, ["backup", "--to", LONG]),
        (30, ["status", "--home", LONG]),
    ],
)
def test_an_argument_that_cannot_be_meant_is_answered_with_one_sentence(
    home: Path, code: int, arguments: list[str]
) -> None:
    (home.parent / "page.html").write_bytes(BODY)
    result = verdicts(*arguments, cwd=home.parent, VERDICTS_HOME=str(home))
    assert (result.returncode, result.stderr.count("\n")) == (code, 1), result.stderr
    told = ascii(arguments[-1])[1:-1] if code == 2 and "--contact" not in arguments else LONG
    assert (NOT_TEXT[:30] if "--contact" in arguments else told) in result.stderr


@pytest.mark.parametrize("paths", [[""], ["page.html", ""]])
@pytest.mark.parametrize("command", ["parse", "import"])
def test_an_empty_path_is_not_the_present_folder(
    home: Path, command: str, paths: list[str]
) -> None:
    (home.parent / "page.html").write_bytes(BODY)
    before = sorted(home.rglob("*"))
    result = verdicts(command, *paths, cwd=home.parent, VERDICTS_HOME=str(home))
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "one of the paths is empty" in result.stderr
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize("command", ["import", "parse"])
def test_a_folder_without_a_page_is_told_and_nothing_is_made(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "picture.png").write_bytes(b"no page")
    given = ("--home", tmp_path / "new") if command == "import" else ()
    done = verdicts(command, folder, *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{folder}: holds no file named .html, .htm, .txt, .warc, .warc.gz" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["home.zip", "home.tar.gz", "home.TGZ", "home.zst"])
def test_an_archive_of_another_kind_is_not_made_a_folder(
    home: Path, tmp_path: Path, name: str
) -> None:
    result = verdicts("backup", "--home", home, "--to", tmp_path / name)
    assert result.returncode == 2
    assert f"{name}: a backup is a folder or one file whose name ends in .tar" in result.stderr
    assert not (tmp_path / name).exists()


def test_a_pipe_is_no_page_and_nothing_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    assert verdicts("parse", tmp_path / "pipe.html").returncode == 10
    assert verdicts("import", tmp_path / "pipe.html", "--home", tmp_path / "home").returncode == 10
    assert verdicts("explain", tmp_path / "pipe.html").returncode == 2


def test_a_file_whose_name_is_not_text_does_not_end_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "a.html").write_bytes(BODY)
    (folder / os.fsdecode(b"bad\xff.html")).write_bytes(BODY)
    result = verdicts("parse", folder, "--site", "sample")
    kinds = [json.loads(line)["kind"] for line in result.stdout.splitlines()]
    assert (result.returncode, kinds) == (0, ["comparison", "comparison"])
