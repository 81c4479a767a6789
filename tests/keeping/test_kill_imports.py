"""An import that is killed at any moment loses nothing it acknowledged, and takes nothing twice.

300 kills are `make soak-short`; here are fewer, and the planted faults that the loop would tell.
"""

from __future__ import annotations

import sys

import pytest
from soak_imports import POINTS, soak_imports

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")


def test_kills_within_groups_and_between_them_lose_nothing_and_double_nothing():
    figures = soak_imports(30, seed=3)
    assert figures.wrong == []
    assert figures.lost == 0
    assert figures.acknowledged > 0
    assert figures.kills.total() >= 30
    assert {"point:written", "point:inserted", "point:committed"} <= set(figures.kills)
    assert {name.removeprefix("point:") for name in figures.kills} <= {*POINTS, "random"}


@pytest.mark.parametrize("fault", ["acknowledge-early", "no-truncation", "commit-before-bytes"])
def test_the_loop_tells_an_import_that_was_made_unsafe(fault):
    assert soak_imports(60, seed=3, sabotage=fault).wrong
