"""What was taken down is known again though it was changed, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BASE, BIRCH, CEDAR, TUESDAY, Answer, Card, html, page, store, url_of
from takedown_home import (
    KEY,
    OAK,
    PINE,
    QUOTE,
    REASON,
    TAKEN_PAGE,
    Told,
    build,
    built,
    holding,
    one,
    reworded,
    rows,
    state_of,
)

from archive import Home
from db.check import check
from db.recognise.fold import folded, readings, words_hash
from db.takedown.withdraw import take_down
from parsers.keys import quote_key

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return built(tmp_path, monkeypatch)


def test_the_same_page_under_no_address_or_another_stays_away(home: Path, tmp_path: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    body = html(ALDER, BIRCH)
    changed = body.replace(b"row 1 carries", b"row 1, carries").replace(b"Weekly", b"Monthly")
    saved = tmp_path / "saved"
    saved.mkdir()
    for name, data in (("same.html", body), ("changed.html", changed)):
        (saved / name).write_bytes(data)
    assert changed != body
    done = verdicts("import", saved, "--home", home, "--site", "sample", "--date", TUESDAY)
    assert done.returncode == 0, done.stderr
    made = build(home).path
    assert rows(made, "SELECT state, count(*) FROM page GROUP BY 1 ORDER BY 1") == [
        ("refused", 3),
        ("stored", 2),
    ]
    assert one(made, "SELECT count(*) FROM comparison") == 2
    assert check(home, deep=True) == []


def test_a_tool_is_known_again_by_its_card_and_by_its_name_without_an_address(
    home: Path, tmp_path: Path
) -> None:
    take_down(Home(home), f"{BASE}/tool/alder", reason=REASON)
    renamed = replace(ALDER, slug="alder-two", description=ALDER.description.upper())
    store(home, [page(renamed, CEDAR, at=TUESDAY)])
    saved = tmp_path / "saved.html"
    saved.write_bytes(html(replace(ALDER, name="ALDER DESK", words="is new"), CEDAR))
    done = verdicts("import", saved, "--home", home, "--site", "sample", "--date", TUESDAY)
    assert done.returncode == 0, done.stderr
    made = build(home).path
    assert rows(made, "SELECT comparison FROM comparison") == [("birch-vs-cedar",)]
    assert rows(made, "SELECT state, count(*) FROM page GROUP BY 1") == [
        ("refused", 4),
        ("stored", 1),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "carries, its own weight ON a slow laptop",
        "carries its  own weight — on a slow laptop",
        "carries its own weight on a slow laptop. Or so they say",
    ],
)
def test_a_quote_with_a_changed_comma_case_or_ending_does_not_come_back(
    home: Path, words: str
) -> None:
    take_down(Home(home), QUOTE, reason=REASON)
    store(home, [page(replace(ALDER, words=words), BIRCH, at=TUESDAY)])
    made = build(home).path
    gone = "SELECT count(*) FROM quote WHERE text LIKE '%Désk in row 1%'"
    assert one(made, gone) == 0
    assert one(made, "SELECT count(*) FROM quote WHERE text LIKE '%Désk in row 2%'") == 2


@pytest.mark.parametrize(
    "told",
    [
        QUOTE.replace(" ", "_ "),
        QUOTE.replace(" ", "__"),
        QUOTE.translate(str.maketrans("oeacpx", "оеасрх")),  # Cyrillic
        QUOTE.translate(str.maketrans("AiovK", "ΑıονΚ")),
        QUOTE.replace("1", "\u0661"),
        QUOTE.upper().translate(str.maketrans("AEHIKNOT", "ΑΕΗΙΚΝΟΤ")),
        QUOTE.translate(str.maketrans("nhy", "νηυ")),
        QUOTE.translate(str.maketrans("nu", "ηυ")),
        QUOTE.translate(str.maketrans("nrw", "пгѡ")),
        QUOTE.translate(str.maketrans("aorw", "ɑᴏʀᴡ")),
        QUOTE.replace("weight", "we\u00adig\u2060ht"),
    ],
    ids=[
        "low lines",
        "low lines alone",
        "Cyrillic",
        "Greek, dotless i",
        "Arabic digit",
        "Greek capitals",
        "as Greek capitals look",
        "as Greek small letters look",
        "more Cyrillic",
        "small capitals",
        "soft hyphen",
    ],
)
def test_what_looks_the_same_in_other_letters_is_the_same_words(told: str) -> None:
    assert told != QUOTE
    assert words_hash(folded(QUOTE)) in {words_hash(words) for words in readings(told)}


def test_a_quote_in_other_letters_does_not_come_back_with_an_ending_either(home: Path) -> None:
    take_down(Home(home), KEY, reason=REASON)
    told = QUOTE.translate(str.maketrans("nhyoeac", "νηυоеас"))
    for day, words in ((4, told), (5, f"{told} Or so they say.")):
        body = html(ALDER, BIRCH).replace(QUOTE.encode(), words.encode())
        store(home, [Answer(TAKEN_PAGE, body, at=f"2026-11-0{day}T12:00:00Z")])
    made = build(home).path
    assert set(
        rows(
            made,
            "SELECT quotes_taken_down FROM comparison_version c JOIN comparison"
            " ON comparison.id = c.page_id"
            " WHERE comparison.comparison = 'alder-vs-birch'",
        )
    ) == {(1,)}
    assert one(made, f"SELECT count(*) FROM quote WHERE tool_name = '{ALDER.name}'") == 3


def saying(card: Told, row: int, words: str) -> Told:
    """The card with another quote in one row."""
    quotes = list(card.quotes)
    quotes[row - 1] = words
    return replace(card, quotes=tuple(quotes))


SAID = OAK.quote(1)
OPENING = "It reads a year of meeting notes and then it wants to talk about each of them at length."


@pytest.fixture
def woods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which every quote is a sentence of its own."""
    store(tmp_path, [page(OAK, PINE), page(OAK, CEDAR), page(PINE, CEDAR)])
    return built(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "told",
    [
        SAID.replace("finds", "digs up"),
        SAID.replace("nobody", "no one").replace("ours", "mine"),
        SAID.replace(" of meeting notes", ""),
        SAID.replace(", ours too", ""),
        f"Well: {SAID.replace('meeting', 'our own meeting')} Every week.",
    ],
    ids=["a word", "two words", "a word less", "an ending less", "words more"],
)
def test_a_quote_that_was_lightly_reworded_does_not_come_back(woods: Path, told: str) -> None:
    take_down(Home(woods), SAID, reason=REASON)
    store(woods, [page(saying(OAK, 1, told), PINE, at=TUESDAY)])
    made = build(woods).path
    assert one(made, "SELECT count(*) FROM quote WHERE tool_name = 'Oak Lens'") == 3
    assert holding(woods / "public", told) == holding(woods / "records", told) == []
    assert check(woods) == []


