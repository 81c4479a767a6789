"""A site of another shape costs one file under parsers/sites/ and one fixture folder.

The publisher here is invented: other addresses, other anchor words, other words for the verdicts.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixture_tools import HTML, codes, read

import parsers.sites
from parsers import parse_page, read_document
from parsers.sites import load_sites, site_named, site_of_url
from schema.errors import SiteError
from schema.page import RawPage
from schema.records import Comparison
from verdicts import fixtures

SITE_FILE = '''"""Yea or Nay: an invented publisher with words and addresses of its own."""

from parsers.site import Site, Words

SITE = Site(
    name="yeanay",
    title="Yea or Nay",
    base="https://yeanay.example",
    hosts=("yeanay.example",),
    comparison=r"/versus/(?P<a>[a-z0-9-]+)/(?P<b>[a-z0-9-]+)",
    tool=r"/gadgets/(?P<slug>[a-z0-9-]+)",
    listings=("/", "/versus"),
    words=Words(
        kicker="Two gadgets, one table", versus=" against ", panel_ship="Jury in favour",
        community="Readers", entry="Price", decision=("At a glance",),
        scorecard="What the jury said", panel_verdict="The jury", pricing="It costs",
        best_for="Made for", category="Drawer", no_votes="No reader has voted",
        newsletter=("The Sunday drawer",),
        verdicts={"yea": "ship", "nay": "skip"},
        badges={"yea": "Ship", "torn": "Mixed", "nay": "Skip"},
        entries={"gratis": "Free", "priced": "Paid"},
    ),
)
'''
URL = "https://yeanay.example/versus/lamp-of-oak/moth-trap"
JURY = ("Ada", "The Binder", "Cleo", "Dov")
LAMP = ("Lamp of Oak", "Lights", "Reads to you until you sleep", "Yea", "75%", "Gratis",
        "Lamp of Oak reads aloud in a low voice and stops at the second yawn.",
        ("91/100 · yea", "47/100 · nay", "84/100 · yea", "80/100 · yea"))  # fmt: skip
MOTH = ("Moth Trap", "Nets", "Catches the errors that fly at night", "Torn", "50%", "Priced",
        "Moth Trap keeps a lantern beside the log and counts what comes.",
        ("72/100 · yea", "39/100 · nay", "77/100 · yea", "41/100 · nay"))  # fmt: skip


LAYOUT = """layout=Layout(
        heading="h1", card="article", name=".n", category=".d", tagline=".l", badge=".b",
        share=".s", community=".r", entry=".p", description=".t", votes=".v", pricing=".c",
        cell="blockquote", reviewer="cite", score="var", quote=".q", by_tool=True,
    ),
)
"""


def signs(*, after: str = "<footer>The Sunday drawer</footer>") -> str:
    """A page of the publisher that says with signs what the grammar has words for."""
    cards, sayings = "", ""
    for name, drawer, line, badge, share, price, text, scores in (LAMP, MOTH):
        votes = "3 yea / 1 nay" if share == "75%" else "2 yea / 2 nay"
        cards += (
            f"<article><p>New</p><p class=d>{drawer}</p><p class=n>{name}</p><p class=l>{line}</p>"
            f"<p class=b>{badge}</p><p class=v>{votes}</p><p class=s>{share}</p><p class=r>—</p>"
            f"<p class=p>{price}</p><p class=c>a penny</p><p class=t>{text}</p><p>Buy</p></article>"
        )
        sayings += "".join(
            f"<blockquote><var>{score}</var><i hidden>gone</i><p>said on a Monday</p>"
            f"<p class=q>{name} and I, said {who}, part as friends.</p><cite>{who}</cite>"
            "</blockquote>"
            for who, score in zip(JURY, scores, strict=True)
        )
    return (
        "<!doctype html><meta charset=utf-8><title>x</title><nav>Home</nav>"
        f"<h1>Lamp of Oak against Moth Trap</h1>{cards}<section>{sayings}</section>{after}"
    )


def page(*, table: bool = True) -> str:
    """The publisher's markup: asides as cards, label first, a table, one column a gadget."""
    cards, columns = "", ""
    for name, drawer, line, badge, share, price, text, scores in (LAMP, MOTH):
        cards += (
            f"<aside><h6>{drawer}</h6><h3>{name}</h3><h5>{line}</h5><kbd>{badge}</kbd>"
            f"<dl><dt>Jury in favour<dd>{share}<dt>Readers<dd>—<dt>Price<dd>{price}</dl>"
            f"<div>{text}</div></aside>\n"
        )
        words = "".join(
            f"<li><h4>{who}</h4><p>{score}</p><p>{name} and I, said {who}, part as "
            f"friends.</p></li>"
            for who, score in zip(JURY, scores, strict=True)
        )
        columns += f"<section><h3>{name}</h3><ol>{words}</ol></section>\n"
    glance = (
        "<table><tr><th>At a glance<th>Lamp of Oak<th>Moth Trap"
        "<tr><th>The jury<td>Yea · 3 yea / 1 nay<td>Torn · 2 yea / 2 nay"
        "<tr><th>Readers<td>No reader has voted<td>50% Yea (1 / 2)"
        "<tr><th>It costs<td>nothing<td>a penny a moth"
        "<tr><th>Made for<td>Reads to you until you sleep<td>Catches the errors that fly at night"
        "<tr><th>Drawer<td>Lights<td>Nets</table>"
        if table
        else ""
    )
    return (
        f"<!doctype html><meta charset=utf-8><title>x</title><p>Two gadgets, one table</p>"
        f"<h1>Lamp of Oak against Moth Trap</h1>{cards}{glance}"
        f"<h2>What the jury said</h2><div>{columns}</div><p>The Sunday drawer</p>"
    )


