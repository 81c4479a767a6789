"""A citable release, withdrawn or not."""

from __future__ import annotations

import sqlite3

from web.asking import ShownRow, first


def release(conn: sqlite3.Connection, name: str) -> ShownRow | None:
    """One citable release, withdrawn or not; None where there never was one of that name."""
    return first(conn, "select * from release where release = :name", name=name)
