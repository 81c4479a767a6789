"""What changed: by crawl, and narrowed to a release, a tool, a time, a kind or a field.

A change counts for the crawl in which the new value was first seen. What captures of others say
counts for its day.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from schema.changed import WORDS, ChangeCounts
from web import words
from web.asking import ShownRow, ask, count, first, rows
from web.pages import signs
from web.pages.asked import anything, asked, day, day_or_month, one_of, query, whole_number
from web.pages.differing import differing
from web.pages.shared import PER_PAGE
from web.showing import once, read, root_of, show
from web.upstream import Base400, Datasette, Request, Response

MOST_COUNTED = 10_000
"""So many changes are counted one by one; there are "more than" those."""
PER_OVERVIEW = 8
SHOWN_OF_CRAWL = 4
MOST_SHOWN = 400
AROUND = 8
"""How many equal words stand beside those that differ. Units: words."""
ALWAYS = "~"
"""Behind every time."""
FIELDS = {"comparison": ("comparison", "comparisons"), "tool": ("tool", "tools"), **WORDS}
CHOICES = {
    "field": [(name, one) for name, (one, _) in FIELDS.items()],
    "kind": [(each, each) for each in ("appeared", "changed", "vanished")],
    "cause": [("source", "the publisher"), ("parser", "our parser, reading otherwise")],
}


class CrawlTime(NamedTuple):
    """A crawl of ours, and the time in which what it saw was seen."""

    id: int
    since: str
    until: str


class Occasion(NamedTuple):
    """What was seen in a crawl, or on a day in captures that no crawl of ours took.

    Absent: `crawl` is None for a day.
    """

    crawl: CrawlTime | None
    at: str
    counts: ChangeCounts
    appeared: Counter[str]
    """How many comparisons and tools were seen for the first time."""
    parser: int
    """How many changes another version of the parser made."""
    total: int
    newest: list[int]
    """The newest changes that are no new comparison or tool, the newest first."""

    @property
    def query(self) -> str:
        """What asks for all of its changes."""
        return f"crawl={self.crawl.id}" if self.crawl else f"day={self.at[:10]}"


def crawls(conn: sqlite3.Connection) -> list[CrawlTime]:
    """All crawls of ours, the oldest first, none reaching into the next."""
    sql = "select id, started_at, ended_at from crawl where kind = 'crawl' order by started_at, id"
    found = list(ask(conn, sql))
    following = [*(start for _, start, _ in found[1:]), ALWAYS]
    return [
        CrawlTime(number, start, min(after, f"{end}{ALWAYS}" if end else ALWAYS))
        for (number, start, end), after in zip(found, following, strict=False)
    ]


def placing(ours: list[CrawlTime]) -> Callable[[str], int | str]:
    """Gives for a time the place of the crawl that saw what was seen then, else the day."""
    starts = [crawl.since for crawl in ours]

    def place(at: str) -> int | str:
        found = bisect_right(starts, at) - 1
        return found if found >= 0 and at < ours[found].until else at[:10]

    return place


def occasions(conn: sqlite3.Connection) -> list[Occasion]:
    """Every crawl, and every day on which others saw a change, the newest first.

    It reads all changes, so it is asked once.
    """
    ours = crawls(conn)
    place = placing(ours)
    made: dict[int | str, Occasion] = {}
    for at, crawl in enumerate(ours):
        made[at] = _none_yet(crawl, crawl.since)
    newest: dict[int | str, deque[int]] = {}
    told: dict[int | str, Counter[tuple[str, str, str]]] = {}
    for seen_by, number, kind, field, cause in ask(conn, EACH):
        where = place(seen_by)
        told.setdefault(where, Counter())[field, kind, cause] += 1
        if kind != "appeared" or field not in ("comparison", "tool"):
            newest.setdefault(where, deque(maxlen=SHOWN_OF_CRAWL)).appendleft(number)
    for where, counted in told.items():
        if where not in made:
            made[where] = _none_yet(None, str(where))
        made[where] = _counted(made[where], counted, list(newest.get(where, ())))
    for where, changed in _pages_changed(conn, place).items():
        if where not in made:
            made[where] = _none_yet(None, str(where))
        made[where].counts.changed = changed
    return sorted(made.values(), key=lambda each: each.at, reverse=True)


def _none_yet(crawl: CrawlTime | None, at: str) -> Occasion:
    return Occasion(crawl, at, ChangeCounts(), Counter(), 0, 0, [])


def _counted(before: Occasion, told: Counter[tuple[str, str, str]], newest: list[int]) -> Occasion:
    """The occasion with its counts, which are those of the line that a build ends with."""
    counts, appeared = before.counts, Counter[str]()
    for (field, kind, _), number in told.items():
        if field in WORDS:
            counts.fields[field] += number
        elif kind == "appeared":
            appeared[field] += number
    counts.new = appeared["comparison"]
    counts.gone = sum(n for (field, kind, _), n in told.items() if (field, kind) == GONE)
    parser = sum(n for (_, _, cause), n in told.items() if cause == "parser")
    return Occasion(before.crawl, before.at, counts, appeared, parser, told.total(), newest)


GONE = ("comparison", "vanished")
EACH = """
select seen_by, id, kind, field, cause from change where seen_by is not null order by seen_by, id"""
LATER_VERSIONS = """
select first_seen, page_id from comparison_version where number > 1 and first_seen is not null"""


def _pages_changed(
    conn: sqlite3.Connection, place: Callable[[str], int | str]
) -> Counter[int | str]:
    """On how many pages, that were known before, another version was first seen."""
    pages = {(place(first_seen), page) for first_seen, page in ask(conn, LATER_VERSIONS)}
    return Counter(where for where, _ in pages)


CHANGE = """
select c.*, t.tool as tool_key, t.name as tool_name, r.name as reviewer, p.comparison as page_key,
       p.title as page_title, ko.description as old_card, kn.description as new_card,
       ko.withheld as old_card_withheld, kn.withheld as new_card_withheld, qo.text as old_quote,
       qn.text as new_quote, qo.withheld as old_quote_withheld, qn.withheld as new_quote_withheld
