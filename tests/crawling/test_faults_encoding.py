"""What a crawl keeps and reads of bodies whose encoding is false, cut or hostile.

Rows D01 to D15 of docs/faults.md, as far as no other test shows them: one crawl over all of them.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from pathlib import Path

import brotli
import pytest
from crawl_site import PAGE, outcomes, rows, run_crawl
from fault_server import FaultServer, Say, faulty, whole

from archive import open_archive
from archive.warc.content import RATIO_FROM, accepted_encodings, zstd

PACKED = gzip.compress(PAGE, mtime=0)
FLIPPED = PACKED[:200] + bytes([PACKED[200] ^ 255]) + PACKED[201:]
BAD_SUM = PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:]
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATED = RAW.compress(PAGE) + RAW.flush()
BROTLI, ZSTD = brotli.compress(PAGE), zstd.compress(PAGE)
TENFOLD = PAGE
for _ in range(10):
    TENFOLD = gzip.compress(TENFOLD, mtime=0)
MOJIBAKE = PAGE.replace(b"a slow laptop", "a \u00e2\u20ac\u0153slow laptop".encode(), 1)
SEAMED = PAGE.replace(b"a slow laptop", "a \ufeffslow \u200blap\u00adtop".encode(), 1)
assert PAGE not in (MOJIBAKE, SEAMED)


def packed(name: str, wire: bytes) -> Say:
    return whole(wire, f"Content-Encoding: {name}")


ANSWERS = {
    "gzip-vs-cut": packed("gzip", PACKED[:-20]),
    "gzip-vs-sum": packed("gzip", BAD_SUM),
    "gzip-vs-flip": [packed("gzip", FLIPPED), packed("gzip", PACKED)],
    "deflate-vs-zlib": packed("deflate", zlib.compress(PAGE)),
    "deflate-vs-raw": packed("deflate", RAW_DEFLATED),
    "deflate-vs-cut": packed("deflate", RAW_DEFLATED[:-9]),
    "br-vs-whole": packed("br", BROTLI),
    "br-vs-cut": packed("br", BROTLI[:-9]),
    "zstd-vs-whole": packed("zstd", ZSTD),
    "zstd-vs-cut": packed("zstd", ZSTD[:-9]),
    "plain-vs-said": packed("gzip", PAGE),
    "packed-vs-unsaid": whole(PACKED),
    "gzip-vs-tenfold": packed("gzip", TENFOLD),
    "gzip-vs-listed": packed(", ".join(["gzip"] * 10), TENFOLD),
    "gzip-vs-grown": packed("gzip", gzip.compress(bytes(RATIO_FROM + 1))),
    "br-vs-grown": packed("br", brotli.compress(bytes(RATIO_FROM + 1), quality=5)),
    "xyz-vs-known": packed("xyz", PAGE),
    "gzip-vs-more": packed("gzip", PACKED + b"\0\0 and more"),
    "gzip-vs-members": packed(
        "gzip", gzip.compress(PAGE[:90]) + gzip.compress(b"") + gzip.compress(PAGE[90:])
    ),
    "gzip-vs-member-cut": packed("gzip", PACKED + gzip.compress(PAGE)[:-9]),
    "gzip-vs-grown-members": packed("gzip", gzip.compress(bytes(RATIO_FROM // 2)) * 3),
    "gzip-vs-lost": [Say(packed("gzip", PACKED).data[:-90]), packed("gzip", PACKED)],
    "moji-vs-bake": whole(MOJIBAKE, kind="text/html; charset=utf-8"),
    "seam-vs-seam": whole(SEAMED, kind="text/html; charset=utf-8"),
}
ONCE, THRICE = 1, 3


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("encoding") / "home"
    with faulty({f"/compare/{name}": answer for name, answer in ANSWERS.items()}) as server:
        ended = run_crawl(home, *(f"{server.base}/compare/{name}" for name in ANSWERS))
        assert ended.exit_code == 10, (ended.report, ended.errors)
        yield home, server


Crawled = tuple[Path, FaultServer]


def of(crawled: Crawled, *names: str) -> list[list[str]]:
    return [outcomes(crawled[0], f"/compare/{name}") for name in names]


def body_of(crawled: Crawled, name: str) -> bytes:
    archive = open_archive(crawled[0])
    found = [c for c in archive.captures() if c.url.endswith(f"/compare/{name}")]
    return archive.load(found[-1]).body


def test_d05_text_that_went_through_a_wrong_encoding_gives_no_record(crawled):
    assert of(crawled, "moji-vs-bake") == [["extraction_refused:field_unreadable"]]


def test_d08_marks_without_width_refuse_nothing_and_stay_in_the_raw(crawled):
    assert of(crawled, "seam-vs-seam") == [["ok:"]]
    assert body_of(crawled, "seam-vs-seam") == SEAMED


def test_d09_a_cut_or_flipped_gzip_is_damage_and_is_tried_again(crawled):
    assert of(crawled, "gzip-vs-cut", "gzip-vs-sum") == [["damaged:decode"] * THRICE] * 2
    assert of(crawled, "gzip-vs-flip") == [["damaged:decode", "ok:"]]
    assert body_of(crawled, "gzip-vs-flip") == PAGE


def test_d10_every_encoding_we_know_is_undone_whole_or_not_at_all(crawled):
    whole_ones = ("deflate-vs-zlib", "deflate-vs-raw", "br-vs-whole", "zstd-vs-whole")
    assert of(crawled, *whole_ones) == [["ok:"]] * len(whole_ones)
    assert {body_of(crawled, name) for name in whole_ones} == {PAGE}
    cut_ones = ("deflate-vs-cut", "br-vs-cut", "zstd-vs-cut")
    assert of(crawled, *cut_ones) == [["damaged:decode"] * THRICE] * len(cut_ones)


def test_d11_an_encoding_that_is_not_there_is_not_guessed_at(crawled):
    assert of(crawled, "plain-vs-said") == [["damaged:decode"] * THRICE]
    assert of(crawled, "packed-vs-unsaid") == [["extraction_refused:empty_shell"]]


def test_d12_one_layer_is_undone_and_what_grows_too_much_is_never_whole(crawled):
    assert of(crawled, "gzip-vs-tenfold") == [["extraction_refused:empty_shell"]]
    assert of(crawled, "gzip-vs-listed") == [["damaged:decode"] * THRICE]
    assert of(crawled, "gzip-vs-grown", "br-vs-grown") == [["too_large:decoded"]] * 2


def test_d13_an_unknown_encoding_is_damage(crawled):
    assert of(crawled, "xyz-vs-known") == [["damaged:decode"] * THRICE]


def test_d14_bytes_after_the_end_of_a_gzip_are_noted_and_the_page_is_read(crawled):
    assert of(crawled, "gzip-vs-more") == [["ok:"]]
    assert body_of(crawled, "gzip-vs-more") == PAGE
    (row,) = rows(crawled[0], "SELECT detail FROM attempt WHERE url LIKE '%/gzip-vs-more'")
    assert row == ("trailing_bytes",)


def test_d14_every_member_of_a_gzip_belongs_to_the_page(crawled):
    assert of(crawled, "gzip-vs-members") == [["ok:"]]
    assert body_of(crawled, "gzip-vs-members") == PAGE
    assert of(crawled, "gzip-vs-member-cut") == [["damaged:decode"] * THRICE]
    assert of(crawled, "gzip-vs-grown-members") == [["too_large:decoded"]]


def test_a07_a_body_lost_on_its_way_is_named_so_whatever_its_encoding(crawled):
    """Its cut gzip is damage too, but not what happened."""
    assert of(crawled, "gzip-vs-lost") == [["damaged:reset", "ok:"]]


WITHOUT = (
    "import sys; sys.modules['brotli'] = None;"
    " from archive.warc.content import accepted_encodings; print(accepted_encodings())"
)


def test_d15_only_what_this_machine_can_undo_is_asked_for(crawled):
    line = f"\r\nAccept-Encoding: {accepted_encodings()}\r\n".encode()
    assert all(line in head for head in crawled[1].asked)
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT], check=True, capture_output=True, text=True
    )
    assert "br" not in ended.stdout
    assert ended.stdout.startswith("gzip, deflate")


def test_d15_nothing_is_asked_for_that_other_tools_cannot_replay(crawled):
    assert all(b"\r\nAccept-Encoding: gzip, deflate, br\r\n" in head for head in crawled[1].asked)
