"""What of an archive may be given to others as it is: the whole of it, in one line.

    snapshot -> what each shows and asks for -> reasons -> originals with their revisits

Take-downs and opt-outs hold: db/giving/reasons.py has the list. Nothing here writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from archive import Archive, Capture
from archive.takedown import ERASED, require_all
from archive.wacz import GivenCapture
from db.giving.naming import TakenNames, names_of
from db.giving.outcomes import Considered, GivingProgress, consider, is_page
from db.giving.reasons import WhyNot, why_not
from db.records.snapshot import Snapshot, take_snapshot
from db.takedown.withdraw import is_outdated
from schema.errors import StoppedError


@dataclass(frozen=True, slots=True)
class Giving:
    """What may be given of one archive, as it was at one moment."""

    archive: Archive
    snapshot: Snapshot
    given: list[GivenCapture]
    """In the order of the segments."""
    left_out: Counter[WhyNot]

    def require_present(self) -> None:
        """Pass where no take-down came in since; raises StoppedError else."""
        if is_outdated(self.archive.home, self.snapshot):
            what = "a take-down came in, or was lifted, while this was made; run it again"
            raise StoppedError(what=what)


def giving(archive: Archive, pattern: str, progress: GivingProgress) -> Giving:
    """What may be given of the captures whose own address fits a pattern, revisits with originals.

    Raises: IntegrityError where the ledger has forgotten a take-down, or bytes cannot be read back.
    """
    require_all(archive.home)
    snapshot = take_snapshot(archive)
    every = {each.id: each for each in archive.captures()}
    told = {each.capture.id: each for each in consider(archive, snapshot, progress)}
    sealed = {each.name for each in snapshot.segments if each.is_sealed}
    reasons = {
        each.id: _why_not(each, told.get(each.id) if each.segment in sealed else None, snapshot)
        for each in every.values()
    }
    _refuse_names(archive, every.values(), reasons, names_of(snapshot.taken.active))
    wanted = {each.id for each in every.values() if fnmatchcase(each.url, pattern)}
    originals = set[int]()
    for each in (every[capture] for capture in sorted(wanted) if reasons[capture] is None):
        if each.kind == "revisit":
            root = each.revisit_of
            if root is not None and reasons.get(root, "erased") is None:
                originals.add(root)
            else:
                reasons[each.id] = "original_left_out"
    given = [every[each] for each in wanted | originals if reasons[each] is None]
    given.sort(key=lambda each: (each.segment, each.offset))
    left_out = Counter(why for each in wanted if (why := reasons[each]) is not None)
    return Giving(archive, snapshot, [_given(each, told[each.id]) for each in given], left_out)


def _given(capture: Capture, considered: Considered) -> GivenCapture:
    shown = considered.seen.shown
    return GivenCapture(capture, shown.title if shown else None, is_page(capture))


def _why_not(capture: Capture, considered: Considered | None, snapshot: Snapshot) -> WhyNot | None:
    if capture.damage == ERASED:
        return "erased"
    if capture.page_id in snapshot.refused:
        return "taken_down"
    if considered is None:
        return "unsealed"
    taken = any(each.site == capture.site for each in snapshot.taken.active)
    return why_not(considered, is_guarded=taken)


def _refuse_names(
    archive: Archive,
    captures: Iterable[Capture],
    reasons: dict[int, WhyNot | None],
    names: TakenNames,
) -> None:
    """Leave out the answers that name what was taken down."""
    for each in captures:
        looked_for = names.get(each.site) if reasons[each.id] is None else None
        if looked_for is not None and looked_for.search(archive.plain(each)):
            reasons[each.id] = "names_taken_down"
