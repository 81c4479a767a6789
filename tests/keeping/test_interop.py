"""Other people's tools read our archive as we do: warcio, cdxj-indexer and pywb, really run."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import re
import shutil
import sqlite3
import zlib
from contextlib import closing

import pytest
from commands import verdicts
from crawl_site import PAGE, rows
from interop_env import LOCK, ROOT, replayed, replaying, run
from interop_home import CUT, LARGE, SAME, SAVED, Line, Made, make
from warcio.archiveiterator import ArchiveIterator

from archive.cdxj import index, surt
from archive.warc.http1 import take_apart

PROFILES = {
    f"http://netpreserve.org/warc/1.1/revisit/{name}"
    for name in ("identical-payload-digest", "server-not-modified")
}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    return make(tmp_path_factory.mktemp("interop"))


def headers_of(made: Made) -> list[dict[str, str]]:
    """The WARC headers of every record, in order, each with its segment under `file`."""
    found = []
    for path in made.warcs:
        with path.open("rb") as file:
            found += [
                {**dict(record.rec_headers.headers), "file": path.name}
                for record in ArchiveIterator(file)
            ]
    return found


def test_warcio_finds_every_segment_sound(made):
    done = run("warcio", "check", *made.warcs)
    assert (done.returncode, done.stdout) == (0, "")


def test_warcio_would_have_told_of_one_changed_byte(made, tmp_path):
    plain = bytearray(gzip.decompress(made.warcs[0].read_bytes()))
    plain[plain.index(b"User-agent: *")] ^= 1
    (tmp_path / "changed.warc").write_bytes(plain)
    assert run("warcio", "check", tmp_path / "changed.warc").returncode == 1


def test_cdxj_indexer_writes_the_index_that_we_write(made):
    done = run("cdxj-indexer", "--sort", made.home / "warc")
    assert done.returncode == 0, done.stderr
    theirs = [Line.of(text) for text in done.stdout.splitlines()]
    ours = made.lines
    for line in ours:
        if line.held["url"] == SAVED:
            # A saved page has no status of its own; pages that came count as 200 with us.
            assert line.held.pop("status") == "200"
    assert len(theirs) > 20
    assert {line.place: line for line in ours} == {line.place: line for line in theirs}


def test_the_index_is_in_the_order_of_its_bytes_and_holds_every_capture_once(made):
    found = index(made.home)
    assert list(found.lines) == sorted(found.lines, key=str.encode)
    assert (len(found.lines), found.unsealed) == (len(rows(made.home, "SELECT 1 FROM capture")), 0)
    kinds = {(line.held["status"], line.held["mime"]) for line in made.lines}
    assert {("301", "text/html"), ("404", "text/html"), ("200", "text/plain")} <= kinds


def test_each_line_of_the_index_points_at_one_record_that_stands_alone(made):
    for line in made.lines:
        data = (made.home / "warc" / line.held["filename"]).read_bytes()
        start, length = int(line.held["offset"]), int(line.held["length"])
        stream = zlib.decompressobj(zlib.MAX_WBITS + 16)
        plain = stream.decompress(data[start : start + length])
        assert stream.eof and not stream.unused_data
        head, _, rest = plain.partition(b"\r\n\r\n")
        first, *fields = head.decode().split("\r\n")
        named = dict(field.split(": ", 1) for field in fields)
        assert first == "WARC/1.1"
        assert len(named) == len(fields), "no header may stand there twice"
        assert rest[int(named["Content-Length"]) :] == b"\r\n\r\n"
        assert named["WARC-Target-URI"] == line.held["url"]
        assert named["WARC-Payload-Digest"] == line.held["digest"]
        assert (named["WARC-Type"] == "revisit") == (line.held["mime"] == "warc/revisit")


def test_the_records_of_one_exchange_belong_together_as_the_standard_says(made):
    found = headers_of(made)
    files = [headers["file"] for headers in found]
    for position, headers in enumerate(found):
        is_first = files.index(headers["file"]) == position
        assert (headers["WARC-Type"] == "warcinfo") == is_first
        if is_first:
            assert headers["WARC-Filename"] == headers["file"]
            assert "WARC-Target-URI" not in headers
        # Only what has a payload may state a digest of it.
        has_payload = headers["WARC-Type"] not in ("warcinfo", "metadata")
        assert ("WARC-Payload-Digest" in headers) == has_payload, headers
    by_id = {headers["WARC-Record-ID"]: headers for headers in found}
    assert len(by_id) == len(found)
    answers = {"response", "revisit", "resource"}
    for headers in found:
        if headers["WARC-Type"] in ("request", "metadata"):
            answer = by_id[headers["WARC-Concurrent-To"]]
            assert answer["WARC-Type"] in answers
            for name in ("WARC-Date", "WARC-Target-URI"):
                assert answer[name] == headers[name]
    described = {
        headers["WARC-Concurrent-To"] for headers in found if headers["WARC-Type"] == "metadata"
    }
    assert described == {id_ for id_, headers in by_id.items() if headers["WARC-Type"] in answers}


def test_what_was_crawled_says_from_which_machine_it_came(made):
    crawled = {
        headers["WARC-Concurrent-To"]
        for headers in headers_of(made)
        if headers["WARC-Type"] == "request"
    }
    assert crawled
    for headers in headers_of(made):
        if headers["WARC-Record-ID"] in crawled:
            assert headers.get("WARC-IP-Address") == "127.0.0.1", headers


def test_pages_that_did_not_change_are_revisits_of_both_profiles(made):
    found = headers_of(made)
    by_id = {headers["WARC-Record-ID"]: headers for headers in found}
    revisits = [headers for headers in found if headers["WARC-Type"] == "revisit"]
    assert {headers["WARC-Profile"] for headers in revisits} == PROFILES
    for headers in revisits:
        original = by_id[headers["WARC-Refers-To"]]
        assert original["WARC-Type"] == "response"
        assert headers["WARC-Refers-To-Target-URI"] == original["WARC-Target-URI"]
        assert headers["WARC-Refers-To-Date"] == original["WARC-Date"]
        assert headers["WARC-Payload-Digest"] == original["WARC-Payload-Digest"]
        # WARC 1.1, 6.7.2: what was left out because its digest is known is a truncation.
        is_equal = headers["WARC-Profile"].endswith("identical-payload-digest")
        assert headers.get("WARC-Truncated") == ("length" if is_equal else None)


def test_what_was_cut_says_so_and_why(made):
    cut = {}
    for headers in headers_of(made):
        if headers["WARC-Type"] == "response":
            cut.setdefault("/" + headers["WARC-Target-URI"].split("/", 3)[3], set()).add(
                headers.get("WARC-Truncated")
            )
    assert (cut.pop(CUT), cut.pop(LARGE)) == ({"disconnect"}, {"length"})
    assert set.union(*cut.values()) == {None}


def test_a_payload_digest_is_that_of_the_body_as_it_is_stored(made):
    for path in made.warcs:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                block = record.content_stream().read()
                if record.rec_type != "response":
                    continue
                message = take_apart(block)
                assert message is not None
                stated = record.rec_headers["WARC-Payload-Digest"]
                assert stated == sha1(block.partition(b"\r\n\r\n")[2]), message.headers


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


@pytest.fixture(scope="module")
def pywb(made, tmp_path_factory):
    """pywb's port: `added` was indexed by pywb itself, `ours` is read through our index.

    `plain` is ours too, with the answers that a page has not changed left out.
    """
    folder = tmp_path_factory.mktemp("pywb")
    for arguments in (("init", "added"), ("add", "added", *made.warcs)):
        done = run("wb-manager", *arguments, cwd=folder)
        assert done.returncode == 0, done.stderr
    collections = {}
    for name, options in (("ours", ()), ("plain", ("--without-304",))):
        out = folder / f"{name}.cdxj"
        written = verdicts("cdxj", "--home", made.home, "--out", out, *options)
        assert written.returncode == 0, written.stderr
        collections[name] = {"index_paths": str(out), "archive_paths": f"{made.home / 'warc'}/"}
    (folder / "config.yaml").write_text(json.dumps({"collections": collections}))
    with replaying(folder) as port:
        yield port


@pytest.mark.parametrize("collection", ["added", "ours"])
def test_pywb_replays_each_capture_as_it_was_served(made, pywb, collection):
    seen = set()
    for line in made.lines:
        if line.path in (CUT, LARGE):
            continue
        at = f"/{collection}/{line.moment}id_/{line.held['url']}"
        status, headers, body = replayed(pywb, at)
        kind = line.held["mime"] if line.held["status"] != "304" else "not modified"
        seen.add((kind, status))
        assert status == int(line.held["status"]), (at, status)
        if status == 301:
            assert headers["location"].endswith(SAME)
        elif status != 304:
            assert body == made.served[line.path], at
    assert {
        ("text/html", 200),
        ("text/html", 404),
        ("text/html", 301),
        ("text/plain", 200),
        ("application/xml", 200),
        ("application/gzip", 200),
        ("warc/revisit", 200),
    } <= seen


def test_without_304_pywb_shows_an_unchanged_page_at_each_time_it_was_asked_for(made, pywb):
    unchanged = [line for line in made.lines if line.held["status"] == "304"]
    assert unchanged
    for line in unchanged:
        at = f"{line.moment}id_/{line.held['url']}"
        # pywb hands on the 304 itself; that leaves a reader with an empty page.
        assert replayed(pywb, f"/ours/{at}")[::2] == (304, b"")
        assert replayed(pywb, f"/plain/{at}")[::2] == (200, made.served[line.path])


def test_pywb_has_nothing_where_we_have_nothing(made, pywb):
    url = next(line.held["url"] for line in made.lines if "compare" in line.path)
    url = url.replace("compare", "never")
    assert replayed(pywb, f"/ours/2026id_/{url}")[0] == 404
    assert b"Not Found" in replayed(pywb, f"/ours/2026id_/{url}")[2]


def test_the_command_writes_the_index_whole_and_to_either_place(made, tmp_path):
    text = "".join(f"{line}\n" for line in index(made.home).lines)
    assert verdicts("cdxj", "--home", made.home).stdout == text
    for part in ("ledger.db", "public/current.db", next((made.home / "warc").iterdir()).name):
        refused = verdicts("cdxj", "--home", made.home, "--out", made.home / part)
        assert refused.returncode == 2
        assert "does not lie inside its home" in refused.stderr
    out = tmp_path / "index.cdxj"
    out.write_text("older")
    assert verdicts("cdxj", "--home", made.home, "--out", out).returncode == 0
    assert out.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["index.cdxj"]
    refused = verdicts("cdxj", "--home", made.home, "--out", tmp_path / "missing" / "x")
    assert (refused.returncode, refused.stdout) == (30, "")
    assert verdicts("cdxj", "--home", tmp_path).returncode == 30


def test_a_capture_is_in_the_index_once_its_segment_is_sealed(made, tmp_path):
    shutil.copy(made.home / "ledger.db", tmp_path)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db, db:
        db.execute("UPDATE segment SET is_sealed = 0 WHERE id = 1")
    found = index(tmp_path)
    names = {Line.of(text).held["filename"] for text in found.lines}
    assert names == {path.name for path in made.warcs[1:]}
    assert len(found.lines) + found.unsealed == len(made.lines)
    told = verdicts("cdxj", "--home", tmp_path)
    assert told.stderr.startswith(f"left out: {found.unsealed} captures")
    assert len(told.stdout.splitlines()) == len(found.lines)


def test_what_another_tool_noted_of_a_response_is_kept_when_it_is_imported(tmp_path):
    block = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + PAGE[:1000]
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        "WARC-Target-URI: https://sample.example/compare/alder-vs-birch\r\n"
        "WARC-Date: 2026-10-01T12:00:00Z\r\nWARC-IP-Address: 192.0.2.7\r\n"
        "WARC-Truncated: length\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    (tmp_path / "other.warc").write_bytes(head.encode() + block + b"\r\n\r\n")
    verdicts("import", tmp_path / "other.warc", "--home", tmp_path / "home")
    (kept,) = (
        headers
        for headers in headers_of(Made(tmp_path / "home", {}))
        if headers["WARC-Type"] == "response"
    )
    assert (kept.get("WARC-Truncated"), kept.get("WARC-IP-Address")) == ("length", "192.0.2.7")


def test_the_paper_names_the_versions_of_the_tools_that_are_run_here():
    paper, lock = (ROOT / "docs" / "warc.md").read_text(), LOCK.read_text()
    for name in ("warcio", "cdxj-indexer", "pywb", "wacz"):
        version = re.search(rf"^{name}==(\S+)", lock, re.MULTILINE)
        assert version and f"| {name} {version[1]} |" in paper, name


def test_keys_are_those_of_the_tools_for_addresses_of_every_shape():
    urls = [_address(random.Random(number)) for number in range(3000)]
    urls += ["urn:sha256:AB", "urn:uuid:1-2", "http://127.0.0.1:8080", "https://sample.example/?"]
    code = "import json, sys, surt; print(json.dumps([surt.surt(u) for u in json.load(sys.stdin)]))"
    done = run("python", "-W", "ignore", "-c", code, stdin=json.dumps(urls))
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)
    assert [(url, surt(url)) for url in urls] == list(zip(urls, theirs, strict=True))


def _address(chance: random.Random) -> str:
    hosts = (
        "sample.example WWW.Sample.example www2.a.b.example 127.0.0.1 bücher.example [::1]"
        " sample.example. me:pw@sample.example sam%70le.example www.example"
    ).split()
    steps = (
        "compare a-vs-b .. . A%20b %2e%2E %25 %2520 ä %C3%A4 %E4 a;b=c (x) ~u q+r x.aspx %00"
        " (0123456789abcdefghijklmn) (a(0123456789abcdefghijklmn)) [z] ^ | \\ \" <> '"
    ).split()
    names = "a b B q sid jsessionid phpsessid cfid cftoken ASPSESSIONIDabcdefgh %61 ä".split()
    values = (
        "1 2 = 0123456789abcdef0123456789ABCDEF abcdefghijklmnopqrstuvwx %26 %3D a%20b ü /x/ ?"
    ).split()
    path = "/".join(chance.choice([*steps, ""]) for _ in range(chance.randint(0, 5)))
    query = "&".join(
        chance.choice([*names, ""]) + chance.choice(["", "="]) + chance.choice([*values, ""])
        for _ in range(chance.randint(0, 4))
    )
    return (
        chance.choice(["http", "https", "HTTP"])
        + "://"
        + chance.choice(hosts)
        + chance.choice(["", ":80", ":443", ":8080", ":"])
        + "/"
        + path
        + chance.choice(["", "?" + query])
        + chance.choice(["", "#top"])
    )
