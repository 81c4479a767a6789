#!/usr/bin/env bash
# SQLite 3.54.1, FTS5: replacing one row in a hundred an edition, the index swells sevenfold and back.
#
# Guess before the run: each edition deletes and inserts as many rows, and automerge takes the old ones
# out as it goes, so over a thousand editions the index stays under twice the size of a rebuilt one.
# Seen: a deletion is a further entry, and takes its row out only where a merge brings the two together,
# which for what is oldest happens ever more seldom. The size is a saw: of 3,000 rows 3.2 times at edition
# 300, 5.8 at 500, 1.1 at 550, 6.5 at 950, 1.9 at 1,000; of 10,000 rows up to 7.2. Where the old words were
# bound, not selected, it was 9.9. A 'merge' of 100 pages after each edition changes nothing, automerge=2
# halves it, 'optimize' each hundredth edition leaves 2.7, a 'merge' of -16 each time 1.6. A table
# without content that takes deletions (contentless_delete=1) stays under 1.5 by itself.
# To do: rebuild, or 'merge' by a negative number, at each edition; what ten editions show is no measure.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet apsw==3.54.1.0
cd "$SCRATCH"
venv/bin/python - <<'PYTHON'
import random
from typing import NamedTuple

import apsw

WORDS = [f"w{number}" for number in range(3000)]
EDITIONS = 1200
OUTSIDE = ", content='quote', content_rowid='id'"
NO_CONTENT = ", content='', contentless_delete=1"
SET = "INSERT INTO found(found, rank) VALUES ('{}', {})".format
OPTIMIZE = "INSERT INTO found(found) VALUES ('optimize')"
REBUILD = "INSERT INTO found(found) VALUES ('rebuild')"


class Seen(NamedTuple):
    """Sizes of an index, as multiples of the first."""

    largest: float
    edition: int
    last_low: float
    saw: list[float]


def run(rows: int, options: str = OUTSIDE, first: str = "", each: str = "", every: int = 1) -> Seen:
    dice = random.Random(3)
    db = apsw.Connection("")
    db.execute("CREATE TABLE quote (id INTEGER PRIMARY KEY, words TEXT)")
    db.execute(f"CREATE VIRTUAL TABLE found USING fts5(words{options})")
    db.execute(first)

    def add(number: int) -> None:
        words = " ".join(dice.choices(WORDS, k=30))
        db.execute("INSERT OR REPLACE INTO quote VALUES (?, ?)", (number, words))
        db.execute("INSERT INTO found(rowid, words) VALUES (?, ?)", (number, words))

    def drop(number: int) -> None:
        if options == NO_CONTENT:
            db.execute("DELETE FROM found WHERE rowid = ?", (number,))
        else:
            db.execute(
                "INSERT INTO found(found, rowid, words)"
                " SELECT 'delete', id, words FROM quote WHERE id = ?",
                (number,),
            )

    def size() -> int:
        return db.execute("SELECT sum(length(block)) FROM found_data").fetchone()[0]

    with db:
        for number in range(rows):
            add(number)
        db.execute(OPTIMIZE)
    whole, sizes = size(), {}
    for edition in range(1, EDITIONS + 1):
        with db:
            for number in dice.sample(range(rows), rows // 100):
                drop(number)
                add(number)
            if edition % every == 0:
                db.execute(each)
        if edition % 10 == 0:
            sizes[edition] = size() / whole
    if options == OUTSIDE:
        db.execute(REBUILD)
        assert size() < 1.1 * whole
    edition = max(sizes, key=sizes.get)
    low = min(size for at, size in sizes.items() if at > EDITIONS / 2)
    saw = [round(sizes[at], 1) for at in range(50, EDITIONS + 1, 50)]
    return Seen(sizes[edition], edition, low, saw)


seen = {
    "as it comes": run(3000),
    "of 10,000 rows": run(10000),
    "merge, 100": run(3000, each=SET("merge", 100)),
    "automerge, 2": run(3000, first=SET("automerge", 2)),
    "optimize each 100th": run(3000, each=OPTIMIZE, every=100),
    "merge, -16": run(3000, each=SET("merge", -16)),
    "contentless_delete=1": run(3000, NO_CONTENT),
}
print(f"SQLite {apsw.sqlite_lib_version()}, {EDITIONS} editions of 1 %: the index's size")
for name, found in seen.items():
    print(
        f"{name:21} largest {found.largest:5.2f} at {found.edition:4},"
        f" smallest of the second half {found.last_low:.2f}"
    )
plain = seen["as it comes"]
print("as it comes, each 50th edition:", *plain.saw)
assert plain.largest > 5 and plain.last_low < 2
assert seen["of 10,000 rows"].largest > 3
assert seen["merge, 100"].largest > 5
assert seen["automerge, 2"].largest < 0.6 * plain.largest
assert seen["optimize each 100th"].largest < 4
assert seen["merge, -16"].largest < 3
assert seen["contentless_delete=1"].largest < 2
PYTHON
