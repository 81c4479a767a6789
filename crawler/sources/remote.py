"""Files at an address (`s3://bucket/a.warc.gz`), fetched for as long as they are read.

`open_address` and `addresses` alone know fsspec, which is an extra of the installation.
"""

from __future__ import annotations

import importlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from crawler.sources.indexes import index_names, selection_of
from schema.errors import UsageError

IS_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://").match
MAGIC = re.compile(r"[*?\[]")
BESIDE_BYTES = 16 << 10
"""So much behind a selected record is fetched with it, for what goes beside it. Units: bytes."""
PIECE = 1 << 20
"""So much is in memory at once. Units: bytes."""


def _fsspec() -> Any:
    try:
        return importlib.import_module("fsspec")
    except ImportError as error:
        what = 'addresses are read with fsspec: pip install -e ".[remote]"'
        raise UsageError(what=what) from error


def addresses(pattern: str) -> list[str]:
    """The addresses that a pattern fits, sorted; itself where it is none.

    Raises: UsageError where it fits nothing, or `open_address` would.
    """
    if not MAGIC.search(pattern):
        return [pattern]
    fsspec = _fsspec()
    try:
        found = fsspec.open_files(pattern, "rb")
        names = sorted(each.fs.unstrip_protocol(each.path) for each in found)
    except Exception as error:
        raise UsageError(what=f"{pattern}: {error}") from error
    if not names:
        raise UsageError(what=f"{pattern}: there is no such file")
    return names


def open_address(address: str) -> BinaryIO:
    """A file at an address, to be read; it can be sought in.

    Raises: OSError where there is none, UsageError where it cannot be asked for: what reads it is
    not installed, or says so by an error of its own, as where credentials are missing.
    """
    fsspec = _fsspec()
    try:
        file: BinaryIO = fsspec.open(address, "rb").open()
    except OSError:
        raise
    except Exception as error:
        raise UsageError(what=f"{address}: {error}") from error
    return file


@contextmanager
def fetched(address: str, claims: Callable[[str], bool]) -> Iterator[Path]:
    """A local file that holds what is wanted of the one at an address, under its own name.

    Where an index beside it selects records, the rest is left out: a hole in a sparse file.
    Raises: OSError where it cannot be fetched; UsageError as `open_address`.
    """
    folder, _, name = address.rpartition("/")
    with tempfile.TemporaryDirectory(prefix="verdicts-import-") as temporary:
        path = Path(temporary, name)
        with open_address(address) as source, path.open("wb") as out:
            selection = None
            besides = index_names(name) if ".warc" in name else ()
            if any(_copy(f"{folder}/{each}", path.with_name(each)) for each in besides):
                size = source.seek(0, 2)
                selection = selection_of(path, claims, size)
                source.seek(0)
            if selection is None:
                shutil.copyfileobj(source, out)
            else:
                out.truncate(size)
                wanted = [(0, 0), *selection.places, (selection.end, size - selection.end)]
                for offset, length in wanted:
                    source.seek(offset)
                    out.seek(offset)
                    left = min(length + BESIDE_BYTES, size - offset)
                    while left > 0 and (piece := source.read(min(left, PIECE))):
                        left -= out.write(piece)
        yield path


def _copy(address: str, path: Path) -> bool:
    """Fetch a file that may be there."""
    try:
        with open_address(address) as source, path.open("wb") as out:
            shutil.copyfileobj(source, out)
    except OSError:
        path.unlink(missing_ok=True)
        return False
    return True
