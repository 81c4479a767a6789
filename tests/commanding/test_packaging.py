"""What is installed is what was tested, and a wheel holds all that the commands need."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ROOMS = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
DECLARED = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
RESEARCH = [Requirement(text) for text in PROJECT["project"]["optional-dependencies"]["research"]]
RELEASE = [Requirement(text) for text in PROJECT["project"]["optional-dependencies"]["release"]]
MCP = [Requirement(text) for text in PROJECT["project"]["optional-dependencies"]["mcp"]]
RUNTIME, DEV, BUILD = "requirements.lock", "requirements-dev.lock", "requirements-build.lock"
LOCKS = (RUNTIME, DEV, BUILD, "requirements-interop.lock", ".ci/uv.lock", "bench/requirements.lock")
PIN = re.compile(r"([a-z0-9-]+)==([^ ;\\]+)(?: ; ([^\\]+))? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?")


@cache
def pins(lock: str) -> dict[str, str]:
    found = (PIN.match(line) for line in (ROOT / lock).read_text("utf-8").splitlines())
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_names_no_index(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    header = [line for line in lines if line.startswith("#")]
    assert header[1:] == ["#    make lock"]
    body = [line for line in lines if not line.startswith("#")]
    assert [line for line in body if not (PIN.fullmatch(line) or HASH.fullmatch(line))] == []
    followers = zip(body, [*body[1:], ""], strict=True)
    assert [a for a, b in followers if PIN.fullmatch(a) and not HASH.fullmatch(b)] == []


@pytest.mark.parametrize("lock", [RUNTIME, BUILD])
def test_the_dev_lock_agrees_with_the_smaller_ones(lock: str) -> None:
    assert pins(lock).items() <= pins(DEV).items()


@pytest.mark.parametrize("wanted", DECLARED, ids=lambda wanted: wanted.name)
def test_the_runtime_lock_satisfies_each_dependency(wanted: Requirement) -> None:
    version = pins(RUNTIME)[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(version, prereleases=True)


@pytest.mark.parametrize("group", ["build", "dev"])
def test_the_dev_lock_satisfies_each_group(group: str) -> None:
    texts = [text for text in PROJECT["dependency-groups"][group] if isinstance(text, str)]
    for wanted in map(Requirement, texts):
        version = pins(BUILD if group == "build" else DEV)[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(version), wanted


def test_an_alpha_is_pinned_exactly() -> None:
    alphas = {name for name, pin in pins(RUNTIME).items() if re.search(r"\d(a|b|rc)\d", pin)}
    assert alphas == {"datasette"}
    assert [str(wanted.specifier) for wanted in DECLARED if wanted.name in alphas] == ["==1.0a41"]


def imported() -> set[str]:
    """Every module from outside that a room imports, by its first name."""
    found: set[str] = set()
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - set(ROOMS)


def test_what_the_rooms_import_is_declared_and_what_is_declared_is_imported() -> None:
    owners = packages_distributions()
    used = {canonicalize_name(owners[name][0]) for name in imported()}
    assert used == {
        canonicalize_name(wanted.name) for wanted in DECLARED + RESEARCH + RELEASE + MCP
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel made from a copy of the project."""
    base = tmp_path_factory.mktemp("wheel")
    (base / "copy").mkdir()
    for name in ("pyproject.toml", "README.md", *PROJECT["project"]["license-files"], ".gitignore"):
        shutil.copy(ROOT / name, base / "copy")
    for room in ROOMS:
        shutil.copytree(ROOT / room, base / "copy" / room)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-build-isolation",
            "--no-deps",
            "--no-index",
            "--wheel-dir",
            str(base),
            ".",
        ],
        cwd=base / "copy",
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    (made,) = base.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        return archive.namelist()


def test_the_wheel_holds_every_file_of_the_rooms_and_nothing_else(wheel: list[str]) -> None:
    files = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file())
    ours = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert {name for name in wheel if ".dist-info/" not in name} == ours


