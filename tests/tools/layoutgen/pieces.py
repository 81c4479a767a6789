"""Parts that many layouts share: fields with their marks, decision tables, page furniture."""

from __future__ import annotations

from random import Random

from layoutgen.markup import Ink, element, mark
from layoutgen.truth import PageTruth, Shows

LABELS = {"share": "Panel ship", "community": "Community", "entry": "Entry"}
ROW_LABELS = {
    "votes": "Panel verdict",
    "community": "Community",
    "pricing": "Pricing",
    "best": "Best for",
    "category": "Category",
}
EYEBROW = "AI tool comparison"
QUESTION = "Which one should you ship with? Two panels and one table, side by side."
LETTER = ("Weekly AI Tool Verdicts", "One letter, every Thursday", "No more than four lines.")


class Fields:
    """The fields of one page, each as a marked element with the tag asked for."""

    def __init__(
        self,
        truth: PageTruth,
        ink: Ink,
        shows: Shows,
        *,
        dash: str = "—",
        marks: tuple[str, str] = ("“", "”"),
    ) -> None:
        self.truth, self.ink, self.shows, self.dash, self.marks = truth, ink, shows, dash, marks

    def short(self, name: str, tag: str, text: str, *, close: bool = True) -> str:
        return element(name, tag, self.ink.text(text), close=close)

    def title(self, tag: str = "h1") -> str:
        return self.short("title", tag, self.truth.title)

    def name(self, i: int, tag: str, *, close: bool = True) -> str:
        tool = self.truth.tools[i]
        inner = self.ink.text(tool.name)
        if self.shows.links:
            inner = f'<a href="/tool/{tool.slug}">{self.ink.chars(tool.name)}</a>'
        return element(f"t{i}.name", tag, inner, close=close)

    def category(self, i: int, tag: str, *, close: bool = True) -> str:
        return self.short(f"t{i}.category", tag, self.truth.tools[i].category, close=close)

    def tagline(self, i: int, tag: str, *, close: bool = True) -> str:
        return self.short(f"t{i}.tagline", tag, self.truth.tools[i].tagline, close=close)

    def badge(self, i: int, tag: str, *, close: bool = True) -> str:
        word = self.ink.case(self.truth.tools[i].badge)
        return element(f"t{i}.badge", tag, word, close=close)

    def value(self, i: int, key: str, tag: str, *, close: bool = True) -> str:
        tool = self.truth.tools[i]
        if key == "community":
            text = self.dash if tool.community is None else f"{tool.community[0]}%"
            if not text:
                return ""
        else:
            text = f"{tool.share}%" if key == "share" else tool.entry
        return element(f"t{i}.{key}.value", tag, self.ink.chars(text), close=close)

    def label(self, i: int, key: str, tag: str, *, close: bool = True) -> str:
        inner = self.ink.label(key, LABELS[key])
        return element(f"t{i}.{key}.label", tag, inner, close=close)

    def pairs(
        self,
        i: int,
        outer: str,
        value: str,
        label: str,
        *,
        label_first: bool = False,
        glue: str = "\n",
    ) -> str:
        """The three statistics, each in an element of its own."""
        out = []
        for key in LABELS:
            parts = [self.value(i, key, value), self.label(i, key, label)]
            inner = glue.join(p for p in (reversed(parts) if label_first else parts) if p)
            out.append(element(f"t{i}.{key}", outer, inner))
        return "\n".join(out)

    def long(self, name: str, paragraphs: list[str], tag: str, how: str) -> str:
        """A text of paragraphs: `p` inside a box, `br` between, or `open` for unclosed p."""
        texts = [self.ink.text(p, is_long=True) for p in paragraphs]
        if how == "br":
            return element(name, tag, "<br><br>".join(texts))
        if how == "open":
            return mark(name, "<p>", "\n<p>".join(texts), "\n")
        inner = "\n".join(f"<p>{t}</p>" for t in texts)
        if tag == "p":
            return mark(name, "<p>", "</p>\n<p>".join(texts), "</p>")
        return element(name, tag, texts[0] if len(texts) == 1 and how == "bare" else inner)

    def description(self, i: int, tag: str, how: str = "p") -> str:
        return self.long(f"t{i}.description", self.truth.tools[i].paragraphs, tag, how)

    def quote(self, i: int, slot: int, tag: str, how: str = "p") -> str:
        quote = self.truth.cell(i, slot, self.shows)
        assert quote is not None
        paragraphs = list(quote.paragraphs)
        paragraphs[0] = self.marks[0] + paragraphs[0]
        paragraphs[-1] += self.marks[1]
        return self.long(f"q{i}{slot}.text", paragraphs, tag, how)

    def reviewer(self, i: int, slot: int, tag: str, *, close: bool = True) -> str:
        text = self.truth.reviewer(i, slot, self.shows)
        return self.short(f"q{i}{slot}.reviewer", tag, text, close=close)

    def score(self, i: int, slot: int, tag: str, *, close: bool = True) -> str:
        quote = self.truth.cell(i, slot, self.shows)
        assert quote is not None
        text = self.ink.chars(f"{quote.score}/100 · {quote.verdict}")
        return element(f"q{i}{slot}.score", tag, text, close=close)

    def has(self, i: int, slot: int) -> bool:
        return self.truth.cell(i, slot, self.shows) is not None

    def side(self, i: int, slot: int | str, tag: str, *, close: bool = True) -> str:
        """A tool's name where it tells a side or heads a column."""
        return element(
            f"side.{i}.{slot}", tag, self.ink.chars(self.truth.tools[i].name), close=close
        )

    def row_cells(self, row: str, tag: str, *, close: bool = True) -> str:
        return "".join(
            element(
                f"d.{row}.cell{i}", tag, self.ink.text(self.truth.tools[i].row(row)), close=close
            )
            for i in (0, 1)
        )

    def scorecard(self, tag: str) -> str:
        return element("scorecard", tag, self.ink.label("scorecard", "Reviewer scorecard"))

    def decision_table(self, *, close: bool = True) -> str:
        """The decision table as a real table."""
        end = "</tr>" if close else ""
        corner = element("d.corner", "th", self.ink.label("decision", "Decision"), close=close)
        names = "".join(self.side(i, "decision", "th", close=close) for i in (0, 1))
        rows = "".join(
            mark(
                f"d.{row}.row",
                "<tr>",
                element(f"d.{row}.label", "th", self.ink.case(ROW_LABELS[row]), close=close)
                + self.row_cells(row, "td", close=close),
                end + "\n",
            )
            for row in self.shows.rows
        )
        return f"<table><tr>{corner}{names}{end}\n{rows}</table>"

    def decision_divs(self, *, in_rows: bool) -> str:
        """The decision table as a grid of divs, with or without an element for each row."""
        first, last = ("<div class=r>", "</div>\n") if in_rows else ("", "\n")
        top = element("d.corner", "div", self.ink.label("decision", "Decision")) + "".join(
            self.side(i, "decision", "div") for i in (0, 1)
        )
        rows = "".join(
            mark(
                f"d.{row}.row",
                first,
                element(f"d.{row}.label", "div", self.ink.case(ROW_LABELS[row]))
                + self.row_cells(row, "div"),
                last,
            )
            for row in self.shows.rows
        )
        return f'<div class="g3">{first}{top}{last}{rows}</div>'

    def decision_either_way(self, rng: Random) -> str:
        """As a real table, half the time turned on its side; `transposed` is then a tag."""
        if rng.random() < 0.5:
            return self.decision_table()
        self.truth.tags.add("transposed")
        return self.decision_transposed()

    def decision_transposed(self) -> str:
        """The decision table with a row for each tool and a column for each question."""
        head = element("d.corner", "th", self.ink.label("decision", "Decision")) + "".join(
            element(f"d.{row}.label", "th", self.ink.case(ROW_LABELS[row]))
            for row in self.shows.rows
        )
        body = "".join(
            "<tr>"
            + self.side(i, "decision", "th")
            + "".join(
                element(f"d.{row}.cell{i}", "td", self.ink.text(self.truth.tools[i].row(row)))
                for row in self.shows.rows
            )
            + "</tr>\n"
            for i in (0, 1)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def canonical(truth: PageTruth) -> str:
    """The link element that names the page's own address, where the page has one."""
    if truth.url_from == "nowhere":
        return ""
    return f'<link rel="canonical" href="{truth.url}">'


def letter(tag: str = "p") -> str:
    """The newsletter box."""
    first, second, third = (f"<{tag}>{line}</{tag.split()[0]}>" for line in LETTER)
    return f"<aside>{first}{second}{third}<input type=email placeholder='you@mail.example'></aside>"


def banner() -> str:
    """What stands above every page of a site."""
    links = "".join(
        f"<li><a href='/{w.lower()}'>{w}</a></li>"
        for w in ("Compare", "Tools", "Reviewers", "News")
    )
    return (
        f"<header><a href='/'>Ship or Skip</a><nav><ul>{links}</ul></nav>"
        "<button>Menu</button><a href='/login'>Sign in</a></header>"
    )


def footer() -> str:
    """What stands below every page of a site."""
    return (
        "<footer><p>Seven critics, one verdict a day.</p>"
        "<p>© 2026 · <a href='/about'>About</a> · <a href='/privacy'>Privacy</a></p></footer>"
    )


def contents(truth: PageTruth, ink: Ink) -> str:
    """A table of contents: it repeats names and anchor words."""
    items = [t.name for t in truth.tools] + ["Decision table", "Reviewer scorecard", "Community"]
    lines = "".join(f"<li><a href='#s{n}'>{ink.chars(w)}</a></li>" for n, w in enumerate(items))
    return f"<nav class=toc><p>On this page</p><ol>{lines}</ol></nav>"


def related(rng: Random, tag: str = "li") -> str:
    """Other comparisons after the scorecard, with anchor words of their own."""
    rows: list[str] = []
    for one, two, share in rng.sample(
        (
            ("Pinwheel", "Carrel 2.1", 75),
            ("Carrel 2.1", "Ivory: Desk", 100),
            ("Ivory: Desk", "Pinwheel", 50),
            ("Sedge & Co.", "Pinwheel", 75),
        ),
        3,
    ):
        words = f"{one} vs {two}".replace("&", "&amp;")
        rows.append(
            f"<{tag}><a href='/compare/a{share}-vs-b{len(rows)}'>{words}</a> "
            f"<small>{share}% Panel ship</small></{tag}>"
        )
    return f"<section><h2>Related comparisons</h2><ul>{''.join(rows)}</ul></section>"


def decoy_card(rng: Random) -> str:
    """A whole card of another tool, for hidden places."""
    name = rng.choice(("Phantom Desk", "Mirage 3", "Ghostwriter & Son"))
    return (
        f"<div><p>Productivity</p><h2>{name}</h2><p>Nobody sees this one</p><b>Skip</b>"
        "<p>25%</p><p>Panel ship</p><p>10%</p><p>Community</p><p>Paid</p><p>Entry</p>"
        "<div>This card is not shown to anybody who looks at the page.</div></div>"
    )


def decoy_cell(rng: Random) -> str:
    """A whole scorecard cell of another tool, for hidden places."""
    return (
        f"<div><b>Phantom</b><i>{rng.randint(10, 40)}/100 · skip</i>"
        "<p>“Words that were never meant to be read by a visitor.”</p></div>"
    )
