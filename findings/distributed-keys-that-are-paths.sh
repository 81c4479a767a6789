#!/usr/bin/env bash
# distributed 2026.8.0: keys that are paths make n tasks cost n squared, and each stays for ever.
#
# Guess before the run: a key is a name, so 1e3 and 1e5 trivial tasks cost the same each, whatever
# their keys look like, and once the futures are dropped the scheduler knows nothing of them. Seen:
# what stands before the first dash of a key is the prefix that durations are kept by, so
# `archive/site/000001.warc.gz` is a prefix of its own. (1) A group of one task is never held back in
# the scheduler's queue: all are sent to a worker at once. (2) At each step the scheduler adds up the
# prefixes that a worker is busy with: 1.4 ms a task at 1,000 tasks, 3.5 at 3,000, 11.9 at 10,000 (two
# minutes of processor for work of nothing), where ("read", path) is 1.0 at each. (3) The prefix, and
# on scheduler and worker four counters and digests each, stay when the futures are gone: some 7 KB.
# A thousand editions of a thousand files, in one cluster that is left running, are a million of them.
# To do: a tuple of a fixed word and the path.
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
from math import log

import distributed
from distributed import Client, LocalCluster

logging.getLogger("distributed").setLevel(logging.ERROR)
FEW, MANY = 1000, 4000
FORMS = {"path": "{}".format, "tuple": lambda path: ("read", path)}


def same(number: int) -> int:
    return number


async def seen(form: str, tasks: int) -> tuple[float, int, int, int]:
    """Processor milliseconds a task, most tasks with the worker at once, and what is kept."""
    keys = [FORMS[form](f"archive/site/{number:06}.warc.gz") for number in range(tasks)]
    cluster = LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        asynchronous=True,
        dashboard_address=None,
    )
    async with cluster, Client(cluster, asynchronous=True) as client:
        scheduler, (worker,) = cluster.scheduler, cluster.workers.values()
        (busy,) = scheduler.workers.values()
        begun = time.process_time()
        futures = client.map(same, range(tasks), key=keys)
        at_once = 0
        while any(future.status == "pending" for future in futures):
            at_once = max(at_once, len(busy.processing))
            await asyncio.sleep(0.05)
        assert await client.gather(futures) == list(range(tasks))
        spent = time.process_time() - begun
        del futures
        while scheduler.tasks:
            gc.collect()
            await asyncio.sleep(0.1)
        assert not scheduler.task_groups
        return (
            spent / tasks * 1000,
            at_once,
            len(scheduler.task_prefixes),
            len(worker.digests_total),
        )


found = {(form, tasks): asyncio.run(seen(form, tasks)) for form in FORMS for tasks in (FEW, MANY)}
print(
    f"distributed {distributed.__version__}: processor time a task, at once, kept prefixes, digests"
)
for (form, tasks), (cost, at_once, prefixes, digests) in found.items():
    print(f"{form:6}{tasks:6} tasks  {cost:6.2f} ms {at_once:6} {prefixes:6} {digests:6}")
power = {form: 1 + log(found[form, MANY][0] / found[form, FEW][0], MANY / FEW) for form in FORMS}
print("exponent of all tasks' time:", *(f"{form} {value:.2f}" for form, value in power.items()))
assert power["path"] > power["tuple"] + 0.2, power
assert found["path", MANY][0] > 2 * found["tuple", MANY][0]
for tasks in (FEW, MANY):
    _, at_once, prefixes, digests = found["path", tasks]
    assert at_once > tasks / 2 and prefixes == tasks and digests >= tasks
    _, at_once, prefixes, digests = found["tuple", tasks]
    assert at_once < 10 and prefixes == 1 and digests < 100
PYTHON
