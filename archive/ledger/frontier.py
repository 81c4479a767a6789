"""The frontier: which pages are known, and which of them a run asks for next.

A lease is committed before anything is fetched: by itself, or in the commit that ends the lease
before it, for each commit waits for the disk five times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archive.ledger.leases import IS_STUCK, LISTS, Ending, Lease, Role, end_attempt, said_the_same
from archive.ledger.ledger import Ledger, insert, update
from archive.ledger.originals import newest_whole
from archive.ledger.outcomes import NOT_ASKED, is_known
from archive.ledger.schedule import IS_DUE, due_bounds, hinted_bounds, past_date
from machine.clock import stamp
from machine.failpoints import reach


@dataclass(frozen=True, slots=True)
class Found:
    """A page that was named or found. Absent: `origin` is None where it is no mirror's."""

    site: str
    url: str
    role: Role
    origin: str | None = None
    depth: int = 0
    lastmod: str | None = None


class Frontier:
    """The pages of a home as one run sees them: it asks for those that it was told to want."""

    def __init__(self, ledger: Ledger, run_id: int) -> None:
        self._ledger, self._run = ledger, run_id
        self._list: int | None = None
        with ledger.step() as db:
            # Told to one run only, so it need not outlive the connection.
            db.execute(
                "CREATE TEMP TABLE IF NOT EXISTS wanted"
                " (page_id INTEGER PRIMARY KEY, is_forced INTEGER NOT NULL)"
            )
            db.execute(
                "CREATE TEMP TABLE IF NOT EXISTS turn (site TEXT, origin TEXT, tries INTEGER,"
                " page_id INTEGER, PRIMARY KEY (site, origin, tries, page_id)) WITHOUT ROWID"
            )
            db.execute("DELETE FROM wanted")
            db.execute("DELETE FROM turn")

    def know(self, found: Found, *, wants: bool = True, is_forced: bool = False) -> int:
        """Enter a page where it is new, and say whether this run wants it; gives its id."""
        with self._ledger.step() as db:
            return self._know(db, found, wants, is_forced)

    def enter(self, found: Found) -> int:
        """Enter a page that was not asked for but imported; one that is known stays as it is."""
        known = self.page_id(found.site, found.url)
        return self.know(found, wants=False) if known is None else known

    def know_all(self, pages: Iterable[Found], *, is_forced: bool = False) -> list[int]:
        """Enter many pages that this run wants, in one transaction; gives their ids."""
        with self._ledger.step() as db:
            return [self._know(db, found, True, is_forced) for found in pages]

    def _know(self, db: sqlite3.Connection, found: Found, wants: bool, is_forced: bool) -> int:
        lastmod = past_date(found.lastmod, stamp())
        before = db.execute(
            "SELECT id, role, lastmod FROM page WHERE site = ? AND url = ?", (found.site, found.url)
        ).fetchone()
        if before is None:
            state = "known" if found.role == "other" else "waiting"
            row = {each: getattr(found, each) for each in Found.__slots__} | {
                "lastmod": lastmod,
                "state": state,
                "known_since": stamp(),
            }
            page_id = insert(db, "page", row)
        else:
            page_id = before["id"]
            if found.role == "comparison" != before["role"] or before["role"] == "other":
                _take_role(db, page_id, found.role)
            db.execute(
                "UPDATE page SET lastmod = coalesce(?, lastmod), origin = ? WHERE id = ?",
                (lastmod, found.origin, page_id),
            )
        if wants:
            db.execute(
                "INSERT INTO wanted VALUES (?, ?) ON CONFLICT DO UPDATE"
                " SET is_forced = max(is_forced, excluded.is_forced)",
                (page_id, is_forced),
            )
            db.execute(f"{_LINE_UP} FROM page WHERE id = ?", (page_id,))
        if lastmod is not None and before is not None and found.role == "comparison":
            self._take_hint(db, page_id, lastmod, is_new=lastmod != before["lastmod"])
        return page_id

    def _take_hint(
        self, db: sqlite3.Connection, page_id: int, lastmod: str, *, is_new: bool
    ) -> None:
        """Move a captured page's due date as a sitemap's date of its last change suggests."""
        newest = newest_whole(self._ledger, page_id)
        if newest is not None:
            db.execute(
                "UPDATE page SET due = min(max(due, ?), ?) WHERE id = ? AND state = 'captured'",
                (*hinted_bounds(lastmod, newest["captured_at"], is_new=is_new), page_id),
            )

    def mend_roles(self, site: str, is_comparison: Callable[[str], bool]) -> None:
        """Let what earlier versions, or another site file, took for something else be asked for.

        A comparison is one by its address alone. A list that could not be read as what it was once
        taken for is asked again, and is then what it answers.
        """
        with self._ledger.transaction() as db:
            rows = db.execute(
                "SELECT id, url FROM page WHERE site = ? AND role NOT IN ('comparison', 'robots')",
                (site,),
            ).fetchall()
            for row in rows:
                if is_comparison(row["url"]):
                    _take_role(db, row["id"], "comparison")
            db.execute(f"UPDATE page SET due = ? WHERE site = ? AND {IS_STUCK}", (stamp(), site))

    def forget_lists(self, site: str) -> None:
        """Let the lists of a site be asked for again, as what they named is not known any more."""
        with self._ledger.transaction() as db:
            db.execute(
                "UPDATE page SET due = ? WHERE site = ? AND role = 'listing'"
                " AND state IN ('captured', 'failed')",
                (stamp(), site),
            )

    def is_now(self, lease: Lease, role: Role) -> None:
        """Note what a list turned out to be by what it answered."""
        if role != lease.role:
            with self._ledger.step() as db:
                update(db, "page", lease.page_id, {"role": role})

    def urls(self, site: str) -> list[str]:
        """The addresses of all comparison pages of a site."""
        sql = "SELECT url FROM page WHERE site = ? AND role = 'comparison'"
        return [row["url"] for row in self._ledger.rows(sql, (site,))]

    def want_all(self, site: str, *, is_forced: bool = False) -> None:
        """Want whatever of a site is waiting or due; `is_forced`, everything known of it."""
        with self._ledger.transaction() as db:
            db.execute(
                "INSERT INTO wanted SELECT id, ? FROM page WHERE site = ? AND url LIKE 'http%'"
                " AND state != 'known' ON CONFLICT DO UPDATE"
                " SET is_forced = max(is_forced, excluded.is_forced)",
                (is_forced, site),
            )
            db.execute("DELETE FROM turn")

    def next(self, site: str, role: Role, origin: str | None) -> Lease | None:
        """Lease the page to ask next; None when none is left.

        Committed, unless it is a step of a transaction that is open.
        """
        values = (site, role, origin, *due_bounds(stamp()))
        if role != "comparison":
            found = self._ledger.rows(f"{_MAY_ASK} ORDER BY tries, page.id LIMIT 1", values)
            return self._lease(found[0]) if found else None
        with self._ledger.step() as db:
            lease = self._next_in_line(db, values)
            if lease is None and db.execute(f"{_LINE_UP} FROM ({_MAY_ASK})", values).rowcount:
                lease = self._next_in_line(db, values)
            return lease

    def _next_in_line(self, db: sqlite3.Connection, values: tuple[str | None, ...]) -> Lease | None:
        """The first in line that may be asked still; those before it leave the line.

        Sorting all that wait for each lease would take longer with each page that waits.
        """
        site, _, origin, *_ = values
        while True:
            gone = db.execute(
                "DELETE FROM turn WHERE (site, origin, tries, page_id) IN (SELECT * FROM turn"
                " WHERE site = ? AND origin = ? ORDER BY tries, page_id LIMIT 1)"
                " RETURNING page_id",
                (site, origin or ""),
            ).fetchall()
            if not gone:
                return None
            found = db.execute(f"{_MAY_ASK} AND page.id = ?", (*values, gone[0][0])).fetchone()
            if found is not None:
                return self._lease(found)

    def lease(self, page_id: int) -> Lease:
        """Lease one page by its id, as `next` does."""
        return self._lease(self._ledger.rows("SELECT * FROM page WHERE id = ?", (page_id,))[0])

    def _lease(self, page: sqlite3.Row) -> Lease:
        # A page that failed before and is due again starts its tries anew; a redirect goes on.
        tries = page["tries"] if page["state"] in ("waiting", "leased") else 0
        with self._ledger.step() as db:
            if page["role"] != "robots" and page["id"] != self._list:
                # A list is read before the next page is asked; only robots.txt comes between.
                self._let_list_go(db)
            update(db, "page", page["id"], {"state": "leased", "tries": tries})
            db.execute("UPDATE wanted SET is_forced = 0 WHERE page_id = ?", (page["id"],))
            row = {"run_id": self._run, "page_id": page["id"], "url": page["url"]}
            attempt_id = insert(db, "attempt", row | {"started_at": stamp()})
        if page["role"] in LISTS:
            self._list = page["id"]
        return Lease(
            attempt_id,
            page["id"],
            page["site"],
            page["url"],
            page["role"],
            page["origin"],
            page["depth"],
            tries,
            page["last_outcome"] == "extraction_refused",
            page["state"],
            page["tries"],
            page["interval_days"],
        )

    def give_back(self, lease: Lease) -> None:
        """Undo a lease under which nothing was asked."""
        with self._ledger.transaction() as db:
            db.execute("DELETE FROM attempt WHERE id = ?", (lease.attempt_id,))
            before = {"state": lease.before, "tries": lease.tries_before}
            update(db, "page", lease.page_id, before)

    def close(self) -> None:
        """Say that the list that was stored last has been read."""
        with self._ledger.step() as db:
            self._let_list_go(db)

    def _let_list_go(self, db: sqlite3.Connection) -> None:
        sql = "UPDATE page SET state = 'captured' WHERE id = ? AND state = 'leased'"
        db.execute(sql, (self._list,))

    def settle(self, lease: Lease, ending: Ending) -> None:
        """End a lease that gave nothing to store."""
        with self._ledger.transaction() as db:
            end_attempt(db, lease, ending, capture_id=None)
        reach("settled")

    def said_the_same(self, lease: Lease) -> None:
        """Let a page whose bytes alone differ be asked for as late as an unchanged one."""
        with self._ledger.transaction() as db:
            said_the_same(db, lease)

    def note(self, lease: Lease, outcome: str, reason: str, detail: str | None = None) -> None:
        """Note what was seen only after a page was stored; its state stays as it is."""
        if not is_known(outcome, reason):
            raise ValueError(f"no such outcome: {outcome}:{reason}")
        with self._ledger.step() as db:
            said = {"outcome": outcome, "reason": reason, "detail": detail}
            update(db, "attempt", lease.attempt_id, said)
            update(db, "page", lease.page_id, {"last_outcome": outcome, "last_reason": reason})

    def waiting(self, site: str | None = None) -> int:
        """How many comparison pages are waiting or due, of a site or in the whole home."""
        count: int = self._ledger.value(
            "SELECT count(*) FROM page WHERE role = 'comparison' AND state NOT IN"
            f" ('known', 'gone') AND (state IN ('waiting', 'leased') OR {IS_DUE})"
            " AND site = coalesce(?, site)",
            (*due_bounds(stamp()), site),
        )
        return count

    def page_id(self, site: str, url: str) -> int | None:
        """The id of an address; None where it is not known."""
        sql = "SELECT id FROM page WHERE site = ? AND url = ?"
        found: int | None = self._ledger.value(sql, (site, url))
        return found

    def is_wanted(self, page_id: int) -> bool:
        """Whether this run would ask for one page now."""
        sql = "SELECT 1 FROM wanted JOIN page ON page.id = wanted.page_id WHERE page.id = ?"
        sql += f" AND (is_forced OR state = 'waiting' OR {IS_DUE})"
        return bool(self._ledger.value(sql, (page_id, *due_bounds(stamp()))))

    def asked_on(self, site: str, day: str) -> int:
        """How many comparison pages of a site all runs of a day asked for, a run each page once."""
        count: int = self._ledger.value(
            "SELECT count(DISTINCT run_id || ' ' || page_id) FROM attempt"
            " JOIN page ON page.id = attempt.page_id WHERE site = ? AND role = 'comparison'"
            " AND started_at >= ? AND started_at < ?"
            " AND (outcome NOT IN (?, ?) OR status IS NOT NULL)",
            (site, day, day + "U", *NOT_ASKED),
        )
        return count

    def has_work(self, site: str) -> bool:
        """Whether this run still wants a comparison page that is waiting or due."""
        sql = "SELECT 1 FROM wanted JOIN page ON page.id = wanted.page_id"
        sql += " WHERE site = ? AND role = 'comparison'"
        sql += f" AND (is_forced OR state IN ('waiting', 'leased') OR {IS_DUE}) LIMIT 1"
        return bool(self._ledger.value(sql, (site, *due_bounds(stamp()))))


_LINE_UP = "INSERT OR IGNORE INTO turn SELECT site, coalesce(origin, ''), tries, id"
_MAY_ASK = (
    # The page first: of most roles there are few.
    "SELECT page.* FROM page CROSS JOIN wanted ON wanted.page_id = page.id"
    " WHERE site = ? AND role = ? AND origin IS ? AND state NOT IN ('leased', 'known')"
    f" AND (is_forced OR state = 'waiting' OR {IS_DUE})"
)


def _take_role(db: sqlite3.Connection, page_id: int, role: Role) -> None:
    """Make a page that was taken for another kind one that waits as what it is."""
    if role != "other":
        new = {"role": role, "state": "waiting", "due": None, "tries": 0}
        update(db, "page", page_id, new)
