"""The room that shows a published database to people and programs.

It reads one SQLite file through Datasette and imports no other room of this project but the
schema: what it knows of the data is the names of the public tables.

serving    a file served                       following  the next in its place
upstream   what we use of Datasette            describe   how Datasette shows our tables
gate       which requests pass                 hardening  bounds for every query
linear     SQL functions made linear           withdrawn  files that are no longer shown
pages/     the pages for people                words      small texts of the pages
pictures/  pictures, drawn as SVG              showing    how a page is made of facts
programs/  what programs ask: JSON, CSV ...    cells      one value in a table
mishaps    what cannot be answered             papers     what docs/queries.md says of them
templates/ the pages' HTML                     static/    style and icon
errors     why a file is not served            asgi       types and answers of ASGI
proxy      whose word on an address counts     paging     each row on one page
tags       pages that are still the same       asking     how statements are asked
stored     the stored queries, a file each     captured   pages as they were captured
__main__   `python -m web`
"""

from __future__ import annotations

from web.errors import NotServableError, WithdrawnError
from web.serving import require_servable, serve
