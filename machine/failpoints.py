"""Named places at which a test may end the process, as a power cut or a kill would.

In daily use `reach` does nothing: it looks at one variable of the environment.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

VARIABLE = "VERDICTS_KILL_AT"
POINTS = (
    "run-opened", "leased", "fetched", "written", "synced", "inserted", "committed", "read-back",
    "segment-entered", "segment-opened", "tail-kept", "tail-cut", "seal-synced", "seal-renamed",
    "seal-hashed", "sealed", "settled", "run-closed",
    "ledger-filled", "ledger-made", "ledger-swapped",
    "export-entered", "export-written", "export-whole", "export-named",
)  # fmt: skip
"""In the order of one run, and what only some runs come to; each stands in the code exactly once.

`leased` is reached when the lease is committed and the request is about to be made.
"""

_reached: Counter[str] = Counter()


def reach(point: str) -> None:
    """Say that the process has come to a point; `$VERDICTS_KILL_AT=written:3` ends it there.

    Shape: a name of POINTS and how often it must have been reached.
    """
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    _reached[point] += 1
    name, _, count = wanted.partition(":")
    if name == point and _reached[point] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
