"""Runs of text to blocks: what stands in one box and cannot be parted is one block."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import groupby

from parsers.page import controls
from parsers.page.document import Document, Edge, common
from parsers.page.inline import INLINE, UNREADABLE, TextRun
from parsers.page.white import one_spaced
from parsers.sentences import ENDS, ends_sentence

_SEPARATOR = re.compile(r"[^\w%]{1,3}")
_PERMALINKS = frozenset("#¶§🔗⚓\u200b")
"""What a link shows that only leads to the heading in which it stands."""
_NOTE = re.compile(r"\s*[\[(]?(?:[0-9]{1,2}|[a-z]|[*†‡§]{1,2})[\])]?\s*", re.IGNORECASE)
"""What a raised link shows that leads to a footnote."""
_EDIT = re.compile(
    r"\[ ?(?:edit(?: source)?|(?:perma)?link|quote|reply|share|top|#|¶|§) ?\]\Z", re.IGNORECASE
)
"""What stands in brackets behind a heading, as in a wiki, or behind a line, and is a link."""
LONGEST_EDIT = 24
_CURRENCIES = frozenset("$€£¥")
_OF_FIGURES = _CURRENCIES.union("/%")
MOST_INLINE = 30
"""So many inline elements around a few characters are looked at."""
LONG_WORD = 3
"""A raised figure behind a word of so many letters is a footnote's, and no power."""
LONGEST_FIGURE = 40
"""Texts so long, with a slash or a percent sign, may state a number. Units: characters."""


