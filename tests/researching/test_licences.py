"""Licences of a text: SPDX identifiers, each of several, and never a school or a server."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.derived import Gazetteer, Stated, find_claims, find_conflicts, find_mentions

KNOWN, WRITTEN = Gazetteer(["Ember"]), date(2026, 7, 1)
WRITTEN_SO = {
    "MIT": "MIT", "MIT-0": "MIT-0", "Apache-2.0": "Apache-2.0", "Apache 2.0": "Apache-2.0",
    "GPLv3+": "GPL-3.0", "GPL-2.0-or-later": "GPL-2.0", "AGPL": "AGPL",
    "BSD-3-Clause": "BSD-3-Clause", "BSL 1.1": "BUSL-1.1", "BSL-1.0": "BSL-1.0",
    "MPL-2.0": "MPL-2.0", "CC BY-NC 4.0": "CC-BY-NC-4.0",
    "Apache-2.0 WITH LLVM-exception": "Apache-2.0 WITH LLVM-exception", "apache-2.0": "Apache-2.0",
}  # fmt: skip
licences = st.sampled_from(sorted(WRITTEN_SO))
joints = st.sampled_from(["/", " or ", " OR ", " and ", " AND ", ", ", " & "])


def values(text: str) -> list[str]:
    found = find_claims(text, "Ember", KNOWN, WRITTEN)
    return [it.value for it in found if it.attribute == "licence"]


def stated(key: str, text: str) -> list[Stated]:
    return [Stated("ember", key, it) for it in find_claims(text, "Ember", KNOWN, WRITTEN)]


@given(one=licences, joint=joints, other=licences)
def test_of_two_licences_both_are_found_and_neither_speaks_against_the_two(
    one: str, joint: str, other: str
) -> None:
    text = f"It is under {one}{joint}{other}."
    assert values(text) == [WRITTEN_SO[one], WRITTEN_SO[other]]
    both = stated("a", text)
    for alone in (one, other):
        assert find_conflicts([*both, *stated("b", f"It is under {alone}.")]) == ()
    assert find_mentions(text, "Ember", KNOWN) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Apache License, Version 2.0", ["Apache-2.0"]),
        ("the GNU Affero General Public License, version 3", ["AGPL-3.0"]),
        ("MIT No Attribution", ["MIT-0"]),
        ("Dual-licensed under MIT and Apache 2", ["MIT", "Apache-2.0"]),
        ("MIT/Apache", ["MIT", "Apache"]),
        ("Apache/MIT or BSD", ["Apache", "MIT", "BSD"]),
        ("GPLv2 with the Classpath exception", ["GPL-2.0 WITH Classpath-exception-2.0"]),
        ("BSD-2-Clause-Patent", ["BSD-2-Clause-Patent"]),
        ("0BSD", ["0BSD"]),
        ("License: apache-2.0", ["Apache-2.0"]),
        ("Boost Software License", ["BSL-1.0"]),
        ("Elastic License 2.0", ["Elastic-2.0"]),
        ("It runs on Apache 2.4", []),
        ("A GPL-compatible core, GPL-3.0 compatible even", []),
        ("A Harvard/MIT study, an MIT/Harvard paper", []),
        ("Students at MIT or Apache", []),
        ("It runs on BSD and Apache", []),
        ("MIT-feh", []),
    ],
)
def test_a_licence_is_read_by_its_identifier(text: str, found: list[str]) -> None:
    assert values(f"{text}.") == found


def test_a_version_speaks_against_no_family_and_another_licence_does() -> None:
    def speaks(one: str, other: str) -> bool:
        return bool(
            find_conflicts([*stated("a", f"Under {one}."), *stated("b", f"Under {other}.")])
        )

    assert not speaks("GPL", "GPL-3.0") and not speaks("BSD licence", "BSD-3-Clause")
    assert not speaks("Apache-2.0", "Apache-2.0 WITH LLVM-exception")
    assert (
        speaks("MIT", "MIT-0")
        and speaks("CC BY 4.0", "CC BY-NC 4.0")
        and speaks("CC BY", "CC BY-NC 4.0")
    )
