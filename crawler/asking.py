"""How a request is made so that it asks for no more than is needed."""

from __future__ import annotations

from typing import Any

from archive.frontier import Lease
from archive.store import Store


def conditional(store: Store, lease: Lease, url: str, meta: dict[str, Any]) -> dict[str, Any]:
    """The `headers` and `meta` of a request that need not bring again what we hold."""
    known = store.validators(lease.page_id, url)
    if known is None:
        return {"meta": meta}
    return {"meta": meta | {"validates": known.capture_id}, "headers": known.headers}
