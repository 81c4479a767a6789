"""docs/research.ipynb executed anew: `make notebook` prints what it says otherwise than it did.

It makes a release of the sample archive for that, as it was on one day, on which the days in the
notebook depend. `--accept` keeps what came out. Nothing else writes into the notebook's outputs.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "research.ipynb"
FONTS = ROOT / ".bootstrap" / "matplotlib"
"""Where matplotlib keeps its list of fonts, which takes it a second to make."""
NOW = "2026-11-20T00:00:00Z"
"""When the sample was captured that the notebook shows."""
CELL_S = 60
"""How long a cell may take; measured: 4 s of one core for all of them. Units: seconds."""
COLOURS = 32
"""How many of a plot's are kept: with all of them the notebook is three times as large."""


def main() -> int:
    """Run the command; gives its exit code."""
    parser = argparse.ArgumentParser(prog="make notebook", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="keep what came out")
    is_accepted = parser.parse_args().accept
    with tempfile.TemporaryDirectory() as scratch:
        made = executed(sample_release(Path(scratch)))
    different = list(unified_diff([*told(kept())], [*told(made)], "kept", "made", lineterm=""))
    print("\n".join(different) or f"{NOTEBOOK.name} says what it said")
    if is_accepted:
        nbformat.write(made, NOTEBOOK)
        print(f"{NOTEBOOK.name} was rewritten")
    return 1 if different and not is_accepted else 0


def kept() -> NotebookNode:
    """The notebook as it is stored."""
    return nbformat.read(NOTEBOOK, as_version=4)


def told(notebook: NotebookNode) -> Iterator[str]:
    """Each line that the cells print or show, after the cell's name; of a plot that it is there."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            said = "(a plot)" if "image/png" in data else data["text/plain"]
            yield from (f"{cell.id}: {line}" for line in said.splitlines())


def plots(notebook: NotebookNode) -> Iterator[tuple[str, Image.Image]]:
    """Each plot with the name of its cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if packed := output.get("data", {}).get("image/png"):
                yield cell.id, Image.open(io.BytesIO(base64.b64decode(packed)))


def sample_release(folder: Path) -> Path:
    """A release of the sample archive, made by the commands."""
    for words in ("demo --no-serve", "export --home demo --out releases"):
        subprocess.run(
            [sys.executable, "-m", "verdicts", *words.split()],
            cwd=folder,
            env={**os.environ, "VERDICTS_NOW": NOW},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    (made,) = (folder / "releases").iterdir()
    return made


def executed(release: Path) -> NotebookNode:
    """The notebook as it comes out for a release, with a kernel and settings of its own.

    Raises: CellExecutionError where a cell fails.
    """
    notebook = kept()
    metadata = notebook.metadata.copy()
    with tempfile.TemporaryDirectory() as scratch:
        kernel = {"transport": "ipc", "connection_file": f"{scratch}/kernel.json"}
        client = NotebookClient(
            notebook,
            timeout=CELL_S,
            record_timing=False,
            resources={"metadata": {"path": str(NOTEBOOK.parent)}},
            config=Config(KernelManager=kernel),
        )
        own = {"IPYTHONDIR": scratch, "MPLCONFIGDIR": str(FONTS), "VERDICTS_RELEASE": str(release)}
        client.execute(env={**os.environ, **own})
    notebook.metadata = metadata  # else it names the Python that ran it
    for output in (each for cell in notebook.cells for each in cell.get("outputs", [])):
        if packed := output.get("data", {}).get("image/png"):
            output.data["image/png"] = _smaller(packed)
    return notebook


def _smaller(packed: str) -> str:
    image, out = Image.open(io.BytesIO(base64.b64decode(packed))), io.BytesIO()
    image.convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


if __name__ == "__main__":
    sys.exit(main())
