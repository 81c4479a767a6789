"""HTML layouts, each written as another front-end developer would write it.

A layout keeps what publisher.md says any layout keeps, and nothing more. `layout(truth, rng)`
gives the page; the other half of the layouts stands in `html_more`.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from layoutgen.html_more import MORE_LAYOUTS
from layoutgen.markup import (
    Ink,
    Rendered,
    element,
    finish,
    mark,
    utf8_bom,
    utf16,
    utf16_big,
    windows_1252,
)
from layoutgen.pieces import (
    EYEBROW,
    LABELS,
    QUESTION,
    Fields,
    banner,
    canonical,
    contents,
    footer,
    letter,
    related,
)
from layoutgen.truth import PageTruth, Shows

Layout = Callable[[PageTruth, Random], Rendered]


def side_order(truth: PageTruth, rng: Random) -> tuple[int, int]:
    """Which tool's column comes first; swapped only where headers can tell the two apart."""
    can_swap = truth.tools[0].name != truth.tools[1].name
    return (1, 0) if can_swap and rng.random() < 0.5 else (0, 1)


def layout_rows(truth: PageTruth, rng: Random) -> Rendered:
    """Utility classes, sections, one row element for each reviewer, curly quotes."""
    ink = Ink(rng, inline=0.15, wrap=0.05)
    shows = Shows(links=True, is_certain=False)
    f = Fields(truth, ink, shows)
    crumb = element(
        "crumb",
        "nav class='text-xs'",
        f"<a href=/compare>Compare</a>/<span>{ink.chars(truth.title)}</span>",
    )
    cards = ""
    for i in (0, 1):
        cards += element(
            f"t{i}.card",
            'div class="rounded-xl border p-6 _1a9Zk"',
            f'<div class="avatar">{truth.tools[i].name[0].replace("<", "&lt;")}</div>'
            + f.category(i, 'p class="text-xs uppercase"')
            + f.name(i, 'h2 class="text-xl"')
            + f.tagline(i, "p")
            + f.badge(i, 'span class="pill"')
            + f'<div class="grid grid-cols-3">{f.pairs(i, "div", "p", "p")}</div>'
            + f.description(i, "div", "p"),
        )
    rows = ""
    for slot in truth.filled_rows(shows):
        cells = "".join(
            element(
                f"q{i}{slot}.cell",
                "article",
                f'<div class="flex">{f.reviewer(i, slot, "p")}{f.score(i, slot, "p")}</div>'
                + f.quote(i, slot, "blockquote"),
            )
            for i in (0, 1)
            if f.has(i, slot)
        )
        rows += mark(f"row{slot}", '<div class="grid md:grid-cols-2">', cells, "</div>\n")
    body = (
        f"{banner()}<main>{crumb}<p>{EYEBROW}</p>{f.title()}<p>{QUESTION}</p>"
        f'<section class="grid">{cards}</section><section>{f.decision_table()}</section>'
        f"<section>{f.scorecard('h2')}{rows}</section>"
        f"{letter()}</main>{footer()}"
    )
    head = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{canonical(truth)}'
        f"<title>{ink.chars(truth.title)} | Ship or Skip</title>"
        "<style>.pill{content:'Panel ship'}</style></head>"
    )
    return finish(f"{head}<body>{body}</body></html>", truth, shows)


def layout_cells(truth: PageTruth, rng: Random) -> Rendered:
    """A grid of bare divs, cell by cell; values and labels are spans side by side."""
    ink = Ink(rng, entities="hex", icons=rng.choice(("", "text", "hidden")))
    shows = Shows(is_certain=False)
    glue = rng.choice(("", " "))
    f = Fields(truth, ink, shows, marks=("", ""))
    cards = ""
    for i in (0, 1):
        cards += element(
            f"t{i}.card",
            "div class=c",
            f.category(i, "div")
            + f.name(i, "div class=n")
            + f.tagline(i, "div")
            + f.badge(i, "div")
            + f.pairs(i, "div", "span", "span", glue=glue)
            + f.description(i, "div", "br"),
        )
    cells = ""
    for slot in truth.filled_rows(shows):
        for i in (0, 1):
            if f.has(i, slot):
                who = f.reviewer(i, slot, "span") + glue + f.score(i, slot, "span")
                cells += element(
                    f"q{i}{slot}.cell",
                    "div class=q",
                    f"<div>{who}</div>" + f.quote(i, slot, "div", "bare"),
                )
    body = (
        f"<div id=root>{banner()}<div>{EYEBROW}</div>{f.title('div class=h')}"
        f"<div>{QUESTION}</div>{contents(truth, ink)}<div>{cards}</div>"
        f"{f.decision_divs(in_rows=rng.random() < 0.5)}"
        f"{f.scorecard('div')}"
        f"<div class=grid>{cells}</div>{letter('div')}{related(rng)}{footer()}</div>"
    )
    return finish(f"<!doctype html><html><head>{canonical(truth)}</head><body>{body}", truth, shows)


