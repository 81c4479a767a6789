"""Nothing else is taken for what was taken down: of all pages at hand, each in its turn."""

from __future__ import annotations

import os
from pathlib import Path

from takedown_home import entered

from archive.takedown.takedowns import Matches
from db.recognise.fold import folded
from db.recognise.likeness import PageWords
from db.recognise.match import TakedownMatcher, quote_matches
from db.takedown.find import Target, matches_of
from db.takedown.records import showing_of
from db.takedown.shown import Shown
from parsers import read_page
from schema.page import RawPage
from schema.records import Comparison

ROOT = Path(__file__).parents[2]


def published_pages() -> list[PageWords]:
    """The fixtures' comparisons and, where they are at hand, the five real pages."""
    found = [
        Comparison.model_validate_json(path.read_bytes())
        for path in sorted((ROOT / "tests" / "fixtures").glob("*/*/expected.json"))
    ]
    folder = os.environ.get("VERDICTS_SEEDS")
    for path in sorted(Path(folder).glob("*.txt")) if folder else []:
        text = RawPage(url=None, body=path.read_bytes(), content_type="text/plain; charset=utf-8")
        record = read_page(text, site="shiporskip")
        assert isinstance(record, Comparison)
        found.append(record)
    return [showing_of("sample", f"urn:{at}", record) for at, record in enumerate(found)]


def test_no_other_quote_is_taken_for_one_that_was_taken_down() -> None:
    shown = {quote.key: (quote, each) for each in published_pages() for quote in each.quotes}
    for quote, showing in shown.values():
        words = "".join(folded(quote.text or ""))
        taken = TakedownMatcher([entered("quote", quote_matches(quote, showing))])
        for other, _ in shown.values():
            told = "".join(folded(other.text or ""))
            is_it = (quote.tool_name, quote.position) == (other.tool_name, other.position)
            if not (is_it or words in told or told in words):
                assert taken.quote(other) is None, (quote.text, other.text)


def test_no_other_page_is_taken_for_one_that_was_taken_down() -> None:
    pages = published_pages()
    for showing in pages:
        first, second = showing.cards
        matches = Matches(shown=[[first.known(second), second.known(first)]])
        taken = TakedownMatcher([entered("page", matches)])
        assert taken.page(showing) == 1
        for other in pages:
            names = {card.name for card in showing.cards} ^ {card.name for card in other.cards}
            texts = {quote.text for quote in showing.quotes} & {q.text for q in other.quotes}
            if names and len(texts) <= 4:
                assert taken.page(other) is None, (showing.cards, other.cards)


class Everything:
    """Stands for all that a home ever showed."""

    def __init__(self, pages: list[PageWords]) -> None:
        self.showings = Shown(pages)


def test_no_other_tool_is_taken_for_one_that_was_taken_down() -> None:
    pages = published_pages()
    shown = [card for each in pages for card in each.cards]
    for slug in {card.slug for card in shown if card.slug is not None}:
        found = matches_of(Target("tool", "sample", slug), Everything(pages))
        taken = TakedownMatcher([entered("tool", found)])
        own = [card for card in shown if card.slug == slug]
        assert all(taken.cards([card]) for card in own)
        for card in shown:
            is_it = card.slug in (slug, None) and card.name in {each.name for each in own}
            if not is_it and not any(len(card.told & each.told) > 1 for each in own):
                assert not taken.cards([card]), (slug, card.name)
