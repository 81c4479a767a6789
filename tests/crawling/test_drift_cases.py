"""Redesigns are noticed and edits are not: a table of both, of pages that are stored and parsed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from crawl_site import PAGES, Answer, Ended, Site, run_crawl
from db_home import Card, html, url_of
from drift_home import WORDS, crawled, new_layout, unreadable

from archive.ledger.profiles import held_captures
from crawler.drift.bands import is_above
from crawler.drift.pairs import USUAL

DAYS = [f"2027-{month:02}-{day:02}T12:00:00Z" for month in (1, 2) for day in range(1, 29)]
Pages = dict[str, bytes]
Edit = Callable[[str], str]
CATEGORIES = ("Sorting", "Weighing", "Mending", "Letters")


def card(number: int) -> Card:
    """One of many tools, with texts and scores of its own."""
    rng = Random(number)
    rest = " ".join(rng.choices(WORDS, k=6 + number % 7))
    return Card(
        f"tool-{number:02}",
        f"Tool N{number}",
        tagline=f"{rng.choice(WORDS)} no {number}",
        category=CATEGORIES[number % 4],
        description=f"Tool N{number} {rest}.",
        pricing=f"Free, then {number + 2} crowns",
        score=74 + number % 13,
        words=rest,
        reviewer=("Builder, Skeptic", "Skeptic, Founder", "Founder, Builder")[number % 3],
    )


def pairs(count: int, first: int = 0) -> list[tuple[Card, Card]]:
    return [(card(number), card(number + 1)) for number in range(2 * first, 2 * (first + count), 2)]


def dense(tools: int) -> list[tuple[Card, Card]]:
    return list(combinations(map(card, range(tools)), 2))


def pages_of(
    cards: list[tuple[Card, Card]], edition: int = 1, edit: Edit = str, *, only: int | None = None
) -> Pages:
    """The pages; `edit` changes the first of them, or all. Each edition has bytes of its own."""
    found = {}
    for number, (one, other) in enumerate(cards):
        page = html(one, other, end=f"<p>Edition {edition}</p></body></html>").decode()
        found[url_of(one, other)] = (edit(page) if only is None or number < only else page).encode()
    return found


def changed(
    cards: list[tuple[Card, Card]], of: int = 99, **fields: object
) -> list[tuple[Card, Card]]:
    """The first tools with other values, the same on every page that shows them."""
    return [
        tuple(replace(each, **fields) if int(each.slug[5:]) < of else each for each in two)
        for two in cards
    ]  # type: ignore[misc]


def no_price(page: str) -> str:
    return re.sub("<tr><td>Pricing</td>.*?</tr>", "", page)


def no_price_or_badge(page: str) -> str:
    return no_price(page).replace("<p>Ship</p>", "")


def words(old: str, new: str) -> Edit:
    return lambda page: re.sub(old, new, page)


def paid(page: str) -> str:
    return page.replace("<p>Free</p>", "<p>Paid</p>")


def paid_second(page: str) -> str:
    head, _, rest = page.partition("</article>")
    return head + "</article>" + paid(rest)


def other_layout(page: str) -> str:
    return new_layout(page).replace("<p>Ship</p>", "")


def category(word: str) -> Edit:
    def edit(page: str) -> str:
        page = re.sub("<article><p>.*?</p>", f"<article><p>{word}</p>", page)
        return re.sub(
            "<tr><td>Category</td>.*?</tr>",
            f"<tr><td>Category</td><td>{word}</td><td>{word}</td></tr>",
            page,
        )

    return edit


def reviewer(word: str, count: int = 0) -> Edit:
    pattern = re.compile("<div class=cell><p>.*?</p>")
    return lambda page: pattern.sub(f"<div class=cell><p>{word}</p>", page, count=count)


def own_reviewer(page: str) -> str:
    """A phrase that each page has for itself where the reviewer's name should be."""
    name = re.search("<h1>(.*?) vs", page)[1]  # type: ignore[index]
    return reviewer(f"More from {name[::-1].title()}")(page)


def score(new: str) -> Edit:
    return words(r"\d+/100", f"{new}/100")


def rotated(pattern: str) -> Edit:
    """What is found in each cell of a page, moved on to the next cell."""

    def edit(page: str) -> str:
        found = re.findall(pattern, page)
        moved = iter([found[-1], *found[:-1]])
        return re.sub(pattern, lambda _: next(moved), page)

    return edit


