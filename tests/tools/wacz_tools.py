"""The demo's WACZ in tools that CI does not run: js-wacz, and wabac.js of replayweb.page.

`python tests/tools/wacz_tools.py` needs node 20, npm and openssl, and installs what
tests/tools/wacz/package.json pins into a temporary folder. It prints what each tool made of the
package, and fails if one is wrong.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from archive import open_archive
from archive.cdxj import held_rows

HERE = Path(__file__).parent / "wacz"
BUNDLE = (
    "--bundle --platform=node --format=esm --outfile=wabac.mjs --log-level=error"
    ' --loader:.html=text --define:__SW_PATH__="sw.js"'
).split()
REQUIRE = (
    '--banner:js=import{createRequire}from"node:module";'
    "const require=createRequire(import.meta.url);"
)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode != 0:
        sys.exit(f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def made(folder: Path) -> tuple[Path, int]:
    """The demo's package, signed, and how many captures it holds."""
    ours = (sys.executable, "-m", "verdicts")
    run(*ours, "demo", "--no-serve", "--home", "demo", cwd=folder)
    how = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384")
    run("openssl", "genpkey", *how, "-out", "key.pem", cwd=folder)
    given = ("--home", "demo", "--out", "demo.wacz", "--key", "key.pem", "--json")
    report = json.loads(run(*ours, "wacz", *given, cwd=folder))
    return folder / "demo.wacz", report["records"]


def expected(home: Path) -> list[dict[str, str]]:
    """Each page of a home: when, where, and the SHA-256 of what it showed."""
    archive = open_archive(home)
    urls = {row["id"]: row["fetched_url"] for row in held_rows(archive.home)}
    return [
        {
            "at": "".join(sign for sign in each.captured_at if sign.isdigit()),
            "url": urls[each.id],
            "sha256": each.body_sha256,
        }
        for each in archive.captures()
        if each.status == 200
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in ("package.json", "entry.mjs", "open.mjs"):
            shutil.copy(HERE / each, folder)
        run("npm", "install", "--no-audit", "--no-fund", cwd=folder)
        programs = folder / "node_modules" / ".bin"
        package, records = made(folder)

        with zipfile.ZipFile(package) as file:
            file.extractall(folder / "apart")
        given = ("-f", "apart/archive/*.warc.gz", "--pages", "apart/pages", "-o", "again.wacz")
        run(programs / "js-wacz", "create", *given, cwd=folder)
        with zipfile.ZipFile(folder / "again.wacz") as file:
            lines = file.read("indexes/index.cdx").splitlines()
        print(f"js-wacz: a WACZ of its own from our records, {len(lines)} of {records} indexed")

        (folder / "expected.json").write_text(json.dumps(expected(folder / "demo")))
        run(programs / "esbuild", "entry.mjs", *BUNDLE, REQUIRE, cwd=folder)
        told = run("node", "open.mjs", package, "expected.json", cwd=folder).splitlines()[-1]
        print(f"wabac.js: {told}")
        if len(lines) != records or not json.loads(told)["isSigned"]:
            sys.exit("not as it should be")


if __name__ == "__main__":
    main()
