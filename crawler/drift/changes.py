"""How the profiles of one run differ from those of the good runs before it.

Each share is held against a band (bands.py). What makes records doubtful is odd; a layout
that is new but shows all that is usual is only named. This module is pure, as the profiles are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from crawler.drift.bands import Share, is_above, is_below, usual_steps, values_of
from crawler.drift.history import History, Pages
from crawler.drift.pairs import OTHER, Mark, Paired, pair
from crawler.drift.profile import UNCHANGED, Profile, kind_of, profiles_of, total
from crawler.reading.sight import UNREAD, PageTraits

REVIEWER = "quotes.reviewer"
DIGEST = re.compile(r" \([0-9a-f]{8}\)")
"""A text's digest in a mark tells nobody anything."""

MIN_OWN_PAGES = 8
"""A layout with fewer pages before is compared with all layouts of its kind."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that drifted. `is_odd` where records of the layout are not to be trusted.

    `mark` is what each page shows of it that was seen before; empty where the pages are new.
    """

    layout: str
    what: str
    is_odd: bool
    mark: Mark = ""


def judge(seen: Pages, unchanged: Set[str], history: History) -> list[Change]:
    """What drifted in one site's run, each thing once.

    Shape: the pages that were looked at, those known to be as they were, and all from before.
    Absent: an empty list where nothing drifted, or nothing is known from before.
    """
    if not history.last:
        return []
    same = {key: history.last[key] for key in unchanged if key in history.last}
    whole = profiles_of({**same, **seen}.values())
    alone = profiles_of(sight for key, sight in seen.items() if not _was_read(key, history))
    changes = compare(whole, history.profiles(), alone)
    changes += _strangers(
        [sight for key, sight in seen.items() if key not in history.last], history
    )
    asked = {**same, **history.waiting, **seen}
    standing = {**history.last, **history.waiting, **seen}
    changes += paired_changes(pair(asked, history.last), seen.keys())
    # Edits add up to other values everywhere, but not to values that are gone.
    changes += [
        change
        for change in paired_changes(pair(standing, history.first), seen.keys())
        if not change.mark.endswith(OTHER)
    ]
    return list(
        {
            (change.layout, change.mark or change.what): change for change in reversed(changes)
        }.values()
    )[::-1]


def paired_changes(paired: Paired, seen: Set[str]) -> list[Change]:
    """What too many pages show that they did not before, by layout."""
    return [
        Change(layout, f"{DIGEST.sub('', mark)} {how_many}", True, mark)
        for mark, how_many in paired.odd()
        for layout in paired.layouts(mark, seen)
    ]


def _was_read(key: str, history: History) -> bool:
    return key in history.last and history.last[key].failure is None


def _strangers(new: Sequence[PageTraits], history: History) -> list[Change]:
    """Pages never seen before, none of whose reviewers was ever seen before.

    The pages that brought such reviewers before tell how often that is to be expected.
    """
    known: Counter[str] = Counter()
    for sight in history.last.values():
        known.update(_reviewers(sight))
    old = [found for sight in history.last.values() if (found := _reviewers(sight))]
    alone = sum(all(known[each] == 1 for each in found) for found in old)
    named = [(sight, found) for sight in new if (found := _reviewers(sight))]
    strange = [sight for sight, found in named if not found & known.keys()]
    shares = (len(strange), len(named)), (alone, len(old))
    if not is_above(*shares):
        return []
    return [
        Change(layout, f"{REVIEWER} never seen before {_usually(*shares)}", True)
        for layout in sorted({sight.layout for sight in strange})
    ]


def _reviewers(sight: PageTraits) -> set[str]:
    return {word for part in sight.parts for word in part.words_of(REVIEWER)}


def compare(
    now: Mapping[str, Profile], before: Mapping[str, Profile], alone: Mapping[str, Profile]
) -> list[Change]:
    """What drifted by the shares of pages that show each thing.

    Shape: the run's profiles by layout, those from before, and the profiles of those pages alone
    that are compared with nothing of their own.
    """
    by_kind: dict[str, Profile] = {}
    changes = _failures(now, before)
    for kind in sorted({kind_of(layout) for layout in now if has_records(layout)}):
        changes += _new_layouts(kind, now, before)
    for layout in sorted(filter(has_records, alone)):
        changes += _odd(layout, alone[layout], basis_of(layout, before, by_kind))
    return changes