def test_another_quote_of_the_same_reviewer_stands_though_it_begins_alike(woods: Path) -> None:
    take_down(Home(woods), SAID, reason=REASON)
    store(woods, [page(saying(OAK, 2, OPENING), PINE, at=TUESDAY)])
    kept = rows(build(woods).path, "SELECT text FROM quote WHERE tool_name = 'Oak Lens'")
    assert {text for (text,) in kept} == {OPENING, *OAK.quotes[1:]}


def test_a_reworded_quote_is_held_against_its_own_tool_alone(woods: Path) -> None:
    take_down(Home(woods), SAID, reason=REASON)
    told = SAID.replace("finds", "digs up")
    store(woods, [page(saying(PINE, 1, told), CEDAR, at=TUESDAY)])
    assert one(build(woods).path, f"SELECT tool_name FROM quote WHERE text = '{told}'") == PINE.name


def test_short_words_are_taken_down_beside_their_own_tool_alone(home: Path) -> None:
    short = (
        html(ALDER, BIRCH)
        .replace(QUOTE.encode(), b"Ship it.")
        .replace(BIRCH.quote(1).encode(), b"Ship it.")
    )
    store(home, [Answer(TAKEN_PAGE, short, at=TUESDAY)])
    build(home)
    take_down(Home(home), quote_key("sample", ALDER.name, "Ship it."), reason=REASON)
    made = build(home).path
    assert rows(made, "SELECT tool_name FROM quote WHERE text = 'Ship it.'") == [(BIRCH.name,)]


def test_the_same_short_words_beside_two_tools_are_each_known_again(home: Path) -> None:
    short = html(ALDER, BIRCH)
    for card in (ALDER, BIRCH):
        short = short.replace(card.quote(1).encode(), b"Ship it.")
    store(home, [Answer(TAKEN_PAGE, short, at=TUESDAY)])
    build(home)
    for card in (ALDER, BIRCH):
        take_down(Home(home), quote_key("sample", card.name, "Ship it."), reason=REASON)
    again = short.replace(b"Ship it.", b"SHIP it!")
    store(home, [Answer(TAKEN_PAGE, again, at="2026-11-05T12:00:00Z")])
    assert rows(build(home).path, "SELECT text FROM quote WHERE text LIKE 'ship it_'") == []