def layout_columns(truth: PageTruth, rng: Random) -> Rendered:
    """Two columns under a line of tool names; labels before values; lists left open."""
    ink = Ink(rng, inline=0.1, case=str.upper)
    shows = Shows(rows=(), badge=rng.random() < 0.5)
    f = Fields(truth, ink, shows, dash=rng.choice(("—", "–", "")))
    cards = ""
    for i in (0, 1):
        stats = "".join(
            element(f"t{i}.{key}", "div", f.label(i, key, "dt") + f.value(i, key, "dd"))
            for key in LABELS
        )
        badge = f.badge(i, "strong") if shows.badge else ""
        cards += element(
            f"t{i}.card",
            "li",
            f.category(i, "h4")
            + f.name(i, "h2")
            + f.tagline(i, "h3")
            + f"<div>{badge}</div><dl>{stats}</dl>"
            + f.description(i, "section", "p"),
        )
    order = side_order(truth, rng)
    heads = "".join(f.side(i, "column", "h3") for i in order)
    columns = ""
    for i in order:
        cells = ""
        for slot in (s for s in truth.filled_rows(shows) if f.has(i, s)):
            cells += element(
                f"q{i}{slot}.cell",
                "li",
                f.quote(i, slot, "blockquote")
                + f"<footer>{f.reviewer(i, slot, 'cite')} <span>{f.score(i, slot, 'b')}</span>"
                "</footer>",
                close=False,
            )
        columns += f"<ol class=col>{cells}</ol>"
    body = (
        f"{banner()}<p>{EYEBROW.upper()}<h1>"
        f"{mark('title', '', ink.text(truth.title), '')}</h1><p>{QUESTION}"
        f"<ul class=cards>{cards}</ul>{f.scorecard('h2')}"
        f"<div class=heads>{heads}</div><div class=cols>{columns}</div>{letter()}{footer()}"
    )
    return finish(
        f"<html><head><meta charset=utf-8>{canonical(truth)}</head><body>{body}</body>",
        truth,
        shows,
        encode=utf8_bom,
        content_type="text/html",
    )


def layout_table_rows(truth: PageTruth, rng: Random) -> Rendered:
    """A scorecard table whose row headings are the reviewers; rows and cells left open."""
    ink = Ink(rng, entities="named", case=str.upper)
    shows = Shows(row_reviewer=True, gap=True)
    f = Fields(truth, ink, shows, marks=rng.choice((("“", "”"), ("", ""))))
    cards = ""
    for i in (0, 1):
        cards += element(
            f"t{i}.card",
            "article",
            f.category(i, "p")
            + f.name(i, "h3")
            + f.tagline(i, "p")
            + f"<div class=b>{f.badge(i, 'mark')}</div>"
            + f"<ul>{f.pairs(i, 'li', 'b', 'small')}</ul>"
            + f.description(i, "p", "p"),
        )
    order = side_order(truth, rng)
    table = "<tr><td>" + "".join(f.side(i, "column", "th", close=False) for i in order)
    for slot in truth.filled_rows(shows):
        cells = ""
        for i in order:
            inner = ""
            if f.has(i, slot):
                inner = f.score(i, slot, "div") + f.quote(i, slot, "div", "bare")
            cells += element(f"q{i}{slot}.cell", "td", inner, close=False)
        who = f.reviewer(order[0], slot, "th scope=row", close=False)
        table += mark(f"row{slot}", "\n<tr>", who + cells, "")
    body = (
        f"{banner()}<div>{EYEBROW}</div><h1>{mark('title', '', ink.text(truth.title), '')}"
        f"</h1><p>{QUESTION}<section>{cards}</section>{f.decision_table(close=False)}"
        f"{f.scorecard('h2')}<table>{table}</table>"
        f"{letter()}{footer()}"
    )
    return finish(
        "<!DOCTYPE html><html><head><meta http-equiv=Content-Type content='text/html; "
        f"charset=windows-1252'>{canonical(truth)}</head><body>{body}</body></html>",
        truth,
        shows,
        encode=windows_1252,
        content_type=rng.choice(("text/html", "text/html; charset=Windows-1252")),
    )


