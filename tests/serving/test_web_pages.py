"""Every kind of page, asked from a real server process."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from web_sample import EVIL, NOW, RTL, TAKES, database, sha
from web_server import Server, server, serving

__all__ = ["server"]
QUOTE_KEY = sha("quillfish", TAKES[0].format(name="Quillfish"))
DATA_BLOCK = '<script type="application/ld+json">'
"""What a page says of itself to programs: no browser runs it."""
URN = "urn:sha256:" + sha("urn")
OF_THE_RECORD = [
    "/changes",
    "/changes?tool=quillfish",
    "/compare/quillfish-vs-quillfish-two/changes",
    "/captures/quillfish-vs-quillfish-two",
    "/predictions",
    "/findings",
    "/findings?attribute=any",
    "/coverage",
    "/runs",
]
"""What changed, is due, disagrees, is here and ran."""
PAGES = [
    "/",
    "/compare/brass-kettle-vs-lantern-notes",
    "/compare/quillfish-vs-quillfish-two",
    "/compare/paper-heron-vs-silent-orchard",
    "/compare/brass-kettle-vs-veiled",
    "/compare/evil-vs-name",
    f"/compare/{URN}",
    "/tool/quillfish",
    "/tool/evil",
    "/tool/" + quote("name:Loose / Leaf?", safe=""),
    "/tool/" + quote(f"name:{EVIL}", safe=":"),
    "/category/Developer%20Tools",
    "/category/" + quote(EVIL, safe=""),
    "/reviewer/Builder",
    "/reviewer/Builder?sort=score&verdict=ship",
    "/reviewer/Builder?page=7",
    "/reviewer/" + quote(f"{EVIL}0", safe=""),
    "/search",
    "/search?q=export",
    "/search?q=script",
    "/search?q=script&in=cards",
    "/search?q=" + quote(EVIL),
    "/search?q=export&page=99",
    f"/quote/{QUOTE_KEY}",
    "/pictures",
    "/release/2026-10",
    "/tools",
    "/comparisons?sort=gap",
    "/reviewers",
    "/about",
    "/data",
    *OF_THE_RECORD,
    "/verdicts",
    "/verdicts/-/query",
    "/verdicts/-/query?sql=" + quote("select detail, field from finding"),
    "/verdicts/-/schema",
]
TABLES = [
    "capture",
    "card",
    "code",
    "comparison",
    "comparison_quote",
    "comparison_version",
    "crawl",
    "description",
    "failure",
    "finding",
    "inference_accuracy",
    "method",
    "near_duplicate",
    "page",
    "quote",
    "redundancy",
    "release",
    "reviewer",
    "reviewer_agreement",
    "reviewer_figure",
    "side",
    "side_quote",
    "site",
    "template",
    "templates",
    "tool",
    "version_side",
]


def words_of(page: str) -> str:
    """The text a reader sees, with its white space evened out."""
    shown = re.sub(r"<script.*?</script>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", shown)).split())


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_whole_html_with_a_title_and_one_main_heading(
    server: Server, path: str
) -> None:
    answer = server.ask(path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>\n<html lang=")
    assert answer.text.count("<h1") == 1
    assert re.search(r"<title>[^<]{4,}</title>", answer.text)
    assert '<meta name="description"' in answer.text
    assert '<meta property="og:image" content="http://' in answer.text
    (canonical,) = re.findall('<link rel="canonical" href="([^"]*)"', answer.text)
    assert canonical.startswith(server.address)
    assert server.ask(canonical.removeprefix(server.address.rstrip("/"))).status == 200
    assert "not verified" in answer.text and "no licence granted" in answer.text


@pytest.mark.parametrize("path", [*PAGES, *(f"/verdicts/{table}" for table in TABLES)])
def test_no_page_carries_a_script_or_asks_another_host_for_anything(
    server: Server, path: str
) -> None:
    text = server.ask(path).text.replace(DATA_BLOCK, "")
    tags = re.findall(r"<[a-z][^>]*>", text, re.I)
    assert not [tag for tag in tags if re.match(r"<(script|iframe|object|embed|img|style)", tag)]
    fetched = [
        tag
        for tag in tags
        if re.match(r"<(link|form|source)", tag)
        and not re.search('rel="(alternate|canonical)"', tag)
    ]
    assert not [tag for tag in fetched if re.search(r'(src|href|action)="(https?:)?//', tag)]
    assert not [tag for tag in tags if re.search(r"\s(style|on[a-z]+)=", tag)]


def test_hostile_text_in_any_column_stays_text(server: Server) -> None:
    for path in ("/compare/evil-vs-name", "/tool/evil", "/", "/verdicts/finding"):
        page = server.ask(path).text
        assert "<script>" not in page
        assert "&lt;script&gt;alert" in page
        assert EVIL in html.unescape(page)


def test_addresses_that_are_no_web_addresses_are_not_links(server: Server) -> None:
    for path in ("/compare/evil-vs-name", "/tool/evil", "/verdicts/tool", "/verdicts/comparison"):
        assert not re.search(r'href="\s*(javascript|data):', server.ask(path).text)


def test_home_counts_what_there_is_and_leaves_bookkeeping_to_coverage(server: Server) -> None:
    page = server.ask("/").text
    text = words_of(page)
    for part in ("11 comparisons", "11 tools", "8 named reviewers", "Search 48 quotes"):
        assert part in text
    assert "Newest comparisons" in text and "Brass Kettle vs Lantern Notes" in text
    assert "quote_count" not in text and "refused" not in text and 'href="/coverage"' in page


def test_a_comparison_shows_two_cards_eight_quotes_and_where_they_come_from(server: Server) -> None:
    page = server.ask("/compare/brass-kettle-vs-lantern-notes").text
    assert page.count('<article class="card">') == 2
    assert page.count('<article class="quote"') == 8
    assert 'href="https://shiporskip.io/compare/brass-kettle-vs-lantern-notes"' in page
    text = words_of(page)
    assert "captured 2026-11-01, 12:00 UTC" in text
    assert "Lantern Notes leads: 100% of its panel say ship, against 75%." in text
    assert "Panel ≠ 75% ship Mixed 100% ship Ship" in text
    assert "Creator ≠ 84 skip 84 ship Dissent Creator says skip none" in text
    assert "Price ≠ Free · Free for one person Paid · Free for one person" in text
    assert "Panel votes ≠ 3 ship / 1 skip 4 ship / 0 skip" in text
    assert "Community ≠ no votes yet 0% ship (0 of 1)" in text
    assert "Category ≠ Developer Tools Productivity" in text
    assert "Best for ≠ The developer tools desk mate The productivity desk mate" in text
    assert "on Brass Kettle 84 /100 skip" in text
    assert NOW in text and "Cite this page" in text


def test_a_comparison_begins_with_the_scores_and_says_printed_once_at_most(server: Server) -> None:
    page = server.ask("/compare/brass-kettle-vs-lantern-notes").text
    assert page.index('class="matrix"') < page.index("<blockquote>")
    assert page.count("printed on the page") <= 1
    assert len(page.encode()) < 60_000


def test_an_inferred_verdict_is_marked_where_the_scores_stand(server: Server) -> None:
    page = server.ask(f"/compare/{URN}").text
    matrix = page.partition("</table>")[0]
    assert "<sup title=" in matrix and "* The verdict is not printed on the page" in page
    printed = server.ask("/compare/brass-kettle-vs-lantern-notes").text
    assert "<sup" not in printed and "* The verdict" not in printed


def test_of_two_tools_of_one_name_it_is_said_which_leads(server: Server) -> None:
    text = words_of(server.ask("/compare/quillfish-vs-quillfish-two").text)
    assert "Quillfish (second) leads: 100% of its panel say ship, against 25%." in text


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/compare/brass-kettle-vs-lantern-notes", ["json"]),
        ("/tool/quillfish", ["atom+xml", "json"]),
        ("/reviewer/Builder", ["atom+xml", "json"]),
        ("/changes", ["atom+xml"]),
        ("/comparisons", ["atom+xml"]),
        ("/about", []),
    ],
)
def test_a_page_leads_to_its_feed_and_its_json(server: Server, path: str, kinds: list[str]) -> None:
    head = server.ask(path).text.partition("</head>")[0]
    led = re.findall('rel="alternate" type="application/([^"]*)" href="([^"]*)"', head)
    assert [kind for kind, _ in led] == kinds
    for kind, href in led:
        answer = server.ask(href)
        assert answer.status == 200 and kind in answer.headers["content-type"]


@pytest.mark.parametrize(
    "path", ["/compare/brass-kettle-vs-lantern-notes", "/tool/quillfish", f"/quote/{QUOTE_KEY}"]
)
def test_a_page_is_cited_in_the_forms_that_programs_for_references_read(
    server: Server, path: str
) -> None:
    address = server.address.rstrip("/") + path
    page = server.ask(path).text
    for form in ("bib", "ris", "csl.json"):
        assert f'href="{path}.{form}"' in page
    bib = server.ask(f"{path}.bib").text
    assert bib.startswith("@misc{verdicts:") and f"url = {{{address}}}" in bib
    assert re.search(r"year = \{20\d\d\}", bib) and "author = {{" in bib
    ris = server.ask(f"{path}.ris").text.split("\r\n")
    assert ris[0] == "TY  - ELEC" and f"UR  - {address}" in ris
    assert re.fullmatch(r"PY  - \d{4}", next(line for line in ris if line.startswith("PY")))
    (csl,) = json.loads(server.ask(f"{path}.csl.json").body)
    assert csl["URL"] == address and csl["version"].startswith("verdicts-") and csl["accessed"]
    assert server.ask(f"{path}x.bib").status == 404


def test_a_page_says_of_itself_to_programs_what_it_says_to_people(server: Server) -> None:
    page = server.ask("/compare/brass-kettle-vs-lantern-notes").text
    (told,) = re.findall(re.escape(DATA_BLOCK) + "(.*?)</script>", page)
    said = json.loads(told)
    assert said["isBasedOn"]["url"] == "https://shiporskip.io/compare/brass-kettle-vs-lantern-notes"
    assert [each["name"] for each in said["about"]] == ["Brass Kettle", "Lantern Notes"]
    assert said["url"] in page.partition("</head>")[0].partition(DATA_BLOCK)[0]
    assert '<meta property="og:title" content="Brass Kettle vs Lantern Notes' in page
    hostile = server.ask("/compare/evil-vs-name").text
    (told,) = re.findall(re.escape(DATA_BLOCK) + "(.*?)</script>", hostile, re.S)
    assert json.loads(told)["about"][0]["name"] == EVIL


def test_each_quote_of_a_comparison_can_be_linked_to(server: Server) -> None:
    page = server.ask("/compare/quillfish-vs-quillfish-two").text
    anchors = re.findall(r'id="(quote-\d-[0-9a-f]{8})"', page)
    assert len(anchors) == len(set(anchors)) == 8
    assert all(f'href="#{anchor}"' in page for anchor in anchors)


def test_an_inferred_verdict_says_how_it_is_known_and_marks_the_words(server: Server) -> None:
    page = server.ask(f"/compare/{URN}").text
    assert "what the panel&#39;s share leaves" in page
    assert '<mark class="cue">Working with Plain Card</mark> feels' in page
    assert "reviewer not named" in page
    assert "the page’s address is not known" in page


def test_a_missing_quote_is_said_to_be_missing(server: Server) -> None:
    page = server.ask("/compare/paper-heron-vs-silent-orchard").text
    assert page.count('<article class="quote"') == 7
    assert "No quote on Silent Orchard in this row." in words_of(page)


def test_withheld_text_is_explained_and_nowhere_on_the_site(server: Server) -> None:
    answer = server.ask("/compare/brass-kettle-vs-veiled")
    assert "asks not to be archived" in words_of(answer.text)
    assert "Secret words" not in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "could not be read. This is the last good one" in answer.text
    assert "0 quotes" in words_of(server.ask("/search?q=%22secret+words%22").text)
    assert "robots" not in server.ask("/compare/brass-kettle-vs-lantern-notes").text


@pytest.mark.parametrize(
    ("path", "is_asked_not_to"),
    [
        ("/tool/veiled", True),
        ("/tool/brass-kettle", False),
        ("/verdicts/comparison/1", True),
        ("/verdicts/tool", True),
        ("/verdicts/quote.json", True),
        ("/verdicts", True),
        ("/compare/brass-kettle-vs-lantern-notes", False),
        ("/", False),
    ],
)
def test_search_engines_are_asked_to_leave_data_pages_and_what_such_pages_alone_show(
    server: Server, path: str, is_asked_not_to: bool
) -> None:
    answer = server.ask(path)
    assert answer.status == 200
    assert (answer.headers.get("x-robots-tag") == "noindex") is is_asked_not_to


def test_versions_and_findings_are_shown(server: Server) -> None:
    text = words_of(server.ask("/compare/quillfish-vs-quillfish-two").text)
    assert "2 shown 2026-10-02 2026-11-01 html:9f3c" in text
    assert "Nowhere: what the page states twice agrees." in text
    text = words_of(server.ask("/compare/evil-vs-name").text)
    assert "The badge does not follow from the panel share." in text


def test_text_that_turns_direction_is_isolated(server: Server) -> None:
    page = server.ask("/compare/paper-heron-vs-silent-orchard").text
    assert f'<p dir="auto">{RTL}</p>' in page
    assert f"<bdi>{RTL}</bdi>" in server.ask("/verdicts/quote").text


def test_a_tool_has_its_cards_quotes_comparisons_and_namesakes(server: Server) -> None:
    page = server.ask("/tool/quillfish").text
    text = words_of(page)
    assert 'href="/tool/quillfish-two"' in page
    assert "4 distinct quotes" in text and "In 4 comparisons" in text
    assert "Panel 25% ship Skip" in text and "Price Paid" in text


def test_a_reviewers_counts_are_printed_verdicts_of_distinct_quotes(server: Server) -> None:
    text = words_of(server.ask("/reviewer/Builder").text)
    sql = (
        "select count(*) as quotes, sum(verdict = 'ship' and verdict_source = 'page') as ship"
        " from quote join reviewer on reviewer.id = quote.reviewer_id where name = 'Builder'"
    )
    told = json.loads(server.ask(f"/verdicts/-/query.json?_shape=array&sql={quote(sql)}").body)[0]
    assert f"distinct quotes {told['quotes']}" in text
    assert f"printed ship {told['ship']}" in text
    slots = json.loads(server.ask("/verdicts/version_quote.json?_size=0&_extra=count").body)[
        "count"
    ]
    assert told["quotes"] < slots


def test_a_quote_names_every_comparison_that_shows_it(server: Server) -> None:
    page = server.ask(f"/quote/{QUOTE_KEY}").text
    assert "Shown in 4 comparisons" in words_of(page)
    links = re.findall(r'href="(/compare/[^"#]+)#(quote-\d-[0-9a-f]{8})"', page)
    assert len(links) == 4
    for path, anchor in links:
        assert f'id="{anchor}"' in server.ask(path).text


def test_a_withdrawn_release_is_a_tombstone(server: Server) -> None:
    answer = server.ask("/release/2026-09")
    assert answer.status == 410
    assert "Withdrawn" in answer.text and "&lt;script&gt;" in answer.text


def test_search_ranks_marks_and_pages(server: Server) -> None:
    page = server.ask("/search?q=screenshots").text
    assert "<mark>screenshot</mark>" in page
    assert re.search(r">\d+ quotes</a>", page)
    names = server.ask("/search?q=quillfish").text
    assert '<a href="/tool/quillfish"><bdi><mark>Quillfish</mark></bdi></a>' in names
    cards = server.ask("/search?q=quillfish&in=cards").text
    assert "<mark>Quillfish</mark>" in cards
    many = server.ask("/search?q=the").text
    assert "Page 1 of" in many and 'rel="next"' in many
    assert "Page 2 of" in server.ask("/search?q=the&in=quotes&page=2").text


@pytest.mark.parametrize(
    "asked",
    [
        '"',
        "*",
        "a OR",
        "NEAR(",
        "-",
        "text:",
        "^",
        "{x}",
        "(((",
        "'",
        ";",
        "\x00",
        "%",
        "日本",
        "' OR 1=1 --",
        '"unclosed phrase',
        "AND",
        "x" * 5000,
        "\ud7ff￾",
        "a" + "́" * 300,
    ],
)
def test_nothing_typed_into_search_is_an_error(server: Server, asked: str) -> None:
    answer = server.ask("/search?q=" + quote(asked))
    assert answer.status == 200
    assert re.search("Nothing was found|no word to look for|Type a word|quotes</a>", answer.text)


def test_search_says_so_when_nothing_is_found(server: Server) -> None:
    text = words_of(server.ask("/search?q=zeppelin").text)
    assert "Nothing was found for zeppelin among the quotes" in text


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/compare/no-vs-where",
        "/tool/name%3ANobody%20%2F",
        "/reviewer/Nobody",
        "/quote/00",
        "/release/1999",
        "/verdicts/nothing",
        "/verdicts/tool/9999",
        "/compare/%FF%00",
    ],
)
def test_what_is_not_there_is_a_friendly_404(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 404
    assert "Not found" in answer.text and "Traceback" not in answer.text


def test_json_answers_for_tables_rows_views_and_sql(server: Server) -> None:
    for path in (
        "/verdicts.json",
        "/verdicts/tool.json",
        "/verdicts/tool/1.json",
        "/verdicts/comparison_quote.json?comparison=brass-kettle-vs-lantern-notes&_shape=array",
        "/verdicts/-/query.json?sql=select+count(*)+from+quote",
        "/verdicts/quote.json?_search=screenshot",
    ):
        answer = server.ask(path)
        assert answer.status == 200, path
        assert answer.headers["content-type"].startswith("application/json")
        json.loads(answer.body)
    rows = json.loads(
        server.ask(
            "/verdicts/comparison_quote.json?comparison=brass-kettle-vs-lantern-notes&_shape=array"
        ).body
    )
    assert [row["position"] for row in rows] == list(range(1, 9))
    wrong = server.ask("/verdicts/-/query.json?sql=selekt")
    assert wrong.status == 400 and json.loads(wrong.body)["ok"] is False


@pytest.mark.parametrize("path", ["/compare/brass-kettle-vs-lantern-notes", f"/quote/{QUOTE_KEY}"])
def test_a_citation_holds_the_whole_address_that_was_asked_for(server: Server, path: str) -> None:
    for host in ("archive.example", "[::1]:8001", "the_archive:80"):
        cite = server.ask(path, Host=host).text.partition('<h2 id="cite">')[2]
        assert f", http://{host}{path}</bdi>" in cite


def test_a_span_of_one_day_is_one_date(server: Server) -> None:
    for path in ("/", "/tool/quillfish", "/reviewer/Builder", f"/quote/{QUOTE_KEY}"):
        text = words_of(server.ask(path).text)
        assert not re.search(r"(\d{4}-\d\d-\d\d) to \1", text)
    assert "seen from 2026-10-02 to 2026-11-01" in words_of(server.ask("/tool/quillfish").text)


def test_a_reviewers_page_names_him_once_not_on_each_card(server: Server) -> None:
    page = server.ask("/reviewer/Builder").text
    assert page.count('<article class="quote"') > 3
    assert 'href="/reviewer/Builder"' not in page.partition("</header>")[2]


@pytest.mark.parametrize("path", [*PAGES, "/verdicts/crawl", "/verdicts/quote/1", "/nothing"])
def test_every_page_leads_to_the_list_of_all_comparisons(server: Server, path: str) -> None:
    header = server.ask(path).text.partition("</header>")[0]
    assert '<a href="/comparisons"' in header


def test_head_is_answered_without_a_body_wherever_get_is(server: Server) -> None:
    for path in ("/", "/compare/brass-kettle-vs-lantern-notes", "/verdicts/tool.json", "/search"):
        answer = server.ask(path, method="HEAD")
        assert (answer.status, answer.body) == (200, b"")


def test_the_style_sheet_is_small_and_served(server: Server) -> None:
    href = re.search(r'rel="stylesheet" href="([^"]+)"', server.ask("/").text)
    assert href
    answer = server.ask(href[1])
    assert answer.headers["content-type"].startswith("text/css")
    assert 0 < len(answer.body) < 24 * 1024
    assert b"url(" not in answer.body and b"@import" not in answer.body


def test_a_running_server_keeps_its_file_when_the_link_moves_on(tmp_path: Path) -> None:
    named = tmp_path / "verdicts-1.db"
    shutil.copyfile(database().resolve(), named)
    (tmp_path / "current.db").symlink_to(named.name)
    with serving(tmp_path / "current.db") as running:
        (tmp_path / "current.db").unlink()
        (tmp_path / "current.db").symlink_to("nowhere.db")
        assert running.ask("/verdicts/tool").status == 200
