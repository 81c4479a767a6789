"""A living archive of published AI-tool comparisons.

The same through Python as on the command line: `parse_page`, `open_archive`, `build`, and the
records of `schema.records`. Importing this module is quick; each name is fetched when first used.

cli       the command line               commands/   a file a command
options   what several commands share    boundary    errors to sentences and exit codes
console   what a command says            streams     output whose failures can be told
newest    the newest stored page         structure   two pages, block by block
told      what a run came to, in sentences    outfile  a file made for others
sample/   the bundled site               demo_check  what came of it
fixtures  stored pages read again        __main__    `python -m verdicts`
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_WHERE = {
    "parse_page": "parsers",
    "read_page": "parsers",
    "open_archive": "archive",
    "build": "db",
    "RawPage": "schema.page",
    "Comparison": "schema.records",
    "Failure": "schema.records",
    "Finding": "schema.records",
    "Other": "schema.records",
    "Quote": "schema.records",
    "Tool": "schema.records",
}

__all__ = [
    "Comparison",
    "Failure",
    "Finding",
    "Other",
    "Quote",
    "RawPage",
    "Tool",
    "build",
    "open_archive",
    "parse_page",
    "read_page",
]


def __getattr__(name: str) -> Any:
    """One of the public names, imported when it is first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'verdicts' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
