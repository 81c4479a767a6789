"""The tables of the staging file: the ledger's pages and captures with what was read of them.

Each distinct tool, card, quote, reviewer and side has a number `n`, by which records refer to it,
and `first`: where it was shown first, from which its id in every published file follows. A `record`
is what one capture shows, a `side` one of its halves, as JSON of such numbers (words.py).
"""

from __future__ import annotations

from typing import Any, NamedTuple

FORMAT = 4
"""Grows with any change of what these tables hold."""

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE page (
  id INTEGER PRIMARY KEY, site TEXT NOT NULL, url TEXT NOT NULL, state TEXT NOT NULL,
  last_outcome TEXT, due TEXT, pair TEXT NOT NULL, takedown INTEGER, public INTEGER);
CREATE INDEX page_pair ON page (pair);
CREATE TABLE capture (
  id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL, run_id INTEGER NOT NULL, url TEXT,
  captured_at TEXT NOT NULL, date_source TEXT NOT NULL, precision TEXT NOT NULL,
  status INTEGER NOT NULL, content_type TEXT, kind TEXT NOT NULL, revisit_of INTEGER,
  body_sha256 TEXT NOT NULL, outcome TEXT NOT NULL, signals TEXT NOT NULL, takedown INTEGER,
  record INTEGER, failure TEXT, marked TEXT, spans TEXT, is_held INTEGER NOT NULL,
  is_damaged INTEGER NOT NULL);
CREATE INDEX capture_page ON capture (page_id);
CREATE INDEX capture_again ON capture (revisit_of) WHERE revisit_of IS NOT NULL;
CREATE INDEX capture_dated ON capture (page_id) WHERE signals LIKE '%=%';
CREATE INDEX capture_held ON capture (id) WHERE is_held;
CREATE INDEX capture_damaged ON capture (id) WHERE is_damaged;
CREATE TABLE record (n INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, said TEXT NOT NULL);
CREATE TABLE side (
  n INTEGER PRIMARY KEY, first INTEGER NOT NULL, key BLOB NOT NULL UNIQUE, said TEXT NOT NULL);
CREATE TABLE tool (
  n INTEGER PRIMARY KEY, first INTEGER NOT NULL, key BLOB NOT NULL UNIQUE,
  site TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE card (
  n INTEGER PRIMARY KEY, first INTEGER NOT NULL, key BLOB NOT NULL UNIQUE,
  site TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL, tagline TEXT,
  description TEXT, entry TEXT NOT NULL, panel_ship_percent INTEGER NOT NULL);
CREATE TABLE quote (
  n INTEGER PRIMARY KEY, first INTEGER NOT NULL, key BLOB NOT NULL UNIQUE,
  site TEXT NOT NULL, tool_name TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE reviewer (
  n INTEGER PRIMARY KEY, first INTEGER NOT NULL, key BLOB NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE spans (
  n INTEGER PRIMARY KEY, first INTEGER NOT NULL, key BLOB NOT NULL UNIQUE, said TEXT NOT NULL);
CREATE TABLE denied (
  run_id INTEGER NOT NULL, site TEXT NOT NULL, denied TEXT NOT NULL, PRIMARY KEY (run_id, site)
) WITHOUT ROWID;
CREATE TABLE version (
  id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL, seen_at TEXT NOT NULL, last INTEGER NOT NULL,
  first_at TEXT NOT NULL, last_at TEXT NOT NULL);
CREATE INDEX version_page ON version (page_id);
CREATE TABLE crawl (
  run_id INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL, place TEXT, until TEXT);
CREATE TABLE file (segment TEXT PRIMARY KEY, told TEXT) WITHOUT ROWID;
CREATE TABLE dirty (page_id INTEGER PRIMARY KEY);
CREATE TABLE reading (
  id INTEGER PRIMARY KEY, proof BLOB NOT NULL, predictions TEXT, mentions TEXT, claims TEXT);
CREATE TABLE known_name (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""`file` tells of each record file as it was taken in, `version` of each version that is published,
with the place in time of its last capture, and between which places it was shown; `crawl` of each
crawl the dates of its captures, and what is known instead where its clock was wrong; `dirty` are
the pages that the published file does not show as they are. `capture.url` is null where it is its
page's own; `page.public` its id there. `capture.spans` lists three numbers of `spans`, which say
where the title stands that it shows, and the values of either side; null where it gave no record of
its own. `first` tells nothing there. `reading` is what the rules found in each published text, with
regard to all that is a `known_name` (db/rows/readings.py)."""


class StagedCapture(NamedTuple):
    """A row of `capture`, in the order of its columns.

    Shape: `failure` is JSON of code, field and detail; `marked` of the cards, as negative numbers,
    and quotes that the page marks as not to be quoted; `signals` are names parted by spaces.
    """

    id: int
    page_id: int
    run_id: int
    url: str | None
    captured_at: str
    date_source: str
    precision: Any
    status: int
    content_type: str | None
    kind: str
    revisit_of: int | None
    body_sha256: str
    outcome: str
    signals: str
    takedown: int | None
    record: int | None
    failure: str | None
    marked: str | None
    spans: str | None
    is_held: bool
    is_damaged: bool


PAGE = ("id", "site", "url", "state", "last_outcome", "due", "takedown")
"""The columns of `page` that the ledger and take-downs tell."""
