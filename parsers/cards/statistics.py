"""The three statistics of a card (panel share, community, entry): where cards are anchored.

A triple is accepted when its labels stand together and their values all stand before, or all
after, their labels. A label without values, as in a table of contents, is not a triple.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from parsers.cards.paragraphs import is_sentence, tokens_of
from parsers.page.tokens import Tokens, Value
from parsers.values import (
    is_community_like,
    is_share_like,
    label_key,
    without_change,
    without_icons,
    word_key,
)
from schema.errors import FieldError

_ENTRY_LIKE = re.compile(r"\w[\w-]{0,14}")

_PARTED = re.compile(r" ?[·•|;,] ")
"""What parts the statistics of a line."""
_CHANGE = frozenset("+-−±▲▼△▽↑↓⬆⬇↗↘")
"""How a change of a share begins that stands beside it."""

_DASH = re.compile(r"(?:^|\s)([–—−-])(?:\s|$)")

REACH = 6
"""How many tokens a triple's other labels may stand away from its panel share."""


class Triple(NamedTuple):
    """The statistics of one card, and the tokens [start, end) they take."""

    start: int
    end: int
    label: int
    share: Value
    community: Value | None
    entry: Value


class Label(NamedTuple):
    """A label, the token it stands in, and its value where the same token holds it."""

    name: str
    token: int
    value: str | None


def find_triples(tokens: Tokens) -> list[Triple]:
    """Every complete triple of the page, in order.

    Raises: FieldError where a triple can be read in both orders of label and value.
    """
    labels = read_labels(tokens)
    found: list[Triple] = []
    for at, label in enumerate(labels):
        if label.name == "panel":
            triple = _triple(tokens, labels, at)
            if triple is not None and (not found or triple.start >= found[-1].end):
                found.append(triple)
    return found


def read_labels(tokens: Tokens) -> list[Label]:
    """Every label of a triple on the page, in order, and the value where its token holds one."""
    words = tokens.words
    names = {
        word_key(words.panel_ship): "panel",
        word_key(words.community): "community",
        word_key(words.entry): "entry",
    }
    found: list[Label] = []
    panel, community, entry = names
    known = tokens.places(names)
    for at in range(len(tokens.key)) if known is None else known:
        key = tokens.key[at]
        if key in names:
            found.append(Label(names[key], at, _dash(tokens.text[at], names[key])))
        elif key and (panel in key or community in key or entry in key):
            found += _labels_inside(tokens, names, at)
    return found


def _labels_inside(tokens: Tokens, names: dict[str, str], at: int) -> list[Label]:
    """The labels of a token that holds their values too."""
    text, held = tokens.text[at], [label for label in names if label in tokens.key[at]]
    parts = _PARTED.split(text) if len(held) > 1 else [text]
    beside = (
        (names[label], _value_beside(tokens, part, label, names[label]))
        for part in parts
        for label in held
        if label in part.casefold()
    )
    return [Label(name, at, value) for name, value in beside if value is not None]


def is_statistic(tokens: Tokens, at: int) -> bool:
    """Whether a token is nothing but a label, a value, or both, of a triple."""
    words, text = tokens.words, tokens.text[at]
    labels = {"panel": words.panel_ship, "community": words.community, "entry": words.entry}
    key = tokens.key[at]
    return (
        key in {word_key(word) for word in labels.values()}
        or key in words.entries
        or is_share_like(text)
        or any(
            word_key(word) in key and _value_beside(tokens, text, word_key(word), name) is not None
            for name, word in labels.items()
        )
    )


def _value_beside(tokens: Tokens, text: str, label: str, name: str) -> str | None:
    """The value in a text that holds label and value. Absent: None for any other text."""
    text = without_icons(text)
    label = rf"\b{re.escape(label)}\b"
    before = re.fullmatch(rf"(.+?)[\s:·|–—-]*{label}(\s*[^\w\s].*)?", text, re.IGNORECASE)
    after = re.fullmatch(rf"{label}[\s:·|]*(.+)()", text, re.IGNORECASE)
    for match in (before, after):
        if match is None:
            continue
        shown = _shown(tokens, name, f"{match[1]} {match[2] or ''}".strip())
        if could_be(tokens, name, shown):
            return shown
    return None


