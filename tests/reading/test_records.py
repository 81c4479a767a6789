"""The records are strict, frozen and complete, and print as the contract says."""

from __future__ import annotations

import copy
import inspect
import json
from typing import Any

import pytest
from fixture_tools import FIXTURES, TEXT, html_page, read, text_one
from pydantic import ValidationError

from parsers import read_page
from schema import records
from schema.page import RawPage
from schema.records import Comparison, Failure, Finding, Other, Quote, Record, Tool, dump_line
from verdicts.fixtures import find_fixtures, load_expected, load_fixture

TOOL = {
    "position": 1, "slug": "alpha", "name": "Alpha", "category": "Developer Tools",
    "tagline": "Does one thing", "badge": "Ship", "panel_ship_percent": 75,
    "votes": {"ship": 3, "skip": 1}, "community": {"ship_percent": None, "ship": 0, "votes": 0},
    "entry": "Free", "pricing": "Free for one", "description": "Alpha does one thing.",
}  # fmt: skip
QUOTE = {
    "position": 1, "tool": 1, "slot": 1, "reviewer": "Builder", "score": 85, "verdict": "ship",
    "verdict_source": "page", "verdict_span": None, "text": "It did the one thing.",
}  # fmt: skip
LINE_KEYS = ["kind", "schema", "path", "url"]
COMPARISON_KEYS = [*LINE_KEYS, "title", "layout", "tools", "quotes", "findings"]
FAILURE_KEYS = [*LINE_KEYS, "code", "field", "detail"]
MODELS = [
    model
    for _, model in inspect.getmembers(records, inspect.isclass)
    if issubclass(model, Record) and model is not Record
]