class Blocks:
    """The blocks of a document whose elements are known; `roles` are its controls by role."""

    def __init__(self, document: Document, runs: list[TextRun], roles: list[int]) -> None:
        self.document, self.runs, self.roles = document, runs, roles

    def _settle_controls(self) -> list[tuple[int, int]]:
        """The [start, end) of the runs that are the interface's."""
        document, tag = self.document, self.document.tag
        if not self.roles and controls.TAGS.isdisjoint(tag):
            return []
        found = {at for at, name in enumerate(tag) if name in controls.TAGS} | {*self.roles}
        told = controls.Controls(self.runs, document.parent, tag)
        self.runs = told.settle((e, document.first[e], document.end[e]) for e in sorted(found))
        return told.spans

    def make(self) -> list[TextRun]:
        """Turn the runs into blocks. Gives the runs, their controls settled."""
        spans = self._settle_controls()
        document, runs, made = self.document, self.runs, 0
        texts, glues, elements = document.text, document.glue, document.element
        boxes, own, firsts, end, count = document.boxes, document.box, document.run, 0, len(runs)
        while end < count:
            start = end
            text, element, box, _ = runs[start]
            end += 1
            while end < count and runs[end][2] == box:
                end += 1
            if end - start > 1:
                self._blocks_of_box(start, end)
            elif not text.isspace():
                texts.append(one_spaced(text))
                glues.append(" ")
                elements.append(element)
                own.append(box)
                firsts.append(start)
            if len(texts) > made:
                boxes.append((made, len(texts)))
                made = len(texts)
        for start, end in spans:
            within = bisect_left(document.run, start), bisect_left(document.run, end)
            document.controls.update(range(*within))
        return runs

    def _blocks_of_box(self, start: int, end: int) -> None:
        """The blocks of one box: of one run of inline content."""
        runs = self.runs
        for at in range(start, end):
            if len(runs[at][0]) <= 4:
                if self._is_note(at):
                    runs[at] = (" ", *runs[at][1:])
                elif at > start and self._may_be_note(at):
                    runs[at] = (UNREADABLE + runs[at][0], *runs[at][1:])
        shown = (at for at in range(start, end) if not runs[at][0].isspace())
        for _, line in groupby(shown, key=lambda at: runs[at][3]):
            self._blocks_of_line([*line])

    def _blocks_of_line(self, solid: list[int]) -> None:
        """The blocks of one line of a box; `solid` are its runs that hold more than white space."""
        runs = self.runs
        while len(solid) > 1 and self._is_permalink(solid[-1]):
            solid.pop()
        while len(solid) > 1 and self._is_permalink(solid[0]):
            solid.pop(0)
        if len(solid) > 1 and runs[solid[-1]][0].rstrip().endswith("]"):
            solid = self._without_edit(solid)
        if not solid:  # a link to edit a section, in a line of its own
            return
        if len(solid) == 1:
            self._add(solid, " ")
            return
        bare = {runs[at][1] for at in solid if not _SEPARATOR.fullmatch(runs[at][0].strip())}
        group, before = [solid[0]], solid[0]
        glue = " "
        for at in solid[1:]:
            if self._may_split(before, at, bare):
                self._add(group, glue)
                group, glue = [at], self._space(before, at)
            else:
                group.append(at)
            before = at
        self._add(group, glue)

    def _without_edit(self, solid: list[int]) -> list[int]:
        """The runs of a line without the link in brackets at its end."""
        runs, tail = self.runs, ""
        for number, at in enumerate(reversed(solid[-4:]), start=1):
            text = runs[at][0].rstrip()
            begin = text.rfind("[")
            tail = text[max(begin, 0) :].lstrip() + tail
            if len(tail) > LONGEST_EDIT:
                return solid
            if begin >= 0:
                is_link = any("a" in self._inline_tags(each) for each in solid[-number:])
                if not is_link or not _EDIT.match(tail):
                    return solid
                for cut in solid[-number:]:
                    runs[cut] = (" ", *runs[cut][1:])
                runs[at] = (text[:begin] or " ", *runs[at][1:])
                return [each for each in solid if not runs[each][0].isspace()]
        return solid

    def _is_permalink(self, at: int) -> bool:
        text = self.runs[at][0]
        return len(text) <= 4 and text.strip() in _PERMALINKS and "a" in self._inline_tags(at)

    def _is_note(self, at: int) -> bool:
        """Whether a run is the mark of a footnote: raised, and a link or in brackets."""
        text = self.runs[at][0]
        if not _NOTE.fullmatch(text):
            return False
        tags = self._inline_tags(at)
        return "sup" in tags and ("a" in tags or text.strip()[0] == "[")

    def _may_be_note(self, at: int) -> bool:
        """Whether a run is a raised figure behind a word or a sentence."""
        text, before = self.runs[at][0], self.runs[at - 1][0]
        is_word = before[-LONG_WORD:].isalpha() and len(before) >= LONG_WORD
        is_behind = is_word or before[-1:] in (*ENDS, ",", ";", "”")
        return is_behind and text.isdigit() and "sup" in self._inline_tags(at)

    def _inline_tags(self, at: int) -> set[str]:
        """The inline elements around a run."""
        document, element, found = self.document, self.runs[at][1], set[str]()
        for _ in range(MOST_INLINE):
            if document.tag[element] not in INLINE:
                break
            found.add(document.tag[element])
            element = document.parent[element]
        return found

    def _may_split(self, before: int, at: int, bare: set[int]) -> bool:
        one, other = self.runs[before][1], self.runs[at][1]
        if one == other:
            return False
        above = common(self.document, one, other)
        return above not in bare or self._is_credit(before, at, above)

    def _is_credit(self, before: int, at: int, above: int) -> bool:
        """Whether a citation ends a box behind a sentence without a space: a line of its own."""
        document, box = self.document, self.runs[at][2]
        begun = self._below(self.runs[at][1], above)
        if not begun or document.tag[begun] != "cite" or self._space(before, at):
            return False
        end = document.end[begun]
        behind = end < len(self.runs) and self.runs[end][2] == box and self.runs[end][1] == above
        return not behind and ends_sentence(self.runs[before][0])

    def _space(self, before: int, at: int) -> str:
        runs = self.runs
        between = runs[before][0][-1:] + "".join(r[0] for r in runs[before + 1 : at])
        if any(c.isspace() for c in between + runs[at][0][:1]):
            return " "
        return UNREADABLE if self._is_footnoted(before, at) else ""

    def _figure(self, start: int, end: int) -> str:
        """The text of runs that may state a number, unreadable where a footnote would add to it."""
        parts = [self.runs[start][0]]
        for at in range(start + 1, end):
            parts += (UNREADABLE if self._is_footnoted(at - 1, at) else "", self.runs[at][0])
            is_cents = parts[-3][-1:].isdigit() and parts[-1][:1].isdigit()
            if is_cents and not _CURRENCIES.isdisjoint("".join(parts)):
                parts[-2] = UNREADABLE
        return "".join(parts)

    def _is_footnoted(self, before: int, at: int) -> bool:
        """Whether digits meet where a raised or lowered mark begins or ends: 5¹ is not 51."""
        one, other = self.runs[before], self.runs[at]
        return (
            one[0][-1:].isdigit()
            and other[0][:1].isdigit()
            and (self._is_mark(one[1]) != self._is_mark(other[1]))
        )

    def _is_mark(self, element: int) -> bool:
        document = self.document
        while element and document.tag[element] in INLINE:
            if document.tag[element] in ("sup", "sub"):
                return True
            element = document.parent[element]
        return False

    def _add(self, group: list[int], glue: str) -> None:
        document, runs = self.document, self.runs
        text, element, _, _ = runs[group[0]]
        if len(group) > 1:
            text = "".join([run[0] for run in runs[group[0] : group[-1] + 1]])
            if len(text) <= LONGEST_FIGURE and not _OF_FIGURES.isdisjoint(text):
                text = self._figure(group[0], group[-1] + 1)
            for at in group[1:]:
                if runs[at][1] != element:
                    element = common(document, element, runs[at][1])
            edges = self._edges(group, element)
            if any(edge.text for edge in edges):
                document.edges[len(document.text)] = edges
        document.text.append(one_spaced(text))
        document.glue.append(glue)
        document.element.append(element)
        document.box.append(runs[group[0]][2])
        document.run.append(group[0])

    def _edges(self, group: list[int], element: int) -> tuple[Edge, Edge]:
        """The inline elements in which a block of several runs begins and ends.

        A letter that begins a word, or ends one, is none of its own.
        """
        owned = groupby(group, key=lambda at: self._below(self.runs[at][1], element))
        parts = [(owner, [*ats]) for owner, ats in owned]
        if len(parts) < 2:
            return Edge(), Edge()
        (first, lead), *_, (last, trail) = parts
        is_lead = first and not self._is_within_word(lead[-1], parts[1][1][0])
        is_trail = last and not self._is_within_word(parts[-2][1][-1], trail[0])
        return (
            self._edge(first, lead) if is_lead else Edge(),
            self._edge(last, trail) if is_trail else Edge(),
        )

    def _edge(self, element: int, group: list[int]) -> Edge:
        text = "".join(self.runs[at][0] for at in group)
        return Edge(one_spaced(text), self.document.tag[element])

    def _is_within_word(self, before: int, at: int) -> bool:
        end, begin = self.runs[before][0][-1:], self.runs[at][0][:1]
        return self._space(before, at) == "" and end.isalpha() and begin.islower()

    def _below(self, element: int, above: int) -> int:
        """The child of an element that holds another. Absent: 0 where they are one."""
        child, parent = 0, self.document.parent
        while element != above:
            child, element = element, parent[element]
        return child
