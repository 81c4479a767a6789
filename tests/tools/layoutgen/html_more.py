"""More HTML layouts: copies, decoys, figures, applications and very plain pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from layoutgen.markup import AFTER, Ink, Rendered, element, finish, mark
from layoutgen.pieces import (
    EYEBROW,
    LABELS,
    QUESTION,
    Fields,
    banner,
    canonical,
    contents,
    decoy_card,
    decoy_cell,
    footer,
    letter,
    related,
)
from layoutgen.truth import PageTruth, Shows


def layout_copies(truth: PageTruth, rng: Random) -> Rendered:
    """Cards and cells twice, for phones and for desks, the phones' cells column by column."""
    ink = Ink(rng, icons=rng.choice(("", "hidden")))
    shows = Shows(links=rng.random() < 0.5)
    f = Fields(truth, ink, shows)

    def card(i: int, tag: str) -> str:
        return element(
            f"t{i}.card",
            f'{tag} class="css-{rng.randrange(16**6):x}"',
            f"<div>{f.category(i, 'span class=k')}</div>{f.name(i, 'h2')}"
            + f.tagline(i, "p")
            + f.badge(i, "p")
            + f.pairs(i, "div", "strong", "span")
            + f.description(i, "div", "p"),
        )

    def cell(i: int, slot: int, tag: str) -> str:
        return element(
            f"q{i}{slot}.cell",
            tag,
            f"<h4>{f.reviewer(i, slot, 'span')}</h4>"
            + f.score(i, slot, "p")
            + f.quote(i, slot, "div"),
        )

    per_tool = rng.random() < 0.3 and truth.tools[0].name != truth.tools[1].name
    if per_tool:
        cards = "".join(
            f"<div class=both>{card(i, 'div')}{card(i, 'section')}</div>" for i in (0, 1)
        )
    else:
        cards = "".join(
            f'<div class="{w}">{card(0, "div")}{card(1, "div")}</div>'
            for w in ("lg:hidden", "hidden lg:grid")
        )
    slots = truth.filled_rows(shows)
    columns = "".join(
        f"<section>{f.side(i, 'phone', 'h3')}"
        + "".join(cell(i, s, "div") for s in slots if f.has(i, s))
        + "</section>"
        for i in (0, 1)
    )
    heads = "".join(f.side(i, "desk", "h3") for i in (0, 1))
    rows = f"<div class=r>{heads}</div>"
    for slot in slots:
        pair = "".join(
            cell(i, slot, "article") if f.has(i, slot) else "<article></article>" for i in (0, 1)
        )
        rows += mark(f"row{slot}", "<div class=r>", pair, "</div>")
    parts = [f"<div class=phone>{columns}</div>", f"<div class=desk>{rows}</div>"]
    if rng.random() < 0.5:
        parts.reverse()
    body = (
        f"{banner()}<main><p>{EYEBROW}</p>{f.title()}<p>{QUESTION}</p>{cards}"
        f"{f.decision_divs(in_rows=True)}{f.scorecard('h2')}{''.join(parts)}"
        f"{letter()}</main>{footer()}"
    )
    return finish(
        f"<!DOCTYPE html><html><head>{canonical(truth)}</head><body>{body}</body></html>",
        truth,
        shows,
    )


