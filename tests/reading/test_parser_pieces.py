"""Pages that are sent in pieces, or show a part when asked: read as the page itself would show it.

The forms are those of the frameworks, their scripts emptied to their calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fixture_tools import html_page, read

PAGE = html_page()
WHOLE = read(PAGE)
CELL = re.compile(r"<article>.*?</article>", re.DOTALL)
MAIN = re.compile(r"<p>AI tool comparison.*(?=<p>Weekly)", re.DOTALL)
ROW = re.compile(r"<tr><th>(?:Pricing|Category).*?</tr>\n?", re.DOTALL)
DATED = PAGE.replace("</blockquote>", "</blockquote><time>3 days ago</time><button>Like</button>")


def said(line: dict[str, Any]) -> tuple[Any, Any]:
    return line.get("tools"), line.get("quotes")


def sent(page: str, pieces: str, calls: str) -> str:
    """The page with its pieces and calls before the end of the body."""
    return page.replace("</body>", f"{pieces}<script>{calls}</script></body>")


def suspended(page: str, what: re.Pattern[str], box: str = "<div hidden id={}>{}</div>") -> str:
    """The page as React streams it: each match in a fragment behind, the last one first."""
    pieces, calls = [], []

    def place(match: re.Match[str]) -> str:
        number = len(pieces)
        pieces.append(box.format(f'"S:{number}"', match[0]))
        calls.append(f'$RC("B:{number}","S:{number}")')
        return f'<!--$?--><template id="B:{number}"></template><p>Loading…</p><!--/$-->'

    shell = what.sub(place, page)
    return sent(shell, "".join(reversed(pieces)), ";".join(reversed(calls)))


def in_table(page: str, what: re.Pattern[str], box: str) -> str:
    """The same within a table, where a fallback must be of the table's own elements."""
    return suspended(page, what, box).replace("<p>Loading…</p>", "")


def nested() -> str:
    """As Next does with a loading page: the cells' fragment within the page's fragment."""
    cells = iter(range(8))
    inner = CELL.sub(lambda m: f'<template id="P:{next(cells) + 1}"></template>', PAGE)
    whole = MAIN.search(inner)
    assert whole is not None
    shell = MAIN.sub('<!--$?--><template id="B:0"></template><p>Loading…</p><!--/$-->', inner)
    pieces = f'<div hidden id="S:0">{whole[0]}</div>'
    calls = ['$RC("B:0","S:0")']
    for number, cell in enumerate(CELL.findall(PAGE), 1):
        pieces += f'<div hidden id="S:{number}">{cell}</div>'
        calls.insert(0, f'$RS("S:{number}","P:{number}")')
    return sent(shell, pieces, ";".join(calls))


def within_fallbacks() -> str:
    """A boundary whose fallback holds a finished boundary of its own."""
    page = suspended(PAGE, CELL)
    return page.replace(
        "<p>Loading…</p>", "<p>Wait<!--$--><b>for it</b><!--/$--></p><!--$--><!--/$-->"
    )


def solid() -> str:
    """As Solid streams: templates behind the page's end."""
    late, calls = [], []

    def place(match: re.Match[str]) -> str:
        late.append(f'<template id="0-{len(late)}">{match[0]}</template>')
        calls.append(f'<script>$df("0-{len(late) - 1}")</script>')
        name = f"pl-0-{len(late) - 1}"
        return f'<template id="{name}"></template><p>Loading…</p><!--{name}-->'

    return CELL.sub(place, PAGE) + "".join(late + calls)


def preact() -> str:
    """As Preact streams: islands that put themselves between two comments."""
    late: list[str] = []

    def place(match: re.Match[str]) -> str:
        name = -20 - len(late)
        late.append(f'<preact-island hidden data-target="{name}">{match[0]}</preact-island>')
        return f"<!--$s:{name}--><p>Loading…</p><!--/$s:{name}-->"

    return CELL.sub(place, PAGE).replace("</body>", f"<div hidden>{''.join(late)}</div></body>")


