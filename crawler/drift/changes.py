"""How the profiles of one run differ from those of the good runs before it.

Each share is held against a band (bands.py). What makes records doubtful is odd; a layout
that is new but shows all that is usual is only named. This module is pure, as the profiles are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from crawler.drift.bands import Share, is_above, usual_steps, values_of
from crawler.drift.history import History, Pages
from crawler.drift.pairs import OTHER, Mark, Paired, pair
from crawler.drift.profile import (
    FAILED,
    OF_RECORDS,
    UNCHANGED,
    Profile,
    kind_of,
    profiles_of,
    total,
)
from crawler.reading.traits import UNREAD, PageTraits

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
    is_odd: bool = True
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
    good = {key for key, page in history.last.items() if page.failure is None}
    alone = profiles_of(page for key, page in seen.items() if key not in good)
    changes = compare(whole, history.profiles(), alone)
    new = [page for key, page in seen.items() if key not in history.last]
    changes += _strangers(new, history.last.values())
    asked = {**same, **history.waiting, **seen}
    standing = {**history.last, **history.waiting, **seen}
    changes += _paired(pair(asked, history.last), seen.keys())
    # Edits add up to other values everywhere, but not to values that are gone.
    since_first = _paired(pair(standing, history.first), seen.keys())
    changes += [change for change in since_first if not change.mark.endswith(OTHER)]
    once: dict[tuple[str, str], Change] = {}
    for change in changes:
        once.setdefault((change.layout, change.mark or change.what), change)
    return list(once.values())


def _paired(paired: Paired, seen: Set[str]) -> list[Change]:
    """What too many pages show that they did not before, by layout."""
    return [
        Change(layout, f"{DIGEST.sub('', mark)} {how_many}", mark=mark)
        for mark, how_many in paired.odd()
        for layout in paired.layouts(mark, seen)
    ]


def _strangers(new: Sequence[PageTraits], before: Iterable[PageTraits]) -> list[Change]:
    """Pages never seen before, none of whose reviewers was ever seen before.

    The pages that brought such reviewers before tell how often that is to be expected.
    """
    old = [found for page in before if (found := page.words_of(REVIEWER))]
    known = Counter(word for found in old for word in found)
    alone = sum(all(known[word] == 1 for word in found) for found in old)
    named = [(page, found) for page in new if (found := page.words_of(REVIEWER))]
    strange = [page for page, found in named if not found & known.keys()]
    shares = (len(strange), len(named)), (alone, len(old))
    what = f"{REVIEWER} never seen before {_usually(*shares)}"
    layouts = sorted({page.layout for page in strange}) if is_above(*shares) else []
    return [Change(layout, what) for layout in layouts]


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
        changes += _new_layouts(_of_kind(kind, now), _of_kind(kind, before))
    for layout in sorted(filter(has_records, alone)):
        changes += _odd(layout, alone[layout], basis_of(layout, before, by_kind))
    return changes


def has_records(layout: str) -> bool:
    """Whether a layout is one of pages that were looked at and gave a record."""
    return kind_of(layout) not in (UNREAD, UNCHANGED)


def _of_kind(kind: str, profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    return {layout: one for layout, one in profiles.items() if kind_of(layout) == kind}


def basis_of(layout: str, old: Mapping[str, Profile], by_kind: dict[str, Profile]) -> Profile:
    """What a layout is compared with: its own pages before, or where they are few, all its kind.

    Shape: `by_kind` keeps what was added up, for the next layout.
    """
    own, kind = old.get(layout), kind_of(layout)
    if own is not None and own.pages >= MIN_OWN_PAGES:
        return own
    if kind not in by_kind:
        by_kind[kind] = total(_of_kind(kind, old).values())
    return by_kind[kind]


def _failures(now: Mapping[str, Profile], old: Mapping[str, Profile]) -> list[Change]:
    """Codes that more of all the site's pages failed with, and failures as a whole.

    Pages that did not change count as pages that did not fail: those that do are looked at again.
    """
    ours, theirs = total(now.values()), total(old.values())
    found = []
    for code in sorted(ours.counts[FAILED]):
        shares = ours.share(FAILED, code), theirs.share(FAILED, code)
        if is_above(*shares):
            shown = sorted(layout for layout, one in now.items() if one.counts[FAILED][code])
            found += [Change(layout, f"{code} {_usually(*shares)}") for layout in shown]
    failed, before = ((one.counts[FAILED].total(), one.pages) for one in (ours, theirs))
    if not found and is_above(failed, before):
        unread = sorted(layout for layout in now if kind_of(layout) == UNREAD)
        found = [Change(layout, f"no record {_usually(failed, before)}") for layout in unread]
    return found


def _new_layouts(now: Mapping[str, Profile], old: Mapping[str, Profile]) -> list[Change]:
    """Layouts of one kind never seen before, where more pages show one than is usual.

    Before, the pages whose layout no other page shared tell how often a new one is met.
    """
    new, pages = sorted(now.keys() - old.keys()), sum(one.pages for one in now.values())
    before = [one.pages for one in old.values()]
    shown = sum(now[layout].pages for layout in new), pages
    if not is_above(shown, (before.count(1), sum(before))):
        return []
    what = "a layout never seen before, on {}"
    return [Change(each, what.format(_of(now[each].pages, pages)), is_odd=False) for each in new]


def _odd(layout: str, now: Profile, old: Profile) -> Iterable[Change]:
    """What makes the records of one layout doubtful."""
    for word, _, is_odd, sentence in OF_RECORDS:
        for name in sorted(old.counts[word].keys() | now.counts[word].keys()):
            shares = now.share(word, name), old.share(word, name)
            if is_odd(*shares):
                yield Change(layout, f"{sentence.format(name)} {_usually(*shares)}")
    for name in sorted(now.sizes):
        outside = now.outside(name, old)
        # One page more at either end is to be expected of any next page.
        if is_above(outside, old.outside(name, old), expected=2):
            least, most = values_of(*usual_steps(old.sizes[name]))
            yield Change(layout, f"{name} is outside {least} to {most} on {_of(*outside)}")


def _usually(now: Share, before: Share) -> str:
    return f"on {_of(*now)}, before on {_of(*before)}"


def _of(count: int, pages: int) -> str:
    return f"{count} of {pages} pages"
