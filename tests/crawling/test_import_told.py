"""What an import cannot take, or must not: told in a sentence or counted, and never stored."""

from __future__ import annotations

import gzip
import json
import os
import zipfile

import pytest
from commands import verdicts
from containers import (
    BASE,
    OTHER,
    PAGE,
    URL,
    WARC,
    entry,
    har_of,
    imported,
    sentences,
    taken,
    wacz,
    warc,
    zipped,
)

from archive import open_archive
from archive.warc import zstd
from crawler.sources import members, sidecars
from crawler.sources.har import MOST_BYTES as MOST_HAR
from crawler.sources.zstd import WINDOW_LOG


def test_a_wacz_that_contradicts_its_own_list_is_told_and_taken(tmp_path, home):
    changed = warc((URL, PAGE), (f"{BASE}alder-vs-cedar", OTHER))
    failed, said = sentences(home, wacz(tmp_path / "a.wacz", changed))
    assert failed == {"damaged:manifest": 1} and "not those that datapackage.json lists" in said
    assert len(taken(home)) == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"pages/extraPages.jsonl": b'{"url": "https://sample.example/no"}'}, "example/no"),
        ({"datapackage-digest.json": b'{"hash": "sha256:00"}'}, "datapackage-digest.json does not"),
        ({"without": ["pages/pages.jsonl"]}, "'pages/pages.jsonl' is listed and not there"),
        ({"without": ["datapackage.json"]}, "without datapackage.json"),
        ({"profile": "multi-wacz-package"}, "name those themselves"),
    ],
)
def test_what_does_not_agree_in_a_wacz_is_a_sentence(tmp_path, home, changed, words):
    assert words in sentences(home, wacz(tmp_path / "a.wacz", **changed))[1]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.zip", b"no zip at all", "no whole zip file"),
        ("a.warc.zst", zstd.compress(warc((URL, PAGE), gz=False))[:-40], "the last frame is cut"),
        ("a.warc.zst", b"no zstd at all", "no zstd frame"),
        ("a.har", b"{ no JSON", "no HAR"),
        ("a.har", har_of({"request": {}}), "no entry of a HAR"),
        ("a.har", har_of(entry({})), "without this page's body"),
        ("a.har", har_of(entry({"_file": "../up.html"})), "not beside the HAR"),
        ("a.har", har_of(entry({"text": "%%", "encoding": "base64"})), "no base64"),
        ("a.mhtml", b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx", "without a page"),
        ("a.webarchive", b"bplist00 and so on", "no webarchive"),
        ("a.zim", b"ZIM\x04 and so on", "no whole ZIM file"),
        ("a.html.gz", b"\x1f\x8b\x08 and so on", "cut or broken"),
        ("a.pdf", b"%PDF-1.7", "of no kind that is read, which are saved pages"),
        ("notes.txt", b"just words", "of no kind that is read"),
    ],
)
def test_what_is_broken_or_unknown_is_one_sentence_and_never_stored(
    tmp_path, home, name, data, words
):
    (tmp_path / name).write_bytes(data)
    failed, said = sentences(home, tmp_path / name)
    assert sum(failed.values()) == 1
    assert words in said
    assert taken(home) == []


def test_a_cut_zip_is_one_sentence(tmp_path, home):
    path = zipped(tmp_path / "a.zip", {"a.warc.gz": WARC})
    path.write_bytes(cut(path.read_bytes()))
    assert "no whole zip file" in sentences(home, path)[1]


def test_a_changed_member_costs_only_itself(tmp_path, home):
    path = zipped(tmp_path / "a.zip", {"a.html": PAGE, "b.html": OTHER})
    data = bytearray(path.read_bytes())
    data[data.index(b"Alder") + 1] ^= 1
    path.write_bytes(data)
    assert "cut or broken" in sentences(home, path)[1]
    assert [each[1] for each in taken(home)] == [OTHER]


def test_an_encrypted_member_is_a_sentence(tmp_path, home):
    path = zipped(tmp_path / "a.zip", {"a.html": PAGE})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "it is encrypted" in sentences(home, path)[1]


def test_a_zip_that_grows_by_more_than_the_cap_is_not_unpacked(tmp_path, home):
    grown = members.RATIO_FROM + 1024
    path = zipped(tmp_path / "a.zip", {"a.html": b"x" * grown}, zipfile.ZIP_DEFLATED)
    assert sentences(home, path)[0] == {"too_large:decoded": 1}


def test_a_har_file_over_the_cap_is_not_read(tmp_path, home):
    path = tmp_path / "a.har"
    path.write_bytes(har_of())
    os.truncate(path, MOST_HAR + 1)
    assert sentences(home, path)[0] == {"too_large:decoded": 1}


def test_a_broken_frame_costs_only_its_own_record(tmp_path, home):
    frames = [zstd.compress(warc((URL + name, PAGE), gz=False)) for name in ("", "x", "y")]
    frames[1] = frames[1][:60] + bytes(40) + frames[1][100:]
    path = tmp_path / "a.warc.zst"
    path.write_bytes(b"".join(frames))
    failed, said = sentences(home, path)
    assert failed == {"damaged:warc": 1} and "a frame is broken" in said
    assert len(taken(home)) == 2


def test_a_cut_frame_of_many_blocks_is_told_once_and_leaves_nothing(tmp_path, home):
    long = warc((URL, PAGE + os.urandom(700_000)), gz=False)
    path = tmp_path / "a.warc.zst"
    path.write_bytes(zstd.compress(warc((URL, PAGE), gz=False)) + zstd.compress(long)[:-99])
    assert sentences(home, path)[0] == {"damaged:warc": 1}
    assert len(taken(home)) == 1


