#!/usr/bin/env bash
# connectorx 0.4.6: to read a table in parts by a column leaves out the rows that have no value there.
#
# Guess before the run: `partition_on` says how the reading is shared out, as in Spark, so a table comes
# whole whichever column of numbers is named, and `partition_range` says where it is cut. Seen: each part
# is a WHERE with two bounds, which a null never meets. Of 100,000 rows, a fifth without a reviewer,
# 80,000 come, without a warning, also with one part only, and through polars.read_database_uri too.
# A range is a filter: (1, 50000) gives 50,000 rows. One of all 64 bits gives no row at all.
# To do: name a column that is never null, as the primary key, and no range; count what came.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet connectorx==0.4.6 polars==2.1.0 pyarrow==26.0.0
cd "$SCRATCH"
venv/bin/python - <<'PYTHON'
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path

import connectorx
import polars

ROWS = 100_000
db = sqlite3.connect("quotes.db")
db.execute("CREATE TABLE quote (id INTEGER PRIMARY KEY, reviewer_id INTEGER) STRICT")
rows = ((number, number % 7 if number % 5 else None) for number in range(1, ROWS + 1))
db.executemany("INSERT INTO quote VALUES (?, ?)", rows)
db.commit()
ADDRESS = f"sqlite://{Path('quotes.db').resolve()}"
SQL = "SELECT * FROM quote"


def read(column: str, parts: int, **options: object) -> int:
    """How many rows come when the table is read in so many parts by a column."""
    given = {"partition_on": column, "partition_num": parts, **options}
    return connectorx.read_sql(ADDRESS, SQL, return_type="arrow", **given).num_rows


told = {
    "as one": connectorx.read_sql(ADDRESS, SQL, return_type="arrow").num_rows,
    "by id": read("id", 4),
    "by reviewer_id": read("reviewer_id", 3),
    "by reviewer_id, one part": read("reviewer_id", 1),
    "by reviewer_id, polars": polars.read_database_uri(
        SQL, ADDRESS, partition_on="reviewer_id", partition_num=3
    ).height,
    "by id, from 1 to 50000": read("id", 3, partition_range=(1, 50_000)),
    "by id, from -2^63 to 2^63 - 1": read("id", 3, partition_range=(-(2**63), 2**63 - 1)),
}
print(f"connectorx {version('connectorx')}, polars {polars.__version__}, rows of {ROWS}: {told}")
expected = {
    "as one": ROWS,
    "by id": ROWS,
    "by reviewer_id": 80_000,
    "by reviewer_id, one part": 80_000,
    "by reviewer_id, polars": 80_000,
    "by id, from 1 to 50000": 50_000,
    "by id, from -2^63 to 2^63 - 1": 0,
}
sys.exit(0 if told == expected else f"changed: expected {expected}")
PYTHON
