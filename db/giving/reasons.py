"""Why a capture is not given to others. The first reason that fits counts. Pure.

A database can leave out a text and publish the rest of its page; bytes are given whole or not at
all, so what withholds a part of a page here withholds the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from db.giving.outcomes import Considered
from db.takedown.records import GONE
from schema.signals import Wish

WhyNot = Literal[
    "unsealed",
    "erased",
    "taken_down",
    "may_show_taken_down",
    "names_taken_down",
    "no_copies",
    "no_ai_use",
    "unread",
    "original_left_out",
]
WORDS: dict[WhyNot, str] = {
    "unsealed": "in a segment that is still being written",
    "erased": "erased on request",
    "taken_down": "taken down, or shows what was taken down",
    "may_show_taken_down": "no record was read of it, so it may show what was taken down",
    "names_taken_down": "holds the address of a page or tool that was taken down",
    "no_copies": "its publisher asks for no copies, or for no words to be quoted",
    "no_ai_use": "its publisher asks for no use by AI",
    "unread": "its bytes cannot be read, so what it asks for cannot be told",
    "original_left_out": "repeats an answer that is left out, or that is not held",
}
"""Each reason in words, in the order in which they are looked at."""

WISHES: tuple[Wish, ...] = ("text", "part", "ai")
"""What a publisher may ask for that a copy of the bytes would not do."""


def why_not(considered: Considered, *, is_guarded: bool) -> WhyNot | None:
    """Why a sealed capture may not be given. Absent: None where it may.

    Shape: `is_guarded` where something of its site was taken down.
    """
    return next(_reasons(considered, is_guarded=is_guarded), None)


def _reasons(considered: Considered, *, is_guarded: bool) -> Iterator[WhyNot]:
    if considered.history.page.takedown is not None or _shows_taken(considered):
        yield "taken_down"
    if is_guarded and considered.is_body and considered.seen.shown is None:
        yield "may_show_taken_down"
    wished = {*considered.seen.asked.wishes, *considered.site_wishes}
    if considered.is_body:
        # What an address or its site asks now holds for all that it ever showed.
        wished |= {wish for wish in WISHES if considered.history.wishes(wish)}
    else:
        # Neither a robots.txt nor a redirect has words of a comparison, and what a robots.txt asks
        # for is about the pages.
        wished = set(considered.own_wishes)
    if wished & {"text", "part"}:
        yield "no_copies"
    if "ai" in wished:
        yield "no_ai_use"
    if considered.is_body and considered.is_unread:
        yield "unread"


def _shows_taken(considered: Considered) -> bool:
    """Whether something was left out of what was read of it."""
    seen = considered.seen
    if seen.failure is not None:
        return seen.failure.detail == GONE
    if seen.shown is None:
        return False
    return seen.shown.taken_down > 0 or any(detail == GONE for _, _, detail in seen.shown.findings)
