from __future__ import annotations

import hashlib

from db.rows.keys import ToolKey, public_names, tool_key
from parsers.keys import card_key, quote_key
from schema.records import Tool

TOOL = Tool(
    position=1,
    slug="alder",
    name='Alder "Désk"',
    category="AI/ML Models",
    tagline="A drawer",
    badge=None,
    panel_ship_percent=75,
    votes=None,
    community=None,
    entry="Free",
    pricing=None,
    description="Keeps notes.",
)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_a_quote_key_is_the_hash_of_compact_unescaped_json() -> None:
    expected = sha256(r'["sample","Alder \"Désk\"","“Sharp” — and quick"]')
    assert quote_key("sample", 'Alder "Désk"', "“Sharp” — and quick") == expected


def test_a_quote_key_known_by_heart_never_changes() -> None:
    key = quote_key("sample", "Alder", "Carries its own weight.")
    assert key == "63b8cf22a42667bb40982ffc9a9ece12cfccad835ad244ba0f288cf07baecd3f"


def test_a_card_key_holds_its_seven_values_with_the_share_as_an_integer() -> None:
    expected = sha256(
        r'["sample","Alder \"Désk\"","AI/ML Models","A drawer","Keeps notes.","Free",75]'
    )
    assert card_key("sample", TOOL) == expected


def test_what_is_observed_beside_a_card_is_no_part_of_its_key() -> None:
    other = TOOL.model_copy(update={"slug": "birch", "badge": "Ship", "position": 2})
    assert card_key("sample", other) == card_key("sample", TOOL)
    assert card_key("other", TOOL) != card_key("sample", TOOL)


def test_a_tool_without_address_is_known_by_its_name() -> None:
    assert tool_key("sample", TOOL) == ToolKey("sample", "alder")
    nameless = TOOL.model_copy(update={"slug": None})
    assert tool_key("sample", nameless) == ToolKey("sample", 'name:Alder "Désk"')


def test_a_name_that_two_sites_share_is_written_with_its_site() -> None:
    keys = [("b", "x"), ("a", "x"), ("b", "y"), ("a", "name:Z"), ("b", "name:Z")]
    assert public_names(keys) == {
        ("a", "x"): "a:x",
        ("b", "x"): "b:x",
        ("b", "y"): "y",
        ("a", "name:Z"): "a:name:Z",
        ("b", "name:Z"): "b:name:Z",
    }
