"""The edge of the program: every error becomes one sentence and an exit code here, nowhere else."""

from __future__ import annotations

import errno
import logging
import os
import re
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from verdicts.streams import OutputError, guard_streams

BUG = 70
"""The exit code of a fault of ours, told apart from all that the contract names."""
CUT_SHORT = 20
"""The exit code where the output could not be written whole; the same command gives it again."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_HANDLES = (errno.EMFILE, errno.ENFILE)
STOPPED = "stopped; the same command can be given again"
OUT_OF_HANDLES = "no further file can be opened, too many are (`ulimit -n` says how many may be)"
_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGE = re.compile(r"(?:--[a-z-]+=)?-?[0-9]{19,}")


class _Terminated(BaseException):
    """SIGTERM came: what is under way is undone, or left to the next run as after any end.

    `came` tells so too, of Ctrl-C as well, where a library in C made an error of its own of it.
    """

    came = False


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if "serve" not in given:  # a server ends in order by itself, and was told to
            _on_sigterm(_terminate)
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not ignored
                signal.signal(signal.SIGINT, _interrupt)
        _require_own_rooms()
        guard_streams()
        code = _run(given)
    except OutputError as error:
        code = _say(str(error), CUT_SHORT)
    except _Terminated:
        code = _say(STOPPED, CUT_SHORT)
    except (OSError, ImportError) as error:  # while the program itself was being loaded
        if not _lacks_handles(error):
            raise
        code = _say_out_of_handles()
    _on_sigterm(signal.SIG_IGN)  # all is done, and the exit code shall say so
    sys.exit(code)


def _on_sigterm(handler: Callable[[int, object], None] | signal.Handlers) -> None:
    if threading.current_thread() is threading.main_thread():  # no other may say so
        signal.signal(signal.SIGTERM, handler)


def _terminate(number: int, frame: object) -> None:
    _Terminated.came = True
    raise _Terminated


def _interrupt(number: int, frame: object) -> None:
    _Terminated.came = True
    raise KeyboardInterrupt


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
    from verdicts.console import hush

    if "--debug" not in arguments and logging.lastResort is not None:
        # Scrapy would print a trace of whatever ends a crawl, which is told here.
        logging.lastResort.addFilter(lambda record: not record.name.startswith("scrapy."))
    hush(is_quiet=False)
    try:
        plain = [argument for argument in arguments if argument != "--debug"]
        result = cli.main(args=plain, prog_name="verdicts", standalone_mode=False)
        sys.stdout.flush()
        return int(result or 0)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return _say(STOPPED, CUT_SHORT)
    except VerdictsError as error:
        if _lacks_handles(error):
            return _say_out_of_handles()
        return _say(f"{error}{_demo_beside(str(error))}", error.exit_code)
    except OutputError:
        raise
    except Exception as error:
        if _Terminated.came:
            return _say(STOPPED, CUT_SHORT)
        if "--debug" in arguments:
            raise
        if _lacks_handles(error):
            return _say_out_of_handles()
        told = _told(error, arguments)
        if told is not None:
            return _say(*told)
        what = (str(error).splitlines() or [""])[0]
        return _say(f"a fault of ours: {type(error).__name__}: {what} (see {_save_trace()})", BUG)


def _demo_beside(sentence: str) -> str:
    """What to add where the usual home holds no archive, and the demo's lies beside it."""
    usual, demo = (Path(name, "ledger.db") for name in ("data", "demo"))
    is_about_it = sentence.startswith(("data/", "data:")) and not usual.exists()
    return "; the demo's archive is ./demo: --home demo" if is_about_it and demo.exists() else ""


def _told(error: Exception, arguments: list[str]) -> tuple[str, int] | None:
    """The sentence and exit code for what the machine or an argument is to blame for.

    Absent: None where that is ours.
    """
    if _is_of_disk(error):
        return f"a database cannot be written: {error}", CUT_SHORT
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return f"{error.filename or 'a file'}: {error.strerror}", CUT_SHORT
    if isinstance(error, OSError) and error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}", 30
    if isinstance(error, UnicodeEncodeError):
        # The bytes of an argument that is no text stand in it as lone surrogates.
        found = [given for given in arguments if _SURROGATE.search(given)]
        return (f"{found[0]}: is not text in UTF-8", 2) if found else None
    if isinstance(error, OverflowError):
        found = [given for given in arguments if _LARGE.fullmatch(given)]
        return (f"{found[0]}: is too large a number", 2) if found else None
    return None


def _lacks_handles(error: BaseException | None) -> bool:
    """Whether an error, or one that it came of, is that no further file can be opened."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_HANDLES:
            return True
        # The loader of modules, and a worker that ended, hand on the words alone.
        if isinstance(error, ImportError | RuntimeError) and any(
            os.strerror(number) in str(error) for number in NO_HANDLES
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_of_disk(error: Exception) -> bool:
    """Whether SQLite says that the disk does not take, or give, what it should."""
    import sqlite3

    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # none where no file is to blame
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _say(sentence: str, code: int) -> int:
    line = " ".join(sentence.split())
    sys.stdout.flush()
    print(f"verdicts: {line}", file=sys.stderr)
    return code


def _say_out_of_handles() -> int:
    # What was opened by half cannot be closed in order, and Python would show a trace of that.
    sys.unraisablehook = lambda _: None
    return _say(OUT_OF_HANDLES, CUT_SHORT)


def _save_trace() -> str:
    """Keep the trace of a fault where it can be sent from."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="verdicts-trace-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return file.name
