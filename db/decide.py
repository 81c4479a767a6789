"""A person's decision on two tools, by the keys that the database or the ledger has for them."""

from __future__ import annotations

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


def decide(
    home: Home,
    decision: Literal["same", "differ"],
    tools: tuple[str, str],
    *,
    reason: str,
    site: str | None = None,
) -> ToolDecision:
    """Enter a decision on two tools, which the next build takes up.

    Shape: each as the table `tool` names it: a slug, `site:slug`, or `name:` and a name.
    Raises: UsageError where nothing, or more than one tool, goes by that key, where they are of
    two sites, or the decision contradicts others; StartError when the home cannot be written to.
    """
    open_archive(home.path)
    found = known_tools(home)
    one, other = (_named(home, found, each, site) for each in tools)
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


def known_tools(home: Home) -> dict[str, set[ToolKey]]:
    """The tools of a home by each key that they go by: of the database, and of pages' addresses."""
    found: dict[str, set[ToolKey]] = {}
    path = present(home)
    if path is not None:
        with closing(connect_read_only(path)) as connection:
            for key, site, name in connection.execute(_TOOLS):
                for each in (key, name, f"{site}:{name}"):
                    found.setdefault(each, set()).add(ToolKey(site, name))
    for page in open_archive(home.path).each_page():
        if is_known_page(page.site, page.url):
            for slug in (each for pair in site_named(page.site).slugs(page.url) for each in pair):
                for each in (slug, f"{page.site}:{slug}"):
                    found.setdefault(each, set()).add(ToolKey(page.site, slug))
    return found


def _named(home: Home, found: dict[str, set[ToolKey]], asked: str, site: str | None) -> ToolKey:
    named = {key for key in found.get(asked.strip(), ()) if site in (None, key.site)}
    if len(named) == 1:
        return named.pop()
    is_built = present(home) is not None
    hint = "" if is_built else "; nothing is built here now: `verdicts build`, then ask again"
    several = "several sites have it; write site:tool, or name one with --site"
    raise UsageError(
        what=f"{told(asked)}: {several if named else f'no tool of this archive{hint}'}"
    )
