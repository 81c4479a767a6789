"""A crawl that is killed at any moment loses nothing it acknowledged and repeats next to nothing.

The long runs are `make soak-short` and `make soak`; here are 60 kills at the named points, some at
random and at system calls, and the planted faults by which one sees that the loop would tell.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from soak import CRAWL_POINTS, KILLED, Figures, Life, Starter, soak, twin
from soak_site import KINDS, WitnessSite

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
straced = pytest.mark.skipif(sys.platform != "linux", reason="needs strace, so Linux")


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    found = Starter(tmp_path)
    yield found
    found.close()


def require_clean(figures: Figures) -> None:
    assert figures.wrong == []
    assert figures.lost == figures.again == 0
    assert figures.acknowledged > 0
    assert figures.extra <= figures.kills.total()


def test_sixty_kills_over_all_named_points_lose_nothing_and_stop_no_reader():
    figures = soak({"point": 60}, seed=3)
    require_clean(figures)
    assert figures.kills.total() >= 60
    assert {name.removeprefix("point:") for name in figures.kills} == set(CRAWL_POINTS)
    assert figures.reads > 0
    assert figures.builds > 0


def test_kills_at_random_moments_lose_nothing():
    require_clean(soak({"random": 12}, seed=4))


@straced
def test_kills_at_the_system_calls_that_write_lose_nothing():
    figures = soak({"strace": 14}, seed=5, readers=False)
    require_clean(figures)
    assert len(figures.kills) == 7


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", ["committed", "read-back"])
def test_a_kill_between_storing_a_list_and_reading_it_leaves_no_page_out(
    starter, tmp_path, kind, point
):
    usual = twin(starter, tmp_path / "twin", kind)
    for count in (2, 3, 4):
        figures = Figures()
        with WitnessSite(kind) as site:
            life = Life(
                starter, site, tmp_path / f"home-{count}", figures, None, random.Random(1), usual
            )
            life.begin_period()
            assert life.start(point, kill_at=f"{point}:{count}") == KILLED
            life.start("none")
            life.end_period()
        assert figures.wrong == []


@pytest.mark.parametrize("fault", ["commit-before-bytes", "no-truncation", "acknowledge-early"])
def test_the_loop_tells_a_crawl_that_was_made_unsafe(fault):
    figures = soak({"point": 60}, seed=3, sabotage=fault, readers=False)
    assert figures.wrong
