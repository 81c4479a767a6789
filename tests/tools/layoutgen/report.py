"""Reads generated pages with the project's parser and prints what it got wrong.

    python tests/tools/layoutgen/report.py --layouts all --pages 30 --seed 1 --mutants --show 3
    python tests/tools/layoutgen/report.py --dump columns 7 page.html
    python tests/tools/layoutgen/report.py --dump columns 7 page.html --harm "drop t0.category"
    python tests/tools/layoutgen/report.py --dump "bad:three cards" 1 page.html

A page is named by its layout and seed. Path, layout, schema, trace and the details of findings
are not compared.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

for _folder in (Path(__file__).parents[1], Path(__file__).parents[3]):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from layoutgen import LAYOUTS, PageTruth, Rendered, make_truth, mutate  # noqa: E402
from layoutgen.bad import URL, bad_pages  # noqa: E402

CRASHES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass
class Count:
    """What came out for one layout."""

    pages: int = 0
    exact: int = 0
    mutants: int = 0
    mutants_wrong: int = 0
    cuts: int = 0
    cuts_wrong: int = 0
    notes: dict[str, str] = field(default_factory=dict)
    """The first example of each reason."""
    reasons: Counter[str] = field(default_factory=Counter)

    def note(self, reason: str, text: str) -> None:
        self.reasons[reason] += 1
        self.notes.setdefault(reason, text)


def make(layout: str, seed: int) -> tuple[PageTruth, Rendered]:
    """The page with this name."""
    rng = Random(f"{layout}:{seed}")
    truth = make_truth(rng)
    return truth, LAYOUTS[layout](truth, rng)


def read(body: bytes, content_type: str, url: str | None) -> dict[str, Any]:
    """What the parser makes of a page; a crash is the kind `crash`."""
    from parsers import read_page
    from schema.page import RawPage
    from schema.records import dump_line

    page = RawPage(url=url, body=body, content_type=content_type)
    try:
        line: dict[str, Any] = json.loads(dump_line(read_page(page)))
    except CRASHES as error:
        return {
            "kind": "crash",
            "code": type(error).__name__,
            "field": None,
            "detail": str(error)[:120],
        }
    return line


def wrongs(truth: PageTruth, page: Rendered, line: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The fields in which a line is not right; the refusal itself where there is none."""
    is_few = sum(len(t.quotes) for t in truth.tools) < 8
    if line["kind"] != "comparison":
        if line["kind"] == "failure" and is_few and not page.shows.is_certain:
            return []
        got = f"{line.get('code')} {line.get('field')}: {line.get('detail')}"
        return [(line["kind"], "a comparison", got)]
    expected = truth.expected(page.style, page.address, page.shows)
    return mutate.differences(expected, line, truth.optional(page.shows))


def short(value: Any, width: int = 70) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else f"{text[: width // 2]} … {text[-width // 2 + 3 :]}"


def around(want: Any, got: Any) -> tuple[str, str]:
    """Two values cut to where they begin to differ."""
    if not (isinstance(want, str) and isinstance(got, str)):
        return short(want), short(got, 160)
    at = next(
        (n for n, (a, b) in enumerate(zip(want, got, strict=False)) if a != b),
        min(len(want), len(got)),
    )
    start = max(0, at - 15)
    lead = f"[{at}] …" if start else ""
    return lead + repr(want[start : start + 60]), lead + repr(got[start : start + 160])


def kind_of(harm: str) -> str:
    """A mutant's name without its numbers, so that equal harms count together."""
    return re.sub(r"\d+", "#", harm)


def check_page(name: str, seed: int, count: Count) -> None:
    truth, page = make(name, seed)
    bad = wrongs(truth, page, read(page.html, page.content_type, page.asked))
    count.pages += 1
    count.exact += not bad
    if bad:
        where, want, got = bad[0]
        one, two = around(want, got)
        reason = short(got, 40).split(":")[0] if where in ("failure", "crash", "other") else where
        more = f" (+{len(bad) - 1} more)" if len(bad) > 1 else ""
        tags = f" {sorted(truth.tags)}" if truth.tags else ""
        count.note(reason, f"{name} {seed}{tags} {where}{more}\n    want {one}\n    got  {two}")


def check_harm(name: str, seed: int, count: Count, cuts: int) -> bool:
    """Mutants and cuts of one page; false for a page that is not read right even unharmed."""
    truth, page = make(name, seed)
    whole = read(page.html, page.content_type, page.asked)
    if whole["kind"] != "comparison" or wrongs(truth, page, whole):
        return False
    for mutant in mutate.mutants_of(truth, page):
        line = read(mutant.html, page.content_type, page.asked)
        count.mutants += 1
        if mutate.judge(mutant, truth, line, whole) != "ok":
            count.mutants_wrong += 1
            bad = (
                mutate.differences(mutant.allowed[0], line, set(mutant.baseline))
                if line["kind"] == "comparison"
                else [(line["kind"], "", line.get("detail"))]
            )
            where, want, got = bad[0]
            one, two = around(want, got)
            count.note(
                kind_of(f"{mutant.kind} {mutant.block}"),
                f"{name} {seed} {mutant.kind} {mutant.block}: {where}\n    want {one}\n"
                f"    got  {two}",
            )
    for body in mutate.cuts(page.html, Random(seed), cuts):
        line = read(body, page.content_type, page.asked)
        count.cuts += 1
        if mutate.judge_cut(truth, page, line) != "ok":
            count.cuts_wrong += 1
            count.note(
                "cut",
                f"{name} {seed} cut at byte {len(body)} of {len(page.html)}: "
                f"{short(mutate.simplified(line))}",
            )
    return True


