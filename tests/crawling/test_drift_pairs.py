"""Pages are paired by SQL just as by looking at each: held against the plain words of the rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger import PageSeen, ProfileRow
from crawler.drift.bands import is_above
from crawler.drift.history import FIRST, LAST, NOW, WAITING, History
from crawler.drift.pairs import EQUAL, GONE, SAME, USUAL, _exchanged, _marks, _ranges, pair
from crawler.drift.profile import kind_of
from crawler.reading.traits import PageTraits, ToolTraits, packed

Pages = dict[str, PageTraits]


@dataclass
class Where:
    tools: Counter[str] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)

    def add(self, key: str, tool: str) -> None:
        self.tools[tool] += 1
        self.pages.add(key)


def looked_at_one_by_one(history: History, now: Pages, before: Pages, era: str) -> set[object]:
    """The odd marks, on how many pages, and their layouts, of pages in memory."""
    usual, marks, had = _ranges(history, era), defaultdict(Where), defaultdict(Where)
    pairs = {
        key: (before[key], page)
        for key, page in now.items()
        if key in before
        and before[key].failure is None
        and (page.failure is not None or kind_of(before[key].layout) == kind_of(page.layout))
    }
    for key, (old, new) in pairs.items():
        exchanged = list(_exchanged(old.parts, new.parts))
        parts = {part.tool: part for part in new.parts}
        for part in old.parts:
            if part.tool not in parts and new.failure is None:
                continue
            other = parts.get(part.tool, ToolTraits())
            for name in ("", *part.fields):
                had[name].add(key, part.tool)
            found = _marks(part, other, usual, new.failure) if part != other else ()
            for mark in (*found, *exchanged):
                marks[mark].add(key, part.tool)
    odd = set()
    for mark, where in marks.items():
        of = had[mark.removesuffix(GONE) if mark.endswith(GONE) else ""]
        share = 0.5 if mark.startswith(EQUAL) else 0
        tools = sum(count > share * of.tools[tool] for tool, count in where.tools.items())
        counts = len(where.pages), len(of.pages)
        if is_above(counts, USUAL) and is_above((tools, len(of.tools)), USUAL):
            whole = Counter(new.layout for _, new in pairs.values())
            shown = Counter(pairs[key][1].layout for key in where.pages)
            least = len(where.pages) / len(pairs) / 2
            seen = {p.layout for key, p in history_now(history).items() if key in where.pages}
            layouts = tuple(sorted(each for each in seen if shown[each] / whole[each] >= least))
            odd.add((mark, counts, layouts))
    return odd


def history_now(history: History) -> Pages:
    return era_of(history, NOW)


def era_of(history: History, era: str) -> Pages:
    keys = history.db.execute("SELECT key FROM sight WHERE era = ?", (era,)).fetchall()
    return {key: next(history.pages("era = ? AND key = ?", era, key)) for (key,) in keys}


WORDS = st.sampled_from("pqrs")
PARTS = st.builds(
    lambda fields, alike, size, words, said: (
        ("f1", "f2")[:fields],
        alike,
        (),
        (("n", size, size + 3),),
        (("quotes.verdict", words),),
        said,
    ),
    st.integers(0, 2),
    st.sampled_from([(), ("tools.tagline",)]),
    st.sampled_from([3, 4, 900]),
    st.tuples(WORDS) | st.tuples(WORDS, WORDS),
    st.permutations("xyz").map(
        lambda who: tuple((t, w, "1") for t, w in zip("abc", who, strict=True))
    ),
)
LOOKS = st.lists(PARTS, min_size=2, max_size=3)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[ProfileRow, dict[str, PageTraits]]]:
    """Rows of two runs before and the pages of one now, of pages that two of ten tools share."""
    looks, rows = draw(LOOKS), []
    keys = [(a, b) for a in range(8) for b in range(a + 1, 8)][: draw(st.integers(3, 28))]
    for run in range(3):
        layouts = ("html:1", "html:2", "text-1", "unread:9")
        chosen = draw(st.lists(st.integers(0, 40), min_size=len(keys), max_size=len(keys)))
        shift = draw(st.integers(0, 2))
        pages: dict[str, Pages] = defaultdict(dict)
        for (a, b), number in zip(keys, chosen, strict=True):
            if number == 0:
                continue
            layout = layouts[3 if number == 1 else 2 if number == 2 else number % 2]
            which = looks[(shift + (number > 36)) % len(looks)]
            parts = (
                () if number == 1 else (ToolTraits(f"t{a}", *which), ToolTraits(f"t{b}", *which))
            )
            failure = "card_missing" if number == 1 else None
            pages[layout][f"{a}{b}"] = PageTraits(layout, parts, failure)
        is_drift = draw(st.booleans()) and run == 1
        for layout, found in pages.items():
            row = ProfileRow(run, "s", layout, len(found), is_drift, {}, id=len(rows))
            rows.append((row, found))
    return rows


def in_memory(rows: list[tuple[ProfileRow, Pages]]) -> tuple[Pages, Pages, Pages, Pages]:
    """First, last, waiting and now, row by row."""
    first, last, waiting, now = ({}, {}, {}, {})
    for row, pages in rows:
        for key, page in pages.items():
            if row.run_id == 2:
                now[key] = page
            elif row.is_drift:
                waiting[key] = page
            else:
                waiting.pop(key, None)
                if page.failure is None or key not in last or last[key].failure is not None:
                    last[key] = page
                if key not in first or first[key].failure is not None:
                    first[key] = page
    return first, last, waiting, now


@given(histories(), st.sets(st.sampled_from(["01", "02", "12", "34"])))
@settings(max_examples=60, deadline=None)
def test_pages_are_paired_and_counted_as_one_by_one(rows: list, same: set[str]) -> None:
    seen = {row.id: pages for row, pages in rows}

    def sights(row: ProfileRow):
        for key, page in seen[row.id].items():
            yield PageSeen(key, [packed(part) for part in page.parts], page.failure, page.field)

    history = History().take((row for row, _ in rows if row.run_id < 2), sights)
    for row, pages in rows:
        for key, page in pages.items() if row.run_id == 2 else ():
            history.see(key, page)
    first, last, waiting, now = in_memory(rows)
    for era, pages in ((FIRST, first), (LAST, last), (WAITING, waiting), (NOW, now)):
        assert era_of(history, era) == pages, era
    history.db.executemany("INSERT INTO same VALUES (?)", [(key,) for key in same])
    unchanged = {key: last[key] for key in same & last.keys()}
    for before, era, eras, asked in (
        (last, LAST, (NOW, WAITING, SAME), {**unchanged, **waiting, **now}),
        (first, FIRST, (NOW, WAITING, LAST), {**last, **waiting, **now}),
    ):
        paired = pair(history, era, eras)
        found = {
            (mark, tuple(map(int, told.split()[1:4:2])), tuple(paired.layouts(mark)))
            for mark, told in paired.odd()
        }
        assert found == looked_at_one_by_one(history, asked, before, era)
