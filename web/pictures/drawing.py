"""Each form of picture as shapes and words, on a sheet as wide as a phone.

Shapes have classes and no colours: `static/style.css` gives these. drawsvg escapes the text of an
element but no attribute, so nothing of a publisher may go into an attribute. Nothing is told apart
by its colour alone: every bar has its number, and parts differ in place, fill and outline.

```
  label                 said      bars: the words stand above the bar, so that a long name fits
  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇░░░░░░░░░░
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import singledispatch
from itertools import pairwise

import drawsvg as draw  # type: ignore[import-untyped]

from web.pictures.labels import scale, shortened, wrapped
from web.pictures.value import Bars, Columns, Lanes, Matrix, Rating, Steps, Stretch

WIDTH = 380
TEXT, SMALL = 13, 11.5
LETTERS = 52
"""So many letters of the text's size fit side by side."""
DIGIT = 7
"""So wide is a digit of the small size."""
MOST_BARS = 24
MOST_COLUMNS = 48
MOST_IN_LANE = 8
MOST_ROWS = 12
EVERY = (1, 2, 4, 6, 12, 24, 48, 96)
"""Of columns as narrow as can be one in so many has its label."""
WORDS = {"ship": "p-ship", "skip": "p-skip"}
VERDICTS = {"ship": "p-ship-bar", "skip": "p-skip-bar"}
GREY, LINE, TRACK = "p-soft", "p-line", "p-track"
Shapes = list[draw.DrawingElement]
Drawn = tuple[Shapes, float]
"""Shapes from the top of a sheet down, and the height that they take."""


@singledispatch
def drawn(form: object) -> Drawn:
    """The shapes of a form."""
    raise TypeError(form)


@drawn.register
def _(sentence: str) -> Drawn:
    lines = wrapped(sentence, LETTERS)
    shapes = [_words(line, 0, 20 + 18 * at, kind=GREY) for at, line in enumerate(lines)]
    return shapes, 20 + 18 * len(lines)


@drawn.register
def _(form: Bars) -> Drawn:
    shapes, y = _legend(form.kinds)
    for each in form.bars[:MOST_BARS]:
        said = shortened(each.said, 34)
        shapes.append(_words(shortened(each.label, LETTERS - len(said) - 2), 0, y + 12))
        shapes.append(_words(said, WIDTH, y + 12, kind="p-number", anchor="end"))
        shapes.append(_box(0, y + 18, WIDTH, 10, TRACK))
        x = 0.0
        for kind, part in enumerate(each.parts):
            width = WIDTH * part / each.whole
            if width:
                shapes.append(_box(x, y + 18, width, 10, _part(form.kinds, kind)))
            x += width
        y += 40
    return _left_out(shapes, y, len(form.bars) - MOST_BARS)


@drawn.register
def _(form: Columns) -> Drawn:
    columns = form.columns[-MOST_COLUMNS:]
    lines = scale(max((number for _, number in columns), default=0))
    left, top, height = 14 + DIGIT * len(f"{lines[-1]:,}"), 16, 150
    shapes = Shapes()
    for line in lines:
        y = top + height - height * line / lines[-1]
        shapes.append(_line(left, y, WIDTH, y, LINE))
        shapes.append(_words(f"{line:,}", left - 6, y + 4, SMALL, GREY, "end"))
    room = (WIDTH - left) / max(1, len(columns))
    width = min(room * 0.8, 44)
    every = next(each for each in EVERY if each * room >= DIGIT * (2 + _longest(columns, 0)))
    is_said = DIGIT * _longest(columns, 1) <= room
    for at, (label, number) in enumerate(columns):
        middle, tall = left + room * (at + 0.5), height * number / lines[-1]
        if number:
            shapes.append(_box(middle - width / 2, top + height - tall, width, tall, "p-part0"))
        if number and is_said:
            y = top + height - tall - 4
            shapes.append(_words(f"{number:,}", middle, y, SMALL, "p-number", "middle"))
        if at % every == 0:
            shapes.append(_words(label, middle, top + height + 17, SMALL, GREY, "middle"))
    shapes.append(_line(left, top + height, WIDTH, top + height, "p-axis"))
    return _left_out(shapes, top + height + 28, len(form.columns) - MOST_COLUMNS)


@drawn.register
def _(form: Steps) -> Drawn:
    left, top, height = 44, 18, 130
    shapes = Shapes()
    for percent in (0, 25, 50, 75, 100):
        y = top + height * (1 - percent / 100)
        shapes.append(_line(left, y, WIDTH, y, LINE))
        shapes.append(_words(f"{percent} %", left - 6, y + 4, SMALL, GREY, "end"))
    at = _placed(form.stretches, left + 6, WIDTH - 6)

    def level(stretch: Stretch) -> float:
        return top + height * (1 - float(stretch.value) / 100)

    for stretch, after in pairwise(form.stretches):
        path = draw.Path(class_="p-unknown")
        path.M(at(stretch.last), level(stretch)).H(at(after.first)).V(level(after))
        shapes.append(path)
    shown = -100.0
    for stretch in form.stretches:
        x, y = at(stretch.first), level(stretch)
        shapes.append(_line(x, y, max(at(stretch.last), x + 2), y, "p-run"))
        shapes.append(draw.Circle(x, y, 3.5, class_="p-part0"))
        if x - shown > 36:
            anchor, beside = ("end", -7) if x > WIDTH - 44 else ("start", 7)
            shapes.append(
                _words(f"{stretch.value} %", x + beside, y - 6, SMALL, "p-number", anchor)
            )
            shown = x
    shapes += _days(form.stretches, at, top + height)
    return shapes, top + height + 28


