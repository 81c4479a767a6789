"""A capture taken into an empty home, beside the truth."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import Archive, Capture, open_archive
from captures.bench import Made
from captures.truth import MODIFIED, OWN, body
from machine.dates import latest
from schema.errors import BytesError
from schema.page import RawPage
from verdicts import read_page

NEAR = timedelta(seconds=60)
"""So far may a stored date be from the moment of the visit."""
DOUBTFUL = "file"
"""The source of a date that may be anybody's: a file's time."""


@dataclass(frozen=True)
class Judged:
    """One row as it came out. Shape: each field is the table's word for it."""

    bytes: str
    address: str
    date: str
    record: str
    exit_code: int
    verdict: str


@dataclass(frozen=True)
class TakenIn:
    """What an import left: its exit code, its last sentence, and the captures of the home."""

    exit_code: int
    said: str
    archive: Archive | None
    captures: tuple[Capture, ...]


def take_in(path: Path, home: Path) -> TakenIn:
    """Import a capture into an empty home, by the command that a user has."""
    shutil.rmtree(home, ignore_errors=True)
    asked = ["import", str(path), "--site", "sample", "--home", str(home), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "verdicts", *asked],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    said = " / ".join(_problems(done.stdout) or _sentences(done.stderr))
    if not (home / "ledger.db").is_file():
        return TakenIn(done.returncode, said, None, ())
    archive = open_archive(home)
    # What a browser asks for beside the page (its picture) and redirects are no captures of it.
    kept = tuple(each for each in archive.captures() if each.status == 200)
    return TakenIn(done.returncode, said, archive, kept)


def _sentences(text: str) -> list[str]:
    """What was said but for the progress and the next step."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("looked at", "next:"))]


def _problems(report: str) -> list[str]:
    try:
        found = json.loads(report)
    except ValueError:
        return []
    return [f"{Path(where).name}: {code}" for where, code in found.get("problems", ())]


def judge(made: Made, home: Path) -> Judged:
    """What of a row was right."""
    taken = take_in(made.path, home)
    own = [each for each in taken.captures if _is_own(each, made)]
    other = [each for each in taken.captures if not _is_own(each, made)]
    if made.lost and taken.exit_code == 10 and taken.said:
        return Judged("–", "–", "–", "–", taken.exit_code, f"refused honestly: {taken.said}")
    if not taken.captures:
        honest = taken.exit_code != 0 and taken.said and not taken.said.startswith("Traceback")
        said = (
            f"refused honestly: {taken.said}" if honest else f"WRONG: nothing stored, {taken.said}"
        )
        return Judged("–", "–", "–", "–", taken.exit_code, said)
    shown = own or other
    address = "right" if own else other[0].url
    date = date_of(shown, made.visits, is_dated=made.is_dated)
    content, record = _content(taken, shown)
    faults = [
        f"{len(own)} captures of {len(made.visits)} visits" * (len(own) != len(made.visits)),
        f"beside it {', '.join(each.url for each in other)}" * bool(own and other),
        f"address {address}" * (not own),
        f"date {date}" * (date not in ("right", "doubtful")),
        f"record {record}" * (record != "same"),
    ]
    found = "; ".join(fault for fault in faults if fault)
    return Judged(
        content, address, date, record, taken.exit_code, f"WRONG: {found}" if found else "right"
    )


def _is_own(capture: Capture, made: Made) -> bool:
    """Whether it stands at the page's address; at none, where the capture says none."""
    return capture.url == OWN if made.is_named else capture.url.startswith("urn:")


def date_of(captures: Sequence[Capture], visits: Sequence[datetime], *, is_dated: bool) -> str:
    """`right` where each visit has a capture near it, `doubtful` where no date was in the file.

    The server's Last-Modified is never right, and a capture that holds a date gives it.
    """
    stored = sorted(captures, key=lambda each: each.captured_at)
    if all(each.date_source == DOUBTFUL for each in captures):
        if is_dated:
            return "the file's, though the capture holds one"
        return "doubtful"
    if any(each.captured_at == MODIFIED for each in captures):
        return f"{MODIFIED}, the server's Last-Modified"
    pairs = zip(stored, sorted(visits), strict=False)
    wrong = [one.captured_at for one, visit in pairs if not _may_be(one, visit)]
    return wrong[0] if wrong else "right"


def _may_be(capture: Capture, visit: datetime) -> bool:
    """Whether a visit lies within what a stored date may mean."""
    until = latest(capture.captured_at, capture.precision)
    return (
        until is not None and _moment(capture.captured_at) - NEAR <= visit <= _moment(until) + NEAR
    )


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).astimezone(UTC)


def _content(taken: TakenIn, captures: Sequence[Capture]) -> tuple[str, str]:
    """Whether the bytes are the true ones, and whether they give the true record."""
    assert taken.archive is not None
    words = set()
    records = set()
    for capture in captures:
        try:
            page = taken.archive.load(capture)
        except BytesError as error:
            return "damaged", str(error)
        words.add("same" if page.sha256 == hashlib.sha256(body()).hexdigest() else "other")
        records.add(_differs(page.body, page.content_type))
    return "/".join(sorted(words)), "/".join(sorted(records))


def _differs(found: bytes, content_type: str | None) -> str:
    """`same`, or what differs from the record of the true bytes, the address set aside."""
    true, read = record_of(body(), "text/html; charset=utf-8"), record_of(found, content_type)
    if read == true:
        return "same"
    if read["kind"] == "failure":
        return f"failure {read['code']}"
    return "differs in " + ", ".join(key for key in true if read.get(key) != true[key])


def record_of(page: bytes, content_type: str | None) -> dict[str, object]:
    """The record of a page at its own address, without where it stood in the page."""
    record = read_page(RawPage(OWN, page, content_type), site="sample").model_dump(mode="json")
    return {key: value for key, value in record.items() if key not in ("layout", "path", "trace")}
