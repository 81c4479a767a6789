"""The whole path as one command, and the commands over the home that it leaves."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import forked
import pytest
from commands import verdicts

from verdicts.sample import expected


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    result = verdicts("demo", "--home", home, "--no-serve")
    assert result.returncode == 0, result.stderr
    assert re.search(r"\d+ pages asked, \d+ stored, 1 answered with 404\n", result.stdout)
    return home


def test_the_demo_leaves_what_the_sample_sites_list_says(home: Path) -> None:
    with sqlite3.connect(home / "public" / "current.db") as db:
        count = db.execute("SELECT count(*) FROM comparison").fetchone()[0]
        quotes = db.execute("SELECT count(*) FROM quote").fetchone()[0]
    assert count == expected()["counts"]["comparisons"] >= 60
    assert quotes == expected()["counts"]["quotes"]


def test_a_second_demo_in_the_same_home_publishes_nothing_new(home: Path) -> None:
    before = sorted((home / "public").iterdir())
    again = verdicts("demo", "--home", home, "--no-serve")
    assert again.returncode == 0
    assert "no page was due; 6 lists, robots.txt among them, read again\n" in again.stdout
    assert "the same edition as before: " in again.stdout
    assert "nor does sample.example: links to the publisher lead nowhere" in again.stdout
    assert sorted((home / "public").iterdir()) == before


def test_a_demo_that_comes_out_otherwise_is_exit_40(tmp_path: Path) -> None:
    code = (
        "import verdicts.commands.demo as demo\n"
        "listed = demo.expected()\n"
        "listed['pages'][0]['title'] = 'Something else'\n"
        "demo.expected = lambda: listed\n"
        "from verdicts.boundary import main\n"
        f"main(['demo', '--no-serve', '--home', {str(tmp_path / 'home')!r}])\n"
    )
    result = forked.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 40
    assert "title" in result.stderr


def test_a_home_of_another_site_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>AI tool comparison</html>")
    verdicts("import", page, "--home", tmp_path / "home")
    result = verdicts("demo", "--home", tmp_path / "home", "--no-serve")
    assert result.returncode == 30
    assert "shiporskip" in result.stderr


def test_a_home_of_imported_pages_is_left_alone(home: Path, tmp_path: Path) -> None:
    taken = verdicts("import", home / "warc", "--site", "sample", "--home", tmp_path)
    assert taken.returncode in (0, 10), taken.stderr
    before = (tmp_path / "ledger.db").read_bytes()
    done = verdicts("demo", "--no-serve", "--home", tmp_path)
    assert done.returncode == 30 and "holds imported files; give --home another" in done.stderr
    assert (tmp_path / "ledger.db").read_bytes() == before


def test_the_served_demo_says_where_and_answers_there(home: Path) -> None:
    server = forked.Popen(
        [sys.executable, "-m", "verdicts", "serve", "--home", str(home), "--port", "0"],
        stdout=forked.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found
        with urllib.request.urlopen(found[0], timeout=10) as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        server.wait(10)


def test_build_prints_the_absolute_path_last_and_the_same_when_nothing_is_new(home: Path) -> None:
    results = [verdicts("build", "--home", home.name, cwd=home.parent) for _ in range(2)]
    paths = [result.stdout.splitlines()[-1] for result in results]
    assert paths[0] == paths[1]
    assert Path(paths[0]).is_absolute()
    assert Path(paths[0]).is_file()
    # The sample has pages that must fail, which the demo's own build has told.
    assert [result.returncode for result in results] == [0, 0]


def test_the_examples_of_the_help_of_trace_work_on_the_demo(home: Path) -> None:
    rows = re.findall(r"verdicts trace --home demo (\S+)", verdicts("trace", "--help").stdout)
    assert len(rows) == 2
    for row in rows:
        done = verdicts("trace", "--home", home, row)
        assert (done.returncode, done.stderr) == (0, "")


def test_status_counts_each_page_in_one_state(home: Path) -> None:
    states = json.loads(verdicts("status", "--home", home, "--json").stdout)["pages"]
    names = ("refused", "gone", "held", "failed", "waiting", "stored")
    assert states["known"] == sum(states[name] for name in names)
    assert states["stored"] == expected()["counts"]["comparisons"]
    assert "due" in states


def test_check_agrees_and_a_changed_byte_is_exit_40(home: Path, tmp_path: Path) -> None:
    assert verdicts("check", "--home", home, "--deep").returncode == 0
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(home), str(copy)], check=True)
    segment = next((copy / "warc").iterdir())
    segment.chmod(0o644)
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    result = verdicts("check", "--home", copy, "--deep")
    assert result.returncode == 40
    assert segment.name.removesuffix(".open") in result.stdout
    assert "docs/damage.md says what to do" in result.stdout


def test_explain_shows_the_archived_page_of_an_address(home: Path) -> None:
    url = next(page["url"] for page in expected()["pages"] if page["kind"] == "comparison")
    result = verdicts("explain", url, "--home", home)
    assert result.returncode == 0
    assert "quotes[0].text" in result.stdout


def test_an_address_that_holds_no_page_is_told_what_it_holds_instead(
    home: Path, tmp_path: Path
) -> None:
    (gone,) = expected()["gone"]
    for command in ("explain", "fixture"):
        told = verdicts(command, gone, "--home", home)
        assert told.returncode == 2
        assert re.search(r"the newest capture, of 20\S+Z, is a 404 and no page", told.stderr)
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(home), str(copy)], check=True)
    url = next(page["url"] for page in expected()["pages"] if page["kind"] == "comparison")
    taken = verdicts("takedown", "add", url, "--home", copy, "--reason", "asked", "--erase")
    assert taken.returncode == 0, taken.stderr
    told = verdicts("explain", url, "--home", copy)
    assert told.returncode == 2
    assert re.search(r"erased by take-down 1 on 20\d\d-\d\d-\d\d$", told.stderr.strip())


def test_nothing_to_serve_is_refused_in_one_sentence(tmp_path: Path) -> None:
    result = verdicts("serve", "--home", tmp_path)
    assert result.returncode == 30
    assert len(result.stderr.splitlines()) == 1


def test_an_empty_home_without_an_address_is_wrong_usage(tmp_path: Path) -> None:
    assert verdicts("crawl", "--home", tmp_path / "home").returncode == 2


def test_a_public_host_is_not_asked_without_a_contact_or_faster_than_a_second(
    tmp_path: Path,
) -> None:
    home = ("--home", tmp_path / "home")
    assert verdicts("crawl", "https://shiporskip.io", *home).returncode == 30
    fast = verdicts(
        "crawl", "https://shiporskip.io", *home, "--delay", "0.5", "--contact", "a@b.example"
    )
    assert fast.returncode == 2


def test_a_fault_of_ours_is_one_sentence_and_a_saved_trace() -> None:
    code = (
        "def broken(*a, **k): raise RuntimeError('planted')\n"
        "import db; db.check = broken\n"
        "from verdicts.boundary import main\n"
        "main(['check'])\n"
    )
    result = forked.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 70
    assert "Traceback" not in result.stderr
    trace = re.search(r"see (\S+)\)", result.stderr)
    assert trace
    assert "planted" in Path(trace[1]).read_text()
    Path(trace[1]).unlink()
