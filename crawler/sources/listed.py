"""The addresses that a list of files gives, and what in it and among the files met nothing."""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.sources.files import real
from crawler.sources.read import holds_many
from schema.errors import UsageError


@dataclass(frozen=True, slots=True)
class Listed:
    """Addresses by the files' real paths, and the lines that met no file, each with why."""

    urls: dict[Path, str] = field(default_factory=dict)
    unmet: tuple[str, ...] = ()


def read_urls_file(path: Path, files: Sequence[Path]) -> Listed:
    """The addresses that the `file<TAB>address` lines of a list give to the files of a call.

    A file is looked for beside the list, then from the present folder, then by the end of its path
    among the files that were given, where that fits one of them alone: a bare name is enough.
    Raises: UsageError for a line of another shape, or a list that cannot be read.
    """
    given = {real(file): file for file in files}
    by_name: dict[str, list[Path]] = defaultdict(list)
    for file in given:
        by_name[file.name].append(file)
    urls: dict[Path, str] = {}
    unmet: list[str] = []
    for number, name, url in _lines(path):
        met = _met(path, name, given, by_name)
        if not met:
            why = "meets no file that was given"
        elif len(met) > 1:
            why = f"fits {len(met)} files"
        elif holds_many(met[0]):
            why = "holds many pages, which have addresses of their own"
        elif urls.setdefault(met[0], url) == url:
            continue
        else:
            why = "has another address in another line"
        unmet.append(f"{path}: line {number}: {name!r} {why}")
    return Listed(urls, tuple(unmet))


def _lines(path: Path) -> list[tuple[int, str, str]]:
    try:
        data = path.read_bytes()
        marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        text = data.decode("utf-16" if data.startswith(marks) else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(what=f"{path}: cannot be read: {error}") from error
    found = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        name, tab, url = line.partition("\t")
        if not line.strip():
            continue
        if not tab or not url.strip():
            raise UsageError(what=f"{path}: line {number} is not `file<TAB>address`")
        found.append((number, name.strip(), url.strip()))
    return found


def _met(
    path: Path, name: str, given: dict[Path, Path], by_name: dict[str, list[Path]]
) -> list[Path]:
    """The files that a line means: more than one where that cannot be told."""
    for spelled in dict.fromkeys((name, name.replace("\\", "/"))):
        for place in (path.parent / spelled, Path(spelled)):
            if real(place) in given:
                return [real(place)]
        parts = [each for each in Path(spelled).parts if each != "."]
        ends = [each for each in by_name.get(Path(spelled).name, ()) if _ends(each, parts)]
        if ends:
            return ends
    return []


def _ends(file: Path, parts: list[str]) -> bool:
    return list(file.parts[-len(parts) :]) == parts
