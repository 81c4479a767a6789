"""Take-downs and corrections as a person asks for them, each in one straight line.

    what the home shows, read once (evidence) -> what is meant, and by what it is known (find)
    -> the ledger and its copy -> published files (files) -> bytes, with --erase -> record files

What was published is withdrawn at once, not by the next build: whoever serves it must stop. The
ledger is written first, so that a killed take-down is finished by the next build or by the same
command again.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive import Capture, Home, open_archive
from archive.store import drop_results
from archive.takedown import (
    Matches,
    Takedown,
    active_takedowns,
    corrections,
    enter_correction,
    enter_takedown,
    erase_captures,
    finish_erasures,
    lift_takedown,
    mark_erased,
    settle,
    takedowns,
    widen_takedown,
)
from db.publish.pages import sweep_pages
from db.publish.publish import remove_leftovers
from db.recognise.match import TakedownMatcher
from db.records.recordfile import READ_ERRORS, read_header, record_paths
from db.records.snapshot import Snapshot, take_snapshot
from db.takedown.evidence import Evidence
from db.takedown.files import withdraw_files, would_withdraw
from db.takedown.find import Target, covered_pages, find, matches_of, told
from db.takedown.records import clean_records
from schema.errors import LockedError, UsageError
from schema.records import SHORT_TEXT

WAIT_S = 20
"""So long a take-down waits for a build that runs. Units: seconds."""


@dataclass(slots=True)
class TakedownReport:
    """What a take-down came to: its number, what it concerns, and how much was withdrawn.

    Absent: `id` is None where it was only tried.
    """

    id: int | None
    kind: str
    site: str
    target: str
    pages: int
    withdrawn: list[str] = field(default_factory=list)
    erased: int = 0
    is_complete: bool = True
    """Whether the published files were seen to; else a running build does it when it ends."""


def try_take_down(
    home: Home, asked: str, *, site: str | None = None, erase: bool = False
) -> TakedownReport:
    """What a take-down would come to. Nothing is entered or withdrawn.

    Raises: UsageError as `take_down`.
    """
    evidence = Evidence(open_archive(home.path))
    target, wanted, pages = _meant(evidence, asked, "tried", site=site, erase=erase)
    gone = evidence.archive.captures_of_pages(pages) if erase else []
    names = [*would_withdraw(evidence, TakedownMatcher([wanted]))]
    return TakedownReport(None, *target, len(pages), names, len(gone))


def take_down(
    home: Home, asked: str, *, reason: str, site: str | None = None, erase: bool = False
) -> TakedownReport:
    """Enter a take-down and withdraw what was published; `erase` takes the bytes too.

    Raises: UsageError when nothing goes by that name; StartError when the home cannot be written
    to; with `erase`, LockedError while a crawl or a build runs: nothing was changed then.
    """
    reason = _plain(reason, "--reason")
    evidence = Evidence(open_archive(home.path))
    home.create()
    with ExitStack() as locks:
        if erase:
            locks.enter_context(home.lock("crawl"))
            locks.enter_context(home.lock("build", WAIT_S))
        else:  # a lock that can be had by nobody is told before anything is entered
            with suppress(LockedError), home.lock("build"):
                pass
        target, wanted, pages = _meant(evidence, asked, reason, site=site, erase=erase)
        # Before it is entered: whatever comes between, the words must not stay in there.
        drop_results(home, (each.name for each in evidence.archive.segments()))
        number = enter_takedown(home, wanted, pages)
        report = TakedownReport(number, *target, len(pages))
        if not erase:
            try:
                locks.enter_context(home.lock("build", WAIT_S))
            except LockedError:
                report.is_complete = False
                return report
        report.withdrawn = withdraw(home, evidence)
        if erase:
            report.erased = _erase(evidence, target)
    return report


def _meant(
    evidence: Evidence, asked: str, reason: str, *, site: str | None, erase: bool
) -> tuple[Target, Takedown, list[int]]:
    """What is meant, the take-down of it as it is to be entered, and the pages that it covers."""
    target = find(evidence, asked, site=site)
    if erase and target.kind == "quote":
        raise UsageError(
            what=f"{told(asked)}: the bytes of a quote are those of its pages;"
            " take down the pages that show it to erase them"
        )
    wanted = _wanted(evidence, target, reason, Matches(is_erasing=erase))
    # By what its pages show it is known again; they may never have been read.
    read = evidence.read(_captures(evidence, wanted))
    more = Matches(is_erasing=erase, erased_bodies=sorted(read) if erase else [])
    wanted = _wanted(evidence, target, reason, more)
    return target, wanted, covered_pages(evidence, wanted)


def _wanted(evidence: Evidence, target: Target, reason: str, more: Matches) -> Takedown:
    """The take-down as it is to be entered: what it goes by, `more` too, and what it takes out."""
    matches = matches_of(target, evidence).joined(more)
    for each in takedowns(evidence.home):  # lifted ones too: what they knew may be gone
        if (each.kind, each.site, each.target) == target:
            matches = matches.joined(each.matches.model_copy(update={"is_erasing": False}))
    wanted = Takedown(id=0, **target._asdict(), matches=matches, reason=reason)
    gone = evidence.showings.out_of(TakedownMatcher([wanted])).get(wanted.id, Matches())
    return wanted.model_copy(update={"matches": matches.joined(gone)})


def withdraw(home: Home, evidence: Evidence | None = None) -> list[str]:
    """Withdraw whatever holds what was taken down, and finish what was left half done.

    Shape: what was read of the home before; the names of the published files and folders
    withdrawn now. The caller holds the build's lock.
    Raises: IntegrityError when the ledger has forgotten a take-down that its copy holds.
    """
    settle(home)
    finish_erasures(home)
    remove_leftovers(home)  # a build that was killed may have left the words in one
    taken = TakedownMatcher(active_takedowns(home))
    names = sweep_pages(home.public, taken.ids)
    if not taken.ids:
        return names
    archive = open_archive(home.path)
    names += withdraw_files(evidence or Evidence(archive), taken)
    if any(_is_older(path, taken) for path in record_paths(home.records, "*")):
        clean_records(archive, take_snapshot(archive))
    return names


def _is_older(path: Path, taken: TakedownMatcher) -> bool:
    """Whether a record file was made before the newest take-down."""
    try:
        return read_header(path).takedowns != taken.ids
    except READ_ERRORS:
        return True


def is_outdated(home: Home, snapshot: Snapshot) -> bool:
    """Whether something was taken down, or a take-down lifted, since the snapshot."""
    return [each.id for each in active_takedowns(home)] != snapshot.taken.ids


def _captures(evidence: Evidence, takedown: Takedown) -> list[Capture]:
    """The captures of a take-down's pages that may give a record."""
    pages = covered_pages(evidence, takedown) if takedown.kind != "quote" else []
    return [each for each in evidence.archive.captures_of_pages(pages) if each.status == 200]


