"""Pages changed as publishers change theirs, by listed rules, and what a reader would see of each.

    python tests/tools/drift_rules.py               counts by rule, and each mutant read wrong
    python tests/tools/drift_rules.py swap reader   the mutants of one rule with one outcome

The command judges every mutant, and ends with 1 where one was read wrong; the tests leave out two
of three by the rules in THINNED.

A mutant is judged by the record of its unharmed page, which is known to be right; OUTCOMES says
what may come of it. Changes of one marked block of a generated page stand in layoutgen.mutate;
here whole pages of any origin are changed, as a publisher would change a template.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

from drift_pages import Edit, Element, Line, Page, pages
from layoutgen import mutate

from parsers.page.inline import INLINE

RENAMED = {
    "panel ship": "Panel grade", "community": "Crowd", "entry": "Admission",
    "reviewer scorecard": "What they told us", "decision": "At a glance",
    "decision table": "At a glance", "panel verdict": "Panel says", "pricing": "Cost",
    "best for": "Made for", "category": "Kind",
}  # fmt: skip
HEADS = {"pricing", "bestfor"}
QUOTED = {"straight": '""', "angle": "«»", "single": "‘’", "low": "„“", "none": ("", "")}


Reading = Callable[[str, Any, Any], bool]
"""Whether a reader of the changed page too would write the new value of a field, not the old."""


@dataclass(frozen=True)
class Mutant:
    """One changed page. Absent: without `reads` no reader would write another record."""

    rule: str
    what: str
    page: Page
    body: bytes
    reads: Reading | None = None


# --- the rules ---


def rename(page: Page) -> Iterator[Mutant]:
    """A label gets another word: each alone, then every one of its kind."""
    found: dict[str, list[Edit]] = {}
    for start, end, text in page.reader.texts:
        key = text.strip().rstrip(":").casefold()
        if key in RENAMED:
            found.setdefault(key, []).append((start, end, RENAMED[key]))
    for key, edits in found.items():
        for number, edit in enumerate(edits):
            yield Mutant("rename", f"{key} {number}", page, page.edited(edit))
        yield Mutant("rename", f"{key} all", page, page.edited(*edits))


def header(page: Page) -> Iterator[Mutant]:
    """A tool's name is written differently where it heads a column, names a side or a card."""
    names = [tool["name"] for tool in page.whole["tools"]]
    for element in _leaves(page):
        text = page.text(element)
        if text in names:
            word = f"Contestant {names.index(text) + 1}"
            edit = (element.inner, element.after, word)
            yield Mutant("header", f"{text} at {element.start}", page, page.edited(edit))


def drop(page: Page) -> Iterator[Mutant]:
    """One element that holds text is gone."""
    for element in _leaves(page):
        yield Mutant(
            "drop",
            _name(page, element),
            page,
            page.edited((element.start, element.end, "")),
            _times(page, element, 0),
        )


def duplicate(page: Page) -> Iterator[Mutant]:
    """One element that holds text stands twice in a row."""
    for element in _leaves(page):
        twice = page.source[element.start : element.end] * 2
        # Words may stand twice in a sentence; a block that does is no sentence of anybody's.
        reads = _times(page, element, 2) if element.tag in INLINE else None
        yield Mutant(
            "duplicate",
            _name(page, element),
            page,
            page.edited((element.start, element.end, twice)),
            reads,
        )


def swap(page: Page) -> Iterator[Mutant]:
    """Two neighbours of one tag change places: cells, columns, rows, cards, paragraphs."""
    by_parent: dict[int, list[Element]] = {}
    for element in page.elements:
        if element.last > element.first:
            by_parent.setdefault(element.parent, []).append(element)
    for siblings in by_parent.values():
        for one, other in pairwise(siblings):
            if one.tag == other.tag and page.text(one) != page.text(other):
                first, second = (page.source[e.start : e.end] for e in (one, other))
                body = page.edited((one.start, one.end, second), (other.start, other.end, first))
                yield Mutant(
                    "swap",
                    f"{_name(page, one)} with {_name(page, other)}",
                    page,
                    body,
                    _exchanged(page, one, other),
                )


