"""Content encodings are undone wholly or not at all."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest
from http_bytes import message_block
from hypothesis import given
from hypothesis import strategies as st

from archive.warc import record
from archive.warc.content import MAX_BYTES, PIECE, RATIO_FROM, accepted_encodings, decode_body, zstd
from archive.warc.http1 import dechunk, split_head, take_apart

TEXT = bytes(range(256)) * 300


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def packed() -> list[tuple[str, bytes]]:
    found = [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
    ]
    if "br" in accepted_encodings():
        import brotli

        found.append(("br", brotli.compress(TEXT)))
    return [*found, ("zstd", zstd.compress(TEXT))]


@pytest.mark.parametrize(("name", "wire"), packed())
def test_a_whole_body_is_given_back_and_a_cut_one_never(name, wire):
    assert decode_body(wire, name).body == TEXT
    assert decode_body(wire, f" {name.upper()} ").body == TEXT
    for cut in (1, 4, 8, len(wire) // 2, len(wire)):
        found = decode_body(wire[: len(wire) - cut], name)
        assert (found.body, found.outcome, found.reason) == (None, "damaged", "decode")


@pytest.mark.parametrize(
    ("name", "wire", "reason"),
    [
        ("gzip", TEXT, "decode"),
        ("xyz", TEXT, "decode"),
        ("gzip, gzip", gzip.compress(TEXT, mtime=0), "decode"),
        ("gzip", gzip.compress(bytes(RATIO_FROM + 1), mtime=0), "decoded"),
        ("deflate", zlib.compress(bytes(RATIO_FROM + 1)), "decoded"),
        ("identity", bytes(MAX_BYTES + 1), "decoded"),
    ],
)
def test_what_is_unknown_false_or_too_large_is_refused(name, wire, reason):
    found = decode_body(wire, name)
    assert found.body is None
    assert found.reason == reason


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_body_may_grow_much_while_it_is_small_and_be_large_where_it_grows_little(pack):
    name = "gzip" if pack is gzip.compress else "deflate"
    small, large = bytes(RATIO_FROM), random.Random(0).randbytes(MAX_BYTES // 100) * 100
    assert decode_body(pack(small), name).body == small
    assert decode_body(pack(large), name).body == large
    assert len(large) > MAX_BYTES - 100
    assert decode_body(pack(large + bytes(101)), name).reason == "decoded"


def test_a_member_of_a_warc_file_is_undone_up_to_its_largest_size(monkeypatch):
    monkeypatch.setattr(record, "MEMBER_BYTES", 1000)
    assert record.member_at(gzip.compress(bytes(1000)), 0)[0] == bytes(1000)
    assert record.member_at(gzip.compress(bytes(1001)), 0)[0] is None


def test_one_layer_only_is_undone():
    twice = gzip.compress(gzip.compress(TEXT))
    assert decode_body(twice, "gzip").body == gzip.compress(TEXT)


def test_padding_after_the_end_is_allowed():
    assert decode_body(gzip.compress(TEXT) + b"\0\0", "gzip").body == TEXT


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8), st.sampled_from([b"", b"\0\0"]))
def test_the_members_of_a_gzip_are_one_body(parts, padding):
    found = decode_body(b"".join(map(gzip.compress, parts)) + padding, "gzip")
    assert (found.body, found.has_trailing) == (b"".join(parts), bool(padding))


def test_members_meet_anywhere_in_what_is_read_at_once_and_the_caps_hold_for_all():
    for size in range(PIECE - 40, PIECE + 1):
        first = gzip.compress(random.Random(0).randbytes(size - 23), compresslevel=0)
        assert decode_body(first + gzip.compress(b"end"), "gzip").body[-3:] == b"end"
    large = gzip.compress(TEXT)
    assert decode_body(large * 3, "gzip", max_bytes=3 * len(TEXT)).body == TEXT * 3
    assert decode_body(large * 3, "gzip", max_bytes=3 * len(TEXT) - 1).reason == "decoded"


@given(st.binary(max_size=3000), st.integers(min_value=0, max_value=3000), st.integers(1, 255))
def test_a_flipped_byte_gives_the_same_body_or_damage(data, place, flip):
    wire = bytearray(gzip.compress(data, mtime=0))
    wire[place % len(wire)] ^= flip
    assert decode_body(bytes(wire), "gzip").body in (None, data)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.data())
def test_a_chunked_body_is_put_together_or_refused(pieces, data):
    wire = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
    assert dechunk(wire) == b"".join(pieces)
    cut = data.draw(st.integers(min_value=0, max_value=len(wire)))
    assert dechunk(wire[:cut]) in (None, b"".join(pieces), wire[:cut] if cut < 3 else None)


def test_a_chunked_response_that_breaks_off_is_damage_of_framing():
    head = "Transfer-Encoding", "chunked"
    found = take_apart(message_block(200, [head], b"5\r\nab"))
    assert found is not None
    assert (found.decoded.outcome, found.decoded.reason) == ("damaged", "framing")


def test_a_head_ends_at_its_own_empty_line_whatever_its_body_holds():
    head, body = b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n", b"<p>one\r\n\r\ntwo"
    assert split_head(head + body) == (head, body)
    found = take_apart(head + body)
    assert found is not None
    assert (found.decoded.body, found.header("content-type")) == (body, "text/html")


@pytest.mark.parametrize("line", [b"0000000003\r\n", b"3;note=a\rb\r\n", b"3 \r\n"])
def test_a_chunk_that_the_wire_lets_pass_is_never_taken_for_a_page(line):
    assert dechunk(line + b"abc\r\n0\r\n\r\n") == b"abc"
