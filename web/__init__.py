"""The room that shows a published database to people and programs.

It reads one SQLite file through Datasette and imports no other room of this project but the
schema: what it knows of the data is the names of the public tables.
"""

from __future__ import annotations

from web.errors import NotServableError, WithdrawnError
from web.serving import serve

__all__ = ["NotServableError", "WithdrawnError", "serve"]
