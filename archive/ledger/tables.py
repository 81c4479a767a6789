"""The ledger's tables, one migration after the other; a released one never changes."""

from __future__ import annotations

APPLICATION_ID = 0x56445243
"""Tells our ledger from any other SQLite file."""

FIRST = """
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('crawl', 'import')),
  site TEXT,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  exit_code INTEGER,
  asked INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  robots_state TEXT
) STRICT;
CREATE TABLE page (
  id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  url TEXT NOT NULL,
  role TEXT NOT NULL
    CHECK (role IN ('comparison', 'listing', 'sitemap', 'robots', 'other')),
  state TEXT NOT NULL CHECK (state IN
    ('waiting', 'leased', 'captured', 'done', 'failed', 'refused', 'gone', 'known')),
  origin TEXT,
  depth INTEGER NOT NULL DEFAULT 0,
  due TEXT,
  tries INTEGER NOT NULL DEFAULT 0,
  lastmod TEXT,
  known_since TEXT NOT NULL,
  last_outcome TEXT,
  last_reason TEXT,
  UNIQUE (site, url)
) STRICT;
CREATE INDEX page_next ON page (site, role, state, tries);
CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  site TEXT NOT NULL,
  is_sealed INTEGER NOT NULL DEFAULT 0,
  length INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT,
  opened_at TEXT NOT NULL,
  sealed_at TEXT
) STRICT;
CREATE TABLE capture (
  id INTEGER PRIMARY KEY,
  page_id INTEGER NOT NULL REFERENCES page,
  run_id INTEGER NOT NULL REFERENCES run,
  site TEXT NOT NULL,
  url TEXT NOT NULL,
  fetched_url TEXT NOT NULL,
  captured_at TEXT NOT NULL,
  date_source TEXT NOT NULL CHECK (date_source IN ('crawl', 'warc', 'argument', 'file')),
  status INTEGER NOT NULL,
  content_type TEXT,
  headers TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('response', 'revisit')),
  revisit_of INTEGER REFERENCES capture,
  body_sha256 TEXT NOT NULL,
  damage TEXT,
  payload_digest TEXT,
  segment_id INTEGER NOT NULL REFERENCES segment,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL
) STRICT;
CREATE INDEX capture_page ON capture (page_id, captured_at);
CREATE INDEX capture_body ON capture (body_sha256);
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  page_id INTEGER REFERENCES page,
  url TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  outcome TEXT CHECK (outcome IN ('ok', 'http_error', 'network_error', 'refused_robots',
    'refused_scope', 'too_large', 'damaged', 'extraction_refused')),
  reason TEXT,
  status INTEGER,
  capture_id INTEGER REFERENCES capture,
  detail TEXT
) STRICT;
CREATE INDEX attempt_open ON attempt (ended_at) WHERE ended_at IS NULL;
CREATE INDEX attempt_run ON attempt (run_id);
CREATE TABLE robots (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  site TEXT NOT NULL,
  origin TEXT NOT NULL,
  read_at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('read', 'none', 'unreachable')),
  crawl_delay_s REAL,
  denied_tokens TEXT NOT NULL DEFAULT '',
  capture_id INTEGER REFERENCES capture
) STRICT;
"""

SECOND = """
ALTER TABLE page ADD COLUMN interval_days REAL;
ALTER TABLE page ADD COLUMN missing_runs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN missing_on TEXT;
ALTER TABLE capture ADD COLUMN record_id TEXT;
ALTER TABLE capture ADD COLUMN truncated TEXT CHECK (truncated IN ('length', 'time', 'disconnect'));
ALTER TABLE run ADD COLUMN seconds REAL;
ALTER TABLE run ADD COLUMN report TEXT;
CREATE TABLE profile (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  site TEXT NOT NULL,
  layout TEXT NOT NULL,
  pages INTEGER NOT NULL,
  is_drift INTEGER NOT NULL DEFAULT 0,
  counts TEXT NOT NULL
) STRICT;
CREATE INDEX profile_site ON profile (site, run_id);
CREATE TABLE takedown (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('page', 'tool', 'quote')),
  site TEXT NOT NULL,
  target TEXT NOT NULL,
  matches TEXT NOT NULL,
  reason TEXT NOT NULL,
  is_erased INTEGER NOT NULL DEFAULT 0,
  added_at TEXT NOT NULL,
  lifted_at TEXT
) STRICT;
CREATE TABLE correction (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('page', 'tool', 'quote')),
  site TEXT NOT NULL,
  target TEXT NOT NULL,
  note TEXT NOT NULL,
  added_at TEXT NOT NULL
) STRICT;
CREATE TABLE export (
  id INTEGER PRIMARY KEY,
  folder TEXT NOT NULL,
  release TEXT NOT NULL,
  made_at TEXT NOT NULL,
  withdrawn_at TEXT
) STRICT;
"""
"""`page.interval_days` is learnt from how often the page changed; `missing_runs` are the runs in a
row, each on a day of its own, that found it gone, the last on the day `missing_on`.
`profile.counts` and `run.report` are JSON."""

