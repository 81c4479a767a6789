"""How long each part of a crawl may take; what takes longer is given up, and noted as such."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from schema.errors import UsageError


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The time-outs of one crawl.

    `exchange_s` is for a whole exchange, headers and body; `connect_s`, never more than that, for
    the name and the connection, and once more for the encryption; `page_s` for a worker that
    looks at one page; `stop_s` for the exchange under way when the run is told to stop; `run_s` for
    the whole run, which ends after the exchange under way and can be taken up again.
    Units: seconds.
    Raises: UsageError for one that is no positive number.
    """

    exchange_s: float = 60.0
    connect_s: float = 15.0
    page_s: float = 20.0
    stop_s: float = 8.0
    run_s: float = 86_400.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not (math.isfinite(value) and value > 0):
                name = each.name.removesuffix("_s")
                raise UsageError(what=f"time-out {name}={value:g}: not a number of seconds")


USUAL = Timeouts()
