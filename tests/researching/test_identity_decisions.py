"""Decisions on tools: the file only grows, says what is wrong with it, and can be given away."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import Home
from db.identity import read_decisions
from db.identity.decisions import ToolDecision, add_decision, contradiction, take_in
from schema.errors import IntegrityError, UsageError

NOON = "2026-11-02T12:00:00Z"
DECIDED = st.lists(
    st.tuples(st.sampled_from(["same", "differ"]), *[st.sampled_from("abcdef")] * 2).filter(
        lambda each: each[1] != each[2]
    ),
    max_size=12,
)


def decision(said: str, a: str, b: str, **changes: str) -> ToolDecision:
    known = {"site": "sample", "reason": "It says so.", "decided_at": NOON}
    return ToolDecision.model_validate(known | {"decision": said, "a": a, "b": b} | changes)


def add(home: Home, said: str, a: str, b: str, reason: str = "It says so.") -> ToolDecision:
    return add_decision(home, said, ("sample", a, b), reason=reason)  # type: ignore[arg-type]


@pytest.fixture
def here(tmp_path: Path) -> Home:
    (tmp_path / "here").mkdir()
    return Home(tmp_path / "here")


def test_a_decision_is_one_line_with_reason_and_date(here, monkeypatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", NOON)
    add(here, "same", "wick", "alder", "One maker – one page.")
    assert here.decisions.read_text("utf-8") == (
        '{"decision":"same","site":"sample","a":"wick","b":"alder",'
        '"reason":"One maker – one page.","decided_at":"2026-11-02T12:00:00Z"}\n'
    )


def test_a_later_line_on_the_same_two_takes_the_place_of_the_earlier_in_effect_alone(here) -> None:
    add(here, "same", "alder", "wick")
    add(here, "differ", "wick", "alder", "Two makers.")
    read = read_decisions(here.decisions)
    assert [line.decision for line in read.lines] == ["same", "differ"]
    (now,) = read.in_effect.values()
    assert (now.decision, now.reason) == ("differ", "Two makers.")


def test_the_hash_is_that_of_the_bytes_and_of_nothing_where_there_is_no_file(here) -> None:
    assert read_decisions(here.decisions).sha256 == hashlib.sha256(b"").hexdigest()
    add(here, "same", "alder", "wick")
    whole = here.decisions.read_bytes()
    assert read_decisions(here.decisions).sha256 == hashlib.sha256(whole).hexdigest()


def test_what_contradicts_by_way_of_others_is_refused_and_not_written(here) -> None:
    add(here, "same", "alder", "birch")
    add(here, "same", "birch", "cedar")
    before = here.decisions.read_bytes()
    with pytest.raises(UsageError, match=r"alder and cedar .* alder = birch = cedar; decide"):
        add(here, "differ", "alder", "cedar")
    assert here.decisions.read_bytes() == before
    add(here, "differ", "birch", "cedar")
    add(here, "differ", "alder", "cedar")


def test_one_site_says_nothing_of_another_ones_tools(here) -> None:
    add(here, "same", "alder", "birch")
    add(here, "same", "birch", "cedar")
    add_decision(here, "differ", ("other", "alder", "cedar"), reason="Two there.")


@given(DECIDED)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_contradiction_is_seen_exactly_where_joining_says_so(said) -> None:
    in_effect = {frozenset(pair): what for what, *pair in said}
    group = {name: {name} for name in "abcdef"}
    for pair in (pair for pair, what in in_effect.items() if what == "same"):
        joined = set[str]().union(*(group[name] for name in pair))
        group |= dict.fromkeys(joined, joined)
    wanted = any(
        what == "differ" and group[min(pair)] is group[max(pair)]
        for pair, what in in_effect.items()
    )
    assert (contradiction(decision(*each) for each in said) is not None) == wanted


@given(
    st.lists(
        st.builds(
            decision,
            st.sampled_from(["same", "differ"]),
            st.text('ab\u2028\x85é\\"', min_size=1, max_size=5).map("a".__add__),
            st.text('ab\u2028\x85é\\"', min_size=1, max_size=5).map("b".__add__),
            reason=st.text(min_size=1).filter(
                lambda text: text == " ".join(text.split()) and text.isprintable()
            ),
        ),
        max_size=6,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read(tmp_path, lines) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"".join(line.model_dump_json().encode() + b"\n" for line in lines))
    if contradiction(lines) is None:
        assert read_decisions(path).lines == tuple(lines)


GOOD = decision("same", "alder", "birch").model_dump()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"decision":"same","site":"sa', "Invalid JSON"),
        ("", "Invalid JSON"),
        (json.dumps(GOOD | {"decision": "maybe"}), "decision: Input should be 'same' or 'differ'"),
        (json.dumps(GOOD | {"colour": "red"}), "colour: Extra inputs"),
        (json.dumps({name: GOOD[name] for name in GOOD if name != "reason"}), "reason: Field"),
        (json.dumps(GOOD | {"b": "alder"}), "a and b are the same tool"),
        (json.dumps(GOOD | {"decided_at": "2026-13-02T12:00:00Z"}), "is not an ISO 8601 time"),
        (json.dumps(GOOD | {"decided_at": "yesterday"}), "decided_at: String should match"),
        (json.dumps(GOOD | {"reason": "two\nlines"}), "the reason is not one line"),
        ("\udcff", "Invalid JSON"),
    ],
)
def test_a_damaged_line_is_refused_by_file_and_number_and_nothing_is_added(here, line, what):
    good = decision("same", "cedar", "birch").model_dump_json().encode()
    here.decisions.write_bytes(good + b"\n" + line.encode("utf-8", "surrogateescape") + b"\n")
    before = here.decisions.read_bytes()
    for attempt in (lambda: read_decisions(here.decisions), lambda: add(here, "same", "x", "y")):
        with pytest.raises(IntegrityError) as told:
            attempt()
        assert f"{here.decisions}, line 2: is no decision: " in str(told.value)
        assert what in str(told.value)
    assert here.decisions.read_bytes() == before


def test_a_contradiction_that_was_put_into_the_file_is_refused(here) -> None:
    said = [("same", "a", "b"), ("same", "b", "c"), ("differ", "a", "c")]
    lines = [decision(*each).model_dump_json() for each in said]
    here.decisions.write_text("\n".join(lines) + "\n")
    with pytest.raises(IntegrityError, match=r"decisions.jsonl: a and c are decided to differ"):
        read_decisions(here.decisions)


def test_a_last_line_that_an_editor_left_open_counts_and_the_next_stands_on_its_own(here) -> None:
    here.decisions.write_text(decision("same", "alder", "birch").model_dump_json())
    add(here, "differ", "alder", "cedar")
    assert [line.b for line in read_decisions(here.decisions).lines] == ["birch", "cedar"]


def test_anothers_decisions_are_taken_in_once_and_the_newer_of_two_holds(here, tmp_path) -> None:
    theirs = tmp_path / "theirs.jsonl"
    old, new = "2026-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    lines = [
        decision("same", "alder", "birch", decided_at=old),
        decision("differ", "cedar", "birch", decided_at=new, reason="Theirs."),
        decision("differ", "oak", "pine"),
    ]
    theirs.write_text("".join(line.model_dump_json() + "\n" for line in lines))
    add(here, "differ", "alder", "birch")
    add(here, "same", "birch", "cedar", "Ours.")
    assert take_in(here, theirs) == (2, 1)
    now = read_decisions(here.decisions).in_effect
    assert [line.decision for line in now.values()] == ["differ", "differ", "differ"]
    assert now["sample", "birch", "cedar"].reason == "Theirs."
    before = here.decisions.read_bytes()
    assert take_in(here, theirs) == (0, 3)
    assert here.decisions.read_bytes() == before


def test_of_a_file_that_contradicts_ours_nothing_is_taken_in(here, tmp_path) -> None:
    theirs = tmp_path / "theirs.jsonl"
    lines = [decision("same", "oak", "pine"), decision("same", "birch", "cedar")]
    theirs.write_text("".join(line.model_dump_json() + "\n" for line in lines))
    add(here, "same", "alder", "birch")
    add(here, "differ", "alder", "cedar")
    before = here.decisions.read_bytes()
    with pytest.raises(UsageError, match="alder = birch = cedar"):
        take_in(here, theirs)
    assert here.decisions.read_bytes() == before
    theirs.write_text('{"decision"')
    with pytest.raises(UsageError, match=r"theirs\.jsonl, line 1: is no decision"):
        take_in(here, theirs)


def add_ever_more(home: Home, who: str, told: int) -> None:
    """Add one decision after another, and say which were acknowledged."""
    for n in range(10_000):
        add(home, "differ", who, f"{who}-{n}")
        os.write(told, f"{who}-{n}\n".encode())
        time.sleep(0.005)  # else the lock is hardly ever free for anybody else


@contextmanager
def adding(home: Home, who: str) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
    """A process that does so: what it tells, and how to kill it."""
    reading, writing = os.pipe()
    process = get_context("fork").Process(target=add_ever_more, args=(home, who, writing))
    process.start()
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        yield told, process.kill
        process.kill()
        process.join()


def test_a_kill_at_any_moment_loses_no_acknowledged_decision_and_leaves_no_half_line(here) -> None:
    acknowledged = set[str]()
    for turn in range(40):
        with adding(here, f"k{turn}") as (told, kill):
            said = [told.readline()]
            time.sleep(0.0007 * turn)
            kill()
            said += told
        acknowledged |= {line.decode().strip() for line in said if line.endswith(b"\n")}
        assert acknowledged <= {line.b for line in read_decisions(here.decisions).lines}
        assert here.decisions.read_bytes().endswith(b"\n")
    assert len(acknowledged) >= 40


@pytest.fixture
def beside(here, tmp_path) -> Home:
    """Another home, whose decisions are a link to those of `here`."""
    other = Home(tmp_path / "beside")
    other.path.mkdir()
    other.decisions.symlink_to("../here/decisions.jsonl")
    return other


def test_a_decision_of_a_home_that_shares_its_file_goes_into_that_file(here, beside) -> None:
    add(here, "same", "alder", "wick")
    here.decisions.chmod(0o664)
    add(beside, "same", "alder", "birch")
    assert beside.decisions.is_symlink() and not here.decisions.is_symlink()
    assert [line.b for line in read_decisions(here.decisions).lines] == ["wick", "birch"]
    assert here.decisions.stat().st_mode & 0o777 == 0o664
    with pytest.raises(UsageError, match="are decided to differ, and to be the same"):
        add(beside, "differ", "wick", "birch")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("../here/gone.jsonl", r"a link to .*/here/gone\.jsonl, which is not there"),
        ("decisions.jsonl", "cannot be read: Too many levels of symbolic links"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused_and_not_taken_for_no_decisions(
    beside, target, why
) -> None:
    beside.decisions.unlink()
    beside.decisions.symlink_to(target)
    for attempt in (
        lambda: read_decisions(beside.decisions),
        lambda: add(beside, "same", "x", "y"),
    ):
        with pytest.raises(IntegrityError, match=why):
            attempt()
    assert beside.decisions.readlink() == Path(target)


@pytest.mark.parametrize("second", ["here", "beside"])
def test_two_that_decide_at_once_lose_nothing_of_each_other(here, beside, tmp_path, second) -> None:
    other = Home(tmp_path / second)
    add(here, "differ", "zero", "nought")
    with adding(here, "one") as (one, _), adding(other, "two") as (two, _):
        said = {line.decode().strip() for told in (one, two) for line in islice(told, 25)}
    assert len(said) == 50
    assert said <= {line.b for line in read_decisions(here.decisions).lines}


def test_what_is_no_file_is_refused_and_not_waited_for(here) -> None:
    pipe = here.path / "pipe"
    os.mkfifo(pipe)
    here.decisions.unlink(missing_ok=True)
    here.decisions.symlink_to(pipe)
    with pytest.raises(IntegrityError, match="no file, nor a link to one"):
        read_decisions(here.decisions)
