"""A WACZ that is given away holds nothing that was taken down or that asks not to be copied."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import (
    ALDER,
    BASE,
    BIRCH,
    CEDAR,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Card,
    html,
    page,
    store,
    url_of,
)
from takedown_home import KEY, NOW, PAGES, QUOTE, REASON, TAKEN_PAGE, build
from warcio.archiveiterator import ArchiveIterator

from archive import Home, open_archive
from archive.wacz import About, write_wacz
from db.giving import giving
from db.takedown.withdraw import lift, take_down
from schema.errors import IntegrityError, StoppedError

ABOUT = About("title", "description", MONDAY, "verdicts")
ROBOTS = Answer(f"{BASE}/robots.txt", b"User-agent: *\n", role="robots")
OTHERS = [url_of(ALDER, CEDAR), url_of(BIRCH, CEDAR)]


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", NOW)


@dataclass(frozen=True)
class Package:
    """A WACZ, taken apart."""

    files: dict[str, bytes]
    left_out: dict[str, int]

    @property
    def plain(self) -> bytes:
        """All that stands in it, with every compression undone."""
        found = [self.files.get("pages/pages.jsonl", b""), json.dumps(list(self.files)).encode()]
        found += [gzip.decompress(data) for name, data in self.files.items() if ".gz" in name]
        return b"".join(found)

    @property
    def records(self) -> list[tuple[str, str, str]]:
        """Type, address and date of each record."""
        (warc,) = (data for name, data in self.files.items() if name.startswith("archive/"))
        return [
            (
                each.rec_type,
                each.rec_headers.get_header("WARC-Target-URI"),
                each.rec_headers.get_header("WARC-Date"),
            )
            for each in ArchiveIterator(io.BytesIO(warc), check_digests="raise")
        ][1:]

    @property
    def urls(self) -> list[str]:
        return [url for _, url, _ in self.records]


def given(home: Path, pattern: str = "*") -> Package:
    """What of a home is given, as a package."""
    archive = open_archive(home)
    found = giving(archive, pattern, lambda *told: None)
    left_out = dict(found.left_out)
    if not found.given:
        return Package({}, left_out)
    file = io.BytesIO()
    write_wacz(file, archive, found.given, ABOUT, key=None, progress=lambda *told: None)
    found.require_present()
    with zipfile.ZipFile(file) as package:
        return Package({name: package.read(name) for name in package.namelist()}, left_out)


@contextmanager
def ledger_of(home: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        yield ledger


def deny(home: Path, run: int, tokens: str) -> None:
    """Note what robots.txt said against its site's use in a run."""
    with ledger_of(home) as ledger:
        ledger.execute(
            "INSERT INTO robots (run_id, site, origin, read_at, state, denied_tokens)"
            f" VALUES ({run}, 'sample', '{BASE}', '{MONDAY}', 'read', '{tokens}')"
        )


NO_COPIES = {
    "a header": ({"X-Robots-Tag": "noarchive"}, ""),
    "a tag": ({}, '<meta name="robots" content="noarchive">'),
    "no words": ({"X-Robots-Tag": "nosnippet"}, ""),
    "no words at all": ({"X-Robots-Tag": "max-snippet:0"}, ""),
    "a day that has passed": ({"X-Robots-Tag": "unavailable_after: 2026-11-19"}, ""),
    "a part": ({}, "<span data-nosnippet>Alder keeps notes of every branch</span>"),
}
NO_AI = {
    "a tag": ({}, '<meta name="robots" content="noai">'),
    "mining": ({"TDM-Reservation": "1"}, ""),
    "a usage": ({"Content-Usage": "train-ai=n"}, ""),
    "a signal": ({"Content-Signal": "ai-input=no"}, ""),
    "a licence": ({"Link": '<https://a.example/l>; rel=license; type="application/rsl+xml"'}, ""),
}


def test_a_page_that_asks_not_to_be_copied_or_used_by_ai_is_not_given(tmp_path: Path) -> None:
    answers = [ROBOTS]
    for headers, head in (*NO_COPIES.values(), *NO_AI.values(), ({}, "")):
        slug = f"t{len(answers)}"
        tool = replace(ALDER, slug=slug, name=f"Tool {slug}", words=f"is told as {slug}x")
        answers.append(page(tool, replace(BIRCH, slug=f"{slug}b"), headers=headers, head=head))
    store(tmp_path, answers)
    found = given(tmp_path)
    assert found.urls == [ROBOTS.url, answers[-1].url]
    assert found.left_out == {"no_copies": len(NO_COPIES), "no_ai_use": len(NO_AI)}
    assert [at for at in range(1, len(answers)) if b"as t%dx" % at in found.plain] == [12]


