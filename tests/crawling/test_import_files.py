"""Saved pages and WARC files become captures like any other, with their bytes and dates."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess

import pytest
from commands import verdicts
from crawl_site import PAGE, PAGES, Answer, rows, serving
from db_home import ALDER, BIRCH, html

from archive import open_archive
from archive.warc.record import digest, member
from crawler.importing.importing import import_paths
from machine.clock import later, stamp
from parsers.sites import site_named
from schema.errors import UsageError

SAMPLE = site_named("sample")
WORDS = b"AI tool comparison\nPanel ship\n"
"""A text that may be a comparison, and is none."""
URL = "https://sample.example/compare/alder-vs-birch"


def test_a_folder_is_taken_in_order_with_bytes_dates_and_the_canonical_address(tmp_path, home):
    folder = tmp_path / "saved"
    (folder / "more").mkdir(parents=True)
    canonical = html(ALDER, BIRCH, head=f'<link rel="canonical" href="{URL}?from=mail">')
    (folder / "b.html").write_bytes(canonical)
    (folder / "a.htm").write_bytes(PAGE)
    (folder / "more" / "c.txt").write_bytes(WORDS)
    (folder / "more" / "notes.txt").write_bytes(b"just words")
    (folder / "picture.png").write_bytes(b"no page")
    os.utime(folder / "b.html", (1_700_000_000, 1_700_000_000))
    report = import_paths(home, [folder], site=SAMPLE)
    assert (report.read, report.stored, report.unchanged) == (3, 3, 0)
    assert report.failed == {"extraction_refused:not_a_comparison": 1}
    assert report.problems == ((f"{folder}/more/c.txt", "extraction_refused:not_a_comparison"),)
    assert report.exit_code == 10
    archive = open_archive(home)
    first, second, third = archive.captures()
    assert first.url == "urn:sha256:" + first.body_sha256
    assert archive.load(first).url is None
    assert (second.url, second.date_source) == (URL, "file")
    assert second.captured_at == "2023-11-14T22:13:20Z"
    assert [archive.load(c).body for c in (first, second, third)] == [PAGE, canonical, WORDS]
    assert report.passed_over == {"a file of a kind that is not read": 1, "a picture": 1}
    assert third.content_type == "text/plain"
    again = import_paths(home, [folder], site=SAMPLE)
    assert (again.stored, again.unchanged) == (0, 3)
    assert len(archive.captures()) == 3


def test_address_and_date_may_be_given_and_a_later_date_is_another_capture(tmp_path, home):
    page = tmp_path / "page.html"
    page.write_bytes(PAGE)
    import_paths(home, [page], url=URL, date="2026-10-01")
    report = import_paths(home, [page], url=URL, date="2026-10-02T08:00:00+02:00")
    assert (report.stored, report.exit_code) == (1, 0)
    captures = open_archive(home).captures()
    assert [c.captured_at for c in captures] == ["2026-10-01T00:00:00Z", "2026-10-02T06:00:00Z"]
    assert {(c.site, c.url, c.date_source) for c in captures} == {("sample", URL, "argument")}


def test_a_date_that_has_not_come_is_refused(tmp_path, home):
    page = tmp_path / "page.html"
    page.write_bytes(PAGE)
    with pytest.raises(UsageError, match="2999-01-01: has not come yet"):
        import_paths(home, [page], url=URL, date="2999-01-01")


@pytest.mark.parametrize("moment", [-18_000_000, 32_400_000_000])
def test_a_file_whose_date_cannot_be_is_named_and_taken_with_a_date_that_is_given(
    tmp_path, home, moment
):
    page = tmp_path / "page.html"
    page.write_bytes(PAGE)
    os.utime(page, (moment, moment))
    report = import_paths(home, [page], url=URL)
    assert (report.stored, report.problems) == (0, ((str(page), "damaged:date"),))
    assert import_paths(home, [page], url=URL, date="2026-10-01").stored == 1


def test_files_whose_names_are_no_text_are_taken_and_named_by_their_bytes(tmp_path, home):
    folder = os.fsencode(tmp_path)
    for name, body in ((b"a\xe9.html", PAGE), (b"b\xe9.html", b"words"), (b"c\xe9.warc", b"no")):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(body)
    done = verdicts("import", tmp_path, "--home", home, "--site", "sample")
    assert done.returncode == 10, done.stderr
    assert "b\\xe9.html: extraction_refused:not_a_comparison" in done.stderr
    assert "c\\xe9.warc#0: damaged:warc" in done.stderr


def test_a_record_that_says_more_than_the_copy_that_is_there_is_taken(tmp_path, home):
    """A saved page has no headers; the answer of the same time and bytes may hold a wish."""
    (tmp_path / "saved.html").write_bytes(PAGE)
    date = "2026-11-02T10:00:00Z"
    import_paths(home, [tmp_path / "saved.html"], url=URL, date=date)
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Robots-Tag: noarchive\r\n\r\n" + PAGE
    (tmp_path / "one.warc").write_bytes(
        member(
            "response", answer, {"WARC-Date": date, "WARC-Target-URI": URL}, payload=digest(PAGE)
        )
    )
    for stored, unchanged in ((1, 0), (0, 1)):
        report = import_paths(home, [tmp_path / "one.warc"])
        assert (report.stored, report.unchanged) == (stored, unchanged)
    assert "noarchive" in str(rows(home, "SELECT headers FROM capture ORDER BY id")[-1])


def test_a_record_of_a_warc_file_whose_date_has_not_come_is_named_and_not_taken(tmp_path, home):
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
    file = tmp_path / "clock.warc.gz"
    dates = [stamp(), later(hours=20), later(hours=28), "2099-01-01T00:00:00Z"]
    pages = [f"{URL}-{number}" for number in range(len(dates))]
    file.write_bytes(
        b"".join(
            member(
                "response",
                answer,
                {"WARC-Date": date, "WARC-Target-URI": url},
                payload=digest(PAGE),
            )
            for date, url in zip(dates, pages, strict=True)
        )
    )
    report = import_paths(home, [file])
    assert (report.failed, report.exit_code) == ({"damaged:date": 2}, 10)
    assert {c.url: c.captured_at for c in open_archive(home).captures()} == dict(
        zip(pages[:2], dates[:2], strict=True)
    )
    found = rows(home, "SELECT detail FROM attempt WHERE outcome = 'damaged' ORDER BY id")
    assert found == [(f"{date} has not come yet",) for date in dates[2:]]


@pytest.mark.parametrize(
    "said",
    [
        '<link rel="canonical" href="https://elsewhere.example/compare/a-vs-b">',
        "<!-- saved from url=(0040)https://elsewhere.example/compare/a-vs-b -->",
        "<!--\n Page saved with SingleFile \n url: https://elsewhere.example/a \n saved: x -->",
    ],
)
def test_a_saved_page_of_a_host_that_no_site_claims_is_left_out_and_told(tmp_path, home, said):
    page = tmp_path / "page.html"
    page.write_bytes(html(ALDER, BIRCH, head=said))
    report = import_paths(home, [page])
    assert (report.stored, report.exit_code) == (0, 2)
    assert report.skipped_by == {"host:elsewhere.example": 1}
    assert import_paths(home, [page], site=SAMPLE).stored == 1


def test_a_saved_page_belongs_to_the_site_and_address_that_its_saving_comment_names(tmp_path, home):
    page = tmp_path / "page.html"
    page.write_bytes(html(ALDER, BIRCH, head=f"<!-- saved from url=(0049){URL} -->"))
    import_paths(home, [page])
    (capture,) = open_archive(home).captures()
    assert (capture.site, capture.url) == ("sample", URL)


def test_without_an_address_a_page_belongs_to_the_default_site_and_is_taken_once(tmp_path, home):
    page = tmp_path / "page.html"
    page.write_bytes(PAGE)
    import_paths(home, [page], date="2026-10-01")
    assert import_paths(home, [page], date="2026-10-09").unchanged == 1
    (capture,) = open_archive(home).captures()
    assert capture.site == "shiporskip"


def test_a_list_gives_each_file_its_address(tmp_path, home):
    for name in ("one.html", "two.html"):
        (tmp_path / name).write_bytes(PAGE)
    listed = tmp_path / "urls.tsv"
    listed.write_text(f"one.html\t{URL}\ntwo.html\thttps://sample.example/compare/a-vs-b\n")
    import_paths(home, [tmp_path / "one.html", tmp_path / "two.html"], urls_file=listed)
    assert {c.url for c in open_archive(home).captures()} == {
        URL,
        "https://sample.example/compare/a-vs-b",
    }
    listed.write_text("one.html https://sample.example/\n")
    with pytest.raises(UsageError, match=r"urls\.tsv: line 1"):
        import_paths(home, [tmp_path / "one.html"], urls_file=listed)


def test_wrong_usage_is_told_before_anything_is_written(tmp_path, home):
    for name in ("one.html", "two.html"):
        (tmp_path / name).write_bytes(PAGE)
    with pytest.raises(UsageError, match="--url"):
        import_paths(home, [tmp_path], url=URL)
    with pytest.raises(UsageError, match="no site claims"):
        import_paths(home, [tmp_path / "one.html"], url="https://elsewhere.example/")
    with pytest.raises(UsageError, match=r"nothere\.html: there is no such file or folder"):
        import_paths(home, [tmp_path / "one.html", tmp_path / "nothere.html"])
    with pytest.raises(UsageError, match="--date"):
        import_paths(home, [tmp_path / "one.html"], date="yesterday")
    assert not home.exists()


def test_what_cannot_be_read_is_a_row_and_never_silence(tmp_path, home):
    (tmp_path / "empty.html").touch()
    (tmp_path / "large.html").write_bytes(b"x" * ((8 << 20) + 1))
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "dangling.html").symlink_to("nowhere.html")
    paths = [tmp_path / name for name in ("saved/dangling.html", "empty.html", "large.html")]
    report = import_paths(home, [tmp_path / "saved", *paths[1:]])
    assert report.exit_code == 10
    assert report.failed == {"damaged:unreadable": 1, "damaged:empty": 1, "too_large:decoded": 1}
    found = rows(home, "SELECT url, outcome, reason FROM attempt ORDER BY id")
    assert [row[0] for row in found] == [str(path) for path in paths]


@pytest.fixture(scope="module")
def wget_warc(tmp_path_factory):
    """A WARC file of wget's making, from a server on loopback."""
    folder = tmp_path_factory.mktemp("wget")
    assert shutil.which("wget"), "wget is needed: the test set-up installs it"
    with serving() as site:
        site.answers["/compare/alder-vs-cedar"] = Answer(
            gzip.compress(PAGES["/compare/alder-vs-cedar"]), headers={"Content-Encoding": "gzip"}
        )
        site.answers["/compare/birch-vs-cedar"] = Answer(play=_chunked)
        paths = [*PAGES, "/compare/gone-vs-gone"]
        subprocess.run(
            [
                "wget",
                "-q",
                "--warc-file=saved",
                "--tries=1",
                "--no-http-keep-alive",
                "--no-hsts",
                "--no-warc-keep-log",
                *(site.base + path for path in paths),
            ],
            cwd=folder,
            check=False,
            timeout=60,
        )
    return folder / "saved.warc.gz"


