"""How the profiles of one run differ from those of the good runs before it.

Each share is held against a band (bands.py). What makes records doubtful is odd; a layout
that is new but shows all that is usual is only named. This module changes no history.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from crawler.drift.bands import Share, is_above, usual_steps, values_of
from crawler.drift.history import FIRST, LAST, NOW, WAITING, History
from crawler.drift.pairs import OTHER, SAME, Mark, Paired, pair
from crawler.drift.profile import (
    FAILED,
    OF_RECORDS,
    Profile,
    has_records,
    kind_of,
    profiles_of,
    total,
)
from crawler.reading.traits import UNREAD

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


def judge(history: History, unchanged: Iterable[str]) -> list[Change]:
    """What drifted in one site's run, each thing once.

    Shape: all from before with the pages that were looked at now, and those known to be as they
    were.
    Absent: an empty list where nothing drifted, or nothing is known from before.
    """
    if not history.known:
        return []
    history.db.execute("DELETE FROM same")
    history.db.executemany("INSERT OR IGNORE INTO same VALUES (?)", ((key,) for key in unchanged))
    whole = profiles_of(chain(history.pages("era = 'now'"), history.pages(_UNSEEN)))
    alone = profiles_of(history.pages(_ALONE))
    changes = compare(whole, history.profiles, alone)
    changes += _strangers(history)
    changes += _paired(pair(history, LAST, (NOW, WAITING, SAME)))
    # Edits add up to other values everywhere, but not to values that are gone.
    since_first = _paired(pair(history, FIRST, (NOW, WAITING, LAST)))
    changes += [change for change in since_first if not change.mark.endswith(OTHER)]
    once: dict[tuple[str, str], Change] = {}
    for change in changes:
        once.setdefault((change.layout, change.mark or change.what), change)
    return list(once.values())


_SEEN_NOW = "(SELECT key FROM sight WHERE era = 'now')"
_UNSEEN = f"era = 'last' AND key IN (SELECT key FROM same EXCEPT SELECT key FROM {_SEEN_NOW})"
_GOOD = "(SELECT key FROM sight WHERE era = 'last' AND failure IS NULL)"
_ALONE = f"era = 'now' AND key NOT IN {_GOOD}"
_NEW = "era = 'now' AND key NOT IN (SELECT key FROM sight WHERE era = 'last')"


def _paired(paired: Paired) -> list[Change]:
    """What too many pages show that they did not before, by layout."""
    return [
        Change(layout, f"{DIGEST.sub('', mark)} {how_many}", mark=mark)
        for mark, how_many in paired.odd()
        for layout in paired.layouts(mark)
    ]


def _strangers(history: History) -> list[Change]:
    """Pages never seen before, none of whose reviewers was ever seen before.

    The pages that brought such reviewers before tell how often that is to be expected.
    """
    named = [
        (page.layout, found) for page in history.pages(_NEW) if (found := page.words_of(REVIEWER))
    ]
    if not named:
        return []
    known = Counter(
        word for page in history.pages("era = 'last'") for word in page.words_of(REVIEWER)
    )
    old = [found for page in history.pages("era = 'last'") if (found := page.words_of(REVIEWER))]
    alone = sum(all(known[word] == 1 for word in found) for found in old)
    strange = [layout for layout, found in named if not found & known.keys()]
    shares = (len(strange), len(named)), (alone, len(old))
    what = f"{REVIEWER} never seen before {_usually(*shares)}"
    return [Change(layout, what) for layout in sorted(set(strange)) if is_above(*shares)]


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