def test_a_page_that_asks_only_not_to_be_listed_is_given(tmp_path: Path) -> None:
    later = {"X-Robots-Tag": "noindex, unavailable_after: 2026-11-21"}
    store(tmp_path, [page(ALDER, BIRCH, headers=later)])
    assert (given(tmp_path).urls, given(tmp_path).left_out) == ([TAKEN_PAGE], {})


def test_a_list_that_asks_not_to_be_copied_is_not_given_either(tmp_path: Path) -> None:
    body = b'<html><meta name=robots content=noarchive><a href="/compare/a-vs-b">A</a></html>'
    store(tmp_path, [Answer(f"{BASE}/list", body, role="listing"), page(ALDER, CEDAR)])
    assert given(tmp_path).urls == [url_of(ALDER, CEDAR)]
    assert given(tmp_path).left_out == {"no_copies": 1}


def test_what_an_address_asks_now_holds_for_all_it_showed_and_what_it_asked_then_stays(
    tmp_path: Path,
) -> None:
    asking = {"X-Robots-Tag": "noarchive"}
    newer, other = replace(BIRCH, words="says another thing"), replace(CEDAR, words="hums")
    store(tmp_path, [page(ALDER, BIRCH), page(ALDER, CEDAR, headers=asking)])
    store(
        tmp_path, [page(ALDER, newer, at=TUESDAY, headers=asking), page(ALDER, other, at=TUESDAY)]
    )
    found = given(tmp_path)
    assert [(url, at) for _, url, at in found.records] == [(url_of(ALDER, CEDAR), TUESDAY)]
    assert found.left_out == {"no_copies": 3}


def test_what_robots_txt_says_against_ai_holds_for_every_page_of_its_site(tmp_path: Path) -> None:
    moved = Answer(f"{BASE}/old", b"", status=301, headers={"Location": "/new"}, role="other")
    store(tmp_path, [ROBOTS, moved, page(ALDER, BIRCH)])
    # Pages that were not asked for again are meant as well.
    store(tmp_path, [replace(ROBOTS, body=b"User-agent: *\nDisallow: /x\n", at=TUESDAY)])
    assert len(given(tmp_path).urls) == 4
    deny(tmp_path, 2, "GPTBot")
    found = given(tmp_path)
    assert sorted(set(found.urls)) == [moved.url, ROBOTS.url]
    assert found.left_out == {"no_ai_use": 1}


def test_a_page_whose_bytes_cannot_be_read_may_ask_for_anything(tmp_path: Path) -> None:
    cut = {"Content-Encoding": "gzip"}
    broken = Answer(f"{BASE}/list", gzip.compress(b"words" * 99)[:-9], headers=cut, role="listing")
    store(tmp_path, [broken, replace(broken, url=TAKEN_PAGE), page(ALDER, CEDAR)])
    assert given(tmp_path).urls == [url_of(ALDER, CEDAR)]
    assert given(tmp_path).left_out == {"unread": 2}


@pytest.mark.parametrize("is_built", [True, False])
@pytest.mark.parametrize(
    ("asked", "gone"),
    [(TAKEN_PAGE, [TAKEN_PAGE]), (f"{BASE}/tool/cedar", OTHERS), (KEY, [TAKEN_PAGE, OTHERS[0]])],
)
def test_of_what_was_taken_down_nothing_is_given(
    tmp_path: Path, asked: str, gone: list[str], *, is_built: bool
) -> None:
    store(tmp_path, [ROBOTS, *PAGES])
    build(tmp_path)
    take_down(Home(tmp_path), asked, reason=REASON)
    if is_built:
        build(tmp_path, accept_loss=True)
    found = given(tmp_path)
    assert found.urls == [url for url in (ROBOTS.url, TAKEN_PAGE, *OTHERS) if url not in gone]
    assert found.left_out == {"taken_down": len(gone)}
    words = {TAKEN_PAGE: TAKEN_PAGE, KEY: QUOTE}.get(asked, CEDAR.name)
    assert words.encode() not in found.plain
    lift(Home(tmp_path), 1)
    assert len(given(tmp_path).urls) == 4


def test_what_was_taken_down_is_known_again_at_an_address_of_its_own(tmp_path: Path) -> None:
    again = page(replace(ALDER, slug="elm"), replace(BIRCH, slug="fir"), at=TUESDAY)
    store(tmp_path, [*PAGES, again])
    take_down(Home(tmp_path), TAKEN_PAGE, reason=REASON)
    assert (given(tmp_path).urls, given(tmp_path).left_out) == (OTHERS, {"taken_down": 2})