def shadowed() -> str:
    """As Lit prints elements: a shadow root that shows its host's words in slots."""
    root = '<template shadowroot="open" shadowrootmode="open"><style>p{{}}</style>{}</template>'
    inner = "<article><slot name=who></slot><slot></slot></article><p hidden>Never shown</p>"

    def place(match: re.Match[str]) -> str:
        reviewer, score, quote = re.findall(r"<(?:p|blockquote)>(.*?)</", match[0])
        light = f"{quote}<span slot=who>{reviewer}</span><b slot=who>{score}</b><i slot=x>Not</i>"
        return f"<review-cell>{root.format(inner)}{light}</review-cell>"

    return CELL.sub(place, PAGE)


def shadow_alone() -> str:
    root = '<template shadowrootmode="open">{}</template>'
    return CELL.sub(lambda m: f"<review-cell>{root.format(m[0])}</review-cell>", PAGE)


def tabbed(tab: str, panel: str) -> str:
    """The scorecard in four panels of a tab list, the first of them shown."""
    cells = CELL.findall(PAGE)
    tabs = "".join(tab.format(n=n) for n in range(4))
    panels = "".join(
        panel.format(n=n, hidden="hidden=''" if n else "", cells="".join(cells[2 * n : 2 * n + 2]))
        for n in range(4)
    )
    start, end = PAGE.index("<article>"), PAGE.rindex("</article>") + len("</article>")
    return PAGE[:start] + f"<div role=tablist>{tabs}</div>{panels}" + PAGE[end:]


def boxed(page: str) -> str:
    """The page with its panels, each behind a comment, in an element of their own."""
    panels = re.compile(r"(?:<!----><div.*?</div>)+", re.DOTALL)
    return panels.sub(lambda match: f"<section>{match[0]}</section>", page)


TAB = "<button role=tab id=t{n} aria-controls=p{n}>Round {n}</button>"
PANEL = "<div role=tabpanel id=p{n} aria-labelledby=t{n} {hidden}>{cells}</div>"

SHOWN: dict[str, Callable[[], str]] = {
    "React, the whole page": lambda: suspended(PAGE, MAIN),
    "React, each cell": lambda: suspended(PAGE, CELL),
    "React, each cell with a date and a button": lambda: suspended(DATED, CELL),
    "React, rows": lambda: in_table(PAGE, ROW, "<table hidden><tbody id={}>{}</tbody></table>"),
    "React, cells of a table": lambda: in_table(
        PAGE, re.compile(r"<td>(?:Free for one).*?</td>"), "<table hidden><tr id={}>{}</tr></table>"
    ),
    "React, the inner parts of a table": lambda: in_table(
        PAGE.replace("<table><tr>", "<table><tbody><tr>").replace("</table>", "</tbody></table>"),
        re.compile(r"<tbody>.*?</tbody>", re.DOTALL),
        "<table hidden id={}>{}</table>",
    ),
    "React, words within a sentence": lambda: suspended(
        PAGE, re.compile(r"(?<=Copper Wren watches )long jobs")
    ).replace("<p>Loading…</p>", "Loading…"),
    "React, a fallback with places of its own": within_fallbacks,
    "Next, nested": nested,
    "Solid": solid,
    "Preact": preact,
    "Lit with slots": shadowed,
    "Lit without slots": shadow_alone,
    "tabs that name their panels": lambda: tabbed(TAB, PANEL),
    "panels that name their tabs": lambda: tabbed(TAB.replace(" aria-controls=p{n}", ""), PANEL),
    "as many panels as tabs": lambda: tabbed(
        "<button role=tab>Round {n}</button>", "<div role=tabpanel {hidden}>{cells}</div>"
    ),
    "an accordion": lambda: tabbed(
        "",
        "<h4><button aria-expanded=false aria-controls=p{n}>Round {n}</button></h4>"
        "<div id=p{n} role=region {hidden} aria-hidden='true'>{cells}</div>",
    ),
    "an accordion whose panels name their buttons": lambda: tabbed(
        "",
        "<h4><button aria-expanded=false id=b{n}>Round {n}</button></h4>"
        "<div role=region aria-labelledby=b{n} {hidden}>{cells}</div>",
    ),
    "panels right behind their buttons": lambda: tabbed(
        "", "<button aria-expanded=false>Round {n}</button> <div style='display:none'>{cells}</div>"
    ),
    "panels behind their buttons and a script's comments": lambda: tabbed(
        "",
        "<h4><button aria-expanded=false>Round {n}</button></h4> <!--[--><!--]-->"
        "<div hidden style='--height: 0px'>{cells}</div>",
    ),
    "panels behind buttons that a script binds": lambda: tabbed(
        "",
        "<button :aria-expanded='open' @click='open = !open'>Round {n}</button>"
        "<div x-show=open style='display: none'>{cells}</div>",
    ),
    "as many elements as tabs, one of them shown": lambda: boxed(
        tabbed("<button role=tab>Round {n}</button>", "<!----><div {hidden}>{cells}</div>")
    ),
}


