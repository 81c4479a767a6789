"""Text for people: cut to the room that there is, and numbers of things."""

from __future__ import annotations


def shortened(text: str, most: int) -> str:
    """A text of no more than `most` code points; where it was longer, it ends in an ellipsis.

    >>> shortened("alder", 5), shortened("alders", 5)
    ('alder', 'alde…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def some(count: int, what: str) -> str:
    """A number of things.

    >>> some(1, "page"), some(0, "page"), some(2000, "page")
    ('1 page', '0 pages', '2,000 pages')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"