def _dash(text: str, name: str) -> str | None:
    """The dash in a label's own text, which is a value of the community alone. Absent: None."""
    match = _DASH.search(text) if name == "community" else None
    return match[1] if match else None


def _shown(tokens: Tokens, name: str, text: str) -> str:
    """The text of a statistic without a change of its share, or what spells it out, behind it."""
    head, _, rest = text.partition(" ")
    if rest and is_sentence(rest) and could_be(tokens, name, head):
        return head
    if name == "entry" or (name == "community" and could_be(tokens, name, text)):
        return text
    return without_change(text)


def could_be(tokens: Tokens, name: str, text: str) -> bool:
    """Whether a text stands where the value of a label of this name would, readable or not."""
    if name == "panel":
        return is_share_like(text)
    if name == "community":
        return is_community_like(text, no_votes=tokens.words.no_votes, ship=tokens.words.ship)
    return label_key(text) in tokens.words.entries


def _triple(tokens: Tokens, labels: list[Label], at: int) -> Triple | None:
    panel = labels[at]
    group = [panel]
    for name in ("community", "entry"):
        near = _nearest(tokens, labels, at, name)
        if near is not None:
            group.append(near)
    if group[-1].name != "entry":
        return None
    group.sort(key=lambda label: label.token)
    ways = (_in_turns(tokens, group, -1), _in_turns(tokens, group, 1), _beside_row(tokens, group))
    readings = [reading for reading in ways if reading is not None]
    if not readings and (reading := _by_element(tokens, group)) is not None:
        readings = [reading]
    if len(readings) > 1 and all(label.value for label in group if label.name != "community"):
        readings = readings[:1]
    if len(readings) > 1:
        raise FieldError(
            code="field_ambiguous", field="tools", detail="values stand on both sides of the labels"
        )
    if not readings:
        return None
    start, end, values = readings[0]
    return Triple(
        start, end, panel.token, values["panel"], values.get("community"), values["entry"]
    )


def _nearest(tokens: Tokens, labels: list[Label], at: int, name: str) -> Label | None:
    """The nearest label of a name, on the usual side first."""
    here = labels[at].token
    for side in (labels[at + 1 :], labels[:at][::-1]):
        for label in side:
            between = range(min(here, label.token), max(here, label.token))
            is_far = len(between) > REACH and (
                len(between) > 3 * REACH or sum(not tokens.is_control(n) for n in between) > REACH
            )
            if label.name == "panel" or is_far:
                break
            if label.name == name:
                return label
    return None


_Reading = tuple[int, int, dict[str, Value]]


def _in_turns(tokens: Tokens, group: list[Label], step: int) -> _Reading | None:
    """The reading in which each value stands before its label, where the step is -1, or after."""
    values: dict[str, Value] = {}
    for number, label in enumerate(group):
        if 0 <= number + step < len(group):
            low, high = sorted((label.token, group[number + step].token))
            between = _plain(tokens, low + 1, high)
        else:
            between = [] if label.value is not None else _outermost(tokens, label, step)
        if label.value is not None:
            values[label.name] = Value(label.value, label.token)
            if not all(map(tokens.is_control, between)):
                return None
        elif not _bind(tokens, label, between, values):
            return None
    places = [label.token for label in group] + [value.token for value in values.values()]
    return (min(places), max(places) + 1, values) if _is_whole(values) else None


def _outermost(tokens: Tokens, label: Label, step: int) -> list[int]:
    """The token beside a label that has no other label there; several where it is not certain."""
    at = label.token + step
    while 0 <= at < len(tokens.text) and tokens.is_decoration(at) and label.name != "community":
        at += step
    if not 0 <= at < len(tokens.text):
        return []
    box = tokens.document.box
    is_spelled = (
        is_sentence(tokens.text[at]) and box[tokens.start[at]] == box[tokens.start[label.token]]
    )
    if step < 0 and is_spelled and at > 0:
        at -= 1
    if step < 0 and label.name == "panel" and at > 0 and is_share_like(tokens.text[at - 1]):
        return [at - 1, at]  # one of them is a change or another share
    is_alone = step > 0 and label.name == "community" and not _fits(tokens, label.name, at)
    return [] if is_alone else [at]


