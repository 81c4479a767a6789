"""What tells a program where to begin: robots.txt, llms.txt and the description of our search."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from web.describe import LICENSE, PURPOSE, TITLE
from web.programs.addresses import Addresses
from web.programs.xml_texts import add, as_xml
from web.showing import edition_of
from web.upstream import Datasette, Request, Response

ROBOTS = """\
User-agent: *
Disallow: {base}verdicts
Disallow: {base}search
Disallow: {base}captured/
Disallow: {base}-/

Sitemap: {root}/sitemap.xml
"""
LLMS = """\
# {title}

> {purpose}

Unofficial; as published on the days named, not verified. What is counted is the distinct quote or
card, never the page that repeats it; verdicts that were inferred say so in `verdict_source`.

## Ask

- [One comparison]({root}/): put .json behind the address of its page, {root}/compare/KEY.json
- One tool with its cards, quotes, history: {root}/tool/KEY.json; as of a day with ?as_of=2026-11-01
- One reviewer: {root}/reviewer/NAME.json; one quote: {root}/quote/KEY.json
- [Stored queries]({root}/verdicts.json): questions of research, {root}/verdicts/NAME.json
- [Tables and views]({root}/verdicts.json): {root}/verdicts/quotes.json?tool=KEY filters one
- [What changed]({root}/verdicts/changes.json?_sort_desc=seen_by): the newest first
- The same as CSV: .csv for .json; {root}/verdicts/quotes.csv.json has its rows, hash, completeness
- [Search]({root}/search?q=export): ranked, for people
- [OpenAPI 3.1]({root}/openapi.json): all of this for programs
- [Changes]({root}/changes.atom): Atom; also {root}/comparisons.atom, {root}/tool/KEY.atom
- [Releases]({root}/verdicts/release.json): citable editions as Parquet, CSV, JSON Lines and SQLite
- MCP: {root}/-/mcp, if this server has it, with tools to search quotes and get comparisons

## Terms

- {licence}
- Texts that a publisher asks not to show are null, with the reason in `withheld`.
- To cite: title, publisher, its address, the day captured, the page here, this edition: {edition}.
"""


async def robots(datasette: Datasette, request: Request) -> Response:
    """Asks crawlers to keep to the pages for people, and names the sitemap."""
    root = Addresses(datasette, request).root
    return Response.text(ROBOTS.format(base=datasette.setting("base_url"), root=root))


async def llms(datasette: Datasette, request: Request) -> Response:
    """What this is and how to ask it, for programs that read words."""
    said = {
        "title": TITLE,
        "purpose": PURPOSE,
        "licence": LICENSE,
        "edition": edition_of(datasette),
    }
    return Response.text(LLMS.format(root=Addresses(datasette, request).root, **said))


async def opensearch(datasette: Datasette, request: Request) -> Response:
    """Our search, for the search box of a browser."""
    to = Addresses(datasette, request)
    root = Element("OpenSearchDescription", xmlns="http://a9.com/-/spec/opensearch/1.1/")
    add(root, "ShortName", TITLE)
    add(root, "Description", "Published comparisons of AI tools: what reviewers said")
    add(root, "InputEncoding", "UTF-8")
    add(root, "Image", to.at("/static/icon.svg"), type="image/svg+xml", width="16", height="16")
    add(root, "Url", type="text/html", template=to.at("/search?q={searchTerms}"))
    return as_xml(root, "application/opensearchdescription+xml")