def layout_table_cells(truth: PageTruth, rng: Random) -> Rendered:
    """Layout tables all over; `<br>` between value and label, and between a cell's parts."""
    ink = Ink(rng, entities="decimal", breaks=0.3)
    shows = Shows(gap=True)
    f = Fields(truth, ink, shows, marks=("", ""))
    cards = ""
    for i in (0, 1):
        stats = "".join(
            element(
                f"t{i}.{key}",
                "td align=center",
                f.value(i, key, "font size=6") + "<br>" + f.label(i, key, "font size=2"),
            )
            for key in LABELS
        )
        cards += element(
            f"t{i}.card",
            "td valign=top width=50%",
            f.category(i, "font color=gray")
            + "<br>"
            + f.name(i, "big")
            + "<br>"
            + f.tagline(i, "i")
            + "<br>"
            + f.badge(i, "u")
            + f"<table><tr>{stats}</tr></table>"
            + f.description(i, "font", "br"),
        )
    table = "<tr>" + "".join(f.side(i, "column", "td bgcolor=silver") for i in (0, 1)) + "</tr>"
    for slot in truth.filled_rows(shows):
        cells = ""
        for i in (0, 1):
            inner = "&nbsp;"
            if f.has(i, slot):
                inner = (
                    f.reviewer(i, slot, "b")
                    + "<br>"
                    + f.score(i, slot, "i")
                    + "<br>"
                    + f.quote(i, slot, "font", "br")
                )
            cells += element(f"q{i}{slot}.cell", "td valign=top", inner)
        table += mark(f"row{slot}", "<tr>", cells, "</tr>\n")
    body = (
        f"<center><font size=1>{EYEBROW}</font>{f.title()}{QUESTION}</center><hr>"
        f"<table border=0><tr>{cards}</tr></table><hr>"
        f"{f.decision_table()}<hr><center>{f.scorecard('b')}</center>"
        f"<table border=1>{table}</table><hr>{letter('div')}"
    )
    page = (
        f"<HTML><HEAD><TITLE>{ink.chars(truth.title)}</TITLE>{canonical(truth)}</HEAD>"
        f"<BODY BGCOLOR=white>{body}</BODY></HTML>"
    )
    encode = rng.choice((utf16, utf16_big))
    return finish(page, truth, shows, encode=encode, content_type="text/html")


def layout_lists(truth: PageTruth, rng: Random) -> Rendered:
    """Definition lists: a reviewer is a term, and the two cells are its definitions."""
    ink = Ink(rng, inline=0.25, breaks=0.1, icons="svg")
    shows = Shows(
        row_reviewer=True, is_certain=False, badge=False, rows=("pricing", "best", "category")
    )
    f = Fields(truth, ink, shows)
    cards = ""
    for i in (0, 1):
        stats = "".join(
            mark(
                f"t{i}.{key}",
                "",
                f.label(i, key, "dt") + (f.value(i, key, "dd") or "<dd></dd>"),
                "\n",
            )
            for key in LABELS
        )
        cards += element(
            f"t{i}.card",
            "section",
            f"<hgroup>{f.category(i, 'p')}{f.name(i, 'h2')}"
            f"{f.tagline(i, 'p')}</hgroup><dl>{stats}</dl>" + f.description(i, "div", "p"),
        )
    terms = ""
    for slot in truth.filled_rows(shows):
        cells = "".join(
            element(f"q{i}{slot}.cell", "dd", f.score(i, slot, "p") + f.quote(i, slot, "p"))
            for i in (0, 1)
            if f.has(i, slot)
        )
        terms += mark(f"row{slot}", "", f.reviewer(0, slot, "dt") + cells, "\n")
    body = (
        f"<main>{element('crumb', 'p', 'Compare/' + ink.chars(truth.title))}"
        f"<p>{EYEBROW}</p>{f.title()}<p>{QUESTION}</p>{cards}"
        f"{f.decision_table()}{f.scorecard('h2')}"
        f"<dl>{terms}</dl>{related(rng)}</main>{footer()}"
    )
    return finish(
        f"<!doctype html><meta charset=utf-8>{canonical(truth)}<title>x</title>{body}</body>",
        truth,
        shows,
        content_type="text/html",
    )


HTML_LAYOUTS: dict[str, Layout] = {
    "rows": layout_rows,
    "cells": layout_cells,
    "columns": layout_columns,
    "table_rows": layout_table_rows,
    "table_cells": layout_table_cells,
    "lists": layout_lists,
    **MORE_LAYOUTS,
}
