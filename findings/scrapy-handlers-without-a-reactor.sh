#!/usr/bin/env bash
# Scrapy 2.19.0: without a reactor, DOWNLOAD_HANDLERS_BASE for http and https is overwritten.
#
# Guess before the run: a setting that the runner is given outranks what Scrapy sets by itself, in
# both modes. Seen: with TWISTED_REACTOR_ENABLED=False, http and https of DOWNLOAD_HANDLERS_BASE are
# Scrapy's own handler, whatever was given, and nothing is said of it; those of DOWNLOAD_HANDLERS
# stay. A handler that enforces limits would be out of the way in silence: ours stand there.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet scrapy==2.19.0 aiohttp==3.14.5
"$SCRATCH/venv/bin/python" - <<'PYTHON' 2>/dev/null
import asyncio

import scrapy
from scrapy.crawler import AsyncCrawlerRunner

GIVEN = {"http": "given.Handler", "https": "given.Handler"}
seen = {}


class Looker(scrapy.Spider):
    name = "looker"

    async def start(self):
        for setting in ("DOWNLOAD_HANDLERS_BASE", "DOWNLOAD_HANDLERS"):
            seen[setting] = self.crawler.settings.getdict(setting).get("https")
        return
        yield


async def look(setting: str) -> str:
    """What stands for https in a setting that was given, once a crawl runs without a reactor."""
    settings = {"TWISTED_REACTOR_ENABLED": False, "LOG_ENABLED": False, setting: dict(GIVEN)}
    if setting == "DOWNLOAD_HANDLERS":  # no such module: it is the setting that is looked at
        settings[setting] = {"https": None}
    await AsyncCrawlerRunner(settings).crawl(Looker)
    return str(seen[setting])


base = asyncio.run(look("DOWNLOAD_HANDLERS_BASE"))
plain = asyncio.run(look("DOWNLOAD_HANDLERS"))
print(f"scrapy {scrapy.__version__}: DOWNLOAD_HANDLERS_BASE given 'given.Handler', found {base}")
print(f"DOWNLOAD_HANDLERS given None, found {plain}")
assert scrapy.__version__ == "2.19.0"
assert base.startswith("scrapy.core.downloader.handlers.")
assert plain == "None"
PYTHON
