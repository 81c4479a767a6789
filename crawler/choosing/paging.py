"""The numbered pages of one list, as far as one run follows them. Pure.

A list of many pages is one list: it is followed to its end, within a budget of its own, however
many links that takes.
"""

from __future__ import annotations

MAX_PAGES_OF_LIST = 500
"""At most so many numbered pages of one list are asked for in one run."""
MAX_IDLE_PAGES = 20
"""After so many numbered pages in a row that name no comparison that the list had not named."""


class ListPages:
    """What one run saw of the numbered pages of its lists."""

    def __init__(self) -> None:
        self._pages: dict[str, set[str]] = {}
        self._named: dict[str, set[str]] = {}
        self._idle: dict[str, int] = {}

    def may_ask(self, url: str, whole: str) -> bool:
        """Whether a numbered page is within the budget of its list; it is counted then."""
        pages = self._pages.setdefault(whole, set())
        is_spent = len(pages) >= MAX_PAGES_OF_LIST or self._idle.get(whole, 0) >= MAX_IDLE_PAGES
        if not is_spent:
            pages.add(url)
        return not is_spent

    def read(self, url: str, whole: str, comparisons: set[str]) -> None:
        """Note the comparisons that a page of a list names."""
        named = self._named.setdefault(whole, set())
        is_idle = comparisons <= named
        named |= comparisons
        self._idle[whole] = self._idle.get(whole, 0) + 1 if is_idle and url != whole else 0
