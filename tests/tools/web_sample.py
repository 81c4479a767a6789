"""A small published database about tools that do not exist.

Every odd thing a page must bear is in it once: hostile words in each text column, one name on both
sides, withheld text, a missing cell, a page without address, two versions, bidi controls.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import itertools
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from web_record import fill_record

from db.rows.tables import create_indexes, create_tables, descriptions, insert_rows
from schema.codes import FAILURES, FINDINGS
from schema.rows.about import DescriptionRow

EVIL = "<script>alert('x')</script>\"'&{{7*7}}"
RTL = "a quote that turns \u202eround\u202c and back"
REVIEWERS = ["Builder", "Skeptic", "Founder", "Creator"]
NOW, BEFORE = "2026-11-01T12:00:00Z", "2026-10-02T08:30:00Z"
TOOLS = {
    "brass-kettle": ("Brass Kettle", "Developer Tools", 75, "Mixed", "Free"),
    "lantern-notes": ("Lantern Notes", "Productivity", 100, "Ship", "Paid"),
    "paper-heron": ("Paper Heron", "AI Models", 50, "Mixed", "Free"),
    "quillfish": ("Quillfish", "Developer Tools", 25, "Skip", "Paid"),
    "quillfish-two": ("Quillfish", "Local AI / Distributed Inference", 100, "Ship", "Free"),
    "silent-orchard": ("Silent Orchard", "Research & Analysis", 67, None, "Free"),
}
TAKES = [
    "{name} installs in one `make` call, its tests pass on the first try and the logs say why.",
    "I looked for the catch in {name} and found it: the export is a screenshot, not a file.",
    "Priced by the seat, {name} pays for itself in a week; the margins are what worries me.",
    "Working with {name} feels like a desk that somebody tidied overnight, for better or worse.",
]


def sha(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class Filler:
    """Inserts rows by column name and remembers what was inserted before."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self.tools: dict[str, int] = {}
        self.cards: dict[str, int] = {}
        self.reviewers: dict[str, int] = {}

    def add(self, table: str, **values: object) -> int:
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        sql = f"insert into {table} ({names}) values ({marks})"
        added = self.conn.execute(sql, list(values.values())).lastrowid
        assert added is not None
        return added

    def tool(
        self,
        key: str,
        name: str,
        category: str,
        share: int,
        badge: str | None,
        entry: str,
        **more: Any,
    ) -> None:
        slug = None if key.startswith("name:") else key
        url = more.get("url", f"https://shiporskip.io/tool/{key}" if slug else None)
        self.tools[key] = self.add(
            "tool",
            tool=key,
            site="shiporskip",
            slug=slug,
            name=name,
            name_since=BEFORE,
            url=url,
            first_seen=BEFORE,
            last_seen=NOW,
        )
        text = f"{name} keeps what you wrote, finds it again and says where it was."
        withheld = more.get("withheld")
        self.cards[key] = self.add(
            "card",
            key=sha(key, "card"),
            site="shiporskip",
            tool_id=self.tools[key],
            name=name,
            category=category,
            tagline=more.get("tagline", f"The {category.lower()} desk mate"),
            description=None if withheld else more.get("description", text),
            entry=entry,
            panel_ship_percent=share,
            badge=badge,
            votes_ship=share // 25,
            votes_skip=4 - share // 25,
            pricing=more.get("pricing", "Free for one person"),
            first_seen=BEFORE,
            last_seen=NOW,
            withheld=withheld,
        )

    def reviewer(self, name: str | None) -> int | None:
        if name is None:
            return None
        if name not in self.reviewers:
            self.reviewers[name] = self.add("reviewer", name=name, first_seen=BEFORE, last_seen=NOW)
        return self.reviewers[name]

    @functools.cache  # noqa: B019  one filler lives as long as its build
    def quote(
        self,
        tool: str,
        slot: int,
        reviewer: str | None,
        text: str,
        verdict: str | None,
        source: str | None,
        withheld: str | None,
    ) -> int:
        return self.add(
            "quote",
            key=sha(tool, text),
            site="shiporskip",
            tool_name=self.name_of(tool),
            tool_id=self.tools[tool],
            card_id=self.cards[tool],
            reviewer_id=self.reviewer(reviewer),
            score=80 + slot if reviewer else None,
            verdict=verdict,
            verdict_source=source,
            text=None if withheld else text,
            characters=len(text),
            first_seen=BEFORE,
            last_seen=NOW,
            withheld=withheld,
        )

    def name_of(self, tool: str) -> str:
        found: str = self.conn.execute("select name from tool where tool = ?", [tool]).fetchone()[0]
        return found

    def comparison(self, key: str, a: str, b: str, **more: Any) -> int:
        """One page with its capture, its version or versions, two tools and their quotes."""
        url = more.get("url", f"https://shiporskip.io/compare/{key}")
        title = f"{self.name_of(a)} vs {self.name_of(b)}"
        page = self.add(
            "page",
            site="shiporskip",
            url=url or key,
            key=key,
            due=0,
            captures=1,
            state=more.get("state", "stored"),
            last_captured_at=NOW,
        )
        wanted = self.conn.execute("select max(id) from comparison_version").fetchone()[0] or 0
        version = wanted + more.get("versions", 1)
        capture = self.capture(page, None, "comparison", more.get("opt_outs"), version)
        comparison = self.add(
            "comparison",
            comparison=key,
            site="shiporskip",
            title=title,
            layout="html:9f3c",
            tool_a_id=self.tools[a],
            tool_b_id=self.tools[b],
            card_a_id=self.cards[a],
            card_b_id=self.cards[b],
            page_id=page,
            capture_id=capture,
            version_id=version,
            captured_at=NOW,
            first_seen=BEFORE,
            last_seen=NOW,
            state="held" if more.get("state") == "held" else "stored",
            withheld=more.get("withheld"),
            noindex=more.get("noindex", 0),
        )
        for number in range(1, more.get("versions", 1) + 1):
            self.version(page, number, title, (a, b), more)
        return comparison

    def capture(
        self,
        page: int,
        url: str | None,
        outcome: str,
        opt_outs: str | None = None,
        version: int | None = None,
    ) -> int:
        return self.add(
            "capture",
            page_id=page,
            version_id=version,
            url=url,
            captured_at=NOW,
            date_source="crawl",
            date_precision="second",
            captured_until=NOW,
            status=200,
            content_type="text/html",
            kind="response",
            body_sha256=sha(page),
            outcome=outcome,
            opt_outs=opt_outs,
        )

    def version(
        self, page: int, number: int, title: str, pair: tuple[str, str], more: dict[str, Any]
    ) -> None:
        version = self.add(
            "comparison_version",
            page_id=page,
            number=number,
            title=title,
            layout="html:9f3c",
            record_sha256=sha(page, number),
            first_seen=BEFORE,
            last_seen=NOW,
        )
        for at, tool in enumerate(pair, 1):
            card = dict(
                zip(
                    ("badge", "share"),
                    self.conn.execute(
                        "select badge, panel_ship_percent from card where id = ?",
                        [self.cards[tool]],
                    ).fetchone(),
                    strict=True,
                )
            )
            side = self.add(
                "side",
                tool_id=self.tools[tool],
                card_id=self.cards[tool],
                badge=card["badge"],
                votes_ship=card["share"] // 25,
                votes_skip=4 - card["share"] // 25,
                community_stated=1,
                community_ship_percent=None if at == 1 else 0,
                community_ship=0,
                community_votes=at - 1,
                pricing=more.get("pricing", "Free for one person"),
            )
            self.add("version_side", version_id=version, position=at, side_id=side)
            seen = {"first_seen": BEFORE, "last_seen": NOW}
            self.add("side_seen", side_id=side, version_id=version, **seen)
            for slot in range(1, 5):
                if (slot, at) not in more.get("missing", ()):
                    self.cell(side, slot, tool, more)

    def cell(self, side: int, slot: int, tool: str, more: dict[str, Any]) -> None:
        is_named = not more.get("is_text")
        reviewer = more.get("reviewers", REVIEWERS)[slot - 1] if is_named else None
        text = more.get("texts", TAKES)[slot - 1].format(name=self.name_of(tool))
        is_ship = slot * 25 <= int(self.share(tool))
        verdict: str | None = "ship" if is_ship else "skip"
        source: str | None = "page" if is_named else more.get("source", "remainder")
        start, end = None, None
        if source == "remainder" and slot == 4:
            source, start, end = "cue", 0, len(text.split(" is ")[0].split(" feels ")[0])
        if more.get("is_open"):
            verdict = source = None
        withheld = more.get("withheld")
        self.add(
            "side_quote",
            side_id=side,
            slot=slot,
            reviewer_id=self.reviewer(reviewer),
            score=80 + slot if is_named else None,
            verdict=verdict,
            verdict_source=source,
            verdict_start=start,
            verdict_end=end,
            quote_id=self.quote(tool, slot, reviewer, text, verdict, source, withheld),
        )

    def share(self, tool: str) -> int:
        sql = "select panel_ship_percent from card where id = ?"
        found: int = self.conn.execute(sql, [self.cards[tool]]).fetchone()[0]
        return found


