"""Running the real command in a process of its own, for tests of what a user meets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import forked


def verdicts(
    *arguments: str | Path, cwd: Path | None = None, **env: str
) -> forked.CompletedProcess[str]:
    """What `verdicts ...` did: exit code, standard output, standard error."""
    return forked.run(
        [sys.executable, "-m", "verdicts", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=120,
        env={**os.environ, **env},
    )


def build_without(library: str, home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """`verdicts build` where a library of an extra is missing, in an interpreter of its own."""
    (folder / "sitecustomize.py").write_text(
        "import importlib.util as util; find = util.find_spec\n"
        f"util.find_spec = lambda name, *m: None if name == '{library}' else find(name, *m)\n"
    )
    paths = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "verdicts", "build", "--home", home],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )


def parsed(*arguments: str | Path, **env: str) -> list[dict[str, Any]]:
    """The lines that `verdicts parse ...` printed."""
    return [json.loads(line) for line in verdicts("parse", *arguments, **env).stdout.splitlines()]
