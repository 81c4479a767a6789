"""The build room: captures of the archive become record files, and those a published database.

`from db import build` is the whole of it for other programs.

build      the whole of it                        check      files held against each other
status     what is known, and in which state      records/   captures to record files
staging/   what is kept between builds
rows/      staged to rows                         publish/   published whole or not at all
recognise/ whether a record shows what was taken  takedown/  a take-down carried out
giving/    what may be given to others as it is   engines/  the same work on other machines
changes/   what is new, in one line              rollback   an edition before it again
identity/  which tools may be one                 decide    a person's decision on it
release/   a published database for others to cite and read
derived/   what rules read from published words     statistics/  figures by named methods
trace/     each value back to the bytes           captured/  pages as they were captured, inert
"""

from __future__ import annotations

from db.build import BuildReport, build
from db.check import check
from db.decide import decide, take_in
from db.engines import ClusterPlace
from db.rollback import Rollback, roll_back
from db.status import status, waiting_pages