def _erase(evidence: Evidence, target: Target) -> int:
    """Erase the captures of a take-down's pages; gives how many. Both locks are held."""
    home = evidence.home
    active = active_takedowns(home)
    takedown = next(each for each in active if (each.kind, each.site, each.target) == target)
    captures = evidence.archive.captures_of_pages(covered_pages(evidence, takedown))
    said = [f"{each.url} {each.captured_at}" for each in captures]
    number = widen_takedown(home, takedown, Matches(erased=said))
    count = erase_captures(home, [each.id for each in captures])
    clean_records(evidence.archive, take_snapshot(evidence.archive))
    mark_erased(home, number)
    return count


def lift(home: Home, number: int) -> None:
    """Let a take-down hold no longer: the next build publishes again what is still there.

    Raises: UsageError when no take-down of that number holds; StartError when the home cannot be
    written to.
    """
    evidence = Evidence(open_archive(home.path))
    found = [each for each in takedowns(home) if each.id == number]
    pages = [page for each in found for page in covered_pages(evidence, each)]
    home.create()
    lift_takedown(home, number, pages)


def correct(
    home: Home, asked: str, *, note: str, site: str | None = None, is_dry: bool = False
) -> tuple[int | None, Target]:
    """Enter a dated note that the next build shows beside what it is about; gives its number.

    Absent: no number where it was only tried.
    Raises: UsageError when nothing goes by that name here; StartError when the home cannot be
    written to.
    """
    note = _plain(note, "--note")
    evidence = Evidence(open_archive(home.path))
    target = find(evidence, asked, site=site)
    if target.kind == "page" and target[1:] not in ((p.site, p.url) for p in evidence.pages()):
        raise UsageError(what=f"{told(target.target)}: no page of this archive")
    if is_dry:
        return None, target
    home.create()
    return enter_correction(home, *target, note), target


def _plain(text: str, name: str) -> str:
    """A text for people, on one line.

    Raises: UsageError when it is empty, too long or holds control characters.
    """
    text = " ".join(text.split())
    if not text or len(text) > SHORT_TEXT or not text.isprintable():
        raise UsageError(what=f"{name}: one line of 1 to {SHORT_TEXT} printable characters")
    return text


def withdrawal_counts(home: Home) -> dict[str, int]:
    """How many take-downs hold, wait for bytes to be erased or were lifted, and how many notes."""
    found = takedowns(home)
    active = [each for each in found if each.lifted_at is None]
    return {
        "active": len(active),
        "lifted": len(found) - len(active),
        "erasing": sum(each.matches.is_erasing and not each.is_erased for each in active),
        "corrections": len(corrections(home)),
    }
