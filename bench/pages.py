"""Three pages of 70 KB for the parse benchmark: heavy in script, in markup, in text.

Every page is a whole comparison of invented tools; only what surrounds its values differs. Seeded,
so that two runs measure the same bytes.
"""

from __future__ import annotations

from random import Random

SIZE = 70_000
_WORDS = (
    "basket cellar harbour signal quiet ledger marble thread window copper meadow plain "
    "often reads keeps writes finds turns before after under with without beside"
).split()
_REVIEWERS = ("Tinkerer", "Doubter", "Archivist", "Bookkeeper")


def _sentence(rng: Random, words: int) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(words)).capitalize() + "."


def _text(rng: Random, characters: int) -> str:
    text = ""
    while len(text) < characters:
        text += _sentence(rng, rng.randint(8, 18)) + " "
    return text.strip()


def _wrap(inner: str, depth: int) -> str:
    """The markup with as many elements round it, as component frameworks leave behind."""
    opening = "".join(f'<div class="u-{n:02d} px-4 mt-{n}" data-k="{n}">' for n in range(depth))
    return opening + inner + "</div>" * depth


def _page(rng: Random, quote: int, description: int, depth: int, script: int, links: int) -> bytes:
    def box(inner: str) -> str:
        return _wrap(inner, depth)

    def card(name: str) -> str:
        values = (("75%", "Panel ship"), ("—", "Community"), ("Free", "Entry"))
        stats = "".join(box(f"<div><p>{value}</p><p>{label}</p></div>") for value, label in values)
        return box(
            f"<article>{box('<p>Developer Tools</p>')}{box(f'<h2>{name}</h2>')}"
            f"{box(f'<p>{_sentence(rng, 8)}</p>')}{box('<span>Ship</span>')}{stats}"
            f"{box(f'<p>{_text(rng, description)}</p>')}</article>"
        )

    def cell(reviewer: str, number: int) -> str:
        return box(
            f"<li>{box(f'<h4>{reviewer}</h4>')}{box(f'<p>{number}/100 · ship</p>')}"
            f"{box(f'<p>{_text(rng, quote)}</p>')}</li>"
        )

    rows = "".join(
        box(f"<ul>{cell(reviewer, 75 + n)}{cell(reviewer, 80 + n)}</ul>")
        for n, reviewer in enumerate(_REVIEWERS)
    )
    related = "".join(
        f"<li><a href=/compare/x{n}-vs-y{n}>{_sentence(rng, 4)}</a></li>" for n in range(links)
    )
    filler = "".join(f"self.push([{n},{rng.random():.9f}]);" for n in range(script // 24))
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Bench</title>"
        f"<script>{filler}</script></head><body><main><p>AI tool comparison</p>"
        f"<h1>Kettle 2.1 vs Lantern</h1>{card('Kettle 2.1')}{card('Lantern')}"
        f"<h2>Reviewer scorecard</h2>{rows}<ul>{related}</ul></main>"
        "<footer><p>The end</p></footer></body></html>"
    ).encode()


SHAPES = {  # quote and description characters, depth, script bytes, links
    "script-heavy": (700, 450, 1, 46_500, 10),
    "markup-heavy": (300, 300, 18, 0, 60),
    "text-heavy": (7_200, 4_000, 1, 0, 10),
}
FILLERS = {
    "script-heavy": "x",
    "markup-heavy": '<li class="px-4 text-sm"><a class="u-link" href="/x">one</a></li>',
    "text-heavy": "word ",
}


def make_pages() -> dict[str, bytes]:
    """The three pages by name.

    Shape: each is filled to 70,000 bytes with what it is heavy in.
    """
    return {name: make_page(name) for name in SHAPES}


def make_page(name: str, variant: int = 0) -> bytes:
    """One of the three pages; each variant says other things."""
    page = _page(Random(f"{name} {variant}" if variant else name), *SHAPES[name])
    filler = "<script>" if name == "script-heavy" else "<ul>"
    end = filler.replace("<", "</")
    if len(page) < SIZE:
        what = FILLERS[name]
        room = SIZE - len(page) - len(filler) - len(end)
        body = (what * (room // len(what))).ljust(room)
        page = page.replace(b"</footer>", f"{filler}{body}{end}</footer>".encode())
    return page
