"""What the sample shows of the record itself: changes, captures, crawls, predictions, findings."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable

Add = Callable[..., int]
NOW, BEFORE = "2026-11-01T12:00:00Z", "2026-10-02T08:30:00Z"
EARLIER = "2026-09-10T06:00:00Z"
LATER = "2026-11-02T04:00:00Z"
OF_OTHERS = "2026-07-04T00:00:00Z"
CHANGING = "quillfish-vs-quillfish-two"
DISAGREEING = "paper-heron-vs-silent-orchard"
PAST_PRICE, PRICE = "Free for one cat", "Free for one person"


def fill_record(conn: sqlite3.Connection, add: Add, evil: str) -> None:
    """Rows of every kind of change, capture, crawl, prediction, finding and take-down."""
    _crawls(add)
    _versions(conn)
    _captures(conn, add, evil)
    _changes(conn, add, evil)
    _predictions(add)
    _findings(conn, add, evil)
    told = {"kind": "quote", "site": "shiporskip", "target": "0" * 64}
    add("takedown", **told, reason=f"Its author asked {evil}", added_at=BEFORE)
    known = {"kind": "tool", "site": "shiporskip", "target": "quillfish"}
    note = f"The publisher says that the price is out of date. {evil}"
    add("correction", **known, tool_id=_tool(conn, "quillfish"), note=note, added_at=NOW)


def _tool(conn: sqlite3.Connection, key: str) -> int:
    return int(conn.execute("select id from tool where tool = ?", [key]).fetchone()[0])


def _crawls(add: Add) -> None:
    counts = {"asked": 3, "stored": 2, "unchanged": 1, "failed": 0, "bytes": 2048}
    site = {"kind": "crawl", "site": "shiporskip"}
    ended = EARLIER.replace("06", "07")
    done = {"exit_code": 0, "robots_state": "none", "seconds": 3600}
    add("crawl", **site, started_at=EARLIER, ended_at=ended, **done, **counts)
    none = dict.fromkeys(counts, 0)
    add(
        "crawl", **site, started_at=LATER, ended_at=LATER, exit_code=0, robots_state=None, **none,
        seconds=0,
    )  # fmt: skip
    add("crawl", kind="import", site=None, started_at=LATER, ended_at=None, exit_code=None, **none)
    failed = '{"http_error:404": 2, "timeout": 1}'
    broken = {"exit_code": 20, "robots_state": "unreachable", "failed_by_code": failed}
    tried = counts | {"failed": 3}
    day = "2026-08-01T00:00:00Z"
    add("crawl", **site, started_at=day, ended_at=day, **broken, **tried)


def _versions(conn: sqlite3.Connection) -> None:
    """The older version of one comparison said otherwise."""
    of_page = "select v.id from comparison_version v join page p on p.id = v.page_id"
    sides = f"""select side_id from version_side where version_id = (
      {of_page} where p.key = ? and number = 1)"""
    changed = "update side set pricing = ?, badge = 'Mixed', community_votes = 7 where id in"
    conn.execute(f"{changed} ({sides} and position = 1)", [PAST_PRICE, CHANGING])
    conn.execute(
        f"update side_quote set score = 12 where slot = 2 and side_id in ({sides})", [CHANGING]
    )
    other = """(select q.id from quote q join tool t on t.id = q.tool_id
      where t.tool = 'quillfish' order by q.id limit 1 offset 2)"""
    conn.execute(
        f"update side_quote set quote_id = {other} where slot = 1 and side_id in ({sides} limit 1)",
        [CHANGING],
    )


def _captures(conn: sqlite3.Connection, add: Add, evil: str) -> None:
    """Captures of one page: new, unchanged, failed, of vague dates and by a wrong clock."""
    ((page, version),) = conn.execute(
        "select page_id, version_id from comparison where comparison = ?", [CHANGING]
    )

    def capture(at: str, body: str, **more: object) -> int:
        known: dict[str, object] = {
            "page_id": page, "captured_at": at, "captured_until": at, "date_source": "crawl",
            "date_precision": "second", "status": 200, "content_type": "text/html",
            "kind": "response", "outcome": "comparison", "version_id": version,
            "body_sha256": hashlib.sha256(body.encode()).hexdigest(),
        }  # fmt: skip
        return add("capture", **(known | more))

    first = capture(EARLIER, "one", version_id=version - 1)
    capture(
        "2026-09-20T06:00:00Z", "one", kind="revisit", revisit_of_id=first, version_id=version - 1
    )
    capture("2026-09-21T06:00:00Z", "one", version_id=version - 1)
    failed = {"outcome": "not_parsed", "version_id": None}
    capture("2026-09-21T18:00:00Z", "two", status=503, **failed)
    capture("2025-02-28T23:59:59Z", "three", status=404, **failed)
    unread = capture("2026-10-31T00:00:00Z", "four", outcome="failure", version_id=None)
    add(
        "failure", page_id=page, capture_id=unread, code="truncated", field=None, detail=evil,
        captured_at=NOW,
    )  # fmt: skip
    month = {"date_source": "argument", "date_precision": "month"}
    capture("2026-05-01T00:00:00Z", "five", captured_until="2026-05-31T23:59:59Z", **month)
    unknown = {"date_source": "file", "date_precision": "unknown", "captured_until": None}
    capture("2026-06-01T00:00:00Z", "six", **unknown)
    capture("2031-01-01T00:00:00Z", "seven", captured_until=NOW)
    conn.execute("update page set captures = 10 where id = ?", [page])


def _changes(conn: sqlite3.Connection, add: Add, evil: str) -> None:
    tools = {key: _tool(conn, key) for key in ("quillfish", "veiled", "evil", "brass-kettle")}
    cards = dict(conn.execute("select tool_id, key from card"))
    quotes = dict[int, list[str]]()
    for tool, key in conn.execute("select tool_id, key from quote order by id"):
        quotes.setdefault(tool, []).append(key)

    def change(tool: str | None, field: str, old: object, new: object, **more: object) -> None:
        known: dict[str, object] = {
            "tool_id": tools.get(tool or ""), "field": field, "old": old, "new": new,
            "kind": "changed", "cause": "source", "comparison_id": 7, "seen_after": EARLIER,
            "seen_by": NOW,
        }  # fmt: skip
        add("change", **(known | more))

    kettle, quill = tools["brass-kettle"], tools["quillfish"]
    change("quillfish", "panel_ship_percent", "50", "25")
    change("quillfish", "score", "12", "82", reviewer_id=2)
    change("quillfish", "verdict", "ship", "skip", slot=2)
    change("quillfish", "description", cards[kettle], cards[quill])
    change("quillfish", "quote", quotes[kettle][1], quotes[quill][2], reviewer_id=1)
    change("veiled", "quote", None, quotes[tools["veiled"]][0], kind="appeared")
    change("evil", "tagline", f"Past {evil}", evil)
    change("brass-kettle", "badge", "Ship", None, kind="vanished", seen_by=OF_OTHERS)
    change("brass-kettle", "pricing", "$1", "$1 a month", cause="parser", seen_by=EARLIER)
    change("brass-kettle", "votes", "3 ship / 1 skip", "4 ship / 0 skip", seen_by=None)
    change(None, "comparison", None, None, kind="vanished")
    for tool in ("quillfish", "brass-kettle"):
        new = {"kind": "appeared", "seen_by": EARLIER, "seen_after": None}
        change(tool, "tool", None, None, **new)
    change(None, "comparison", None, None, kind="appeared", seen_by=EARLIER, seen_after=None)


def _predictions(add: Add) -> None:
    made = {"method": "by-hand", "method_version": 1, "span_start": 0, "span_end": 12}
    shape = {"event_start": 0, "event_end": 40, "checkable": 1}
    due = {"horizon_relation": "by", "horizon_date": "2026-09"}
    add("prediction", quote_id=2, **made, **shape, **due, due_until="2026-09-30", state="overdue")
    soon = {"horizon_relation": "in", "horizon_amount": 2, "horizon_unit": "month"}
    said = {"made_after": EARLIER, "made_by": NOW, "due_from": "2026-11-10"}
    add(
        "prediction", quote_id=3, **made, **shape, **soon, **said, due_until="2027-01-01",
        state="open",
    )  # fmt: skip
    add("prediction", quote_id=4, **made, **(shape | {"checkable": 0}), state="open")


def _findings(conn: sqlite3.Connection, add: Add, evil: str) -> None:
    of_quote = {"quote_id": 1, "first_seen": EARLIER, "last_seen": NOW}
    detail = "score: 81 (2026-09-10), 12 (2026-11-01)"
    add("finding", **of_quote, code="observation_conflict", field="score", detail=detail)
    comparison, version = conn.execute(
        "select id, version_id from comparison where comparison = ?", [DISAGREEING]
    ).fetchone()
    place = {"comparison_id": comparison, "version_id": version, "last_version_id": version}
    told = {"field": "quotes[3].text", "detail": "the words stand twice"}
    add("finding", **place, **told, code="duplicate_quote", first_seen=NOW, last_seen=NOW)
    told = {"field": "tools[1].badge", "detail": f"the badge is Ship, the share 50 % {evil}"}
    add("finding", **place, **told, code="badge_disagrees", first_seen=NOW, last_seen=NOW)
