"""What stands over a card's statistics: category, tagline and badge, each in its paragraph.

The category stands over the name and the tagline under it, unless the decision table, which
repeats both word for word, says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from parsers.cards.badges import badge_at, one_badge
from parsers.cards.guards import require_no_repeat, require_no_statistics
from parsers.cards.labels import is_field_label, label_of
from parsers.cards.named import Named, Repeated
from parsers.cards.paragraphs import CardSpan, Paragraphs, is_sentence, likeness, paragraphs
from parsers.cards.statistics import is_statistic
from parsers.page.tokens import Tokens
from parsers.sentences import is_initials
from schema.errors import FieldError, ParseError

_AROUND = re.compile(r"(?:.*[›»→>/]\s|\W+|in )?(.+?)(?:\s?\(?[0-9][0-9.,]*\)?)?")
"""A category behind an icon or the path that leads to it, or before the number of its tools."""
_SURROUNDED = re.compile(r".*[›»→]\s.*|.+\([0-9.,]+\)|in .*")
_GLUED = re.compile(r"\w[A-Z][a-z]")
"""A picture's letter before a capitalised word."""
FEW_WORDS = 4
"""So few words beside a name, the badge's among them, may state the badge."""


class Opening(NamedTuple):
    """Everything of a card but its description; `start` is its first token."""

    named: Named
    category: CardSpan
    tagline: CardSpan
    badge: CardSpan | None
    start: int
    extra: int
    """How many tokens of the card stand before its category and mean nothing to us."""


def read_opening(tokens: Tokens, named: Named, twin: Named | None, repeated: Repeated) -> Opening:
    """Category, tagline and badge of a card; `twin` is the other tool's card.

    Raises: FieldError where one of them is missing or ambiguous.
    """
    return _Reader(tokens, named, twin, repeated).opening()