def cut(page: Page) -> Iterator[Mutant]:
    """The page ends early."""
    body = page.encode(page.source)
    for part in mutate.cuts(body, Random(page.name), 60):
        yield Mutant("cut", f"at byte {len(part)}", page, part)


def requote(page: Page) -> Iterator[Mutant]:
    """Other quotation marks: around one quote, then around all."""
    pairs = [
        (opening.start(), closing.start())
        for opening in re.finditer("“", page.source)
        if (closing := re.compile(r"”(?=\s*<)").search(page.source, opening.start()))
        and page.source[: opening.start()].rstrip().endswith(">")
    ]
    for name, marks in QUOTED.items():
        edits = [((one, one + 1, marks[0]), (other, other + 1, marks[1])) for one, other in pairs]

        def reads(field: str, old: Any, new: Any, marks: Sequence[str] = marks) -> bool:
            if not field.endswith(".text"):
                return _without_marks(old) == _without_marks(new)
            # A text may begin and end with marks that are no pair; those are its own.
            inner = old[1:-1] if old[0] + old[-1] == "“”" else old
            return new in (f"{marks[0]}{text}{marks[1]}" for text in (old, inner))

        for number, pair in enumerate(edits):
            yield Mutant("requote", f"{name} {number}", page, page.edited(*pair), reads)
        if edits:
            every = [edit for pair in edits for edit in pair]
            yield Mutant("requote", f"{name} all", page, page.edited(*every), reads)


def _without_marks(text: str) -> str:
    return re.sub('["“”„«»‘’]', "", text)


def column(page: Page) -> Iterator[Mutant]:
    """A new column stands left of ours: a rank, a note, or a third tool's."""
    guest = "<p>Guest</p><p>71/100 · ship</p><p>“It held.”</p>"
    for table in (e for e in page.elements if e.tag in ("table", "tbody")):
        rows = [e for e in page.elements if e.tag == "tr" and table.start < e.start < table.end]
        if not rows or table.tag == "tbody":
            continue
        for name, cells in {
            "rank": [str(n) for n in range(len(rows))],
            "note": ["Our note", *["see below"] * len(rows)],
            "tool": ["Gamma Pad", *[guest] * len(rows)],
        }.items():
            edits = [
                (row.inner, row.inner, f"<td>{cell}</td>")
                for row, cell in zip(rows, cells, strict=False)
            ]
            yield Mutant("column", f"{name} at {table.start}", page, page.edited(*edits))


def paginate(page: Page) -> Iterator[Mutant]:
    """The scorecard stops early, and a button promises the rest."""
    cells = _cells(page)
    for keep in range(1, len(cells)):
        gone = [(cell.start, cell.end, "") for cell in cells[keep:]]
        for words in ("<p>Load more reviews</p>", "<p>Page 1 of 2</p>", ""):
            edits = [*gone[:-1], (*gone[-1][:2], words)]
            yield Mutant("paginate", f"{keep} cells, {words[3:7]}", page, page.edited(*edits))


def both_layouts(page: Page) -> Iterator[Mutant]:
    """The old page and the new one stand in one document, one behind the other."""
    body = next((e for e in page.elements if e.tag == "body"), None)
    if body is None:
        return
    old = page.source[body.inner : body.after]
    new = re.sub(r"<(/?)(?:p|section|article)\b", r"<\1div", old)
    for name, text in {"behind": old + new, "before": new + old, "twice": old + old}.items():
        yield Mutant("both_layouts", name, page, page.edited((body.inner, body.after, text)))


def restyle(page: Page) -> Iterator[Mutant]:
    """Classes, identifiers and tags that mean nothing are renamed: the record stays."""
    yield Mutant(
        "restyle",
        "classes",
        page,
        page.encode(re.sub(r"\b(class|id)=(\"[^\"]*\"|'[^']*'|[^\s>]+)", r'\1="z9"', page.source)),
    )
    yield Mutant(
        "restyle",
        "no classes",
        page,
        page.encode(re.sub(r"\s(class|id)=(\"[^\"]*\"|'[^']*'|[^\s>]+)", "", page.source)),
    )
    yield Mutant(
        "restyle",
        "sections",
        page,
        page.encode(re.sub(r"<(/?)(?:section|article|main|figure)\b", r"<\1div", page.source)),
    )


