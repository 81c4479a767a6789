"""The rules held against a hand-labelled set: figures, never texts.

Pure but for `load_labelled`. Labels and rules meet here alone: no rule knows of a label.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from db.derived.claims import Claim, find_claims
from db.derived.gazetteer import Gazetteer
from db.derived.mentions import Mention, find_mentions
from db.derived.predictions import Prediction, find_predictions
from db.derived.scores import Scores, count, score
from schema.errors import StartError

HALVES = ("dev", "heldout")
WRITTEN = date(2026, 7, 1)
"""The day as of which the set's texts are taken as written."""

NEEDED = {"text", "tool", "known_tools", "predictions", "mentions", "claims"}
"""What each labelled text has."""

Labelled = dict[str, Any]
LabelKey = tuple[object, ...]


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
    found = [_found(text) for text in texts]
    figures = {}
    for name, (kind, mine, theirs) in FIGURES.items():
        figures[name] = score(
            [
                count(_keyed(mine, rules[kind]), _keyed(theirs, text[kind]))
                for text, rules in zip(texts, found, strict=True)
            ]
        )
    return figures


def _found(text: Labelled) -> dict[str, Sequence[Any]]:
    words, known = text["text"], Gazetteer(text["known_tools"])
    return {
        "predictions": find_predictions(words, WRITTEN),
        "mentions": find_mentions(words, text["tool"], known),
        "claims": find_claims(words, text["tool"], known, WRITTEN),
    }


def _keyed(key: Callable[[Any], LabelKey | None], items: Iterable[Any]) -> list[LabelKey]:
    return [found for found in map(key, items) if found is not None]


def _span(item: Prediction | Mention | Claim) -> LabelKey:
    return item.start, item.end


def _span_of(label: Labelled) -> LabelKey:
    return label["start"], label["end"]


def _horizon(item: Prediction) -> LabelKey:
    it = item.horizon
    return (*_span(item), *((it.amount, it.unit, it.relation, it.date) if it else (None,) * 4))


def _horizon_of(label: Labelled) -> LabelKey:
    it = label["horizon"]
    return (*_span_of(label), it["amount"], it["unit"], it["relation"], it["date"])


def _related(item: Mention) -> LabelKey | None:
    return (*_span(item), item.relation) if item.relation else None


def _related_of(label: Labelled) -> LabelKey | None:
    return (*_span_of(label), label["relation"]) if label["relation"] else None


FIGURES: dict[
    str, tuple[str, Callable[[Any], LabelKey | None], Callable[[Labelled], LabelKey | None]]
] = {
    "predictions: span": ("predictions", _span, _span_of),
    "predictions: span and horizon": ("predictions", _horizon, _horizon_of),
    "mentions: span": ("mentions", _span, _span_of),
    "mentions: span and entity": (
        "mentions",
        lambda it: (*_span(it), it.entity),
        lambda it: (*_span_of(it), it["entity"]),
    ),
    "mentions: span and relation, where one is said": ("mentions", _related, _related_of),
    "claims: span": ("claims", _span, _span_of),
    "claims: span and attribute": (
        "claims",
        lambda it: (*_span(it), it.attribute),
        lambda it: (*_span_of(it), it["attribute"]),
    ),
    "claims: span, attribute, value and unit": (
        "claims",
        lambda it: (*_span(it), it.attribute, it.value, it.unit),
        lambda it: (*_span_of(it), it["attribute"], it["value"], it["unit"]),
    ),
    "claims: all of these and subject": (
        "claims",
        lambda it: (*_span(it), it.attribute, it.value, it.unit, it.subject),
        lambda it: (*_span_of(it), *(it[key] for key in ("attribute", "value", "unit", "subject"))),
    ),
}
"""Each figure: of which labels, and what of a finding and of a label must be the same."""
