"""A file takes another's place whole or not at all, and leaves nothing where it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from machine.files import point, unused, whole


def test_a_file_takes_its_place_at_the_end_and_only_then(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"old")
    with whole(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [
        ("list.json", b"new")
    ]


def test_a_file_that_is_not_finished_leaves_the_old_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), whole(path) as file:
        file.write(b"ne")
        raise KeyError
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_a_file_that_cannot_take_its_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"), whole(tmp_path / "taken") as file:
        file.write(b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def test_a_link_is_moved_and_a_name_is_never_taken_twice(tmp_path: Path) -> None:
    for target in ("one", "two"):
        point(tmp_path / "current", target)
    assert os.readlink(tmp_path / "current") == "two"
    (tmp_path / "kept.1").touch()
    assert unused(tmp_path, "kept").name == "kept.2"