def _chunked(handler) -> None:
    body = PAGES["/compare/birch-vs-cedar"]
    handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for start in range(0, len(body), 700):
        piece = body[start : start + 700]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def test_a_warc_file_of_wget_is_taken_with_its_bytes_and_dates(wget_warc, home):
    report = import_paths(home, [wget_warc], site=SAMPLE)
    assert (report.stored, report.failed) == (4, {"http_error:404": 1})
    archive = open_archive(home)
    captures = {c.url.removeprefix("https://sample.example"): c for c in archive.captures()}
    for path, body in PAGES.items():
        assert archive.load(captures[path]).body == body
        assert captures[path].date_source == "warc"
    again = import_paths(home, [wget_warc], site=SAMPLE)
    assert (again.stored, again.unchanged) == (0, 4)


def test_hosts_that_no_site_claims_are_counted_and_left_out(wget_warc, home, tmp_path):
    report = import_paths(home, [wget_warc])
    assert (report.stored, report.skipped, report.exit_code) == (0, 4, 2)
    assert report.skipped_by == {"host:127.0.0.1": 4}
    assert rows(home, "SELECT DISTINCT outcome, reason FROM attempt") == [("refused_scope", "host")]
    page = tmp_path / "page.html"
    page.write_bytes(PAGE)
    both = import_paths(home, [wget_warc, page])
    assert (both.stored, both.skipped, both.exit_code) == (1, 4, 0)


