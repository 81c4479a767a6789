"""Files that say where they come from are taken with that address and date, whatever the file's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commands import parsed, verdicts
from crawl_site import PAGE, rows
from db_home import ALDER, BIRCH, html
from savers import ARCHIVES, AT, SAVERS, STAMP, pywb, singlefile, wayback

from archive import open_archive
from archive.warc import take_apart
from crawler.importing.importing import import_paths
from crawler.sources.heads import LONGEST_HEAD, MOST_HEADS, original_of, response_in
from crawler.sources.item import Given, Item
from crawler.sources.read import read_source
from parsers.sites import site_named

SAMPLE = site_named("sample")
URL = "https://sample.example/compare/alder-vs-birch"
DOUBTFUL = 1_700_000_000
DOUBTFUL_AT = "2023-11-14T22:13:20Z"
LINK = (
    f'Link: <{URL}>; rel="original", <http://127.0.0.1:8080/rec/{STAMP}/{URL}>; rel="memento"; '
    'datetime="Sun, 29 Nov 2026 03:35:37 GMT"; collection="rec"\r\n'
)
HEAD = (
    "HTTP/1.1 200 OK\r\nServer: a\r\nDate: Sun, 29 Nov 2026 03:35:37 GMT\r\n"
    "Last-Modified: Sat, 01 Aug 2026 08:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\n"
)
LATER = HEAD.replace("29 Nov", "30 Nov")
MEMENTO = "Memento-Datetime: Sun, 29 Nov 2026 03:35:37 GMT\r\n"


def saved(folder: Path, body: bytes, name: str = "page.html") -> Path:
    """A file with a time of its own that no capture may have."""
    path = folder / name
    path.write_bytes(body)
    os.utime(path, (DOUBTFUL, DOUBTFUL))
    return path


def taken(home: Path) -> list[tuple[str, str, str]]:
    return [(c.url, c.captured_at, c.date_source) for c in open_archive(home).captures()]


@pytest.mark.parametrize("tool", [*SAVERS, *ARCHIVES])
def test_a_saved_page_is_taken_with_the_address_and_date_that_its_saver_wrote(tmp_path, home, tool):
    body = {**SAVERS, **ARCHIVES}[tool](html(ALDER, BIRCH), URL)
    path = saved(tmp_path, body)
    import_paths(home, [path])
    dated = (DOUBTFUL_AT, "file") if tool == "a browser" else (AT, "page")
    assert taken(home) == [(URL, *dated)]
    archive = open_archive(home)
    assert [archive.load(capture).body for capture in archive.captures()] == [body]
    again = import_paths(home, [path])
    assert (again.stored, again.unchanged) == (0, 1)


def test_what_is_given_goes_before_what_a_page_says_of_itself(tmp_path, home):
    path = saved(tmp_path, singlefile(html(ALDER, BIRCH), "https://sample.example/compare/a-vs-b"))
    import_paths(home, [path], url=URL, date="2026-10-01")
    assert taken(home) == [(URL, "2026-10-01T00:00:00Z", "argument")]


def test_a_copy_of_a_page_that_no_site_claims_is_left_out_like_any_other(tmp_path, home):
    body = wayback(html(ALDER, BIRCH), "https://elsewhere.example/compare/a-vs-b")
    report = import_paths(home, [saved(tmp_path, body)])
    assert (report.stored, report.skipped_by) == (0, {"host:elsewhere.example": 1})


@pytest.mark.parametrize("said", ["Sun Nov 29 1926 03:35:37 GMT+0000 (UTC)", "one fine day"])
def test_a_time_that_cannot_be_leaves_the_files_own_which_is_doubtful(tmp_path, home, said):
    mark = f"<html><!--\n Page saved with SingleFile \n url: {URL} \n saved date: {said}\n-->"
    path = saved(tmp_path, mark.encode() + PAGE)
    import_paths(home, [path])
    assert taken(home) == [(URL, DOUBTFUL_AT, "file")]
    (item,) = read_source(path, Given())
    assert isinstance(item, Item) and item.precision == "unknown"


def test_a_time_that_has_not_come_is_named(tmp_path, home):
    mark = f"<!-- Saved from {URL} at 2099-01-01T00:00:00Z using monolith v2 -->"
    report = import_paths(home, [saved(tmp_path, mark.encode() + PAGE)])
    assert report.failed == {"damaged:date": 1}


def test_a_day_is_known_to_the_day(tmp_path):
    mark = (
        f"<html><!--\n Page saved with SingleFile \n url: {URL} \n saved date: Sun Nov 29 2026\n-->"
    )
    (item,) = read_source(saved(tmp_path, mark.encode()), Given())
    assert isinstance(item, Item)
    assert (item.captured_at, item.precision) == ("2026-11-29T00:00:00Z", "day")


# --- heads in front ---


@pytest.mark.parametrize(
    ("head", "date"),
    [
        (HEAD, (AT, "page")),
        (HEAD.replace("HTTP/1.1 200 OK", "HTTP/2 200 ").replace("\r\n", "\n"), (AT, "page")),
        (HEAD.replace("Date:", "X-Date:"), (DOUBTFUL_AT, "file")),
        (HEAD.replace("Sun, 29 Nov", "soon"), (DOUBTFUL_AT, "file")),
        (LATER + MEMENTO, (AT, "page")),
        ("HTTP/1.1 301 Moved\r\nLocation: /b\r\nDate: Sun, 01 Nov 2026 00:00:00 GMT\r\n\r\n"
         "HTTP/1.1 100 Continue\r\n\r\n" + HEAD, (AT, "page")),
        (HEAD + "Transfer-Encoding: chunked\r\n", (AT, "page")),
        (HEAD.replace("GMT", "-0000"), (AT, "page")),
        (HEAD.replace("Nov 2026", "Nov 1926"), (DOUBTFUL_AT, "file")),
    ],
)  # fmt: skip
def test_a_head_in_front_is_a_head_and_tells_when_the_page_was_answered(tmp_path, home, head, date):
    end = "\n" if "\r\n" not in head else "\r\n"
    body = html(ALDER, BIRCH, head=f'<link rel="canonical" href="{URL}">')
    path = saved(tmp_path, (head + end).encode() + body)
    report = import_paths(home, [path])
    assert (report.stored, report.failed) == (1, {})
    assert taken(home) == [(URL, *date)]
    archive = open_archive(home)
    (capture,) = archive.captures()
    assert archive.load(capture).body == body
    assert capture.content_type == "text/html; charset=utf-8"
    (line,) = parsed(path)
    assert (line["kind"], line["url"]) == ("comparison", URL)
    assert "comparison" not in verdicts("explain", path).stdout.splitlines()[0]


def test_an_archives_head_tells_the_original_address_and_the_time_of_the_page(tmp_path, home):
    for number, body in enumerate((html(ALDER, BIRCH), pywb(html(ALDER, BIRCH), URL))):
        path = saved(tmp_path, (LATER + MEMENTO + LINK + "\r\n").encode() + body, f"{number}.html")
        import_paths(home, [path])
        (line,) = parsed(path)
        assert (line["url"], line["tools"][0]["slug"]) == (URL, "alder")
    assert taken(home) == [(URL, AT, "page")] * 2


def test_the_date_of_a_head_is_not_the_pages_where_an_archive_answered(tmp_path, home):
    import_paths(
        home, [saved(tmp_path, f"{LATER}\r\n".encode() + wayback(html(ALDER, BIRCH), URL))]
    )
    assert taken(home) == [(URL, AT, "page")]


def test_an_error_that_was_saved_with_its_head_is_an_error(tmp_path, home):
    path = saved(tmp_path, HEAD.replace("200 OK", "404 Not Found").encode() + b"\r\nnothing here")
    report = import_paths(home, [path], url=URL)
    assert report.failed == {"http_error:404": 1}


def test_a_page_that_only_speaks_of_a_head_has_none():
    for body in (b"HTTP/1.1 explained", b"<p>HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK", b""):
        assert response_in(body) is None
    head = b"HTTP/1.1 200 OK\r\nA: "
    assert response_in(head + b"x" * LONGEST_HEAD + b"\r\n\r\n<p>") is None
    assert response_in(b"HTTP/1.1 100 Continue\r\n\r\n" * (MOST_HEADS + 3)) is not None


# --- canonical links ---


@pytest.mark.parametrize(
    "links",
    [
        ("https://sample.example/",),
        ("https://sample.example/https://sample.example/compare/alder-vs-birch",),
        ("compare/alder-vs-birch",),
        (URL, "https://sample.example/compare/alder-vs-cedar"),
        ("https://elsewhere.example/compare/alder-vs-birch",),
    ],
)
def test_a_comparison_whose_canonical_link_does_not_fit_goes_by_its_urn_with_a_finding(
    tmp_path, home, links
):
    head = "".join(f'<link rel="canonical" href="{link}">' for link in links)
    path = saved(tmp_path, html(ALDER, BIRCH, head=head))
    done = verdicts("import", path, "--home", home, "--site", "sample", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["nameless"] == 1
    (capture,) = open_archive(home).captures()
    assert capture.url == f"urn:sha256:{capture.body_sha256}"
    assert rows(home, "SELECT role FROM page") == [("comparison",)]
    assert verdicts("build", "--home", home).returncode == 0
    assert verdicts("check", "--home", home).returncode == 0
    (line,) = parsed(path, "--site", "sample")
    assert [finding["code"] for finding in line["findings"]] == ["canonical_misfit"]


def test_a_canonical_link_in_capitals_is_the_page_itself(tmp_path, home):
    head = '<link rel="canonical" href="HTTPS://Sample.Example/compare/alder-vs-birch">'
    import_paths(home, [saved(tmp_path, html(ALDER, BIRCH, head=head))])
    assert taken(home) == [(URL, DOUBTFUL_AT, "file")]


def test_a_list_that_names_itself_is_taken_as_what_it_is(tmp_path, home):
    body = b"<link rel=canonical href='https://sample.example/'><p>All comparisons"
    report = import_paths(home, [saved(tmp_path, body)])
    assert (report.nameless, report.failed) == (0, {})
    assert taken(home) == [("https://sample.example/", DOUBTFUL_AT, "file")]


def test_the_original_is_found_among_an_archives_links():
    for link, url in (
        (f"<{URL}>;rel=original", URL),
        (f'<http://x.example/>; rel="timegate", <{URL}>; type="a, b"; rel="original"', URL),
        (f'<{URL}>; rel="first original memento"', URL),
        ('<http://x.example/>; rel="timegate"', None),
        ('<http://x.example/>; rel="x"; title="original"', None),
    ):
        message = take_apart(f"HTTP/1.1 200 OK\r\nLink: {link}\r\n\r\n".encode())
        assert message is not None and original_of(message) == url
