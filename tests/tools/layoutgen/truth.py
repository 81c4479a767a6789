"""Random but plausible comparisons of tools that do not exist: the same seed, the same page."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from layoutgen import words
from layoutgen.facts import ROWS, PageTruth, QuoteTruth, Shows, ToolTruth, norm

__all__ = [
    "ROWS",
    "PageTruth",
    "QuoteTruth",
    "Shows",
    "ToolTruth",
    "make_truth",
    "norm",
    "plain_truth",
]


def plain_truth(rng: Random) -> PageTruth:
    """A page without disagreements, with eight quotes and a plain address."""
    while True:
        truth = make_truth(rng)
        if (
            not truth.tags & {"odd", "cue", "conflict", "few", "slug", "same"}
            and not truth.other_reviewer
        ):
            return truth


def make_truth(rng: Random) -> PageTruth:
    """A random page; equal seeds give equal pages."""
    tags: set[str] = set()
    used: set[str] = set()
    first, second = _tool(rng, used, tags), _tool(rng, used, tags)
    if rng.random() < 0.08:
        second.name = first.name
        tags.add("same")
    if len(first.quotes) == 3 and len(second.quotes) == 3 and first.gap == second.gap:
        first.gap = second.gap = 4
    if rng.random() < 0.1:
        _make_odd(rng, first if rng.random() < 0.5 else second, tags)
    people = rng.sample(words.REVIEWERS, 5)
    return PageTruth(
        tools=(first, second),
        reviewers=people[:4],
        other_reviewer=people[4] if rng.random() < 0.12 else None,
        url=_address(rng, first, second, tags),
        tags=tags,
        url_from=rng.choice(("asked", "asked", "canonical", "nowhere")),
    )


def _make_odd(rng: Random, tool: ToolTruth, tags: set[str]) -> None:
    tool.odd = rng.choice(
        (
            "badge_disagrees",
            "share_disagrees",
            "tagline_disagrees",
            "category_disagrees",
            "verdicts_disagree",
        )
    )
    tags.add("odd")
    if tool.odd == "verdicts_disagree":
        quote = tool.quotes[0]
        quote.verdict = "skip" if quote.verdict == "ship" else "ship"


def _address(rng: Random, first: ToolTruth, second: ToolTruth, tags: set[str]) -> str:
    """The page's address; now and then a hard one. Sets the tools' slugs."""
    parts = [
        "-".join(
            rng.sample(
                (
                    "opens",
                    "quiet",
                    "launches",
                    "new",
                    "toolkit",
                    "edge",
                    "releases",
                    "4b",
                    "small",
                    "weather",
                ),
                rng.randint(3, 5),
            )
        )
        for _ in range(2)
    ]
    low, high = sorted(parts) if parts[0] != parts[1] else (parts[0], parts[0] + "-model")
    kind = rng.random()
    if kind < 0.08:
        high = low + "-model"
    elif kind < 0.12:
        low, high = high, low
        tags.add("slug")
    elif kind < 0.18:
        low, high = sorted((low + "-vs-" + rng.choice(("aaa", "zzz")), high))
        tags.add("slug")
    first.slug, second.slug = low, high
    return f"https://shiporskip.io/compare/{low}-vs-{high}"


def _tool(rng: Random, used: set[str], tags: set[str]) -> ToolTruth:
    noun = rng.choice(words.NOUNS)
    size = 3 if rng.random() < 0.12 else 4
    ship = rng.choice((1, 2, 2)) if size == 3 else rng.choice((4, 4, 4, 3, 3, 3, 3, 2, 1, 0))
    if size == 3:
        tags.add("few")
    entry = rng.choice(("Free", "Free", "Paid"))
    votes = rng.choice((1, 2, 9, 11, 40))
    liked = rng.randint(0, votes)
    share = (200 * liked + votes) // (2 * votes)
    tool = ToolTruth(
        slug="",
        name=_fresh(rng, used, lambda: _name(rng)),
        category=rng.choice(words.CATEGORIES),
        tagline=_fresh(rng, used, lambda: rng.choice(words.TAGLINES).format(n=noun.lower())),
        paragraphs=_paragraphs(rng, noun, used, words.PLAIN, rng.choice((1, 1, 1, 2, 3))),
        ship=ship,
        skip=size - ship,
        entry=entry,
        quotes=[],
        gap=rng.choice((2, 3, 4, 4)),
        community=(share, liked, votes) if rng.random() < 0.35 else None,
        pricing=rng.choice(words.FREE_PRICES if entry == "Free" else words.PAID_PRICES),
    )
    verdicts = ["ship"] * ship + ["skip"] * (size - ship)
    rng.shuffle(verdicts)
    tool.quotes = [_quote(rng, noun, used, v) for v in verdicts]
    _add_cues(rng, tool, tags)
    return tool


def _add_cues(rng: Random, tool: ToolTruth, tags: set[str]) -> None:
    """Now and then a skip says so in words; rarely one more than the share allows."""
    if tool.share in (0, 50, 100) or rng.random() > 0.15:
        return
    who = [q for q in tool.quotes if q.verdict == "skip"]
    tags.add("cue")
    if tool.share > 50 and rng.random() < 0.2:
        who = tool.quotes[:2]
        tags.add("conflict")
    for quote in who:
        quote.cue, sentence = rng.choice(words.CUES)
        quote.paragraphs = [
            rng.choice((p + " " + sentence, sentence + " " + p)) for p in quote.paragraphs[:1]
        ]


def _name(rng: Random) -> str:
    stem, other = rng.sample(words.STEMS, 2)
    noun, second = rng.sample(words.NOUNS, 2)
    return rng.choice(words.NAME_FORMS).format(
        a=stem, b=other, n=noun, m=second, v=rng.choice(("2", "3.1", "4.0", "24", "0.9"))
    )


def _fresh(rng: Random, used: set[str], make: Callable[[], str]) -> str:
    """A value that stands nowhere else on the page."""
    text = make()
    while text in used:
        text = make()
    used.add(text)
    return text


def _paragraphs(
    rng: Random, noun: str, used: set[str], pool: tuple[str, ...], count: int
) -> list[str]:
    out = []
    for _ in range(count):
        sentences = []
        for _ in range(rng.randint(2, 4)):
            chance = rng.random()
            source = pool if chance < 0.6 else words.ANCHORED if chance < 0.8 else words.FANCY
            left = [s for s in source if s not in used] or [s for s in pool if s not in used]
            if left:
                sentences.append(rng.choice(left))
                used.add(sentences[-1])
        if not sentences:
            sentences.append(f"Note {rng.randint(100, 99999)}: nothing more to say of it.")
        out.append(" ".join(s.replace("{n}", noun.lower()) for s in sentences))
    return out


def _quote(rng: Random, noun: str, used: set[str], verdict: str) -> QuoteTruth:
    seen = set(used) if rng.random() < 0.9 else set()
    paragraphs = _paragraphs(rng, noun, seen, words.VOICE, 2 if rng.random() < 0.12 else 1)
    paragraphs[-1] += f" Trial {rng.randint(100, 99999)}, day {rng.randint(2, 30)}."
    if rng.random() < 0.04:
        a, b = rng.sample(words.NOUNS, 2)
        paragraphs = [words.NO_PAIR.format(a=a, b=b, k=rng.randint(100, 99999))]
    low, high = (60, 99) if verdict == "ship" else (5, 62)
    return QuoteTruth(paragraphs, rng.randint(low, high), verdict)
