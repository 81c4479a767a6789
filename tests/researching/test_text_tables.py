"""What rules read from published words, from stored pages to rows of the database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, MONDAY, WEDNESDAY, Answer, Card, page, store, url_of
from release_home import release
from takedown_home import Told, build, rows

from archive import Home
from db.takedown.withdraw import take_down

QUIET = "It does what its box says and nothing besides, which I have come to like."
EMBER = Told(
    "ember",
    "Ember 2",
    tagline="An open source lamp for long texts",
    description="A model of 8x24B parameters, though its own box says 8x22B parameters in print.",
    quotes=(
        "Nobody will pay for this in 12 months. I like it.",
        "It runs on Birch Pad, and it is cheaper than Quagmire Pro. Ember 2 is quick.",
        "At $9 a month it is a bargain; soon it will cost more.",
        QUIET,
    ),
)
OLD = replace(EMBER, quotes=(f"An older take. {QUIET}", *EMBER.quotes[1:]))
NOAI = '<meta name="robots" content="noai">'
NOARCHIVE = '<meta name="robots" content="noarchive">'
TABLES = ("prediction", "mention", "claim", "conflict")
CONFLICTS = """
SELECT kind, conflict.attribute, a.stated_value, b.stated_value FROM conflict
JOIN claim AS a ON a.id = claim_a_id JOIN claim AS b ON b.id = claim_b_id
JOIN tool ON tool.id = conflict.tool_id WHERE slug = 'ember' ORDER BY kind, 2, 3, 4
"""


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")
    yield


def paid(a: Card, b: Card, **changes: object) -> Answer:
    """A page whose first card is labelled Paid."""
    answer = page(a, b, **changes)
    free, label = b"<p>Free</p><p>Entry</p>", b"<p>Paid</p><p>Entry</p>"
    return replace(answer, body=answer.body.replace(free, label, 1))


def words(home: Path, table: str) -> list[tuple[object, ...]]:
    """The words of each row's quote that its span points to."""
    sql = "SELECT substr(text, span_start + 1, span_end - span_start) FROM {0} JOIN quote"
    return rows(home, f"{sql} ON quote.id = quote_id ORDER BY {{0}}.id".format(table))


def of_table(table: str) -> str:
    """SQL for what tells the rows about Ember 2, or of quotes: no other tool has such here."""
    if table in ("prediction", "mention"):
        return f"SELECT id, quote_id FROM {table}"
    telling = "id" if table == "claim" else "claim_a_id, claim_b_id"
    ember = "(SELECT id FROM tool WHERE slug = 'ember')"
    return f"SELECT {telling} FROM {table} WHERE tool_id IN {ember}"


def test_a_prediction_was_made_and_falls_due_between_the_days_that_captures_show(
    tmp_path: Path,
) -> None:
    store(tmp_path, [page(OLD, BIRCH, at=MONDAY), page(EMBER, BIRCH, at=WEDNESDAY)])
    path = build(tmp_path).path
    assert words(path, "prediction") == [("soon",), ("in 12 months",)]
    vague, dated = rows(
        path,
        "SELECT checkable, horizon_relation, horizon_amount, horizon_unit, horizon_date,"
        " made_after, made_by, due_from, due_until, state FROM prediction ORDER BY id",
    )
    assert dated == (
        *(1, "in", 12, "month", None, MONDAY, WEDNESDAY, "2027-11-02", "2027-11-04", "open"),
    )
    assert vague == (0, None, None, None, None, None, MONDAY, None, None, "open")
    event = "SELECT substr(text, event_start + 1, event_end - event_start) FROM prediction"
    shown = rows(path, f"{event} JOIN quote ON quote.id = quote_id WHERE checkable")
    assert shown == [("Nobody will pay for this in 12 months.",)]


def test_a_prediction_is_overdue_once_the_archive_recorded_a_later_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = replace(EMBER, quotes=("It will be gone by 15 November 2026.", *EMBER.quotes[1:]))
    asked = "SELECT due_from, due_until, state FROM prediction WHERE checkable"
    for now, state in (("15T23:00:00Z", "open"), ("16T01:00:00Z", "overdue")):
        monkeypatch.setenv("VERDICTS_NOW", f"2026-11-{now}")
        store(tmp_path, [page(due, BIRCH, at=MONDAY)])
        found = rows(build(tmp_path).path, asked)
        assert found == [("2026-11-15", "2026-11-15", state)]


def test_a_mention_is_resolved_or_kept_has_the_relation_said_and_is_never_the_quotes_own_tool(
    tmp_path: Path,
) -> None:
    store(tmp_path, [page(EMBER, BIRCH)])
    path = build(tmp_path).path
    assert words(path, "mention") == [("Birch Pad",), ("Quagmire Pro",)]
    sql = "SELECT tool.name, relation FROM mention LEFT JOIN tool ON tool.id = mention.tool_id"
    assert rows(path, f"{sql} ORDER BY mention.id") == [
        ("Birch Pad", "dependency"),
        (None, "competitor"),
    ]


def test_a_claim_points_to_the_words_of_the_column_that_states_it(tmp_path: Path) -> None:
    store(tmp_path, [paid(EMBER, BIRCH)])
    sql = """SELECT field, attribute, stated_value, claim.unit,
      substr(CASE field WHEN 'text' THEN text WHEN 'tagline' THEN tagline WHEN 'entry' THEN entry
        WHEN 'description' THEN description ELSE card.pricing END,
        span_start + 1, span_end - span_start)
    FROM claim JOIN card ON card.id = claim.card_id LEFT JOIN quote ON quote.id = claim.quote_id
    JOIN tool ON tool.id = claim.tool_id WHERE slug = 'ember' ORDER BY field, span_start"""
    found = rows(build(tmp_path).path, sql)
    assert [row for row in found if row[0] != "pricing"] == [
        ("description", "parameters", "8x24e9", None, "8x24B parameters"),
        ("description", "parameters", "8x22e9", None, "8x22B parameters"),
        ("entry", "entry", "Paid", None, "Paid"),
        ("tagline", "openness", "open source", None, "open source"),
        ("text", "price", "9", "USD/month", "$9 a month"),
    ]