ELM, FIR = replace(OAK, slug="elm"), replace(PINE, slug="fir")
OTHER_ELM = replace(ELM, description="Told in other words.")


@pytest.mark.parametrize(
    ("one_card", "changed", "state"),
    [
        (OTHER_ELM, [(ELM, 1), (ELM, 2), (FIR, 1), (FIR, 4)], "refused"),
        (OTHER_ELM, [(ELM, 1), (ELM, 3), (FIR, 1), (FIR, 2), (FIR, 3), (FIR, 4)], "refused"),
        (ELM, [(ELM, 1), (ELM, 2), (ELM, 3), (ELM, 4)], "refused"),
        (OTHER_ELM, [(ELM, 1), (ELM, 2), (ELM, 3)], "stored"),
    ],
    ids=[
        "two of each four",
        "all of a card that says the same",
        "all of one side",
        "a card that was rewritten",
    ],
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_page_under_new_slugs_is_known_by_both_of_its_cards(
    woods: Path, one_card: Card, changed: list[tuple[Card, int]], state: str, is_turned: bool
) -> None:
    take_down(Home(woods), "oak-vs-pine", reason=REASON)
    again = reworded(*((FIR, one_card) if is_turned else (one_card, FIR)), *changed)
    store(woods, [again])
    made = build(woods).path
    assert state_of(made, again.url) == state
    assert check(woods) == []


def test_a_page_lightly_reworded_throughout_is_known_by_its_names(woods: Path) -> None:
    take_down(Home(woods), "oak-vs-pine", reason=REASON)
    fir = replace(FIR, description=FIR.description.replace("every", "each"))
    again = page(OTHER_ELM, fir, at=TUESDAY)
    words = {
        b"It ": b"This ",
        b"the day": b"on the day",
        b"began": b"started",
        b"lunch": b"meal",
        b"silent": b"quiet",
        b"small": b"little",
        b"aloud": b"out loud",
        b"colleague": b"neighbour",
    }
    for old, new in words.items():
        again = replace(again, body=again.body.replace(old, new))
    store(woods, [again])
    assert state_of(build(woods).path, again.url) == "refused"


def test_other_pages_of_a_tool_stand_when_one_page_of_it_is_taken_down(home: Path) -> None:
    nearly = replace(CEDAR, slug="fir", name="Fir Box")
    body = html(ALDER, nearly).replace(nearly.quote(2).encode(), BIRCH.quote(2).encode())
    store(home, [Answer(url_of(ALDER, nearly), body, at=TUESDAY)])
    build(home)
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert rows(build(home).path, "SELECT comparison FROM comparison ORDER BY 1") == [
        ("alder-vs-cedar",),
        ("alder-vs-fir",),
        ("birch-vs-cedar",),
    ]


@pytest.mark.parametrize(
    ("changed", "state"),
    [([(ELM, 3), (ELM, 1)], "refused"), ([(ELM, 3), (ELM, 1), (ELM, 2)], "stored")],
    ids=["two of four", "three of four"],
)
def test_a_tool_under_a_new_slug_is_known_by_two_of_its_quotes(
    woods: Path, changed: list[tuple[Card, int]], state: str
) -> None:
    take_down(Home(woods), "oak", reason=REASON)
    again = reworded(CEDAR, OTHER_ELM, *changed)
    store(woods, [again])
    made = build(woods).path
    assert state_of(made, again.url) == state
    assert state_of(made, url_of(PINE, CEDAR)) == "stored"


def test_a_tool_under_a_new_slug_and_name_is_known_by_two_of_its_quotes(woods: Path) -> None:
    take_down(Home(woods), "oak", reason=REASON)
    again = reworded(CEDAR, replace(OTHER_ELM, name="Elm Glass"), (ELM, 3), (ELM, 1))
    store(woods, [again])
    assert state_of(build(woods).path, again.url) == "refused"


@pytest.mark.parametrize("asked", ["oak", "oak-vs-cedar"])
def test_two_tools_of_one_name_that_a_page_shows_are_told_apart(woods: Path, asked: str) -> None:
    said = tuple(f"{quote} So does the other one." for quote in OAK.quotes)
    twin = replace(OTHER_ELM, quotes=said)
    store(woods, [page(twin, OAK, at=TUESDAY), page(twin, CEDAR, at=TUESDAY)])
    build(woods)
    take_down(Home(woods), asked, reason=REASON)
    made = build(woods).path
    assert state_of(made, url_of(OAK, CEDAR)) == "refused"
    assert state_of(made, url_of(twin, CEDAR)) == "stored"
