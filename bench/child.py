"""Calls a function of a module beside this one: `python bench/child.py MODULE FUNCTION JSON`.

The process of a measurement: what it gives is the last line on standard output, as JSON. The
project is taken from PYTHONPATH, in whatever state it is there.
"""

from __future__ import annotations

import importlib
import json
import sys

if __name__ == "__main__":
    module, function, given = sys.argv[1:]
    found = getattr(importlib.import_module(module), function)(**json.loads(given))
    print(json.dumps(found))
