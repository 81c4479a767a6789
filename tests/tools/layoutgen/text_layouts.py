"""The two styles of extracted text: one block a line, and blocks between blank lines."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from layoutgen.markup import Rendered, bare, mark, utf8
from layoutgen.pieces import EYEBROW, LABELS, LETTER, QUESTION, ROW_LABELS
from layoutgen.truth import PageTruth, Shows, norm


def line(name: str, text: str, end: str = "\n") -> str:
    """A marked block: its line and the line's end."""
    return mark(name, "", text, end)


def finish_text(marked: str, truth: PageTruth, shows: Shows, style: str) -> Rendered:
    """The bytes of a text page; a text names no address of its own."""
    asked = truth.url if truth.url_from == "asked" else None
    return Rendered(
        html=utf8(bare(marked)),
        content_type="text/plain; charset=utf-8",
        shows=shows,
        marked=marked,
        encode=utf8,
        style=style,
        asked=asked,
        address=asked,
    )


def _value(truth: PageTruth, i: int, key: str, dash: str) -> str:
    tool = truth.tools[i]
    if key == "community":
        return dash if tool.community is None else f"{tool.community[0]}%"
    return f"{tool.share}%" if key == "share" else tool.entry


def text_one(truth: PageTruth, rng: Random) -> Rendered:
    """Style 1: thirty-five lines, quotes in curly quotes, no final line end."""
    shows = Shows(badge=False, rows=(), reviewer=False, score=False, is_certain=False)
    out = line("eyebrow", EYEBROW) + line("title", norm(truth.title)) + line("question", QUESTION)
    for i, tool in enumerate(truth.tools):
        card = (
            line(f"t{i}.category", tool.category)
            + line(f"t{i}.name", norm(tool.name))
            + line(f"t{i}.tagline", tool.tagline)
        )
        for key, label in LABELS.items():
            card += line(f"t{i}.{key}.value", _value(truth, i, key, "—"))
            card += line(f"t{i}.{key}.label", label)
        card += line(f"t{i}.description", " ".join(tool.paragraphs))
        out += mark(f"t{i}.card", "", card, "")
    out += line("scorecard", "Reviewer scorecard")
    for slot in truth.filled_rows(shows):
        for i in (0, 1):
            quote = truth.cell(i, slot, shows)
            if quote:
                out += line(f"q{i}{slot}.text", f"“{' '.join(quote.paragraphs)}”")
    return finish_text(out + "\n".join(LETTER), truth, shows, "text-1")


def _two(truth: PageTruth, *, repeats: bool, apart: bool) -> Rendered:
    """Style 2: blocks between blank lines, the decision table as one block."""
    shows = Shows(row_reviewer=not repeats, is_certain=False)
    gap = "\n\n"
    out = (
        line("crumb", f"Compare/{norm(truth.title)}", gap)
        + line("eyebrow", EYEBROW, gap)
        + line("title", norm(truth.title), gap)
        + line("question", QUESTION, gap)
    )
    for i, tool in enumerate(truth.tools):
        card = line("avatar", tool.name[0], gap)
        for key in ("category", "name", "tagline", "badge"):
            card += line(f"t{i}.{key}", norm(getattr(tool, key)), gap)
        for key, label in LABELS.items():
            value = _value(truth, i, key, "")
            card += line(f"t{i}.{key}.value", value, gap) if value else ""
            card += line(f"t{i}.{key}.label", label, gap)
        card += line(f"t{i}.description", gap.join(tool.paragraphs), gap)
        out += mark(f"t{i}.card", "", card, "")
    table = line("d.corner", "Decision") + "".join(
        line(f"side.{i}.decision", norm(truth.tools[i].name)) for i in (0, 1)
    )
    for row in shows.rows:
        cells = "".join(line(f"d.{row}.cell{i}", truth.tools[i].row(row)) for i in (0, 1))
        table += mark(f"d.{row}.row", "", line(f"d.{row}.label", ROW_LABELS[row]) + cells, "")
    out += table + "\n" + line("scorecard", "Reviewer scorecard", gap)
    for slot in truth.filled_rows(shows):
        first = True
        for i in (0, 1):
            quote = truth.cell(i, slot, shows)
            if quote is None:
                continue
            cell = ""
            if repeats or first:
                cell = line(
                    f"q{i}{slot}.reviewer", truth.reviewer(i, slot, shows), gap if apart else "\n"
                )
            cell += line(f"q{i}{slot}.score", f"{quote.score}/100 · {quote.verdict}", gap)
            cell += line(f"q{i}{slot}.text", " ".join(quote.paragraphs), gap)
            out += mark(f"q{i}{slot}.cell", "", cell, "")
            first = False
    return finish_text(out + gap.join(LETTER), truth, shows, "text-2")


def text_two(truth: PageTruth, rng: Random) -> Rendered:
    """Style 2 with reviewer and score as one block of two lines in every cell."""
    return _two(truth, repeats=True, apart=False)


def text_two_apart(truth: PageTruth, rng: Random) -> Rendered:
    """Style 2 with reviewer and score as two blocks in every cell."""
    return _two(truth, repeats=True, apart=True)


def text_two_once(truth: PageTruth, rng: Random) -> Rendered:
    """Style 2 where B's cell does not repeat the reviewer."""
    return _two(truth, repeats=False, apart=rng.random() < 0.5)


TEXT_LAYOUTS: dict[str, Callable[[PageTruth, Random], Rendered]] = {
    "text1": text_one,
    "text2": text_two,
    "text2_apart": text_two_apart,
    "text2_once": text_two_once,
}