def test_what_is_left_out_is_told_by_host_and_the_reports_exit_code_is_the_commands(
    wget_warc, home, tmp_path
):
    asked = json.loads((done := verdicts("import", wget_warc, "--home", home, "--json")).stdout)
    assert asked["exit_code"] == done.returncode == 2
    assert (asked["skipped"], asked["skipped_by"]) == (4, {"host:127.0.0.1": 4})
    status = json.loads(verdicts("status", "--home", home, "--json").stdout)["last_run"]
    assert status["report"]["skipped"] == {"host:127.0.0.1": 4}
    (tmp_path / "page.html").write_bytes(PAGE)
    done = verdicts("import", wget_warc, tmp_path / "page.html", "--home", home)
    assert done.returncode == 0, done.stderr
    assert "left out: 4 of 127.0.0.1: no site claims it" in done.stderr.splitlines()
    done = verdicts("import", tmp_path / "nothere", "--home", tmp_path / "new")
    assert done.returncode == 2 and not (tmp_path / "new").exists()


@pytest.mark.parametrize("cut", [1, 9, 400])
def test_a_torn_end_is_a_row_and_the_records_before_it_are_taken(wget_warc, home, tmp_path, cut):
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(wget_warc.read_bytes()[:-cut])
    report = import_paths(home, [torn], site=SAMPLE)
    assert report.failed["damaged:warc"] >= 1
    assert report.stored >= 3


def test_a_broken_record_in_the_middle_costs_only_itself(wget_warc, home, tmp_path):
    data = bytearray(wget_warc.read_bytes())
    middle = data.index(b"\x1f\x8b\x08", len(data) // 2) + 40
    data[middle] ^= 0xFF
    broken = tmp_path / "broken.warc.gz"
    broken.write_bytes(data)
    report = import_paths(home, [broken], site=SAMPLE)
    assert report.failed["damaged:warc"] >= 1
    assert report.stored >= 3
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(wget_warc.read_bytes()))
    assert import_paths(home, [plain], site=SAMPLE).failed.get("damaged:warc", 0) == 0
    assert len({c.url for c in open_archive(home).captures()}) == 4


def test_our_own_segments_can_be_imported_into_another_home(wget_warc, home, tmp_path):
    import_paths(home, [wget_warc], site=SAMPLE)
    report = import_paths(tmp_path / "other", [home / "warc"], site=SAMPLE)
    assert report.stored == 4
    bodies = [
        [c.body_sha256 for c in open_archive(h).captures()] for h in (home, tmp_path / "other")
    ]
    assert bodies[0] == bodies[1]
