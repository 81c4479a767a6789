#!/usr/bin/env bash
# distributed 2026.8.0: each Lock object that was used stays for ever, with a timer of its own.
#
# Guess before the run: a lock that was released and dropped leaves nothing behind, be it one name a
# thousand times or a name for each site, and each costs the same. Seen: a lock is a semaphore of one
# lease, and its object starts a timer that renews leases every six seconds, holds the object and is
# never stopped. `with Lock("ledger")` in a task leaves one with the worker at each task, of one name
# too; the scheduler keeps each name. Nothing to do at 20,000 was 0.15 of a processor and at 30,000
# 0.29, against 0.04, and what a lock costs grows with those that were used before.
# To do: one object a worker, made once; or lock.close() by who uses a name last; or the setting
# distributed.scheduler.locks.lease-timeout "inf" (a dead holder's lock then stays locked).
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet distributed==2026.8.0 dask==2026.8.0
cd "$SCRATCH"
venv/bin/python - <<'PYTHON'
import asyncio
import gc
import logging
import time
from contextlib import asynccontextmanager

import dask
import distributed
from distributed import Client, LocalCluster, Lock

logging.getLogger("distributed").setLevel(logging.ERROR)
FOREVER = {"distributed.scheduler.locks.lease-timeout": "inf"}
TASKS, LOCKS = 1000, 20000


def one_name(number):
    with Lock("ledger"):
        return number


def a_name_each(number):
    with Lock(f"site-{number}"):
        return number


def closed(number):
    lock = Lock(f"site-{number}")
    with lock:
        pass
    lock.close()
    return number


@asynccontextmanager
async def cluster():
    """A scheduler and a worker in this process, and a client of them."""
    local = LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        asynchronous=True,
        dashboard_address=None,
    )
    async with local, Client(local, asynchronous=True) as client:
        yield client, local.scheduler.extensions["semaphores"]


def alive() -> int:
    gc.collect()
    return sum(type(thing) is Lock for thing in gc.get_objects())


async def left(task) -> tuple[int, int]:
    """Lock objects and names that there are once a worker has done its tasks."""
    async with cluster() as (client, names):
        assert await client.gather(client.map(task, range(TASKS))) == list(range(TASKS))
        await asyncio.sleep(1)
        return alive(), len(names.leases)


async def idle() -> float:
    """The share of a processor that doing nothing takes."""
    begun = time.process_time()
    await asyncio.sleep(18)
    return (time.process_time() - begun) / 18


async def rest() -> tuple[float, float]:
    async with cluster():
        before = await idle()
        for _ in range(LOCKS):
            async with Lock("ledger"):
                pass
        assert alive() == LOCKS
        return before, await idle()


print(f"distributed {distributed.__version__}: Lock objects and names after {TASKS} tasks")
seen = {}
for task in (one_name, a_name_each, closed):
    seen[task.__name__] = asyncio.run(left(task))
with dask.config.set(FOREVER):
    seen["lease-timeout inf"] = asyncio.run(left(one_name))
for name, found in seen.items():
    print(f"{name:18}", *found)
before, after = asyncio.run(rest())
print(f"idle with no lock {before:.3f} of a processor, after {LOCKS} {after:.3f}")
assert seen["one_name"] == (TASKS, 1)
assert seen["a_name_each"] == (TASKS, TASKS)
assert seen["closed"] == (0, 0)
assert seen["lease-timeout inf"] == (0, 1)
assert after > 1.5 * before
PYTHON
