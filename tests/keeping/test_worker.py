"""The guarded pool: whatever a task does to its process, the others are answered."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import pytest

from machine import child
from machine.worker import Died, GuardedPool
from schema.errors import StoppedError

MEMORY = 256 << 20
"""What the workers of these tests may hold, and one task asks for besides."""


def play(task: str) -> str:
    """A task that behaves as it is told."""
    if task == "cpu":
        while True:
            pass
    if task == "sleep":
        time.sleep(60)
    if task == "memory":
        return str(len(b"x" * MEMORY))
    if task == "exit":
        os._exit(3)
    if task == "segv":
        ctypes.string_at(0)
    if task == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "raise":
        raise KeyError("a fault of ours")
    if task == "print":
        print("noise between the answers", flush=True)
        sys.stdout.write("more")
    return task.upper()


def pid_of(_: object) -> int:
    return os.getpid()


def length_of(data: bytes) -> int:
    return len(data)


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("cpu", "cpu"),
        ("sleep", "wall"),
        ("exit", "crash"),
        ("segv", "crash"),
        ("kill", "killed"),
        pytest.param(
            "memory",
            "memory",
            marks=pytest.mark.skipif(
                sys.platform == "darwin", reason="macOS does not limit address space"
            ),
        ),
    ],
)
def test_a_task_that_kills_its_workers_is_told_and_the_others_go_on(task, reason):
    wall_s = 1.5 if reason == "wall" else 15
    with GuardedPool(play, workers=2, cpu_s=1, wall_s=wall_s, memory_bytes=MEMORY) as pool:
        assert list(pool.map(["a", task, "b", "c"])) == ["A", Died(reason), "B", "C"]


@pytest.mark.parametrize("task", ["kill", "segv", "exit", "raise"])
def test_in_a_batch_only_what_killed_two_workers_is_given_up_and_the_rest_is_answered(task):
    with GuardedPool(play) as pool:
        answers = pool.call_all(["a", "b", task, "c", task, "d"])
    assert [answers[at] for at in (0, 1, 3, 5)] == ["A", "B", "C", "D"]
    assert [type(answers[at]) for at in (2, 4)] == [Died, Died]
    assert answers[2].reason == {"kill": "killed", "raise": "raised"}.get(task, "crash")


def die_now_and_then(folder: str) -> int:
    """Every third process that is asked is killed from outside, and no task is to blame."""
    begun = len(os.listdir(folder))
    open(f"{folder}/{begun}-{os.getpid()}", "w").close()
    if begun % 3 == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return begun


def test_workers_that_are_killed_from_outside_cost_no_task_its_answer(tmp_path):
    with GuardedPool(die_now_and_then) as pool:
        answers = pool.call_all([str(tmp_path)] * 6)
    assert [type(each) for each in answers] == [int] * 6


@pytest.mark.parametrize(("kills", "given"), [(1, "A"), (2, Died("killed"))])
def test_a_worker_killed_while_it_starts_costs_its_task_one_chance(monkeypatch, kills, given):
    left = [None] * kills

    class Popen(subprocess.Popen):
        def __init__(self, *arguments, **how):
            super().__init__(*arguments, **how)
            if left:
                left.pop()
                self.kill()

    monkeypatch.setattr(child.subprocess, "Popen", Popen)
    with GuardedPool(play) as pool:
        assert list(pool.map(["a", "b"])) == [given, "B"]


def test_a_machine_that_lets_no_process_be_started_ends_the_work_with_a_sentence(monkeypatch):
    def refuse(*arguments, **how):
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with GuardedPool(play) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(child.subprocess, "Popen", refuse)
            with pytest.raises(StoppedError, match="a worker process cannot be started"):
                pool.call("a")
        assert pool.call("a") == "A"


def sleep_and_tell(path: str) -> None:
    with open(path + ".begun", "w"):
        time.sleep(5)
    with open(path, "w"):
        pass


def test_what_is_at_work_when_the_pool_is_left_is_not_waited_for(tmp_path):
    told = tmp_path / "told"
    with pytest.raises(KeyboardInterrupt), GuardedPool(sleep_and_tell) as pool:
        under_way = pool.submit(str(told))
        while not told.with_suffix(".begun").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert isinstance(under_way.exception(), CancelledError)
    assert not told.exists()


def test_answers_come_in_the_order_of_the_tasks_and_are_not_all_taken_at_once():
    taken = []

    def tasks():
        for number in range(200):
            taken.append(number)
            yield b"x" * number

    with GuardedPool(length_of, workers=2) as pool:
        answers = pool.map(tasks())
        assert next(answers) == 0
        assert len(taken) < 20
        assert [0, *answers] == list(range(200))


def test_a_fault_in_the_function_is_given_back_with_its_trace_and_the_work_goes_on():
    with GuardedPool(play) as pool:
        died = pool.call("raise")
        assert isinstance(died, Died) and died.reason == "raised"
        assert "a fault of ours" in str(died) and "Traceback" in died.trace
        assert pool.call("a") == "A"


def test_what_a_task_prints_does_not_disturb_the_answers():
    with GuardedPool(play) as pool:
        assert pool.call("print") == "PRINT"


def test_a_worker_is_replaced_after_so_many_tasks_and_none_is_left_behind():
    with GuardedPool(pid_of, recycle_after=3) as pool:
        pids = list(pool.map(range(7)))
    assert len(set(pids)) == 3
    assert len(set(pids[:3])) == 1
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_task_of_many_megabytes_goes_through():
    with GuardedPool(length_of) as pool:
        assert pool.call(b"x" * (9 << 20)) == 9 << 20


def test_it_works_from_a_process_with_threads():
    stop = threading.Event()
    threading.Thread(target=stop.wait, daemon=True).start()
    with GuardedPool(play) as pool:
        assert pool.call("a") == "A"
    stop.set()