def comparison() -> dict[str, Any]:
    return {
        "kind": "comparison",
        "schema": 1,
        "path": None,
        "url": None,
        "title": "Alpha vs Beta",
        "layout": "text-1",
        "tools": [copy.deepcopy(TOOL), {**copy.deepcopy(TOOL), "position": 2}],
        "quotes": [
            {**QUOTE, "position": n + 1, "tool": n % 2 + 1, "slot": n // 2 + 1} for n in range(8)
        ],
        "findings": [],
    }


def test_the_examples_are_records() -> None:
    assert Tool.model_validate(TOOL).name == "Alpha"
    assert Quote.model_validate(QUOTE).score == 85
    assert len(Comparison.model_validate_json(json.dumps(comparison())).quotes) == 8


# --- one line ---


def test_a_comparison_has_the_contracts_keys_in_their_order() -> None:
    line = read(html_page())
    assert list(line) == COMPARISON_KEYS
    for tool in line["tools"]:
        assert list(tool) == list(TOOL)
        assert list(tool["votes"]) == ["ship", "skip"]
        assert list(tool["community"]) == ["ship_percent", "ship", "votes"]
    for quote in line["quotes"]:
        assert list(quote) == list(QUOTE)
    assert line["schema"] == 1


def test_failure_other_and_finding_have_the_contracts_keys_in_their_order() -> None:
    assert list(read("<p>Please log in")) == FAILURE_KEYS
    assert list(read("", url="https://shiporskip.io/")) == LINE_KEYS
    finding = Finding(code="share_disagrees", field="tools[0].panel_ship_percent", detail="x")
    assert list(json.loads(finding.model_dump_json())) == ["code", "field", "detail"]


def test_the_trace_is_printed_only_when_asked_for() -> None:
    record = read_page(RawPage(None, text_one(), TEXT))
    assert list(json.loads(dump_line(record))) == COMPARISON_KEYS
    traced = json.loads(dump_line(record, trace=True))
    assert list(traced) == [*COMPARISON_KEYS, "trace"]
    assert traced["trace"]["title"] == [[1, 0, len(traced["title"])]]


def test_a_line_is_one_line_of_json_with_its_letters_as_they_are() -> None:
    words = "an “é”\nand 🐦\u2028"
    record = Failure(url=None, code="field_unreadable", field="title", detail=words)
    line = dump_line(record)
    assert "\n" not in line
    assert "“é”" in line
    assert "🐦" in line
    assert json.loads(line)["detail"] == record.detail


@pytest.mark.parametrize("folder", find_fixtures(FIXTURES), ids=lambda f: f.name)
def test_a_line_read_again_is_the_same_record(folder: Any) -> None:
    fixture = load_fixture(folder)
    record = read_page(fixture.page, site=fixture.site)
    line = dump_line(record, trace=True)
    again = type(record).model_validate_json(line)
    assert again == record
    assert dump_line(again, trace=True) == line
    assert json.loads(dump_line(again)).keys() == load_expected(folder).keys()


# --- strictness ---

NO_TOOLS: list[tuple[str, Any]] = [
    ("position", 0),
    ("position", 3),
    ("position", "1"),
    ("position", True),
    ("name", ""),
    ("name", None),
    ("name", 7),
    ("name", b"Alpha"),
    ("name", "x" * 1001),
    ("tagline", ""),
    ("category", ""),
    ("badge", "ship"),
    ("badge", "Maybe"),
    ("badge", ""),
    ("panel_ship_percent", 101),
    ("panel_ship_percent", -1),
    ("panel_ship_percent", "75"),
    ("panel_ship_percent", 75.0),
    ("panel_ship_percent", True),
    ("panel_ship_percent", None),
    ("panel_ship_percent", "٧٥"),
    ("panel_ship_percent", "7_5"),
    ("entry", "free"),
    ("entry", None),
    ("pricing", ""),
    ("pricing", "x" * 1001),
    ("description", ""),
    ("description", "x" * 20_001),
    ("votes", {"ship": -1, "skip": 0}),
    ("votes", {"ship": 1}),
    ("votes", {"ship": 1, "skip": 1, "torn": 1}),
    ("votes", [1, 1]),
    ("votes", {"ship": "1", "skip": 1}),
    ("community", {"ship": 0, "votes": 0}),
    ("slug", 4),
    ("price", "4"),
    ("community", {"ship_percent": 101, "ship": 0, "votes": 0}),
    ("community", {"ship_percent": None, "ship": 0.5, "votes": 1}),
]
NO_QUOTES: list[tuple[str, Any]] = [
    ("position", 0),
    ("position", 9),
    ("tool", 3),
    ("slot", 5),
    ("slot", 0),
    ("score", 101),
    ("score", -1),
    ("score", "85"),
    ("score", 8.5),
    ("reviewer", ""),
    ("verdict", "Ship"),
    ("verdict", "mixed"),
    ("verdict_source", "guess"),
    ("verdict_span", (1, 2, 3)),
    ("verdict_span", (1,)),
    ("verdict_span", ("a", "b")),
    ("text", ""),
    ("text", None),
    ("text", "x" * 20_001),
    ("sentiment", 1),
    ("text", ["It", "did"]),
]


@pytest.mark.parametrize(("field", "value"), NO_TOOLS)
def test_a_tool_takes_no_other_value_and_turns_none_into_one(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Tool.model_validate({**TOOL, field: value})


@pytest.mark.parametrize(("field", "value"), NO_QUOTES)
def test_a_quote_takes_no_other_value_and_turns_none_into_one(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Quote.model_validate({**QUOTE, field: value})


@pytest.mark.parametrize("field", list(TOOL))
def test_a_tool_leaves_no_field_out(field: str) -> None:
    with pytest.raises(ValidationError):
        Tool.model_validate({key: value for key, value in TOOL.items() if key != field})


@pytest.mark.parametrize(
    "change",
    [
        {"tools": []},
        {"tools": [TOOL]},
        {"tools": [TOOL, TOOL, TOOL]},
        {"quotes": []},
        {"quotes": [QUOTE] * 5},
        {"quotes": [QUOTE] * 9},
        {"kind": "failure"},
        {"schema": 2},
        {"schema": "1"},
        {"title": ""},
        {"seen": 1},
        {"url": 7},
        {"findings": None},
        {"findings": [{"code": "x", "field": None}]},
        {"layout": None},
    ],
)
def test_a_comparison_is_whole(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Comparison.model_validate_json(json.dumps({**comparison(), **change}))


@pytest.mark.parametrize("count", [6, 7, 8])
def test_a_comparison_has_six_to_eight_quotes(count: int) -> None:
    given = {**comparison(), "quotes": comparison()["quotes"][:count]}
    assert len(Comparison.model_validate_json(json.dumps(given)).quotes) == count


def test_records_cannot_be_changed() -> None:
    record = Comparison.model_validate_json(json.dumps(comparison()))
    for target, field in (
        (record, "title"),
        (record.tools[0], "name"),
        (record.quotes[0], "text"),
        (record.tools[0].votes, "ship"),
        (Other(url=None), "url"),
    ):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(target, field, "another")
    assert isinstance(record.quotes, tuple)
    assert isinstance(record.tools, tuple)


# --- documentation ---


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_record_and_field_has_a_sentence(model: type[Record]) -> None:
    assert (model.__doc__ or "").strip().endswith(".")
    for name, field in model.model_fields.items():
        words = field.description or ""
        assert words.endswith((".", ")")), f"{model.__name__}.{name}: {words!r}"
        assert words[0].isupper() or words[0].isdigit(), f"{model.__name__}.{name}: {words!r}"


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_record_is_frozen_strict_and_closed(model: type[Record]) -> None:
    config = model.model_config
    assert (config["frozen"], config["strict"], config["extra"]) == (True, True, "forbid")


def test_a_raw_page_works_out_its_hash() -> None:
    page = RawPage(None, b"abc")
    assert page.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(AttributeError):
        page.body = b"x"  # type: ignore[misc]
