"""The description of a card, told from what may stand around it.

    (icons, labels, a picture's letters, a name, the badge, what both cards say, few words)
    a paragraph, and further ones of its shape
    (the same once more)

What stands so between two paragraphs cannot be told from a lost or a foreign one: refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from parsers.cards.badges import badge_at, one_badge
from parsers.cards.guards import require_no_repeat, require_no_statistics
from parsers.cards.labels import is_field_label
from parsers.cards.paragraphs import SEVERAL, CardSpan, is_sentence, likeness, paragraphs, sentences
from parsers.page.document import common
from parsers.page.inline import INLINE
from parsers.page.tokens import Tokens
from parsers.placeholders import is_placeholder
from parsers.sentences import ENDS, ends_sentence, is_cut, is_initials, without_cut
from parsers.values import label_key
from schema.errors import FieldError

_LAST = re.compile(rf"(?:.*[{ENDS}]['’\"”)\]]*(?: |(?=[A-Z][a-z])))?(.+)\Z", re.DOTALL)
_NOTICE = re.compile(
    r"(?:disclaimer|disclosure|good to know|heads[- ]up|info|note|reminder|tip|warning)\W*"
    r"|(?:an? )?(?:ads?|advert|advertisement|paid|partner|promoted|sponsored)"
    r"(?: (?:ad|by|content|link|partner|post|result)\b.*|\s?[:·|–—-].*|)",
    re.IGNORECASE,
)
"""The word that a publisher puts over what was paid for, alone or before it, or over a hint."""
_META = re.compile(
    r"(?:last )?(?:added|checked|founded|launched|modified|published|released|reviewed|updated"
    r"|verified)(?: (?:on|in))? [\w, ]{0,20}\d[\w, ]{0,14}"
    r"|(?:built|created|developed|made|maintained|published) by [^.!?]{1,40}"
    r"|(?:\d[\d.,]*k? )?(?:downloads|followers|likes|reviews|stars|upvotes|users|views|votes)",
    re.IGNORECASE,
)
"""What a card says of its tool in a line of its own: when, by whom, how many."""
FEW_WORDS = 3
"""A paragraph of so few words beside a longer one may be anybody's: `Ship it!`"""
TAIL_WORDS = 5


def read_description(
    tokens: Tokens,
    names: tuple[str, str],
    place: CardSpan,
    badge: CardSpan | None,
    name: str,
    alike: Collection[str],
) -> tuple[CardSpan, CardSpan | None]:
    """The paragraphs at a place that describe the tool `name`, and the card's badge.

    `alike` is what the other card says at its place.
    """
    first, end = place.first, place.end
    while first < end and is_field_label(tokens, first):
        first += 1
    if first == end:
        raise FieldError(code="field_missing", field="description", detail="nothing under the card")
    alone = _alone(tokens, names, first, end) if end - first > 1 else []
    while alone and first < end - 1 and alone[0] == first:
        first = alone.pop(0) + 1
        badge = _with_badge(tokens, badge, first - 1)
    while alone and first < end - 1 and alone[-1] == end - 1:
        end = alone.pop()
        badge = _with_badge(tokens, badge, end)
    inside = [at for at in alone if badge_at(tokens, at)]
    if inside and {tokens.key[at] for at in inside} != {_key_of(tokens, badge)}:
        raise _ambiguous(f"a paragraph is only {tokens.text[inside[0]]!r}")
    place = CardSpan(first, end)
    require_no_statistics(tokens, place, "description")
    span = _own(tokens, place, name, alike, inside)
    require_no_repeat(tokens, span.first, span.end, "description")
    return span, badge


def _key_of(tokens: Tokens, badge: CardSpan | None) -> str | None:
    return label_key(badge.text(tokens)) if badge else None


