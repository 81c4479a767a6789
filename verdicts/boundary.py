"""The edge of the program: every error becomes one sentence and an exit code here, nowhere else."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Sequence

from verdicts.streams import OutputError, guard_streams

BUG = 70
"""The exit code of a fault of ours, told apart from all that the contract names."""
CUT_SHORT = 20
"""The exit code where the output could not be written whole; the same command gives it again."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    _require_own_rooms()
    guard_streams()
    try:
        code = _run(sys.argv[1:] if arguments is None else list(arguments))
    except OutputError as error:
        code = _say(str(error), CUT_SHORT)
    sys.exit(code)


def _require_own_rooms() -> None:
    """Say plainly when another distribution's package stands where ours should."""
    try:
        import schema.errors  # noqa: F401
    except ImportError as error:
        sys.exit(
            f"verdicts: the package 'schema' that Python finds is not ours ({error}); "
            "install verdicts into an environment of its own"
        )


def _run(arguments: list[str]) -> int:
    import click

    from schema.errors import VerdictsError
    from verdicts.cli import cli

    try:
        plain = [argument for argument in arguments if argument != "--debug"]
        result = cli.main(args=plain, prog_name="verdicts", standalone_mode=False)
        sys.stdout.flush()
        return int(result or 0)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return _say("stopped", 20)
    except VerdictsError as error:
        return _say(str(error), error.exit_code)
    except OutputError:
        raise
    except PermissionError as error:
        return _say(f"{error.filename}: {error.strerror}", 30)
    except Exception as error:
        if "--debug" in arguments:
            raise
        what = (str(error).splitlines() or [""])[0]
        return _say(f"a fault of ours: {type(error).__name__}: {what} (see {_save_trace()})", BUG)


def _say(sentence: str, code: int) -> int:
    line = " ".join(sentence.split())
    sys.stdout.flush()
    print(f"verdicts: {line}", file=sys.stderr)
    return code


def _save_trace() -> str:
    """Keep the trace of a fault where it can be sent from."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="verdicts-trace-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return file.name