def fill(conn: sqlite3.Connection) -> None:
    """All rows of the sample."""
    add = Filler(conn)
    add.add("site", site="shiporskip", title="Ship or Skip", base="https://shiporskip.io")
    for kind, codes in (("failure", FAILURES), ("finding", FINDINGS)):
        for code, sentence in codes.items():
            add.add("code", code=code, kind=kind, description=sentence)
    told = ((at, *row) for at, row in enumerate(descriptions(), 1))
    insert_rows(conn, DescriptionRow, told)
    for key, facts in TOOLS.items():
        add.tool(key, *facts)
    keys = sorted(TOOLS)
    for a, b in itertools.combinations(keys[:4], 2):
        add.comparison(f"{a}-vs-{b}", a, b)
    fill_oddities(add)
    add.add(
        "crawl",
        kind="crawl",
        site="shiporskip",
        started_at=BEFORE,
        ended_at=NOW,
        exit_code=10,
        asked=20,
        stored=18,
        unchanged=1,
        failed=1,
        bytes=900_000,
        robots_state="ok",
    )
    said = {"tool_id": add.tools["quillfish"], "field": "pricing", "version_id": 1}
    add.add("history", **said, number=1, value=f"Free {EVIL}", first_seen=BEFORE, last_seen=BEFORE)
    add.add("history", **said, number=2, value="Free for one person", first_seen=NOW, last_seen=NOW)
    added = {"kind": "changed", "cause": "source", "comparison_id": 1, "seen_by": NOW}
    add.add("change", **said, **added, old=f"Free {EVIL}", new="Free for one person")
    add.add("provenance", capture_id=1, position=0, spans='{"title":[1,0,61]}')
    fill_texts(add)
    fill_derived(add)
    fill_record(conn, add.add, EVIL)
    add.add("release", release="2026-10", created_at=BEFORE, sha256=sha("release"))
    add.add(
        "release",
        release="2026-09",
        created_at=BEFORE,
        sha256=sha("old"),
        withdrawn_at=NOW,
        reason=f"A mistake {EVIL}",
    )


