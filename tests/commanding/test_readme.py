"""What README.md shows can be typed as it stands: its commands, queries, code and addresses.

The release that its commands make of the sample is also what docs/research.ipynb is executed on.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import forked
import pytest
import research_notebook
from PIL import Image

from schema import papers
from schema.rows import ROWS
from verdicts.cli import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"(?:<!-- (not run|served|two terminals):[^\n]*-->\n)?```(\w+)\n(.*?)```", re.S)
IGNORED = [
    line.strip("/")
    for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
MAKE_BLOCK = "make demo\nmake test\n"


def blocks(language: str, mark: str = "") -> list[str]:
    """The contents of the README's blocks in a language, those with the mark or without one."""
    wanted = (mark, language)
    return [text for found, name, text in BLOCK.findall(README) if (found, name) == wanted]


def commands(*texts: str) -> list[str]:
    """The commands of some blocks, continued lines joined."""
    joined = "".join(texts).replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip()]


FROM_ARCHIVE, FROM_RELEASE = blocks("python")
SHELL = commands(*(text for text in blocks("sh") if text != MAKE_BLOCK))


@dataclass(frozen=True)
class Checkout:
    """A fresh copy of the project, in which the README's commands were run in their order.

    They were forked from one interpreter that has imported the copy; what serves is begun anew.
    """

    path: Path
    env: dict[str, str]
    results: dict[str, subprocess.CompletedProcess[str]]

    def run(self, command: list[str], **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.path,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def listed(root: Path) -> list[str] | None:
    """What git knows of a checkout, and modules that it is yet to be told of.

    Absent: None in an unpacked source, or without git.
    """
    if not (root / ".git").exists() or shutil.which("git") is None:
        return None
    found: list[str] = []
    for which in (["--cached"], ["--others", "--exclude-standard", "--", "*.py"]):
        done = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", *which],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return None
        found += done.stdout.split("\0")
    return [name for name in found if (root / name).is_file()]


def copy_project(root: Path, to: Path) -> None:
    """Copy the project, and nothing that its commands made beside it."""
    names = listed(root)
    if names is None:
        ignore = shutil.ignore_patterns(".git", *IGNORED)
        shutil.copytree(root, to, ignore=ignore, symlinks=True)
        return
    for name in names:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, to / name, follow_symlinks=False)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    base = tmp_path_factory.mktemp("readme")
    copy_project(ROOT, base / "verdicts")
    (base / "home").mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith("VERDICTS_")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    # An editable installation elsewhere must not stand in for the copy.
    env |= {"HOME": str(base / "home"), "PYTHONPATH": str(base / "verdicts")}
    copy = Checkout(base / "verdicts", env, {})
    (base / "bin").mkdir()
    path = f"{base / 'bin'}{os.pathsep}{env['PATH']}"
    python = forked.launcher(base / "bin", copy.path)
    found = copy.run([str(python), "-c", "import verdicts.cli as it; print(it.__file__)"])
    assert found.stdout == f"{copy.path / 'verdicts' / 'cli.py'}\n", found
    (base / "bin" / "verdicts").write_text(f'#!/bin/sh\nexec {python} -m verdicts "$@"\n')
    (base / "bin" / "verdicts").chmod(0o755)
    for command in SHELL:
        # The sample is captured on the day on which it was for the notebook.
        clock = {"VERDICTS_NOW": research_notebook.NOW} if "verdicts demo" in command else {}
        copy.results[command] = copy.run(["bash", "-c", command], PATH=path, **clock)
    return copy


@pytest.mark.parametrize("command", SHELL)
def test_a_command_does_what_the_readme_says(checkout: Checkout, command: str) -> None:
    done = checkout.results[command]
    # The sample site has pages that must fail, which the README explains as exit code 10.
    has_bad_pages = "demo/warc" in command or command.startswith("verdicts build")
    assert done.returncode == (10 if has_bad_pages else 0), done.stderr[-2000:]
    assert "Traceback" not in done.stderr


def test_build_prints_the_path_of_the_database_last(checkout: Checkout) -> None:
    (built,) = (done for command, done in checkout.results.items() if " build " in command)
    path = Path(built.stdout.splitlines()[-1])
    assert path.is_absolute()
    assert path.is_file()


def test_what_the_commands_make_is_neither_copied_nor_committed(
    checkout: Checkout, tmp_path: Path
) -> None:
    made = {path.name for path in checkout.path.iterdir()}
    assert {"demo", "saved", "backup", "restored", "scratch", "demo.cdxj"} <= made
    copy_project(checkout.path, tmp_path / "again")
    kept = {path.name for path in (tmp_path / "again").iterdir()}
    project = {name.split("/")[0] for name in listed(ROOT) or []} or kept
    assert kept == project


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_checkout_is_copied_as_git_lists_it_with_modules_that_are_new(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "myhome" / "public").mkdir(parents=True)
    for name in ("tracked.txt", "new.py", "myhome/ledger.db", "myhome/public/one.db", "gone.py"):
        (root / name).write_text("old")
    (root / "myhome" / "public" / "current.db").symlink_to("one.db")
    for command in (["init", "-q"], ["add", "tracked.txt", "gone.py"]):
        subprocess.run(["git", "-C", str(root), *command], check=True)
    (root / "tracked.txt").write_text("modified")
    (root / "gone.py").unlink()
    copy_project(root, tmp_path / "copy")
    copied = {
        str(path.relative_to(tmp_path / "copy")): path.read_text()
        for path in (tmp_path / "copy").rglob("*")
        if path.is_file()
    }
    assert copied == {"tracked.txt": "modified", "new.py": "old"}