def test_what_names_or_may_show_what_was_taken_down_is_not_given(tmp_path: Path) -> None:
    link = '<nav><a href="/compare/alder-vs-birch">Related</a></nav></body></html>'
    home, sent = {"Content-Type": "text/html"}, {"Location": "/compare/alder-vs-birch"}
    answers = [
        ROBOTS,
        page(ALDER, BIRCH),
        page(ALDER, CEDAR, end=link),
        page(BIRCH, CEDAR),
        Answer(f"{BASE}/list", b"<p>Alder and others</p>", headers=home, role="listing"),
        Answer(f"{BASE}/moved", b"", status=301, headers=sent, role="other"),
        Answer(f"{BASE}/moved-elsewhere", b"", status=301, role="other"),
        Answer(f"{BASE}/compare/yew-vs-zinc", html(ALDER, BIRCH)[:900]),
    ]
    store(tmp_path, answers)
    assert len(given(tmp_path).urls) == len(answers)
    take_down(Home(tmp_path), TAKEN_PAGE, reason=REASON)
    found = given(tmp_path)
    assert found.urls == [ROBOTS.url, url_of(BIRCH, CEDAR), f"{BASE}/moved-elsewhere"]
    assert found.left_out == {"taken_down": 1, "names_taken_down": 2, "may_show_taken_down": 2}
    assert b"alder-vs-birch" not in found.plain


def test_what_was_erased_is_not_given_and_all_else_is_still_found(tmp_path: Path) -> None:
    store(tmp_path, [ROBOTS, *PAGES])
    take_down(Home(tmp_path), TAKEN_PAGE, reason=REASON, erase=True)
    found = given(tmp_path)
    assert (found.urls, found.left_out) == ([ROBOTS.url, *OTHERS], {"erased": 1})