def scripted(page: Page) -> Iterator[Mutant]:
    """The content moves into a script, and the frame stays."""
    for element in page.elements:
        if element.tag in ("main", "section", "article", "table", "body") and page.text(element):
            inner = page.source[element.inner : element.after].replace("</script", "")
            for tag in ("script type='application/json'", "template", "noscript"):
                text = f"<{tag}>{inner}</{tag.split()[0]}>"
                yield Mutant(
                    "scripted",
                    f"{element.tag} at {element.start} in {tag[:8]}",
                    page,
                    page.edited((element.inner, element.after, text)),
                    _times(page, element, 0),
                )


def sponsor(page: Page) -> Iterator[Mutant]:
    """A third card stands beside the two."""
    card = (
        "<{0}><p>Productivity</p><h2>Gamma Pad</h2><p>Sponsored, of course</p><p>Ship</p>"
        "<div><p>75%</p><p>Panel ship</p></div><div><p>—</p><p>Community</p></div>"
        "<div><p>Paid</p><p>Entry</p></div><p>Gamma Pad pays for this place.</p></{0}>"
    )
    cards = _parts(page, "tools")
    for number, element in enumerate(cards):
        text = card.format(element.tag)
        yield Mutant(
            "sponsor", f"before {number}", page, page.edited((element.start, element.start, text))
        )
        yield Mutant(
            "sponsor", f"behind {number}", page, page.edited((element.end, element.end, text))
        )


RULES: tuple[Callable[[Page], Iterator[Mutant]], ...] = (
    rename,
    header,
    drop,
    duplicate,
    swap,
    cut,
    requote,
    column,
    paginate,
    both_layouts,
    restyle,
    scripted,
    sponsor,
)

THINNED = (drop, duplicate, cut, requote)
"""The rules that do the same to each of many elements of a page, whose faults many pages show."""


