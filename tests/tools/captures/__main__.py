"""`python -m captures`: every tool captures one page, each capture is taken in and judged."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from captures import browsers, containers, fetchers, proxies, recorders, replays, savers
from captures.bench import Bench, Tool
from captures.installed import Installed
from captures.judge import judge
from captures.keep import keep
from captures.programs import NotHere, ToolError
from captures.table import Line, lines_of, shown
from captures.truth import served

FAMILIES = (fetchers, recorders, proxies, browsers, savers, containers, replays)
TOOLS: tuple[Tool, ...] = tuple(tool for family in FAMILIES for tool in family.TOOLS)
COMPRESS = {
    "br": "import brotli, sys; sys.stdout.buffer.write(brotli.compress(sys.stdin.buffer.read()))",
    "zstd": "import sys, zstandard; "
    "sys.stdout.buffer.write(zstandard.compress(sys.stdin.buffer.read()))",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 where a row is wrong."""
    parser = argparse.ArgumentParser(prog="python -m captures", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="where all of it is made")
    parser.add_argument(
        "--only",
        action="append",
        help="a tool's name; may be said again",
        choices=[tool.name for tool in TOOLS],
        metavar="TOOL",
    )
    parser.add_argument("--fixtures", type=Path, help="keep small captures here, and judge none")
    parser.add_argument("--port", type=int, default=0, help="the page's port; 0 takes a free one")
    chosen = parser.parse_args(arguments)
    work = chosen.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    installed, rows = Installed(work / "env"), list[Line]()
    with served(chosen.port, _dressers(installed)) as addresses:
        bench = Bench(work, installed, addresses)
        for tool in TOOLS:
            if not chosen.only or tool.name in chosen.only:
                for line in _lines(tool, bench, chosen.fixtures):
                    print(shown(line), file=sys.stderr, flush=True)
                    rows.append(line)
    print("\n".join(lines_of(rows)))
    return int(
        any(row.judged is not None and row.judged.verdict.startswith("WRONG") for row in rows)
    )


def _lines(tool: Tool, bench: Bench, fixtures: Path | None) -> Iterator[Line]:
    try:
        for made in tool.make(bench):
            if fixtures is None:
                yield Line(made.row, made.tool, judge(made, bench.work / "homes" / made.row))
            else:
                yield Line(made.row, made.tool, None, keep(made, fixtures))
    except (NotHere, ToolError) as error:
        yield Line(tool.name, "not here" if isinstance(error, NotHere) else "–", None, str(error))


def _dressers(installed: Installed) -> dict[str, Callable[[bytes], bytes]]:
    """What compresses as this interpreter may not."""
    try:
        python = installed.python("warcio") / "python"
    except NotHere as error:
        print(f"no br and no zstd: {error}", file=sys.stderr)
        return {}

    def through(script: str) -> Callable[[bytes], bytes]:
        return lambda plain: (
            subprocess.run(
                [python, "-c", script], input=plain, stdout=subprocess.PIPE, check=True
            ).stdout
        )

    return {name: through(script) for name, script in COMPRESS.items()}


if __name__ == "__main__":
    sys.exit(main())