def test_two_published_values_are_found_in_a_card_between_cards_and_against_the_label(
    tmp_path: Path,
) -> None:
    dearer = replace(EMBER, description="It is yours for $12 a month.", quotes=OLD.quotes)
    store(tmp_path, [paid(EMBER, BIRCH), page(dearer, ALDER, at=MONDAY)])
    found = rows(build(tmp_path).path, CONFLICTS)
    assert ("label_and_text", "entry", "Paid", "open source") in found
    assert ("one_card", "parameters", "8x24e9", "8x22e9") in found
    assert {row[2:] for row in found if row[:2] == ("two_cards", "price")} <= {
        ("12", "9"), ("9", "12"),
    }  # fmt: skip
    assert any(row[1] == "price" for row in found)


def test_the_same_words_on_more_pages_give_no_more_rows_and_no_other_ids(tmp_path: Path) -> None:
    store(tmp_path, [paid(EMBER, BIRCH)])
    before = build(tmp_path).path
    store(tmp_path, [paid(EMBER, ALDER, at=MONDAY)])
    after = build(tmp_path).path
    for table in TABLES:
        old, new = ({row[:2] for row in rows(each, of_table(table))} for each in (before, after))
        assert old and old == new


def test_a_text_that_an_opt_out_withholds_gives_no_row(tmp_path: Path) -> None:
    store(tmp_path, [paid(EMBER, BIRCH, head=NOARCHIVE)])
    path = build(tmp_path).path
    assert rows(path, "SELECT count(*), count(text) FROM quote") == [(8, 0)]
    assert rows(path, "SELECT * FROM prediction") == rows(path, "SELECT * FROM mention") == []
    fields = {field for (field,) in rows(path, "SELECT field FROM claim")}
    assert fields <= {"tagline", "pricing", "entry"}
    assert {row[0] for row in rows(path, CONFLICTS)} == {"label_and_text"}


@pytest.mark.parametrize("target", ["ember", url_of(EMBER, BIRCH)])
def test_a_take_down_leaves_no_row_that_was_read_from_what_it_took(
    tmp_path: Path, target: str
) -> None:
    store(tmp_path, [paid(EMBER, BIRCH), page(ALDER, BIRCH)])
    before = build(tmp_path).path
    assert all(rows(before, of_table(table)) for table in TABLES)
    take_down(Home(tmp_path), target, reason="asked", site="sample")
    after = build(tmp_path, accept_loss=True).path
    assert not any(rows(after, of_table(table)) for table in TABLES)


def test_a_release_holds_no_row_read_from_words_that_no_ai_may_use(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [paid(EMBER, BIRCH, head=NOAI), page(ALDER, BIRCH)])
    built = build(home).path
    assert all(rows(built, of_table(table)) for table in TABLES)
    released = release(home, tmp_path / "out").database
    fields = {field for (field,) in rows(released, "SELECT field FROM claim WHERE card_id IN"
              " (SELECT id FROM card WHERE withheld = 'noai')")}  # fmt: skip
    assert fields and fields <= {"tagline", "pricing", "entry"}
    assert rows(released, "SELECT * FROM prediction") == []
    assert rows(released, "SELECT * FROM mention") == []
    assert {row[0] for row in rows(released, CONFLICTS)} == {"label_and_text"}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the five real pages."""
    folder = os.environ.get("VERDICTS_SEEDS")
    if not folder or not [*Path(folder).glob("*.txt")]:
        pytest.skip("VERDICTS_SEEDS does not name a folder with the five real pages")
    home = tmp_path_factory.mktemp("seeds")
    paths = [f"{path}" for path in sorted(Path(folder).glob("*.txt"))]
    verdicts("import", *paths, "--date", "2026-07-01", "--home", f"{home}")
    return build(home).path


def test_the_real_pages_give_their_fifteen_dated_predictions_each_once(seeds: Path) -> None:
    """Fourteen of what will happen were counted by hand; one more is a condition, which counts."""
    assert rows(seeds, "SELECT count(*) FROM quote") == [(32,)]
    assert rows(seeds, "SELECT count(*), count(due_until) FROM prediction WHERE checkable") == [
        (15, 15)
    ]


def test_prices_are_compared_with_the_words_that_stand_before_them_in_their_texts(
    tmp_path: Path,
) -> None:
    up_to = f"{QUIET} It costs up to $7 a month."
    quotes = (up_to, "It costs $3 a month.", *EMBER.quotes[:1], QUIET)
    ember = replace(EMBER, tagline="A lamp from $5 a month", quotes=quotes)
    store(tmp_path, [page(ember, BIRCH)])
    found = [row[1:] for row in rows(build(tmp_path).path, CONFLICTS) if row[1] == "price"]
    assert [{*values} for _, *values in found] == [{"5", "3"}]


def test_the_real_pages_give_their_two_conflicts(seeds: Path) -> None:
    sql = "SELECT kind, attribute FROM conflict ORDER BY kind"
    assert rows(seeds, sql) == [("label_and_text", "entry"), ("one_card", "parameters")]
