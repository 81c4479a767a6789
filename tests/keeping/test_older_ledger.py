"""A ledger older than its WARC files is noticed before it does harm, and nothing is lost to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGES, Site, rows, run_crawl, serving
from db_home import ALDER, BIRCH, CEDAR, page

from archive import Home, open_archive
from archive.ledger.frontier import Found
from archive.runs import open_run
from archive.store.store import Exchange
from db.check import check
from machine.failpoints import VARIABLE as KILL_AT
from schema.errors import IntegrityError

WAY_OUT = "`verdicts check --rebuild-ledger`"
ACKNOWLEDGED = (
    "SELECT page.url, body_sha256, captured_at, record_id FROM capture"
    " JOIN page ON page.id = page_id ORDER BY record_id"
)


@dataclass
class Trial:
    """A home whose ledger is exchanged for an older one, and its backup of that time."""

    home: Path
    site: Site
    backup: Path

    def put_back(self) -> list[tuple[object, ...]]:
        """Put the ledger of the backup in the home; gives what the present one acknowledged."""
        acknowledged = rows(self.home, ACKNOWLEDGED)
        (copy,) = (self.backup / "home").glob("*-ledger.db")
        (self.home / "ledger.db").unlink()
        shutil.copyfile(copy, self.home / "ledger.db")
        assert len(rows(self.home, ACKNOWLEDGED)) < len(acknowledged)
        return acknowledged

    def bytes(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.home / "warc").iterdir()}


@pytest.fixture
def trial(home: Path, tmp_path: Path) -> Iterator[Trial]:
    with serving() as site:
        yield Trial(home, site, tmp_path / "backup")


def back_up(trial: Trial) -> None:
    done = verdicts("backup", "--home", trial.home, "--to", trial.backup)
    assert done.returncode == 0, done.stderr


def require_refused(trial: Trial, segment: str) -> None:
    """Each command that writes or copies says what to run, and changes nothing."""
    before = trial.bytes()
    copies = {path.name for path in (trial.backup / "home").iterdir()}
    saved = trial.backup.parent / "saved.html"
    saved.write_bytes(next(iter(PAGES.values())))
    for command in (
        ("crawl", trial.site.base, "--site", "sample", "--allow-private", "--delay", "0"),
        ("import", saved, "--site", "sample"),
        ("backup", "--to", trial.backup),
        ("backup", "--to", trial.backup.parent / "home.tar"),
    ):
        done = verdicts(*command, "--home", trial.home)
        assert done.returncode == 40, (command, done.stdout, done.stderr)
        assert segment in done.stderr
        assert WAY_OUT in done.stderr
    assert not (trial.backup.parent / "home.tar").exists()
    assert trial.bytes() == before
    assert {path.name for path in (trial.backup / "home").iterdir()} == copies
    looked = verdicts("check", "--home", trial.home)
    assert (looked.returncode, segment in looked.stdout) == (40, True), looked.stdout


def require_made_again(trial: Trial, acknowledged: list[tuple[object, ...]]) -> None:
    done = verdicts("check", "--rebuild-ledger", "--deep", "--home", trial.home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(trial.home, ACKNOWLEDGED) == acknowledged
    back_up(trial)


def test_segments_that_an_older_ledger_does_not_know_are_not_lost_to_it(trial):
    assert run_crawl(trial.home, trial.site.base, "--max-pages", "1").exit_code == 20
    back_up(trial)
    assert run_crawl(trial.home).exit_code == 0
    acknowledged = trial.put_back()
    require_refused(trial, "verdicts-sample-000002.warc.gz")
    require_made_again(trial, acknowledged)
    trial.site.asked.clear()
    assert run_crawl(trial.home).exit_code == 0
    assert set(trial.site.paths()) == {"/"}, "a page that was acknowledged is not asked again"


def test_what_an_open_segment_gained_since_is_not_cut_off(trial):
    killed = run_crawl(trial.home, trial.site.base, env={KILL_AT: "committed:3"})
    assert killed.exit_code == -9
    back_up(trial)
    assert run_crawl(trial.home, env={KILL_AT: "committed:2"}).exit_code == -9
    acknowledged = trial.put_back()
    require_refused(trial, "verdicts-sample-000001.warc.gz.open")
    require_made_again(trial, acknowledged)


def test_a_segment_that_was_sealed_since_is_not_sealed_as_the_older_ledger_knows_it(trial):
    killed = run_crawl(trial.home, trial.site.base, env={KILL_AT: "committed:3"})
    assert killed.exit_code == -9
    back_up(trial)
    assert run_crawl(trial.home).exit_code == 0
    acknowledged = trial.put_back()
    require_refused(trial, "verdicts-sample-000001.warc.gz")
    require_made_again(trial, acknowledged)


def exchanges() -> list[Exchange]:
    return [page(*pair).exchange() for pair in ((ALDER, BIRCH), (ALDER, CEDAR), (BIRCH, CEDAR))]


def add(run: object, one: Exchange) -> None:
    known = run.frontier.know(Found(one.site, one.url, "comparison"))  # type: ignore[attr-defined]
    run.store.add(one, one.message(), known)  # type: ignore[attr-defined]


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_ledger_copied_in_the_middle_of_a_run_is_noticed_too(home, is_sealed):
    with open_run(Home(home), "crawl") as run:
        first, *others = exchanges()
        add(run, first)
        shutil.copyfile(home / "ledger.db", home / "older.db")
        for one in others:
            add(run, one)
    (home / "older.db").rename(home / "ledger.db")
    (path,) = (home / "warc").iterdir()
    if not is_sealed:
        path.rename(path.with_name(path.name + ".open"))
    with (
        pytest.raises(IntegrityError, match=r"older.*--rebuild-ledger"),
        open_run(Home(home), "crawl"),
    ):
        pass


def test_no_new_segment_takes_the_name_of_a_file_that_is_there(home):
    with open_run(Home(home), "crawl") as run:
        late = home / "warc" / "verdicts-sample-000001.warc.gz"
        late.write_bytes(b"it came after the run began")
        add(run, exchanges()[0])
    assert late.read_bytes() == b"it came after the run began"
    assert [segment.name for segment in open_archive(home).segments()] == [
        "verdicts-sample-000002.warc.gz"
    ]
    assert [problem.where for problem in check(home)] == [late.name]
