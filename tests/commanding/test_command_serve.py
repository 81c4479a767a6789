"""What `verdicts serve` shows, and what it says where it shows nothing."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import forked
import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, page, store
from web_editions import numbers, published, until
from web_sample import database
from web_server import serving

from archive import Home
from db import build
from db.takedown.withdraw import take_down
from schema.errors import IntegrityError, StartError
from verdicts.commands.serve import serve_home

ODD = "a?b#c%41 d ü😀%zz&mode=rw;%2F"


def current(home: Path) -> Path:
    path = home / "public" / "current.db"
    path.parent.mkdir(parents=True)
    return path


def refuse(home: Path, error: type[Exception], port: int = 0) -> str:
    """The sentence by which a home is refused."""
    with pytest.raises(error) as raised:
        serve_home(home, host="127.0.0.1", port=port, allow_sql=True)
    return str(raised.value)


def text(path: Path) -> None:
    path.write_text("This is a letter, not a database.\n" * 100)


def other(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE letter (words TEXT)")
    conn.close()


def torn(path: Path) -> None:
    path.write_bytes(database().read_bytes()[:40_000])


def hollow(path: Path) -> None:
    whole = bytearray(database().read_bytes())
    whole[8192:] = bytes(len(whole) - 8192)
    path.write_bytes(whole)


@pytest.mark.parametrize("name", [ODD, "%3F", "a b", "ü"])
def test_a_database_is_served_from_any_path(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "verdicts-1.db"
    path.parent.mkdir()
    shutil.copyfile(database().resolve(), path)
    with serving(path) as running:
        assert "Brass Kettle" in running.ask("/tool/brass-kettle").text
        assert running.ask("/verdicts/tool.json").status == 200
    assert [found.name for found in tmp_path.rglob("*")] == [name, path.name]


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("desk@archive.example", "mailto:desk@archive.example"),
        ("mailto:desk@archive.example", "mailto:desk@archive.example"),
        ("https://archive.example/write?to=us", "https://archive.example/write?to=us"),
    ],
)
def test_each_page_names_whom_to_write_to(contact: str, link: str) -> None:
    with serving(database(), "--contact", contact) as running:
        for path in ("/", "/tool/quillfish", "/verdicts/quote", "/nothing"):
            page = running.ask(path).text
            assert f'<a href="{link}">{contact.removeprefix("mailto:")}</a>' in page


def test_a_contact_comes_from_the_environment_and_none_is_invented(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERDICTS_CONTACT", "desk@archive.example")
    with serving(database()) as running:
        assert 'href="mailto:desk@archive.example"' in running.ask("/").text
    monkeypatch.delenv("VERDICTS_CONTACT")
    with serving(database()) as running:
        page = running.ask("/").text
    assert "mailto:" not in page and "<code>verdicts serve --contact</code>" in page


@contextmanager
def served(home: Path, *options: str, **env: str) -> Iterator[tuple[str, forked.Popen[str]]]:
    """The command on a free port, and what it says first."""
    command = [sys.executable, "-m", "verdicts", "serve", "--port", "0", "--home", str(home)]
    with forked.Popen(
        [*command, *options],
        stdout=forked.PIPE,
        stderr=forked.STDOUT,
        text=True,
        env={**os.environ, **env},
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline(), process
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_a_browser_is_opened_once_the_server_answers(home: Path, tmp_path: Path) -> None:
    current(home).symlink_to(database().resolve())
    browser, asked = tmp_path / "browser", tmp_path / "asked"
    browser.write_text(f'#!/bin/sh\necho "$1" > {asked}.part && mv {asked}.part {asked}\n')
    browser.chmod(0o755)
    with served(home, "--open", BROWSER=str(browser)) as (said, _):
        until(asked.exists)
    assert said == f"Serving at {asked.read_text().strip()} (Ctrl-C ends it)\n"


def test_without_a_browser_it_says_so_and_serves(home: Path, tmp_path: Path) -> None:
    current(home).symlink_to(database().resolve())
    nowhere = {"PATH": str(tmp_path), "BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    with served(home, "--open", **nowhere) as (said, process):
        address = said.split()[2]
        assert process.stdout is not None
        assert process.stdout.readline() == (
            f"no browser was found on this machine: open {address} in another\n"
        )
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert answer.status == 200


def test_it_says_which_file_it_shows_once_another_is_published(home: Path) -> None:
    published(home, 1)
    with served(home) as (_, process):
        assert process.stdout is not None
        new = published(home, 2)
        assert process.stdout.readline() == f"Serving {new.name} now\n"


def test_it_goes_on_where_nobody_reads_what_it_says(home: Path) -> None:
    published(home, 1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "verdicts", "serve", "--port", str(port), "--home", str(home)]
    read, write = os.pipe()
    with forked.Popen(command, stdout=write, stderr=write) as process:
        try:
            os.close(write)
            assert os.read(read, 100).startswith(b"Serving at")
            os.close(read)  # nobody reads what it says from here on
            published(home, 2)
            address = f"http://127.0.0.1:{port}/"
            until(lambda: numbers(urllib.request.urlopen(address).read().decode()) == {2})
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.mark.parametrize("contact", ["nobody", "javascript:alert(1)", "<b>@a.example"])
def test_a_contact_by_which_nobody_can_be_reached_is_refused(home: Path, contact: str) -> None:
    shutil.copyfile(database().resolve(), current(home))
    done = verdicts("serve", "--home", home, "--contact", contact)
    assert done.returncode == 2 and f"contact {contact!r}: neither" in done.stderr


@pytest.mark.parametrize("make", [text, Path.touch, other, torn, hollow, Path.mkdir])
@pytest.mark.parametrize("is_linked", [False, True])
def test_what_is_no_database_of_ours_is_named_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], None], is_linked: bool
) -> None:
    link = current(tmp_path)
    make(link.with_name("stranger.db") if is_linked else link)
    if is_linked:
        link.symlink_to("stranger.db")
    said = refuse(tmp_path, IntegrityError)
    assert said.startswith(f"{link}: cannot be served: ")
    assert said.endswith("`verdicts check` says more")


def test_the_command_says_so_and_exits_40(tmp_path: Path) -> None:
    text(current(tmp_path))
    done = verdicts("serve", "--home", tmp_path, "--port", "0")
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (40, 1, "")
    assert "not a readable database" in done.stderr


def test_nothing_to_serve_is_said_with_the_way_out(tmp_path: Path) -> None:
    assert "nothing to serve: `verdicts build`" in refuse(tmp_path, StartError)
    current(tmp_path).symlink_to("gone.db")
    assert "nothing to serve" in refuse(tmp_path, StartError)
    current(tmp_path / "round").symlink_to("current.db")
    assert "Too many levels of symbolic links" in refuse(tmp_path / "round", StartError)


def test_a_withdrawn_database_is_refused_with_date_and_reason(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    made = build(tmp_path, workers=1).path
    take_down(Home(tmp_path), "alder-vs-birch", reason="asked for by its maker")
    said = refuse(tmp_path, StartError)
    assert re.search(
        rf"{made.name}: withdrawn on \d{{4}}-\d\d-\d\dT\S+Z: asked for by its maker; "
        "`verdicts build` publishes without it",
        said,
    )
    made.with_suffix(".withdrawn.json").write_text("{")
    assert "withdrawn" in refuse(tmp_path, StartError)


def test_a_taken_port_is_named_with_the_option_that_takes_another(tmp_path: Path) -> None:
    current(tmp_path).symlink_to(database().resolve())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refuse(tmp_path, StartError, port)
    assert said.startswith(f"127.0.0.1:{port}: cannot be served") and "--port" in said


@pytest.mark.parametrize(
    "wrong",
    [("--proxy", "localhost"), ("--proxy", "0.0.0.0/0"), ("--base-url", "archive"),
     ("--base-url", "/tool/")],
)  # fmt: skip
def test_a_proxy_or_prefix_that_is_none_is_wrong_usage(
    tmp_path: Path, wrong: tuple[str, str]
) -> None:
    shutil.copyfile(database(), current(tmp_path))
    done = verdicts("serve", "--home", str(tmp_path), "--proxy", "127.0.0.1", *wrong)
    assert done.returncode == 2 and f"{wrong[0]} {wrong[1]!r}" in done.stderr
