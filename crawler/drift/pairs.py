"""How pages differ from what the same pages showed before: the strongest sign of a drift.

Edits are told from a redesign by how many *tools* changed in the same way at once: a publisher who
edits one tool changes every page that shows it. Pages are paired and counted by SQL; how what they
show of a tool differs is looked at once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.drift.bands import Share, is_above, step_of
from crawler.drift.history import History
from crawler.reading.traits import ToolTraits

USUAL: Share = (8, 400)
"""Of so many tools so many are taken to change in one way between two looks, by plain editing."""
MIN_PAGES = 3
"""The fewest pages that can ever be more than `USUAL` explains."""
CLOSED = ("tools.category", "tools.badge", "tools.entry", "quotes.reviewer", "quotes.verdict")
"""Fields whose values change seldom. Those of the others are new with every edit."""

GONE = " is gone"
OTHER = " has other values"
EQUAL = "equal "
MOVED = " has changed places"
"""No edit gives a text the reviewer of another, and that one its own."""

Mark = str
"""One way in which a page differs from before, said so that "on so many pages" may follow."""
SAME = "same"
"""In the place of an era: the pages known to be as they were last."""
Ranges = Mapping[str, tuple[int, int]]
"""The first and last step of the values of a field, as bands.py counts them."""


@dataclass(frozen=True, slots=True)
class Paired:
    """The pages of a history that were seen before and now, and where each mark is shown.

    They stand in its tables until the next are paired.
    """

    history: History

    def odd(self) -> list[tuple[Mark, str]]:
        """The marks that more pages and more tools show than edits explain, and on how many."""
        asked = "SELECT mark, count(DISTINCT key) FROM marked GROUP BY mark ORDER BY mark"
        shown = self.history.db.execute(asked).fetchall()
        return [each for found in shown for each in self._odd(*found)]

    def _odd(self, mark: Mark, pages: int) -> Iterator[tuple[Mark, str]]:
        """A mark, where so many pages show it."""
        of = self._had(mark.removesuffix(GONE) if mark.endswith(GONE) else "")
        if not is_above((pages, of), USUAL):
            return
        tools = dict(self._tools("FROM marked WHERE mark = ?", mark))
        of_tools = dict(self._tools(_HAD, mark.removesuffix(GONE) if mark.endswith(GONE) else ""))
        # A tool edited to be like others makes equal pairs with each of them.
        share = 0.5 if mark.startswith(EQUAL) else 0
        showing = sum(count > share * of_tools.get(tool, 0) for tool, count in tools.items())
        if is_above((showing, len(of_tools)), USUAL):
            yield mark, f"on {pages} of {of} pages that were otherwise before"

    def _had(self, name: str) -> int:
        """On how many pages a field was shown before; under the empty name, how many there are."""
        return self.history.count(f"SELECT count(DISTINCT key) {_HAD}", name)

    def _tools(self, where: str, name: str) -> list[tuple[str, int]]:
        sql = f"SELECT tool, count(*) {where} GROUP BY tool"
        return self.history.db.execute(sql, (name,)).fetchall()

    def layouts(self, mark: Mark) -> list[str]:
        """The layouts, of pages looked at, that show a mark at least half as often as all do."""
        found = self.history.db.execute(_LAYOUTS, (mark,)).fetchall()
        share = sum(marked for _, _, marked, _ in found) / sum(pages for _, pages, *_ in found) / 2
        return [name for name, pages, marked, seen in found if seen and marked / pages >= share]

    def keys(self, marks: Iterable[Mark]) -> set[str]:
        """The pages that show any of the marks."""
        sql = "SELECT key FROM marked WHERE mark = ?"
        return {key for mark in marks for (key,) in self.history.db.execute(sql, (mark,))}


def pair(history: History, before: str, eras: Sequence[str]) -> Paired:
    """Each page beside what it was before. Pages that gave no record before are left out.

    Shape: each page counts as it is in the first of the `eras` that has it; the last of them, where
    it is `SAME`, stands for the pages known to be as they were.
    """
    db = history.db
    for table in ("new", "pair", "piece", "marked"):
        db.execute(f"DELETE FROM {table}")
    for era in eras:
        which = (
            "era = 'last' AND key IN (SELECT key FROM same)" if era == SAME else f"era = '{era}'"
        )
        db.execute(f"{_TAKE} WHERE {which}")
    db.execute(_PAIR, (before,))
    for side in "ab":
        db.execute(_PIECES.format(side))
    _mark(history, before)
    return Paired(history)


def _mark(history: History, before: str) -> None:
    """Enter where each mark is shown; what tools and pages differ in alike is compared once."""
    db, usual = history.db, _ranges(history, before)
    for old, new, failure in db.execute(_CHANGED).fetchall():
        for mark in _marks(history.part(old), history.part(new), usual, failure):
            db.execute(_MARK, (mark, old, new, failure))
    for key, *sides in db.execute(_OTHERWISE):
        old, new = ([history.part(each) for each in two if each] for two in (sides[:2], sides[2:]))
        tools = [part.tool for part in old if part.tool in {each.tool for each in new}]
        rows = [(mark, tool, key) for mark in _exchanged(old, new) for tool in tools]
        history.db.executemany("INSERT INTO marked VALUES (?, ?, ?)", rows)


def _marks(old: ToolTraits, new: ToolTraits, usual: Ranges, failure: str | None) -> Iterator[Mark]:
    if failure is not None:
        yield f"{failure} instead of a record"
        return
    for name in set(old.fields) - set(new.fields):
        yield name + GONE
    for code in set(new.findings) - set(old.findings):
        yield f"the finding {code}, new,"
    for name in set(new.alike) - set(old.alike):
        yield f"{EQUAL}{name}, new,"
    yield from _outside(new, usual)
    yield from _added(old, new)
    for name, values in new.words:
        before = old.words_of(name)
        if before and name in CLOSED and not set(values) & set(before):
            yield name + OTHER
        if before and len(values) == 1 and values != before:
            yield f"{name} has become one value ({values[0]})"


def _added(old: ToolTraits, new: ToolTraits) -> Iterator[Mark]:
    """Texts that all begin as they did and end otherwise, or the other way round.

    So they do where a date or a button's words have come to stand in them; a text that is written
    anew differs at both ends.
    """
    before = dict(old.ends)
    for name, texts in new.ends:
        pairs = list(zip(before.get(name, ()), texts, strict=False))
        same = [{one[end] == other[end] for one, other in pairs} for end in (0, 1)]
        for end, words in enumerate(("begins", "ends")):
            if same[end] == {False} and same[1 - end] == {True}:
                yield f"{name} {words} otherwise"


def _exchanged(old: Iterable[ToolTraits], new: Iterable[ToolTraits]) -> Iterator[Mark]:
    """What the quotes of a page whose texts are the same have exchanged among themselves."""
    before = {text: under for part in old for text, *under in part.said}
    both = [(before[text], under) for part in new for text, *under in part.said if text in before]
    for at, name in enumerate(("quotes.reviewer", "quotes.score")):
        moved = [(one[at], other[at]) for one, other in both if one[at] != other[at]]
        if moved and sorted(one for one, _ in moved) == sorted(other for _, other in moved):
            yield name + MOVED


def _outside(part: ToolTraits, usual: Ranges) -> Iterator[Mark]:
    for name, least, most in part.sizes:
        first, last = usual.get(name, (0, 99))
        if step_of(least) < first - 1:
            yield f"{name} is far smaller"
        if step_of(most) > last + 1:
            yield f"{name} is far larger"


def _ranges(history: History, era: str) -> Ranges:
    """From the smallest to the largest value of each field that any page showed."""
    found: dict[str, tuple[int, int]] = {}
    for (number,) in history.db.execute(_PARTS_OF, (era,) * 2).fetchall():
        for name, least, most in history.part(number).sizes:
            first, last = found.get(name, (step_of(least), step_of(most)))
            found[name] = min(first, step_of(least)), max(last, step_of(most))
    return found


_PARTS_OF = "SELECT one FROM sight WHERE era = ? UNION SELECT other FROM sight WHERE era = ?"
_TAKE = "INSERT OR IGNORE INTO new SELECT key, layout, failure, one, other FROM sight"
_KIND = "substr({0}.layout, 1, instr({0}.layout || ':', ':') - 1)"
"""The same as `kind_of`."""
_PAIR = f"""
INSERT INTO pair SELECT key, new.layout, new.failure, old.one, old.other, new.one, new.other
FROM new JOIN sight AS old USING (key) WHERE era = ? AND old.failure IS NULL
  AND (new.failure IS NOT NULL OR {_KIND.format("new")} = {_KIND.format("old")})
