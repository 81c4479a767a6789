"""The home that most tests of releases begin with, built once, and the two releases of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from release_home import NOW, Release, make_home, release


@contextmanager
def on_that_day() -> Iterator[None]:
    """The clock of what is made for all tests; it must not stay so for those of other folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERDICTS_NOW", NOW)
        yield


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERDICTS_NOW", NOW)
    yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home, built; it is copied and never changed."""
    with on_that_day():
        return make_home(tmp_path_factory.mktemp("built") / "home")


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(built, tmp_path / "home", symlinks=True))


@pytest.fixture(scope="session")
def released(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that has both releases and is not changed."""
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("released") / "home", symlinks=True))


@pytest.fixture(scope="session")
def whole(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    with on_that_day():
        return release(released, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="session")
def facts(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    with on_that_day():
        return release(released, tmp_path_factory.mktemp("out"), "--facts")


@pytest.fixture(params=["whole", "facts"])
def made(request: pytest.FixtureRequest) -> Release:
    """Either of the two."""
    found: Release = request.getfixturevalue(request.param)
    return found
