"""What the rules read of each published text, kept in the staging file from build to build.

A text is read again where it is another, or its tool's name, or the day on which it was first seen;
and where a name may stand in it that is known since the last build, or was known then. Kept are
places and values, never words, and of published texts alone. Other rules begin the staging file
again, as take-downs do.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple
from datetime import date
from functools import cache, partial
from hashlib import blake2b
from heapq import merge
from itertools import islice
from typing import Any, Literal, NamedTuple

from db.derived import Gazetteer
from db.derived.claims import claims_in
from db.derived.gazetteer import Sought
from db.derived.mentions import all_names, mentions_in
from db.derived.passage import Passage
from db.derived.predictions import predictions_in
from db.staging.ids import card_span_id, quote_span_id
from db.staging.staging import Staging

FIELDS = ("tagline", "description", "pricing")
"""The columns of a card that are read."""
CHUNK = 1000
"""So many texts are looked at at once."""
_QUOTES = "SELECT id, tool_name, first_seen, text FROM quote WHERE text IS NOT NULL ORDER BY id"
_CARDS = f"SELECT id, name, first_seen, {', '.join(FIELDS)} FROM card ORDER BY id"
_KEPT = "SELECT id, proof, predictions, mentions, claims FROM reading WHERE id > ? AND id <= ?"

ReadingKind = Literal["predictions", "mentions", "claims"]


class Text(NamedTuple):
    """A published text, with what else is read with it.

    Shape: `id` is that of what begins where the text begins. Absent: the day is None if not known.
    """

    id: int
    is_quote: bool
    words: str
    tool: str
    day: date | None


def read_texts(db: sqlite3.Connection, staging: Staging, known: Gazetteer) -> None:
    """Bring what is kept up to date: with the quotes and cards that `db` holds, and with the names.

    All of it in one transaction: what is kept belongs to the names that are noted beside it.
    """
    own = staging.db
    before = Gazetteer(name for (name,) in own.execute("SELECT name FROM known_name"))
    sought = Sought(known.differing(before))
    texts, after = merge(_quotes(db), _cards(db)), -1
    while some := [*islice(texts, CHUNK)]:
        kept = {row[0]: row[1:] for row in own.execute(_KEPT, (after, some[-1].id))}
        read = []
        for each in some:
            proof, *said = kept.pop(each.id, (None,))
            if proof != _proof(each, said) or sought.may_stand_in(each.words):
                said = _said(each, known)
                read.append((each.id, _proof(each, said), *said))
        own.executemany("INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?)", read)
        own.executemany("DELETE FROM reading WHERE id = ?", ((gone,) for gone in kept))
        after = some[-1].id
    own.execute("DELETE FROM reading WHERE id > ?", (after,))
    if sought:
        own.execute("DELETE FROM known_name")
        own.executemany("INSERT INTO known_name VALUES (?)", ((name,) for name in known))
    staging.commit()


def readings(staging: Staging, kind: ReadingKind) -> Iterator[tuple[int, list[Any]]]:
    """What was found of a kind in each text that holds any, with the text's id."""
    sql = f"SELECT id, {kind} FROM reading WHERE {kind} IS NOT NULL ORDER BY id"
    for number, said in staging.db.cursor().execute(sql):
        yield number, json.loads(said)


def _quotes(db: sqlite3.Connection) -> Iterator[Text]:
    for quote, tool, seen, words in db.cursor().execute(_QUOTES):
        yield Text(quote_span_id(quote, 0), True, words, tool, day_of(seen))


def _cards(db: sqlite3.Connection) -> Iterator[Text]:
    for card, tool, seen, *texts in db.cursor().execute(_CARDS):
        for at, words in enumerate(texts):
            if words is not None:
                yield Text(card_span_id(card, at, 0), False, words, tool, day_of(seen))


def day_of(seen: str | None) -> date | None:
    """The day of a time in ISO 8601. Absent: None where there is none."""
    return None if seen is None else date.fromisoformat(seen[:10])


def _proof(text: Text, said: list[str | None]) -> bytes:
    """What only this text has, with all that is read with it and was found: damage alters it."""
    return blake2b(repr((*text, *said)).encode(), digest_size=16).digest()


def _said(text: Text, known: Gazetteer) -> list[str | None]:
    """What the rules find, of each kind; of a card they read claims alone."""
    passage = Passage(text.words)
    names = cache(partial(all_names, passage, known))
    predictions: list[Any] = []
    mentions: list[Any] = []
    # Of a text without a date nobody can tell a past year from one to come: none counts.
    if text.is_quote:
        for it in predictions_in(passage, text.day or date.max):
            horizon = None if it.horizon is None else astuple(it.horizon)
            predictions.append([it.start, it.end, *passage.sentence(it.start), horizon])
        found = mentions_in(passage, text.tool, names())
        mentions = [[it.start, it.end, it.entity, it.relation] for it in found]
    claims = [
        [it.start, it.end, it.attribute, it.value, it.unit, it.subject]
        for it in claims_in(passage, text.tool, names, text.day or date.min)
    ]
    return [json.dumps(each) if each else None for each in (predictions, mentions, claims)]
