"""`verdicts demo`: the whole path on the bundled sample site, with no network but loopback."""

from __future__ import annotations

from pathlib import Path

from archive import open_archive
from crawler import CrawlReport, crawl
from db import BuildReport, build, check
from machine.text import some
from parsers.sites import site_named
from schema.errors import IntegrityError, StartError
from verdicts.commands.serve import serve_home
from verdicts.console import next_step, note, progress, say
from verdicts.demo_check import differences
from verdicts.sample import SITE, expected, serve_sample


def run_demo(home: Path, *, is_serving: bool, port: int) -> int:
    """Crawl, build, check and serve the sample site. Gives the exit code.

    Raises: StartError where the home holds another site; IntegrityError where what came out is
    not the sample site's own list.
    """
    _require_own_home(home)
    with serve_sample() as address, progress() as tell:
        say(f"1. crawling the sample site at {address}")
        report = crawl(
            home,
            addresses=[address],
            site=site_named(SITE),
            delay_s=0,
            allow_private=True,
            progress=lambda url, done, of: tell("fetched", done, of),
        )
        if report.exit_code not in (0, 10):
            raise IntegrityError(where=address, what=f"the crawl stopped: {report.stopped}")
        say(f"   {_asked(report)}")
        say("2. building the database")
        # Its pages come with the program: a newer one may well read its own older ones otherwise.
        built = build(home, accept_changes=True, progress=tell)
    say(f"   {built.comparisons} comparisons, {built.failures} pages that must fail")
    say(f"   {_edition(report, built)}: {built.path}")
    say("3. checking it against the sample site's own list")
    _require_expected(home, built.path)
    say("   every record, failure and finding is as the list says")
    say("   its tools do not exist, nor does sample.example: links to the publisher lead nowhere")
    if is_serving:
        say("4. serving it, read-only")
        serve_home(home, host="127.0.0.1", port=port, allow_sql=True)
    else:
        note(next_step("serve", home))
    return 0


def _asked(report: CrawlReport) -> str:
    """What the crawl did, in words."""
    if not report.asked:
        lists = sum(report.captures.values())
        return f"no page was due; {some(lists, 'list')}, robots.txt among them, read again"
    missing = "".join(
        f", {count} answered with {code.removeprefix('http_error:')}"
        for code, count in report.failed.items()
        if code.startswith("http_error:")
    )
    unchanged = f", {report.unchanged} unchanged" if report.unchanged else ""
    return f"{report.asked} pages asked, {report.stored} stored{unchanged}{missing}"


def _edition(report: CrawlReport, built: BuildReport) -> str:
    """Whether the database is new, and why it may be where no page was asked for."""
    if not built.is_new:
        return "the same edition as before"
    is_unasked = "; no page is, the program or the site's lists have changed"
    return "a new edition" + ("" if report.asked else is_unasked)


def _require_own_home(home: Path) -> None:
    if not (home / "ledger.db").exists():
        return
    archive = open_archive(home)
    foreign = {page.site for page in archive.pages()} - {SITE}
    foreign |= {"imported files" for run in archive.runs() if run.kind == "import"}
    if foreign:
        raise StartError(what=f"{home}: holds {', '.join(sorted(foreign))}; give --home another")


def _require_expected(home: Path, database: Path) -> None:
    problems: list[str] = [f"{found.where}: {found.what}" for found in check(home)]
    problems += differences(database, expected())
    for problem in problems[:20]:
        note(problem)
    if problems:
        raise IntegrityError(
            where=str(database), what=f"{len(problems)} differences from the sample site's list"
        )
