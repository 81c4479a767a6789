"""Digests of other tools by their value, in whatever letters they are written."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

_NAMES = {"sha1": 20, "sha256": 32, "sha512": 64, "md5": 16}
"""The algorithms that are known, and how many bytes each gives."""
_BARE = re.compile(r"[A-Z2-7]{32}")
"""A digest without its algorithm's name, as old tools write SHA-1."""


def digest_value(stated: str | None) -> str | None:
    """A stated digest as its algorithm and hex digits, from hex, Base32 or Base64.

    >>> digest_value("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ")
    'sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709'
    >>> digest_value("SHA-1:DA39A3EE5E6B4B0D3255BFEF95601890AFD80709") == digest_value(
    ...     "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ")
    True

    Absent: None where nothing is stated, or in no form that is known.
    Source: WARC 1.1, sections 5.8 and 5.9, which name no algorithm and no letters.
    """
    name, colon, value = (stated or "").strip().partition(":")
    if not colon and _BARE.fullmatch(name):
        name, value = "sha1", name
    name = name.strip().lower().replace("-", "").replace("_", "")
    size = _NAMES.get(name)
    raw = None if size is None else _raw(value.strip(), size)
    return None if raw is None else f"{name}:{raw.hex()}"


def _raw(value: str, size: int) -> bytes | None:
    """The bytes of a digest of a known size; hex first: its digits are letters of the others."""
    if len(value) == 2 * size and re.fullmatch(r"[0-9a-fA-F]+", value, re.ASCII):
        return bytes.fromhex(value)
    bare = value.rstrip("=")
    for decode, text in (
        (base64.b32decode, bare.upper() + "=" * (-len(bare) % 8)),
        (base64.b64decode, bare + "=" * (-len(bare) % 4)),
    ):
        try:
            raw = decode(text)
        except (binascii.Error, ValueError):
            continue
        if len(raw) == size:
            return raw
    return None


def is_digest_of(stated: str, *bodies: bytes) -> bool:
    """Whether a digest, written as `digest_value` does, is that of one of some bytes.

    >>> is_digest_of("md5:d41d8cd98f00b204e9800998ecf8427e", b"x", b"")
    True
    """
    name = stated.partition(":")[0]
    return any(digest_of(name, body) == stated for body in bodies)


def digest_of(name: str, body: bytes) -> str:
    """The digest of some bytes by an algorithm that `digest_value` names, written as it does."""
    return f"{name}:{hashlib.new(name, body, usedforsecurity=False).hexdigest()}"