def _own(
    tokens: Tokens, place: CardSpan, name: str, alike: Collection[str], badges: Collection[int]
) -> CardSpan:
    """The paragraphs of a place that are the publisher's own words on the tool.

    `badges` are the tokens that say the card's badge once more.
    """
    plain = [at for at in place.places if not tokens.is_decoration(at) and at not in badges]
    spans = paragraphs(tokens, [at for at in plain if not tokens.is_control(at)])
    if not spans:
        raise FieldError(code="field_missing", field="description", detail="no words of its own")
    while spans and _is_link(tokens, spans[-1]):
        spans.pop()
    if not spans:
        raise FieldError(code="field_missing", field="description", detail="only a link is there")
    texts = [span.text(tokens) for span in spans]
    longest = texts.index(max(texts, key=len))
    if len(texts) == 1 and likeness(texts[0], name) in alike:
        detail = f"only the label {texts[0][:40]!r} is there"
        raise FieldError(code="field_missing", field="description", detail=detail)
    if _META.fullmatch(texts[longest]):
        detail = f"only {texts[longest][:40]!r} is there"
        raise FieldError(code="field_missing", field="description", detail=detail)
    foreign = {n for n, text in enumerate(texts) if likeness(text, name) in alike}
    for n, text in enumerate(texts):
        # Two tools may share a sentence; an advertisement is one too. Only labels are let go.
        if n in foreign and n != longest and is_sentence(text):
            raise _ambiguous(f"both cards say {text[:40]!r}, which may be part of it")
    foreign |= _noticed(tokens, spans, texts, name, longest)
    foreign |= {n for n, text in enumerate(texts) if _is_stub(text, texts[longest])}
    kept = [n for n in range(len(texts)) if n == longest or n not in foreign]
    if is_sentence(texts[longest]):
        while not is_sentence(texts[kept[0]]):
            kept.pop(0)
        while not is_sentence(texts[kept[-1]]):
            kept.pop()
    bare = tokens.element(spans[longest].first)
    is_begun = texts[kept[0]][0].islower()
    for n, span in enumerate(spans):
        is_other = n in foreign and not (is_begun and n < kept[0])
        own = tokens.element(span.first)
        if n in kept or is_other:
            continue
        if common(tokens.document, own, bare) in (own, bare):
            raise _ambiguous(f"{texts[n][:40]!r} stands in one element with it")
    if texts[kept[-1]].endswith(":"):
        raise _ambiguous(f"it goes on behind {texts[kept[-1]][-30:]!r}")
    beside = [tokens.text[at] for at in plain if tokens.is_control(at)]
    is_offered = any(is_placeholder(text, ".text") for text in beside)  # Read more
    if is_offered and is_cut(texts[kept[-1]]):
        raise _ambiguous(f"only its beginning is shown: it ends {texts[kept[-1]][-30:]!r}")
    _require_one_text(tokens, spans, texts, kept)
    return CardSpan(spans[kept[0]].first, spans[kept[-1]].end)


def _is_link(tokens: Tokens, span: CardSpan) -> bool:
    """Whether a paragraph is a link by itself, and no sentence that ends: `Visit website`."""
    if ends_sentence(span.text(tokens)):
        return False
    document, start, end = tokens.document, tokens.start[span.first], tokens.end[span.end - 1]
    links = (e for e in document.ancestors(start) if document.tag[e] == "a")
    return any(document.blocks_of(link) == (start, end) for link in links)


def _require_one_text(
    tokens: Tokens, spans: list[CardSpan], texts: list[str], kept: list[int]
) -> None:
    """Nothing stands between the paragraphs that are kept, and none is too short to be of them."""
    lost = next((n for n in range(kept[0], kept[-1]) if n not in kept), None)
    if lost is not None:
        raise _ambiguous(f"{texts[lost][:40]!r}, no part of it, stands within it")
    within = range(spans[kept[0]].first, spans[kept[-1]].end)
    control = next(filter(tokens.is_control, within), None)
    if control is not None:
        raise _ambiguous(f"a control {tokens.text[control][:40]!r} stands within it")
    longest = max((texts[n] for n in kept), key=len)
    for text in [texts[n] for n in kept] if is_sentence(longest) else ():
        if text != longest and text.isascii() and text.count(" ") < FEW_WORDS:
            raise _ambiguous(f"a paragraph is only {text[:40]!r}")
    _require_one_shape(tokens, [spans[n] for n in kept])