def test_a_crawl_of_the_sample_site_in_two_terminals(checkout: Checkout) -> None:
    serve, crawl = commands(*blocks("sh", "two terminals"))
    assert serve.endswith(" --port 8200") and "http://127.0.0.1:8200 " in crawl
    with subprocess.Popen(
        shlex.split(serve.replace("--port 8200", "--port 0")),
        cwd=checkout.path,
        env=checkout.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
            assert found
            done = checkout.run(shlex.split(crawl.replace("http://127.0.0.1:8200", found[0])))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
    assert done.returncode == 10, done.stderr[-2000:]  # the sample has pages that must fail
    assert (checkout.path / "crawled" / "ledger.db").is_file()


@pytest.mark.parametrize("query", blocks("sql"))
def test_a_query_gives_rows(checkout: Checkout, query: str) -> None:
    uri = (checkout.path / "demo/public/current.db").as_uri()
    with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as db:
        assert db.execute(query).fetchall()


def test_the_code_runs_and_reads_every_kind_of_page(checkout: Checkout) -> None:
    done = checkout.run([sys.executable, "-c", FROM_ARCHIVE])
    assert done.returncode == 0, done.stderr[-2000:]
    assert {line.split()[0] for line in done.stdout.splitlines()} == {
        "comparison",
        "failure",
        "other",
    }


def test_the_code_counts_the_verdicts_of_a_release(checkout: Checkout) -> None:
    done = checkout.run([sys.executable, "-c", FROM_RELEASE])
    assert done.returncode == 0, done.stderr[-2000:]
    with closing(sqlite3.connect(checkout.path / "demo/public/current.db")) as db:
        sql = "SELECT verdict, count(*) FROM quote GROUP BY verdict ORDER BY 2 DESC"
        counts = [[verdict, str(count)] for verdict, count in db.execute(sql)]
    assert [line.split() for line in done.stdout.splitlines()[1:-1]] == counts


def test_the_notebook_says_of_the_sample_what_is_printed_in_it(checkout: Checkout) -> None:
    (release,) = (checkout.path / "releases").iterdir()
    made, kept = research_notebook.executed(release), research_notebook.kept()
    assert [*research_notebook.told(made)] == [*research_notebook.told(kept)], "make notebook"
    for notebook in (made, kept):
        drawn = {cell: coloured(plot) for cell, plot in research_notebook.plots(notebook)}
        assert len(drawn) == 6 and min(drawn.values()) > 1000, drawn
    assert str(checkout.path) not in str(made)


def coloured(plot: Image.Image) -> int:
    """Number of points in a colour: what is written, axes and grounds have none."""
    saturation = plot.convert("RGB").convert("HSV").getchannel("S")
    return sum(saturation.histogram()[128:])


@pytest.fixture
def address(checkout: Checkout) -> Iterator[str]:
    """Where the README's server answers, on a free port instead of the one it names."""
    (command,) = commands(*blocks("sh", "served"))
    assert "--port 8001" in command
    with subprocess.Popen(
        shlex.split(command.replace("--port 8001", "--port 0")),
        cwd=checkout.path,
        env=checkout.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
            assert found
            yield found[0]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


def test_every_address_that_the_readme_names_answers(address: str) -> None:
    named = re.findall(r"<http://127\.0\.0\.1:8001([^>]*)>", README)
    assert len(named) == 6
    for path in named:
        with urllib.request.urlopen(address + path, timeout=20) as answer:
            assert (answer.status, path) == (200, path)
            assert answer.read()


def test_the_two_commands_stand_at_the_beginning() -> None:
    assert MAKE_BLOCK in "\n".join(README.splitlines()[:25])


def test_every_command_and_option_that_the_readme_shows_exists() -> None:
    shown = [
        *SHELL,
        *commands(
            *blocks("sh", "not run"),
            *blocks("sh", "served"),
            *blocks("sh", "two terminals")[0].splitlines()[1:],
        ),
    ]
    used = {}
    for command in shown:
        program, name, *rest = shlex.split(command)
        assert program == "verdicts"
        command_itself = cli.commands[name]
        if isinstance(command_itself, click.Group):
            command_itself = command_itself.commands[rest[0]]
        known = {option for param in command_itself.params for option in param.opts}
        assert {word for word in rest if word.startswith("--")} <= known, command
        used[name] = known
    assert used.keys() == cli.commands.keys()


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert len(links) >= 5
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_paper_of_tables_says_what_the_database_holds() -> None:
    stored = (ROOT / "docs" / "tables.md").read_text("utf-8")
    assert stored == papers.page(), "python -m schema.papers > docs/tables.md"
    for row in ROWS:
        assert f"\n## {row.table}\n" in stored
        assert all(f"\n| `{column}` | " in stored for column in row.model_fields)


@pytest.mark.parametrize("paper", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_every_link_of_a_paper_leads_to_a_file_and_a_heading(paper: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", paper.read_text("utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (paper.parent / name).resolve() if name else paper
        assert target.is_file(), link
        heads = re.findall(r"(?m)^#+ (.+)$", target.read_text("utf-8")) if anchor else []
        named = [re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads]
        assert not anchor or anchor in named, link
