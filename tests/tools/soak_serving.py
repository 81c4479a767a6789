"""Publish again and again under clients that read all the time, each edition until it is shown.

    python tests/tools/soak_serving.py --publishes 50

Every answer must come, and be of one edition; what the server holds in memory must stop growing.
Prints how long an edition takes until it is shown, the slowest answer, and memory and open files
on the way; ends with 1 where anything is wrong. Needs Linux.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from web_editions import published, reading, shows, until  # noqa: E402
from web_server import serving  # noqa: E402

SETTLED = 10
"""After so many exchanges memory may grow no more."""
GROWTH_MIB = 16


def memory_mib(process: int) -> float:
    """What a process holds in memory now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    """Publishes, and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publishes", type=int, default=50)
    parser.add_argument("--clients", type=int, default=4)
    asked = parser.parse_args()
    memory, waited = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        published(home, 0)
        with (
            serving(home / "public" / "current.db") as server,
            reading(server.address, asked.clients) as readers,
        ):
            for number in range(1, asked.publishes + 1):
                published(home, number)
                begun = time.monotonic()
                until(partial(shows, server, number))
                waited.append(time.monotonic() - begun)
                memory.append(memory_mib(server.process.pid))
                if number in (1, SETTLED) or number % 50 == 0:
                    files = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
                    print(f"{number}: {memory[-1]:.0f} MiB, {files} files", flush=True)
            wrong = [*readers.wrong, *server.printed().splitlines()]
    wrong += ["a client was led back" for seen in readers.seen if seen != sorted(seen)]
    if (grown := max(memory[SETTLED:], default=0) - memory[:SETTLED][-1]) > GROWTH_MIB:
        wrong.append(f"memory grew by {grown:.0f} MiB after {SETTLED} exchanges")
    print(
        f"{len(memory)} editions shown, {max(waited):.1f} s at most after they were published;"
        f" {sum(map(len, readers.seen))} answers, the slowest after {readers.slowest_s:.2f} s;"
        f" {len(wrong)} wrong"
    )
    for each in wrong[:20]:
        print(each)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
