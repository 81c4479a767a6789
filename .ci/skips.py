"""Fails where a test was skipped without leave: `python .ci/skips.py REPORT.xml [seeds] [browser]`.

REPORT.xml is pytest's JUnit report. A skip is allowed only where its cause is named on the command
line; it is then printed as not run, once for each reason. Expected failures count as skips.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

CAUSES = {"seeds": "VERDICTS_SEEDS", "browser": "chromium"}
"""What the reason of a skip must hold to be of that cause."""


def skips(report: Path) -> Counter[str]:
    """How many tests were skipped, by reason.

    Raises: SystemExit where the report is missing or tells of no test.
    """
    if not report.is_file():
        raise SystemExit(f"{report}: pytest wrote no report")
    cases = list(ElementTree.parse(report).iter("testcase"))
    if not cases:
        raise SystemExit(f"{report}: no test was run")
    found = (case.find("skipped") for case in cases)
    return Counter(skip.get("message") or "no reason given" for skip in found if skip is not None)


def main(report: str, *allowed: str) -> int:
    """Print what was not run; gives 1 where any of it should have been."""
    is_refused = False
    for reason, count in skips(Path(report)).items():
        if any(CAUSES[cause] in reason for cause in allowed):
            print(f"not run: {count} tests: {reason}")
        else:
            is_refused = True
            print(f"skipped without leave: {count} tests: {reason}", file=sys.stderr)
    return int(is_refused)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
