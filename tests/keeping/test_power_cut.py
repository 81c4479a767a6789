"""What was acknowledged is there after a power cut, whatever the disk had not written yet.

`make soak` cuts at 600 points; here are fewer, and the cheaper settings that lose something.
"""

from __future__ import annotations

import sys

import pytest
from powercut import cut

# There must be no other reason: strace is installed with the tests' other programs.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs strace, so Linux")


def test_no_power_cut_loses_what_was_acknowledged():
    losses = cut(200, seed=1)
    assert losses.wrong == []
    assert losses.lossy_points == losses.unreadable_points == 0
    assert losses.promised > 25
    assert losses.calls > 1000


@pytest.mark.parametrize("fault", ["synchronous-full", "no-fsync"])
def test_with_cheaper_settings_a_power_cut_loses_something(fault):
    losses = cut(120, seed=1, sabotage=fault)
    assert losses.lossy_points + losses.unreadable_points > 0
