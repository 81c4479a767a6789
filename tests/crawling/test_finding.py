"""Which pages a crawl finds by lists, redirects and spellings, and in a home that is older."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGES, Answer, Ended, Site, outcomes, rows, run_crawl
from db_home import ALDER, BIRCH, html

from crawler.choosing.paging import MAX_IDLE_PAGES, MAX_PAGES_OF_LIST, ListPages
from crawler.hosts.addresses import MAX_HOPS, next_hop
from parsers.site import USUAL_SPELLINGS
from parsers.sites import site_named

SAMPLE = site_named("sample")
OWN = "https://sample.example"
FIRST, SECOND, THIRD = PAGES
TODAY, TOMORROW = ({"VERDICTS_NOW": f"2026-11-0{day}T12:00:00Z"} for day in (1, 3))


def links(*urls: str) -> Answer:
    shown = "".join(f"<li><a href='{url}'>one</a></li>" for url in urls)
    return Answer(f"<!doctype html><html><body><ul>{shown}</ul></body></html>".encode())


def to(where: str) -> Answer:
    return Answer(b"", 301, headers={"Location": where})


def urlset(*urls: str) -> Answer:
    inside = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return Answer(f"<urlset>{inside}</urlset>".encode(), content_type="application/xml")


def only(site: Site, answers: dict[str, Answer], robots: str = "") -> None:
    """Nothing but these answers and the three pages."""
    pages = {path: Answer(body) for path, body in PAGES.items()}
    rules = Answer(robots.encode(), 200 if robots else 404, "text/plain")
    site.answers = {"/robots.txt": rules, **pages, **answers}


def stored(home: Path) -> set[str]:
    found = rows(home, "SELECT url FROM page WHERE role = 'comparison' AND state = 'captured'")
    return {str(url).removeprefix(OWN) for (url,) in found}


def notes(ended: Ended) -> dict[str, int]:
    found = ended.report["notes"]
    assert isinstance(found, dict)
    return found


def pair_of(number: int) -> str:
    return f"/compare/one-{number}-vs-two-{number}"


def page_of(number: int) -> Answer:
    return Answer(html(replace(ALDER, slug=f"one-{number}"), replace(BIRCH, slug=f"two-{number}")))


@pytest.mark.parametrize("form", ["/compare?page={}", "/compare/page/{}", "/compare?offset={}0"])
def test_all_pages_of_a_list_are_read_however_many_links_that_takes(site, home, form):
    count = 8
    pages = {pair_of(n): page_of(n) for n in range(1, count + 1)}
    lists = {form.format(n): links(pair_of(n), form.format(n + 1)) for n in range(2, count)}
    first = {"/": links("/compare"), "/compare": links(pair_of(1), form.format(2))}
    only(site, {**first, **lists, form.format(count): links(pair_of(count)), **pages})
    ended = run_crawl(home, site.base + "/")
    assert stored(home) == set(pages), notes(ended)
    assert max(site.paths()[path] for path in lists) == 1


def test_a_list_that_goes_on_for_ever_is_left_after_pages_that_name_nothing_new_and_that_is_said(
    site, home
):
    def endless(handler: BaseHTTPRequestHandler) -> None:
        number = int(handler.path.partition("page=")[2] or 1)
        body = links(FIRST, f"/compare?page={number + 1}").body
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    pages = {f"/compare?page={n}": Answer(play=endless) for n in range(2, 4 * MAX_IDLE_PAGES)}
    only(site, {"/": links("/compare"), "/compare": Answer(play=endless), **pages})
    ended = run_crawl(home, site.base + "/")
    assert sum("page=" in path for path in site.paths()) == MAX_IDLE_PAGES + 1
    (said,) = (note for note in notes(ended) if "pages of a list" in note)
    assert "not asked, such as https://sample.example/compare?page=" in said
    assert stored(home) == {FIRST}


def test_a_list_has_a_budget_of_its_own():
    pages, whole = ListPages(), OWN + "/compare"
    asked = 0
    for number in range(2, 2 * MAX_PAGES_OF_LIST):
        url = f"{whole}?page={number}"
        if pages.may_ask(url, whole):
            asked += 1
            pages.read(url, whole, {f"new-{number}"})
    assert asked == MAX_PAGES_OF_LIST
    assert pages.may_ask(OWN + "/?page=2", OWN + "/"), "another list has one too"


def test_depth_that_was_reached_is_said(site, home):
    deep = {f"/compare?sort={n}": links(f"/compare?sort={n + 1}") for n in range(6)}
    only(site, {"/": links("/compare?sort=0", FIRST), **deep})
    ended = run_crawl(home, site.base + "/")
    assert any("listings more than 3 levels deep, not asked" in note for note in notes(ended))


def test_a_sitemap_that_names_few_pages_does_not_end_the_search(site, home):
    only(site, {"/sitemap.xml": urlset(OWN + FIRST), "/": links(SECOND), "/compare": links(THIRD)})
    site.answers["/"] = links(SECOND, "/compare")
    run_crawl(home, site.base + "/", env=TODAY)
    assert stored(home) == set(PAGES)
    site.asked.clear()
    run_crawl(home, env=TODAY)
    assert not site.asked, "nothing is asked for twice a day"
    run_crawl(home, env=TOMORROW)
    assert {path: site.paths()[path] for path in ("/", "/compare", "/sitemap.xml")} == {
        "/": 1, "/compare": 1, "/sitemap.xml": 1,
    }  # fmt: skip


def test_what_an_address_is_is_judged_anew_at_each_visit(site, home):
    """A list under a sitemap's name one day, a sitemap under a list's the next."""
    robots = f"User-agent: *\nSitemap: {site.base}/compare\n"
    only(site, {"/compare": links(FIRST)}, robots)
    run_crawl(home, site.base + "/", env=TODAY)
    assert stored(home) == {FIRST}
    assert rows(home, f"SELECT role FROM page WHERE url = '{OWN}/compare'") == [("listing",)]
    site.answers["/compare"] = urlset(OWN + FIRST, OWN + SECOND)
    run_crawl(home, env=TOMORROW)
    assert stored(home) == {FIRST, SECOND}
    assert rows(home, f"SELECT role FROM page WHERE url = '{OWN}/compare'") == [("sitemap",)]
    site.answers["/compare"] = links(*PAGES)
    run_crawl(home, env={"VERDICTS_NOW": "2026-11-06T12:00:00Z"})
    assert stored(home) == set(PAGES)


@pytest.mark.parametrize("how", ["by name", "due", "all due"])
def test_a_home_in_which_roles_are_stuck_heals_at_the_next_crawl(site, home, how):
    """As 0.2 left them: a list and a comparison asked for as sitemaps, a sitemap never asked."""
    only(site, {"/": links("/compare"), "/compare": links(FIRST)})
    site.answers["/inner-sitemap.xml"] = urlset(OWN + THIRD)
    run_crawl(home, site.base + "/", env=TODAY)
    run_crawl(home, site.base + SECOND, env=TODAY)
    with sqlite3.connect(home / "ledger.db") as db:
        stuck = "role = 'sitemap', due = NULL, last_outcome = 'damaged', last_reason = 'xml'"
        db.execute(f"UPDATE page SET {stuck} WHERE url IN ('{OWN}/compare', '{OWN}{SECOND}')")
        db.execute(f"UPDATE page SET state = 'done' WHERE url = '{OWN}/'")
        db.execute(
            "INSERT INTO page (site, url, role, state, origin, known_since) VALUES"
            f" ('sample', '{OWN}/inner-sitemap.xml', 'other', 'known', '{site.base}', '2026')"
        )
    db.close()
    site.answers["/compare"] = links(FIRST, SECOND, "/inner-sitemap.xml")
    site.asked.clear()
    named = {"by name": [site.base + "/"], "due": [], "all due": ["--all-due"]}[how]
    run_crawl(home, *named, env=TOMORROW)
    assert stored(home) == set(PAGES)
    asked = site.paths()
    assert (asked["/compare"], asked[SECOND], asked["/inner-sitemap.xml"]) == (1, 1, 1)
    roles = rows(home, "SELECT DISTINCT role FROM page WHERE url LIKE '%-vs-%'")
    assert roles == [("comparison",)]


def test_a_list_that_was_stuck_is_due_also_where_nothing_else_is(site, home):
    only(site, {"/compare": links(FIRST)})
    run_crawl(home, site.base + "/compare", env=TODAY)
    with sqlite3.connect(home / "ledger.db") as db:
        stuck = "role = 'sitemap', due = NULL, last_outcome = 'damaged', last_reason = 'xml'"
        db.execute(f"UPDATE page SET {stuck} WHERE url = '{OWN}/compare'")
    db.close()
    site.answers["/compare"] = links(FIRST, SECOND)
    run_crawl(home, env=TODAY)
    assert stored(home) == {FIRST, SECOND}


def test_a_comparison_stays_one_whatever_it_answers(site, home):
    robots = f"User-agent: *\nSitemap: {site.base}{FIRST}\n"
    only(site, {FIRST: urlset(OWN + SECOND)}, robots)
    ended = run_crawl(home, site.base + "/")
    assert rows(home, f"SELECT role FROM page WHERE url = '{OWN}{FIRST}'") == [("comparison",)]
    assert (ended.exit_code, ended.report["asked"]) == (10, 1)


def test_where_a_redirect_leads_to_another_comparison_that_is_asked_for_as_itself(site, home):
    only(site, {"/": links("/compare/old-vs-older"), "/compare/old-vs-older": to(FIRST)})
    ended = run_crawl(home, site.base + "/")
    assert outcomes(home, "/compare/old-vs-older") == ["http_error:moved"]
    assert stored(home) == {FIRST}
    assert ended.report["failed"] == {"http_error:moved": 1}


def test_comparisons_that_lead_to_each_other_are_each_asked_for_once(site, home):
    only(site, {FIRST: to(SECOND), SECOND: to(FIRST)})
    run_crawl(home, site.base + FIRST)
    assert (site.paths()[FIRST], site.paths()[SECOND]) == (1, 1)


def test_a_chain_of_comparisons_that_lead_on_and_on_ends_and_is_told(site, home):
    chain = {pair_of(number): to(pair_of(number + 1)) for number in range(30)}
    only(site, {"/": links(pair_of(0)), **chain})
    ended = run_crawl(home, site.base + "/")
    asked = [path for _, path, _ in site.asked if path.startswith("/compare/one-")]
    assert len(asked) == len(set(asked)) == MAX_HOPS + 1
    (said,) = (note for note in notes(ended) if "behind a chain of others" in note)
    assert pair_of(MAX_HOPS + 1) in said


def test_what_a_pages_head_names_is_a_list_too(site, home):
    head = "<link rel=sitemap href=/map><link rel=alternate type='application/rss+xml' href=/feed>"
    feed = f"<rss><channel><item><link>{OWN}{SECOND}</link></item></channel></rss>".encode()
    only(
        site,
        {
            "/": Answer(f"<html><head>{head}</head><body></body></html>".encode()),
            "/map": urlset(OWN + FIRST),
            "/feed": Answer(feed, content_type="text/xml"),
        },
    )
    assert run_crawl(home, site.base + "/").exit_code == 0
    assert stored(home) == {FIRST, SECOND}


def test_a_list_goes_on_where_its_head_says_so(site, home):
    second = Answer(links(SECOND).body, headers={"Link": '</compare?page=3>; rel="next"'})
    first = (
        f"<html><head><link rel=next href='/compare?page=2'></head><a href='{FIRST}'>a</a></html>"
    )
    only(
        site,
        {
            "/": links("/compare"),
            "/compare": Answer(first.encode()),
            "/compare?page=2": second,
            "/compare?page=3": links(THIRD),
        },
    )
    run_crawl(home, site.base + "/")
    assert stored(home) == {FIRST, SECOND, THIRD}


def test_a_list_that_cannot_be_read_ends_a_crawl_with_10_and_is_named(site, home):
    children = "".join(f"<sitemap><loc>{OWN}/m{n}.xml</loc></sitemap>" for n in (1, 2))
    index = Answer(f"<sitemapindex>{children}</sitemapindex>".encode(), content_type="text/xml")
    only(site, {"/sitemap.xml": index, "/m1.xml": urlset(OWN + FIRST), "/m2.xml": Answer(b"", 403)})
    ended = run_crawl(home, site.base + "/")
    assert (ended.exit_code, ended.report["unread_lists"]) == (10, [OWN + "/m2.xml"])
    assert "pages may be missing, a list could not be read whole: " in ended.errors


def test_a_list_that_leads_to_a_comparison_makes_it_known(site, home):
    only(site, {"/": to(FIRST)})
    run_crawl(home, site.base + "/")
    assert stored(home) == {FIRST}


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/compare/caf\xc3\xa9?a b", "/compare/caf%C3%A9?a%20b"),
        ("/compare/caf\xe9", "/compare/caf%C3%A9"),
        ("/compare/caf%C3%A9", "/compare/caf%C3%A9"),
        (" /compare/x ", "/compare/x"),
    ],
)
def test_a_location_in_plain_bytes_leads_where_a_browser_goes(location, target):
    assert next_hop(OWN + "/a", location, 0, SAMPLE, None) == OWN + target


SPELLED = (".html", "/amp", "/amp/", "/", ";jsessionid=1A2B", ".html;jsessionid=3C", "?utm=x")


@pytest.mark.parametrize("tail", SPELLED)
def test_two_spellings_of_one_page_are_one_page(site, home, tail):
    only(site, {"/": links(FIRST + tail, FIRST, "/compare/%61lder%2Dvs-cedar")})
    site.answers[FIRST + tail] = site.answers[FIRST]
    run_crawl(home, site.base + "/")
    assert stored(home) == {FIRST, "/compare/alder-vs-cedar"}
    assert site.paths()[FIRST + tail] == 0
    # Also where the other one is met on another day.
    site.answers["/"] = links(FIRST + tail)
    run_crawl(home, site.base + "/")
    assert stored(home) == {FIRST, "/compare/alder-vs-cedar"}


@pytest.mark.parametrize("tail", SPELLED[:-1])
def test_a_page_that_is_there_in_one_spelling_only_is_read(site, home, tail):
    only(site, {"/": links(FIRST + tail), FIRST + tail: Answer(PAGES[FIRST])})
    del site.answers[FIRST]
    ended = run_crawl(home, site.base + "/")
    assert (stored(home), ended.exit_code) == ({FIRST + tail}, 0)


@pytest.mark.parametrize("odd", [f"/fr{FIRST}", f"{FIRST}/print", FIRST.upper()])
def test_a_spelling_that_no_site_file_tells_is_known_and_said(site, home, odd):
    only(site, {"/": links(odd, SECOND)})
    ended = run_crawl(home, site.base + "/")
    assert site.paths()[odd] == 0
    found = rows(home, f"SELECT role, state FROM page WHERE url = '{OWN}{odd}'")
    assert found == [("other", "known")]
    (said,) = (note for note in notes(ended) if "spelling" in note)
    assert said.endswith(f"not asked, such as {OWN}{odd}")


def test_a_site_file_may_tell_further_spellings():
    site = replace(SAMPLE, spellings=(*USUAL_SPELLINGS, r"^/(?:fr|de)(?=/)"))
    spelled = f"{OWN}/fr{FIRST}.html;jsessionid=1"
    assert site.plain_address(spelled) == OWN + FIRST
    assert (site.pair(spelled), site.slugs(spelled)) == ("alder-vs-birch", [("alder", "birch")])
    assert not SAMPLE.is_comparison(spelled)
    assert SAMPLE.is_odd_comparison(spelled)


def test_a_turned_pair_that_calls_itself_by_the_other_address_is_one_comparison(site, home):
    turned = "/compare/birch-vs-alder"
    canonical = f"<link rel=canonical href='{FIRST}'></head>".encode()
    only(site, {turned: Answer(PAGES[FIRST].replace(b"</head>", canonical))})
    run_crawl(home, site.base + turned)
    assert stored(home) == {turned, FIRST}, "what it calls itself is asked for as itself"
    built = verdicts("build", "--home", home)
    assert built.returncode == 0, built.stderr
    published = sqlite3.connect(built.stdout.split()[-1])
    asked = "SELECT comparison FROM comparison"
    assert published.execute(asked).fetchall() == [("alder-vs-birch",)]
    found = published.execute("SELECT url, state, captures FROM page ORDER BY url").fetchall()
    assert found == [(OWN + FIRST, "stored", 1), (OWN + turned, "stored", 1)]
    assert published.execute("SELECT count(*) FROM tool").fetchone() == (2,)
    published.close()
    assert verdicts("check", "--home", home, "--deep").returncode == 0


def test_a_turned_pair_that_shows_something_of_its_own_is_kept_beside_the_other(site, home):
    turned = "/compare/birch-vs-alder"
    canonical = f"<link rel=canonical href='{FIRST}'></head>".encode()
    other = PAGES[FIRST].replace(b"</head>", canonical).replace(b"forgets them", b"keeps them")
    only(site, {turned: Answer(other)})
    run_crawl(home, site.base + turned)
    built = verdicts("build", "--home", home)
    published = sqlite3.connect(built.stdout.split()[-1])
    assert published.execute("SELECT count(*) FROM comparison").fetchone() == (2,)
    published.close()