def layout_decoys(truth: PageTruth, rng: Random) -> Rendered:
    """Other cards and cells in every place that is not shown."""
    ink = Ink(rng, inline=0.1)
    shows = Shows(hidden=True, is_certain=False)
    f = Fields(truth, ink, shows)
    fake, cell = decoy_card(rng), decoy_cell(rng)
    data = json.dumps({"card": fake, "label": "Panel ship"}).replace("</", "<\\/")
    places = [
        f"<div hidden>{fake}</div>",
        f"<template>{fake}{cell}</template>",
        f'<div aria-hidden="true">{fake}</div>',
        f"<!-- {fake} -->",
        f'<div style="display:none">{fake}</div>',
        f"<noscript>{fake}</noscript>",
        f"<noscript><p>{fake}</p></noscript>",
        f"<dialog><h2>Reviewer scorecard</h2>{cell}</dialog>",
        f'<script type="application/json">{data}</script>',
        f"<style>/* Panel ship */</style><script>var a = `{cell}`;</script>".replace(
            "</b>", "<\\/b>"
        ),
    ]
    rng.shuffle(places)
    cards = ""
    for i in (0, 1):
        cards += places[i] + element(
            f"t{i}.card",
            "article",
            '<i aria-hidden="true">A</i>'
            + f.category(i, "p")
            + f.name(i, "h2")
            + f.tagline(i, "p")
            + f.badge(i, "p")
            + f.pairs(i, "div", "p", "p")
            + f.description(i, "div", "p")
            + places[i + 2],
        )
    rows = ""
    for n, slot in enumerate(truth.filled_rows(shows)):
        cells = "".join(
            element(
                f"q{i}{slot}.cell",
                "div",
                f.reviewer(i, slot, "h4")
                + f.score(i, slot, "p")
                + '<span aria-hidden="true">❝</span>'
                + f.quote(i, slot, "blockquote"),
            )
            for i in (0, 1)
            if f.has(i, slot)
        )
        rows += mark(f"row{slot}", "<section>", cells, "</section>") + places[4 + n]
    body = (
        f"{banner()}<p>{EYEBROW}</p>{f.title()}"
        f"<p>{QUESTION}<noscript>{fake}</noscript><main>{cards}</main>"
        f"{places[8]}{f.decision_table()}{f.scorecard('h2')}{rows}"
        f"<div hidden><h2>Reviewer scorecard</h2>{cell}{cell}</div>{places[9]}"
        f"{letter()}{footer()}"
    )
    return finish(
        f"<!DOCTYPE html><html><head>{canonical(truth)}<noscript><style>p{{}}</style>"
        f"</noscript></head><body>{body}</body></html>",
        truth,
        shows,
    )


def layout_app(truth: PageTruth, rng: Random) -> Rendered:
    """What a component framework sends: deep boxes, hashed classes, comments between texts."""
    ink = Ink(rng, icons="text")
    shows = Shows(links=True)
    f = Fields(truth, ink, shows, marks=("", ""))

    def box(inner: str, depth: int = 2) -> str:
        for _ in range(depth):
            key = f"sc-{rng.randrange(16**5):x} {rng.choice('abcdef')}{rng.randrange(999)}"
            inner = f'<div class="{key}" data-v="{rng.randrange(99)}">{inner}</div>'
        return inner

    cards = ""
    for i in (0, 1):
        stats = ""
        for key in LABELS:
            value = f.value(i, key, "span").replace(f"%{AFTER}", f"<!-- -->%{AFTER}")
            stats += element(f"t{i}.{key}", "div", box(value, 1) + box(f.label(i, key, "span"), 1))
        cards += element(
            f"t{i}.card",
            'div role="listitem"',
            box(
                box(f.category(i, "span"), 1)
                + box(f.name(i, "span"), 2)
                + box(f.tagline(i, "span"), 1)
            )
            + box(f.badge(i, "span"), 1)
            + box(stats, 1)
            + box(f.description(i, "div", "p"), 1),
        )
    columns = ""
    for i in (0, 1):
        cells = "".join(
            box(
                element(
                    f"q{i}{s}.cell",
                    "div",
                    f"<div>{f.reviewer(i, s, 'div')}{f.score(i, s, 'div')}</div>"
                    + box(f.quote(i, s, "div", "p"), 1),
                ),
                1,
            )
            for s in truth.filled_rows(shows)
            if f.has(i, s)
        )
        columns += box(box(f.side(i, "column", "div"), 1) + cells, 1)
    state = json.dumps({"props": {"title": truth.title}}).replace("<", "\\u003c")
    body = (
        f'<div id="__app">{box(banner())}{box(contents(truth, ink), 1)}'
        f"{box(f'<span>{EYEBROW}</span>', 1)}{box(f.title())}{box(QUESTION, 1)}"
        f"{box(cards)}{box(f.decision_divs(in_rows=False), 1)}"
        f"{box(f.scorecard('span'), 1)}{box(columns)}{box(letter('div'))}"
        f"{box(related(rng))}{box(footer(), 1)}</div>"
        f'<script id="__DATA__" type="application/json">{state}</script>'
        "<script>window.__boot&&window.__boot()</script>"
    )
    return finish(
        '<!DOCTYPE html><html lang="en"><head><meta charSet="utf-8"/>'
        f"{canonical(truth)}<title>{ink.chars(truth.title)}</title></head>"
        f"<body>{body}</body></html>",
        truth,
        shows,
    )


