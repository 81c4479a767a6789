"""The rules held against a hand-labelled set: figures, never texts.

Pure but for `load_labelled`. Labels and rules meet here alone: no rule knows of a label.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from db.derived.claims import find_claims
from db.derived.gazetteer import Gazetteer
from db.derived.mentions import find_mentions
from db.derived.predictions import find_predictions
from db.derived.scores import Scores, count, score
from schema.errors import StartError

HALVES = ("dev", "heldout")
WRITTEN = date(2026, 7, 1)
"""The day as of which the set's texts are taken as written."""

NEEDED = {"text", "tool", "known_tools", "predictions", "mentions", "claims"}
"""What each labelled text has."""

RELATION = "relation"
FIGURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "predictions: span": ("predictions", ()),
    "predictions: span and horizon": ("predictions", ("horizon",)),
    "mentions: span": ("mentions", ()),
    "mentions: span and entity": ("mentions", ("entity",)),
    "mentions: span and relation, where one is said": ("mentions", (RELATION,)),
    "claims: span": ("claims", ()),
    "claims: span and attribute": ("claims", ("attribute",)),
    "claims: span, attribute, value and unit": ("claims", ("attribute", "value", "unit")),
    "claims: all of these and subject": ("claims", ("attribute", "value", "unit", "subject")),
}
"""Each figure: of which labels, and what of a finding and of a label must be the same."""

Labelled = dict[str, Any]


def load_labelled(folder: Path, half: str) -> list[Labelled]:
    """The texts of one half with their labels.

    Raises: StartError when the file is not there or not of this form.
    """
    path = folder / f"{half}.jsonl"
    try:
        lines = path.read_text("utf-8").splitlines()
        texts = [dict(json.loads(line)) for line in lines]
    except FileNotFoundError as error:
        raise StartError(what=f"{path}: there is no such file of labelled texts") from error
    except (OSError, ValueError, TypeError) as error:
        raise StartError(what=f"{path}: not a file of labelled texts, one object a line") from error
    for number, text in enumerate(texts, 1):
        if missing := sorted(NEEDED - text.keys()):
            raise StartError(what=f"{path}: line {number} has no {', '.join(missing)}")
    return texts


def evaluate(texts: Sequence[Labelled]) -> dict[str, Scores]:
    """Every figure of the rules on labelled texts, by its name in `FIGURES`."""
    pairs = [(_found(text), text) for text in texts]
    return {
        name: score([count(_keys(mine[kind], what), _keys(its[kind], what)) for mine, its in pairs])
        for name, (kind, what) in FIGURES.items()
    }


def _found(text: Labelled) -> Labelled:
    words, known = text["text"], Gazetteer(text["known_tools"])
    return {
        "predictions": [asdict(it) for it in find_predictions(words, WRITTEN)],
        "mentions": [asdict(it) for it in find_mentions(words, text["tool"], known)],
        "claims": [asdict(it) for it in find_claims(words, text["tool"], known, WRITTEN)],
    }


def _keys(items: Iterable[Labelled], what: Sequence[str]) -> list[tuple[object, ...]]:
    return [
        (it["start"], it["end"], *(_comparable(it[field]) for field in what))
        for it in items
        if RELATION not in what or it[RELATION]
    ]


def _comparable(value: object) -> object:
    """A label as it is; of a horizon its parts, and None where it has none."""
    if not isinstance(value, dict):
        return value
    return tuple(sorted(value.items())) if value[RELATION] else None
