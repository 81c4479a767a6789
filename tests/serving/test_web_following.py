"""A server follows the link that names what is published, and no visitor notices."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import json
import shutil
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from takedown_home import NOW, REASON, TAKEN_PAGE, built
from takedown_home import build as build_home
from web_editions import HTML, WAIT_S, candidate, held, numbers, published, reading, shows, until
from web_server import Server, serving

from archive import Home
from db.takedown.withdraw import take_down
from machine.files import point
from schema.published import manifest_path, tombstone_path
from web.asgi import AsgiMessage
from web.following import Following, opened
from web.serving import make_datasette

PUBLISHES = 50
EVERY_S = 0.15


def link_of(home: Path) -> Path:
    return home / "public" / "current.db"


def test_fifty_publishes_fail_no_request_and_each_answer_is_of_one_edition(home: Path) -> None:
    published(home, 0)
    with serving(link_of(home)) as server, reading(server.address) as readers:
        for number in range(1, PUBLISHES + 1):
            time.sleep(EVERY_S)
            published(home, number)
        until(lambda: shows(server, PUBLISHES))
        until(lambda: all(seen and seen[-1] == PUBLISHES for seen in readers.seen))
        until(lambda: held(server.process.pid, home / "public") == {link_of(home).resolve().name})
        assert server.printed() == ""
    assert readers.wrong == []
    assert all(seen == sorted(seen) for seen in readers.seen), "a client was led back"
    assert len(set().union(*readers.seen)) > 2


async def asked(
    application: Callable[..., Any], path: str, *, until: asyncio.Event | None = None
) -> set[int]:
    """The editions in an answer, to a visitor who takes its body once an event has come."""
    body = b""

    async def send(message: AsgiMessage) -> None:
        nonlocal body
        if until is not None:
            await until.wait()
        body += message.get("body", b"")

    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http"}
    scope |= {"path": path, "raw_path": path.encode(), "query_string": b"", "headers": []}
    await application(scope, None, send)
    return numbers(body.decode())


def is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def test_a_request_ends_on_the_edition_that_it_began_with_which_is_then_let_go(home: Path) -> None:
    old = published(home, 1)
    link, told = link_of(home), list[Path]()

    async def visit() -> None:
        first = await asyncio.to_thread(lambda: opened(make_datasette(link)))
        shown = Following(first, make_datasette, told.append)
        looking = asyncio.create_task(shown.follow(link))
        released = asyncio.Event()
        slow = asyncio.create_task(asked(shown, "/tool/quillfish", until=released))
        await asyncio.sleep(0.05)
        new = published(home, 2)
        while not told:
            await asyncio.sleep(0.05)
        assert told == [new] and await asked(shown, "/tool/quillfish") == {2}
        assert is_locked(old)
        released.set()
        assert await slow == {1}
        while is_locked(old):
            await asyncio.sleep(0.05)
        looking.cancel()
        await shown.close()
        assert not is_locked(new)

    asyncio.run(asyncio.wait_for(visit(), WAIT_S))


def test_nothing_is_left_in_memory_of_an_edition_that_was_left(home: Path) -> None:
    path = published(home, 1)

    async def visit() -> weakref.ref[object]:
        datasette = make_datasette(path)
        edition = await asyncio.to_thread(opened, datasette)
        for page in HTML:
            assert await asked(edition.answer, page) == {1}
        for page in ("/changes", "/coverage", "/pictures", "/reviewers", "/verdicts/ship_rate"):
            await asked(edition.answer, page)
        await edition.leave()
        return weakref.ref(datasette)

    left = asyncio.run(visit())
    gc.collect()
    assert left() is None


def strange(home: Path) -> Path:
    path = home / "public" / "verdicts-strange.db"
    path.write_bytes(b"no database " * 1000)
    return path


def missing(home: Path) -> Path:
    return home / "public" / "verdicts-missing.db"


def torn(home: Path) -> Path:
    manifest = candidate(home, 7)
    path = home / "public" / manifest.name
    path.write_bytes((home / "public" / ".candidate.db").read_bytes()[:90_000])
    return path


def withdrawn(home: Path) -> Path:
    path = home / "public" / "verdicts-withdrawn.db"
    shutil.copyfile(link_of(home), path)
    reasons = [{"date": NOW, "kind": "page", "reason": "asked for"}]
    stone = {"withdrawn": path.name, "withdrawn_at": NOW, "reasons": reasons, "sha256": ""}
    tombstone_path(path).write_text(json.dumps({**stone, "rows": {}, "taken": {}, "sites": []}))
    return path


def not_looked_into(home: Path) -> Path:
    held = {"id": 1, "added_at": NOW, "reason": "asked for", "lifted_at": None}
    (home / "takedowns.json").write_text(json.dumps({"takedowns": [held]}))
    manifest = candidate(home, 8)
    path = home / "public" / manifest.name
    (home / "public" / ".candidate.db").rename(path)
    manifest_path(path).write_text(manifest.model_dump_json())
    return path


def printed_until(server: Server, words: str) -> str:
    """What a server has printed once these words are in it."""
    said = list[str]()

    def is_there() -> bool:
        said.append(server.printed())
        return words in "".join(said)

    until(is_there)
    return "".join(said)


UNFIT = [strange, missing, torn, withdrawn, not_looked_into]


def test_what_cannot_be_shown_is_named_once_and_the_present_edition_goes_on(home: Path) -> None:
    published(home, 1)
    with serving(link_of(home)) as server:
        for make in UNFIT:
            bad = make(home)
            point(link_of(home), bad.name)
            told = printed_until(server, "stays\n")
            time.sleep(1.1)  # looked at twice more
            told += server.printed()
            assert told.count("\n") == 1 and bad.name in told, told
            assert "names what is not shown" in told and shows(server, 1)
        (home / "takedowns.json").unlink()
        published(home, 2)
        until(lambda: shows(server, 2))


def test_a_file_that_could_not_be_shown_is_once_it_can(home: Path) -> None:
    published(home, 1)
    with serving(link_of(home)) as server:
        manifest = candidate(home, 2)
        point(link_of(home), manifest.name)
        printed_until(server, "No such file")
        (home / "public" / ".candidate.db").rename(home / "public" / manifest.name)
        until(lambda: shows(server, 2))


def test_after_a_take_down_nothing_is_shown_until_a_build_and_then_the_new_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = built(tmp_path, monkeypatch)
    with serving(link_of(home)) as server:
        assert server.ask("/compare/alder-vs-birch").status == 200
        take_down(Home(home), TAKEN_PAGE, reason=REASON)
        for path in ("/", "/compare/alder-vs-birch", "/compare/alder-vs-cedar"):
            assert server.ask(path).status == 503
        time.sleep(1.2)
        assert server.ask("/").status == 503
        build_home(home)
        until(lambda: server.ask("/").status == 200)
        assert server.ask("/compare/alder-vs-birch").status == 410
        assert server.ask("/compare/alder-vs-cedar").status == 200
        assert server.printed().count("withdrawn") == 1


def test_a_file_that_is_named_itself_and_by_no_link_is_shown_for_good(home: Path) -> None:
    path = published(home, 1)
    with serving(path) as server:
        published(home, 2)
        time.sleep(1.5)
        assert shows(server, 1)


def test_a_page_held_from_one_edition_is_not_the_same_in_the_next(home: Path) -> None:
    published(home, 1)
    with serving(link_of(home)) as server:
        tag = server.ask("/tool/quillfish").headers["etag"]
        assert server.ask("/tool/quillfish", **{"If-None-Match": tag}).status == 304
        published(home, 2)
        until(lambda: shows(server, 2))
        fresh = server.ask("/tool/quillfish", **{"If-None-Match": tag})
        assert fresh.status == 200 and numbers(fresh.text) == {2}