def test_a_window_larger_than_the_cap_is_refused(tmp_path, home):
    wide = {zstd.CompressionParameter.window_log: WINDOW_LOG + 1}
    stream = zstd.ZstdCompressor(options=wide)
    path = tmp_path / "a.warc.zst"
    path.write_bytes(stream.compress(warc((URL, PAGE), gz=False)) + stream.flush())
    assert "a frame is broken" in sentences(home, path)[1]


def test_sidecars_are_known_counted_and_named_and_none_is_a_page(tmp_path, home):
    folder = tmp_path / "saved"
    (folder / "hts-cache").mkdir(parents=True)
    names = "robots.txt hts-log.txt hts-cache/new.txt wget.log sitemap.xml a.css a.js a.cdx"
    for name in f"{names} data.json notes.txt x.docx a.warc.gz.open".split():
        (folder / name).write_bytes(b"words")
    (folder / "index.html").write_bytes(b"<html><head><title>Local index - HTTrack</title></head>")
    (folder / "alder-vs-birch").write_bytes(PAGE)  # a dump without suffixes
    report = imported(home, folder)
    assert (report.stored, report.exit_code) == (1, 0)
    assert report.passed_over == {
        "a file of HTTrack's own": 3,
        "a file of a kind that is not read": 2,
        "a robots.txt": 1,
        "a log": 1,
        "a sitemap": 1,
        "a style sheet": 1,
        "a script": 1,
        "an index of WARC records": 1,
        "data beside the pages": 1,
        "a WARC file that its recorder has not closed": 1,
    }
    assert (f"{folder}/x.docx", sidecars.UNKNOWN) in report.passed_files


def test_a_folder_where_nothing_is_taken_says_so(tmp_path, home):
    (tmp_path / "saved").mkdir()
    done = verdicts("import", tmp_path / "saved", "--home", home)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    (tmp_path / "saved" / "a.docx").write_bytes(b"words")
    done = verdicts("import", tmp_path / "saved", "--home", home)
    assert done.returncode == 10
    assert "nothing was taken" in done.stderr and "a.docx: a file of a kind" in done.stderr
    done = verdicts("parse", tmp_path / "saved")
    assert (done.returncode, done.stdout) == (10, "")
    assert "no page was read; passed over: a file of a kind that is not read" in done.stderr


def test_a_folder_that_a_recorder_still_writes_to_is_told_and_not_read(tmp_path, home):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "a.warc.gz.open").write_bytes(WARC)
    report = imported(home, tmp_path / "saved")
    assert (report.exit_code, report.passed_over) == (10, {sidecars.OPEN: 1})


@pytest.mark.parametrize("original", ["page.orig", "page.html.orig"])
def test_the_original_that_wget_kept_is_the_page(tmp_path, home, original):
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "page.html").write_bytes(OTHER)
    (folder / original).write_bytes(PAGE)
    report = imported(home, folder)
    assert [each[1] for each in taken(home)] == [PAGE]
    assert report.passed_over == {sidecars.REWRITTEN: 1}


@pytest.mark.parametrize("has_page", [True, False])
def test_an_archivebox_snapshot_is_one_capture_where_its_warc_has_the_page(
    tmp_path, home, has_page
):
    plain = warc((URL, OTHER), gz=False)
    (tmp_path / "snapshot" / "warc").mkdir(parents=True)
    index = json.dumps({"url": URL, "timestamp": "1793000000"})
    (tmp_path / "snapshot" / "index.json").write_text(index)
    (tmp_path / "snapshot" / "singlefile.html").write_bytes(PAGE)
    refused = plain.replace(b"200 OK", b"403 No")
    held = gzip.compress(plain if has_page else refused)
    (tmp_path / "snapshot" / "warc" / "1.warc.gz").write_bytes(held)
    report = imported(home, tmp_path / "snapshot")
    assert report.passed_over.get(sidecars.ARCHIVEBOX, 0) == has_page
    good = [c for c in open_archive(home).captures() if c.status == 200]
    assert [open_archive(home).load(c).body for c in good] == [OTHER if has_page else PAGE]


def test_any_other_index_beside_a_warc_file_hides_no_saved_page(tmp_path, home):
    (tmp_path / "mine" / "warc").mkdir(parents=True)
    (tmp_path / "mine" / "index.json").write_text('{"files": []}')
    (tmp_path / "mine" / "other.html").write_bytes(PAGE)
    (tmp_path / "mine" / "warc" / "1.warc.gz").write_bytes(warc((f"{BASE}alder-vs-cedar", OTHER)))
    assert imported(home, tmp_path / "mine").stored == 2


def test_a_file_of_another_kind_is_no_original_of_a_page(tmp_path, home):
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "a.html").write_bytes(PAGE)
    (folder / "a.orig").write_bytes(bytes.fromhex("89504e470d0a1a0a"))
    report = imported(home, folder)
    assert [each[1] for each in taken(home)] == [PAGE]
    assert report.passed_over == {sidecars.UNKNOWN: 1}


def test_the_frames_of_a_page_that_a_browser_saved_whole_are_no_pages(tmp_path, home):
    folder = tmp_path / "saved"
    (folder / "Two tools_files" / "inner").mkdir(parents=True)
    (folder / "Two tools.html").write_bytes(PAGE)
    for name in ("saved_resource.html", "inner/frame.htm"):
        (folder / "Two tools_files" / name).write_bytes(b"<html><body>a frame</body></html>")
    report = imported(home, folder)
    assert (report.stored, report.failed) == (1, {})
    assert report.passed_over == {"a frame of the saved page beside its folder": 2}
