"""Runs a program and notes what it took: `python -I -S bench/launch.py REPORT PROGRAM ...`.

The peak memory that Linux tells of a process is never less than that of whoever started it, so the
one that starts it must be small. The report: exit code, seconds of the processor, and ru_maxrss.
"""

import os
import sys

report, *words = sys.argv[1:]
pid = os.posix_spawn(words[0], words, os.environ)
_, status, used = os.wait4(pid, 0)
with open(report, "w") as file:
    ended = os.waitstatus_to_exitcode(status)
    file.write(f"[{ended}, {used.ru_utime + used.ru_stime}, {used.ru_maxrss}]")
