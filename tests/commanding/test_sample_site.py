"""The bundled sample site: what people browse in the demo, and what the whole path is held to."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest

from schema.codes import FAILURES, FINDINGS
from schema.errors import StartError
from schema.records import Comparison
from verdicts.sample import BASE, SamplePage, expected, pages, serve_sample
from verdicts.sample.__main__ import differences, rewrite
from verdicts.sample.content import SamplePair, SampleTool, load_gone, load_pairs, load_tools
from verdicts.sample.expected import dump
from verdicts.sample.faults import CODES, INSTEAD
from verdicts.sample.pages import layout_of
from verdicts.sample.server import zipped_path

STORED = (files("verdicts.sample") / "expected.json").read_text("utf-8")
GOOD = [pair for pair in load_pairs() if not pair.fault]
FAULTY = {pair.fault: pair for pair in load_pairs() if pair.fault}
BODIES = {page.path: page.body for page in pages()}
UNSEEN = {"script", "style", "template", "noscript", "head"}
INLINE = {"a", "span", "em", "b"}
VOID = {"br", "meta", "link"}


class Reader(HTMLParser):
    """The visible blocks of a page, as a person with an old browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = [""]
        self.links: list[str] = []
        self.canonical: str | None = None
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "link" and known.get("rel") == "canonical":
            self.canonical = known["href"]
        if tag in UNSEEN or known.get("aria-hidden") == "true":
            self._unseen.append(tag)
        elif tag == "a" and not self._unseen:
            self.links.append(known["href"] or "")
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.blocks[-1] += data

    def _break(self, tag: str) -> None:
        if tag not in INLINE:
            self.blocks.append("")


def read(body: bytes) -> Reader:
    reader = Reader()
    reader.feed(body.decode())
    reader.close()
    reader.blocks = [" ".join(block.split()) for block in reader.blocks if block.strip()]
    return reader


