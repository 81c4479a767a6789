"""A cheap look at markup before a parser sees it: shapes made to hang or crash are refused.

Source: measured on selectolax 1.0.2. Time grows with the square of the depth, of a tag's attributes
and of a page's options; templates in templates can end the process. C code does not stop for
signals, so the limits must hold before it starts. What slips past all the same meets the limits of
the worker process.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from schema.errors import BytesError

MAX_OPEN = 5_000
MAX_ATTRIBUTES = 2_000
MAX_OPTIONS = 2_000
MAX_TEMPLATES = 1_000
LONG_TAG = 2 * MAX_ATTRIBUTES
"""A tag with too many attributes has at least this many characters."""

_PLAIN_VALUE = rb"""(?:=(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?+"""
_PLAIN_ATTRIBUTE = rb"[ \t\n\r\f/]++[^\s/>\"'=<]++" + _PLAIN_VALUE
_TAG = re.compile(rb"<[a-zA-Z][^>]*+>?")
# Tags of the commonest form, which end at the first `>`.
_PLAIN = re.compile(rb"(?:<[a-z][^\s/>\"'=<]*+(?:" + _PLAIN_ATTRIBUTE + rb")*+[ \t\n\r\f/]*+>)*+")
_NAME = re.compile(rb"[ \t\n\r\f/]*+(<?[^\s/>\"'=<]++)" + _PLAIN_VALUE)
_VALUE = rb"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+"""
_ATTRIBUTE = rb"[^\s/>][^\s/>=]*+(?:\s*+=\s*+" + _VALUE + rb")?+"
# Nearly every tag is the first way alone, which is much faster than the second. A name with an n
# is left to the group, so that what findall gives tells of every noscript.
_OPENING = re.compile(
    rb"<(?:[a-mo-zA-MO-Z][^\s/>]*+|(?=[nN]))"
    rb'((?: [a-zA-Z-]++="[^"]*+")*+(?![^>])|(?:[\s/]++|' + _ATTRIBUTE + rb")*+)"
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_MANY = re.compile(rb"<([oO][pP][tT](?=[iIgG])|[tT][eE][mM][pP][lL][aA][tT][eE])")
_TOKEN = re.compile(
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))|<(/?)([a-zA-Z][^\s/>]*+)(?:[^>]*?(/)?>)?", re.DOTALL
)
_RAW = {
    name: re.compile(rb"</" + name + rb"(?=[\s/>])", re.IGNORECASE)
    for name in (b"script", b"style", b"textarea", b"title", b"noembed", b"noscript")
}
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_SHAPES = frozenset(b"circle ellipse line path polygon polyline rect stop use".split())


@dataclass(frozen=True, slots=True)
class Shape:
    """What a look at its markup tells of a page, to save other looks."""

    may_have_noscript: bool = True
    names: frozenset[bytes] | None = None
    """The names of attributes, and of elements behind a `<`, that the page may itself write.

    In small letters. Absent: None where they were not told apart.
    """

    def may_have(self, *names: bytes) -> bool:
        """Whether all of these names may be in the page."""
        return self.names is None or self.names.issuperset(names)


UNTOLD = Shape()
"""Of a page that was not looked at so."""


def require_safe_shape(data: bytes) -> Shape:
    """What is seen in passing of markup that is safe to parse.

    Raises: BytesError (hostile_shape) for over 5,000 unclosed openings, 2,000 attributes in one
    tag, 2,000 options or 1,000 templates.
    """
    # A page has few tags that differ; where each is of the plain form, these tell of all.
    found = _TAG.findall(data)
    distinct = {*found}
    tags = b"".join(distinct).lower()
    is_short = len(tags) < LONG_TAG or len(max(distinct, key=len)) < LONG_TAG
    if not is_short or not _PLAIN.fullmatch(tags):
        return Shape(_require_safe(data))
    if len(found) > MAX_OPEN:
        _require_few_open(data)
    if len(found) > MAX_TEMPLATES and (b"<opt" in tags or b"<tem" in tags):
        _require_few_named(data)
    may_have_noscript = b"noscript" in tags and (b"<noscript" in tags or _require_safe(data))
    return Shape(may_have_noscript, frozenset(_NAME.findall(tags)))


def _require_safe(data: bytes) -> bool:
    """Pass over markup of any form. Gives whether a noscript may be in it. Raises: BytesError."""
    found = _OPENING.findall(data)
    inside = b"".join(found)
    tags = len(found)
    if b"<" in inside:  # what looks like an opening in another one's attributes may be one
        tags += inside.count(b"<")
    if tags > MAX_OPEN:
        _require_few_open(data)
    if tags > MAX_TEMPLATES:
        _require_few_named(data)
    if len(inside) >= LONG_TAG and len(max(found, key=len)) >= LONG_TAG:
        _require_few_attributes(data)
    return b"noscript" in inside.lower()


def _require_few_named(data: bytes) -> None:
    counts = Counter(name[:3].lower() for name in _MANY.findall(data))
    for name, what, limit in ((b"opt", "option", MAX_OPTIONS), (b"tem", "template", MAX_TEMPLATES)):
        if counts[name] > limit:
            raise BytesError(code="hostile_shape", detail=f"more than {limit} {what} tags")


def _require_few_open(data: bytes) -> None:
    """Count openings less the closings that match one: an upper bound of the tree's depth."""
    opened: Counter[bytes] = Counter()
    depth = at = 0
    while token := _TOKEN.search(data, at):
        at = token.end()
        closing, written, is_closed = token.groups()
        if written is None:
            continue
        name = written.lower()
        if closing:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
            continue
        if name in _VOID or (is_closed and name in _SHAPES and opened[b"svg"]):
            continue
        opened[name] += 1
        depth += 1
        if depth > MAX_OPEN:
            raise BytesError(
                code="hostile_shape", detail=f"over {MAX_OPEN} elements opened and not closed"
            )
        if name in _RAW and not opened[b"svg"] and not opened[b"math"]:
            end = _RAW[name].search(data, at)
            at = end.start() if end else len(data)


def _require_few_attributes(data: bytes) -> None:
    for tag in _OPENING.finditer(data):
        start, end = tag.span(1)
        if end - start < LONG_TAG or _is_script(data, tag.start()):
            continue
        if sum(1 for _ in _ATTRIBUTES.finditer(data, start, end)) > MAX_ATTRIBUTES:
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
