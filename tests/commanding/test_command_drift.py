"""What a user may rely on of `verdicts drift` and `verdicts fixture`, run as real commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from db_home import html, url_of
from drift_home import PAIRS, card, crawled, half_broken, new_layout, site, unreadable

from archive.ledger.profiles import ProfileRow, load_profiles
from crawler.drift.told import SiteDrift
from db.status import LOOK_AT, status
from verdicts import fixtures
from verdicts.commands.drift import drift
from verdicts.commands.fixture import fixture
from verdicts.structure import WIDTH, Structure, side_by_side

DAYS = [f"2027-01-{day:02}T12:00:00Z" for day in range(1, 29)]
FIRST = url_of(*PAIRS[0])
CARDS_SEEN_ONCE = card(30), card(31)


def run(command, *arguments: str | Path) -> Result:
    """A command as `verdicts` runs it; its exit code is what it returns."""
    result = CliRunner().invoke(command, [*map(str, arguments)], standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_old_and_new_structure_stand_side_by_side(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(half_broken), DAYS[1])
    shown = run(drift, "--home", home)
    assert shown.return_value == 10
    assert "sample: run 2, compared with 1" in shown.stdout
    assert "tools.badge is gone on 12 of 12 pages" in shown.stdout
    assert "`verdicts drift --accept 2`" in shown.stdout
    assert "held" in shown.stdout
    lines = shown.stdout.splitlines()
    assert next(line for line in lines if "shown tools.badge" in line).split()[-2:] == [
        "12/12",
        "0/12",
    ]
    assert any(line.startswith("tools[0].badge: Ship") and line.endswith("<") for line in lines)
    name = f"tools[0].name: {PAIRS[-1][0].name}"  # of the page that was asked last, on both sides
    assert any(name in line[:WIDTH] and name in line[WIDTH:] for line in lines)


def test_the_newest_page_that_drifted_stands_beside_itself_as_it_was(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    later = site(half_broken) | {FIRST: site()[FIRST]}
    added = url_of(*CARDS_SEEN_ONCE)
    crawled(home, later | {added: half_broken(html(*CARDS_SEEN_ONCE).decode()).encode()}, DAYS[1])
    (report,) = json.loads(run(drift, "--home", home, "--json").stdout)["sites"]
    sides = report["structure"]
    assert [side["url"] for side in sides.values()] == [url_of(*PAIRS[-1])] * 2
    assert [side["captured_at"] for side in sides.values()] == DAYS[:2]


def test_what_is_held_for_drift_is_named_by_status_with_its_code(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(half_broken), DAYS[1])
    told = status(home)["look_at"]
    assert len(told) == LOOK_AT
    assert told[0] == {"url": url_of(*PAIRS[-1]), "state": "held", "code": "layout_drift"}


def test_what_drifted_in_two_layouts_alike_is_said_once() -> None:
    rows = [
        ProfileRow(2, "sample", layout, 9, True, {"said": ["it is gone on 9 of 18 pages"]})
        for layout in ("html:1", "html:2")
    ]
    found = SiteDrift(2, "sample", rows, [])
    assert found.changes() == ["sample, html:1, html:2: it is gone on 9 of 18 pages"]


def test_a_new_layout_shows_both_places_of_a_field_and_needs_nobody(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(new_layout), DAYS[1])
    shown = run(drift, "--home", home)
    assert shown.return_value == 0
    assert "a layout never seen before, on 12 of 12 pages" in shown.stdout
    assert "main > article > h2" in shown.stdout
    assert "main > section > div > h3" in shown.stdout


def test_failing_pages_are_shown_by_code_with_the_blocks_that_were_found(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(unreadable), DAYS[1])
    shown = run(drift, "--home", home)
    assert shown.return_value == 10
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["card_missing", "0/12", "12/12"] in lines
    assert "Panel grade" in shown.stdout


def test_the_report_as_json_has_the_same_and_no_clock(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(half_broken), DAYS[1])
    (report,) = json.loads(run(drift, "--home", home, "--json").stdout)["sites"]
    assert (report["run"], report["site"], report["is_drift"]) == (2, "sample", True)
    (layout,) = report["shares"]
    assert report["shares"][layout]["shown tools.badge"] == {"before": "12/12", "now": "0/12"}
    assert report["shares"][layout]["out of range tools.description most"]["now"] == "12/12"
    assert report["structure"]["before"]["blocks"] and report["structure"]["now"]["blocks"]
    assert report["layouts"][layout]["now"] == 12


def test_what_waits_since_an_earlier_run_is_told_until_it_is_accepted_or_mended(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(half_broken), DAYS[1])
    crawled(home, site(half_broken), DAYS[2])
    shown = run(drift, "--home", home)
    assert shown.return_value == 10
    assert "12 pages of run 2 wait too; `verdicts drift --accept 2` lets them in" in shown.stdout
    assert json.loads(run(drift, "--home", home, "--json").stdout)["waiting"] == {"2": 12}
    crawled(home, site(), DAYS[3])
    assert run(drift, "--home", home).return_value == 0


def test_accepting_lets_it_in_once(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(half_broken), DAYS[1])
    accepted = run(drift, "--home", home, "--accept", "2")
    assert accepted.return_value == 0
    assert "accepted: run 2, sample, html:" in accepted.stdout
    assert not any(row.is_drift for row in load_profiles(home))
    again = run(drift, "--home", home)
    assert again.return_value == 0 and "accepted 20" in again.stdout
    with pytest.raises(Exception, match="run 2: nothing drifted"):
        run(drift, "--home", home, "--accept", "2")
    with pytest.raises(Exception, match="run 99: there is none; `verdicts drift` lists the runs"):
        run(drift, "--home", home, "--accept", "99")


def test_an_earlier_run_can_be_looked_at_and_an_unknown_one_is_named(home: Path) -> None:
    for day in range(3):
        crawled(home, site(edition=day), DAYS[day])
    shown = run(drift, "--home", home, "--run", "1")
    assert "compared with no good run before it" in shown.stdout
    assert "structure: before" not in shown.stdout
    assert (
        "structure: before, and now"
        in run(drift, "--home", home, "--run", "1", "--structure").stdout
    )
    heads = [line.split() for line in shown.stdout.splitlines() if line.endswith("  now")]
    assert heads[0] == ["layouts,", "pages", "before", "now"] and len(heads) == 2
    assert "nothing drifted" in shown.stdout and shown.return_value == 0
    with pytest.raises(Exception, match="run 9"):
        run(drift, "--home", home, "--run", "9")
    assert (
        run(drift, "--home", home, "--site", "shiporskip").stdout
        == "no run has looked at a comparison yet\n"
    )
    with pytest.raises(Exception, match="no such site file; there are"):
        run(drift, "--home", home, "--site", "shiporskp")


def test_a_pages_control_characters_do_not_reach_the_terminal() -> None:
    page = Structure(1, FIRST, DAYS[0], "read", (("tools[0].name", "p", "Tool \x1b[2J\x07 A"),))
    assert not any(sign in line for line in side_by_side(page, None) for sign in "\x1b\x07")


# --- fixtures ---


def test_a_fixture_holds_the_newest_page_as_received_and_is_read_by_the_fixtures_command(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(unreadable), DAYS[1])
    made = run(fixture, FIRST, "--home", home, "--to", tmp_path / "made", "--case", "new-words")
    folder = Path(made.stdout.strip())
    assert folder == tmp_path / "made" / "sample" / "2027-01-02-new-words"
    assert (folder / "page.html").read_bytes() == site(unreadable)[FIRST]
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    assert (meta["site"], meta["url"], meta["content_type"]) == (
        "sample",
        FIRST,
        "text/html; charset=utf-8",
    )
    assert DAYS[1] in meta["origin"]
    assert "do not commit" in made.stderr
    assert f"python -m verdicts.fixtures {folder}" in made.stderr
    assert fixtures.main([str(folder)]) == 1
    assert "card_missing" in capsys.readouterr().out
    fixtures.main(["--accept", str(folder)])
    assert json.loads((folder / fixtures.FAILED).read_text("utf-8"))["code"] == "card_missing"
    assert fixtures.main([str(folder)]) == 0


def test_a_fixture_overwrites_nothing_and_names_what_is_not_there(
    home: Path, tmp_path: Path
) -> None:
    crawled(home, site(), DAYS[0])
    arguments = ("--home", home, "--to", tmp_path)
    folder = Path(run(fixture, FIRST + "#top", *arguments).stdout.strip())
    assert folder.name == "2027-01-01-tool-00-vs-tool-01"
    with pytest.raises(Exception, match="there already"):
        run(fixture, FIRST, *arguments)
    with pytest.raises(Exception, match="no page of this address"):
        run(fixture, FIRST + "x", *arguments)
    with pytest.raises(Exception, match="only small letters"):
        run(fixture, FIRST, *arguments, "--case", "../up")


def test_a_mirrors_address_is_found_by_its_site(home: Path, tmp_path: Path) -> None:
    crawled(home, site(), DAYS[0])
    mirror = FIRST.replace("https://sample.example", "http://127.0.0.1:8000")
    made = run(fixture, mirror, "--site", "sample", "--home", home, "--to", tmp_path)
    assert Path(made.stdout.strip()).is_dir()


@pytest.mark.parametrize("command", [drift, fixture])
def test_help_has_an_example(command) -> None:
    assert "Example:" in run(command, "--help").stdout
