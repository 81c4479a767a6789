"""What a tool's name says: nothing of it is lost, and vendor, version and size stand apart."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.identity import names
from db.identity.names import ToolName, read_name, vendors_of

NAMED = st.text(min_size=1, max_size=40).filter(str.strip)
WORDS = st.sampled_from(
    "Tallow Wick by Acme's v2 3.0 24B 8x7b small C++ C# beta III & 3D 7 billion (2026)".split()
)
LIKE_NAMES = st.lists(WORDS, min_size=1, max_size=7).map(" ".join)


def test_the_examples_hold() -> None:
    assert doctest.testmod(names).failed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tallow 3", "tallow v3.0"),
        ("Tallow (24B)", "Tallow 24 b"),
        ("Tallow 24 billion parameters", "Tallow-24bn"),
        ("Tallow2.5", "Tallow 2.5"),
        ("Tallow Mark II", "Tallow Mark 2"),
        ("Tallow & Wick", "Tallow and Wick"),
        ("Ｔａｌｌｏｗ　Wick", "Tallow\u00a0Wick"),
        ("Acme’s Tallow", "Tallow by Acme"),
        ("TALLOW version 2", "Tallow, v. 2"),
        ("Tällow™", "Tallow"),
        ("Tallow 8×7B", "Tallow 8x7B"),
        ("Tallow 4 bits", "Tallow (4-bit)"),
        ("Tallow: 7B", "Tallow 7B"),
    ],
)
def test_two_spellings_of_one_name_say_the_same(one: str, other: str) -> None:
    assert read_name(one) == read_name(other)


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("Tallow", "Tallow 2", "version"),
        ("Tallow 2", "Tallow 2.1", "version"),
        ("Tallow 4", "Tallow 4o", "version"),
        ("Tallow R1", "Tallow V1", "version"),
        ("Tallow", "Tallow beta", "version"),
        ("Tallow", "Tallow (2026)", "version"),
        ("Tallow 3 Small", "Tallow 3 Small (24B)", "size"),
        ("Tallow 3 Small", "Tallow 3 Medium", "size"),
        ("Tallow 8x7B", "Tallow 56B", "size"),
        ("Tallow by Acme", "Tallow by Bramble", "vendor"),
        ("Tallow – for wicks", "Tallow", "tagline"),
        ("Tallow int8", "Tallow", "size"),
    ],
)
def test_a_size_a_version_and_a_vendor_are_no_core_words(one: str, other: str, what: str) -> None:
    left, right = read_name(one), read_name(other)
    assert left.core == right.core
    assert [name for name in ToolName._fields if getattr(left, name) != getattr(right, name)] == [
        what
    ]


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("C++ Linter", ("c++", "linter")),
        ("C# Linter", ("c#", "linter")),
        ("3D Kiln", ("3d", "kiln")),
        ("Kiln 3D", ("kiln", "3d")),
        ("7B", ("7b",)),
        ("Small Kiln", ("small", "kiln")),
        ("v0", ("v0",)),
        ("H2O Kiln", ("h2o", "kiln")),
        ("Kiln.js", ("kiln.js",)),
        ("Step by", ("step", "by")),
        ("By Hand", ("by", "hand")),
        ("—", ("—",)),
    ],
)
def test_what_only_looks_like_an_attribute_stays(name: str, core: tuple[str, ...]) -> None:
    assert read_name(name) == ToolName(core)


def test_a_vendor_is_only_what_the_archive_shows() -> None:
    assert read_name("Acme Tallow", vendors_of(["Acme Tallow"])).vendor is None
    assert read_name("Acme Tallow", vendors_of(["Acme Tallow", "Tallow 2"])).vendor == "acme"
    assert read_name("Acme Tallow", vendors_of(["Acme Tallow", "Acme Wick"])).vendor == "acme"
    assert read_name("Acme Tallow", vendors_of(["Acme Tallow", "Wick by Acme"])).vendor == "acme"
    # Two versions of one tool show no maker.
    assert vendors_of(["Acme Tallow 2", "Acme Tallow 3"]) == set()
    assert vendors_of(["Acme Wick For Two", "Bramble Wick For Two"]) == {"acme", "bramble"}
    assert vendors_of(["AI Tallow", "AI Wick", "Tallow"]) == set()


@settings(deadline=None)
@given(NAMED | LIKE_NAMES, st.frozensets(st.sampled_from(["tallow", "acme", "tallow wick"])))
def test_every_name_has_a_core_and_is_read_whatever_its_case(
    name: str, vendors: frozenset[str]
) -> None:
    read = read_name(name, vendors)
    assert read.core and all(read.core)
    assert read_name(f"  {name.casefold()}\n", vendors) == read


@settings(deadline=None)
@given(LIKE_NAMES)
def test_no_word_of_a_name_is_lost(name: str) -> None:
    read = read_name(name)
    said = " ".join([*read.core, read.vendor or "", *read.version, *read.size]).split()
    for word in names._halves(name)[0][1:]:
        known = names._size(word) or names._version(word) or word
        # The last word is the name's core, be it a version.
        assert {known, word} & {*said, "by"}, (word, read)


@settings(deadline=None)
@given(st.lists(NAMED | LIKE_NAMES, max_size=8), st.randoms())
def test_vendors_do_not_depend_on_the_order_of_the_names(given, random) -> None:
    mixed = [*given]
    random.shuffle(mixed)
    assert vendors_of(mixed) == vendors_of(given)