@pytest.fixture
def laid_out_site(second_site: str, tmp_path: Path) -> str:
    """The same site, its file with a layout."""
    text = SITE_FILE.replace("import Site", "import Layout, Site")
    text = text.removesuffix(")\n") + "    " + LAYOUT
    (tmp_path / "more_sites" / "yeanay.py").write_text(text, "utf-8")
    return second_site


@pytest.fixture
def second_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The site file alone, in a folder that the register also looks into."""
    folder = tmp_path / "more_sites"
    folder.mkdir()
    (folder / "yeanay.py").write_text(SITE_FILE, "utf-8")
    monkeypatch.setattr(parsers.sites, "__path__", [*parsers.sites.__path__, str(folder)])
    importlib.invalidate_caches()
    load_sites.cache_clear()
    yield "yeanay"
    load_sites.cache_clear()
    for name in [name for name in sys.modules if name.startswith("parsers.sites.")]:
        if name not in ("parsers.sites.sample", "parsers.sites.shiporskip"):
            del sys.modules[name]


def test_the_file_alone_is_the_register(second_site: str) -> None:
    assert set(load_sites()) == {"sample", "shiporskip", "yeanay"}
    assert site_of_url(URL) is site_named("yeanay")
    assert site_named("yeanay").pair(URL) == "lamp-of-oak-vs-moth-trap"


def test_a_page_without_address_is_read_as_its_canonical_link_says(second_site: str) -> None:
    body = page().replace("<title>", f"<link rel=canonical href='{URL}'><title>")
    found = parse_page(RawPage(url=None, body=body.encode(), content_type=HTML))
    assert isinstance(found, Comparison)
    assert found.tools[0].slug == "lamp-of-oak"


def test_its_pages_are_read_with_the_same_grammar(second_site: str) -> None:
    line = read(page(table=False), url=URL, site=second_site)
    assert line["kind"] == "comparison", line
    assert (line["title"], line["url"]) == ("Lamp of Oak against Moth Trap", URL)
    assert [
        (t["slug"], t["name"], t["category"], t["badge"], t["panel_ship_percent"], t["entry"])
        for t in line["tools"]
    ] == [
        ("lamp-of-oak", "Lamp of Oak", "Lights", "Ship", 75, "Free"),
        ("moth-trap", "Moth Trap", "Nets", "Mixed", 50, "Paid"),
    ]
    assert [(q["reviewer"], q["score"], q["verdict"]) for q in line["quotes"]] == [
        ("Ada", 91, "ship"),
        ("Ada", 72, "ship"),
        ("Binder", 47, "skip"),
        ("Binder", 39, "skip"),
        ("Cleo", 84, "ship"),
        ("Cleo", 77, "ship"),
        ("Dov", 80, "ship"),
        ("Dov", 41, "skip"),
    ]
    assert codes(line) == set()


def test_its_decision_table_is_read_in_its_own_words(second_site: str) -> None:
    line = read(page(), url=URL, site=second_site)
    assert line["kind"] == "comparison", line
    assert [(t["votes"], t["pricing"]) for t in line["tools"]] == [
        ({"ship": 3, "skip": 1}, "nothing"),
        ({"ship": 2, "skip": 2}, "a penny a moth"),
    ]
    assert [t["community"] for t in line["tools"]] == [
        {"ship_percent": None, "ship": 0, "votes": 0},
        {"ship_percent": 50, "ship": 1, "votes": 2},
    ]
    assert codes(line) <= {"uneven_sides"}


def test_the_grammar_alone_refuses_a_page_of_signs(second_site: str) -> None:
    assert read(signs(), url=URL, site=second_site)["kind"] == "failure"


def test_a_layout_reads_a_page_that_the_grammar_refuses(laid_out_site: str) -> None:
    line = read(signs(), url=URL, site=laid_out_site)
    by_grammar = read(page(table=False), url=URL, site=laid_out_site)
    assert line["kind"] == "comparison", line
    told = {"votes": None, "pricing": None}
    assert [tool | told for tool in line["tools"]] == [tool | told for tool in by_grammar["tools"]]
    assert [tool["votes"]["ship"] for tool in line["tools"]] == [3, 2]
    assert [tool["pricing"] for tool in line["tools"]] == ["a penny", "a penny"]
    assert line["quotes"] == by_grammar["quotes"]
    assert codes(line) == set()


def test_what_a_layout_found_is_traced_to_its_blocks(laid_out_site: str) -> None:
    body = signs().encode()
    raw = RawPage(url=URL, body=body, content_type=HTML)
    text = read_document(raw).text
    record = parse_page(raw, site=laid_out_site)
    assert isinstance(record, Comparison) and record.trace
    for path, said in (
        ("title", record.title),
        ("tools[1].tagline", record.tools[1].tagline),
        ("tools[0].entry", "Gratis"),
        ("quotes[3].text", record.quotes[3].text),
        ("quotes[6].reviewer", "Dov"),
    ):
        ((block, start, end),) = record.trace[path]
        assert text[block][start:end] == said
    assert record.layout != parse_page(RawPage(url=URL, body=page().encode())).layout  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("75%", "175%", "field_range", "tools[0].panel_ship_percent"),
        ("Reads to you until you sleep", "undefined", "field_unreadable", "tools[0].tagline"),
        ("Lamp of Oak against", "Lamp against", "names_mismatch", "title"),
        ("Catches the errors that fly at night", "", "field_missing", "tagline"),
        ("91/100 · yea", "191/100 · yea", "field_range", "quotes[0].score"),
        ("Moth Trap and I, said Cleo, part as friends.", "null", "field_unreadable", None),
        ("<footer>The Sunday drawer</footer>", "", "truncated", "quotes"),
    ],
)
def test_a_bad_value_under_a_layout_is_a_failure_of_its_field(
    laid_out_site: str, old: str, new: str, code: str, field: str | None
) -> None:
    line = read(signs().replace(old, new, 1), url=URL, site=laid_out_site)
    assert (line["kind"], line.get("code")) == ("failure", code), line
    assert field is None or line["field"] == field


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<cite>Dov</cite>", ""),
        ("<p class=q>", "<p class=q hidden>"),
        ("<p class=q>", "<button class=q>"),
        ("<p class=n>Moth Trap</p>", "<p class=n>Moth Trap</p><p class=n>Moth Trap</p>"),
    ],
)
def test_a_page_that_a_layout_does_not_fit_is_left_to_the_grammar(
    laid_out_site: str, old: str, new: str
) -> None:
    changed = signs().replace(old, new, 1)
    assert read(changed, url=URL, site=laid_out_site)["kind"] == "failure"
    assert read(page(), url=URL, site=laid_out_site)["kind"] == "comparison"


def test_disagreements_are_found_under_a_layout_too(laid_out_site: str) -> None:
    changed = signs().replace("3 yea / 1 nay", "4 yea / 0 nay")
    assert "share_disagrees" in codes(read(changed, url=URL, site=laid_out_site))


def test_words_of_one_site_mean_nothing_on_another(second_site: str) -> None:
    own = page(table=False).replace("91/100 · yea", "91/100 · ship")
    assert read(own, url=URL, site=second_site)["kind"] == "failure"
    assert read(page(table=False), url=None, site="shiporskip")["code"] == "not_a_comparison"


def test_addresses_follow_the_site_file(second_site: str) -> None:
    site = site_named("yeanay")
    assert site.own_address("http://127.0.0.1:9/versus/a/b?x=1#y") == (
        "https://yeanay.example/versus/a/b"
    )
    assert site.is_listing("https://yeanay.example/versus")
    assert not site.is_listing("https://yeanay.example/gadgets/a")
    assert read(page(), url="https://yeanay.example/gadgets/a", site="yeanay")["kind"] == "other"


def test_a_fixture_folder_is_all_that_its_tests_need(
    second_site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "fixtures" / "yeanay" / "2026-11-01-columns"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(page(table=False), "utf-8")
    (folder / "meta.json").write_text(
        json.dumps({"site": "yeanay", "url": URL, "content_type": HTML, "origin": "invented"}),
        "utf-8",
    )
    assert fixtures.main(["--root", str(tmp_path / "fixtures"), "--accept"]) == 0
    assert fixtures.main(["--root", str(tmp_path / "fixtures")]) == 0
    assert capsys.readouterr().out.endswith("1 fixtures read, 0 changed\n")
    assert fixtures.load_expected(folder)["tools"][1]["name"] == "Moth Trap"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"yeanay.example",', '"shiporskip.io",', "shiporskip.io is claimed by shiporskip too"),
        ('name="yeanay"', 'name="other"', "must define SITE with its own name"),
        ("SITE = Site(", "ANOTHER = Site(", "must define SITE"),
        (
            "words=Words(",
            'layout=Layout(heading="h1[", card="", name="", category="", tagline="", share="",'
            ' entry="", description="", cell="", quote=""), words=Words(',
            r"layout: heading is no CSS selector: 'h1\['",
        ),
    ],
)
def test_a_site_file_that_clashes_is_refused_by_name(
    second_site: str, tmp_path: Path, old: str, new: str, message: str
) -> None:
    file = tmp_path / "more_sites" / "yeanay.py"
    text = SITE_FILE.replace("import Site", "import Layout, Site")
    file.write_text(text.replace(old, new), "utf-8")
    load_sites.cache_clear()
    with pytest.raises(SiteError, match=message) as caught:
        load_sites()
    assert "yeanay" in str(caught.value)


def test_an_unknown_site_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SiteError, match=r"no such site file; there are sample, shiporskip"):
        site_named("yeanay")
