#!/usr/bin/env bash
# selectolax 1.0.2 (Lexbor): `h2 ~ p` costs the square of a list's length, `p ~ p` its length.
#
# Guess before the run: `h2 ~ p` goes on from the heading once, so it costs as much a node as `h2 + p`
# and `p ~ p`; only counting (`:nth-child`) is dear. Seen: each `p` looks back through its siblings
# until an `h2` is met, and nothing is kept from one to the next. Where the heading stands first, 16,000
# paragraphs take 0.7 s, a thousand times as long as by `p ~ p`, whose answer is the neighbour: from
# 1,000 to 16,000 the time of a paragraph grows eighteenfold, as with `:nth-child`. Headings among the
# paragraphs hide it, so a page of sections says nothing of a page that is one long list.
# To do: select the heading and go on by `next`, or no `~` on pages whose length others choose.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet selectolax==1.0.2
"$SCRATCH/venv/bin/python" - <<'PYTHON'
import gc
import time
from importlib.metadata import version

from selectolax.lexbor import LexborHTMLParser

gc.disable()
SIZES = 1000, 4000, 16000
LISTS = {"one list": 10**6, "a heading each tenth": 10}


def page(paragraphs: int, section: int) -> LexborHTMLParser:
    blocks = (
        f"{'<h2>heading</h2>' if number % section == 0 else ''}<p>quote {number}</p>"
        for number in range(paragraphs)
    )
    return LexborHTMLParser("<html><body>" + "".join(blocks) + "</body></html>")


def walk(tree: LexborHTMLParser) -> list:
    """The paragraphs after the first heading, by going on from it."""
    found, node = [], tree.css_first("h2").next
    while node is not None:
        if node.tag == "p":
            found.append(node)
        node = node.next
    return found


def cost(ask, section: int, paragraphs: int) -> float:
    """Microseconds of processor a paragraph: the least of three."""
    spent = []
    for _ in range(3):
        tree = page(paragraphs, section)
        begun = time.process_time()
        found = ask(tree)
        spent.append(time.process_time() - begun)
        assert len(found) > 0
    return min(spent) / paragraphs * 1e6


def by(query: str):
    return lambda tree: tree.css(query)


asked = {
    ("h2 ~ p", "one list"): by("h2 ~ p"),
    ("p:nth-child(even)", "one list"): by("p:nth-child(even)"),
    ("h2 ~ p", "a heading each tenth"): by("h2 ~ p"),
    ("p ~ p", "one list"): by("p ~ p"),
    ("by next", "one list"): walk,
}
print(f"selectolax {version('selectolax')}: microseconds a paragraph of", *SIZES)
growth = {}
for (name, shape), ask in asked.items():
    costs = [cost(ask, LISTS[shape], size) for size in SIZES]
    growth[name, shape] = costs[-1] / costs[0]
    print(
        f"{name:18}{shape:21}", *(f"{each:7.2f}" for each in costs), f" x{costs[-1] / costs[0]:.1f}"
    )
squared = growth.pop(("h2 ~ p", "one list")), growth.pop(("p:nth-child(even)", "one list"))
assert min(squared) > 6, squared
assert max(growth.values()) < min(squared) / 2, growth
PYTHON