@dataclass(slots=True)
class _Reader:
    tokens: Tokens
    named: Named
    twin: Named | None
    repeated: Repeated
    shared: frozenset[str] = frozenset()

    def opening(self) -> Opening:
        tokens, named = self.tokens, self.named
        name, triple = named.span, named.triple
        badges = [at for at in range(name.end, triple.start) if badge_at(tokens, at)]
        said = self.repeated.categories | self.repeated.taglines
        after = _meaning(tokens, named, name.end, triple.start, said)
        after = [at for at in after if at not in badges]
        before = _meaning(tokens, named, named.low, name.first, said)
        # Without a box the badge of the card before may stand there, over its description.
        early = [at for at in before[-2 - named.is_bound :] if badge_at(tokens, at)]
        before = [at for at in before if at not in early]
        if self.twin is not None and (len(after) > 1 or (named.is_bound and len(before) > 1)):
            self.shared = _alike(tokens, self.twin)
        # Without a box the card before ends there, and only few tokens can be this one's.
        near = before if named.is_bound else before[-3:]
        over = [self._bare(CardSpan(at, at + 1)) for at in near]
        under = [self._bare(span) for span in paragraphs(tokens, after)]
        glued = [badge for span in named.beside if (badge := self._badge_in(span))]
        for span in named.beside:
            if self._text(span) in self.repeated.categories:
                over.append(span)
            elif span not in glued:
                under.insert(0, span)
        if self._is_under(over, under):
            category = self._category_under(under)
            under.remove(category)
            start = _start(tokens, named, name.first)
        else:
            category = self._category(over)
            start = _start(tokens, named, category.first)
        tagline = self._tagline(under, badges)
        self._require_bare(category, tagline)
        found = [badge_at(tokens, at) for at in (*early, *badges)]
        badge = one_badge(tokens, [*glued, *filter(None, found)])
        others = [span for span in (*over, *under) if span not in (category, tagline)]
        if badge is None:
            self._require_no_badge(s for s in others if named.is_bound or s in under)
        # A ribbon over one card alone costs nothing where no field is left for it to state.
        is_told = badge is not None and self._text(category) in self.repeated.categories
        is_open = named.is_bound and not is_told
        extra = sum(span.first < category.first for span in others) if is_open else 0
        return Opening(named, category, tagline, badge, start, extra)

    def _is_under(self, over: list[CardSpan], under: list[CardSpan]) -> bool:
        """Whether the category stands under the name.

        Where no box holds the card, the decision table must say so: what stands over the name may
        be the end of another card.
        """
        if self.named.is_bound:
            return not over
        told = [span for span in under if self._text(span) in self.repeated.categories]
        is_over = any(self._text(span) in self.repeated.categories for span in over[-1:])
        return len(told) == 1 and not is_over

    def _text(self, span: CardSpan) -> str:
        return span.text(self.tokens)

    def _badge_in(self, span: CardSpan) -> CardSpan | None:
        is_badge = self._text(span).casefold() in self.tokens.words.badges
        return span if is_badge else None

    def _bare(self, span: CardSpan) -> CardSpan:
        """The span without what the interface adds: a label, a category's path or number.

        A label is the interface's where the other card prints it too, or where the decision table
        repeats the rest without it.
        """
        text, repeated = self._text(span), self.repeated
        if text in repeated.categories | repeated.taglines:
            return span
        for name, said in (("category", repeated.categories), ("tagline", repeated.taglines)):
            label = label_of(text, name)
            if label and (text[len(label) :] in said or label in _labels(self.tokens, self.twin)):
                return span._replace(skip=len(label))
        if any(said in text for said in repeated.categories):
            match = _AROUND.fullmatch(text)
            if match is not None and match[1] in repeated.categories:
                return span._replace(skip=match.start(1), cut=len(text) - match.end(1))
        letters = (len(text) - len(said) for said in repeated.categories if text.endswith(said))
        glued = (n for n in letters if is_initials(text[:n].strip(), self.named.name))
        size = next(glued, 0)
        return span._replace(skip=size) if size else span

    def _require_bare(self, category: CardSpan, tagline: CardSpan) -> None:
        """Neither begins with a label that cannot be told from its words."""
        for name, span, said in (
            ("category", category, self.repeated.categories),
            ("tagline", tagline, self.repeated.taglines),
        ):
            text = self._text(span)
            own = label_of(text, name).lower().startswith(f"{name} ")
            is_more = name == "category" and (
                _SURROUNDED.fullmatch(text) is not None
                or (_GLUED.match(text) is not None and is_initials(text[0], self.named.name))
            )
            if text not in said and (label_of(text) or own or is_more):
                raise _ambiguous(name, f"{text[:40]!r} holds more than a {name}")

    def _require_no_badge(self, others: Iterable[CardSpan]) -> None:
        """No text beside the name states the badge in other words: it would be lost."""
        for span in others:
            words = re.findall(r"\w+", self._text(span).casefold())
            if len(words) <= FEW_WORDS and not self.tokens.words.badges.keys().isdisjoint(words):
                detail = f"{self._text(span)[:40]!r} may be the badge"
                raise FieldError(code="field_word", field="badge", detail=detail)

    def _is_labelled(self, span: CardSpan, field: str) -> bool:
        """Whether the label of a field was left out before the span."""
        before = span.first - 1
        if self.tokens.key[before] == field and is_field_label(self.tokens, before):
            return True
        whole = self.tokens.join(span.first, span.end)
        return bool(span.skip) and len(label_of(whole, field)) == span.skip

    def _is_shared(self, span: CardSpan) -> bool:
        return likeness(self._text(span), self.named.name) in self.shared

    def _category(self, over: list[CardSpan]) -> CardSpan:
        """The category over the name."""
        name, texts = self.named.name, [self._text(span) for span in over]
        if not over:
            raise _missing("category", f"none over {name[:40]!r}")
        if texts[-1] == name:
            raise FieldError(
                code="duplicate_block", field="name", detail=f"{name[:40]!r} stands twice"
            )
        if texts[-2:-1] == texts[-1:]:
            raise FieldError(code="duplicate_block", field="category", detail="it stands twice")
        said = [span for span in over if self._text(span) in self.repeated.categories]
        said = said or [span for span in over if self._is_labelled(span, "category")]
        if said:
            return said[-1]
        if self.named.is_bound:
            own = [span for span in over if not self._is_shared(span)]
            if len(over) > 1 and len(own) != 1:
                raise _ambiguous("category", f"{len(over)} texts stand over {name[:40]!r}")
            return own[0] if own else over[0]
        labels = list(takewhile(lambda text: not is_sentence(text), reversed(texts)))
        if len(labels) > 1 and self.tokens.document.kind == "html":
            raise _ambiguous("category", f"{len(labels)} texts stand over {name[:40]!r}")
        return over[-1]

    def _category_under(self, under: list[CardSpan]) -> CardSpan:
        """The category of a card whose name comes first, told by the decision table."""
        said = [span for span in under if self._text(span) in self.repeated.categories]
        said = said or [span for span in under if self._is_labelled(span, "category")]
        if len(under) < 2:
            raise _missing("category", f"none over {self.named.name[:40]!r}")
        if len(said) != 1:
            raise _ambiguous("category", "category and tagline stand under the name")
        return said[0]

    def _tagline(self, under: list[CardSpan], badges: list[int]) -> CardSpan:
        """The tagline under the name, told from other paragraphs there."""
        if not under:
            raise _missing("tagline", f"none under {self.named.name[:40]!r}")
        own = [span for span in under if not self._is_shared(span)]
        said = [span for span in under if self._text(span) in self.repeated.taglines]
        chosen = under
        if not self._may_hold_badge(own, badges):
            ways = (said, own) if self.named.is_bound else (said,)
            chosen = next((way for way in ways if len(way) == 1), under)
        if len(chosen) > 1:
            raise self._several(chosen, own, badges)
        for span in under:
            if span not in chosen and any(map(self._is_statistic, span.places)):
                raise _ambiguous("tagline", f"{self._text(span)[:40]!r} stands under the name")
        require_no_repeat(self.tokens, chosen[0].first, chosen[0].end, "tagline")
        require_no_statistics(self.tokens, chosen[0], "tagline")
        return chosen[0]

    def _is_statistic(self, at: int) -> bool:
        return is_statistic(self.tokens, at)

    def _may_hold_badge(self, own: list[CardSpan], badges: list[int]) -> bool:
        """Whether more than a tagline stands where only the other card has its badge."""
        if self.twin is None or badges or len(own) < 2:
            return False
        beside = range(self.twin.span.end, self.twin.triple.start)
        return any(badge_at(self.tokens, at) for at in beside)

    def _several(self, found: list[CardSpan], own: list[CardSpan], badges: list[int]) -> ParseError:
        """Why a tagline of several paragraphs is none."""
        whole = CardSpan(found[0].first, found[-1].end)
        require_no_repeat(self.tokens, whole.first, whole.end, "tagline")
        require_no_statistics(self.tokens, whole, "tagline")
        if any(at in whole.places for at in badges):
            return _ambiguous("tagline", "a badge stands inside it")
        if self._may_hold_badge(own, badges):
            detail = "one card has a badge and the other has more under its name"
            return FieldError(code="field_word", field="badge", detail=detail)
        return _ambiguous("tagline", f"{len(found)} texts stand under the name")