def _noticed(
    tokens: Tokens, spans: list[CardSpan], texts: list[str], name: str, longest: int
) -> set[int]:
    """The paragraphs that are an advertisement by their own word, or by one in a box with them."""
    document, found = tokens.document, set[int]()
    for n, (span, text) in enumerate(zip(spans, texts, strict=True)):
        if not _NOTICE.fullmatch(text) or text.startswith(name):
            continue
        found.add(n)
        start = tokens.start[span.first]
        boxes = map(document.blocks_of, document.ancestors(start))
        box = next((box for box in boxes if box[1] - box[0] > span.end - span.first), (0, 0))
        held = {m for m, each in enumerate(spans) if box[0] <= tokens.start[each.first] < box[1]}
        found |= held if longest not in held else set()
    return found


def _is_stub(text: str, whole: str) -> bool:
    """Whether a paragraph is the beginning of another, shown before it."""
    return is_cut(text) and whole.startswith(without_cut(text))


def _require_one_shape(tokens: Tokens, spans: list[CardSpan]) -> None:
    """Paragraphs of one text are built alike, side by side; an advertisement by them is not."""
    document, shapes = tokens.document, set[tuple[str, int]]()
    for span in spans:
        element = tokens.element(span.first)
        while document.tag[element] in INLINE:
            element = document.parent[element]
        shapes.add((document.tag[element], document.parent[element]))
    if len(shapes) > 1:
        tags = " and ".join(sorted(tag for tag, _ in shapes))
        raise _ambiguous(f"its paragraphs stand apart, in elements {tags}")


def ends_in_own_words(tokens: Tokens, span: CardSpan) -> bool:
    """Whether the last sentence stands in one block, and no element of its own, with another."""
    last = tokens.document.text[tokens.end[span.end - 1] - 1]
    return _last_sentence(last) != last and not tokens.edges(span.first, span.end)[1].text


def require_no_tail(one: str, other: str, *, is_own: bool = False) -> None:
    """The end of a description is its own: no few words behind its last sentence, not both cards'.

    A sentence that both end with is theirs where it `is_own`, written into their text. Tools whose
    descriptions share several sentences are described alike, the last one too.
    Raises: FieldError (field_ambiguous).
    """
    last = [_last_sentence(text) for text in (one, other)]
    for text, end in zip((one, other), last, strict=True):
        if end != text and not is_sentence(end) and end.count(" ") < TAIL_WORDS:
            raise _ambiguous(f"{end[:40]!r} stands behind its last sentence")
    for text in (one, other):
        if is_cut(text) and not is_placeholder(text, ".description"):
            raise _ambiguous(f"only its beginning may be shown: it ends {text[-30:]!r}")
    is_shared = likeness(last[0], "\0") == likeness(last[1], "\0")
    if is_own or not is_shared or one == other or last[0] == one or last[1] == other:
        return
    if len(sentences(one) & sentences(other)) < SEVERAL:
        raise _ambiguous(f"both cards end with {last[0][:40]!r}")


def _last_sentence(text: str) -> str:
    """The words behind the last sentence but one, or all.

    >>> _last_sentence("It sings. Well. So there"), _last_sentence("It sings.")
    ('So there', 'It sings.')
    """
    match = _LAST.fullmatch(text)
    return match[1] if match else text


def _ambiguous(detail: str) -> FieldError:
    return FieldError(code="field_ambiguous", field="description", detail=detail)


def _alone(tokens: Tokens, names: tuple[str, str], first: int, end: int) -> list[int]:
    """The paragraphs in [first, end) that are only a badge, a tool's name or its first letter."""
    found = [
        at
        for at in range(first, end)
        if badge_at(tokens, at)
        or tokens.text[at] in names
        or any(is_initials(tokens.text[at], name) for name in names)
    ]
    if not found:
        return found
    boxes = Counter(tokens.document.box[tokens.start[at]] for at in range(first, end))
    return [at for at in found if boxes[tokens.document.box[tokens.start[at]]] == 1]


def _with_badge(tokens: Tokens, badge: CardSpan | None, at: int) -> CardSpan | None:
    """The card's badge, which may be the token `at`."""
    found = badge_at(tokens, at)
    return one_badge(tokens, [each for each in (badge, found) if each is not None])
