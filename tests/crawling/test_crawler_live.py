"""A real crawl of a real server on loopback, as a process of its own."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGE, PAGES, PAIRS, Answer, finish, outcomes, rows, run_crawl, start_crawl

from archive import open_archive
from archive.warc.content import RATIO_FROM
from crawler.net.wire import MAX_WIRE_BYTES
from schema.errors import BytesError

COMPARE = "/compare/alder-vs-birch"


def body_of(home: Path, path: str) -> bytes:
    archive = open_archive(home)
    found = [c for c in archive.captures() if c.url == "https://sample.example" + path]
    return archive.load(found[-1]).body


def check_warcs(home: Path) -> None:
    names = [str(path) for path in sorted((home / "warc").iterdir())]
    assert names
    tool = [sys.executable, "-m", "warcio.cli", "check", *names]
    assert subprocess.run(tool, check=False, capture_output=True).returncode == 0
    for name in names:
        assert (
            subprocess.run(["gzip", "-t", "-S", Path(name).suffix, name], check=False).returncode
            == 0
        )


def test_a_root_is_discovered_through_robots_index_and_gzip_and_every_byte_is_kept(site, home):
    site.answers[COMPARE] = Answer(PAGE, headers={"Set-Cookie": "a=b"})
    ended = run_crawl(home, site.base + "/", "--contact", "keeper@sample.example")
    assert ended.exit_code == 0, ended.errors
    for _, _, headers in site.asked:
        assert re.fullmatch(r"verdicts/\S+ \(\+keeper@sample.example\)", headers["User-Agent"])
        assert not {"Cookie", "Referer"} & set(headers)
    assert (ended.report["asked"], ended.report["stored"], ended.report["waiting"]) == (3, 3, 0)
    assert ended.report["robots_state"] == "read"
    assert ended.report["notes"] == {"refused_scope:host": 1, "listing http_error:404": 1}
    for path, body in PAGES.items():
        assert body_of(home, path) == body
    assert site.paths()["/robots.txt"] == 1
    assert site.paths()["/"] == 1, "sitemaps may name few of what lists name"
    assert rows(home, "SELECT state FROM page WHERE url LIKE '%/tool/alder'") == [("known",)]
    captures = open_archive(home).captures()
    assert {c.role for c in captures} == {"robots", "sitemap", "listing", "comparison"}
    assert len(captures) == len(site.asked)
    check_warcs(home)


def test_a_second_crawl_without_an_address_asks_for_nothing_that_is_not_due(site, home):
    run_crawl(home, site.base + "/")
    before = len(site.asked)
    ended = run_crawl(home)
    assert (ended.exit_code, ended.report["asked"]) == (0, 0)
    assert len(site.asked) == before
    ended = run_crawl(home, env={"VERDICTS_NOW": "2031-01-01T00:00:00Z"})
    assert (ended.exit_code, ended.report["asked"], ended.report["unchanged"]) == (0, 3, 3)


def test_a_named_page_is_fetched_whether_due_or_not_and_nothing_else_is(site, home):
    for _ in range(2):
        ended = run_crawl(home, site.base + COMPARE)
        assert (ended.exit_code, ended.report["asked"]) == (0, 1)
    assert site.paths()[COMPARE] == 2
    assert set(site.paths()) == {"/robots.txt", COMPARE}
    assert run_crawl(home).report["asked"] == 0


def test_a_named_page_is_fetched_with_all_that_is_due_also_where_nothing_is_known(site, home):
    ended = run_crawl(home, site.base + COMPARE, "--all-due")
    assert (ended.exit_code, ended.report["stored"]) == (0, 1)
    ended = run_crawl(home.parent / "other", "--all-due")
    assert ended.exit_code == 2
    assert "the home is empty; name an address" in ended.errors


def test_without_a_sitemap_the_links_of_listing_pages_lead_to_pages(site, home):
    site.answers["/robots.txt"] = Answer(b"nothing here", 404)
    site.answers["/"] = Answer(
        b"<html><body><a href='/compare'>all</a> <a href='/tool/alder'>tool</a>"
        b"<a href='https://elsewhere.example/compare/x-vs-y'>other</a></body></html>"
    )
    site.answers["/compare"] = Answer(
        "".join(f"<a href='/compare/{pair}#top'>{pair}</a>" for pair in PAIRS).encode()
    )
    ended = run_crawl(home, site.base + "/")
    assert (ended.exit_code, ended.report["stored"]) == (0, 3), ended.report
    assert ended.report["robots_state"] == "none"
    assert site.paths()["/sitemap.xml"] == 1
    assert "/tool/alder" not in site.paths()


def test_the_limit_counts_pages_only_and_the_rest_is_left_for_the_next_run(site, home):
    ended = run_crawl(home, site.base + "/", "--max-pages", "2")
    assert (ended.exit_code, ended.report["stored"], ended.report["waiting"]) == (20, 2, 1)
    ended = run_crawl(home)
    assert (ended.exit_code, ended.report["stored"], ended.report["waiting"]) == (0, 1, 0)
    assert max(site.paths()[path] for path in PAGES) == 1


def test_each_answer_is_kept_with_the_outcome_that_the_table_names(site, home):
    def cut(handler):
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<html>"
        )

    def stall(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        for _ in range(60):
            time.sleep(0.1)
            handler.wfile.write(b"x")
            handler.wfile.flush()

    def not_http(handler):
        handler.wfile.write(b"SSH-2.0-sample\r\n\r\n")

    zipped = gzip.compress(PAGE)
    html = {"Content-Encoding": "gzip"}
    site.answers = {
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /compare/shut-vs-shut", 200, "text/plain"),
        "/compare/gone-vs-gone": Answer(b"gone", 404),
        "/compare/sick-vs-well": [Answer(b"oops", 500), Answer(PAGE)],
        "/compare/sick-vs-sick": Answer(b"oops", 503),
        "/compare/zip-vs-zip": Answer(zipped, headers=html),
        "/compare/torn-vs-torn": Answer(zipped[:-6], headers=html),
        "/compare/mend-vs-mend": [Answer(zipped[:-6], headers=html), Answer(zipped, headers=html)],
        "/compare/odd-vs-odd": Answer(PAGE, headers={"Content-Encoding": "xyz"}),
        "/compare/void-vs-void": Answer(b""),
        "/compare/cut-vs-cut": Answer(play=cut),
        "/compare/slow-vs-slow": Answer(play=stall),
        "/compare/ssh-vs-ssh": Answer(play=not_http),
        "/compare/shell-vs-shell": Answer(b"<html><body><p>Loading</p></body></html>"),
        "/compare/big-vs-big": Answer(b"x" * (MAX_WIRE_BYTES + 1)),
        "/compare/bulk-vs-bulk": Answer(PAGE.ljust(MAX_WIRE_BYTES)),
        "/compare/grown-vs-grown": Answer(gzip.compress(bytes(RATIO_FROM + 1)), headers=html),
    }
    paths = [path for path in site.answers if path != "/robots.txt"]
    paths.append("/compare/shut-vs-shut")
    ended = run_crawl(home, *(site.base + path for path in paths), "--timeout", "exchange=1.5")
    found = {
        path.split("/")[2].split("-")[0] + ("+" if path.endswith("well") else ""): outcomes(
            home, path
        )
        for path in paths
    }
    thrice = 3
    assert found == {
        "gone": ["http_error:404"],
        "sick+": ["http_error:500", "ok:"],
        "sick": ["http_error:503"] * thrice,
        "zip": ["ok:"],
        "torn": ["damaged:decode"] * thrice,
        "mend": ["damaged:decode", "ok:"],
        "odd": ["damaged:decode"] * thrice,
        "void": ["damaged:empty"] * thrice,
        "cut": ["damaged:reset"] * thrice,
        "slow": ["network_error:timeout"] * thrice,
        "ssh": ["network_error:protocol"] * thrice,
        "shell": ["extraction_refused:" + found["shell"][0].partition(":")[2]],
        "big": ["too_large:wire"],
        "bulk": ["ok:"],
        "grown": ["too_large:decoded"],
        "shut": ["refused_robots:disallowed"],
    }
    assert ended.exit_code == 10, ended.errors
    assert "/compare/shut-vs-shut" not in site.paths()
    assert ended.report["refused"] == {"refused_robots:disallowed": 1}
    assert sum(ended.report["failed"].values()) == 11
    assert body_of(home, "/compare/zip-vs-zip") == PAGE
    with pytest.raises(BytesError, match="damaged:decode"):
        body_of(home, "/compare/torn-vs-torn")
    check_warcs(home)


def test_redirects_are_followed_on_the_site_only_and_kept_under_the_address_asked(site, home):
    def to(where: str, status: int = 301) -> Answer:
        return Answer(b"", status, headers={"Location": where})

    site.answers |= {
        "/compare/old-vs-old": to("/compare/old-vs-old?v=2", 302),
        "/compare/old-vs-new": to(COMPARE),
        "/compare/old-vs-old?v=2": Answer(PAGE),
        "/compare/away-vs-away": to("https://elsewhere.example/"),
        "/compare/file-vs-file": to("file:///etc/hostname"),
        "/compare/loop-vs-loop": to("/compare/loop-vs-loop"),
        "/compare/secret-vs-secret": to("/secret"),
    }
    names = [
        path
        for path in site.answers
        if path.split("-")[0].split("/")[-1] in ("old", "away", "file", "loop", "secret")
        and "?" not in path
    ]
    ended = run_crawl(home, *(site.base + name for name in names))
    assert outcomes(home, "/compare/old-vs-old") == ["ok:redirect", "ok:"]
    # What is shown of other tools is never kept under these tools' address.
    assert outcomes(home, "/compare/old-vs-new") == ["http_error:moved"]
    assert outcomes(home, "/compare/away-vs-away") == ["refused_scope:host"]
    assert outcomes(home, "/compare/file-vs-file") == ["refused_scope:scheme"]
    loop = outcomes(home, "/compare/loop-vs-loop")
    assert loop == ["ok:redirect"] * 5 + ["http_error:redirect_limit"]
    secret = outcomes(home, "/compare/secret-vs-secret")
    assert secret == ["ok:redirect", "refused_robots:disallowed"]
    assert "/secret" not in site.paths()
    assert body_of(home, "/compare/old-vs-old") == PAGE
    assert ended.exit_code == 10


def test_a_page_that_was_taken_down_is_asked_for_neither_by_itself_nor_by_a_redirect(site, home):
    assert run_crawl(home, site.base + COMPARE).exit_code == 0
    added = verdicts(
        "takedown",
        "add",
        "https://sample.example" + COMPARE,
        "--reason",
        "its maker asked",
        "--home",
        home,
    )
    assert added.returncode == 0, added.stderr
    site.asked.clear()
    old = "/compare/old-vs-old"
    site.answers[old] = Answer(b"", 301, headers={"Location": COMPARE})
    ended = run_crawl(home, site.base + old, site.base + COMPARE)
    assert outcomes(home, old) == ["http_error:moved"]
    assert site.paths()[COMPARE] == 0
    assert ended.report["refused"] == {"refused_scope:takedown": 1}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"down", 503),
        Answer(b"<html><p>Welcome</p></html>", 200),
        Answer(b"slow", 429),
        Answer(play=lambda handler: handler.connection.close()),
    ],
)
def test_robots_that_cannot_be_read_close_the_site_for_this_run(site, home, answer):
    site.answers["/robots.txt"] = answer
    ended = run_crawl(home, site.base + COMPARE)
    assert (ended.exit_code, ended.report["robots_state"]) == (20, "unreachable")
    assert set(site.paths()) == {"/robots.txt"}
    assert ended.report["waiting"] == 1
    if answer.status == 503:
        site.answers["/robots.txt"] = Answer(b"", 404)
        ended = run_crawl(home)
        assert (ended.exit_code, ended.report["stored"]) == (0, 1)


def test_robots_may_disallow_everything_and_that_is_no_failure(site, home):
    site.answers["/robots.txt"] = Answer(
        b"User-agent: GPTBot\nDisallow: /\n\nUser-agent: verdicts\nDisallow: /\n"
    )
    ended = run_crawl(home, site.base + COMPARE)
    assert ended.exit_code == 0
    assert ended.report["refused"] == {"refused_robots:disallowed": 1}
    assert rows(home, "SELECT state, denied_tokens FROM robots") == [("read", "GPTBot")]


def test_crawl_delay_is_kept_and_one_that_is_too_long_leaves_the_site_alone(site, home):
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.5\n", 200, "text/plain")
    run_crawl(home, *(site.base + path for path in PAGES))
    moments = [moment for moment, path, _ in site.asked if path in PAGES]
    assert all(b - a >= 0.45 for a, b in itertools.pairwise(moments))
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 86400\n", 200, "text/plain")
    ended = run_crawl(home, site.base + COMPARE, env={"VERDICTS_NOW": "2031-01-01T00:00:00Z"})
    assert ended.exit_code == 20
    assert "86400" in str(ended.report["stopped"])


def test_retry_after_is_waited_for_and_a_very_long_one_ends_the_run(site, home):
    throttled = Answer(b"wait", 429, headers={"Retry-After": "1"})
    site.answers[COMPARE] = [throttled, Answer(PAGE)]
    ended = run_crawl(home, site.base + COMPARE)
    assert ended.exit_code == 0
    first, second = (moment for moment, path, _ in site.asked if path == COMPARE)
    assert second - first >= 0.95
    site.answers[COMPARE] = Answer(b"wait", 503, headers={"Retry-After": "99999"})
    ended = run_crawl(home, site.base + COMPARE)
    assert (ended.exit_code, ended.report["waiting"]) == (20, 1)


@pytest.mark.parametrize("status", [302, 403, 404, 500])
def test_retry_after_is_obeyed_whatever_the_refusal(site, home, status):
    named = [site.base + path for path in list(PAGES)[:2]]
    place = {"Location": COMPARE + "?x=1"} if status == 302 else {}
    site.answers[COMPARE] = Answer(b"wait", status, headers={"Retry-After": "1", **place})
    run_crawl(home, *named)
    first, second, *_ = (moment for moment, path, _ in site.asked if path != "/robots.txt")
    assert second - first >= 0.95
    site.answers[COMPARE] = Answer(b"wait", status, headers={"Retry-After": "7200", **place})
    site.asked.clear()
    ended = run_crawl(home / "other", *named)
    assert (ended.exit_code, len(site.asked)) == (20, 2)
    assert "in 7200 seconds" in str(ended.report["stopped"])
    assert rows(home / "other", "SELECT count(*) FROM page WHERE state = 'leased'") == [(0,)]


def test_the_first_page_waits_for_what_an_answer_for_robots_txt_asks(site, home):
    site.answers["/robots.txt"] = Answer(b"", 404, headers={"Retry-After": "1"})
    assert run_crawl(home, site.base + COMPARE).exit_code == 0
    robots, page = (moment for moment, _, _ in site.asked)
    assert page - robots >= 0.95
    site.answers["/robots.txt"] = Answer(b"", 404, headers={"Retry-After": "7200"})
    site.asked.clear()
    ended = run_crawl(home / "other", site.base + COMPARE)
    assert (ended.exit_code, len(site.asked)) == (20, 1)


def test_a_redirect_that_a_stopped_run_was_to_wait_for_is_asked_for_by_the_next(site, home):
    place = {"Location": COMPARE + "?x=1", "Retry-After": "600"}
    site.answers[COMPARE] = [Answer(b"", 302, headers=place), Answer(PAGE)]
    crawl = start_crawl(home, site.base + COMPARE)
    wait_for(lambda: site.paths()[COMPARE])
    crawl.send_signal(signal.SIGTERM)
    ended = finish(crawl)
    assert (ended.exit_code, ended.report["waiting"]) == (20, 1)
    assert run_crawl(home, site.base + COMPARE).exit_code == 0
    assert outcomes(home, COMPARE) == ["ok:redirect", "ok:"]


def test_a_site_that_only_fails_is_left_alone_after_a_while(site, home):
    site.answers = {"/robots.txt": Answer(b"", 404)}
    paths = [f"/compare/a{n}-vs-b{n}" for n in range(12)]
    site.answers |= {path: Answer(b"no", 500) for path in paths}
    ended = run_crawl(home, *(site.base + path for path in paths))
    assert ended.exit_code == 20
    assert len(site.asked) == 16
    assert ended.report["waiting"] > 0
    assert rows(home, "SELECT count(*) FROM attempt") == [(16,)]
    assert rows(home, "SELECT count(*) FROM page WHERE state = 'leased'") == [(0,)]


def test_a_page_costs_one_commit(site, tmp_path):
    site.answers = {"/robots.txt": Answer(b"", 404)}
    commits = []
    for count in (4, 16):
        paths = [f"/compare/a{n}-vs-b{n}" for n in range(count)]
        site.answers |= {path: Answer(PAGE) for path in paths}
        home = tmp_path / str(count)
        ended = run_crawl(home, *(site.base + path for path in paths))
        assert (ended.report["stored"], ended.report["failed"]) == (count, {})
        # Where SQLite counts them: https://sqlite.org/fileformat2.html, the database header.
        commits.append(int.from_bytes((home / "ledger.db").read_bytes()[24:28], "big"))
    assert commits[1] - commits[0] == 16 - 4


def test_a_hostile_sitemap_is_noted_and_not_expanded(site, home):
    site.answers["/map-1.xml"] = Answer(
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><urlset><url><loc>&a;</loc></url></urlset>"
    )
    ended = run_crawl(home, site.base + "/")
    assert outcomes(home, "/map-1.xml") == ["damaged:xml"]
    assert (ended.exit_code, ended.report["stored"]) == (10, 2)
    assert [url.rpartition("/")[2] for url in ended.report["unread_lists"]] == ["map-1.xml"]


def test_private_addresses_are_refused_unless_allowed(site, home):
    ended = verdicts("crawl", site.base + COMPARE, "--home", home, "--site", "sample")
    assert ended.returncode == 30
    assert not site.asked


def listening(pid: int) -> list[str]:
    """The listening sockets of one process, as the kernel lists them."""
    links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and parts[9] in inodes:
                found.append(line)
    return found


def wait_for(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs Linux's /proc")
def test_the_crawl_listens_on_nothing_and_a_second_one_of_the_home_is_refused(site, home):
    site.delay_s = 0.3
    process = start_crawl(home, site.base + "/")
    wait_for(lambda: len(site.asked) >= 2)
    assert listening(process.pid) == []
    ended = run_crawl(home, site.base + "/")
    assert ended.exit_code == 30
    assert str(process.pid) in ended.errors
    assert finish(process).exit_code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_after_the_exchange_under_way(site, home, number):
    site.delay_s = 0.2
    process = start_crawl(home, site.base + "/")
    wait_for(lambda: sum(site.paths()[path] for path in PAGES) == 1)
    process.send_signal(number)
    ended = finish(process)
    assert ended.exit_code == 20, ended.errors
    assert (ended.report["stored"], ended.report["waiting"]) == (1, 2)
    assert rows(home, "SELECT count(*) FROM attempt WHERE ended_at IS NULL") == [(0,)]


def test_a_killed_crawl_loses_nothing_and_the_next_completes_it(site, home):
    site.delay_s = 0.2
    process = start_crawl(home, site.base + "/")
    wait_for(lambda: len(site.asked) >= 6)
    process.kill()
    process.communicate()
    kept = {str(row[0]) for row in rows(home, "SELECT url FROM capture")}
    (segment,) = (home / "warc").glob("*.open")
    with segment.open("ab") as file:
        file.write(b"\x1f\x8b\x08torn")
    site.delay_s = 0
    ended = run_crawl(home)
    assert ended.exit_code == 0, ended.errors
    archive = open_archive(home)
    captures = archive.captures()
    assert kept <= {c.url for c in captures}
    for path, body in PAGES.items():
        assert [archive.load(c).body for c in captures if c.url.endswith(path)] == [body]
    assert sum(site.paths()[path] for path in PAGES) <= len(PAGES) + 1
    (torn,) = (home / "quarantine").iterdir()
    assert torn.read_bytes().endswith(b"torn")
    check_warcs(home)


def test_a_segment_shorter_than_the_ledger_says_is_exit_40_and_names_the_page(site, home):
    site.delay_s = 0.3
    process = start_crawl(home, site.base + "/")
    wait_for(lambda: len(site.asked) >= 6)
    process.kill()
    process.communicate()
    (segment,) = (home / "warc").glob("*.open")
    os.truncate(segment, segment.stat().st_size - 1500)
    ended = run_crawl(home)
    assert ended.exit_code == 40
    assert "LOST BYTES" in ended.errors
    assert "https://sample.example/" in ended.errors


def test_the_ledger_can_be_read_while_the_crawl_goes_on(site, home):
    site.delay_s = 0.1
    process = start_crawl(home, site.base + "/")
    wait_for(lambda: (home / "ledger.db").exists() and len(site.asked) >= 1)
    seen = 0
    while process.poll() is None:
        archive = open_archive(home)
        for capture in archive.captures():
            archive.load(capture)
        seen += 1
        archive.pages()
    assert finish(process).exit_code == 0
    assert seen > 3
    (run,) = open_archive(home).runs()
    assert (run.kind, run.site, run.exit_code, run.stored) == ("crawl", "sample", 0, 3)
    assert json.dumps(run.robots_state) == '"read"'