def fetch(base: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = Request(base + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve_sample() as base:
        yield base


# --- the server ---


def test_every_page_is_served_with_its_status_and_type(site: str) -> None:
    for page in pages(site):
        status, headers, body = fetch(site, page.path)
        assert (status, headers["Content-Type"], body) == (
            page.status,
            page.content_type,
            page.body,
        ), page.path
    assert {page.status for page in pages()} == {200, 404}


def test_a_page_that_has_not_changed_is_answered_with_304(site: str) -> None:
    path = GOOD[3].path
    _, headers, _ = fetch(site, path)
    for validator in (
        {"If_None_Match": headers["ETag"]},
        {"If_None_Match": 'W/"other", W/' + headers["ETag"]},
        {"If_Modified_Since": headers["Last-Modified"]},
    ):
        status, again, body = fetch(site, path, **validator)
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"]), validator
    for validator in (
        {"If_None_Match": '"other"'},
        {"If_Modified_Since": "yesterday"},
        {"If_Modified_Since": "Fri, 31 Jul 2026 00:00:00 GMT"},
    ):
        assert fetch(site, path, **validator)[0] == 200, validator


def test_one_page_comes_in_gzip_to_those_who_accept_it(site: str) -> None:
    path = zipped_path()
    _, headers, body = fetch(site, path, Accept_Encoding="br, gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == BODIES[path]
    _, headers, plain = fetch(site, path, Accept_Encoding="gzip;q=0")
    assert "Content-Encoding" not in headers
    assert plain == BODIES[path]


def test_head_gives_the_headers_alone_and_unknown_addresses_404(site: str) -> None:
    with urlopen(Request(site + "/compare", method="HEAD"), timeout=10) as answer:
        assert int(answer.headers["Content-Length"]) == len(BODIES["/compare"])
        assert answer.read() == b""
    assert fetch(site, "/compare/no-vs-where")[0] == 404
    assert fetch(site, load_gone()[0])[0] == 404


def test_a_taken_port_is_a_refusal_to_start(site: str) -> None:
    port = int(site.rpartition(":")[2])
    with pytest.raises(StartError, match=str(port)), serve_sample(port):
        pass


def test_the_sitemap_lists_every_comparison_at_the_address_it_was_reached_by(site: str) -> None:
    named = site.replace("127.0.0.1", "localhost")
    robots = fetch(named, "/robots.txt")[2].decode()
    index = re.search(r"^Sitemap: (\S+)$", robots, re.M)
    assert index
    members = locations(fetch(index[1], "")[2])
    assert sum(member.endswith(".gz") for member in members) == 1
    found = []
    for member in members:
        body = fetch(member, "")[2]
        found += locations(gzip.decompress(body) if member.endswith(".gz") else body)
    listed = [pair.path for pair in load_pairs()] + list(load_gone())
    assert sorted(found) == sorted(named + path for path in [*listed, "/", "/compare"])


def locations(body: bytes) -> list[str]:
    return [
        element.text or ""
        for element in ElementTree.fromstring(body).iter()
        if element.tag.endswith("}loc")
    ]


def test_a_person_can_serve_it_from_the_command_line() -> None:
    command = [sys.executable, "-m", "verdicts.sample", "--serve"]
    with running(command) as first_line:
        base = re.search(r"http://127\.0\.0\.1:\d+", first_line)
        assert base
        assert fetch(base[0], "/compare")[2] == BODIES["/compare"]


@contextmanager
def running(command: list[str]) -> Iterator[str]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline()
        finally:
            process.terminate()
            process.wait(timeout=10)


# --- the content ---


def test_there_is_enough_of_everything() -> None:
    assert len(load_tools()) >= 26
    assert len({tool.name for tool in load_tools().values()}) >= 24
    assert len(GOOD) >= 60
    assert len({pair.path for pair in load_pairs()} | set(load_gone())) == len(load_pairs()) + 1
    assert {layout_of(pair) for pair in GOOD} == {"one", "two"}
    assert {slug for pair in GOOD for slug in (pair.a.slug, pair.b.slug)} == set(load_tools())
    assert all(pair.a.slug < pair.b.slug for pair in load_pairs())


def test_the_publishers_odd_cases_are_all_there() -> None:
    names = " ".join(tool.name for tool in load_tools().values())
    assert {":", "&", "(", "."} <= set(names)
    assert any(" vs " in tool.name for tool in load_tools().values())
    assert any("-vs-" in slug for slug in load_tools())
    assert any(pair.a.name == pair.b.name and pair.a.slug != pair.b.slug for pair in GOOD)
    assert any(pair.b.slug.startswith(pair.a.slug) for pair in GOOD)
    shown = Counter(len(pair.a.reviews) + len(pair.b.reviews) for pair in GOOD)
    assert set(shown) == {6, 7, 8}
    assert {layout_of(pair) for pair in GOOD if len(pair.a.reviews) + len(pair.b.reviews) == 7} == {
        "one",
        "two",
    }
    community = {tool.community for tool in load_tools().values()}
    assert {None, (0, 1)} < community
    assert {tool.share_percent for tool in load_tools().values()} == {0, 25, 50, 67, 75, 100}


@pytest.mark.parametrize("tool", load_tools().values(), ids=lambda tool: tool.slug)
def test_each_tool_is_told_as_the_publisher_tells_them(tool: SampleTool) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", tool.slug)
    badges = {100: "Ship", 75: "Ship", 67: "Mixed", 50: "Mixed", 25: "Skip", 0: "Skip"}
    assert tool.badge == badges[tool.share_percent]
    assert len(tool.reviews) == (3 if tool.share_percent == 67 else 4)
    assert sum(review.verdict == "ship" for review in tool.reviews) == round(
        tool.share_percent * len(tool.reviews) / 100
    )
    assert 40 <= len(" ".join(tool.paragraphs).split()) <= 90
    assert all(45 <= len(review.text.split()) <= 110 for review in tool.reviews)
    assert all(review.reviewer.startswith("The ") for review in tool.reviews)
    assert len(tool.pricing) <= 115


def test_words_that_look_like_anchors_stand_inside_sentences() -> None:
    texts = " ".join(review.text for tool in load_tools().values() for review in tool.reviews)
    for word in ("75%", "Panel ship", "Free", " vs ", "Entry", "Community", "`", '"', "—"):
        assert word in texts, word


# --- the pages ---


@pytest.mark.parametrize("pair", GOOD, ids=lambda pair: pair.path.removeprefix("/compare/"))
def test_a_page_shows_every_block_of_its_content(pair: SamplePair) -> None:
    page = read(BODIES[pair.path])
    assert page.canonical == pair.url
    assert {f"/tool/{tool.slug}" for tool in (pair.a, pair.b)} == {
        link for link in page.links if link.startswith("/tool/")
    }
    blocks = page.blocks
    at = blocks.index("AI tool comparison")
    assert blocks[at + 1] == pair.title
    card_list = cards(blocks[at:])
    copies = 1 if layout_of(pair) == "one" else 2
    assert len(card_list) == 2 * copies
    for index, card in enumerate(card_list):
        show_card(card, (pair.a, pair.b)[index % 2], is_value_first=copies == 1)
    show_decision(blocks, pair)
    show_scorecard(blocks[len(blocks) - blocks[::-1].index("Reviewer scorecard") :], pair)


def cards(blocks: list[str]) -> list[list[str]]:
    """The blocks around each "Panel ship" that stands alone, up to the next such place."""
    places = [index for index, block in enumerate(blocks) if block == "Panel ship"]
    return [blocks[max(0, place - 5) : place + 12] for place in places]


def show_card(card: list[str], tool: SampleTool, *, is_value_first: bool) -> None:
    community = (
        "—" if tool.community is None else (f"{100 * tool.community[0] // tool.community[1]}%")
    )
    facts = [
        ("Panel ship", f"{tool.share_percent}%"),
        ("Community", community),
        ("Entry", tool.entry),
    ]
    said = [
        word
        for label, value in facts
        for word in ((value, label) if is_value_first else (label, value))
    ]
    start = [tool.category, tool.name, tool.tagline, tool.badge]
    place = card.index(said[0]) - len(start)
    whole = [*start, *said, *tool.paragraphs]
    assert card[place : place + len(whole)] == whole


def show_decision(blocks: list[str], pair: SamplePair) -> None:
    place = len(blocks) - 1 - blocks[::-1].index("Decision")
    table = blocks[place : place + 18]
    assert table[:3] == ["Decision", pair.a.name, pair.b.name]
    rows = {table[at]: table[at + 1 : at + 3] for at in range(3, 18, 3)}
    assert list(rows) == ["Panel verdict", "Community", "Pricing", "Best for", "Category"]
    for side, tool in enumerate((pair.a, pair.b)):
        assert rows["Panel verdict"][side] == f"{tool.badge} · {tool.ship} ship / {tool.skip} skip"
        said = (
            "No community votes yet"
            if tool.community is None
            else (f"Ship ({tool.community[0]} / {tool.community[1]})")
        )
        assert rows["Community"][side].endswith(said)
        assert [rows[label][side] for label in ("Pricing", "Best for", "Category")] == [
            tool.pricing,
            tool.best_for,
            tool.category,
        ]


def show_scorecard(blocks: list[str], pair: SamplePair) -> None:
    def cell(tool: SampleTool, slot: int) -> list[str]:
        if slot >= len(tool.reviews):
            return []
        one = tool.reviews[slot]
        score = f"{one.score}/100 · {one.verdict}"
        if layout_of(pair) == "one":
            return [one.reviewer, score, one.text]
        return [f"“{one.text}”", one.reviewer.removeprefix("The "), score]

    if layout_of(pair) == "one":
        whole = [
            block for slot in range(4) for tool in (pair.a, pair.b) for block in cell(tool, slot)
        ]
    else:
        whole = [
            block
            for tool in (pair.a, pair.b)
            for block in [tool.name, *(b for slot in range(4) for b in cell(tool, slot))]
        ]
    assert blocks[: len(whole)] == whole
    assert len(blocks) > len(whole), "something visible must follow the last quote"


def test_the_pages_that_must_fail_are_broken_as_they_should_be() -> None:
    assert set(FAULTY) == set(CODES)
    assert layout_of(FAULTY["eighth_missing"]) == "two", "there a missing cell leaves no trace"
    assert layout_of(FAULTY["cut_short"]) == "one", "there the score stands before the quote"
    seen = {fault: read(BODIES[pair.path]).blocks for fault, pair in FAULTY.items()}
    scores = {fault: sum("/100 · " in block for block in blocks) for fault, blocks in seen.items()}
    assert scores["eighth_missing"] == 7
    assert scores["quote_blank"] == scores["share_101"] == scores["cut_short"] == 8
    assert "101%" in seen["share_101"]
    assert seen["tagline_undefined"].count("undefined") >= 2
    assert not any(scores[fault] for fault in INSTEAD)
    last = FAULTY["cut_short"].b.reviews[-1].text
    assert last.startswith(seen["cut_short"][-1])
    assert 20 < len(seen["cut_short"][-1]) < len(last)
    assert FAULTY["quote_blank"].b.reviews[-1].text not in seen["quote_blank"]


def test_what_is_not_shown_holds_no_anchor_word() -> None:
    anchors = "Panel ship|Community|Entry|Decision|Reviewer scorecard|/100|AI tool comparison"
    for pair in GOOD:
        html = BODIES[pair.path].decode()
        unseen = list(re.finditer(r"<(script|template|noscript)\b.*?</\1>", html, re.S))
        assert len(unseen) == (0 if layout_of(pair) == "one" else 3)
        assert not any(re.search(anchors, part[0]) for part in unseen), pair.path


def test_the_listing_and_the_home_page_lead_to_every_comparison() -> None:
    listed = [link for link in read(BODIES["/compare"]).links if link.startswith("/compare/")]
    assert listed == sorted([*(pair.path for pair in load_pairs()), *load_gone()])
    home = read(BODIES["/"]).links
    assert "/compare" in home
    linked = {link for body in BODIES.values() if b"<html" in body for link in read(body).links}
    assert {link for link in linked if link.startswith("/")} <= set(BODIES)


def test_pages_need_no_server_and_never_differ() -> None:
    assert pages() == pages()
    assert all(isinstance(page, SamplePage) for page in pages())
    assert BASE in BODIES["/sitemap.xml"].decode()


# --- what must come out ---


def test_the_committed_list_is_what_the_content_says() -> None:
    assert list(differences(json.loads(STORED), json.loads(dump(expected())))) == []
    assert dump(expected()) == STORED


def test_the_list_has_one_entry_a_page_and_only_documented_codes() -> None:
    listed = expected()
    assert [page["url"] for page in listed["pages"]] == [pair.url for pair in load_pairs()]
    counts = listed["counts"]
    assert sum(counts["failures"].values()) == len(FAULTY) >= 3
    assert set(counts["failures"]) <= set(FAILURES)
    assert set(counts["findings"]) <= set(FINDINGS)
    assert counts["comparisons"] == len(GOOD)
    assert counts["cards"] == counts["tools"] == counts["names"] + 1
    assert counts["quotes"] == sum(len(tool.reviews) for tool in load_tools().values())


def test_every_record_of_the_list_fits_the_published_schema() -> None:
    records = [page for page in expected()["pages"] if page["kind"] == "comparison"]
    for record in records:
        findings = [
            {"code": code, "field": field, "detail": "-"} for code, field in record["findings"]
        ]
        whole = {**record, "layout": "html:0", "path": None, "findings": findings}
        again = Comparison.model_validate_json(json.dumps(whole))
        assert json.loads(again.model_dump_json(by_alias=True, exclude={"trace"})) == whole


def test_the_command_changes_only_what_is_accepted_and_then_has_nothing_to_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "expected.json"
    path.write_text(altered := STORED.replace('"score": 86', '"score": 87', 1), "utf-8")
    assert not rewrite(path, is_accepted=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "expected.pages[0].quotes[0].score: 87 -> 86"
    assert said[1] == f"{path} differs; --accept rewrites it"
    assert path.read_text("utf-8") == altered
    rewrite(path)
    said = capsys.readouterr().out.splitlines()
    assert said == ["expected.pages[0].quotes[0].score: 87 -> 86", "expected.json was rewritten"]
    assert path.read_text("utf-8") == STORED
    rewrite(path)
    assert capsys.readouterr().out == "expected.json is up to date\n"


def test_a_difference_is_told_by_its_place() -> None:
    old = {"pages": [{"score": 80}], "gone": []}
    new = {"pages": [{"score": 81}, {"score": 1}], "gone": []}
    assert list(differences(old, new)) == [
        "expected.pages[0].score: 80 -> 81",
        'expected.pages[1]: null -> {"score": 1}',
    ]