def after(cards: list[tuple[Card, Card]], *later: Pages) -> list[Pages]:
    """Two good crawls, and what comes then."""
    return [pages_of(cards), pages_of(cards, 2), *later]


def creep(counts: tuple[int, ...], *, is_partial: bool = False) -> list[Pages]:
    """Crawls in which more and more pages lose their prices."""
    cards, found = pairs(15), [pages_of(pairs(15))]
    for edition, count in enumerate(counts, start=2):
        pages = pages_of(cards, edition, no_price, only=count)
        if is_partial:  # the others are as they were, byte for byte
            old = found[-1]
            pages = {
                url: body if b"Pricing" not in body and b"Pricing" in old[url] else old[url]
                for url, body in pages.items()
            }
        found.append(pages)
    return found


def partly(pages: Pages, other: Pages, count: int) -> Pages:
    """Some pages as they are now, the others byte for byte as they were."""
    return {**other, **dict(list(pages.items())[:count])}


P3, P6, P12, P15, P30 = (pairs(count) for count in (3, 6, 12, 15, 30))

DRIFTS: dict[str, list[Pages]] = {
    "three pages lose every price": after(P3, pages_of(P3, 3, no_price)),
    "three pages of three tools lose every price": after(dense(3), pages_of(dense(3), 3, no_price)),
    "six pages of four tools lose every price": after(dense(4), pages_of(dense(4), 3, no_price)),
    "six pages show score 0": after(P6, pages_of(P6, 3, score("0"))),
    "three pages show one score": after(P3, pages_of(P3, 3, score("78"))),
    "six pages show scores out of ten": after(P6, pages_of(P6, 3, words(r"(\d)\d/100", r"\1/100"))),
    "fields are lost slowly": creep((1, 2, 4, 6, 8, 11, 15)),
    "fields are lost slowly, the other pages unchanged": creep(
        (1, 2, 4, 6, 8, 11, 15), is_partial=True
    ),
    "every reviewer is one phrase": after(P6, pages_of(P6, 3, reviewer("Subscribe now"))),
    "every reviewer is a phrase of the page": after(P6, pages_of(P6, 3, own_reviewer)),
    "every Free is Paid": after(P12, pages_of(P12, 3, paid)),
    "every Free is Paid, on a site of both": [
        pages_of(P12, edition, paid_second) for edition in (1, 2)
    ]
    + [pages_of(P12, 3, paid)],
    "every category is one word": after(P12, pages_of(P12, 3, category("News"))),
    "three pages have one category": after(P3, pages_of(P3, 3, category("News"))),
    "every price is one phrase": after(
        P6,
        pages_of(
            P6,
            3,
            words("(<tr><td>Pricing</td>).*?</tr>", r"\1<td>See site</td><td>See site</td></tr>"),
        ),
    ),
    "every share is one number": after(P6, pages_of(P6, 3, words("100%", "0%"))),
    "every other page loses its price": after(P30, pages_of(P30, 3, no_price, only=15)),
    "four of thirty pages are asked and have lost their price": after(
        P30, dict(list(pages_of(P30, 3, no_price).items())[:4])
    ),
    "every reviewer stands beside the next one's words": after(
        P3, pages_of(P3, 3, rotated("(?<=<div class=cell><p>).*?(?=</p>)"))
    ),
    "every text stands under the next one's score": after(
        P12, pages_of(P12, 3, rotated(r"\d+(?=/100)"))
    ),
    "another layout without badges": after(P6, pages_of(P6, 3, other_layout)),
    "twelve new pages show half of what the others do": after(
        P12, {**pages_of(P12, 2), **pages_of(pairs(12, 12), 1, no_price_or_badge)}
    ),
    "twelve new pages have one phrase for reviewers": after(
        P30, {**pages_of(P30, 2), **pages_of(pairs(12, 30), 1, reviewer("Subscribe now"))}
    ),
    "a dated sentence has come into every quote": after(
        P6,
        pages_of(
            P6,
            3,
            words("</p></div>(?=<div class=cell|</div>)", " This was said 3 days ago.</p></div>"),
        ),
    ),
    "a sentence has come into every description": after(
        P3,
        pages_of(
            P3,
            3,
            words("(Tool N[0-9]+)([^<]*)</p></article>", r"\1\2 Ask for \1 by name.</p></article>"),
        ),
    ),
    "every description begins with a word for all": after(
        P6, pages_of(P6, 3, words(r"<p>(?=Tool N\d+ .*?</p></article>)", "<p>Sponsored. "))
    ),
    "three pages give no record any more": after(P3, pages_of(P3, 3, unreadable)),
}