def test_the_wheel_holds_the_licences(wheel: list[str]) -> None:
    held = {name.rpartition("/licenses/")[2] for name in wheel if "/licenses/" in name}
    assert held == {"LICENSE", "LICENSE-annotations", "NOTICE"}


def test_the_command_that_is_installed_exists() -> None:
    module, _, name = PROJECT["project"]["scripts"]["verdicts"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_version_is_the_same_in_every_paper() -> None:
    version = PROJECT["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def make(*arguments: str) -> str:
    # What make itself was told must not reach the make that a test starts.
    told = {"MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "ARGS", "PYTHON", "VENV"}
    env = {name: text for name, text in os.environ.items() if name not in told}
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env=env,
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_nothing_is_installed_twice(tmp_path: Path) -> None:
    assert "--require-hashes -r requirements.lock" in make("-n", "demo", f"VENV={tmp_path}")
    for stamp in (".python", ".runtime", ".dev", ".project"):
        (tmp_path / stamp).touch()
    assert make("-n", "demo", f"VENV={tmp_path}", "ARGS=--no-serve").splitlines() == [
        f"{tmp_path}/bin/verdicts demo --no-serve"
    ]
    assert make("-n", "test", f"VENV={tmp_path}").split() == [
        f"{tmp_path}/bin/python",
        "-m",
        "pytest",
        "-q",
        "-n",
        "3",
        "--dist",
        "loadfile",
    ]


def make_venv(*arguments: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ".ci/make-venv", *arguments],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_a_machine_without_a_new_python_is_told_so_in_a_sentence(tmp_path: Path) -> None:
    done = make_venv(str(tmp_path / "venv"), path=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "no Python 3.11 or newer was found" in done.stderr


def test_an_old_python_is_refused_by_name(tmp_path: Path) -> None:
    old = tmp_path / "python3.6"
    old.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    old.chmod(0o755)
    done = make_venv(str(tmp_path / "venv"), str(old))
    assert done.returncode == 1
    assert done.stderr == f"make-venv: {old} is not a Python 3.11 or newer\n"


def test_an_environment_that_is_there_is_left_alone(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    assert make_venv(str(venv), sys.executable).returncode == 0
    (venv / "mine").touch()
    assert make_venv(str(venv), sys.executable).returncode == 0
    assert (venv / "mine").exists()


def test_the_continuous_run_uses_the_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    demo, test = re.findall(r"```sh\n(make .*)\n(make .*)\n```", readme)[0]
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert (demo, test) == ("make demo", "make test")
    assert f" {test} 2>&1 |" in script


SKIP = '<testcase name="b"><skipped message="{}"/></testcase>'


@pytest.mark.parametrize(
    ("cases", "allowed", "code"),
    [
        ('<testcase name="a"/>', [], 0),
        ("", [], 1),
        ('<testcase name="a"/>' + SKIP.format("VERDICTS_SEEDS is not set"), [], 1),
        ('<testcase name="a"/>' + SKIP.format("VERDICTS_SEEDS is not set"), ["seeds"], 0),
        ('<testcase name="a"/>' + SKIP.format("no chromium is installed here"), ["seeds"], 1),
        ('<testcase name="a"/>' + SKIP.format("not today"), ["seeds", "browser"], 1),
    ],
)
def test_a_skip_without_leave_fails_the_continuous_run(
    tmp_path: Path, cases: str, allowed: list[str], code: int
) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", "utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / ".ci/skips.py", report, *allowed],
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )
    assert done.returncode == code
    assert ("not run: 1 tests" in done.stdout) == (code == 0 and "skipped" in cases)


def test_the_top_level_holds_no_paper_but_those_that_are_meant_to_be_there() -> None:
    papers = {"CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "README.md", "SECURITY.md"}
    legal = {"LICENSE", "LICENSE-annotations", "Makefile", "NOTICE"}
    there = {path.name for path in ROOT.glob("[A-Z]*") if path.is_file()}
    assert there == papers | legal
