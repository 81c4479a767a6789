"""A picture as SVG: a part of a page, or a file that stands alone.

Both are drawn alike. The file says title, unit, sample and source itself and carries the rules of
the site's style sheet with their colours, since nothing is fetched for it: not all that draws SVG
knows variables, so each rule stands there for light and once more for dark.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import drawsvg as draw  # type: ignore[import-untyped]

from web.pictures.drawing import SMALL, WIDTH, drawn
from web.pictures.labels import shortened, wrapped
from web.pictures.value import Picture

SHEET = Path(__file__).parents[1] / "static" / "style.css"
RULES = re.compile(r"/\* Pictures\. .*?\*/\n(.*?)/\* End of pictures\. \*/", re.S)
LIGHT = re.compile(r":root \{(.*?)\}", re.S)
DARK = re.compile(r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", re.S)
COLOUR = re.compile(r"--([\w-]+): #([0-9a-f]{3,6})")
EDGE = 16
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 600
"""Units: letters, as of the title."""
XLINK = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
NO_DEFINITIONS = "<defs>\n</defs>\n"
"""drawsvg writes them always, and before the title, which has to come first."""


def inline(picture: Picture) -> str:
    """The picture as an element of a page, which has its title, unit and source around it."""
    shapes, height = drawn(picture.drawn)
    return _sheet(picture, [draw.Group(shapes)], WIDTH, height)


def standalone(picture: Picture) -> str:
    """The picture as a file."""
    title = wrapped(shortened(picture.title, LONGEST_TITLE), 40)
    heads = [_said(line, 18 + 20 * at, 15, "p-head") for at, line in enumerate(title)]
    unit = _said(picture.unit, 20 * len(title) + 16, SMALL, "p-soft", 62)
    top = 20 * len(title) + 30
    shapes, height = drawn(picture.drawn)
    foot = wrapped(f"{picture.sample}. {picture.source}", 60)
    feet = [
        _said(line, top + height + 22 + 15 * at, SMALL, "p-soft") for at, line in enumerate(foot)
    ]
    height += top + 26 + 15 * len(foot)
    paper = draw.Rectangle(0, 0, WIDTH + 2 * EDGE, height + 2 * EDGE, class_="p-paper")
    moved = draw.Group(shapes, transform=f"translate(0 {top})")
    inner = draw.Group([*heads, unit, moved, *feet], transform=f"translate({EDGE} {EDGE})")
    body = [draw.Raw(f"<style>{_style()}</style>"), paper, inner]
    return _sheet(picture, body, WIDTH + 2 * EDGE, height + 2 * EDGE)


def _said(text: str, y: float, size: float, kind: str, letters: int = 64) -> draw.Text:
    return draw.Text(shortened(text, letters), size, 0, y, class_=kind)


def _sheet(picture: Picture, body: list[draw.DrawingElement], width: float, height: float) -> str:
    name = f"{picture.name}-{hashlib.sha256(picture.key.encode()).hexdigest()[:8]}"
    title, description = f"t-{name}", f"d-{name}"
    sheet = draw.Drawing(
        width,
        round(height, 1),
        **{"class": "picture", "role": "img", "aria-labelledby": f"{title} {description}"},
    )
    sheet.append(draw.Title(shortened(picture.title, LONGEST_TITLE), id=title))
    sheet.append(_Description(_described(picture), id=description))
    sheet.extend(body)
    # It declares a name space that nothing in it is of.
    written = str(sheet.as_svg(header="")).replace(XLINK, "")
    return written.replace(NO_DEFINITIONS, "", 1)


class _Description(draw.Title):  # type: ignore[misc]
    """What drawsvg has no name for: more words for who does not see the picture."""

    TAG_NAME = "desc"


def _described(picture: Picture) -> str:
    """What the picture shows, in words: the table holds the rest."""
    said = f"{picture.unit}. {picture.sample}. {_shown(picture)} {picture.source}"
    return shortened(said, LONGEST_DESCRIPTION)


def _shown(picture: Picture) -> str:
    if isinstance(picture.drawn, str):
        return picture.drawn
    return f"The table behind it has {len(picture.rows)} rows."


@cache
def _style() -> str:
    """The rules for pictures of the site's style sheet, with colours in the place of variables."""
    sheet = SHEET.read_text("utf-8")
    rules = _only(RULES, sheet)
    light = _coloured(rules, dict(COLOUR.findall(_only(LIGHT, sheet))))
    dark = _coloured(rules, dict(COLOUR.findall(_only(DARK, sheet))))
    return f"{light} @media screen and (prefers-color-scheme: dark) {{ {dark} }}"


def _only(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise ValueError(f"static/style.css has nothing like {pattern.pattern}")
    return found[1]


def _coloured(rules: str, colours: dict[str, str]) -> str:
    """Rules of the sheet's variables. Shape: each colour of six digits."""

    def colour(named: re.Match[str]) -> str:
        digits = colours[named[1]]
        return "#" + (digits if len(digits) == 6 else "".join(2 * each for each in digits))

    kept = re.findall(r"^\.picture [^\n]*\}$", rules, re.M)
    return " ".join(re.sub(r"var\(--([\w-]+)\)", colour, rule) for rule in kept)