THIRD = """
CREATE TABLE capture_now (
  id INTEGER PRIMARY KEY,
  page_id INTEGER NOT NULL REFERENCES page,
  run_id INTEGER NOT NULL REFERENCES run,
  site TEXT NOT NULL,
  url TEXT NOT NULL,
  fetched_url TEXT NOT NULL,
  captured_at TEXT NOT NULL,
  date_source TEXT NOT NULL
    CHECK (date_source IN ('crawl', 'warc', 'container', 'page', 'argument', 'file')),
  status INTEGER NOT NULL,
  content_type TEXT,
  headers TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('response', 'revisit')),
  revisit_of INTEGER REFERENCES capture,
  body_sha256 TEXT NOT NULL,
  damage TEXT,
  payload_digest TEXT,
  segment_id INTEGER NOT NULL REFERENCES segment,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  record_id TEXT,
  truncated TEXT CHECK (truncated IN ('length', 'time', 'disconnect')),
  precision TEXT NOT NULL DEFAULT 'second'
    CHECK (precision IN ('second', 'minute', 'day', 'month', 'year', 'unknown')),
  source_id TEXT,
  source_digest TEXT
) STRICT;
INSERT INTO capture_now (id, page_id, run_id, site, url, fetched_url, captured_at, date_source,
  status, content_type, headers, kind, revisit_of, body_sha256, damage, payload_digest,
  segment_id, offset, length, record_id, truncated, precision)
SELECT id, page_id, run_id, site, url, fetched_url, captured_at, date_source, status, content_type,
  headers, kind, revisit_of, body_sha256, damage, payload_digest, segment_id, offset, length,
  record_id, truncated, iif(date_source = 'file', 'unknown', 'second')
FROM capture;
DROP TABLE capture;
ALTER TABLE capture_now RENAME TO capture;
CREATE INDEX capture_page ON capture (page_id, captured_at);
CREATE INDEX capture_body ON capture (body_sha256);
CREATE INDEX capture_source ON capture (source_id) WHERE source_id IS NOT NULL;
CREATE INDEX capture_digest ON capture (source_digest) WHERE source_digest IS NOT NULL;
"""
"""`capture.source_id` is the id that the record has in the WARC file that it was taken from, and
`source_digest` the payload digest stated there, as its algorithm and hex digits. No query needs
`capture_body`: a hash that the index holds too cannot be harmed unseen."""

FOURTH = """
CREATE TABLE acknowledged (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  code TEXT NOT NULL,
  added_at TEXT NOT NULL
) STRICT;
CREATE TABLE reading_change (
  id INTEGER PRIMARY KEY,
  parser TEXT NOT NULL,
  base TEXT NOT NULL,
  found_at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('appeared', 'changed', 'vanished')),
  comparison TEXT NOT NULL,
  tool TEXT,
  reviewer TEXT,
  field TEXT NOT NULL,
  old TEXT,
  new TEXT
) STRICT;
"""
"""`acknowledged` are failing or held pages that a person has seen, each with why it waits;
`reading_change` what another version of the parser read otherwise of what an edition, named by the
SHA-256 of its file, had published; once for each tool and reviewer, words left out."""

MIGRATIONS: tuple[str, ...] = (FIRST, SECOND, THIRD, FOURTH)
"""Step n takes a ledger from version n to n + 1."""
