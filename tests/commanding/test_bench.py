"""The benchmarks still run: what stands in for archive and ledger keeps up with both."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import forked
import pytest

BENCH = Path(__file__).parents[2] / "bench"
sys.path.insert(0, str(BENCH))


@pytest.mark.parametrize("mode", ["off", "kept"])
def test_a_crawl_of_the_benchmark_ends_with_its_time(tmp_path: Path, mode: str) -> None:
    from crawl import Site

    server = Site()
    try:
        done = forked.run(
            [
                sys.executable,
                str(BENCH / "crawl.py"),
                "--child",
                mode,
                "--home",
                tmp_path / "home",
                "--base",
                f"http://127.0.0.1:{server.server_address[1]}",
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        server.shutdown()
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1])["seconds"] > 0
    assert ((tmp_path / "home" / "ledger.db").is_file()) == (mode == "kept")
