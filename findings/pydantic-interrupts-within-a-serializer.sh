#!/usr/bin/env bash
# pydantic 2.14.3: whatever is raised within a serializer, Ctrl-C too, becomes an error of its own.
#
# Guess before the run: errors become a PydanticSerializationError, and what is no Exception
# (KeyboardInterrupt, SystemExit, a signal handler's own BaseException) passes as in a validator.
# Seen: in a validator it passes; in a serializer it becomes a PydanticSerializationError, which is
# a ValueError, so that `except ValueError` takes Ctrl-C for bad data; so does MemoryError. As JSON
# even the cause is gone: nothing tells the two apart. A signal that comes while a large record is
# written meets it, at a time that no test chooses.
# Here the edge of the program remembers that a signal came (verdicts/boundary.py).
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet pydantic==2.14.3
"$SCRATCH/venv/bin/python" - <<'PYTHON'
import os
import signal

from pydantic import BaseModel, field_serializer, field_validator


class Stop(BaseException):
    """What a signal handler raises."""


def stop(number, frame):
    raise Stop


signal.signal(signal.SIGUSR1, stop)
RAISES = {
    "Ctrl-C": lambda: os.kill(os.getpid(), signal.SIGINT),
    "a handler's own": lambda: os.kill(os.getpid(), signal.SIGUSR1),
    "SystemExit": lambda: exit(3),
    "MemoryError": lambda: (_ for _ in ()).throw(MemoryError()),
}


def seen(act, call):
    """What comes out where `act` raises while `call` is under way, and of what it came."""

    class Written(BaseModel):
        text: str = "any"

        @field_serializer("text")
        def write(self, text):
            act()
            return text

    class Checked(BaseModel):
        text: str

        @field_validator("text")
        @classmethod
        def check(cls, text):
            act()
            return text

    calls = {
        "validator": lambda: Checked(text="any"),
        "serializer": Written().model_dump,
        "serializer to JSON": Written().model_dump_json,
    }
    try:
        calls[call]()
    except BaseException as error:
        is_data_error = isinstance(error, ValueError)
        return type(error).__name__, is_data_error, type(error.__cause__).__name__
    return "nothing"


found = {
    (name, call): seen(act, call)
    for name, act in RAISES.items()
    for call in ("validator", "serializer", "serializer to JSON")
}
for (name, call), said in found.items():
    print(f"{name:16} in a {call:19} {said}")
kinds = {
    "Ctrl-C": "KeyboardInterrupt",
    "a handler's own": "Stop",
    "SystemExit": "SystemExit",
    "MemoryError": "MemoryError",
}
for name, kind in kinds.items():
    assert found[name, "validator"] == (kind, False, "NoneType"), name
    assert found[name, "serializer"] == ("PydanticSerializationError", True, kind), name
    assert found[name, "serializer to JSON"] == ("PydanticSerializationError", True, "NoneType"), name
PYTHON
