#!/usr/bin/env bash
# fast-robotstxt 1.1.0 (Google's parser with Content-Signal): of a group's lines only the first counts.
#
# Guess before the run: like rules, the Content-Signal lines of a group, and of all groups that name
# an agent, count together. Seen: the first line alone is kept, over all groups of that agent, so a
# refusal in the second is not seen, even where the first was no signal at all; rules of both groups
# do count. Signals parted by semicolons give none. Within one line the last of two equal names wins.
# Here a refusal in any line counts and none takes it back (crawler/robots/objections.py).
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet fast-robotstxt==1.1.0
"$SCRATCH/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from robotstxt import RobotsMatcher

ALL = "User-agent: *\n"
TWO_LINES = ALL + "Content-Signal: search=yes\nContent-Signal: ai-train=no\n"
ONE_LINE = ALL + "Content-Signal: search=yes, ai-train=no\n"
NO_SIGNAL_FIRST = ALL + "Content-Signal: later\nContent-Signal: ai-train=no\n"
SEMICOLONS = ALL + "Content-Signal: search=yes; ai-train=no\n"
TWICE = ALL + "Content-Signal: ai-train=yes, ai-train=no\n"
TWO_GROUPS = (
    "User-agent: reader\nContent-Signal: search=yes\nAllow: /a\n\n"
    "User-agent: reader\nContent-Signal: ai-train=no\nDisallow: /b\n"
)


def read(text: str) -> tuple[object, object, bool]:
    """What is said of training and of search, and whether /b may be asked for."""
    matcher = RobotsMatcher()
    is_allowed = matcher.is_allowed(text, "reader", "https://a.example/b")
    return matcher.content_signal["ai_train"], matcher.content_signal["search"], is_allowed


seen = {
    "one line": read(ONE_LINE),
    "two lines": read(TWO_LINES),
    "no signal first": read(NO_SIGNAL_FIRST),
    "semicolons": read(SEMICOLONS),
    "one name twice": read(TWICE),
    "two groups": read(TWO_GROUPS),
}
print(f"fast-robotstxt {version('fast-robotstxt')}: training, search, /b allowed")
for name, found in seen.items():
    print(f"{name:16}", *found)
assert seen["one line"] == (False, True, True)
assert seen["two lines"] == (None, True, True)
assert seen["no signal first"] == (None, None, True)
assert seen["semicolons"] == (None, None, True)
assert seen["one name twice"] == (False, None, True)
assert seen["two groups"] == (None, True, False)
PYTHON
