"""The log of a run: one event a line, whatever a page tried to put into it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import Home
from archive.log import VALUE_CHARACTERS, RunLog, line
from schema.errors import StartError

START = "2026-11-01T12:00:00Z"


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setenv("VERDICTS_NOW", START)


def test_a_run_has_a_file_of_its_own_named_after_its_start(tmp_path):
    for _ in range(2):
        with closing(RunLog(Home(tmp_path))) as log:
            log.add("fetched", address="https://sample.example/", outcome="ok", status=200)
            log.add("run_ended", exit_code=0)
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == ["2026-11-01T120000Z-2.jsonl", "2026-11-01T120000Z.jsonl"]
    lines = [json.loads(text) for text in (tmp_path / "logs" / names[1]).read_text().splitlines()]
    assert lines == [
        {
            "time": START,
            "event": "fetched",
            "address": "https://sample.example/",
            "outcome": "ok",
            "status": 200,
        },
        {"time": START, "event": "run_ended", "exit_code": 0},
    ]


@pytest.mark.parametrize(
    "bad",
    [
        "\r\n",
        "\x00",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\x9b31m",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\u200f",
        "\ufeff",
        "\ud800",
        "\U000e0001",
        '"}\n{"event": "forged"}',
    ],
)
def test_control_and_direction_characters_are_escaped_and_come_back(bad):
    text = line(START, "failed", {"address": f"https://x/{bad}", "detail": bad})
    assert text.count(b"\n") == 1
    assert all(0x20 <= byte < 0x7F for byte in text[:-1])
    assert json.loads(text)["detail"] == bad


@given(st.text(alphabet=st.characters()))
def test_any_text_makes_one_printable_line(text):
    made = line(START, "failed", {"address": text})
    assert all(0x20 <= byte < 0x7F for byte in made[:-1])
    assert json.loads(made)["address"] == text


def test_a_long_value_is_cut():
    assert len(line(START, "failed", {"address": "a" * (VALUE_CHARACTERS + 1)})) < 2200


def test_a_log_stops_growing_and_says_how_many_events_found_no_room(tmp_path, monkeypatch):
    monkeypatch.setattr("archive.log.LOG_BYTES", 2000)
    with closing(RunLog(Home(tmp_path))) as log:
        for number in range(100):
            log.add("fetched", address=f"https://sample.example/{number}", outcome="ok")
    lines = [json.loads(text) for text in log.path.read_text().splitlines()]
    assert log.path.stat().st_size <= 2000
    assert lines[-1]["event"] == "log_full"
    assert lines[-1]["dropped"] == 100 - (len(lines) - 1)


def test_a_killed_run_leaves_whole_lines(tmp_path):
    script = (
        "import sys; from pathlib import Path; from archive import Home\n"
        "from archive.log import RunLog\n"
        "log = RunLog(Home(Path(sys.argv[1])))\n"
        "while True: log.add('fetched', address='https://sample.example/' + 'x' * 900)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    path = tmp_path / "logs" / "2026-11-01T120000Z.jsonl"
    while not path.exists() or path.stat().st_size < 200_000:
        assert writer.poll() is None
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    text = path.read_text()
    assert text.endswith("\n")
    assert {json.loads(each)["event"] for each in text.splitlines()} == {"fetched"}


def test_a_disk_that_takes_no_more_ends_the_log_and_not_the_run(tmp_path):
    log = RunLog(Home(tmp_path))
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, log._handle)
    log.add("fetched", outcome="ok")
    log.add("fetched", outcome="ok")
    log.close()
    log.close()
    os.close(full)
    assert log.problem is not None
    assert "No space left" in log.problem


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "logs").touch()
    with pytest.raises(StartError, match="logs"):
        RunLog(Home(tmp_path))


def test_an_event_is_a_plain_name(tmp_path):
    with closing(RunLog(Home(tmp_path))) as log, pytest.raises(ValueError, match="no name"):
        log.add("Fetched it\n")