def check_bad(seeds: range, show: int) -> tuple[int, int]:
    """How many bad pages there were, and how many were accepted."""
    total, taken = 0, Counter[str]()
    for seed in seeds:
        for name, body in bad_pages(Random(f"bad:{seed}")):
            total += 1
            line = read(body, "text/html; charset=utf-8", URL)
            if line["kind"] != "failure":
                codes = {f["code"] for f in line.get("findings", [])} or {line.get("code", "")}
                taken[f"{name} -> {line['kind']} {' '.join(sorted(codes))}".rstrip()] += 1
    for name, times in taken.most_common(show * 10):
        print(f"  accepted {times:3} x  {name}")
    return total, sum(taken.values())


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--layouts", default="all", help="names with commas, or all")
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1, help="the first page's seed")
    parser.add_argument("--mutants", action="store_true", help="also blocks changed, and cuts")
    parser.add_argument("--harmed", type=int, default=3, help="pages a layout to be harmed")
    parser.add_argument("--cuts", type=int, default=150, help="cuts a page")
    parser.add_argument("--bad", type=int, default=3, help="sets of bad pages")
    parser.add_argument("--show", type=int, default=3, help="examples a layout")
    parser.add_argument(
        "--dump",
        nargs=3,
        metavar=("LAYOUT", "SEED", "FILE"),
        help="write one page, print its record; LAYOUT may be bad:NAME",
    )
    parser.add_argument("--harm", help="with --dump: a mutant's kind and block")
    return parser.parse_args()


def dump(layout: str, seed: str, file: str, harm: str | None) -> None:
    """Writes one page; prints what it must give, and what the parser makes of it."""
    asked: str | None = URL
    if layout.startswith("bad:"):
        body = dict(bad_pages(Random(f"bad:{seed}")))[layout[4:]]
        content_type = "text/html; charset=utf-8"
    else:
        truth, page = make(layout, int(seed))
        body, content_type, asked = page.html, page.content_type, page.asked
        print(
            json.dumps(
                truth.expected(page.style, page.address, page.shows), ensure_ascii=False, indent=1
            )
        )
        print(f"tags {sorted(truth.tags)}")
        if harm:
            body = next(
                m.html for m in mutate.mutants_of(truth, page) if f"{m.kind} {m.block}" == harm
            )
    Path(file).write_bytes(body)
    print(f"{file}: {len(body)} bytes, {content_type}, asked as {asked}")
    print(json.dumps(read(body, content_type, asked), ensure_ascii=False))


def harms(counts: dict[str, Count]) -> None:
    """Which changes slip through, over all layouts."""
    total, where = Counter[str](), dict[str, set[str]]()
    for name, count in counts.items():
        for reason, times in count.reasons.items():
            if reason.split()[0] in (*mutate.KINDS, "cut"):
                total[reason] += times
                where.setdefault(reason, set()).add(name)
    for reason, times in total.most_common(25):
        print(f"  silently wrong {times:4} x  {reason:26} {' '.join(sorted(where[reason]))}")


def main() -> int:
    args = options()
    if args.dump:
        layout, seed, file = args.dump
        dump(layout, seed, file, args.harm)
        return 0
    names = list(LAYOUTS) if args.layouts == "all" else args.layouts.split(",")
    counts = {name: Count() for name in names}
    for name, count in counts.items():
        for seed in range(args.seed, args.seed + args.pages):
            check_page(name, seed, count)
        if args.mutants:
            left = args.harmed
            for seed in range(args.seed, args.seed + args.pages):
                if left and check_harm(name, seed, count, args.cuts):
                    left -= 1
        for text in list(count.notes.values())[: args.show]:
            print(text)
    total, accepted = check_bad(range(args.seed, args.seed + args.bad), args.show)
    print(
        f"\n{'layout':13}{'pages':>6}{'exact':>6}{'mutants':>9}{'wrong':>6}{'cuts':>7}"
        f"{'wrong':>6}  first wrong fields"
    )
    for name, c in counts.items():
        why = ", ".join(f"{r} x{n}" for r, n in c.reasons.most_common(4))
        print(
            f"{name:13}{c.pages:6}{c.exact:6}{c.mutants:9}{c.mutants_wrong:6}{c.cuts:7}"
            f"{c.cuts_wrong:6}  {why}"
        )
    if args.mutants:
        harms(counts)
    pages, exact = sum(c.pages for c in counts.values()), sum(c.exact for c in counts.values())
    print(
        f"{'all':13}{pages:6}{exact:6} ({exact / max(1, pages):.1%})   "
        f"bad pages {total}, accepted {accepted}"
    )
    return 0 if exact == pages and not accepted else 1


if __name__ == "__main__":
    raise SystemExit(main())
