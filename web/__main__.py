"""`python -m web DATABASE [--host H] [--port N] [--no-sql] [--contact C]
[--proxy ADDRESS] [--base-url PREFIX] [--pages]`: serves one file, or what a link to one names.

For a deployment that holds only the published file; `verdicts serve` is the command for people.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from schema.errors import UsageError
from web.errors import NotServableError
from web.serving import serve


def main() -> None:
    """Reads the arguments and serves until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-sql", action="store_true")
    parser.add_argument("--contact", default=os.environ.get("VERDICTS_CONTACT", ""))
    parser.add_argument("--proxy", action="append", default=[])
    parser.add_argument("--base-url", default="/")
    parser.add_argument("--pages", action=argparse.BooleanOptionalAction, default=None)
    asked = parser.parse_args()
    try:
        serve(
            asked.database,
            host=asked.host,
            port=asked.port,
            allow_sql=not asked.no_sql,
            contact=asked.contact,
            proxies=asked.proxy,
            base_url=asked.base_url,
            pages=asked.pages,
            on_ready=lambda address: print(address, flush=True),
        )
    except (NotServableError, UsageError, OSError) as error:
        sys.exit(f"python -m web: {error}")


if __name__ == "__main__":
    main()