@pytest.mark.parametrize("form", SHOWN)
def test_a_page_is_read_as_it_shows_itself(form: str) -> None:
    page = SHOWN[form]()
    assert said(read(page)) == said(WHOLE), read(page)


KEPT = {
    "no script moves the piece": suspended(PAGE, CELL).replace("$RC", "$RX"),
    "the script is only talked of": suspended(PAGE, CELL)
    .replace("<script>", "<p hidden>")
    .replace("</script>", "</p>"),
    "one piece did not come": suspended(PAGE, CELL).replace('id="S:5"', 'id="S:55"'),
    "the place has no end": suspended(PAGE, CELL).replace("<!--/$-->", "", 1),
    "more elements than tabs": boxed(
        tabbed("<button role=tab>Round {n}</button>", "<!----><div {hidden}>{cells}</div>")
    ).replace("role=tab>", "role=button>", 1),
    "as many elements as tabs, elsewhere on the page": tabbed(
        "<b>Round {n}</b>", "<div id=p{n} {hidden}>{cells}</div>"
    ).replace("<h1>", "<div role=tablist>" + "<i role=tab>Way</i>" * 4 + "</div><p>One.</p><h1>"),
    "a closed panel without a control": tabbed(
        "<b>Round {n}</b>", "<div id=p{n} {hidden}>{cells}</div>"
    ),
    "panels that are not on the page": tabbed(TAB, PANEL.replace("{cells}", "")),
    "a menu that is opened": tabbed(
        "<button aria-haspopup=menu aria-controls=p{n}>Round {n}</button>",
        "<div id=p{n} role=menu {hidden}>{cells}</div>",
    ),
    "a menu right behind its button": tabbed(
        "",
        "<button aria-haspopup=menu aria-expanded=false>Round {n}</button>"
        "<div {hidden}>{cells}</div>",
    ),
    "an island without its comments": preact().replace("<!--/$s:", "<!--"),
    "templates that no root shows": shadow_alone().replace("shadowrootmode", "data-mode"),
}


@pytest.mark.parametrize("what", KEPT)
def test_what_the_page_does_not_show_by_itself_stays_hidden(what: str) -> None:
    line = read(KEPT[what])
    assert line["kind"] == "failure", line["quotes"]


def test_a_piece_that_would_hold_its_own_place_is_shown_once() -> None:
    page = sent(
        PAGE.replace("<p>Weekly", '<template id="P:1"></template><p>Weekly'),
        '<div hidden id="S:1"><p>Round and round</p><template id="P:2"></template></div>'
        '<div hidden id="S:2"><template id="P:1"></template></div>',
        '$RS("S:1","P:1");$RS("S:2","P:2");$RS("S:1","P:1")',
    )
    assert said(read(page)) == said(WHOLE)


@pytest.mark.parametrize("form", ["React, each cell", "Solid", "Preact", "Lit with slots"])
def test_a_moved_word_keeps_its_place_in_the_trace(form: str) -> None:
    line = read(SHOWN[form](), trace=True)
    assert line["trace"]["quotes[7].text"]
