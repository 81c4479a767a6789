"""`python -m verdicts.sample`: print what differs from expected.json, or serve the sample site."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from schema.errors import StartError
from verdicts.sample.expected import dump, expected
from verdicts.sample.server import serve_sample

_SHOWN = 120


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m verdicts.sample",
        description=__doc__,
        epilog="example: python -m verdicts.sample --serve --port 8200",
    )
    parser.add_argument("--serve", action="store_true", help="serve the sample site on loopback")
    parser.add_argument("--accept", action="store_true", help="rewrite expected.json")
    parser.add_argument("--port", type=int, default=0, help="the port; 0 takes a free one")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.serve:
            _serve(chosen.port)
            return 0
        is_kept = rewrite(Path(__file__).with_name("expected.json"), is_accepted=chosen.accept)
    except StartError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0 if is_kept else 1


def differences(old: object, new: object, where: str = "expected") -> Iterator[str]:
    """One line for each place where two JSON values differ.

    >>> list(differences({"a": [1, 2]}, {"a": [1, 3]}))
    ['expected.a[1]: 2 -> 3']
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from differences(old.get(key), new.get(key), f"{where}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            one, other = (part[index] if index < len(part) else None for part in (old, new))
            yield from differences(one, other, f"{where}[{index}]")
    elif old != new:
        one, other = (json.dumps(value, ensure_ascii=False) for value in (old, new))
        # Long texts mostly differ far behind their beginning: show where they part.
        same = takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False))
        start = max(0, sum(1 for _ in same) - _SHOWN // 3)
        yield f"{where}: {_short(one, start)} -> {_short(other, start)}"


def _short(text: str, start: int) -> str:
    if len(text) <= _SHOWN:
        return text
    end = start + _SHOWN
    return "…" * (start > 0) + text[start:end] + "…" * (end < len(text))


def rewrite(path: Path, *, is_accepted: bool = True) -> bool:
    """Print each place where `path` is not what must come out, and write that if it is accepted.

    Shape: whether the file is as it must be now.
    Raises: StartError where the file cannot be written.
    """
    old, new = path.read_text("utf-8") if path.is_file() else "", dump(expected())
    if old == new:
        print(f"{path.name} is up to date")
        return True
    for line in differences(json.loads(old) if old else {}, json.loads(new)):
        print(line)
    if not is_accepted:
        print(f"{path} differs; --accept rewrites it")
        return False
    try:
        path.write_text(new, "utf-8")
    except OSError as error:
        raise StartError(what=f"{path} cannot be written: {error}") from error
    print(f"{path.name} was rewritten")
    return True


def _serve(port: int) -> None:
    with serve_sample(port) as base:
        print(f"the sample site is at {base} (Ctrl-C ends it)", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
