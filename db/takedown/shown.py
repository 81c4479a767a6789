"""Versions of pages, each once, to be asked which of them show a card.

The cards that differ are held in memory, and which pages show them lies in a temporary database: so
memory grows with distinct words, and a question looks at no page that has no part in its answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator

from archive.takedown import Matches
from db.recognise.likeness import CardWords, PageWords
from db.recognise.match import TakedownMatcher

_TABLES = """
PRAGMA journal_mode = OFF;
CREATE TABLE showing (id INTEGER PRIMARY KEY, site TEXT, url TEXT, one INTEGER, two INTEGER,
  UNIQUE (site, url, one, two));
CREATE INDEX showing_one ON showing (one, site);
CREATE INDEX showing_two ON showing (two, site);
CREATE TABLE address (site TEXT, url TEXT);
CREATE TABLE detail (detail TEXT);
CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE near (site TEXT, url TEXT, id INTEGER);
"""
_CARDS = """
SELECT one AS id, site FROM showing WHERE one NOT NULL
UNION SELECT two, site FROM showing WHERE two NOT NULL ORDER BY id
"""
_NEAR = """
WHERE id IN (
  SELECT showing.id FROM near JOIN showing ON one = near.id AND showing.site = near.site
  UNION SELECT showing.id FROM near JOIN showing ON two = near.id AND showing.site = near.site
  UNION SELECT showing.id FROM near JOIN showing USING (site, url))
"""
_TWINS = """
SELECT DISTINCT one, two FROM showing JOIN name AS a ON a.id = one JOIN name AS b ON b.id = two
WHERE a.name = b.name
"""


class CardNumbers:
    """The cards that differ, by number: a site repeats each on many pages."""

    def __init__(self) -> None:
        self._numbers: dict[CardWords, int] = {}
        self._cards: list[CardWords] = []

    def number(self, card: CardWords) -> int:
        """The number of a card, the same for equal ones."""
        found = self._numbers.setdefault(card, len(self._cards))
        if found == len(self._cards):
            self._cards.append(card)
        return found

    def __getitem__(self, number: int) -> CardWords:
        """The card of a number."""
        return self._cards[number]


class Shown:
    """What one source shows, or several.

    Shape: `cards` may be those of others too; with `lacks_words` nothing is known of any words.
    """

    def __init__(
        self,
        pages: Iterable[PageWords] = (),
        cards: CardNumbers | None = None,
        *,
        lacks_words: bool = False,
    ) -> None:
        self._lacks_words = lacks_words
        self._cards = CardNumbers() if cards is None else cards
        self.db = sqlite3.connect("", isolation_level=None)
        self.db.executescript(_TABLES)
        for page in pages:
            self.add(page)

    def add(self, page: PageWords) -> None:
        """Add a version of a page, unless it is there."""
        one, two, *_ = (*map(self._cards.number, page.cards), None, None)
        self._add([(page.site, page.url, one, two)])

    def join(self, other: Shown) -> None:
        """Add all that another of the same cards shows."""
        self._add(other.db.execute("SELECT site, url, one, two FROM showing ORDER BY id"))

    def _add(self, rows: Iterable[tuple[object, ...]]) -> None:
        sql = "INSERT OR IGNORE INTO showing (site, url, one, two) VALUES (?, ?, ?, ?)"
        self.db.executemany(sql, rows)

    def _pages(self, which: str = "", *values: str) -> Iterator[PageWords]:
        sql = f"SELECT site, url, one, two FROM showing {which} ORDER BY id"
        for site, url, *shown in self.db.execute(sql, values):
            yield PageWords(site, url, tuple(self._cards[n] for n in shown if n is not None))

    def of_page(self, site: str, url: str) -> Iterator[PageWords]:
        """The versions of one page."""
        return self._pages("WHERE (site, url) = (?, ?)", site, url)

    def cards(self) -> Iterator[tuple[str, CardWords]]:
        """Each card with each site that shows it, those first that were met first."""
        return ((site, self._cards[number]) for number, site in self.db.execute(_CARDS))

    def with_card(
        self,
        is_meant: Callable[[str, CardWords], bool],
        is_page: Callable[[str, str], bool] | None = None,
    ) -> Iterator[PageWords]:
        """The versions that show a card that is meant, or are of a page that is.

        Shape: the one is asked of the site and each card, the other of the site and each address.
        """
        near = [
            (site, None, number)
            for number, site in self.db.execute(_CARDS)
            if is_meant(site, self._cards[number])
        ]
        if is_page is not None:
            asked = self.db.execute("SELECT DISTINCT site, url FROM showing")
            near += [(site, url, None) for site, url in asked if is_page(site, url)]
        self.db.execute("DELETE FROM near")
        self.db.executemany("INSERT INTO near VALUES (?, ?, ?)", near)
        return self._pages(_NEAR)

    def twins(self) -> Iterator[tuple[CardWords, CardWords]]:
        """The cards that some page shows beside each other under one name."""
        named = ((number, self._cards[number].name_hash) for number, _ in self.db.execute(_CARDS))
        self.db.executemany("INSERT OR IGNORE INTO name VALUES (?, ?)", list(named))
        return ((self._cards[a], self._cards[b]) for a, b in self.db.execute(_TWINS))

    def out_of(self, taken: TakedownMatcher) -> dict[int, Matches]:
        """What each take-down takes out of it: addresses, keys of cards and quotes."""
        touched = self.with_card(taken.touches, lambda *page: taken.address(*page) is not None)
        return taken.out_of(touched)

    def taken_by(self, taken: TakedownMatcher) -> dict[int, Matches]:
        """The same with what it only names: addresses, and details that cite; empty for none."""
        cited = (taken.cited(said) for (said,) in self.db.execute("SELECT detail FROM detail"))
        named = (taken.address(*each) for each in self.db.execute("SELECT * FROM address"))
        found = (*cited, *named, *(self._known_before(taken) if self._lacks_words else ()))
        nothing_shown = {each: Matches() for each in found if each is not None}
        return nothing_shown | self.out_of(taken)

    def _known_before(self, taken: TakedownMatcher) -> Iterator[int]:
        """The take-downs that took a page of it out of what was published with its words."""
        shown = {url for (url,) in self.db.execute("SELECT DISTINCT url FROM showing")}
        return (each.id for each in taken.active if not shown.isdisjoint(each.matches.pages))