HARMLESS: dict[str, list[Pages]] = {
    "nothing changed": after(P12, pages_of(P12, 2)),
    "only the bytes changed": after(P12, pages_of(P12, 3), pages_of(P12, 4)),
    "three of twelve pages lose their price": after(P12, pages_of(P12, 3, no_price, only=3)),
    "three of thirty pages lose their price, the others unchanged": after(
        P30, partly(pages_of(P30, 3, no_price), pages_of(P30, 2), 3)
    ),
    "one of three pages loses its price": after(P3, pages_of(P3, 3, no_price, only=1)),
    "one of three tools loses its price on both its pages": after(
        dense(3), pages_of(dense(3), 3, words("<td>Free, then 2 crowns</td>", "<td>—</td>"))
    ),
    "one of six tools changes everything": after(
        dense(6),
        pages_of(
            changed(
                dense(6), 1, category="Fishing", reviewer="Angler, Hunter", score=12, pricing="Ask"
            ),
            3,
        ),
    ),
    "two of six tools have other prices, on nine of fifteen pages": after(
        dense(6), pages_of(changed(dense(6), 2, pricing="Ask"), 3)
    ),
    "two of fifteen pages become paid": after(P15, pages_of(P15, 3, paid, only=2)),
    "prices are edited on every page": after(
        P12, pages_of(P12, 3, words(r"then (\d+) crowns", r"then 1\1 crowns"))
    ),
    "prices are edited on four pages": after(
        P12, pages_of(P12, 3, words("crowns", "marks"), only=4)
    ),
    "scores are given anew everywhere": after(
        P6, pages_of(P6, 3, words(r"(\d)\d/100", r"\g<1>1/100"))
    ),
    "scores of two pages fall to nothing": after(P12, pages_of(P12, 3, score("0"), only=2)),
    "a new reviewer joins on five pages": after(
        P12, pages_of(P12, 3, reviewer("Night Owl", count=2), only=5)
    ),
    "three pages have new reviewers alone": after(
        P12, pages_of(P12, 3, reviewer("Night Owl"), only=3)
    ),
    "three pages change their category": after(P12, pages_of(P12, 3, category("Fishing"), only=3)),
    "new tools bring new categories": after(
        P12, {**pages_of(P12, 2), **pages_of(pairs(12, 12), 1, category("Fishing"))}
    ),
    "new tools bring a new reviewer too": after(
        P12, {**pages_of(P12, 2), **pages_of(pairs(12, 12), 1, reviewer("Night Owl", count=3))}
    ),
    "a site grows from three pages to thirty": [
        *(pages_of(P3, edition) for edition in range(1, 11)),
        {**pages_of(P3, 11), **pages_of(pairs(27, 3), 1)},
        pages_of(P30, 12),
    ],
    "a site grows tenfold, a third of it without prices": [
        *(pages_of(P3, edition) for edition in range(1, 11)),
        {**pages_of(P3, 11), **pages_of(pairs(27, 3), 1, no_price, only=9)},
    ],
    "three pages get a further sentence": after(
        P12, pages_of(P12, 3, words("</p></article>", " It has a new owner.</p></article>"), only=3)
    ),
    "one page fails": after(P12, pages_of(P12, 3, unreadable, only=1)),
    "two of three pages fail": after(P3, pages_of(P3, 3, unreadable, only=2)),
    "prices come back": [pages_of(P12, 1, no_price), pages_of(P12, 2, no_price), pages_of(P12, 3)],
    "taglines and descriptions are written anew": after(
        P6,
        pages_of(
            [
                (
                    replace(
                        a,
                        tagline="Counts sheep at night",
                        description=f"What {a.words}: {a.name} in other words.",
                    ),
                    replace(
                        b,
                        tagline="Folds what is left",
                        description=f"What is new is that it {b.words} now.",
                    ),
                )
                for a, b in P6
            ],
            3,
        ),
    ),
    "two pages of four tools lose their prices": after(pairs(2), pages_of(pairs(2), 3, no_price)),
    "a page a crawl is edited": [
        pages_of(P12, edition, words("crowns", "marks"), only=edition) for edition in range(6)
    ],
}