def fill_texts(add: Filler) -> None:
    """A row in each table of what rules read from texts."""
    made_by = {"method": "by-hand", "method_version": 1}
    known = {"libraries": "", "is_made": 1, "description": "Found by hand."}
    add.add("method", **made_by, **known)
    quote = {"quote_id": 1, "span_start": 0, "span_end": 12, **made_by}
    length = {"horizon_relation": "in", "horizon_amount": 12, "horizon_unit": "month"}
    due = {"made_by": BEFORE, "due_until": "2027-10-02", "state": "open"}
    add.add("prediction", **quote, **length, **due, event_start=0, event_end=20, checkable=1)
    add.add("mention", **quote, tool_id=add.tools["quillfish"])
    claim = {"tool_id": 2, "card_id": 2, "span_start": 0, **made_by, "subject": "tool"}
    label = {"field": "entry", "span_end": 4, "attribute": "entry", "stated_value": "Paid"}
    a = add.add("claim", **claim, **label)
    said = {"field": "tagline", "attribute": "openness", "stated_value": "open source"}
    b = add.add("claim", **claim, **said, span_end=11)
    pair = {"claim_a_id": a, "claim_b_id": b, "kind": "label_and_text", "attribute": "entry"}
    add.add("conflict", tool_id=2, **pair, **made_by)


