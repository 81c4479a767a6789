"""What a page says of itself to search engines, as schema.org's JSON-LD.

Nothing here is a rating of ours, so no page says that it is a `Review`.
"""

from __future__ import annotations

from typing import Any

from web.asking import ShownRow
from web.describe import LICENSE, PURPOSE, SOURCE, TITLE
from web.words import web_address

Described = dict[str, Any]
CONTEXT = "https://schema.org"


def page(address: str, home: str, name: str, kind: str = "WebPage", **more: Any) -> Described:
    """A page of this archive. Shape: addresses are absolute; what is None is left out."""
    said = {
        "@context": CONTEXT,
        "@type": kind,
        "@id": address,
        "url": address,
        "name": name,
        "isPartOf": {"@type": "Dataset", "@id": f"{home}/#dataset", "name": TITLE},
        "creditText": SOURCE,
        **more,
    }
    return {key: value for key, value in said.items() if value}


def dataset(home: str, first: str | None, last: str | None, edition: str) -> Described:
    """The archive as a whole, as searches for data sets want it."""
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": f"{home}/#dataset",
        "url": f"{home}/",
        "name": TITLE,
        "description": PURPOSE,
        "creditText": SOURCE,
        "usageInfo": LICENSE,
        "version": edition,
        "isAccessibleForFree": True,
        **({"temporalCoverage": f"{first[:10]}/{last[:10]}"} if first and last else {}),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind,
                "contentUrl": f"{home}/verdicts/comparison{ending}",
            }
            for kind, ending in (("application/json", ".json"), ("text/csv", ".csv"))
        ],
    }


def comparison(found: ShownRow, address: str, home: str) -> Described:
    """A comparison: what it is based on, and the two tools it is about."""
    source = web_address(found.url)
    published = {"@type": "Organization", "name": found.site_title or found.site}
    based = {"@type": "WebPage", "url": source, "publisher": published}
    tools = [{**_tool(t.name), "applicationCategory": t.category} for t in found.tools]
    return page(address, home, found.title, isBasedOn=source and based, about=tools)


def tool(found: ShownRow, address: str, home: str) -> Described:
    """A tool: the page is about it, and does not vouch for it."""
    return page(address, home, found.name, about=_tool(found.name))


def quote(found: ShownRow, address: str, home: str) -> Described:
    """A quote in its own words, where they may be shown."""
    name = f"{found.reviewer_name or 'A reviewer'} on {found.tool_name}"
    about = _tool(found.tool_name)
    return page(address, home, name, "Quotation", text=found.text, about=about)


def _tool(name: str) -> Described:
    return {"@type": "SoftwareApplication", "name": name}