def layout_figures(truth: PageTruth, rng: Random) -> Rendered:
    """Each quote is a figure whose caption names reviewer, score and tool; sides may swap."""
    ink = Ink(rng, inline=0.2, wrap=0.1, entities="named")
    # A tool's name tells the side only where the two names differ.
    can_swap = truth.tools[0].name != truth.tools[1].name
    shows = Shows(is_certain=can_swap)
    f = Fields(truth, ink, shows)
    cards = ""
    for i in (0, 1):
        cards += element(
            f"t{i}.card",
            "article",
            f"<header>{f.category(i, 'p')}{f.name(i, 'h2')}"
            f"{f.tagline(i, 'p')}{f.badge(i, 'p')}</header>"
            + f.pairs(i, "p", "b", "span", glue="<br>")
            + f.description(i, "div", "br"),
        )
    figures = ""
    for slot in truth.filled_rows(shows):
        order = (1, 0) if can_swap and rng.random() < 0.3 else (0, 1)
        for i in order:
            if f.has(i, slot):
                caption = f.side(i, slot, "p") + f.reviewer(i, slot, "p") + f.score(i, slot, "p")
                figures += element(
                    f"q{i}{slot}.cell",
                    "figure",
                    f.quote(i, slot, "blockquote", "p") + f"<figcaption>{caption}</figcaption>",
                )
    body = (
        f"{contents(truth, ink)}<p>{EYEBROW}</p>{f.title()}<p>{QUESTION}</p>{cards}"
        f"{f.decision_either_way(rng)}{f.scorecard('h2')}{figures}"
    )
    return finish(
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{canonical(truth)}</head><body>"
        f"{body}</body></html>",
        truth,
        shows,
    )


def layout_plain(truth: PageTruth, rng: Random) -> Rendered:
    """No reviewers, no scores, no badges, no table: eight curly-quoted paragraphs."""
    ink = Ink(rng, breaks=0.2, entities=rng.choice(("none", "named")))
    shows = Shows(badge=False, rows=(), reviewer=False, score=False, is_certain=False)
    f = Fields(truth, ink, shows)
    cards = ""
    for i in (0, 1):
        cards += mark(
            f"t{i}.card",
            "",
            f.category(i, "p")
            + f.name(i, "h2")
            + f.tagline(i, "p")
            + "".join(f.value(i, k, "p") + f.label(i, k, "p") for k in LABELS)
            + f.description(i, "p", "p"),
            "\n",
        )
    quotes = ""
    for slot in truth.filled_rows(shows):
        for i in (0, 1):
            if f.has(i, slot):
                quotes += f.quote(i, slot, "p", "br") + "\n"
    body = (
        f"<p>{EYEBROW}</p>{f.title()}<p>{QUESTION}</p>{cards}{f.scorecard('h2')}{quotes}{letter()}"
    )
    return finish(
        f"<!DOCTYPE html><title>{ink.chars(truth.title)}</title>{canonical(truth)}{body}",
        truth,
        shows,
    )


def layout_one_row(truth: PageTruth, rng: Random) -> Rendered:
    """A table of one row, a column a tool, four cells in each; paragraphs left open."""
    ink = Ink(rng, inline=0.1, breaks=0.1, case=str.title)
    shows = Shows(badge=False, rows=("votes", "community"))
    f = Fields(truth, ink, shows, dash=rng.choice(("—", "-")), marks=("“", "”"))
    cards = ""
    for i in (0, 1):
        cards += element(
            f"t{i}.card",
            "div",
            f.category(i, "h5")
            + f.name(i, "h3")
            + f.tagline(i, "h4")
            + f.pairs(i, "div", "div", "div", label_first=True)
            + f.description(i, "p", "open"),
        )
    can_swap = truth.tools[0].name != truth.tools[1].name
    order = (1, 0) if can_swap and rng.random() < 0.5 else (0, 1)
    heads = "".join(f.side(i, "column", "th") for i in order)
    columns = ""
    for i in order:
        cells = "".join(
            element(
                f"q{i}{s}.cell",
                "div",
                f.score(i, s, "div") + f.reviewer(i, s, "div") + f.quote(i, s, "p", "open"),
            )
            for s in truth.filled_rows(shows)
            if f.has(i, s)
        )
        columns += f"<td>{cells}</td>"
    body = (
        f"{banner()}<h6>{EYEBROW}</h6>{f.title()}<p>{QUESTION}<div>{cards}</div>"
        f"{f.decision_table()}{f.scorecard('h2')}"
        f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{columns}</tr></tbody></table>"
        f"{letter()}{related(rng, 'div')}{footer()}"
    )
    return finish(
        f"<html><head><meta charset='UTF-8'>{canonical(truth)}</head><body>{body}</body></html>",
        truth,
        shows,
    )


