"""`python -m crawler`: a crawl without the command line's dress, for tests and for a bare machine.

    python -m crawler --home data --contact me@example.org https://shiporskip.io/
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from crawler.run import crawl
from parsers.sites import site_named
from schema.errors import VerdictsError


def main(arguments: list[str] | None = None) -> int:
    """Crawl as the arguments say, and print the report as JSON; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawler", description=__doc__)
    parser.add_argument("addresses", nargs="*")
    parser.add_argument("--home", type=Path, default=Path("data"))
    parser.add_argument("--site")
    parser.add_argument("--max-pages", type=int)
    parser.add_argument("--delay", type=float)
    parser.add_argument("--timeout", type=float, default=60.0)
    parser.add_argument("--contact", default="")
    parser.add_argument("--allow-private", action="store_true")
    parser.add_argument("--all-due", action="store_true")
    parser.add_argument("--per-day", type=int, default=5000)
    parser.add_argument("--plan", choices=("all", "coverage"), default="all")
    parser.add_argument("--progress", action="store_true")
    given = parser.parse_args(arguments)
    try:
        report = crawl(
            given.home, addresses=given.addresses,
            site=site_named(given.site) if given.site else None,
            max_pages=given.max_pages, delay_s=given.delay, contact=given.contact,
            allow_private=given.allow_private, timeout_s=given.timeout, all_due=given.all_due,
            plan=given.plan, per_day=given.per_day, progress=_tell if given.progress else None,
        )
    except VerdictsError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(json.dumps(asdict(report), indent=1))
    return report.exit_code


def _tell(what: str, done: int, total: int) -> None:
    print(f"{done}/{total} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
