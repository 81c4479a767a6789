"""A person's decision on two tools, by the keys that the database or the ledger has for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

from archive import Home, open_archive
from db.identity.decisions import TakenIn, ToolDecision, add_decision
from db.identity.decisions import take_in as take_lines_in
from db.publish.publish import present
from db.records.snapshot import is_known_page
from db.rows.keys import ToolKey
from db.rows.write import connect_read_only
from db.takedown.find import told
from parsers.sites import site_named
from schema.errors import UsageError

_TOOLS = "SELECT tool, site, coalesce(slug, substr(tool, instr(tool, 'name:'))) FROM tool"
_SHOWN = """
SELECT DISTINCT tool, tool.site, coalesce(slug, substr(tool, instr(tool, 'name:'))), card.name
FROM tool JOIN card ON card.tool_id = tool.id
"""


def decide(
    home: Home,
    decision: Literal["same", "differ"],
    tools: tuple[str, str],
    *,
    reason: str,
    site: str | None = None,
) -> ToolDecision:
    """Enter a decision on two tools, which the next build takes up.

    Shape: each as the table `tool` names it: a slug, `site:slug`, or `name:` and a name; else the
    name that its cards show.
    Raises: UsageError where nothing, or more than one tool, goes by that key, where they are of
    two sites, or the decision contradicts others; StartError when the home cannot be written to.
    """
    open_archive(home.path)
    one, other = (_named(home, each.strip(), site) for each in tools)
    if one.site != other.site:
        what = f"{told(tools[0])} and {told(tools[1])}: of two sites; each site names its own tools"
        raise UsageError(what=what)
    home.create()
    pair = (one.site, one.name, other.name)
    return add_decision(home, decision, pair, reason=" ".join(reason.split()))


def take_in(home: Home, path: Path) -> TakenIn:
    """Enter another archive's decisions, those on tools that are not here yet among them.

    Raises: StartError without a ledger; as `db.identity.take_in`.
    """
    open_archive(home.path)
    home.create()
    return take_lines_in(home, path)


def _named(home: Home, asked: str, site: str | None) -> ToolKey:
    """The tool that goes by a key in the database, else in the addresses of the ledger's pages."""
    for known in (_published, _addressed):
        named = {tool for tool in known(home, asked) if site in (None, tool.site)}
        if len(named) == 1:
            return named.pop()
        if named:
            what = f"{told(asked)}: several sites have it; write site:tool, or name one with --site"
            raise UsageError(what=what)
    shown = {key: tool for key, tool in _shown_as(home, asked) if site in (None, tool.site)}
    if len(shown) == 1:
        return next(iter(shown.values()))
    if shown:
        what = f"{told(asked)}: several tools show this name; give one by its key: "
        raise UsageError(what=what + ", ".join(sorted(shown)))
    is_built = present(home) is not None
    hint = "" if is_built else "; nothing is built here now: `verdicts build`, then ask again"
    raise UsageError(what=f"{told(asked)}: no tool of this archive{hint}")


def _published(home: Home, asked: str) -> Iterator[ToolKey]:
    path = present(home)
    if path is None:
        return
    with closing(connect_read_only(path)) as connection:
        for key, site, name in connection.execute(_TOOLS):
            if asked in (key, name, f"{site}:{name}"):
                yield ToolKey(site, name)


def _shown_as(home: Home, asked: str) -> Iterator[tuple[str, ToolKey]]:
    """The published tools of which a card shows this name, in whatever case, with their keys."""
    path = present(home)
    if path is None:
        return
    with closing(connect_read_only(path)) as connection:
        for key, site, name, shown in connection.execute(_SHOWN):
            if shown.casefold() == asked.casefold():
                yield key, ToolKey(site, name)


def _addressed(home: Home, asked: str) -> Iterator[ToolKey]:
    for page in open_archive(home.path).each_page():
        if is_known_page(page.site, page.url):
            for slug in (each for pair in site_named(page.site).slugs(page.url) for each in pair):
                if asked in (slug, f"{page.site}:{slug}"):
                    yield ToolKey(page.site, slug)
