"""The numbers of distinct tools, cards, quotes, reviewers and records, given as they come in.

The same words have the same number, however many pages show them. What was met of late is kept in
memory, a bounded part of it; the rest is looked up by its key.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

from db.staging.ids import PLACES, SIDES
from parsers import content_key

KEPT = 100_000
"""So many of each kind are kept in memory."""


_KEYED = {
    "tool": "site, name",
    "card": "site, name, category, tagline, description, entry, panel_ship_percent",
    "quote": "site, tool_name, text",
}
_HASHED = {"reviewer": "name", "side": "said", "spans": "said"}


class ChangedWordsError(sqlite3.DatabaseError):
    """Words are not those that were read: the file is damaged, though SQLite cannot tell."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def require_words(db: sqlite3.Connection) -> None:
    """Pass where all words still have the keys that they were entered by.

    Raises: ChangedWordsError.
    """
    for table, columns in (_KEYED | _HASHED).items():
        for key, *values in db.execute(f"SELECT key, {columns} FROM {table}"):
            if table in _KEYED:
                found = bytes.fromhex(content_key(values))
            else:
                found = hashlib.sha256(values[0].encode()).digest()
            if found != key:
                raise ChangedWordsError(table)


class Distinct:
    """What is distinct of one kind: its table, and the columns beside `n`, `first` and `key`."""

    def __init__(self, db: sqlite3.Connection, table: str, columns: str) -> None:
        names = ["first", "key", *columns.split()]
        marks = ", ".join("?" * len(names))
        self._db = db
        self._insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) RETURNING n"
        self._find = f"SELECT n, first FROM {table} WHERE key = ?"
        self._update = f"UPDATE {table} SET first = ? WHERE n = ?"
        self._kept: dict[Any, tuple[int, int]] = {}
        self.is_moved = False
        """Whether something was shown earlier than it was thought to be."""

    def number(self, key: Any, first: int, digest: Callable[[], bytes], *values: object) -> int:
        """The number of a thing that is shown at `first`; `digest` is told what is not kept."""
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            blob = digest()
            row = self._db.execute(self._find, (blob,)).fetchone()
            if row is None:
                row = self._db.execute(self._insert, (first, blob, *values)).fetchone()
                row = (row[0], first)
            found = self._kept[key] = row
        if first < found[1]:
            self._db.execute(self._update, (first, found[0]))
            self._kept[key] = (found[0], first)
            self.is_moved = True
        return found[0]


class Records:
    """What captures show, put into numbers."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.tools = Distinct(db, "tool", "site name")
        own = "site name category tagline description entry panel_ship_percent"
        self.cards = Distinct(db, "card", own)
        self.quotes = Distinct(db, "quote", "site tool_name text")
        self.reviewers = Distinct(db, "reviewer", "name")
        self.sides = Distinct(db, "side", "said")
        self.texts = Distinct(db, "spans", "said")

    @property
    def is_moved(self) -> bool:
        """Whether the id of anything changed that was known before."""
        every = (self.tools, self.cards, self.quotes, self.reviewers, self.sides)
        return any(each.is_moved for each in every)

    def number(self, site: str, capture: int, reading: dict[str, Any]) -> tuple[int, list[Any]]:
        """The number of the record of a reading, and what it says.

        An equal one of the site has the same number.
        """
        said = self._said(site, capture, reading, reading["record"])
        key = hashlib.sha256(f"{site}\n{reading['sha256']}".encode()).digest()
        sql = "SELECT n FROM record WHERE key = ?"
        row = self._db.execute(sql, (key,)).fetchone()
        if row is None:
            text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            sql = "INSERT INTO record (key, said) VALUES (?, ?) RETURNING n"
            row = self._db.execute(sql, (key, text)).fetchone()
        return int(row[0]), said

    def spans(self, reading: dict[str, Any]) -> str:
        """The numbers of what says where the values of a record stand."""
        found = []
        for text in reading["spans"]:
            key = hashlib.sha256(text.encode()).digest()
            found.append(self.texts.number(key, 0, partial(bytes, key), text))
        return json.dumps(found, separators=(",", ":"))

    def _said(
        self, site: str, capture: int, reading: dict[str, Any], record: dict[str, Any]
    ) -> list[Any]:
        """What one record says, as `ShownRecord` reads it."""
        sides = [
            self._side(site, capture, at, reading, record) for at in range(len(record["tools"]))
        ]
        findings = [[each["code"], each["field"], each["detail"]] for each in record["findings"]]
        own = [record["title"], record["layout"], reading["sha256"], len(reading["taken_down"])]
        return [*own, sides, findings]

    def _side(
        self, site: str, capture: int, at: int, reading: dict[str, Any], record: dict[str, Any]
    ) -> list[int]:
        """The numbers of a side, its tool and its card."""
        says, first = record["tools"][at], SIDES * capture + at
        quotes = [
            self._quote(site, says["name"], PLACES * capture + each["position"] - 1, each, key)
            for each, key in zip(record["quotes"], reading["quotes"], strict=True)
            if each["tool"] == at + 1 and each["position"] not in reading["taken_down"]
        ]
        tool, card = self._tool(site, first, says, reading["cards"][at])
        votes, community = says["votes"] or {}, says["community"]
        told = community or {}
        own = [tool, card, says["badge"], votes.get("ship"), votes.get("skip")]
        stated = [told.get(name) for name in ("ship_percent", "ship", "votes")]
        own += [int(community is not None), *stated, says["pricing"]]
        text = json.dumps([*own, quotes], ensure_ascii=False, separators=(",", ":"))
        side = self.sides.number(text, first, lambda: hashlib.sha256(text.encode()).digest(), text)
        return [side, tool, card]

    def _tool(self, site: str, first: int, says: dict[str, Any], key: str) -> tuple[int, int]:
        slug = says["slug"]
        name = slug if slug is not None else f"name:{says['name']}"
        tool = self.tools.number(
            (site, name), first, lambda: bytes.fromhex(content_key([site, name])), site, name
        )
        own = (says[each] for each in ("name", "category", "tagline", "description", "entry"))
        share = says["panel_ship_percent"]
        return tool, self.cards.number(key, first, lambda: bytes.fromhex(key), site, *own, share)

    def _quote(self, site: str, name: str, first: int, says: dict[str, Any], key: str) -> list[Any]:
        """What stands under a side of one quote, as `SharedSide` reads it."""
        quote = self.quotes.number(key, first, lambda: bytes.fromhex(key), site, name, says["text"])
        reviewer, who = None, says["reviewer"]
        if who is not None:
            reviewer = self.reviewers.number(
                who, first, lambda: hashlib.sha256(who.encode()).digest(), who
            )
        start, end = says["verdict_span"] or (None, None)
        own = [says["slot"], reviewer, says["score"], says["verdict"], says["verdict_source"]]
        return [*own, start, end, quote]
