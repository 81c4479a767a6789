"""A forked process is to a test what an executed one is: it ends, speaks and dies like one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import forked
import pytest
from crawl_site import serving

WAYS = pytest.mark.parametrize("way", [subprocess, forked], ids=["executed", "forked"])
AS_IT_IS = """
import os, signal, sys, threading
print(sys.argv[1:], sys.path[0], os.getcwd(), sorted(os.environ.items()))
print(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), __name__)
print(sys.stdout.isatty(), sys.stdout.encoding, sys.stderr.errors, sys.stdin.read())
print(sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1], threading.active_count())
print("to the other", file=sys.stderr)
"""
ENDINGS = [
    "", "raise SystemExit", "raise SystemExit(10)", "raise SystemExit('a sentence')", "1 / 0",
    "raise KeyboardInterrupt", "import os; os.abort()", "import os; os._exit(7)",
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "import atexit; atexit.register(print, 'the last words')",
    "import threading, time; threading.Timer(0.2, print, ['later']).start()",
    "print('unsaid', end=''); import sys; sys.stderr.write('neither')",
]  # fmt: skip


def said(way, *arguments, **how):
    done = way.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=60, **how
    )
    # Where the code was called from is all that may differ in a trace.
    errors = re.sub(r'  File ".*/(fork_server\.py|<frozen runpy>)".*\n(    .*\n)*', "", done.stderr)
    return done.returncode, done.stdout, errors


@pytest.mark.parametrize("code", ENDINGS)
def test_it_ends_with_the_same_status_and_words(code):
    assert said(forked, "-c", code) == said(subprocess, "-c", code)


def test_it_has_the_arguments_environment_folder_streams_and_handles_it_was_given(tmp_path):
    script = tmp_path / "as_it_is.py"
    script.write_text(AS_IT_IS)
    reading, writing = os.pipe()
    env = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("LC_", "LANG", "PYTHON", "PATH"))
    }
    env |= {"ONE": "1 ü", "PYTHONPATH": str(tmp_path)}
    for command in (["-c", AS_IT_IS, "a", "b c"], ["-m", "as_it_is", "d"], [script, "e"]):
        given = {"env": env, "cwd": tmp_path, "input": "heard", "pass_fds": [writing]}
        assert said(forked, *command, **given) == said(subprocess, *command, **given)
    os.close(reading)
    os.close(writing)


@WAYS
def test_it_is_killed_by_its_number_and_a_wait_for_it_can_time_out(way):
    with way.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        with pytest.raises(way.TimeoutExpired):
            process.wait(0.05)
        assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(20) == process.poll() == -signal.SIGKILL


@WAYS
def test_a_crawl_crawls(way, tmp_path):
    with serving() as site:
        code, out, errors = said(
            way,
            "-m",
            "verdicts",
            "crawl",
            "--json",
            "--home",
            tmp_path / "home",
            "--site",
            "sample",
            "--allow-private",
            "--delay",
            "0",
            site.base,
        )
    assert code == 0, errors
    assert '"stored": 3' in out


@WAYS
def test_wrong_usage_of_the_command_is_told(way):
    assert said(way, "-m", "verdicts", "nonsense")[0] == 2


def test_its_end_is_that_of_whoever_started_it():
    code = "import sys, time; print(__import__('os').getpid(), flush=True); time.sleep(60)"
    with subprocess.Popen([*forked.command(), "-c", code], stdout=subprocess.PIPE) as stands_for:
        number = int(stands_for.stdout.readline())
        stands_for.kill()
    while Path(f"/proc/{number}").exists():
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_what_only_a_fresh_interpreter_heeds_is_refused():
    for command, env in (([sys.executable, "-c", ""], {"PYTHONHASHSEED": "1"}), (["true"], None)):
        with pytest.raises(ValueError, match=r"fresh interpreter|for subprocess"):
            forked.run(command, env=env)
