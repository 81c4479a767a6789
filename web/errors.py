"""Why a file is not served, as one sentence that names it."""

from __future__ import annotations


class NotServableError(Exception):
    """The file is none that this room can show, or is damaged."""


class WithdrawnError(NotServableError):
    """The file was withdrawn on request."""
