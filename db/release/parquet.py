"""A table of a release as Parquet: zstd, every type stated, the release named in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db.release.arrow import arrow


@contextmanager
def writing_parquet(path: Path, schema: Any) -> Iterator[Callable[[Any], None]]:
    """What takes the batches of a table."""
    parquet = arrow(".parquet")
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        yield writer.write_batch