from chosen cross join change c on c.id = chosen.id
left join tool t on t.id = c.tool_id left join reviewer r on r.id = c.reviewer_id
left join comparison p on p.id = c.comparison_id
left join card ko on c.field = 'description' and ko.key = c.old
left join card kn on c.field = 'description' and kn.key = c.new
left join quote qo on c.field = 'quote' and qo.key = c.old
left join quote qn on c.field = 'quote' and qn.key = c.new"""
NUMBERED = f"""
with chosen as materialized (select key as place, value as id from json_each(:numbers))
{CHANGE} order by chosen.place"""


def numbered(conn: sqlite3.Connection, numbers: list[int]) -> list[ShownRow]:
    """These changes in this order, each with its values beside each other."""
    found = rows(conn, NUMBERED, numbers=json.dumps(numbers))
    for change in found:
        _add_values(change)
    return found


def _add_values(change: ShownRow) -> None:
    """Give a change its values as they are shown, and why one is not."""
    change.words = FIELDS.get(change.field, (change.field.replace("_", " "),))[0]
    keyed = {"description": "card", "quote": "quote"}.get(change.field)
    values = {"old": change.old, "new": change.new}
    change.withheld = {}
    if keyed:
        for side, value in list(values.items()):
            text = values[side] = getattr(change, f"{side}_{keyed}")
            if value and text is None:
                reason = getattr(change, f"{side}_{keyed}_withheld")
                change.withheld[side] = words.withheld_reason(reason or "not recorded")
    if change.field == "panel_ship_percent":
        values = {side: value and f"{value}%" for side, value in values.items()}
    change.shown_old, change.shown_new = differing(values["old"], values["new"], AROUND, MOST_SHOWN)


NARROWS = {
    "since": "seen_by >= :since",
    "until": "seen_by < :until",
    "tool": "tool_id = :tool",
    "comparison": "comparison_id = :comparison",
    "field": "field = :field",
    "kind": "kind = :kind",
    "cause": "cause = :cause",
    "day": "not exists (select 1 from json_each(:ours) our where change.seen_by"
    " >= json_extract(our.value, '$[0]') and change.seen_by < json_extract(our.value, '$[1]'))",
}
"""What leaves changes out, by the name of its value."""
DATED = "seen_by is not null"
ALL_DATED = frozenset({"since", "until"})
OF_FEW = frozenset({"tool", "comparison", "day"})
"""What leaves few changes, which an index finds."""
SORT = ("field", "kind", "cause")


class ChangeOrder(NamedTuple):
    """All changes of which a day is known, and the places in that order of those of each sort.

    An index by time would have to be read to its end for what is rare.
    """

    ids: array[int]
    places: dict[tuple[str, str, str], array[int]]
    """By field, kind and cause."""

    def place(self, conn: sqlite3.Connection, at: str, number: int = 0) -> int:
        """How many were seen before a time, or then with a smaller number."""
        sql = "select seen_by from change where id = :id"

        def seen(each: int) -> tuple[str, int]:
            return ask(conn, sql, id=each).fetchone()[0], each

        return bisect_left(self.ids, (at, number), key=seen)


def change_order(conn: sqlite3.Connection) -> ChangeOrder:
    """The order of all changes; asked once."""
    found = ChangeOrder(array("q"), {})
    for place, (_, number, kind, field, cause) in enumerate(ask(conn, EACH)):
        found.ids.append(number)
        found.places.setdefault((field, kind, cause), array("q")).append(place)
    return found


class Narrowed(NamedTuple):
    """Which changes are wanted, as values by their names in NARROWS."""

    values: dict[str, Any]

    def shown(
        self, conn: sqlite3.Connection, order: ChangeOrder, before: int | None, most: int
    ) -> tuple[list[int], int]:
        """The newest so many of them behind the last one before, undated ones last; and their
        number, at most one more than are counted one by one."""
        last = first(conn, "select id, seen_by from change where id = :id", id=before)
        has_dated = last is None or bool(last.seen_by)
        dated = self._of_few if self.values.keys() & OF_FEW else self._placed
        found, total = dated(conn, order, last, most if has_dated else 0)
        if not self.values.keys() & ALL_DATED:
            behind = "" if has_dated or last is None else "and id < :before"
            told = {"before": last and last.id, "most": most - len(found)}
            sql = f"select id from change where {self._where()} and seen_by is null"
            undated = ask(
                conn, f"{sql} {behind} order by id desc limit :most", **self.values, **told
            )
            found += [number for (number,) in undated]
            total += self._count(conn, "seen_by is null")
        return found, total

    def _placed(
        self, conn: sqlite3.Connection, order: ChangeOrder, last: ShownRow | None, most: int
    ) -> tuple[list[int], int]:
        """Of those of some sorts within a time, the newest."""
        low = order.place(conn, self.values.get("since", ""))
        high = order.place(conn, self.values.get("until", ALWAYS))
        end = order.place(conn, last.seen_by, last.id) if last and last.seen_by else high
        newest, total = list[int](), 0
        for sort, places in order.places.items():
            if all(self.values.get(name, is_) == is_ for name, is_ in zip(SORT, sort, strict=True)):
                begin = bisect_left(places, low)
                total += max(0, bisect_left(places, high) - begin)
                until = bisect_left(places, min(end, high))
                newest += places[max(begin, until - most) : max(begin, until)]
        newest.sort(reverse=True)
        return [order.ids[place] for place in newest[:most]], total

    def _of_few(
        self, conn: sqlite3.Connection, order: ChangeOrder, last: ShownRow | None, most: int
    ) -> tuple[list[int], int]:
        """Of those of one tool, comparison or day, the newest."""
        behind = "and (seen_by, id) < (:at, :before)" if last and last.seen_by else ""
        told = {"before": last and last.id, "at": last and last.seen_by, "most": most}
        sql = f"select id from change where {self._where()} and {DATED} {behind}"
        found = ask(
            conn, f"{sql} order by seen_by desc, id desc limit :most", **self.values, **told
        )
        return [number for (number,) in found], self._count(conn, DATED)

    def _where(self) -> str:
        return " and ".join(NARROWS[name] for name in NARROWS if name in self.values) or "1"

    def _count(self, conn: sqlite3.Connection, more: str) -> int:
        sql = f"select 1 from change where {self._where()} and {more} limit :most"
        return count(conn, f"select count(*) from ({sql})", **self.values, most=MOST_COUNTED + 1)


def narrowed(conn: sqlite3.Connection, said: dict[str, str]) -> tuple[Narrowed, list[str]]:
    """What was asked, as values of the file, and in words.

    Raises: Base400 for a tool, comparison, release or crawl that the file does not have.
    """
    values: dict[str, Any] = {each: said[each] for each in ("field", "kind", "cause") if said[each]}
    told = []
    for name in ("tool", "comparison"):
        if said[name]:
            found = _known(conn, name, said[name])
            values[name] = found.id
            told.append(f"of {found.name}")
    for since, until, sentence in _times(conn, said):
        values["since"] = max(since, values.get("since", ""))
        values["until"] = min(until, values.get("until", ALWAYS))
        told.append(sentence)
    if said["day"]:
        values["ours"] = json.dumps([[crawl.since, crawl.until] for crawl in crawls(conn)])
        values["day"] = said["day"]
    return Narrowed(values), told


KNOWN = {
    "tool": "select id, name from tool where tool = :key",
    "comparison": "select id, title as name from comparison where comparison = :key",
    "release": """select created_at, (select max(created_at) from release before
      where before.created_at < release.created_at) as since from release where release = :key""",
    "crawl": "select id from crawl where id = :key and kind = 'crawl'",
}


def _known(conn: sqlite3.Connection, name: str, key: str) -> ShownRow:
    found = first(conn, KNOWN[name], key=key)
    if found is None:
        raise Base400(f"{name}={key!r}: this archive has no such {name}.")
    return found


def _times(conn: sqlite3.Connection, said: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """First and last moment of each time that was asked for, and how it is called."""
    if value := said["since"]:
        yield value, ALWAYS, f"seen since {value}"
    if value := said["until"]:
        yield "", f"{value}{ALWAYS}", f"seen until {value}"
    if value := said["day"]:
        yield value, f"{value}{ALWAYS}", f"seen on {value} in captures of others"
    if value := said["release"]:
        release = _known(conn, "release", value)
        since = f" and since the one before, {release.since[:10]}" if release.since else ""
        yield (
            f"{release.since}{ALWAYS}" if release.since else "",
            f"{release.created_at}{ALWAYS}",
            f"seen before release {value} was made, {release.created_at[:10]}{since}",
        )
    if value := said["crawl"]:
        number = _known(conn, "crawl", value).id
        found = next(crawl for crawl in crawls(conn) if crawl.id == number)
        yield found.since, found.until, f"of the crawl of {words.minute(found.since)}"


async def changes_page(datasette: Datasette, request: Request) -> Response:
    """The newest crawls with what they brought, or the changes that are asked for."""
    said = asked(
        request, since=day_or_month, until=day_or_month, day=day, crawl=whole_number,
        release=anything, tool=anything, comparison=anything, field=one_of(FIELDS),
        kind=one_of(dict(CHOICES["kind"])), cause=one_of(dict(CHOICES["cause"])),
        before=whole_number,
    )  # fmt: skip
    page = words.page_number(request.args.get("page"))
    every = await once(datasette, occasions)
    releases = await once(datasette, all_releases)
    before = int(said.pop("before") or 0) or None
    is_narrowed = any(said.values()) or before is not None
    facts: dict[str, Any] = {"said": said, "page": page, "fields": FIELDS, "choices": CHOICES}
    facts["releases"] = [(each.release, each.release) for each in releases]
    if is_narrowed:
        order = await once(datasette, change_order)
        facts |= await read(datasette, lambda conn: _listed(conn, order, said, before))
        facts["query"], facts["pages"] = query(said), -(-facts["total"] // PER_PAGE)
        path = f"/changes?{facts['query']}"
    else:
        shown = every[(page - 1) * PER_OVERVIEW : page * PER_OVERVIEW]
        facts |= {"occasions": shown, "pages": -(-len(every) // PER_OVERVIEW)}
        facts["changes"] = await read(datasette, lambda conn: _of_occasions(conn, shown))
        facts["undated"] = await once(datasette, _undated)
        path = "/changes"
    home = root_of(datasette, request)
    described = signs.page(f"{home}{path}", home, "What changed", "CollectionPage")
    return show(
        datasette, request, "changes.html", canonical=path, described=described,
        noindex=is_narrowed or page > 1, most=MOST_COUNTED,
        per_page=PER_PAGE, is_narrowed=is_narrowed, **facts,
    )  # fmt: skip


def _listed(
    conn: sqlite3.Connection, order: ChangeOrder, said: dict[str, str], before: int | None
) -> dict[str, Any]:
    wanted, told = narrowed(conn, said)
    numbers, total = wanted.shown(conn, order, before, PER_PAGE + 1)
    shown = numbers[:PER_PAGE]
    following = shown[-1] if len(numbers) > PER_PAGE else None
    found = {"told": told, "changes": numbered(conn, shown), "following": following}
    return {**found, "total": total}


def _of_occasions(conn: sqlite3.Connection, shown: list[Occasion]) -> dict[int, ShownRow]:
    numbers = [number for each in shown for number in each.newest]
    return {change.id: change for change in numbered(conn, numbers)}


def _undated(conn: sqlite3.Connection) -> int:
    return count(conn, "select count(*) from change where seen_by is null")


def all_releases(conn: sqlite3.Connection) -> list[ShownRow]:
    """The releases that may be asked for, the newest first."""
    return rows(conn, "select release, withdrawn_at from release order by created_at desc, id desc")


ROUTES = [(r"^/changes$", changes_page)]
