"""Absolute addresses of what is served here, as the visitor has them."""

from __future__ import annotations

from urllib.parse import urlencode

from web.hardening import DATABASE_NAME
from web.showing import root_of
from web.upstream import Datasette, Request
from web.words import address


class Addresses:
    """Addresses that begin with the scheme, host and prefix of one request."""

    def __init__(self, datasette: Datasette, request: Request) -> None:
        self.root = root_of(datasette, request)

    def at(self, path: str) -> str:
        """The address of a path. Shape: `at("/search")`."""
        return self.root + path

    def page(self, kind: str, key: str) -> str:
        """The page of a tool, comparison, quote, reviewer or release."""
        return self.root + address(kind, key)

    def table(self, table: str, **filters: object) -> str:
        """The rows of a table or view under these filters, as JSON."""
        asked = f"?{urlencode(filters)}" if filters else ""
        return f"{self.root}/{DATABASE_NAME}/{table}.json{asked}"
