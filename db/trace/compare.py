"""What the database states held against what the bytes state: a sentence for each difference."""

from __future__ import annotations

from collections.abc import Iterator

from db.publish.altered import FieldValue, cut_alike
from db.trace.stated import Fields, Spans, StatedPlace


def differences(stated: StatedPlace, derived: StatedPlace) -> dict[str, str]:
    """What is not the same, by field; nothing where all is.

    Words that are withheld are held against the key of their card or quote, which they make.
    """
    if not stated.fields:
        return {"": "the database holds no row for it"}
    found = _of_values(stated, derived.fields)
    for field, what in _of_spans(stated.spans, derived.spans).items():
        found[field] = f"{found[field]}; {what}" if field in found else what
    if stated.is_partial:
        kept = {*stated.fields, *stated.spans}
        found = {field: what for field, what in found.items() if field in kept}
    return found


def _of_values(stated: StatedPlace, derived: Fields) -> dict[str, str]:
    found = {}
    for field in stated.fields | derived:
        value, again = stated.fields.get(field), derived.get(field)
        if value != again and field not in stated.withheld:
            said, read = cut_alike(value, again)
            found[field] = f"{_told(said)} in the database, {_told(read)} in the bytes"
    return found


def _of_spans(stated: Spans, derived: Spans) -> dict[str, str]:
    return {
        field: f"at {told_spans(stated.get(field, []))} in the database,"
        f" at {told_spans(derived.get(field, []))} in the bytes"
        for field in stated | derived
        if stated.get(field) != derived.get(field)
    }


def runs(spans: list[int]) -> Iterator[tuple[int, int, int]]:
    """Block, start and end of each run of characters.

    >>> [*runs([24, 1, 679, 25, 0, 80])]
    [(24, 1, 679), (25, 0, 80)]
    """
    return zip(spans[::3], spans[1::3], spans[2::3], strict=True)


def told_spans(spans: list[int]) -> str:
    """Where a value stands, for people.

    >>> told_spans([24, 1, 679, 25, 0, 80]), told_spans([])
    ('block 24, characters 1 to 679 and block 25, characters 0 to 80', 'no place')
    """
    told = (f"block {at}, characters {start} to {end}" for at, start, end in runs(spans))
    return " and ".join(told) or "no place"


def named(position: int, field: str) -> str:
    """A field of a place, for people.

    >>> named(0, "title"), named(2, "text_3")
    ('title', 'tool 2 text_3')
    """
    return f"tool {position} {field}".rstrip() if position else field


def _told(value: FieldValue) -> str:
    return "nothing" if value is None else repr(value)
