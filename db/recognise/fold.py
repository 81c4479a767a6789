"""Words as they are compared: folded, so that what looks the same to a reader is the same.

Pure. Every hash of words that the ledger holds is one of words folded here: a change of the
folding makes the words of earlier take-downs another thing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import product

_WORD = re.compile(r"[^\W_]+")
_LOOK_ALIKES = (
    # Cyrillic; a capital that looks like nothing goes by its small letter
    (
        "АаВвЕеЅѕІіЈјКкМмНнОоРрСсТтУуХхҮүҺһӀӏԀԁԚԛԜԝѴѵгпьѡҽԍзꙇ",
        "AaBbEeSsIiJjKkMmHhOoPpCcTtYyXxYyHhLlDdQqWwVvrnbweg3i",
    ),
    # Greek: three small letters look like another Latin letter than their capitals do
    ("ΑαΒβΕεΖζΗηΙιΚκΜμΝνΟοΡρΤτΥυΧχϹϲγσωϝϳϻ", "AaBbEeZzHnIiKkMmNvOoPpTtYuXxCcyowfjm"),
    # Latin without, or with another, dot, hook or stroke
    ("ıȷɑɡɩɪɣɯʋʏƒłøđħŧƅƽɛɐ", "ijagiiywuyflodhtbsea"),
    # Latin small capitals
    ("ᴀʙᴄᴅᴇꜰɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡᴢ", "abcdefghjklmnoprstuvwz"),
)
"""Letters and the Latin letters that they look like, place by place; accents are off by then.

Source: Unicode's list of confusables (UTS 39, version 15), the single letters of these three
scripts. Its own mapping is not used: it takes l, I and 1 for one, and changes with each version,
which the hashes that the ledger keeps for ever must not.
"""
_EITHER = {"ν": "vn", "η": "nh", "υ": "uy"}
"""Greek small letters that stand for what they look like, or for what their capital does."""
_AS_LATIN = {
    ord(letter): latin
    for letters, latins in _LOOK_ALIKES
    for letter, latin in zip(letters, latins, strict=True)
}
_DROPPED = ("Mn", "Me", "Cf")
"""Marks that stand on or around a letter, and characters that nobody sees."""


def folded(text: str) -> list[str]:
    """The words of a text without case, accents, look-alikes, punctuation and white space.

    >>> folded("Don't -- Café!")
    ['don', 't', 'cafe']
    >>> folded("snake_сase ٤2")  # a Cyrillic с and an Arabic four
    ['snake', 'case', '42']
    """
    if not text.isascii():
        text = _as_latin(text)
    return _WORD.findall(text.casefold()) or [text.strip()]


def readings(text: str) -> Iterator[list[str]]:
    """The words of a text, folded in every way that its Greek letters can be taken.

    >>> [words[0] for words in readings("oνe")], list(readings("one"))
    (['ove', 'one'], [['one']])
    """
    found = [ord(letter) for letter in _EITHER if letter in text]
    for latins in product(*(_EITHER[chr(each)] for each in found)):
        yield folded(text.translate(dict(zip(found, latins, strict=True))))


def _as_latin(text: str) -> str:
    bare = "".join(
        str(unicodedata.decimal(each)) if each.isdecimal() else each
        for each in unicodedata.normalize("NFKD", text.translate(_AS_LATIN))
        if unicodedata.category(each) not in _DROPPED
    )
    # Again: a letter may have carried an accent until now, or be spelt out by its case.
    plain = unicodedata.normalize("NFKD", bare.translate(_AS_LATIN).casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def words_hash(words: Sequence[str]) -> str:
    """The hash of folded words; where one ends and the next begins does not count.

    >>> words_hash(folded("Half-done.")) == words_hash(folded("half done"))
    True
    """
    return hashlib.sha256("".join(words).encode("utf-8", "surrogatepass")).hexdigest()


def text_hash(*texts: str) -> str:
    """The hash of one or several texts, each folded."""
    parts = [words_hash(folded(text)) for text in texts]
    return parts[0] if len(parts) == 1 else hashlib.sha256(" ".join(parts).encode()).hexdigest()
