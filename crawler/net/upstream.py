"""What we use of Scrapy and h11 that their documents do not promise, in one place.

Whoever raises their versions reads this list, and `settings.py` for what of Scrapy is turned off.
Nothing else in this room takes a name with an underscore from a package that is not ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import h11

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_FRAMING = re.compile(r"(conflicting|bad) Content-Length|(multiple|Only) Transfer-Encoding")


def is_about_framing(error: h11.RemoteProtocolError) -> bool:
    """Whether h11 refused a head because of how it tells the body's end: its words alone say so."""
    return _FRAMING.match(str(error)) is not None


def set_slot_delay(crawler: Crawler, slot: str, delay_s: float) -> None:
    """Set the pause between the requests of one of Scrapy's slots while it runs.

    A slot reads its settings when it is made; one that was idle is forgotten and made anew.
    """
    downloader = crawler.engine.downloader
    downloader.per_slot_settings[slot] = {"delay": delay_s}
    if slot in downloader.slots:
        downloader.slots[slot].delay = delay_s
