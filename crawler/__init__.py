"""The crawler room: what is asked of a publisher, how politely, and what is taken from files.

`crawl` fetches, `crawler.importing` takes in; both write through archive.

run       one crawl from beginning to end        spider    its pages, one after another
asking    one page, from its lease to its use    judge     what an answer means
context   what the parts of a crawl share        tally     what was asked, what came of it
pace      how fast each site is asked            stopping  what has ended, and why
settings  Scrapy as we want it                   report    what a crawl or an import gave
start/    what is settled before it begins       choosing/ which page is asked for next
robots/   what a publisher's rules say           hosts/    which addresses may be asked
net/      what stands next to the network        reading/  a page read for what it holds
drift/    whether pages still show what they did
sources/  what other people's files hold  importing/ files become captures
replay/   a ledger made again does what the crawl did
nothing   why a run found no comparison
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.report import CrawlReport, ImportReport

if TYPE_CHECKING:
    from crawler.run import crawl

__all__ = ["CrawlReport", "ImportReport", "crawl"]


def __getattr__(name: str) -> Any:
    """`crawl`, whose import of Scrapy takes longer than most commands."""
    if name != "crawl":
        raise AttributeError(f"module 'crawler' has no attribute {name!r}")
    from crawler.run import crawl

    return crawl