def mutants(page: Page, rule: Callable[[Page], Iterator[Mutant]]) -> list[Mutant]:
    """A page's mutants by a rule; of many a third, and of the next page another third.

    They are drawn: in a scorecard each third element is a quote, or none is.
    """
    found = list(rule(page))
    if rule not in THINNED:
        return found
    return Random(f"{rule.__name__} {page.name}").sample(found, len(found) // 3)


# --- what a reader would see ---


def _leaves(page: Page) -> Iterator[Element]:
    """The elements that hold text of their own."""
    return (e for e in page.elements if e.has_own_text and e.last > e.first)


def _parts(page: Page, group: str) -> list[Element]:
    """The largest elements that hold fields of exactly one card, or one quote."""
    found: dict[str, Element] = {}
    for element in page.elements:
        wholes = {
            m[0] for name in page.fields_in(element) if (m := re.match(rf"{group}\[\d\]", name))
        }
        needs = ("description", "name") if group == "tools" else ("text",)
        if len(wholes) == 1:
            key = wholes.pop()
            if all(f"{key}.{need}" in page.fields_in(element) for need in needs):
                found.setdefault(key, element)
    return [found[key] for key in sorted(found)]


def _cells(page: Page) -> list[Element]:
    return sorted(_parts(page, "quotes"), key=lambda element: element.start)


def _name(page: Page, element: Element) -> str:
    fields = ", ".join([*page.fields_in(element), *page.partly_in(element)])
    return f"<{element.tag}> {fields or page.text(element)[:30]!r}"


def _times(page: Page, element: Element, times: int) -> Reading:
    """The element stands 0 or 2 times: texts lose or double its words, optional fields are null."""
    gone = set(page.fields_in(element))
    stream = "".join(page.reader.seen)

    def reads(field: str, old: Any, new: Any) -> bool:
        parent = re.sub(r"\.(ship_percent|ship|votes)$", "", field)
        if not times and {field, parent} & gone and new in (None, "unanimous", "remainder", "cue"):
            return True
        if field.endswith(("verdict", "verdict_source", "verdict_span")):
            return f"{field.split('.')[0]}.score" in gone
        words = "".join(
            stream[start : max(start, min(end, element.first))]
            + stream[max(start, element.first) : min(end, element.last)] * times
            + stream[min(end, max(start, element.last)) : end]
            for start, end, name in sorted(page.fields)
            if name == field
        )
        return bool(words) and isinstance(new, str) and _squeezed(new) == _squeezed(words)

    return reads


def _squeezed(text: str) -> str:
    """A text without white space and quotation marks, of which a change may take one of a pair."""
    return "".join(text.split()).replace("“", "").replace("”", "")


def _exchanged(page: Page, one: Element, other: Element) -> Reading:
    """Two elements have changed places: what was read from one is read from the other."""
    ours, theirs = page.fields_in(one), page.fields_in(other)
    names = {_squeezed(tool["name"]) for tool in page.whole["tools"]}
    texts = [_squeezed(page.text(each)) for each in (one, other)]
    pairs: dict[str, str] = {}
    if [_last(f) for f in ours] == [_last(f) for f in theirs]:
        pairs = {**dict(zip(ours, theirs, strict=True)), **dict(zip(theirs, ours, strict=True))}
    if set(texts) == names:
        # Two columns' headings: whatever stands below is now said of the other tool.
        at = {(q["tool"], q["slot"]): n for n, q in enumerate(page.whole["quotes"])}
        pairs = {
            f"quotes[{n}]": f"quotes[{at[3 - tool, slot]}]"
            for (tool, slot), n in at.items()
            if (3 - tool, slot) in at
        }
        for field in ("votes", "community", "pricing"):
            pairs |= {f"tools[{n}].{field}": f"tools[{1 - n}].{field}" for n in (0, 1)}
    rows = _rows_exchanged(page.whole, ours, theirs)
    stream = "".join(page.reader.seen)
    first, between, second = (
        _squeezed(stream[a:b])
        for a, b in ((one.first, one.last), (one.last, other.first), (other.first, other.last))
    )

    def reads(field: str, old: Any, new: Any) -> bool:
        if rows is not None and new == _get(rows, field):
            return True
        if (
            field.endswith(".pricing")
            and isinstance(new, str)
            and (_squeezed(new) in texts or {text.casefold() for text in texts} == HEADS)
        ):
            return True  # the cells, or the labels above them, of two rows are exchanged
        whole = field.split(".")[0]
        for pair in (field, re.sub(r"\.\w+$", "", field), whole):
            if pair in pairs and new == _get(page.whole, pairs[pair] + field[len(pair) :]):
                return True
        base = re.sub("_(source|span)$", "", field)
        if base in pairs and new == _get(page.whole, pairs[base] + field[len(base) :]):
            return True
        if not (isinstance(old, str) and isinstance(new, str)):
            return False
        moved = _squeezed(old).replace(first + between + second, second + between + first)
        return _squeezed(new) == moved

    return reads


def _rows_exchanged(whole: Line, ours: list[str], theirs: list[str]) -> Line | None:
    """The record with two rows of the scorecard exchanged, where two elements hold one each."""
    slots = []
    for fields in (ours, theirs):
        numbers = {int(m[1]) for f in fields if (m := re.match(r"quotes\[(\d)\]", f))}
        slots.append({whole["quotes"][number]["slot"] for number in numbers})
    if any(len(each) != 1 for each in slots) or slots[0] == slots[1]:
        return None
    (one,), (other,) = slots
    other_slot = {one: other, other: one}
    quotes = []
    for quote in whole["quotes"]:
        slot = other_slot.get(quote["slot"], quote["slot"])
        position = 2 * (slot - 1) + quote["tool"]
        quotes.append({**quote, "slot": slot, "position": position})
    return {**whole, "quotes": sorted(quotes, key=lambda quote: quote["position"])}


def _last(field: str) -> str:
    return field.split(".")[-1]


def _get(line: Line, field: str) -> Any:
    at: Any = line
    for part in re.findall(r"\w+", field):
        at = at[int(part)] if part.isdigit() else at.get(part) if at is not None else None
    return at


# --- judging ---


def judge(mutant: Mutant) -> tuple[str, Line]:
    """What came of a mutant: a word of OUTCOMES, and the line."""
    line, whole = mutant.page.line(mutant.body), mutant.page.whole
    if line["kind"] == "failure":
        return "refused", line
    differ = differences(mutant.page, line)
    if not differ:
        return "equal", line
    reads = mutant.reads or (lambda field, old, new: False)
    if all(reads(*each) for each in differ):
        return "reader", line
    known = [(f["code"], f["field"], f["detail"]) for f in whole["findings"]]
    if all((f["code"], f["field"], f["detail"]) in known for f in line["findings"]):
        return "wrong", line
    # A value that is gone and said to be gone is a loss; another value in its place is not.
    is_loss = all(reads(*each) or _is_less(*each) for each in differ)
    return ("told" if is_loss else "misread"), line


OUTCOMES = {
    "equal": "the record of the unharmed page",
    "refused": "a failure with its code",
    "reader": "the other record, which a reader of the changed page would write down too",
    "told": "a value is null that the page may still show, and a finding says so",
    "misread": "a finding, but also a value that no reader would write down",
    "wrong": "a value that no reader would write down, and no word about it",
}


def _is_less(field: str, old: Any, new: Any) -> bool:
    """Whether a value is null now, or is inferred where it was printed."""
    inferred = ("unanimous", "remainder", "cue")
    return new is None or (field.endswith("verdict_source") and new in inferred)


def differences(page: Page, line: Line) -> list[tuple[str, Any, Any]]:
    """Where a line is not the unharmed page's; findings, layout and path are not compared."""
    return mutate.differences(_plain(page.whole), _plain(line))


def _plain(line: Line) -> Line:
    return {**mutate.simplified(line), "findings": []}


@dataclass(frozen=True)
class Result:
    """One mutant judged."""

    page: str
    rule: str
    what: str
    outcome: str
    differ: tuple[tuple[str, Any, Any], ...]

    def __str__(self) -> str:
        shown = ", ".join(
            f"{f}: {str(a)[-30:]!r} -> {str(b)[-30:]!r}" for f, a, b in self.differ[:2]
        )
        return f"{self.outcome} {self.page} | {self.rule} {self.what[:160]} | {shown}"


@cache
def results(is_whole: bool = False) -> list[Result]:
    """Mutants of every page by every rule, judged: each of them where it is the whole."""
    found = []
    for page in pages():
        assert page.whole["kind"] == "comparison", page.name
        for rule in RULES:
            for mutant in rule(page) if is_whole else mutants(page, rule):
                outcome, line = judge(mutant)
                differ = () if outcome == "refused" else tuple(differences(page, line))
                found.append(Result(page.name, mutant.rule, mutant.what, outcome, differ))
    return found


def table(found: list[Result]) -> str:
    """The counts by rule and outcome, as text."""
    counts = Counter((each.rule, each.outcome) for each in found)
    lines = [f"{'rule':14}" + "".join(f"{outcome:>9}" for outcome in OUTCOMES)]
    for rule in RULES:
        name = rule.__name__
        row = "".join(f"{counts[name, outcome] or '-':>9}" for outcome in OUTCOMES)
        lines.append(f"{name:14}{row}")
    return "\n".join(lines)


def main() -> int:
    words = sys.argv[1:]
    shown = {words[1]} if len(words) > 1 else {"wrong", "misread"}
    found = results(is_whole=True)
    for each in found:
        if each.outcome in shown and (not words or each.rule == words[0]):
            print(each)
    print(table(found))
    return int(any(each.outcome in ("wrong", "misread") for each in found))


if __name__ == "__main__":
    raise SystemExit(main())
