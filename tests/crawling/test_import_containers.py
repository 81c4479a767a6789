"""Containers of other people: each page with its bytes, address, date, source and tool."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import plistlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from commands import parsed, verdicts
from containers import (
    AT,
    BASE,
    OTHER,
    PAGE,
    URL,
    WARC,
    entry,
    har_of,
    imported,
    mhtml,
    sentences,
    taken,
    wacz,
    warc,
    zim,
    zipped,
)
from db_home import ALDER, BIRCH, CEDAR, html

from archive import open_archive
from archive.warc import zstd
from crawler.sources import sidecars


def test_a_wacz_gives_its_records_under_the_name_of_their_file(tmp_path, home):
    path = wacz(tmp_path / "a.wacz")
    report = imported(home, path)
    assert (report.failed, report.exit_code) == ({}, 0)
    assert taken(home) == [(URL, PAGE, AT, "warc")]
    assert report.by_tool == {"heron/3": 1}
    assert [line["kind"] for line in parsed(path, "--site", "sample")] == ["comparison"]


def test_the_doubled_hashes_of_js_wacz_are_known_by_its_name_alone(tmp_path, home):
    def doubled(data: bytes) -> str:
        found = hashlib.sha256()
        for at in range(0, len(data), 65536):
            found.update(data[at : at + 65536] * 2)
        return found.hexdigest()

    by = {"hashed": doubled, "big.bin": os.urandom(200_000)}
    assert imported(home, wacz(tmp_path / "a.wacz", software="js-wacz 0.1.6", **by)).failed == {}
    assert sentences(home, wacz(tmp_path / "b.wacz", software="y", **by))[0] == {
        "damaged:manifest": 3
    }


def test_an_mhtml_file_is_its_root_page(tmp_path, home):
    path = tmp_path / "page.mhtml"
    said = {"Snapshot_Content_Location": URL, "Date": "Mon, 02 Nov 2026 11:00:00 +0100"}
    path.write_bytes(mhtml(From="<Saved by Blink>", **said).as_bytes())
    report = imported(home, path)
    ((url, body, at, source),) = taken(home)
    assert (url, at, source) == (URL, AT, "container")
    assert body.strip() == PAGE.strip()
    assert report.by_tool == {"Blink": 1}


def test_the_root_of_an_mhtml_file_is_the_part_that_start_names(tmp_path, home):
    """As older browsers write it: in Base64, the address relative to that of the whole."""
    path = tmp_path / "page.mht"
    path.write_bytes(
        b"From: x\r\nMIME-Version: 1.0\r\nDate: Mon, 02 Nov 2026 10:00:00 -0000\r\n"
        b"Content-Location: https://sample.example/\r\n"
        b'Content-Type: multipart/related; boundary="b"; start="<r>"\r\n\r\n'
        b"--b\r\nContent-Type: text/html\r\nContent-ID: <f>\r\n\r\n<html>frame</html>\r\n"
        b"--b\r\nContent-Type: text/html;\r\n\tcharset=utf-8\r\nContent-ID: <r>\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Location: compare/alder-vs-birch\r\n\r\n"
        + base64.encodebytes(PAGE)
        + b"\r\n--b--\r\n"
    )
    imported(home, path)
    assert taken(home) == [(URL, PAGE, AT, "container")]


def test_an_mhtml_file_of_a_local_page_has_no_address_of_its_own(tmp_path, home):
    path = tmp_path / "page.mht"
    path.write_bytes(mhtml(Content_Location="file:///C:/page.html").as_bytes())
    os.utime(path, (1_790_000_000, 1_790_000_000))
    imported(home, path)
    ((url, _, _, source),) = taken(home)
    assert (url.startswith("urn:"), source) == (True, "file")


def test_a_har_file_gives_pages_with_the_wishes_of_their_headers(tmp_path, home):
    path = tmp_path / "page.har"
    packed = {"text": base64.b64encode(OTHER).decode(), "encoding": "base64", "size": 1}
    path.write_bytes(
        har_of(
            entry({"text": PAGE.decode(), "size": 5}),
            entry(packed, f"{BASE}alder-vs-cedar", response={"httpVersion": "http/1.1"}),
            entry({}, f"{BASE}old", response={"status": 301, "content": {}}),
            entry({"mimeType": "image/png"}, headers={"content-type": "image/png"}),
            entry({}, response={"status": 0}),
        )
    )
    report = imported(home, path)
    assert (report.failed, report.by_tool) == ({}, {"Heron 2": 3})
    assert sum(report.passed_over.values()) == 2
    pages = [each for each in taken(home) if each[1]]
    assert pages == [
        (URL, PAGE, AT, "container"),
        (f"{BASE}alder-vs-cedar", OTHER, AT, "container"),
    ]
    first = open_archive(home).captures()[0]
    assert first.headers["x-robots-tag"] == "noarchive, nosnippet"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text/html; charset=windows-1252", PAGE.decode().encode("cp1252")),
        ("text/html; charset=made-up", PAGE),
        ("text/html", PAGE),
    ],
)
def test_text_of_a_har_file_becomes_the_bytes_that_its_answer_had(tmp_path, home, kind, expected):
    path = tmp_path / "page.har"
    path.write_bytes(har_of(entry({"text": PAGE.decode()}, headers={"content-type": kind})))
    assert imported(home, path).failed == {}
    assert taken(home)[0][1] == expected


def test_an_answer_from_the_browsers_cache_has_the_date_of_its_server(tmp_path, home):
    path = tmp_path / "page.har"
    dated = {"date": "Sun, 01 Nov 2026 08:00:00 GMT"}
    path.write_bytes(har_of(entry({"text": PAGE.decode()}, headers=dated, _fromCache="disk")))
    imported(home, path)
    assert taken(home)[0][2] == "2026-11-01T08:00:00Z"


@pytest.mark.parametrize("is_zip", [False, True])
def test_bodies_beside_a_har_file_belong_to_it(tmp_path, home, is_zip):
    files = {"page.har": har_of(entry({"_file": "ab12.html"})), "ab12.html": PAGE}
    folder = tmp_path / "saved"
    folder.mkdir()
    if is_zip:
        zipped(folder / "page.har.zip", files)
    else:
        for name, data in files.items():
            (folder / name).write_bytes(data)
    report = imported(home, folder)
    assert taken(home) == [(URL, PAGE, AT, "container")]
    assert report.passed_over == {sidecars.ATTACHED: 1}


@pytest.mark.parametrize("with_dictionary", ["no", "plain", "compressed"])
def test_a_warc_under_zstd_is_undone_frame_by_frame(tmp_path, home, with_dictionary):
    plain = warc((URL, PAGE), (f"{BASE}alder-vs-cedar", OTHER), gz=False)
    starts = [at for at in range(len(plain)) if plain.startswith(b"WARC/1.", at)]
    ends = [*starts[1:], len(plain)]
    records = [plain[start:end] for start, end in zip(starts, ends, strict=True)]
    data, options = b"", {}
    if with_dictionary != "no":
        words = [f"{PAGE.decode()}{number}".encode() for number in range(200)]
        trained = zstd.train_dict(words, 4096)
        held = trained.dict_content
        held = held if with_dictionary == "plain" else zstd.compress(held)
        data = b"\x5d\x2a\x4d\x18" + len(held).to_bytes(4, "little") + held
        options = {"zstd_dict": trained}
    # A record may take several frames, and frames of other kinds may stand between.
    cut = len(records[1]) // 2
    parts = [records[0], records[1][:cut], records[1][cut:], *records[2:]]
    packed = [zstd.compress(part, **options) for part in parts]
    path = tmp_path / "a.warc.zst"
    path.write_bytes(data + packed[0] + b"\x50\x2a\x4d\x18\x03\0\0\0abc" + b"".join(packed[1:]))
    report = imported(home, path)
    assert (report.failed, report.by_tool) == ({}, {"heron/3": 2})
    assert [each[1] for each in taken(home)] == [PAGE, OTHER]


def test_a_zim_of_warc2zim_names_the_address_and_the_day_of_each_page(tmp_path, home):
    pages = {"sample.example/compare/alder-vs-birch": PAGE}
    path = zim(tmp_path / "a.zim", "warc2zim 2.2.2", pages, X_ContentDate="2026-11-02")
    report = imported(home, path)
    assert taken(home) == [(URL, PAGE, "2026-11-02T00:00:00Z", "container")]
    assert report.by_tool == {"warc2zim 2.2.2": 1}


def test_of_any_other_zim_only_pages_that_look_like_a_comparison_are_taken(tmp_path, home):
    pages = {"a": PAGE, "b": b"<html>hats</html>"}
    report = imported(home, zim(tmp_path / "a.zim", "zimwriterfs", pages))
    assert (report.stored, report.nameless) == (1, 1)
    assert report.passed_over == {"a page of a ZIM file that is no comparison": 1}


def test_without_libzim_a_sentence_says_what_to_install(tmp_path, home):
    path = tmp_path / "a.zim"
    path.write_bytes(b"ZIM\x04 and so on")
    script = (
        "import sys; sys.modules['libzim'] = sys.modules['libzim.reader'] = None\n"
        "from verdicts.boundary import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "import", path, "--home", home],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 10
    assert "damaged:not_installed" in done.stderr and "pip install libzim" in done.stderr


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_webarchive_is_its_main_page(tmp_path, home, form):
    main = {
        "WebResourceURL": URL,
        "WebResourceData": PAGE,
        "WebResourceTextEncodingName": "UTF-8",
        "WebResourceMIMEType": "text/html",
    }
    path = tmp_path / "page.webarchive"
    path.write_bytes(plistlib.dumps({"WebMainResource": main}, fmt=form))
    assert imported(home, path).failed == {}
    assert taken(home)[0][:2] == (URL, PAGE)
    assert taken(home)[0][3] == "file"


def test_a_zip_is_read_like_a_folder_and_one_zip_in_it_too(tmp_path, home):
    inner = zipped(tmp_path / "inner.zip", {"deep.warc.gz": warc((f"{BASE}deep-vs-down", OTHER))})
    deeper = zipped(tmp_path / "deeper.zip", {"inner.zip": inner.read_bytes()})
    path = zipped(
        tmp_path / "all.zip",
        {
            "a/pages.warc.gz": WARC,
            "a/saved.html": html(BIRCH, CEDAR),
            "a/robots.txt": b"User-agent: *",
            "../../up.html": html(CEDAR, ALDER),
            "inner.zip": inner.read_bytes(),
            "deeper.zip": deeper.read_bytes(),
        },
        zipfile.ZIP_DEFLATED,
    )
    report = imported(home, path)
    bodies = {each[1] for each in taken(home)}
    assert bodies == {PAGE, OTHER, html(BIRCH, CEDAR), html(CEDAR, ALDER)}
    assert report.passed_over == {"a robots.txt": 1}
    assert report.problems == ((f"{path}!deeper.zip!inner.zip", "damaged:container"),)
    assert not (tmp_path.parent / "up.html").exists()


@pytest.mark.parametrize("name", ["page.html.gz", "page.htm.gz", "page.xhtml", "page.html.zst"])
def test_packed_pages_and_xhtml_are_pages(tmp_path, home, name):
    packed = {".gz": gzip.compress, ".zst": zstd.compress}.get(Path(name).suffix, bytes)
    (tmp_path / name).write_bytes(packed(PAGE))
    imported(home, tmp_path / name, url=URL)
    assert taken(home)[0][:2] == (URL, PAGE)


@pytest.mark.parametrize("name", ["page.html", "page.har"])
@pytest.mark.parametrize(
    "data",
    [
        WARC,
        warc((URL, PAGE), gz=False),
        zstd.compress(warc((URL, PAGE), gz=False)),
        mhtml(Snapshot_Content_Location=URL).as_bytes(),
    ],
    ids=["warc.gz", "warc", "warc.zst", "mhtml"],
)
def test_a_file_is_what_its_bytes_say_whatever_it_is_called(tmp_path, home, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    imported(home, path)
    assert taken(home)[0][0] == URL
    ((line),) = parsed(path, "--site", "sample")
    assert (line["kind"], line["url"]) == ("comparison", URL)


def test_explain_shows_the_page_of_an_mhtml_and_says_what_a_container_needs(tmp_path):
    path = tmp_path / "page.mhtml"
    path.write_bytes(mhtml(Snapshot_Content_Location=URL).as_bytes())
    assert verdicts("explain", path, "--site", "sample").returncode == 0
    done = verdicts("explain", wacz(tmp_path / "a.wacz"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "holds many pages" in done.stderr


def test_a_har_that_says_nothing_changed_is_a_visit_of_what_was_there(tmp_path, home):
    later = {"startedDateTime": "2026-11-03T10:00:00.000Z"}
    unchanged = entry({}, response={"status": 304, "content": {}}) | later
    picture = entry({}, f"{BASE[:-8]}logo.png", response={"status": 304, "content": {}}) | later
    path = tmp_path / "page.har"
    path.write_bytes(har_of(entry({"text": PAGE.decode()}), unchanged, picture))
    report = imported(home, path)
    assert (report.stored, report.failed, sum(report.passed_over.values())) == (2, {}, 1)
    archive = open_archive(home)
    captures = archive.captures()
    assert [each.captured_at for each in captures] == [AT, "2026-11-03T10:00:00Z"]
    assert [archive.load(each).body for each in captures] == [PAGE, PAGE]


def test_base64_that_a_har_does_not_call_so_is_never_a_pages_words(tmp_path, home):
    path = tmp_path / "page.har"
    path.write_bytes(har_of(entry({"text": base64.b64encode(PAGE).decode()})))
    assert imported(home, path).failed == {}
    assert taken(home) == [(URL, PAGE, AT, "container")]


def test_a_page_that_unpacks_itself_is_told_for_what_it_is(tmp_path, home):
    shell = tmp_path / "page.html"
    packed = zipped(tmp_path / "in.zip", {"index.html": PAGE}).read_bytes()
    shell.write_bytes(b"<!doctype html><html><body><script></script></body></html>" + packed)
    report = imported(home, shell)
    assert (report.stored, report.failed) == (0, {"damaged:container": 1})
    assert "a zip file behind it" in report.details[0]