"""
_PIECES = """
INSERT INTO piece SELECT key, part.tool, part.id,
    CASE part.tool WHEN two.tool THEN two.id WHEN one.tool THEN one.id END, failure
FROM pair JOIN part ON part.id = {} LEFT JOIN part AS one ON one.id = c
  LEFT JOIN part AS two ON two.id = d
WHERE failure IS NOT NULL OR part.tool IN (one.tool, two.tool)
"""
"""The parts of a page for each tool; a page that fails now has no part of any."""
_CHANGED = "SELECT DISTINCT old, new, failure FROM piece WHERE old IS NOT new"
_OTHERWISE = "SELECT key, a, b, c, d FROM pair WHERE (a, b) IS NOT (c, d) AND failure IS NULL"
_MARK = (
    "INSERT INTO marked SELECT ?, tool, key FROM piece"
    " WHERE old IS NOT new AND old = ? AND new IS ? AND failure IS ?"
)
_HAD = "FROM piece JOIN field ON part = old WHERE name = ?"
_LAYOUTS = """
SELECT pair.layout, count(*) AS pages, count(shown) AS marked, count(now.key) AS looked_at
FROM pair LEFT JOIN (SELECT DISTINCT key AS shown FROM marked WHERE mark = ?) ON shown = pair.key
  LEFT JOIN sight AS now ON era = 'now' AND now.key = shown
GROUP BY pair.layout ORDER BY pair.layout
"""
