"""What a network and a server that break HTTP leave behind: rows A01 to A27 of docs/faults.md.

Most of it is one crawl over many addresses, each broken in its own way.
"""

from __future__ import annotations

import re
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from crawl_site import PAGE, Ended, outcomes, rows, run_crawl
from fault_server import FaultServer, Say, crawl_with_names, faulty, full_house, whole
from warcio.archiveiterator import ArchiveIterator

from archive import Home, open_archive
from archive.ledger.outcomes import is_known
from archive.store.quarantine import kept_aside
from crawler.net.wire import MAX_HEADER_BYTES, MAX_WIRE_BYTES

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(PAGE)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n" % len(PAGE) + PAGE + b"\r\n"
LARGE = MAX_WIRE_BYTES + (1 << 20)  # more than comes with one read
SOUND = whole(PAGE)
OTHER = PAGE.replace(b"</body>", b"<p>Another end</p></body>")
ODD = (
    b"HTTP/1.1 200 All-Right\r\ncontent-TYPE:text/html\r\nX-B:  1 \r\nx-a:2\r\nX-b: 3\r\n"
    b"Transfer-Encoding: Chunked\r\n\r\n%s0\r\nX-After: 1\r\n\r\n" % CHUNK
)
HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"

ANSWERS = {
    "trickle-vs-head": [Say(HEAD, drip=b"X", every_s=0.2), SOUND],
    "trickle-vs-body": [Say(HEAD + LENGTH + b"\r\n" + PAGE[:90], drip=b"x", every_s=0.2), SOUND],
    "stand-vs-still": [Say(HEAD + LENGTH + b"\r\n" + PAGE[:90], "stall"), SOUND],
    "reset-vs-length": [Say(HEAD + LENGTH + b"\r\n" + PAGE[:90], "reset"), SOUND],
    "reset-vs-none": [Say(HEAD + b"\r\n" + PAGE[:90], "reset"), SOUND],
    "short-vs-length": [Say(HEAD + LENGTH + b"\r\n" + PAGE[:90]), SOUND],
    "long-vs-length": Say(HEAD + LENGTH + b"\r\n" + PAGE + b"HTTP/1.1 200 OK\r\n\r\nmore", "keep"),
    "both-vs-framings": Say(
        HEAD + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK + b"0\r\n\r\n"
    ),
    "two-vs-lengths": Say(HEAD + LENGTH + b"Content-Length: 90\r\n\r\n" + PAGE),
    "odd-vs-framing": Say(HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + PAGE),
    "broken-vs-chunk": [Say(CHUNKED + CHUNK + b"zz\r\nno size\r\n"), SOUND],
    "missing-vs-chunk": [Say(CHUNKED + CHUNK), SOUND],
    "many-vs-headers": Say(HEAD + b"X: y\r\n" * (MAX_HEADER_BYTES // 6) + b"\r\n" + PAGE),
    "huge-vs-header": Say(HEAD + b"X: " + b"y" * MAX_HEADER_BYTES + b"\r\n\r\n" + PAGE),
    "folded-vs-nothing": Say(b"HTTP/1.1 200 OK\r\n folded\r\n\r\n" + PAGE),
    "mail-vs-http": Say(b"220 mail.sample ESMTP\r\n"),
    "noise-vs-http": Say(bytes(range(256)).replace(b"\n", b"")),
    "none-vs-status": Say(b"HTTP/1.1 00200 OK\r\n\r\n"),
    "silent-vs-close": Say(b""),
    "none-vs-content": Say(b"HTTP/1.1 204 No Content\r\n\r\n", "keep"),
    "reset-vs-content": Say(b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", "keep"),
    "not-vs-modified": Say(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n', "keep"),
    "nul-vs-header": [Say(HEAD + LENGTH + b"X-Odd: a\0b\r\n\r\n" + PAGE, "keep"), SOUND],
    "who-vs-you": whole(b"who are you", status="401 Unauthorized"),
    "no-vs-entry": whole(b"no", status="403 Forbidden"),
    "the-vs-law": whole(b"no", status="451 Unavailable For Legal Reasons"),
    "captcha-vs-us": whole(
        b"<html><title>Just a moment...</title><body><p>Checking your browser"
        b" before accessing the site.</p></body></html>"
    ),
    "login-vs-us": whole(b"<html><body><form><p>Log in</p><input type=password></form></body>"),
    "image-vs-page": whole(b"\x89PNG\r\n\x1a\n" + bytes(90), kind="image/png"),
    "paper-vs-page": whole(b"%PDF-1.7\n" + bytes(90), kind="application/pdf"),
    "plain-vs-page": whole(PAGE, kind="text/plain"),
    "untyped-vs-page": whole(PAGE, kind=""),
    "huge-vs-stated": Say(HEAD + b"Content-Length: 314572800\r\n\r\n" + b"x" * LARGE, "stall"),
    "huge-vs-unsaid": Say(HEAD + b"\r\n" + b"x" * LARGE, "stall"),
    "cookie-vs-storm": whole(PAGE, *(f"Set-Cookie: c{n}=v; Max-Age=9999" for n in range(500))),
    "after-vs-storm": SOUND,
    "just-vs-so": [Say(ODD, "keep"), SOUND],
    "few-vs-hints": Say(HINT * 10 + SOUND.data, "keep"),
    "many-vs-hints": Say(HINT * 11 + SOUND.data, "keep"),
}


@dataclass
class Crawled:
    """What one crawl of all these answers left."""

    home: Path
    ended: Ended
    server: FaultServer

    def of(self, name: str) -> list[str]:
        return outcomes(self.home, f"/compare/{name}")

    def captures(self, name: str) -> list[tuple[object, ...]]:
        return rows(
            self.home,
            "SELECT status, damage, truncated FROM capture WHERE url ="
            f" 'https://sample.example/compare/{name}' ORDER BY id",
        )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("network") / "home"
    with faulty({f"/compare/{name}": answer for name, answer in ANSWERS.items()}) as server:
        ended = run_crawl(
            home,
            *(f"{server.base}/compare/{name}" for name in ANSWERS),
            "--timeout",
            "exchange=1.5",
        )
        assert ended.exit_code == 10, (ended.report, ended.errors)
        yield Crawled(home, ended, server)


PLACE = "/compare/alder-vs-birch"


def warc_records(home: Path, kind: str) -> list[tuple[str, bytes]]:
    """Address and whole block of each record of one type, as another tool reads them."""
    found = []
    for path in sorted((home / "warc").iterdir()):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                if record.rec_type == kind:
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    found.append((url, record.raw_stream.read()))
    return found


def last_attempts(home: Path) -> list[tuple[object, ...]]:
    return rows(home, "SELECT url, outcome || ':' || reason FROM attempt ORDER BY id")


ROBOTS = "https://sample.example/robots.txt"


def test_a01_a_name_that_does_not_exist_is_recorded_and_what_is_stored_stays(home):
    with faulty({PLACE: SOUND}) as server:
        assert run_crawl(home, server.base + PLACE).exit_code == 0
    ended = crawl_with_names(home, {"shop.test": ["absent"]}, "http://shop.test:9" + PLACE)
    assert ended.exit_code == 20, ended.errors
    assert last_attempts(home)[-1] == (ROBOTS, "network_error:dns")
    (capture,) = [c for c in open_archive(home).captures() if c.role == "comparison"]
    assert open_archive(home).load(capture).body == PAGE


def test_a02_name_servers_that_do_not_answer_are_told_from_a_name_that_is_not_there(home):
    said = {"shop.test": ["failed"], "slow.test": ["hang"]}
    for host, reason in (("shop", "dns_failed"), ("slow", "timeout_connect")):
        ended = crawl_with_names(home, said, f"http://{host}.test:9" + PLACE, timeout_s=1)
        assert ended.exit_code == 20, ended.errors
        assert last_attempts(home)[-1] == (ROBOTS, f"network_error:{reason}")


def test_a03_a_refused_connection_is_recorded_and_the_page_waits(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = run_crawl(home, f"http://127.0.0.1:{port}{PLACE}")
    assert (ended.exit_code, ended.report["waiting"]) == (20, 1)
    why = "sample: robots.txt could not be read, 1 known pages wait"
    assert ended.report["stopped"] == why
    assert last_attempts(home) == [(ROBOTS, "network_error:refused")]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
def test_a04_a_connection_that_hangs_is_given_up_in_its_own_time(home):
    with full_house() as base:
        ended = run_crawl(home, base + PLACE, "--timeout", "connect=1")
    assert ended.exit_code == 20
    assert last_attempts(home) == [(ROBOTS, "network_error:timeout_connect")]


def test_a05_headers_that_never_end_are_cut_by_the_clock(crawled):
    assert crawled.of("trickle-vs-head") == ["network_error:timeout_headers", "ok:"]


def test_a06_the_part_of_a_body_whose_time_ran_out_is_kept_and_never_read(crawled):
    for name in ("trickle-vs-body", "stand-vs-still"):
        assert crawled.of(name) == ["network_error:timeout", "ok:"]
        first, second = crawled.captures(name)
        assert first == (200, "network_error:timeout", "time")
        assert second == (200, None, None)


def test_a07_a_reset_in_the_middle_keeps_the_part_and_is_tried_again(crawled):
    assert crawled.of("reset-vs-length") == ["damaged:reset", "ok:"]
    assert crawled.captures("reset-vs-length")[0] == (200, "damaged:reset", "disconnect")
    assert crawled.of("reset-vs-none") == ["damaged:framing", "ok:"]
    assert crawled.captures("reset-vs-none")[0] == (200, "damaged:framing", "disconnect")


def test_a08_a_body_shorter_than_its_length_is_a_part(crawled):
    assert crawled.of("short-vs-length") == ["damaged:reset", "ok:"]
    assert crawled.captures("short-vs-length")[0] == (200, "damaged:reset", "disconnect")


def test_a09_bytes_beyond_the_length_are_no_part_of_the_page_nor_of_the_next(crawled):
    assert crawled.of("long-vs-length") == ["ok:"]
    archive = open_archive(crawled.home)
    (capture,) = [c for c in archive.captures() if c.url.endswith("/long-vs-length")]
    assert archive.load(capture).body == PAGE
    (row,) = rows(crawled.home, "SELECT detail FROM attempt WHERE url LIKE '%/long-vs-length'")
    assert row == ("extra_bytes",)


def test_a10_two_ways_of_telling_the_end_are_refused(crawled):
    for name in ("both-vs-framings", "two-vs-lengths", "odd-vs-framing"):
        assert crawled.of(name) == ["damaged:framing"] * 3
        assert crawled.captures(name) == []


def test_a11_a_chunk_that_is_broken_or_missing_is_damage_of_framing(crawled):
    for name in ("broken-vs-chunk", "missing-vs-chunk"):
        assert crawled.of(name) == ["damaged:framing", "ok:"]
        assert crawled.captures(name)[0] == (200, "damaged:framing", "disconnect")


def test_a12_headers_have_a_largest_size(crawled):
    for name in ("many-vs-headers", "huge-vs-header", "folded-vs-nothing"):
        assert crawled.of(name) == ["damaged:headers"] * 3


def test_a12_what_came_with_a_header_that_cannot_be_written_down_is_kept_aside(crawled):
    assert crawled.of("nul-vs-header") == ["damaged:headers", "ok:"]
    (kept,) = kept_aside(Home(crawled.home), "https://sample.example/compare/nul-vs-header")
    data = kept.read_bytes()
    assert b"X-Odd: a\0b\r\n" in data
    assert data.endswith(b"\r\n\r\n" + PAGE)
    (detail,) = rows(
        crawled.home,
        "SELECT detail FROM attempt WHERE url LIKE '%/nul-vs-header' AND reason = 'headers'",
    )
    assert str(detail[0]).endswith(f"kept in quarantine as {kept.name}")
    assert len(crawled.captures("nul-vs-header")) == 1


def test_a13_what_is_not_http_is_named_so_and_an_end_without_answer_is_told_from_it(crawled):
    for name in ("mail-vs-http", "noise-vs-http", "none-vs-status"):
        assert crawled.of(name) == ["network_error:protocol"] * 3
    assert crawled.of("silent-vs-close") == ["network_error:closed"] * 3
    assert crawled.server.paths()["/compare/silent-vs-close"] == 3, "asked only as often as leased"


def test_a15_a_status_that_makes_no_sense_unasked_is_no_page(crawled):
    for name in ("none-vs-content", "reset-vs-content", "not-vs-modified"):
        assert crawled.of(name) == ["http_error:unexpected"]


def test_a17_a_refusal_is_taken_at_its_word_and_not_tried_again(crawled):
    for name, status in (("who-vs-you", 401), ("no-vs-entry", 403), ("the-vs-law", 451)):
        assert crawled.of(name) == [f"http_error:{status}"]
        assert crawled.server.paths()[f"/compare/{name}"] == 1


def test_of_two_retry_after_headers_the_longer_is_obeyed(home):
    busy = whole(
        b"wait",
        "Retry-After: 0",
        "Retry-After: 99999",
        "Retry-After: soon",
        status="429 Too Many Requests",
    )
    with faulty({PLACE: busy}) as server:
        ended = run_crawl(home, server.base + PLACE)
    assert (ended.exit_code, server.paths()[PLACE]) == (20, 1)
    assert "99999" in str(ended.report["stopped"])


def test_a20_a_page_shown_instead_of_the_comparison_gives_no_record(crawled):
    assert crawled.of("captcha-vs-us") == ["extraction_refused:interstitial"]
    assert crawled.of("login-vs-us") == ["extraction_refused:empty_shell"]


def test_a21_an_image_or_a_paper_at_a_pages_address_is_kept_and_not_read(crawled):
    for name in ("image-vs-page", "paper-vs-page"):
        assert crawled.of(name) == ["extraction_refused:content_type"]
        assert crawled.captures(name) == [(200, None, None)]


def test_a22_a_page_without_or_with_the_wrong_type_is_known_by_what_it_is(crawled):
    assert crawled.of("untyped-vs-page") == ["ok:"]
    assert crawled.of("plain-vs-page") == ["ok:"]


def test_a23_pages_that_differ_from_one_request_to_the_next_are_all_kept(home):
    with faulty({PLACE: [SOUND, whole(OTHER), SOUND]}) as server:
        for _ in range(3):
            assert run_crawl(home, server.base + PLACE).exit_code == 0
    archive = open_archive(home)
    found = [c for c in archive.captures() if c.role == "comparison"]
    assert [archive.load(c).body for c in found] == [PAGE, OTHER, PAGE]
    assert [c.kind for c in found] == ["response"] * 3


def test_a24_the_language_is_asked_for_and_each_request_is_kept(crawled):
    sent = [head for url, head in warc_records(crawled.home, "request")]
    assert len(sent) > len(ANSWERS) / 2
    assert all(b"\r\nAccept-Language: en\r\n" in head for head in [*sent, *crawled.server.asked])


def test_a25_the_beginning_of_an_answer_that_is_too_large_is_kept(crawled):
    for name in ("huge-vs-stated", "huge-vs-unsaid"):
        assert crawled.of(name) == ["too_large:wire"]
        assert crawled.captures(name) == [(200, "too_large:wire", "length")]
        (kept,) = [
            record for record in warc_records(crawled.home, "response") if record[0].endswith(name)
        ]
        assert MAX_WIRE_BYTES <= len(kept[1]) < LARGE


def test_a26_cookies_are_taken_by_nobody(crawled):
    assert crawled.of("cookie-vs-storm") == ["ok:"]
    assert crawled.of("after-vs-storm") == ["ok:"]
    assert not any(b"\ncookie:" in head.lower() for head in crawled.server.asked)


def test_a27_interim_answers_are_passed_over_up_to_a_limit(crawled):
    assert crawled.of("few-vs-hints") == ["ok:"]
    assert crawled.of("many-vs-hints") == ["damaged:framing"] * 3


def test_status_line_headers_and_chunks_are_archived_exactly_as_they_came(crawled):
    assert crawled.of("just-vs-so") == ["ok:"]
    (kept,) = [
        block
        for url, block in warc_records(crawled.home, "response")
        if url.endswith("/just-vs-so")
    ]
    assert kept == ODD
    archive = open_archive(crawled.home)
    (capture,) = [c for c in archive.captures() if c.url.endswith("/just-vs-so")]
    assert archive.load(capture).body == PAGE


def test_requests_are_archived_exactly_as_they_were_sent(crawled):
    sent = {block for _, block in warc_records(crawled.home, "request")}
    assert sent <= set(crawled.server.asked)


LIST = Path(__file__).parents[2] / "docs" / "faults.md"
ROWS = {
    f"{group}{number:02}"
    for group, last in (("A", 27), ("B", 8), ("C", 22), ("D", 15))
    for number in range(1, last + 1)
}


def test_every_row_of_the_list_names_one_test_that_exists_and_outcomes_that_are_known():
    lines = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in LIST.read_text().splitlines()
        if re.match(r"\| [A-D]\d\d \|", line)
    ]
    listed = [cells for cells in lines if len(cells) == 4]
    assert sorted(cells[0] for cells in listed) == sorted(ROWS)
    for row, _, outcome, shown in listed:
        name, _, function = shown.partition("::")
        tests = Path(__file__).parents[1].joinpath(name).read_text()
        assert f"\ndef {function}(" in tests, shown
        for code in re.findall(r"`(\w+):(\w*)`", outcome):
            assert is_known(*code), (row, code)
    named = {cells[3].partition("::")[2].split("_")[1] for cells in listed} & {
        row.lower() for row in ROWS
    }
    for path in Path(__file__).parent.glob("test_faults_*.py"):
        for row in re.findall(r"\ndef test_([a-d]\d\d)_", path.read_text()):
            assert row in named or row == "b00", f"{path.name}: {row} is not on the list"
