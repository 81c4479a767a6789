"""What drifted in a run, as the ledger tells it, and two pages laid side by side.

This module must not change anything: `verdicts drift --accept` is the command's own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from archive import open_archive
from archive.profiles import ProfileRow, load_profiles, rows_before
from archive.worker import Died, GuardedPool
from crawler.changes import basis_of, compare, has_records, out_of_range
from crawler.history import History, history_of
from crawler.pairs import MIN_PAGES
from crawler.profile import Profile, profiles_of, total
from crawler.profiler import sentence
from crawler.sight import unpack
from parsers import Explanation, explain
from schema.errors import BytesError, LayoutError, UsageError

if TYPE_CHECKING:
    from archive import Archive
    from schema.page import RawPage

    Pool = GuardedPool[tuple[RawPage, str], Explanation]

WIDTH = 46
"""How wide one of two pages is printed. Units: characters."""
Block = tuple[str, str, str]
"""What was read from a block, the elements above it, and its text."""


@dataclass(slots=True)
class SiteDrift:
    """One site's run beside the runs before it that it is compared with."""

    run_id: int
    site: str
    rows: list[ProfileRow]
    earlier: list[ProfileRow]
    history: History = field(init=False)
    now: dict[str, Profile] = field(default_factory=dict)
    before: dict[str, Profile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.history = history_of(self.earlier)
        self.now = {row.layout: _profile(row) for row in self.rows}
        known: dict[str, list[Profile]] = defaultdict(list)
        for layout, profile in self.history.profiles():
            known[layout].append(profile)
        self.before = {layout: total(profiles) for layout, profiles in known.items()}

    def changes(self) -> list[str]:
        """A sentence for each thing that drifted, as the run itself said it."""
        if any("said" in row.counts for row in self.rows):
            return [f"{self.site}, {row.layout}: {what}"
                    for row in self.rows for what in row.counts["said"]]  # fmt: skip
        found = compare(self.now, self.history.profiles())  # saved by an older version
        return [sentence(self.site, change) for change in found]

    def cannot_tell(self) -> list[str]:
        """A sentence for a site of too few pages to tell a redesign from edits."""
        pages = set(self.history.last)
        for row in self.rows:
            pages.update(unpack(row.layout, row.counts) or ())
        if self.history.older or len(pages) >= MIN_PAGES:
            return []
        return [f"{self.site}: of {len(pages)} pages nobody can tell edits from a redesign;"
                f" it takes {MIN_PAGES}, seen twice"]  # fmt: skip

    def _good(self) -> list[ProfileRow]:
        return [row for row in self.earlier if not row.is_drift]

    def is_held(self) -> bool:
        """Whether something in it waits for a person."""
        return any(row.is_drift for row in self.rows)

    def report(self) -> dict[str, Any]:
        """All that can be said without reading a page, as plain values."""
        return {
            "run": self.run_id, "site": self.site, "is_drift": self.is_held(),
            "compared_with": sorted({row.run_id for row in self._good()}),
            "changes": self.changes(), "cannot_tell": self.cannot_tell(),
            "layouts": self._layouts(), "failures": self._failures(),
            "shares": {layout: self._shares(layout) for layout in sorted(self.now)
                       if has_records(layout)},
        }  # fmt: skip

    def _layouts(self) -> dict[str, dict[str, Any]]:
        states = {row.layout: row for row in self.rows}
        found: dict[str, dict[str, Any]] = {}
        for layout in sorted({*self.now, *self.before}):
            row = states.get(layout)
            counted = (self.before.get(layout, Profile()).pages, row.pages if row else 0)
            found[layout] = {"before": counted[0], "now": counted[1],
                             "state": "" if row is None else _state(row)}  # fmt: skip
        return found

    def _failures(self) -> dict[str, dict[str, str]]:
        now, before = total(self.now.values()), total(self.before.values())
        found = {}
        for group in ("failures", "missing", "invalid"):
            ours, theirs = getattr(now, group), getattr(before, group)
            word = "" if group == "failures" else f"{group} "
            for name in sorted({*ours, *theirs}):
                found[word + name] = _shares(theirs[name], before.pages, ours[name], now.pages)
        return found

    def _shares(self, layout: str) -> dict[str, dict[str, str]]:
        """Each share of one layout, beside that of what it is compared with."""
        now, old = self.now[layout], basis_of(layout, self.before, {})
        found = {}
        for group, word in (("fields", "shown"), ("findings", "finding"), ("alike", "equal")):
            ours, theirs = getattr(now, group), getattr(old, group)
            for name in sorted({*ours, *theirs}):
                found[f"{word} {name}"] = _shares(theirs[name], old.pages, ours[name], now.pages)
        for name in sorted(now.sizes):
            found[f"out of range {name}"] = _shares(
                out_of_range(name, old, old), old.pages, out_of_range(name, now, old), now.pages)
        return found

    def examples(self) -> tuple[int | None, int | None]:
        """A capture of the commonest layout before, and one of the layout that changed most."""
        good, rows = ([row for row in each if row.example is not None]
                      for each in (self._good(), self.rows))
        old = max(good, key=lambda row: (row.pages, row.run_id), default=None)
        known = set(self.before)
        new = max(rows, default=None,
                  key=lambda row: (row.is_drift, row.layout not in known, row.pages))  # fmt: skip
        return old.example if old else None, new.example if new else None


def _profile(row: ProfileRow) -> Profile:
    """The profile of one row; of pages that were not looked at again only their number is known."""
    sights = unpack(row.layout, row.counts)
    if not sights:
        return Profile.from_counts(row.pages, row.counts)
    return profiles_of(sights.values())[row.layout]


def _state(row: ProfileRow) -> str:
    if row.is_drift:
        return "held" if has_records(row.layout) else "failed"
    return f"accepted {row.accepted_at}" if row.accepted_at else ""


def _shares(count: int, pages: int, count_now: int, pages_now: int) -> dict[str, str]:
    return {"before": f"{count}/{pages}", "now": f"{count_now}/{pages_now}"}


def cannot_tell(home: Path, run_id: int) -> list[str]:
    """A sentence for each site of a run that is too small for a redesign to be noticed."""
    if not any(row.run_id == run_id for row in load_profiles(home)):
        return []
    return [what for each in find_drift(home, None, run_id) for what in each.cannot_tell()]


def find_drift(home: Path, site: str | None, run_id: int | None) -> list[SiteDrift]:
    """The last profiled run of each site, or of the one named, or the run named.

    Raises: UsageError where the run named was not profiled.
    """
    rows = [row for row in load_profiles(home) if site is None or row.site == site]
    kinds = {run.id: run.kind for run in open_archive(home).runs()}
    last: dict[str, int] = {}
    for row in rows:
        if run_id is None or row.run_id == run_id:
            last[row.site] = row.run_id
    if run_id is not None and not last:
        raise UsageError(what=f"run {run_id}: it looked at no page of a comparison")
    return [
        SiteDrift(number, name, [r for r in rows if (r.run_id, r.site) == (number, name)],
                  rows_before(rows, kinds, number, name))
        for name, number in sorted(last.items())
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Structure:
    """A page's visible blocks. Absent: no blocks where the page could not be read as one."""

    capture: int
    url: str
    captured_at: str
    outcome: str
    blocks: tuple[Block, ...]


def read_structure(archive: Archive, capture_id: int, pool: Pool) -> Structure:
    """The structure of one stored page, read in a guarded worker."""
    capture = next(each for each in archive.captures() if each.id == capture_id)
    try:
        found = pool.call((archive.load(capture), capture.site))
    except BytesError as error:
        found = Explanation(problem=error)
    if isinstance(found, Died):
        found = Explanation(problem=LayoutError(code="parser_died", detail=found.reason))
    return Structure(capture_id, capture.url, capture.captured_at, _outcome(found),
                     tuple(blocks_of(found)))  # fmt: skip


def explain_task(task: tuple[RawPage, str]) -> Explanation:
    """What the worker is given to run."""
    return explain(task[0], site=task[1])


def _outcome(found: Explanation) -> str:
    if found.problem is not None:
        return str(found.problem)
    return f"layout {found.record.layout}" if found.record and found.record.kind == "comparison" \
        else "no comparison"  # fmt: skip


def blocks_of(found: Explanation) -> list[Block]:
    """Each visible block, with the fields that were read from it."""
    document = found.document
    if document is None:
        return []
    fields: dict[int, list[str]] = defaultdict(list)
    for name, places in found.trace.items():
        for block, _, _ in places:
            fields[block].append(name)
    return [(", ".join(dict.fromkeys(fields[block])), document.path(block), text)
            for block, text in enumerate(document.text)]  # fmt: skip


def side_by_side(old: Structure | None, new: Structure | None) -> list[str]:
    """Two pages as lines of two columns; blocks with the same field or label stand in one line."""
    left, right = old.blocks if old else (), new.blocks if new else ()
    lines = [_pair(_head(old), " ", _head(new)), _pair(_outcome_of(old), " ", _outcome_of(new))]
    keys = [_key(block) for block in left], [_key(block) for block in right]
    for kind, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for at in range(max(b - a, d - c)):
            one = left[a + at] if a + at < b else None
            other = right[c + at] if c + at < d else None
            lines += _lines(one, other, is_matched=kind == "equal")
    return lines


def _key(block: Block) -> str:
    """What blocks of two pages are matched by: what was read from them, else their words."""
    return block[0] or block[2].casefold()


def _lines(one: Block | None, other: Block | None, *, is_matched: bool) -> list[str]:
    is_equal = one is not None and other is not None and is_matched and one[1] == other[1]
    mark = "<" if other is None else ">" if one is None else " " if is_equal else "|"
    texts = [_pair(_text(one), mark, _text(other))]
    return texts if is_equal else [*texts, _pair(_place(one), mark, _place(other))]


def _text(block: Block | None) -> str:
    return "" if block is None else f"{block[0] or '-'}: {block[2]}"


def _place(block: Block | None) -> str:
    return "" if block is None else f"    <{block[1]}>"


def _head(page: Structure | None) -> str:
    return "(no page)" if page is None else f"capture {page.capture}, {page.captured_at}"


def _outcome_of(page: Structure | None) -> str:
    return "" if page is None else page.outcome


def _pair(one: str, mark: str, other: str) -> str:
    left, right = _cut(one), _cut(other)
    return f"{left:{WIDTH}} {mark} {right}".rstrip()


def _cut(text: str) -> str:
    # A page's text goes to a terminal, which obeys control characters.
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    indent = len(text) - len(text.lstrip())
    return " " * indent + shorten(text, WIDTH - indent, placeholder="...") if text else ""
