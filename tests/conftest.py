"""What holds for all tests: how workers are started, and which files go first."""

from __future__ import annotations

import locale
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import forked
import pytest
from crawl_site import Site, serving

from machine import child

LONGEST = (
    "test_cluster", "test_backup", "test_parser_properties", "test_drift", "test_kill_loop",
    "test_command_limits", "test_bench", "test_power_cut", "test_db_altered", "test_interop",
    "test_readme", "test_drift_cases", "test_release_editions", "test_disk", "test_migrations",
    "test_web_arguments", "test_crawler_live", "test_command_mishaps", "test_release_described",
    "test_command_output", "test_kill_imports", "test_takedown_erase", "test_trace",
    "test_takedown", "test_takedown_ledger", "test_takedown_known_again", "test_deploy",
    "test_worker", "test_web_following",
)  # fmt: skip
"""Files that take longest begin first, so that no core waits for the last of them."""
OF_WORKERS = ("test_worker", "test_parser_refuses")
"""Files whose tests are about the workers themselves; theirs are fresh interpreters."""
MEMORY = "/dev/shm"
ROOM = 4 << 30
"""Where the folders of tests are made if so much is free, as each waits for its disk a hundred
times. Units: bytes."""


def pytest_configure(config: pytest.Config) -> None:
    """Each file goes in the order of LONGEST, and folders are made in memory.

    PYTEST_DEBUG_TEMPROOT and --basetemp name another place for them.
    """
    # Else the files of fewest tests come last, and those are the longest.
    config.option.loadscopereorder = False
    if sys.platform == "linux" and os.path.isdir(MEMORY):
        about = os.statvfs(MEMORY)
        if about.f_bavail * about.f_frsize >= ROOM and not about.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)


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


def _surroundings() -> dict[str, object]:
    """What a process has but one of, and whoever comes later would find as a test left it."""
    named = ("VERDICTS_", "TZ", "LC_", "LANG")
    return {
        **{name: value for name, value in os.environ.items() if name.startswith(named)},
        "the folder": os.getcwd(),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the time zone": time.tzname,
    }


@pytest.fixture(autouse=True, scope="module")
def as_it_was_found() -> Iterator[None]:
    """The tests of a file leave clock, folder, language and time zone as they found them.

    Raises: an error at the file's last test names what is otherwise, with both values.
    """
    found = _surroundings()
    yield
    left = _surroundings()
    otherwise = {
        name: f"{found.get(name)!r} -> {left.get(name)!r}"
        for name in found.keys() | left.keys()
        if found.get(name) != left.get(name)
    }
    assert not otherwise, f"left otherwise than found: {otherwise}"


@pytest.fixture(autouse=True, scope="module")
def forked_workers(request: pytest.FixtureRequest):
    """Workers of a pool are forked, which takes a tenth of the time."""
    if request.path.stem in OF_WORKERS:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "subprocess", forked)
        yield