def has_records(layout: str) -> bool:
    """Whether a layout is one of pages that were looked at and gave a record."""
    return kind_of(layout) not in (UNREAD, UNCHANGED)


def basis_of(layout: str, old: Mapping[str, Profile], by_kind: dict[str, Profile]) -> Profile:
    """What a layout is compared with: its own pages before, or where they are few, all its kind.

    Shape: `by_kind` keeps what was added up, for the next layout.
    """
    own, kind = old.get(layout), kind_of(layout)
    if own is not None and own.pages >= MIN_OWN_PAGES:
        return own
    if kind not in by_kind:
        by_kind[kind] = total(each for name, each in old.items() if kind_of(name) == kind)
    return by_kind[kind]


def _failures(now: Mapping[str, Profile], old: Mapping[str, Profile]) -> list[Change]:
    """Codes that more of all the site's pages failed with, and failures as a whole.

    Pages that did not change count as pages that did not fail: those that do are looked at again.
    """
    all_now, all_old = total(now.values()), total(old.values())
    found = []
    for code in sorted(all_now.failures):
        shares = (all_now.failures[code], all_now.pages), (all_old.failures[code], all_old.pages)
        if is_above(*shares):
            found += [
                Change(layout, f"{code} {_usually(*shares)}", True)
                for layout, one in sorted(now.items())
                if code in one.failures
            ]
    failed = all_now.failures.total(), all_old.failures.total()
    shares = (failed[0], all_now.pages), (failed[1], all_old.pages)
    if not found and is_above(*shares):
        found = [
            Change(layout, f"no record {_usually(*shares)}", True)
            for layout in sorted(now)
            if kind_of(layout) == UNREAD
        ]
    return found


def _new_layouts(kind: str, now: Mapping[str, Profile], old: Mapping[str, Profile]) -> list[Change]:
    """Layouts never seen before, where more pages show one than is usual.

    Before, the pages whose layout no other page shared tell how often a new one is met.
    """
    mine = {layout: one for layout, one in now.items() if kind_of(layout) == kind}
    others = {layout: one for layout, one in old.items() if kind_of(layout) == kind}
    new = [layout for layout in mine if layout not in others]
    alone = sum(one.pages for one in others.values() if one.pages == 1)
    shares = (
        (sum(mine[layout].pages for layout in new), total(mine.values()).pages),
        (alone, total(others.values()).pages),
    )
    if not is_above(*shares):
        return []
    what = "a layout never seen before, on {}"
    return [
        Change(layout, what.format(_of(mine[layout].pages, shares[0][1])), False)
        for layout in sorted(new)
    ]


def _odd(layout: str, now: Profile, old: Profile) -> Iterable[Change]:
    """What makes the records of one layout doubtful."""
    for name in sorted(old.fields | now.fields):
        shares = (now.fields[name], now.pages), (old.fields[name], old.pages)
        if is_below(*shares):
            yield Change(layout, f"{name} is shown {_usually(*shares)}", True)
    for names, before, what in (
        (now.findings, old.findings, "the finding {}"),
        (now.alike, old.alike, "equal {}"),
    ):
        for name in sorted(names):
            shares = (names[name], now.pages), (before[name], old.pages)
            if is_above(*shares):
                yield Change(layout, f"{what.format(name)} {_usually(*shares)}", True)
    for name in sorted(now.sizes):
        outside, usual = out_of_range(name, now, old), out_of_range(name, old, old)
        # One page more at either end is to be expected of any next page.
        if is_above((outside, now.pages), (usual, old.pages), expected=2):
            least, most = values_of(*usual_steps(old.sizes[name]))
            what = f"{name} is outside {least} to {most} on {_of(outside, now.pages)}"
            yield Change(layout, what, True)


def out_of_range(name: str, now: Profile, old: Profile) -> int:
    """On how many pages one end of a field's values lies outside the usual range of `old`."""
    if name not in old.sizes:
        return 0
    first, last = usual_steps(old.sizes[name])
    return sum(pages for step, pages in now.sizes[name].items() if not first <= step <= last)


def _usually(now: Share, before: Share) -> str:
    return f"on {_of(*now)}, before on {_of(*before)}"


def _of(count: int, pages: int) -> str:
    return f"{count} of {pages} pages"
