"""A robots.txt taken apart as RFC 9309 says: which rules are whose, and what stands beside them.

Lines that are no rule never part agents from their rules (2.2.4), an agent is named by its whole
token and all its groups count together (2.2.1), the longest rule that matches wins (2.2.2). Where
the standard is silent (typos, lines without a colon) it follows Google's parser, or is stricter:
of a line that lists several agents, Google hears the first alone, and a Disallow that begins with
no slash not at all.
This module must not know what our own token is.

    agents: none --User-agent--> named --Allow, Disallow--> ruled --User-agent--> named, anew
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

ALL = "*"
"""The agent that stands for every token without a group of its own."""

_BLANK = " \t\v\f"
_AGENT = ("user-agent", "useragent", "user agent")
_DISALLOW = ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw")
_BEFORE_PATH = re.compile(r"(?i)\A(?:[a-z][a-z0-9+.-]*://[^/?#]*/?)?(?:\.{0,2}(?:/|\Z))*")
_LISTED = re.compile(r"[\s,;]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One Allow or Disallow."""

    is_allowed: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A line that is no rule, and the agents that the lines last before it name; at first all."""

    key: str
    value: str
    agents: frozenset[str]


@dataclass(slots=True)
class Groups:
    """A whole robots.txt: the rules of each token in lower case, and the lines beside them."""

    rules: dict[str, list[list[Rule]]] = field(default_factory=dict)
    """Of each token the rules of its groups; agents that are named together share one list."""
    listed: dict[str, list[list[Rule]]] = field(default_factory=dict)
    """The same, where each agent of a line that lists several is named."""
    rootless: int = 0
    """How many Disallow lines begin with no slash: it lacks, or an address or `./` is before it."""
    beside: list[Beside] = field(default_factory=list)

    def allows(self, url: str, token: str) -> bool:
        """Whether `token` may ask for the address, whether or not an agent may stand in a list."""
        path = _path_of(url)
        return all(
            _allow(groups.get(token.lower(), groups.get(ALL, [])), path)
            for groups in (self.rules, self.listed)
        )


def _allow(groups: list[list[Rule]], path: str) -> bool:
    """Whether the longest rule that matches allows; of rules equally long, Allow wins."""
    longest = {True: 0, False: 0}
    for rule in itertools.chain.from_iterable(groups):
        if len(rule.pattern) > longest[rule.is_allowed] and matches(rule.pattern, path):
            longest[rule.is_allowed] = len(rule.pattern)
    return longest[False] <= longest[True]


def read_groups(text: str, asked: frozenset[str]) -> Groups:
    """The groups of a robots.txt, as far as the agents `asked`, in lower case, are named.

    >>> text = "User-agent: a\\nCrawl-delay: 5\\nUser-agent: b\\nDisallow: /\\n"
    >>> read_groups(text, frozenset("ab")).allows("/", "a")
    False
    """
    found, named, rules = Groups(), frozenset({ALL}), list[Rule]()
    is_ruled, is_named = True, False
    for key, value in _lines(text):
        if key.startswith(_AGENT):
            if is_ruled:
                rules, is_ruled = [], False
            first = asked & tokens_of(value)
            tokens = first.union(*(asked & tokens_of(each) for each in _LISTED.split(value)))
            for groups, agents in ((found.rules, first), (found.listed, tokens)):
                for agent in agents:
                    own = groups.setdefault(agent, [])
                    if not own or own[-1] is not rules:
                        own.append(rules)
            named = named | tokens if is_named else tokens
            is_named = True
            continue
        is_named = False
        if key.startswith(("allow", *_DISALLOW)):
            is_ruled, is_allowed = True, key.startswith("allow")
            is_rootless = not is_allowed and value[:1] not in ("", "/", "*", "$")
            found.rootless += is_rootless
            path = "/" + _BEFORE_PATH.sub("", value) if is_rootless else value
            rules.append(Rule(is_allowed, _escaped(path)))
        else:
            found.beside.append(Beside(key, value, named))
    return found


def tokens_of(value: str) -> set[str]:
    """The tokens that a User-agent line names, without the version behind them.

    RFC 9309 knows letters, - and _ in a token; some that are in use have digits too.

    >>> sorted(tokens_of("Verdicts/1.0 (+words)")), sorted(tokens_of("AI2Bot")), tokens_of("* x")
    (['verdicts'], ['ai', 'ai2bot'], {'*'})
    """
    if re.match(r"\*(?:\s|\Z)", value):
        return {ALL}
    found = (re.match(kind, value.lower()) for kind in (r"[a-z_-]+", r"[a-z0-9_-]+"))
    return {token[0] for token in found if token}


def matches(pattern: str, path: str) -> bool:
    """Whether a rule's path fits: from the start, `*` for anything, a last `$` for the end.

    >>> matches("/*-vs-", "/a-vs-b"), matches("/a$", "/ab"), matches("/*b$", "/ab")
    (True, False, True)
    """
    is_whole = pattern.endswith("$")
    first, *parts = (pattern[:-1] if is_whole else pattern).split("*")
    if not path.startswith(first):
        return False
    if not parts:
        return not is_whole or path == first
    at = len(first)
    for part in parts[:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return path.endswith(parts[-1], at) if is_whole else path.find(parts[-1], at) >= 0


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Key in lower case, and value, of every line that has both a key and a separator."""
    for line in re.split(r"[\r\n]+", text):
        said = line.partition("#")[0].strip(_BLANK)
        key, colon, value = said.partition(":")
        if not colon:
            key, *words = said.split(maxsplit=2) or [""]
            if len(words) != 1:
                continue
            value = words[0]
        yield key.strip(_BLANK).lower(), value.strip(_BLANK)


def _escaped(pattern: str) -> str:
    """A rule's path as addresses are written: no character beyond ASCII, escapes in capitals."""
    plain = _NOT_ASCII.sub(lambda found: quote(found[0]), pattern)
    return _ESCAPE.sub(lambda found: found[0].upper(), plain)


def _path_of(url: str) -> str:
    """What rules are held against: path, parameters and query."""
    rest = url.partition("#")[0].rpartition("://")[2]
    start = re.search(r"[/?;]", rest)
    path = rest[start.start() :] if start else ""
    return path if path.startswith("/") else "/" + path
