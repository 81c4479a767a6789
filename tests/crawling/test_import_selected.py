"""An index beside a WARC file selects what is read; other hosts are counted without being read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from db_home import ALDER, BASE, BIRCH, html
from foreign_warc import answer, record
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from archive import open_archive
from archive.warc import read_warc
from crawler.hosts.addresses import strict_address
from crawler.importing import import_paths
from crawler.sources.files import matched
from crawler.sources.warcs import UNNAMED
from schema.errors import UsageError

URL = f"{BASE}/compare/alder-vs-birch"
OTHER = "https://other.example/compare/a-vs-b"
DATES = [f"2026-03-0{day}T10:00:00Z" for day in range(1, 5)]


def write(path: Path, *, digest: str | None = None) -> list[dict[str, str]]:
    """A WARC file, uncompressed, of our page and another host's, four times; gives its index."""
    lines, data = [], b""
    for date in DATES:
        for url in (URL, OTHER):
            more = {} if digest is None or url == URL else {"Block_Digest": digest}
            found = record(
                "response", url, date, answer(html(ALDER, BIRCH) + date.encode()), **more
            )
            place = {"offset": str(len(data)), "length": str(len(found))}
            lines.append({"url": url, "filename": path.name} | place)
            data += found
    path.write_bytes(data)
    return lines


def write_index(path: Path, lines: list[dict[str, str]]) -> None:
    path.write_text("".join(f"key 20260301 {json.dumps(line)}\n" for line in lines))


def dates(home: Path) -> list[str]:
    return [capture.captured_at for capture in open_archive(home).captures()]


@pytest.mark.parametrize("name", ["a.warc.cdxj", "a.cdxj", "index.cdxj"])
def test_an_index_selects_the_records_of_a_site_and_what_lies_behind_it_is_read(tmp_path, name):
    lines = write(tmp_path / "a.warc")
    # The second page of ours is not listed, the last two are behind what is.
    write_index(tmp_path / name, [lines[0], lines[1], lines[3]])
    report = import_paths(tmp_path / "home", [tmp_path / "a.warc"])
    assert dates(tmp_path / "home") == [DATES[0], DATES[2], DATES[3]]
    assert report.skipped_by == {"host:other.example": 4}
    assert (report.read, report.stored, report.exit_code) == (7, 3, 0)
    assert [*report.passed_over] == [UNNAMED], "nobody is told that not all was read"


def test_an_index_that_is_none_is_not_gone_by(tmp_path):
    write(tmp_path / "a.warc")
    (tmp_path / "a.cdxj").write_text("this is no index\n")
    assert import_paths(tmp_path / "home", [tmp_path / "a.warc"]).stored == 4


@pytest.mark.parametrize("scheme", ["", "file://"])
@pytest.mark.parametrize(
    "lie",
    [
        {"offset": "-7"},
        {"length": "-100000"},
        {"offset": "100000000"},
        {"length": 10**30},
        {"offset": float("inf")},
        {"url": "https://sample.example/compare/\ud800-vs-b"},
    ],
)
def test_an_index_that_lies_about_its_file_is_not_gone_by(tmp_path, lie, scheme):
    lines = write(tmp_path / "a.warc")
    write_index(tmp_path / "a.cdxj", [lines[0] | lie])
    assert import_paths(tmp_path / "home", [f"{scheme}{tmp_path / 'a.warc'}"]).stored == 4


def test_a_place_of_an_index_that_holds_no_record_is_told(tmp_path):
    lines = write(tmp_path / "a.warc")
    lines[0]["offset"] = "7"
    write_index(tmp_path / "a.cdxj", lines)
    report = import_paths(tmp_path / "home", [tmp_path / "a.warc"])
    assert dict(report.problems) == {f"{tmp_path / 'a.warc'}#7": "damaged:warc"}
    assert report.stored == 3


@pytest.mark.parametrize("place", ["-5", "1e3", 1e999, 10**30, "99999999"])
@pytest.mark.parametrize("name", ["offset", "length"])
def test_a_place_that_is_none_ends_no_import(tmp_path, name, place):
    lines = write(tmp_path / "a.warc")
    lines[0][name] = place
    write_index(tmp_path / "a.cdxj", lines)
    here = import_paths(tmp_path / "here", [tmp_path / "a.warc"])
    there = import_paths(tmp_path / "there", [f"file://{tmp_path}/a.warc"])
    assert here.stored == there.stored >= 3


def test_what_no_site_claims_is_counted_and_not_read(tmp_path):
    write(tmp_path / "a.warc", digest="sha1:" + 32 * "A")  # no block has it
    report = import_paths(tmp_path / "home", [tmp_path / "a.warc"])
    assert report.skipped_by == {"host:other.example": 4}
    assert (report.stored, report.failed) == (4, {})


def test_a_pattern_names_files_and_an_address_is_read_where_fsspec_is(tmp_path):
    lines = write(tmp_path / "a.warc")
    assert import_paths(tmp_path / "one", [f"{tmp_path}/*.war[c]"]).stored == 4
    with pytest.raises(UsageError, match="there is no such file or folder"):
        import_paths(tmp_path / "none", [f"{tmp_path}/*.zip"])
    write_index(tmp_path / "a.cdxj", lines[:6])
    pytest.importorskip("fsspec")
    report = import_paths(tmp_path / "two", [f"file://{tmp_path}/*.warc"])
    assert dates(tmp_path / "two") == DATES
    assert report.skipped_by == {"host:other.example": 4}


def test_a_pattern_that_names_a_folder_and_what_is_in_it_names_each_file_once(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.html").touch()
    (tmp_path / "d.html").touch()
    assert matched(f"{tmp_path}/*/**") == [tmp_path / "a"]
    assert matched(f"{tmp_path}/[ad]*") == [tmp_path / "a", tmp_path / "d.html"]


def test_a_record_that_is_not_wanted_comes_without_its_block(tmp_path):
    write(tmp_path / "a.warc")
    found = [each for _, each in read_warc(tmp_path / "a.warc", wants=lambda headers: False)]
    assert [each is not None and each.block for each in found] == 8 * [b""]


LABELS = st.text("abxyz019-", min_size=1, max_size=70)
HOSTS = st.lists(LABELS, min_size=2, max_size=3).map(".".join)
NAMES = st.text("aZ09_~.-", min_size=1, max_size=9)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))


@given(HOSTS, PATHS)
def test_an_address_that_is_strict_already_is_what_it_would_be_made(host, path):
    url = f"https://{host}{path}"
    assert strict_address(url) == safe_url_string(url) == url
