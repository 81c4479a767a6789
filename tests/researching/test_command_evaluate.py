"""`verdicts evaluate` prints each figure with its n and interval, and no text."""

from __future__ import annotations

import json
from pathlib import Path

from commands import verdicts
from fixture_tools import FIXTURES

from db.derived import HALVES
from db.derived.evaluate import FIGURES

LABELLED = FIXTURES / "evaluation"


def test_every_figure_comes_with_its_interval_and_n() -> None:
    done = verdicts("evaluate", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["texts"] == {"dev": 158, "heldout": 158}
    for half in HALVES:
        assert list(report["figures"][half]) == list(FIGURES)
        for found in report["figures"][half].values():
            for figure in found.values():
                assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
                assert figure["n"] > 0


def test_people_are_told_in_words_and_of_no_text(tmp_path: Path) -> None:
    text = {
        "id": "t1", "kind": "quote", "tool": "Ember", "known_tools": ["Ember", "Umber"],
        "entry": "Free", "text": "Zanzibarly, it will be sold by 2028.",
        "mentions": [], "claims": [],
        "predictions": [{
            "start": 28, "end": 35, "words": "by 2028", "is_checkable": True,
            "horizon": {"amount": None, "unit": None, "relation": "by", "date": "2028"},
        }],
    }  # fmt: skip
    for half in HALVES:
        (tmp_path / f"{half}.jsonl").write_text(json.dumps(text), "utf-8")
    done = verdicts("evaluate", "--labelled", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "precision 1.000  (0.207 to 1.000, n = 1 spans)" in done.stdout
    assert "Zanzibarly" not in done.stdout + done.stderr
    assert "next: " not in done.stderr  # nothing that a home has or lacks follows from it


def test_where_no_labelled_texts_are_one_sentence_says_so(tmp_path: Path) -> None:
    done = verdicts("evaluate", "--labelled", tmp_path / "nowhere")
    assert (done.returncode, done.stdout) == (30, "")
    assert "nowhere: there is no such folder" in done.stderr
    done = verdicts("evaluate", "--labelled", tmp_path)
    assert done.returncode == 30 and "dev.jsonl: there is no such file" in done.stderr
    (tmp_path / "dev.jsonl").write_text("{}\nnot json\n", "utf-8")
    done = verdicts("evaluate", "--labelled", tmp_path)
    assert done.returncode == 30 and "dev.jsonl: not a file of labelled texts" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    (tmp_path / "dev.jsonl").write_text('{"text": "It rains."}', "utf-8")
    done = verdicts("evaluate", "--labelled", tmp_path)
    assert done.returncode == 30 and "dev.jsonl: line 1 has no claims, known_tools" in done.stderr


def test_its_help_has_an_example() -> None:
    assert "verdicts evaluate --labelled" in verdicts("evaluate", "--help").stdout