def layout_flat(truth: PageTruth, rng: Random) -> Rendered:
    """Nothing but divs under the body; only the scorecard's cells are boxes."""
    ink = Ink(rng, case=str.lower, breaks=0.15)
    shows = Shows(links=False, is_certain=False, rows=("votes", "pricing", "best"))
    f = Fields(truth, ink, shows, dash=rng.choice(("—", "")), marks=("", ""))
    cards = ""
    for i in (0, 1):
        cards += mark(
            f"t{i}.card",
            "",
            f"<div>{truth.tools[i].name[0].replace('<', '&lt;')}</div>"
            + f.category(i, "div")
            + f.name(i, "div")
            + f.tagline(i, "div")
            + f.badge(i, "div")
            + "".join(f.value(i, k, "div") + f.label(i, k, "div") for k in LABELS)
            + f.description(i, "div", "br"),
            "\n",
        )
    cells = ""
    for slot in truth.filled_rows(shows):
        for i in (0, 1):
            if f.has(i, slot):
                cells += element(
                    f"q{i}{slot}.cell",
                    "div",
                    f.reviewer(i, slot, "div")
                    + f.score(i, slot, "div")
                    + f.quote(i, slot, "div", "bare"),
                )
    crumb = element("crumb", "div", "Compare/" + ink.chars(truth.title))
    body = (
        f"{crumb}<div>{EYEBROW}</div>{f.title('div')}<div>{QUESTION}</div>{cards}"
        f"{f.decision_divs(in_rows=False)}{f.scorecard('div')}{cells}"
        f"{letter('div')}"
    )
    return finish(
        f"<html><head><meta charset=utf-8>{canonical(truth)}</head><body>{body}</body></html>",
        truth,
        shows,
        content_type="text/html;charset=UTF-8",
    )


def layout_grid_roles(truth: PageTruth, rng: Random) -> Rendered:
    """A table of divs with roles: the reviewer heads the row, the score ends the cell."""
    ink = Ink(rng, inline=0.15, icons="hidden", entities="named")
    shows = Shows(row_reviewer=True, gap=True, links=True)
    f = Fields(truth, ink, shows, marks=rng.choice((("“", "”"), ("", ""))))
    cards = ""
    for i in (0, 1):
        cards += element(
            f"t{i}.card",
            "section",
            f"<p>{f.category(i, 'small')}</p>{f.name(i, 'h2')}"
            + f.tagline(i, "p")
            + f.badge(i, "p")
            + f"<div>{f.pairs(i, 'div', 'span', 'span', label_first=True, glue=' ')}</div>"
            + f.description(i, "div", "p"),
        )
    can_swap = truth.tools[0].name != truth.tools[1].name
    order = (1, 0) if can_swap and rng.random() < 0.5 else (0, 1)
    corner = '<div role="columnheader">Reviewer</div>'
    heads = "".join(f.side(i, "column", 'div role="columnheader"') for i in order)
    rows = ""
    for slot in truth.filled_rows(shows):
        cells = ""
        for i in order:
            inner = ""
            if f.has(i, slot):
                inner = f.quote(i, slot, "div", "p") + f.score(i, slot, "div")
            cells += element(f"q{i}{slot}.cell", 'div role="cell"', inner)
        who = f.reviewer(order[0], slot, 'div role="rowheader"')
        rows += mark(f"row{slot}", '<div role="row">', who + cells, "</div>\n")
    body = (
        f"{banner()}<p>{EYEBROW}</p>{f.title()}<p>{QUESTION}</p>{cards}"
        f"{f.decision_either_way(rng)}{f.scorecard('h2')}<div role='table'>"
        f"<div role='row'>{corner}{heads}</div>{rows}</div>{related(rng)}{letter()}"
    )
    return finish(
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{canonical(truth)}</head><body>"
        f"{body}</body></html>",
        truth,
        shows,
    )


MORE_LAYOUTS: dict[str, Callable[[PageTruth, Random], Rendered]] = {
    "copies": layout_copies,
    "decoys": layout_decoys,
    "app": layout_app,
    "figures": layout_figures,
    "plain": layout_plain,
    "one_row": layout_one_row,
    "flat": layout_flat,
    "grid_roles": layout_grid_roles,
}
