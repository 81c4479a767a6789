"""What a user may rely on in what commands report: what is new first, figures that meet, no more.

Each is run as a process of its own, most on a site on loopback.
"""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import Answer, Site
from db_home import ALDER, BIRCH, CEDAR, page, store

from db import build
from verdicts.cli import cli

ROOT = Path(__file__).parents[2]
CRAWL = ("--site", "sample", "--allow-private", "--delay", "0")
LATER = {"VERDICTS_NOW": "2027-03-01T12:00:00Z"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two pages, built; it is copied and never changed."""
    home = tmp_path_factory.mktemp("made") / "home"
    store(home, [page(ALDER, BIRCH), page(BIRCH, CEDAR)])
    build(home, workers=1)
    return home


@pytest.fixture
def built(made: Path, home: Path) -> Path:
    return Path(shutil.copytree(made, home, symlinks=True))


def crawl(site: Site, home: Path, *more: str, **env: str):
    return verdicts("crawl", site.base, *CRAWL, "--home", home, *more, **env)


def held(home: Path) -> dict[str, str]:
    """Each file of a home but its locks, and the hash of what is in it."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def numbers(text: str) -> list[int]:
    return [*map(int, re.findall(r"\d+", text))]


def test_a_crawl_says_first_what_is_new_and_its_figures_meet(site: Site, home: Path) -> None:
    site.answers["/compare/alder-vs-birch"] = Answer(b"<html>Nothing to compare</html>")
    done = crawl(site, home, f"{site.base}/compare/x-vs-y")
    assert done.stderr.splitlines()[-1] == f"next: `verdicts build --home {home}`"
    lines = done.stdout.splitlines()
    assert (
        lines[1] == "4 pages asked = 3 stored + 0 unchanged + 1 failed; 1 of these gave no record"
    )
    total, *parts = numbers(lines[2])
    assert total == sum(parts) and lines[2].startswith(f"{total} captures = 4 of these pages + ")
    assert "fetched: 4 of 4" in done.stderr
    report = json.loads(verdicts("status", "--json", "--home", home).stdout)["last_run"]["report"]
    assert sum(report["captures"].values()) == total


def test_a_crawl_beside_an_edition_says_what_changed_and_one_without_work_when_there_is(
    site: Site, home: Path
) -> None:
    crawl(site, home)
    built = verdicts("build", "--home", home)
    assert built.stdout.splitlines()[0] == "3 pages new, 0 changed; none failing or held"
    total, *parts = numbers(built.stdout.splitlines()[1])
    assert total == sum(parts)
    again = verdicts("crawl", *CRAWL, "--home", home)
    assert re.match(r"nothing new: nothing is due until 20\S+Z\n", again.stdout)
    assert "next:" not in again.stderr
    later = verdicts("crawl", *CRAWL, "--home", home, **LATER)
    first, asked, *_ = later.stdout.splitlines()
    assert first == "nothing new; none failing or held"
    assert re.fullmatch(r"(\d) pages asked = 0 stored \+ \1 unchanged \+ 0 failed", asked)


def test_what_a_person_must_act_on_is_the_second_line_of_a_report(site: Site, home: Path) -> None:
    site.answers = {"/": Answer(b"<html><body><p>Moved</p></body></html>")}
    done = crawl(site, home)
    assert done.returncode == 10
    assert done.stdout.splitlines()[1].startswith("found nothing: ")
    aside = crawl(site, home, "--json", **LATER)
    assert json.loads(aside.stdout)["found_nothing"]
    assert "found nothing: " in aside.stderr


def test_an_import_says_what_became_of_each_exchange(site: Site, home: Path) -> None:
    crawl(site, home)
    taken = home.parent / "taken"
    for head in ("3 pages new, 0 changed", "nothing new"):
        told = ("import", home / "warc", "--site", "sample", "--home", taken)
        lines = verdicts(*told).stdout.splitlines()
        assert lines[0] in (head, f"{numbers(lines[1])[0]} captures")
        total, *parts = numbers(lines[1])
        assert total == sum(parts) > 3


def test_status_is_one_screen_and_an_empty_run_does_not_hide_the_last_real_one(
    site: Site, home: Path
) -> None:
    site.answers["/compare/alder-vs-birch"] = Answer(b"<html>Nothing to compare</html>")
    crawl(site, home)
    verdicts("build", "--home", home)
    verdicts("crawl", *CRAWL, "--home", home)
    done = verdicts("status", "--home", home)
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    assert len(lines) <= 24
    assert [line for line in lines[:-1] if len(line) > 80] == []
    assert lines[0].startswith("pages      3 known: 2 stored, 1 failed")
    assert re.match(r"due +0 now; next \d pages? on 20\d\d-\d\d-\d\d; lists from ", lines[1])
    (run,) = (line.split() for line in lines if re.match(r" +1  20", line))
    assert run[3:9] == ["crawl", "10", "3", "3", "0", "1"]
    assert any(re.match(r"  run 2 of \S+, the last, found nothing to do", line) for line in lines)
    assert lines[-1].startswith("next: `verdicts acknowledge --home ")
    found = json.loads(verdicts("status", "--json", "--home", home).stdout)
    assert {*found["pages"]} == {
        *("known", "refused", "gone", "held", "failed", "waiting", "stored", "due")
    }
    assert [run["id"] for run in found["runs"]] == [1] and found["last_run"]["id"] == 2
    next_page = found["due_next"]["pages"]
    assert f"next {next_page['pages']} page" in lines[1] and next_page["at"][:10] in lines[1]


def test_status_names_the_step_that_comes_next(site: Site, home: Path) -> None:
    def step() -> str:
        return verdicts("status", "--home", home).stderr.splitlines()[-1].split()[2]

    crawl(site, home)
    assert step() == "build"
    verdicts("build", "--home", home)
    assert step() == "serve"
    site.answers["/compare/alder-vs-birch"] = Answer(b"<html>Nothing to compare</html>")
    crawl(site, home, "--all-due", **LATER)
    assert step() == "build"
    verdicts("build", "--home", home)
    assert step() == "acknowledge"


def test_quiet_says_nothing_of_a_run_that_went_well_and_leaves_the_exit_code(
    site: Site, home: Path
) -> None:
    site.answers["/compare/alder-vs-birch"] = Answer(b"<html>Nothing to compare</html>")
    done = crawl(site, home, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (10, "", "")
    done = verdicts("build", "--quiet", "--home", home)
    assert (done.returncode, done.stderr) == (10, "")
    assert Path(done.stdout.strip()).is_file() and done.stdout.count("\n") == 1
    copy, fresh = home.parent / "copy", home.parent / "fresh"
    for command in (
        ("-q", "check", "--deep", "--home", home),
        ("backup", "-q", "--home", home, "--to", copy),
        ("restore", "-q", copy, "--home", fresh),
        ("prune", "-q", "--home", home),
        ("status", "-q", "--home", home),
        ("acknowledge", "-q", "--home", home),
        ("import", "-q", home / "warc", "--site", "sample", "--home", fresh),
    ):
        done = verdicts(*command)
        assert (done.stdout, done.stderr) == ("", ""), command
    assert verdicts("status", "-q", "--json", "--home", home).stdout.startswith("{")


def test_quiet_still_says_what_went_wrong(site: Site, home: Path) -> None:
    site.answers = {"/": Answer(b"<html><body><p>Moved</p></body></html>")}
    done = crawl(site, home, "-q")
    assert (done.returncode, done.stdout) == (10, "")
    assert done.stderr.startswith("found nothing: ") and done.stderr.count("\n") == 1
    none = verdicts("status", "-q", "--home", home.parent / "none")
    assert none.returncode == 30 and none.stderr.count("\n") == 1
    (segment,) = (home / "warc").iterdir()
    segment.chmod(0o600)
    segment.write_bytes(segment.read_bytes()[:-1])
    wrong = verdicts("check", "-q", "--home", home)
    assert wrong.returncode == 40 and segment.name in wrong.stdout


def every_command():
    for name, command in cli.commands.items():
        for sub in getattr(command, "commands", {"": None}):
            yield f"{name} {sub}".strip()


@pytest.mark.parametrize("command", [*every_command()])
def test_every_command_takes_quiet(command: str) -> None:
    assert re.search(r"-q, --quiet ", verdicts(*command.split(), "--help").stdout)


def test_help_starts_without_what_commands_work_with() -> None:
    code = "import sys, verdicts.cli; print(*{'pydantic', 'rich', 'scrapy'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


def test_a_dry_take_down_changes_nothing_and_names_what_the_real_one_withdraws(built: Path) -> None:
    asked = ("takedown", "add", "alder-vs-birch", "--reason", "asked", "--home", built, "--erase")
    before = held(built)
    dry = verdicts(*asked, "--dry-run")
    assert held(built) == before
    assert dry.stdout.startswith("nothing was done yet; without --dry-run: page ")
    told = json.loads(verdicts(*asked, "--dry-run", "--json").stdout)
    real = json.loads(verdicts(*asked, "--json").stdout)
    assert told.pop("dry_run") and told | {"id": real["id"]} == real
    assert (real["pages"], real["erased"], len(real["withdrawn"])) == (1, 1, 1)
    lift = ("takedown", "lift", str(real["id"]), "--home", built)
    before = held(built)
    assert "would be published again" in verdicts(*lift, "--dry-run").stdout
    assert held(built) == before
    assert verdicts(*lift).returncode == 0
    assert verdicts(*lift, "--dry-run").returncode == 2


def test_a_take_down_asks_nothing_and_says_what_it_withdrew(built: Path) -> None:
    done = verdicts("takedown", "add", "alder", "--reason", "asked", "--home", built)
    assert done.stdout.splitlines()[0] == (
        "taken down: tool alder: 1 page left out, 1 edition withdrawn"
    )


def test_a_dry_correction_is_not_entered(built: Path) -> None:
    before = held(built)
    done = verdicts("correct", "alder", "--note", "A note.", "--dry-run", "--home", built)
    assert done.returncode == 0 and "nothing was noted" in done.stderr
    assert held(built) == before
    assert (
        verdicts("correct", "nosuch", "--note", "A.", "--dry-run", "--home", built).returncode == 2
    )


def test_explain_takes_a_slug_pair(built: Path) -> None:
    done = verdicts("explain", "alder-vs-birch", "--home", built)
    assert done.returncode == 0 and "quotes[0].text" in done.stdout
    none = verdicts("explain", "alder-vs-nosuch", "--home", built)
    assert none.returncode == 2
    assert "alder-vs-nosuch: neither a file nor a page of this archive" in none.stderr


def test_where_only_the_demo_was_run_an_error_names_its_home(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "demo", symlinks=True)
    for command in ("status", "serve", "changes", "check"):
        done = verdicts(command, cwd=tmp_path)
        assert done.returncode == 30
        assert done.stderr.endswith("; the demo's archive is ./demo: --home demo\n"), command
        assert done.stderr.count("\n") == 1
    assert "demo" not in verdicts("status", "--home", "other", cwd=tmp_path).stderr


def test_progress_in_a_pipe_is_a_line_for_each_stage_with_its_rate_while_it_lasts() -> None:
    code = (
        "import time\n"
        "from verdicts.console import progress\n"
        "with progress() as tell:\n"
        "    for done in range(1, 101): tell('quick', done, 100)\n"
        "    for done in range(1, 25): tell('slow', done, 24); time.sleep(0.1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    quick, *slow = done.stderr.splitlines()
    assert quick == "quick: 100 of 100"
    assert slow[-1].startswith("slow: 24 of 24, ") and 2 <= len(slow) <= 4
    assert re.fullmatch(r"slow: \d+ of 24, \d+\.\d a second, about \d+ s left", slow[0])


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with the command `verdicts`, as an installation has it."""
    script = tmp_path / "bin" / "verdicts"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m verdicts "$@"\n')
    script.chmod(0o755)
    return script.parent


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [("verdicts ackn", "acknowledge "), ("verdicts status --jso", "--json ")],
)
def test_bash_completes_as_the_papers_say(program: Path, typed: str, completed: str) -> None:
    papers = (ROOT / "docs" / "install.md").read_text("utf-8")
    (line,) = re.findall(r"^(eval .*bash_source.*)$", papers, re.MULTILINE)
    master, slave = pty.openpty()
    env = {
        "PATH": f"{program}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PS1": "$ ",
        "TERM": "dumb",
        "HOME": str(program),
    }
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=env,
        start_new_session=True,
    )
    os.close(slave)
    try:
        os.write(master, f"{line}\necho rea''dy\n".encode())
        shown = _until(master, "ready\r\n")
        os.write(master, f"{typed}\t".encode())
        word = typed.split()[-1]
        shown = _until(master, f"{typed.removesuffix(word)}{completed}")
        assert completed in shown
    finally:
        shell.kill()
        shell.wait()
        os.close(master)


def _until(handle: int, wanted: str) -> str:
    """What a terminal shows until it shows what is wanted, or ten seconds are over."""
    shown, until = "", time.monotonic() + 10
    os.set_blocking(handle, False)
    while wanted not in shown and time.monotonic() < until:
        try:
            shown += os.read(handle, 4096).decode("utf-8", "replace")
        except BlockingIOError:
            time.sleep(0.02)
    assert wanted in shown, shown
    return shown
