"""Why a page has too few cards: the statistic that holds no value, told by its field."""

from __future__ import annotations

import re

from parsers.cards.statistics import REACH, Label, could_be, is_statistic, read_labels
from parsers.page.tokens import Tokens
from parsers.values import word_key
from schema.errors import FieldError, LayoutError, ParseError

LONGEST_PLACEHOLDER = 14
"""Longer than any word, such as TBD, that stands where a value will be."""


def explain_missing(tokens: Tokens) -> ParseError:
    """Why a page has too few triples: the value that is lost or no value, else the labels found."""
    labels = read_labels(tokens)
    entries = [
        (label.token, step)
        for label in labels
        if label.name == "entry" and (step := _step(tokens, label)) is not None
    ]
    for number, (entry, step) in enumerate(entries):
        problem = _without_value(tokens, entry, step)
        if problem is not None:
            code, field, detail = problem
            where = f"tools[{number}].{field}" if len(entries) == 2 else field
            return FieldError(code=code, field=where, detail=detail)
    panels = sum(label.name == "panel" for label in labels)
    detail = f"{panels} blocks read {tokens.words.panel_ship!r}, but not two cards around them"
    return LayoutError(code="card_missing", field="tools", detail=detail)


def _step(tokens: Tokens, entry: Label) -> int | None:
    """How many tokens from its label an entry's value stands. Absent: None where none is known."""
    if entry.value is not None:
        return 0
    near = ((step, entry.token + step) for step in (-1, 1, -3, 3))
    return next(
        (
            step
            for step, at in near
            if 0 <= at < len(tokens.key) and tokens.key[at] in tokens.words.entries
        ),
        None,
    )


def _without_value(tokens: Tokens, entry: int, step: int) -> tuple[str, str, str] | None:
    """Code, field and detail of the statistic near an entry that has no value where its own is."""
    words = tokens.words
    for name, field, label in (
        ("panel", "panel_ship_percent", words.panel_ship),
        ("community", "community", words.community),
    ):
        at = _near_entry(tokens, entry, word_key(label))
        if at is None or not 0 <= at + step < len(tokens.text):
            continue
        text = tokens.text[at + step]
        shown = text if step else re.sub(re.escape(label), "", text, flags=re.I).strip(" :·|")
        if could_be(tokens, name, shown):
            continue
        is_other = step and (
            is_statistic(tokens, at + step) or tokens.key[at + step] in words.badges
        )
        if shown and not is_other and len(shown) <= LONGEST_PLACEHOLDER:
            return "field_unreadable", field, f"{shown!r} stands where the value would"
        if name == "panel":
            return "field_missing", field, f"nothing stands beside {label!r}"
    return None


def _near_entry(tokens: Tokens, entry: int, label: str) -> int | None:
    """The nearest token with a label in an entry's triple, before it if there is one."""
    own = word_key(tokens.words.entry)
    for places in (range(entry - 1, entry - REACH - 1, -1), range(entry + 1, entry + REACH + 1)):
        for at in places:
            if not 0 <= at < len(tokens.key) or tokens.key[at] == own:
                break
            if label in tokens.key[at]:
                return at
    return None
