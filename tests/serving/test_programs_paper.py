"""docs/programs.md: each line of it is answered, on the sample that `verdicts demo` serves."""

from __future__ import annotations

import re

import pytest
from test_web_stored import sample
from web_server import ROOT, Server

__all__ = ["sample"]
LINES = re.findall(r"^\| `(/[^`]*)` \|", (ROOT / "docs" / "programs.md").read_text("utf-8"), re.M)
KINDS = {"json": "application/json", "csv": "text/csv", "atom": "application/atom+xml",
         "xml": "xml", "txt": "text/plain"}  # fmt: skip


def test_the_paper_has_an_example_of_each_form() -> None:
    assert {kind_of(path) for path in LINES} == KINDS.keys() and len(LINES) > 15


def kind_of(path: str) -> str:
    return path.partition("?")[0].rpartition(".")[2]


@pytest.mark.parametrize("path", LINES)
def test_each_example_is_answered_in_its_form(sample: Server, path: str) -> None:
    answer = sample.ask(path)
    assert answer.status == 200 and KINDS[kind_of(path)] in answer.headers["content-type"]
    assert len(answer.body) > 30