def test_a_ledger_that_forgot_a_take_down_gives_nothing(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    take_down(Home(tmp_path), TAKEN_PAGE, reason=REASON)
    with ledger_of(tmp_path) as ledger:
        ledger.execute("DELETE FROM takedown")
    with pytest.raises(IntegrityError, match="the ledger lacks"):
        given(tmp_path)


def test_a_take_down_that_comes_in_meanwhile_stops_it(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    found = giving(open_archive(tmp_path), "*", lambda *told: None)
    found.require_present()
    take_down(Home(tmp_path), TAKEN_PAGE, reason=REASON)
    with pytest.raises(StoppedError, match="run it again"):
        found.require_present()


def repeating(home: Path) -> str:
    """Let the second capture of a page be one of another address that repeats the first."""
    store(home, [page(ALDER, BIRCH), page(ALDER, BIRCH, at=TUESDAY), page(BIRCH, CEDAR)])
    with ledger_of(home) as ledger:
        url = url_of(BIRCH, CEDAR)
        ledger.execute(
            "UPDATE capture SET url = ?, page_id = (SELECT id FROM page WHERE url = ?)"
            " WHERE kind = 'revisit'",
            (url, url),
        )
    return url


def test_an_original_travels_with_its_revisit_though_the_pattern_does_not_fit_it(
    tmp_path: Path,
) -> None:
    repeating(tmp_path)
    found = given(tmp_path, "*/birch-vs-cedar")
    kinds = [(kind, at) for kind, _, at in found.records]
    assert kinds == [("response", MONDAY), ("revisit", TUESDAY), ("response", MONDAY)]
    assert found.urls[0] == TAKEN_PAGE


def test_a_revisit_whose_original_may_not_be_given_is_left_out_too(tmp_path: Path) -> None:
    url = repeating(tmp_path)
    with ledger_of(tmp_path) as ledger:
        ledger.execute(
            'UPDATE capture SET headers = \'{"x-robots-tag": "noarchive"}\' WHERE id = 1'
        )
    found = given(tmp_path)
    assert [(kind, url) for kind, url, _ in found.records] == [("response", url)]
    assert found.left_out == {"no_copies": 1, "original_left_out": 1}


def test_each_time_that_a_page_was_seen_is_in_the_index_and_the_list(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH, at=at) for at in (MONDAY, TUESDAY, WEDNESDAY)])
    found = given(tmp_path)
    lines = gzip.decompress(found.files["indexes/index.cdx.gz"]).decode().splitlines()
    assert [line.split()[1][:8] for line in lines] == ["20261102", "20261103", "20261104"]
    pages = [json.loads(line) for line in found.files["pages/pages.jsonl"].splitlines()]
    assert pages[0] == {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    assert [each["ts"] for each in pages[1:]] == [MONDAY, TUESDAY, WEDNESDAY]
    assert {each["title"] for each in pages[1:]} == {f"{ALDER.name} vs {BIRCH.name}"}
    assert len({each["id"] for each in pages}) == 4


def test_segments_that_are_still_being_written_wait(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    store(tmp_path, [page(ALDER, CEDAR)])
    with ledger_of(tmp_path) as ledger:
        ledger.execute("UPDATE segment SET is_sealed = 0 WHERE id = 2")
    assert (given(tmp_path).urls, given(tmp_path).left_out) == ([TAKEN_PAGE], {"unsealed": 1})


def test_a_segment_that_is_not_the_sealed_one_is_not_given_from(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    build(tmp_path)
    (segment,) = (tmp_path / "warc").iterdir()
    segment.chmod(0o644)
    segment.write_bytes(segment.read_bytes() + b"\n")
    with pytest.raises(IntegrityError, match="SHA-256 is not the ledger's"):
        given(tmp_path)


def everything(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_the_same_home_gives_the_same_bytes_and_is_left_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [ROBOTS, *PAGES])
    before = everything(home)
    made = []
    for number, now in enumerate((NOW, "2031-01-01T00:00:00Z")):
        out = tmp_path / f"{number}.wacz"
        done = verdicts("wacz", "--home", home, "--out", out, "--json", VERDICTS_NOW=now)
        assert done.returncode == 0, done.stderr
        assert "replayweb.page" in done.stderr
        report = json.loads(done.stdout)
        assert report["bytes"] == out.stat().st_size
        assert (report["records"], report["pages"], report["left_out"]) == (4, 3, {})
        assert report["created"] == NOW
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert everything(home) == before
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["0.wacz", "1.wacz", "home"]


def test_everything_in_it_is_stored_as_it_is_and_vouched_for(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "all.wacz"
    store(home, [ROBOTS, *PAGES])
    assert verdicts("wacz", "--home", home, "--out", out).returncode == 0
    with zipfile.ZipFile(out) as package:
        assert {each.compress_type for each in package.infolist()} == {zipfile.ZIP_STORED}
        files = {name: package.read(name) for name in package.namelist()}
    manifest = json.loads(files["datapackage.json"])
    assert (manifest["profile"], manifest["wacz_version"]) == ("data-package", "1.1.1")
    assert manifest["description"].startswith("Unofficial.")
    stated = {each["path"]: (each["hash"], each["bytes"]) for each in manifest["resources"]}
    own = {name: data for name, data in files.items() if not name.startswith("datapackage")}
    assert stated == {name: (sha256(data), len(data)) for name, data in own.items()}
    digest = json.loads(files["datapackage-digest.json"])
    assert digest == {"path": "datapackage.json", "hash": sha256(files["datapackage.json"])}


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_large_index_is_compressed_in_blocks_that_can_be_fetched_alone(tmp_path: Path) -> None:
    tools = [Card(f"t{number:02}", f"Tool {number}") for number in range(27)]
    pairs = [(a, b) for at, a in enumerate(tools) for b in tools[at + 1 :]]
    store(tmp_path, [Answer(url_of(a, b), b"<p>one page</p>", status=404) for a, b in pairs])
    files = given(tmp_path).files
    head, *blocks = files["indexes/index.idx"].decode().splitlines()
    assert json.loads(head.split(" ", 2)[2]) == {
        "format": "cdxj-gzip-1.0",
        "filename": "index.cdx.gz",
    }
    lines: list[str] = []
    for block in blocks:
        key, moment, held = block.split(" ", 2)
        place = json.loads(held)
        data = files["indexes/index.cdx.gz"][place["offset"] :][: place["length"]]
        assert place["digest"] == sha256(data)
        mine = gzip.decompress(data).decode().splitlines()
        assert mine[0].startswith(f"{key} {moment} {{")
        lines += mine
    assert (len(blocks), len(lines)) == (2, len(pairs))
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--out", "home/a.wacz"), 2, "does not lie inside its home"),
        (("--out", "a.zip"), 2, "ends in .wacz"),
        (("--out", "nowhere/a.wacz"), 30, "there is no such folder"),
        (("--address", "*/news/*"), 30, "no capture's address fits */news/*"),
        (("--address", "*-vs-birch"), 30, "1 its publisher asks for no copies"),
        (("--key", "missing.pem"), 2, "missing.pem: cannot be read"),
    ],
)
def test_what_cannot_be_made_is_told_in_a_sentence_and_leaves_no_file(
    tmp_path: Path, arguments: tuple[str, str], code: int, words: str
) -> None:
    asking = page(ALDER, BIRCH, headers={"X-Robots-Tag": "noarchive"})
    store(tmp_path / "home", [asking, page(ALDER, CEDAR)])
    before = sorted(tmp_path.rglob("*"))
    done = verdicts("wacz", "--home", "home", *arguments, cwd=tmp_path)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert sorted(tmp_path.rglob("*")) == before
