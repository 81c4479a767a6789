"""The build room: captures of the archive become record files, and those a published database.

`from db import build` is the whole of it for other programs.
"""

from __future__ import annotations

from db.build import BuildReport, build

__all__ = ["BuildReport", "build"]