def _beside_row(tokens: Tokens, group: list[Label]) -> _Reading | None:
    """The reading of a row of labels under, or over, a row of their values."""
    first, count = group[0].token, len(group)
    is_row = all(label.token == first + n and label.value is None for n, label in enumerate(group))
    if not is_row or count < 3:
        return None
    found: list[_Reading] = []
    for start in (first - count, first + count):
        places = range(start, start + count)
        if start < 0 or start + count > len(tokens.text):
            continue
        if all(_fits(tokens, label.name, at) for label, at in zip(group, places, strict=True)):
            values = {
                label.name: _value(tokens, label.name, at)
                for label, at in zip(group, places, strict=True)
            }
            found.append((min(first, start), max(first, start) + count, values))
    return found[0] if len(found) == 1 else None


def _by_element(tokens: Tokens, group: list[Label]) -> _Reading | None:
    """The reading in which each label shares an element with one value and no other label.

    What else stands in the element, or between two of them, is passed over: a button, a tooltip, a
    change since last week, a fourth statistic. Not so where a value stands on another side of its
    label than the others, or more stands between two of them and none is the community's.
    """
    values: dict[str, Value] = {}
    ends = [(label.token, label.token + 1) for label in group]
    for number, label in enumerate(group):
        if label.value is not None:
            values[label.name] = Value(label.value, label.token)
            continue
        first, end = ends[number] = _own_element(tokens, group, label)
        shown = [at for at in range(first, end) if at != label.token]
        fitting = [at for at in shown if _fits(tokens, label.name, at)]
        if label.name == "entry":
            fitting = [at for at in fitting if tokens.key[at] in tokens.words.entries] or fitting
        if len(fitting) > 1:
            fitting = [at for at in fitting if tokens.text[at][0] not in _CHANGE]
        if len(fitting) != 1:
            return None
        values[label.name] = _value(tokens, label.name, fitting[0])
    start, end = min(first for first, _ in ends), max(end for _, end in ends)
    sides = {values[each.name].token < each.token for each in group if each.value is None}
    if len(sides) > 1 or ("community" not in values and _has_more(tokens, ends, start, end)):
        return None
    return (start, end, values) if _is_whole(values) else None


def _has_more(tokens: Tokens, ends: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether something stands between the elements of the labels: a statistic without one."""
    places = [at for at in range(start, end) if not any(a <= at < b for a, b in ends)]
    return any(not tokens.is_control(at) for at in places)


def _own_element(tokens: Tokens, group: list[Label], label: Label) -> tuple[int, int]:
    """The tokens of the smallest element that holds more than a label, and no other label."""
    for element in tokens.document.ancestors(tokens.start[label.token]):
        own = tokens_of(tokens, element)
        if any(other.token in own for other in group if other is not label):
            break
        if len(own) > 1:
            return own.start, own.stop
    return label.token, label.token + 1


def _plain(tokens: Tokens, first: int, end: int) -> list[int]:
    """The tokens between two labels that are not mere icons; a dash is a value."""
    plain = [
        at
        for at in range(first, end)
        if not tokens.is_decoration(at) or tokens.text[at].strip() in "-–—−"
    ]
    if len(plain) > 1:
        plain = [at for at in plain if not tokens.is_control(at)] or plain
    if len(plain) > 1:  # a value may be spelled out behind
        plain = [at for at in plain if not is_sentence(tokens.text[at])] or plain
    return plain


def _bind(tokens: Tokens, label: Label, between: list[int], values: dict[str, Value]) -> bool:
    if label.name == "community":
        tips = [at for at in between if tokens.is_control(at) and not _fits(tokens, label.name, at)]
        if len(tips) == len(between):
            values[label.name] = Value(None, label.token)
            return True
    if len(between) != 1 or not _fits(tokens, label.name, between[0]):
        return False
    values[label.name] = _value(tokens, label.name, between[0])
    return True


def _value(tokens: Tokens, name: str, at: int) -> Value:
    return Value(_shown(tokens, name, tokens.text[at]), at)


def _fits(tokens: Tokens, name: str, at: int) -> bool:
    text = without_icons(tokens.text[at])
    if name == "entry":
        return _ENTRY_LIKE.fullmatch(text) is not None
    return could_be(tokens, name, _shown(tokens, name, tokens.text[at]))


def _is_whole(values: dict[str, Value]) -> bool:
    return "panel" in values and "entry" in values
