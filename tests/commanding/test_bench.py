"""The bench at tiny sizes: all that it measures still runs. No figure is asserted."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import forked
import pytest

BENCH = Path(__file__).parents[2] / "bench"
sys.path.insert(0, str(BENCH))
TOGETHER = (
    ("parse", "grammar", "warc", "import", "held"),
    ("build", "workers", "serve", "stored"),
    ("crawl", "commands", "rules"),
)
"""Beside each other, as each is many short processes."""
ABSENT = ("not installed", "not here yet")
"""What may be said in place of a figure."""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each measurement noted, of processes that were forked and not begun anew."""
    from measuring import peers

    assert peers() is not None
    folder = tmp_path_factory.mktemp("bench")
    words = [sys.executable, BENCH, "--scale", "tiny", "--rounds", "1", "--folder", folder]
    words += ["--python", forked.launcher(folder)]
    running = [
        forked.Popen(
            [*words, "--results", folder / f"{number}.jsonl", "--only", *names],
            stdout=forked.DEVNULL,
            stderr=forked.PIPE,
            text=True,
        )
        for number, names in enumerate(TOGETHER)
    ]
    problems = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0] * len(running), problems
    told = [json.loads(line) for path in folder.glob("*.jsonl") for line in path.open()]
    return {line["measurement"]: line for line in told}


def test_every_measurement_of_the_bench_gives_figures_or_says_why_not(
    lines: dict[str, dict[str, Any]],
) -> None:
    assert set(lines) == set(runpy.run_path(str(BENCH / "__main__.py"))["MEASUREMENTS"])
    for name, line in lines.items():
        assert line["rows"], name
        for row in line["rows"]:
            assert row["value"] is not None or row["note"].startswith(ABSENT), row


def test_figures_are_noted_with_the_machine_its_load_and_the_versions(
    lines: dict[str, dict[str, Any]],
) -> None:
    named = {"python", "sqlite", "selectolax", "pydantic", "scrapy", "datasette", "revision"}
    for line in lines.values():
        assert {"machine", "load", "at", "seconds", "scale", "against"} <= line.keys()
        assert named <= line["versions"].keys()


@pytest.mark.parametrize("way", ["off", "kept"])
def test_the_spider_that_ours_is_measured_beside_keeps_nothing(tmp_path: Path, way: str) -> None:
    from crawl import Site

    site, home = Site(3), tmp_path / "home"
    given = json.dumps({"addresses": site.addresses(), "home": str(home)})
    try:
        words = [sys.executable, str(BENCH / "child.py"), "crawl", way, given]
        done = forked.run(words, capture_output=True, text=True, timeout=60)
    finally:
        site.shutdown()
    assert done.returncode == 0, done.stderr[-2000:]
    assert site.rate() > 0
    assert (home / "ledger.db").is_file() == (way == "kept")


def test_a_home_written_in_bulk_is_sound_and_grows_by_the_store_s_own_means(tmp_path: Path) -> None:
    from homes import grow, write_home
    from publisher import Publisher

    from archive import open_archive
    from db import check

    made = Publisher(12)
    write_home(tmp_path, made, crawls=3, waiting=2, is_seen=True)
    assert check(tmp_path, deep=True) == []
    assert grow(tmp_path, made, 0.3) == 4
    assert check(tmp_path, deep=True) == []
    kinds = [each.kind for each in open_archive(tmp_path).captures() if each.role == "comparison"]
    assert (kinds.count("response"), kinds.count("revisit")) == (12 + 3 + 3, 12 + 9 + 1)