@pytest.mark.parametrize("case", DRIFTS)
def test_a_redesign_is_noticed_and_held(home: Path, case: str) -> None:
    said = [crawled(home, pages, day) for pages, day in zip(DRIFTS[case], DAYS, strict=False)]
    assert said[0] == said[1] == []
    assert any(said), case
    assert held_captures(home) or "no record" in case


@pytest.mark.parametrize("case", HARMLESS)
def test_edits_and_growth_are_no_drift(home: Path, case: str) -> None:
    said = [crawled(home, pages, day) for pages, day in zip(HARMLESS[case], DAYS, strict=False)]
    assert not any(said), said
    assert held_captures(home) == frozenset()


@pytest.mark.parametrize("case", [case for case in DRIFTS if "slowly" in case])
def test_a_slow_loss_is_noticed_at_six_of_fifteen_pages(home: Path, case: str) -> None:
    said = [crawled(home, pages, day) for pages, day in zip(DRIFTS[case], DAYS, strict=False)]
    assert [bool(each) for each in said] == [False] * 4 + [True] * 4


@pytest.mark.parametrize("edit", [no_price, own_reviewer])
def test_while_a_drift_waits_a_single_page_of_it_is_held_too(home: Path, edit: Edit) -> None:
    for pages, day in zip(after(P12, pages_of(P12, 2, edit, only=9)), DAYS, strict=False):
        crawled(home, pages, day)
    held = held_captures(home)
    one = dict([list(pages_of(P12, 3, edit).items())[10]])
    assert crawled(home, one, DAYS[4])
    assert len(held_captures(home) - held) == 1


def test_the_figures_in_the_manual_are_those_of_the_band() -> None:
    text = (Path(__file__).parents[2] / "docs/changed-site.md").read_text("utf-8")
    figures = re.findall(r"(\d+) of (\d+)", text.partition("In figures:")[2].partition("\n\n")[0])
    assert len(figures) == 6
    for count, pages in ((int(a), int(b)) for a, b in figures):
        assert is_above((count, pages), USUAL) and not is_above((count - 1, pages), USUAL)


# --- the same through real crawls of a site on loopback ---


def crawl_three(server: Site, home: Path, at: str, edit: Edit = str, *, only: int = 3) -> Ended:
    """A crawl of three pages of three tools, of which some are edited."""
    pages = sorted(path for path in server.answers if path.startswith("/compare/"))
    for number, path in enumerate(pages):
        page = PAGES[path].decode().replace("</body>", f"<p>Edition {at}</p></body>")
        server.answers[path] = Answer((edit(page) if number < only else page).encode())
    return run_crawl(
        home,
        server.base + "/",
        "--all-due",
        "--contact",
        "keeper@sample.example",
        env={"VERDICTS_NOW": at},
    )


LATER = [f"2027-{month:02}-01T12:00:00Z" for month in (1, 4, 7, 10)]


@pytest.mark.parametrize(
    "edit", [no_price, score("0"), reviewer("Subscribe now"), paid, category("News")]
)
def test_a_crawl_of_three_pages_notices_what_all_of_them_lost(
    site: Site, home: Path, edit: Edit
) -> None:
    assert crawl_three(site, home, LATER[0]).exit_code == 0
    ended = crawl_three(site, home, LATER[1], edit)
    assert (ended.exit_code, len(held_captures(home))) == (10, 3), ended.errors
    assert ended.report["drift"] and ended.report["cannot_tell"] == []
    ended = crawl_three(site, home, LATER[2])
    assert (ended.exit_code, ended.report["drift"]) == (0, [])


def test_a_crawl_of_three_pages_lets_one_of_them_be_edited(site: Site, home: Path) -> None:
    for at, edit in zip(LATER, (str, no_price, score("0"), paid), strict=True):
        ended = crawl_three(site, home, at, edit, only=1)
        assert (ended.exit_code, ended.report["drift"]) == (0, [])
    assert held_captures(home) == frozenset()


def test_a_site_too_small_to_tell_says_so(site: Site, home: Path) -> None:
    paths = sorted(path for path in site.answers if path.startswith("/compare/"))
    ended = run_crawl(home, *(site.base + path for path in paths[:2]))
    assert "2 pages are too few to tell" in str(ended.report["cannot_tell"])
    assert run_crawl(home, site.base + paths[2]).report["cannot_tell"] == []
