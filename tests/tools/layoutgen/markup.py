"""Markup with marks: every field, label and cell can be found again and changed.

A mark is a block's name and its markup between private-use characters. `bare` takes the marks
out; `mutate` drops, doubles or empties one marked block.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from layoutgen.truth import PageTruth, Shows

OPEN, NAMED, INNER, AFTER, CLOSE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_NAMED = re.compile(f"{OPEN}[^{NAMED}]*{NAMED}")
_MARKS = re.compile(f"{OPEN}[^{NAMED}]*{NAMED}|[{INNER}{AFTER}{CLOSE}]")
ENTITIES = {
    "“": "ldquo", "”": "rdquo", "’": "rsquo", "‘": "lsquo", "—": "mdash", "–": "ndash",
    "…": "hellip", "·": "middot", "\u00a0": "nbsp", "é": "eacute", "€": "euro",
}  # fmt: skip
ICONS = {"share": "🚢", "community": "👥", "entry": "🎟️", "decision": "⚖️", "scorecard": "📋"}


def mark(name: str, before: str, inner: str, after: str) -> str:
    """One marked block."""
    return f"{OPEN}{name}{NAMED}{before}{INNER}{inner}{AFTER}{after}{CLOSE}"


def bare(marked: str) -> str:
    """The markup without its marks."""
    return _MARKS.sub("", marked)


@dataclass(frozen=True)
class Block:
    """Where one marked block stands in the marked text."""

    name: str
    start: int
    inner: int
    after: int
    end: int


def blocks(marked: str) -> list[Block]:
    """Every marked block, in the order in which they open."""
    found: list[Block] = []
    stack: list[list[int | str]] = []
    for spot in re.finditer(f"[{OPEN}{INNER}{AFTER}{CLOSE}]", marked):
        sign, at = spot.group(), spot.start()
        if sign == OPEN:
            named = _NAMED.match(marked, at)
            assert named is not None
            stack.append([named.group()[1:-1], at])
        elif sign == CLOSE:
            name, start, inner, after = stack.pop()
            found.append(Block(str(name), int(start), int(inner), int(after), at + 1))
        else:
            stack[-1].append(at)
    return sorted(found, key=lambda b: b.start)


def mutate(marked: str, block: Block, kind: str) -> str:
    """The marked text with one block dropped, doubled or emptied."""
    whole = marked[block.start : block.end]
    if kind == "drop":
        new = ""
    elif kind == "double":
        new = whole + whole
    else:
        new = marked[block.start : block.inner] + marked[block.after : block.end]
    return marked[: block.start] + new + marked[block.end :]


@dataclass(frozen=True)
class Rendered:
    """One page as it is sent, and what its record must say of its address."""

    html: bytes
    content_type: str
    shows: Shows
    marked: str
    encode: Callable[[str], bytes]
    style: str = "html"
    asked: str | None = None
    """The address that the page was asked under."""
    address: str | None = None
    """The address that the record must state."""

    def changed(self, block: Block, kind: str) -> bytes:
        """The page with one block changed."""
        return self.encode(bare(mutate(self.marked, block, kind)))


def utf8(text: str) -> bytes:
    return text.encode("utf-8")


def utf8_bom(text: str) -> bytes:
    return text.encode("utf-8-sig")


def utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def utf16_big(text: str) -> bytes:
    return b"\xfe\xff" + text.encode("utf-16-be")


def windows_1252(text: str) -> bytes:
    return text.encode("cp1252", errors="xmlcharrefreplace")


def same(text: str) -> str:
    return text


@dataclass
class Ink:
    """How one developer's templates print text: entities, inline tags, breaks, labels."""

    rng: Random
    entities: str = "none"
    """`none`, `named`, `decimal` or `hex`, for what lies outside ASCII and has a name."""
    inline: float = 0.0
    """How often a field holds an inline tag."""
    breaks: float = 0.0
    """How often a sentence end inside a long field is a `<br>`."""
    wrap: float = 0.0
    """How often a space in the source is a line end with indentation."""
    case: Callable[[str], str] = same
    icons: str = ""
    """`text`, `hidden` or `svg` before labels; empty for none."""
    tags: tuple[str, ...] = ("em", "strong", "b", "span class=x9", "code", "a href=/glossary")

    def chars(self, text: str) -> str:
        """Characters as markup, each `<`, `>` and `&` escaped."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if self.entities == "none":
            return text
        return "".join(map(self._entity, text))

    def _entity(self, char: str) -> str:
        if char not in ENTITIES:
            return char
        if self.entities == "named":
            return f"&{ENTITIES[char]};"
        return f"&#{ord(char)};" if self.entities == "decimal" else f"&#x{ord(char):X};"

    def text(self, text: str, *, is_long: bool = False) -> str:
        """One field's words with this hand's inline tags and breaks."""
        words = [self.chars(w) for w in text.split(" ")]
        if self.rng.random() < self.inline and text:
            self._wrap_some(text.split(" "), words)
        out = words[0]
        for before, word in pairwise(words):
            out += self._space(is_long and before.endswith((".", "…"))) + word
        return out

    def _space(self, may_break: bool) -> str:
        if may_break and self.rng.random() < self.breaks:
            return self.rng.choice(("<br>", "<br/>\n", " <br> "))
        return "\n        " if self.rng.random() < self.wrap else " "

    def _wrap_some(self, raw: list[str], words: list[str]) -> None:
        tag = self.rng.choice(self.tags)
        end = tag.split()[0]
        i = self.rng.randrange(len(words))
        if self.rng.random() < 0.3 and len(raw[i]) > 4 and raw[i].isascii():
            words[i] = f"{self.chars(raw[i][:2])}<{tag}>{self.chars(raw[i][2:])}</{end}>"
            return
        j = min(len(words) - 1, i + self.rng.randint(0, 2))
        words[i] = f"<{tag}>{words[i]}"
        words[j] += f"</{end}>"

    def label(self, key: str, text: str) -> str:
        """A label in this hand's letter case, with its icon."""
        words = self.chars(self.case(text))
        icon = ICONS.get(key)
        if not self.icons or not icon:
            return words
        if self.icons == "text":
            return f"{icon} {words}"
        if self.icons == "hidden":
            return f'<i aria-hidden="true">{icon}</i> {words}'
        return f'<svg aria-hidden="true" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>{words}'


def element(name: str, tag: str, inner: str, *, close: bool = True) -> str:
    """A marked element; `tag` is the start tag's inside, its end tag may be left out."""
    return mark(name, f"<{tag}>", inner, f"</{tag.split()[0]}>" if close else "")


def finish(
    marked: str,
    truth: PageTruth,
    shows: Shows,
    *,
    encode: Callable[[str], bytes] = utf8,
    content_type: str = "text/html; charset=utf-8",
) -> Rendered:
    """The bytes of a page, and how it is asked for."""
    return Rendered(
        html=encode(bare(marked)),
        content_type=content_type,
        shows=shows,
        marked=marked,
        encode=encode,
        asked=truth.url if truth.url_from == "asked" else None,
        address=None if truth.url_from == "nowhere" else truth.url,
    )
