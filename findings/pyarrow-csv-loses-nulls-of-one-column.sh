#!/usr/bin/env bash
# pyarrow 26.0.1: a table of one column, written as CSV and read back, has lost its nulls: the rows.
#
# Guess before the run: what one library writes it reads; if a null cannot be told from the empty text,
# it comes back as one of both. Seen: a null is written as an empty line, and pyarrow's own reader
# leaves empty lines out (`ignore_empty_lines`), as does pandas: of six rows four come back, without a
# word, and rows below are counted one too low. polars 2.1.0 and DuckDB 2.0.1 write the same and read
# six; pandas writes "" and reads six. A second column, or `ignore_empty_lines=False`, keeps the rows.
# To do: publish no table of one column that may be null; count the rows that were read.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet duckdb==2.0.1 pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1
cd "$SCRATCH"
venv/bin/python - <<'PYTHON'
import sys

import duckdb
import pandas
import polars
import pyarrow
from pyarrow import csv

TEXTS = ["a", None, "b", None, "", "c"]
csv.write_csv(pyarrow.table({"text": pyarrow.array(TEXTS)}), "pyarrow.csv")
csv.write_csv(pyarrow.table({"id": [*range(6)], "text": pyarrow.array(TEXTS)}), "two.csv")
polars.DataFrame({"text": TEXTS}).write_csv("polars.csv")
pandas.DataFrame({"text": TEXTS}).to_csv("pandas.csv", index=False)
kept = csv.ParseOptions(ignore_empty_lines=False)
told = {
    "pyarrow": csv.read_csv("pyarrow.csv").num_rows,
    "pyarrow, empty lines kept": csv.read_csv("pyarrow.csv", parse_options=kept).num_rows,
    "pyarrow, two columns": csv.read_csv("two.csv").num_rows,
    "pyarrow's by pandas": len(pandas.read_csv("pyarrow.csv")),
    "pyarrow's by polars": polars.read_csv("pyarrow.csv").height,
    "pyarrow's by DuckDB": len(duckdb.sql("SELECT * FROM read_csv('pyarrow.csv')").fetchall()),
    "polars' by pyarrow": csv.read_csv("polars.csv").num_rows,
    "polars": polars.read_csv("polars.csv").height,
    "pandas": len(pandas.read_csv("pandas.csv")),
}
print(f"pyarrow {pyarrow.__version__}, rows of {len(TEXTS)}: {told}")
expected = {
    "pyarrow": 4,
    "pyarrow, empty lines kept": 6,
    "pyarrow, two columns": 6,
    "pyarrow's by pandas": 4,
    "pyarrow's by polars": 6,
    "pyarrow's by DuckDB": 6,
    "polars' by pyarrow": 4,
    "polars": 6,
    "pandas": 6,
}
sys.exit(0 if told == expected else f"changed: expected {expected}")
PYTHON
