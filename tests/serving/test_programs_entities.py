"""JSON at each entity's address: it says what the page says, and withholds what it withholds."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from web_sample import EVIL, NOW, TAKES, database, sha
from web_server import Server, server, serving

from web.programs.entities import ENTITIES, PER_PART
from web.programs.shapes import ErrorAnswer, ReviewerAnswer

__all__ = ["server"]
KEY = sha("quillfish", TAKES[0].format(name="Quillfish"))
PAGES = [
    "/compare/brass-kettle-vs-lantern-notes",
    "/compare/quillfish-vs-quillfish-two",
    "/compare/brass-kettle-vs-veiled",
    "/compare/evil-vs-name",
    "/compare/urn:sha256:" + sha("urn"),
    "/tool/quillfish",
    "/tool/veiled",
    "/tool/" + quote("name:Loose / Leaf?", safe=":"),
    "/tool/" + quote(f"name:{EVIL}", safe=":"),
    f"/quote/{KEY}",
    "/reviewer/Builder",
    "/reviewer/" + quote(f"{EVIL}0", safe=""),
    "/release/2026-10",
]
SHAPES = {place: kind.shape for place, kind in ENTITIES.items()} | {"reviewer": ReviewerAnswer}


@pytest.mark.parametrize("path", PAGES)
def test_each_entity_has_the_json_that_is_described(server: Server, path: str) -> None:
    answer = server.ask(f"{path}.json")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    said = SHAPES[path.split("/")[1]].model_validate_json(answer.body)
    assert said.page == server.address + path[1:]
    assert answer.headers["link"] == f'<{said.page}>; rel="canonical"'
    assert answer.headers["x-robots-tag"] == "noindex"
    for address in said.tables.values():
        rows = json.loads(server.ask(address.removeprefix(server.address[:-1])).body)
        assert rows["ok"]
    held = server.ask(f"{path}.json", **{"If-None-Match": answer.headers["etag"]})
    assert (held.status, held.body) == (304, b"")


@pytest.mark.parametrize("path", PAGES[:-1])
def test_json_holds_the_words_of_the_page_and_none_that_it_withholds(
    server: Server, path: str
) -> None:
    shown = re.findall(r"<blockquote[^>]*><p[^>]*>(.*?)</p></blockquote>", server.ask(path).text)
    shown = [html.unescape(re.sub(r"<[^>]*>", "", each)) for each in shown]
    found = json.loads(server.ask(f"{path}.json").body)
    told = found.get("quotes", [found])
    assert sorted(each["text"] for each in told if each["text"]) == sorted(shown)
    assert all((each["text"] is None) == (each["withheld"] is not None) for each in told)
    assert "Secret words" not in server.ask(f"{path}.json").text


def test_a_day_is_answered_as_its_page_is(server: Server) -> None:
    for path in ("/compare/brass-kettle-vs-lantern-notes", "/tool/quillfish"):
        page, answer = (server.ask(f"{path}{end}?as_of=2026-11-01") for end in ("", ".json"))
        assert page.status == answer.status in (200, 404)
        if answer.status == 200:
            found = json.loads(answer.body)
            assert found["as_of"] == "2026-11-01" and found["page"].endswith("?as_of=2026-11-01")
    early = "/compare/brass-kettle-vs-lantern-notes.json?as_of=2020-01-01"
    assert server.ask(early).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/tool/quillfish.json?as_of=soon",
        "/tool/quillfish.json?as_fo=2026-11-01",
        "/tool/quillfish.json?as_of=2026-11-01&as_of=2026-11-02",
        f"/quote/{KEY}.json?as_of=2026-11-01",
        "/reviewer/Builder.json?page=0",
        "/reviewer/Builder.json?page=%C2%B2",
        "/reviewer/Builder.json?as_of=2026-11-01",
    ],
)
def test_an_argument_that_cannot_be_used_is_refused(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 400 and ErrorAnswer.model_validate_json(answer.body).status == 400


def test_what_was_taken_down_is_gone_with_its_reason_and_what_never_was_is_not(
    server: Server,
) -> None:
    for path in ("/compare/felled-vs-tree", "/release/2026-09", "/compare/no", "/tool/no"):
        answer, page = server.ask(f"{path}.json"), server.ask(path)
        assert answer.status == page.status in (404, 410)
        assert answer.headers["content-type"].startswith("application/json")
    gone = ErrorAnswer.model_validate_json(server.ask("/compare/felled-vs-tree.json").body)
    assert gone.takedown is not None
    assert (gone.takedown.reason, gone.takedown.added_at) == ("It was asked for", NOW)
    assert server.ask("/reviewer/Nobody.json").status == 404


def altered(folder: Path, *statements: str) -> Path:
    """A copy of the sample in which these statements were executed."""
    path = folder / "verdicts-0123abce.db"
    shutil.copy(database().resolve(), path)
    with closing(sqlite3.connect(path)) as conn, conn:
        for statement in statements:
            conn.execute(statement)
    return path


def test_a_key_that_ends_in_json_is_its_own_page(tmp_path: Path) -> None:
    path = altered(
        tmp_path,
        "update tool set tool = 'package.json' where tool = 'evil'",
        "update reviewer set name = 'Builder.json' where name = 'Builder'",
    )
    with serving(path) as running:
        for page, json_of_it in (
            ("/tool/package.json", "/tool/package.json.json"),
            ("/reviewer/Builder.json", "/reviewer/Builder.json.json"),
        ):
            assert running.ask(page).headers["content-type"].startswith("text/html")
            assert json.loads(running.ask(json_of_it).body)["page"] == running.address + page[1:]


def test_all_of_a_reviewers_quotes_come_in_parts(tmp_path: Path) -> None:
    path = altered(
        tmp_path, "update quote set reviewer_id = 1", "delete from reviewer where id not in (1, 2)"
    )
    with closing(sqlite3.connect(path)) as conn:
        most = conn.execute("select count(*) from quote").fetchone()[0]
        name = conn.execute("select name from reviewer where id = 1").fetchone()[0]
    keys, asked = [], f"/reviewer/{name}.json"
    with serving(path) as running:
        while asked:
            found = json.loads(running.ask(asked).body)
            assert len(found["quotes"]) <= PER_PART and found["quotes_count"] == most
            keys += [each["key"] for each in found["quotes"]]
            asked = (found["next"] or "").removeprefix(running.address[:-1])
    assert len(keys) == len(set(keys)) == most


def test_addresses_are_those_that_a_proxy_says() -> None:
    with serving(database(), "--proxy", "127.0.0.1", "--base-url", "/archive/") as running:
        said = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "verdicts.example"}
        found = json.loads(running.ask("/archive/tool/quillfish.json", **said).body)
    assert found["page"] == "https://verdicts.example/archive/tool/quillfish"
    begins = "https://verdicts.example/archive/verdicts/quotes.json?"
    assert found["tables"]["quotes"].startswith(begins)