@drawn.register
def _(form: Lanes) -> Drawn:
    stretches = [stretch for _, of in form.lanes for stretch in of]
    at = _placed(stretches, 0, WIDTH)
    shapes, y = Shapes(), 0.0
    for label, of in form.lanes:
        shapes.append(_words(shortened(label, LETTERS), 0, y + 14, kind="p-head"))
        y += 22
        for stretch in of[-MOST_IN_LANE:]:
            x = at(stretch.first)
            width = max(at(stretch.last) - x, 4)
            x = min(x, WIDTH - width)
            shapes.append(_words(shortened(str(stretch.value), LETTERS), 0, y + 12))
            shapes.append(_box(0, y + 18, WIDTH, 8, TRACK))
            shapes.append(_box(x, y + 18, width, 8, "p-part0"))
            y += 36
        y += 4
    shapes += _days(stretches, at, y)
    more = sum(max(0, len(of) - MOST_IN_LANE) for _, of in form.lanes)
    return _left_out(shapes, y + 28, more)


@drawn.register
def _(form: Matrix) -> Drawn:
    gap = 24
    width = (WIDTH - gap) / 2
    places = (0, width + gap)
    shapes, y = Shapes(), 36.0
    for x, name in zip(places, form.tools, strict=True):
        shapes.append(_words(shortened(name, 22), x, 16, kind="p-head"))
    shapes.append(_line(0, 25, WIDTH, 25, LINE))
    for reviewer, ratings in form.rows[:MOST_ROWS]:
        shapes.append(_words(shortened(reviewer, LETTERS), 0, y + 10, SMALL, GREY))
        for x, rating in zip(places, ratings, strict=True):
            shapes += _rating(rating, x, y + 15, width)
        y += 52
    return _left_out(shapes, y, len(form.rows) - MOST_ROWS)


def _rating(rating: Rating | None, x: float, y: float, width: float) -> Shapes:
    """A score as number and bar, and a verdict as a word: filled for ship, outlined for skip."""
    if rating is None:
        return [_words("not shown here", x, y + 13, SMALL, GREY)]
    number = "no score" if rating.score is None else str(rating.score)
    shapes = [_words(number, x, y + 13, kind="p-number")]
    verdict = rating.verdict or "no verdict"
    how = verdict if rating.is_printed or not rating.verdict else f"{verdict}, inferred"
    shapes.append(_words(how, x + width, y + 13, SMALL, WORDS.get(verdict, GREY), "end"))
    shapes.append(_box(x, y + 19, width, 9, TRACK))
    if rating.score:
        shape = VERDICTS.get(rating.verdict or "", "p-part1")
        shapes.append(_box(x, y + 19, width * rating.score / 100, 9, shape))
    return shapes


def _legend(kinds: Sequence[str]) -> Drawn:
    """What the parts of the bars are, in their order."""
    shapes, x = Shapes(), 0.0
    for at, kind in enumerate(kinds):
        shapes.append(_box(x + 1, 4, 12, 10, _part(kinds, at)))
        shapes.append(_words(kind, x + 19, 13, SMALL, GREY))
        x += 34 + 6.2 * len(kind)
    return shapes, 28


def _longest(columns: Sequence[tuple[str, int]], place: int) -> int:
    """Units: letters of the longest label, or number."""
    return max((len(f"{column[place]:,}" if place else column[0]) for column in columns), default=0)


def _part(kinds: Sequence[str], at: int) -> str:
    """The class of a part of a bar: by what it is of, else by its place."""
    return VERDICTS.get(kinds[at], f"p-part{at}")


def _left_out(shapes: Shapes, y: float, number: int) -> Drawn:
    if number <= 0:
        return shapes, y
    shapes.append(_words(f"… and {number:,} more in the table", 0, y + 12, SMALL, GREY))
    return shapes, y + 20


def _placed(stretches: Iterable[Stretch], left: float, right: float) -> Callable[[str], float]:
    """Where a day stands between two edges."""
    days = [
        date.fromisoformat(day).toordinal()
        for stretch in stretches
        for day in (stretch.first, stretch.last)
    ]
    first, span = min(days), max(days) - min(days)

    def at(day: str) -> float:
        passed = date.fromisoformat(day).toordinal() - first
        return left + (right - left) * (passed / span if span else 0)

    return at


def _days(stretches: Sequence[Stretch], at: Callable[[str], float], y: float) -> Shapes:
    """The axis of days with the first and the last."""
    first, last = (
        min(stretch.first for stretch in stretches),
        max(stretch.last for stretch in stretches),
    )
    shapes: Shapes = [_line(at(first), y, WIDTH, y, "p-axis")]
    shapes.append(_words(first, at(first), y + 17, SMALL, GREY))
    if at(last) - at(first) > 140:
        shapes.append(_words(last, at(last), y + 17, SMALL, GREY, "end"))
    return shapes


def _words(
    text: str,
    x: float,
    y: float,
    size: float = TEXT,
    kind: str = "p-word",
    anchor: str | None = None,
) -> draw.Text:
    return draw.Text(text, size, round(x, 1), round(y, 1), class_=kind, text_anchor=anchor)


def _box(x: float, y: float, width: float, height: float, kind: str) -> draw.Rectangle:
    return draw.Rectangle(*(round(each, 1) for each in (x, y, width, height)), class_=kind)


def _line(x: float, y: float, to_x: float, to_y: float, kind: str) -> draw.Line:
    return draw.Line(*(round(each, 1) for each in (x, y, to_x, to_y)), class_=kind)
