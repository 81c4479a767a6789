"""Text for people, cut to the room that there is."""

from __future__ import annotations


def shortened(text: str, most: int) -> str:
    """A text of no more than `most` code points; where it was longer, it ends in an ellipsis.

    >>> shortened("alder", 5), shortened("alders", 5)
    ('alder', 'alde…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
