"""A cheap look at markup before a parser sees it: shapes made to hang or crash are refused.

Source: measured on selectolax 1.0.2; 100,000 nested elements took over 40 s, as many attributes
21 s, 40,000 options 10 s, and 100,000 templates ended the process. C code does not stop for
signals, so the limits must hold before it starts.
"""

from __future__ import annotations

import re
from collections import Counter

from schema.errors import BytesError

MAX_OPEN = 5_000
MAX_ATTRIBUTES = 2_000
MAX_OPTIONS = 2_000
MAX_TEMPLATES = 1_000

LONG_TAG = 4_000
"""A tag of 2,000 attributes has at least this many characters."""

_OPENING = re.compile(rb"<[a-zA-Z]")
_MANY = re.compile(rb"<([oO][pP][tT](?=[iIgG])|[tT][eE][mM][pP][lL][aA][tT][eE])")
_TAG = re.compile(rb"<[a-zA-Z][^>]{4000}")
_TAG = re.compile(rb"<(/?)([a-zA-Z][^\s/>]*)")
_VOID = frozenset(
    (
    "area base br col embed hr img input link meta param source track wbr"
).split()
)  # fmt: skip


def require_safe_shape(data: bytes) -> None:
    """Pass over markup that is safe to parse.

    Raises: BytesError (hostile_shape) for over 5,000 unclosed openings, 2,000 attributes in one
    tag, 2,000 options or 1,000 templates.
    """
    tags = data.count(b"<")
    if tags > MAX_OPEN:
        _require_few_open(data)
    if tags > MAX_TEMPLATES:
        _require_few_named(data)
    start = 0
    for part in data.split(b">"):
        if len(part) > LONG_TAG and (tag := _OPENING.search(part)):
            _require_few_attributes(data, start + tag.start(), start + len(part))
        start += len(part) + 1


def _require_few_named(data: bytes) -> None:
    counts = Counter(name[:3].lower() for name in _MANY.findall(data))
    for name, what, limit in ((b"opt", "option", MAX_OPTIONS), (b"tem", "template", MAX_TEMPLATES)):
        if counts[name] > limit:
            raise BytesError(code="hostile_shape", detail=f"more than {limit} {what} tags")


def _require_few_open(data: bytes) -> None:
    """Count openings less the closings that match one: an upper bound of the tree's depth."""
    opened: Counter[bytes] = Counter()
    depth = 0
    for closing, written in _TAG.findall(data):
        name = written.lower()
        if not closing:
            if name not in _VOID:
                opened[name] += 1
                depth += 1
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depth > MAX_OPEN:
            raise BytesError(
                code="hostile_shape", detail=f"over {MAX_OPEN} elements opened and not closed"
            )


def _require_few_attributes(data: bytes, start: int, end: int) -> None:
    """Count what could be attributes between two places, unless it is the text of a script."""
    if _is_script(data, start):
        return
    # An attribute needs a separator before its name; quoted values may hold some too,
    # so this refuses earlier than the parser would suffer, never later.
    bare = re.sub(rb"\"[^\"]*\"|'[^']*'", b"", data[start:end])
    if len(re.findall(rb"[\s/]+[^\s/>=]+", bare)) > MAX_ATTRIBUTES:
        raise BytesError(
            code="hostile_shape", detail=f"more than {MAX_ATTRIBUTES} attributes in one tag"
        )


def _is_script(data: bytes, at: int) -> bool:
    """Whether a place lies in a script or style element that is not itself in a comment."""
    for name in (b"script", b"style"):
        opened = max(data.rfind(b"<" + name, 0, at), data.rfind(b"<" + name.upper(), 0, at))
        closed = max(data.rfind(b"</" + name, 0, at), data.rfind(b"</" + name.upper(), 0, at))
        is_comment = data.rfind(b"<!--", 0, max(opened, 0)) > data.rfind(b"-->", 0, max(opened, 0))
        if opened > closed and not is_comment:
            return True
    return False
