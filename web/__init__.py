"""The room that shows a published database to people and programs.

It reads one SQLite file through Datasette and imports no other room of this project but the
schema: what it knows of the data is the names of the public tables.

serving    one file served                     upstream   what we use of Datasette
gate       which requests pass                 hardening  bounds for every query
linear     SQL functions made linear           withdrawn  files that are no longer shown
pages/     the pages for people                words      small texts of the pages
mishaps    what cannot be answered
describe   how Datasette shows our tables      cells      one value in them
templates/ the pages' HTML                     static/    style and icon
errors     why a file is not served            asgi       types and answers of ASGI
proxy      whose word on an address counts     paging     each row on one page
tags       pages that are still the same       asking     how statements are asked
stored     the stored queries, a file each     papers     what docs/queries.md says of them
captured   pages as they were captured
__main__   `python -m web`
"""

from __future__ import annotations

from web.errors import NotServableError, WithdrawnError
from web.serving import serve