def _missing(name: str, detail: str) -> FieldError:
    return FieldError(code="field_missing", field=name, detail=detail)


def _ambiguous(name: str, detail: str) -> FieldError:
    return FieldError(code="field_ambiguous", field=name, detail=detail)


def _alike(tokens: Tokens, twin: Named) -> frozenset[str]:
    """What the other card shows around its name."""
    places = [
        *_meaning(tokens, twin, twin.low, twin.span.first),
        *_meaning(tokens, twin, twin.span.end, twin.triple.start),
    ]
    return Paragraphs.read(tokens, places, twin.name).likenesses()


def _labels(tokens: Tokens, twin: Named | None) -> frozenset[str]:
    """The labels that the other card prints before its values."""
    if twin is None:
        return frozenset()
    places = (*range(twin.low, twin.span.first), *range(twin.span.end, twin.triple.start))
    return frozenset(label_of(tokens.text[at]) for at in places)


def _meaning(
    tokens: Tokens, named: Named, first: int, end: int, said: Set[str] = frozenset()
) -> list[int]:
    """The tokens that are more than decoration; what the decision table says is."""
    places = range(first, end)
    return [at for at in places if tokens.text[at] in said or _means(tokens, at, named.name)]


def _means(tokens: Tokens, at: int, name: str) -> bool:
    """Whether a token is more than an icon, the avatar's letters, a control or a card's label."""
    if tokens.is_decoration(at) or tokens.is_control(at) or is_initials(tokens.text[at], name):
        return False
    return not is_field_label(tokens, at)


def _start(tokens: Tokens, named: Named, start: int) -> int:
    """The first token of a card: its category, or an avatar, icon or badge before it."""
    while start > named.low:
        if _means(tokens, start - 1, named.name) and not badge_at(tokens, start - 1):
            break
        start -= 1
    return start
