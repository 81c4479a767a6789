"""Which words of a page are the interface's: a button, a menu, a date.

A control is a run of its own, even within a line of text: `Well made. <button>Share</button>`. One
that is part of a sentence stays in it where that is certain; where it is not, the block is made
unreadable, so that no field takes half a sentence. This module must not know what a word means to
a comparison.

    text before    control   text after    |  becomes
    Well made.     any       any           |  runs of their own
    (a span)       any       (a span)      |  runs of their own: nothing but elements, side by side
    in use since   time      .             |  one run: the date is said
    Updated        time                    |  runs of their own, both the interface's
    built on       button    and more      |  one run that no field may hold
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from parsers.page.inline import INLINE, UNREADABLE, TextRun

TAGS = frozenset("aside button select textarea time".split())
ROLES = frozenset(
    (
        "button checkbox combobox listbox menu menubar menuitem menuitemcheckbox menuitemradio "
        "option radio searchbox slider spinbutton switch tab textbox time timer toolbar tooltip"
    ).split()
)
LONGEST = 120
"""What can be clicked, or stands aside, and holds more is a card or a cell. Units: characters."""
FEW_WORDS = 4
"""So few words beside a date are its label: `Updated`, `Posted on ... by Ann`."""

_ENDED = re.compile(r"""[.!?…:;|·•—–)\]"”’»]\s*\Z""")
_GOES_ON = re.compile(r"\s*[a-z,.;!?)]")
_LEADS_ON = re.compile(
    r"\b(?:a|about|after|and|around|as|at|before|between|by|during|for|from|in|last|near|of|on|or"
    r"|over|since|than|the|through|till|to|until|with)\s*\Z",
    re.IGNORECASE,
)
_MARKS = " \t\n\r·•|,–—-"
_PARTED = re.compile(r"\A\s*[·•|–—-]|[·•|–—-]\s*\Z")
_HEADING = re.compile(r"h[1-6]")


def is_role(value: str | None) -> bool:
    """Whether a role attribute makes its element a control: the first role named counts."""
    return (value or "").lower().split(" ", 1)[0] in ROLES


class Controls:
    """The runs of a page with its controls told apart.

    `spans` are the [start, end) of the runs that are the interface's.
    """

    def __init__(self, runs: list[TextRun], parent: list[int], tag: list[str]) -> None:
        self.runs, self.parent, self.tag = runs, parent, tag
        self.spans: list[tuple[int, int]] = []
        self._joined: set[int] = set()  # boxes that belong to the one before

    def settle(self, elements: Iterable[tuple[int, int, int]]) -> list[TextRun]:
        """The runs, joined where a control is part of a sentence.

        Shape: each control's element and the [start, end) of its runs, in the page's order.
        """
        done = 0
        for element, start, end in elements:
            if start < done or not any(run[0].strip() for run in self.runs[start:end]):
                continue
            done = end
            is_short = sum(len(run[0]) for run in self.runs[start:end]) <= LONGEST
            if is_short or self.tag[element] in ("select", "textarea", "time"):
                self._settle_one(element, start, end)
        return self._rejoined() if self._joined else self.runs

    def _settle_one(self, element: int, start: int, end: int) -> None:
        runs, hosts = self.runs, self._hosts(element)
        low, high = self._line_before(start), self._line_after(end)
        before = "".join(run[0] for run in runs[low:start])
        after = "".join(run[0] for run in runs[end:high])
        is_time = self.tag[element] == "time"
        if not any(run[1] in hosts and run[0].strip(_MARKS) for run in runs[low:high]):
            self.spans.append((start, end))
        elif is_time and not _HEADING.match(self.tag[hosts[-1]]) and _is_label(before + after):
            self.spans.append((low, high))
        elif (place := _place(before, after, is_time)) == "apart":
            self.spans.append((start, end))
            self._trim(low, start, end, high)
        else:
            self._join(start, end, low < start, end < high)
            if place == "doubtful":
                text, *rest = runs[start]
                runs[start] = (UNREADABLE + text, *rest)  # type: ignore[assignment]

    def _line_before(self, start: int) -> int:
        """The first run of the text right before a control, in one line and paragraph with it."""
        runs, low = self.runs, start
        _, _, box, line = runs[start]
        while low and runs[low - 1][2] == box - 1 and runs[low - 1][3] == line:
            low -= 1
        return low

    def _line_after(self, end: int) -> int:
        runs, high = self.runs, end
        _, _, box, line = runs[end - 1]
        while high < len(runs) and runs[high][2] == box + 1 and runs[high][3] == line:
            high += 1
        return high

    def _hosts(self, element: int) -> list[int]:
        """The elements whose own text is beside the control: up to the nearest block."""
        hosts = [self.parent[element]]
        while hosts[-1] and self.tag[hosts[-1]] in INLINE:
            hosts.append(self.parent[hosts[-1]])
        return hosts

    def _trim(self, low: int, start: int, end: int, high: int) -> None:
        """Leave out the sign that parts a control from the text beside it."""
        if low < start:
            text, *rest = self.runs[start - 1]
            if cut := text.rstrip(_MARKS):
                self.runs[start - 1] = (cut, *rest)  # type: ignore[assignment]
        if end < high:
            text, *rest = self.runs[end]
            if cut := text.lstrip(_MARKS):
                self.runs[end] = (cut, *rest)  # type: ignore[assignment]

    def _join(self, start: int, end: int, has_before: bool, has_after: bool) -> None:
        if has_before:
            self._joined.add(self.runs[start][2])
        if has_after:
            self._joined.add(self.runs[end][2])

    def _rejoined(self) -> list[TextRun]:
        """The runs with the boxes of a joined sentence made one."""
        found: list[TextRun] = []
        box = new = -1
        for text, element, own, line in self.runs:
            if own != box:
                new = new if own in self._joined and own == box + 1 else own
                box = own
            found.append((text, element, new, line))
        return found


def _is_label(beside: str) -> bool:
    """Whether the words beside a date only say what it is the date of."""
    count = len(beside.split())
    return 0 < count <= FEW_WORDS and not _ENDED.search(beside) and not _PARTED.search(beside)


def _place(before: str, after: str, is_time: bool) -> str:
    """Whether a control with bare text beside it stands apart from it, is said, or is doubtful."""
    if _ENDED.search(before):
        return "apart"
    if is_time and _LEADS_ON.search(before):
        return "said" if _GOES_ON.match(after) else "doubtful"
    has_before, has_after = (any(map(str.isalpha, text)) for text in (before, after))
    is_cut = has_before or (is_time and _GOES_ON.match(after))
    return "doubtful" if has_after and is_cut else "apart"
