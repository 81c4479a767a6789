"""One table of codes: documented, raised nowhere else, and without a code that nothing gives."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from fixture_tools import ROOT

from schema.codes import FAILURES, FINDINGS, page

ROOMS = ("machine", "parsers", "archive", "crawler", "db", "verdicts")
FAILING = ("BytesError", "LayoutError", "FieldError", "ParseError", "Failure")
NOTING = ("find", "_find")
RESERVED: dict[str, str] = {}
"""Codes that nothing gives yet, each with its reason."""


@cache
def trees() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    }


def strings_in(node: ast.AST) -> Iterator[str]:
    for found in ast.walk(node):
        if isinstance(found, ast.Constant) and isinstance(found.value, str):
            yield found.value


def given_codes() -> Iterator[tuple[str, str, str]]:
    """File, function called and code of each call that names one in words."""
    for path, tree in trees().items():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            name = (
                call.func.attr
                if isinstance(call.func, ast.Attribute)
                else getattr(call.func, "id", "")
            )
            for keyword in call.keywords:
                if keyword.arg == "code":
                    yield from ((path, name, code) for code in strings_in(keyword.value))
            is_note = name in NOTING and len(call.args) == 3 and "derived" not in path
            first = call.args[0] if is_note else None
            # Bytes that are looked for are no code, nor what rules look for in a text.
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield path, name, first.value


def test_the_documentation_is_the_table() -> None:
    stored = (ROOT / "docs" / "codes.md").read_text("utf-8")
    assert stored == page(), "python -m schema.codes > docs/codes.md"


def test_the_command_prints_the_documentation() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "schema.codes"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == page()


@pytest.mark.parametrize("table", [FAILURES, FINDINGS], ids=["failures", "findings"])
def test_every_code_has_a_sentence(table: dict[str, str]) -> None:
    for code, sentence in table.items():
        assert re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)*", code)
        assert sentence[0].isupper() or sentence[0] == "'"
        assert sentence.endswith(".")
        assert "|" not in sentence
    assert len(set(table.values())) == len(table)


def test_no_code_is_a_failure_and_a_finding() -> None:
    assert not set(FAILURES) & set(FINDINGS)


def test_every_code_that_is_given_stands_in_its_table() -> None:
    given = list(given_codes())
    assert len(given) > 40
    for path, name, code in given:
        if name in FAILING:
            assert code in FAILURES, f"{path}: {code}"
        elif name == "Finding" or name in NOTING:
            assert code in FINDINGS, f"{path}: {code}"
        else:
            assert code in {**FAILURES, **FINDINGS}, f"{path}: {name}({code})"


@pytest.mark.parametrize("code", [*FAILURES, *FINDINGS])
def test_every_code_of_the_table_is_given_somewhere(code: str) -> None:
    named = any(code in strings_in(tree) for tree in trees().values())
    assert named != (code in RESERVED)
