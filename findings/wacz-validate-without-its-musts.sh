#!/usr/bin/env bash
# py-wacz 0.6.0: `wacz validate` calls a WACZ valid that has no records, no index and no pages.
#
# Guess before the run: WACZ 1.1.1 says that archive/, indexes/ and pages/pages.jsonl MUST be there,
# the validator looks for each, so a package without one is invalid. Seen: it compares the list that
# glob gives with False, which no list is, and passes; where it does miss something it gives 1, of
# which only False counts. A file that no manifest names is seen only if its name has a dot. What is
# listed and gone, or changed, is seen. Here the tests count records, lines and pages themselves.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet wacz==0.6.0 warcio==1.8.1
cd "$SCRATCH"
"$SCRATCH/venv/bin/python" - <<'PYTHON'
import gzip
import hashlib
import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

PAGES = b'{"format": "json-pages-1.0", "id": "pages", "title": "All"}\n'
WHOLE = {
    "archive/some.warc.gz": gzip.compress(b"records"),
    "indexes/index.cdx": b"lines",
    "pages/pages.jsonl": PAGES,
}


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def is_valid(files: dict[str, bytes], listed: dict[str, bytes] | None = None) -> bool:
    """What `wacz validate` makes of a package with these files, whose manifest names others."""
    resources = [
        {"name": Path(path).name, "path": path, "hash": sha256(data), "bytes": len(data)}
        for path, data in (listed or files).items()
    ]
    about = {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
    manifest = json.dumps(about).encode()
    digest = json.dumps({"path": "datapackage.json", "hash": sha256(manifest)})
    with zipfile.ZipFile("made.wacz", "w") as package:
        for path, data in files.items():
            package.writestr(path, data)
        package.writestr("datapackage.json", manifest)
        package.writestr("datapackage-digest.json", digest)
    wacz = str(Path(sys.executable).with_name("wacz"))
    done = subprocess.run([wacz, "validate", "-f", "made.wacz"], capture_output=True, text=True)
    return done.returncode == 0


def without(part: str) -> dict[str, bytes]:
    return {path: data for path, data in WHOLE.items() if not path.startswith(part)}


seen = {
    "whole": is_valid(WHOLE),
    "no records": is_valid(without("archive/")),
    "no index": is_valid(without("indexes/")),
    "no pages": is_valid(without("pages/")),
    "one page list alone": is_valid({"pages/pages.jsonl": PAGES}),
    "unlisted, no dot in its name": is_valid({**WHOLE, "archive/more": b"more"}, WHOLE),
    "unlisted, with a dot": is_valid({**WHOLE, "archive/more.warc": b"more"}, WHOLE),
    "listed and changed": is_valid({**WHOLE, "archive/some.warc.gz": gzip.compress(b"others")}, WHOLE),
    "listed and gone": is_valid(without("archive/"), WHOLE),
}
print(f"wacz {version('wacz')}: valid")
for name, found in seen.items():
    print(f"{name:30}", found)
invalid = {"unlisted, with a dot", "listed and changed", "listed and gone"}
assert {name for name, found in seen.items() if not found} == invalid
PYTHON
