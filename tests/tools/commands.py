"""Running the real command in a process of its own, for tests of what a user meets."""

from __future__ import annotations

import json
import os
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


def parsed(*arguments: str | Path, **env: str) -> list[dict[str, Any]]:
    """The lines that `verdicts parse ...` printed."""
    return [json.loads(line) for line in verdicts("parse", *arguments, **env).stdout.splitlines()]