def fill_derived(add: Filler) -> None:
    """A row of each derived figure, by one method."""
    near = {"tool_a_id": add.tools["quillfish"], "tool_b_id": add.tools["quillfish-two"]}
    decided = {"decision": "differ", "reason": f"Two makers {EVIL}", "decided_at": NOW}
    add.add("tool_pair", **near, score=100, differs='["words"]', suggests="different", **decided)
    does = "Counts what is there."
    named = {"method": "counting", "method_version": 1}
    add.add("method", **named, libraries="abacus 1.0", is_made=1, description=does)
    marks = {"marked": 4, "correct": 3, "relevant": 4, "precision": 0.75, "recall": 0.75}
    add.add("inference_accuracy", **named, source="cue", **marks)
    told = {"n": 6, "value": 0.5, "low": 0.25, "high": 0.75}
    one, other = (add.reviewers[name] for name in REVIEWERS[:2])
    add.add("reviewer_figure", **named, reviewer_id=one, figure="skip_rate", category=EVIL, **told)
    both = {"reviewer_a_id": one, "reviewer_b_id": other}
    add.add("reviewer_agreement", **named, **both, coefficient="phi", n=6, undefined="all_agree")
    counted = {"mined_quotes": 3, "mined_n": 6, "held_out_quotes": 2, "held_out_n": 4}
    place = {"reviewer_id": one, "rank": 1, "quote_id": 1, "span_start": 0, "span_end": 12}
    add.add("template", **named, **place, words=2, **counted, coverage=0.5, coverage_so_far=0.5)
    add.add("near_duplicate", **named, quote_a_id=1, quote_b_id=2, likeness=0.625)
    add.add("redundancy", **named, kind="card", slots=20, contents=9, redundancy=0.55)


def fill_oddities(add: Filler) -> None:
    add.comparison("quillfish-vs-quillfish-two", "quillfish", "quillfish-two", versions=2)
    add.comparison(
        "paper-heron-vs-silent-orchard",
        "paper-heron",
        "silent-orchard",
        missing=[(4, 2)],
        texts=[RTL, *TAKES[1:]],
    )
    add.tool("name:Loose / Leaf?", "Loose / Leaf?", "Gaming", 75, None, "Free", url=None)
    add.tool("name:Plain Card", "Plain Card", "Gaming", 50, None, "Free", url=None)
    add.comparison(
        "urn:sha256:" + sha("urn"), "name:Loose / Leaf?", "name:Plain Card", url=None, is_text=True
    )
    add.tool(
        "veiled",
        "Veiled Sketch",
        "Health",
        50,
        "Mixed",
        "Paid",
        withheld="noarchive",
        tagline="A sketch board",
    )
    add.comparison(
        "brass-kettle-vs-veiled",
        "brass-kettle",
        "veiled",
        withheld="noarchive",
        noindex=1,
        opt_outs='["noarchive", "noindex"]',
        state="held",
        is_open=True,
        texts=[f"Secret words number {n} on {{name}}" for n in range(4)],
    )
    add.tool(
        "evil",
        EVIL,
        EVIL,
        50,
        "Mixed",
        "Paid",
        tagline=EVIL,
        description=EVIL,
        pricing=EVIL,
        url="javascript:alert(1)",
    )
    add.tool(f"name:{EVIL}", EVIL, EVIL, 50, "Mixed", "Paid", url="data:text/html,x")
    escaped = EVIL.replace("{", "{{").replace("}", "}}")
    evil = add.comparison(
        "evil-vs-name",
        "evil",
        f"name:{EVIL}",
        url="javascript:alert(2)",
        pricing=EVIL,
        reviewers=[EVIL + str(n) for n in range(4)],
        texts=[f"{escaped} number {n}" for n in range(4)],
    )
    last = add.conn.execute("select max(id) from comparison_version").fetchone()[0]
    shown = {"comparison_id": evil, "version_id": last, "last_version_id": last}
    add.add("finding", **shown, code="badge_disagrees", field=EVIL, detail=EVIL)
    for state in ("gone", "waiting", "refused", "failed"):
        url = f"https://shiporskip.io/compare/{state}-vs-{EVIL}"
        page = add.add("page", site="shiporskip", url=url, key=url, state=state, due=1, captures=0)
    capture = add.capture(page, url, "failure")
    add.add(
        "failure",
        page_id=page,
        capture_id=capture,
        code="quote_count",
        field=EVIL,
        detail=EVIL,
        captured_at=NOW,
    )
    url = "https://shiporskip.io/compare/felled-vs-tree"
    known = {"kind": "page", "site": "shiporskip", "target": url}
    takedown = add.add("takedown", **known, reason="It was asked for", added_at=NOW)
    shown = {"key": "felled-vs-tree", "state": "refused", "takedown_id": takedown}
    add.add("page", site="shiporskip", url=url, due=0, captures=0, **shown)


@functools.cache
def database() -> Path:
    """The sample's database file, made once for a run of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="web-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "verdicts-0123abcd.db"
    conn = sqlite3.connect(path)
    with conn:
        create_tables(conn)
        fill(conn)
        create_indexes(conn)
    assert conn.execute("pragma foreign_key_check").fetchall() == []
    conn.execute("vacuum")
    conn.close()
    (folder / "current.db").symlink_to(path.name)
    return folder / "current.db"
