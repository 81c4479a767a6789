"""Which tools may be one. A person decides it; nothing here ever joins two by itself.

names       what a name says, without vendor, version and size
candidates  pairs whose names are near, and what speaks against their being one
decisions   what people decided, in a file that only grows
"""

from db.identity.candidates import candidates, matcher_version
from db.identity.decisions import read_decisions
