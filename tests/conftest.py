"""What holds for all tests: how workers are started, and which files go first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import forked
import pytest
from crawl_site import Site, serving

from machine import child

LONGEST = (
    "test_drift", "test_backup", "test_readme", "test_cluster", "test_db_altered",
    "test_parser_properties", "test_command_limits", "test_bench", "test_kill_loop",
    "test_drift_cases", "test_command_output", "test_release_editions", "test_crawler_live",
    "test_release_described", "test_takedown_erase", "test_trace", "test_web_arguments",
    "test_command_mishaps", "test_disk", "test_takedown", "test_takedown_ledger",
    "test_takedown_known_again", "test_deploy", "test_interop", "test_power_cut", "test_worker",
)  # fmt: skip
"""Files that take longest begin first, so that no core waits for the last of them."""
OF_WORKERS = ("test_worker", "test_parser_refuses")
"""Files whose tests are about the workers themselves; theirs are fresh interpreters."""


def pytest_configure(config: pytest.Config) -> None:
    """Without this the files of fewest tests come last, and those are the longest."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file stay together, in their order."""
    rank = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a home may be made; there is none yet."""
    return tmp_path / "home"


@pytest.fixture
def site() -> Iterator[Site]:
    """A small site on loopback with three comparisons and its sitemaps."""
    with serving() as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def forked_workers(request: pytest.FixtureRequest):
    """Workers of a pool are forked, which takes a tenth of the time."""
    if request.path.stem in OF_WORKERS:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "subprocess", forked)
        yield
