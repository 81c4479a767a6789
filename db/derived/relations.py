"""What a sentence says of a mentioned thing and the tool: rival, substitute, or what it rests on.

Pure. Closed lists of phrases around the mention, in the order: what says nothing (maker, ancestor),
alternative, dependency, competitor. No phrase, no relation.
"""

from __future__ import annotations

import re
from typing import Literal

from db.derived.passage import Passage

MentionRelation = Literal["competitor", "alternative", "dependency"]

_GAP = (
    r"(?: (?:the|a|an|its|their|our|his|her|my|old|new|good|big|cheap|first|last|plain|\w+['’]s))?"
)
_FEW = r"(?:[\w’'-]+ ){0,5}?"


def _before(phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{phrases}){_GAP} \Z", re.IGNORECASE)


_NONE_BEFORE = _before(
    r"(?:built|made|trained|written|developed|owned|published|released|created"
    r"|maintained|sold|funded"
    r"|backed|designed|bought|acquired|used|founded|run|endorsed|recommended|sponsored) by"
    r"|(?:successor|sister|sibling|cousin|brother|heir|follow-up|sequel"
    r"|predecessor) (?:to|of)|mimics"
    r"|(?:model|tool|app|service|product|plugin|engine|offering|project|release) (?:by|from|of)"
    r"|people (?:at|of|from)|team (?:at|of)|(?:engineers?|founders?|staff|makers?"
    r"|desk|nobody|someone|somebody) (?:at|of|from)"
    r"|(?:people|team|makers?|company|man|woman|lab|those) (?:who|that"
    r"|which) (?:made|make|makes|built|wrote|ship|ships)|gift from|named after"
    r"|works? at|worked (?:at|for)|bought|acquired|(?:maker|owner|parent|vendor"
    r"|author|company|founders?)[,:]?"
)
_NONE_AFTER = re.compile(
    r"(?:-| )class\b|['’]s (?:own|author|makers?|founder|staff|team|people|users"
    r"|customers)|,? (?:which|who) makes\b"
    r"| (?:uses|use|built|made|trained|makes|pays|owns|maintains|funds|bought"
    r"|acquired|published|publishes) (?:it|this|them)\b",
    re.IGNORECASE,
)
_ALTERNATIVE_BEFORE = _before(
    r"instead of|rather than|in place of|replac(?:es?|ed|ing)|replacements? (?:for"
    r"|of)|substitutes? for"
    r"|alternatives? (?:to|is|are)|alternative,"
    rf"|(?:take|took|taken|choose|chose|chosen|pick|picked|prefer|preferred|want|keep"
    rf"|recommend|have) {_FEW}over"
    rf"|(?:move|moved|moving|switch|switched|switching|come|came|coming|migrate|migrated|migrating"
    rf"|went|go|going|return|returned|port|ported|fled|defected|convert|converted|graduated) {_FEW}"
    r"(?:from|to|out of|off|over to|away from|back to)"
    r"|left|leave|leaving|dropped?|ditch(?:ed)?|cancel(?:led|s)?|uninstall(?:ed|s)?|abandon(?:ed)?"
    r"|quit|stop(?:ped)? (?:using|paying for)|swap(?:ped)? (?:out )?|traded?"
    r"|retired?|gave up|give up"
    r"|(?:just|simply|already|still|better to|could|can|would|should|I['’]d|you['’]d"
    r"|and|or) (?:use|buy|take|pick|choose|get|try|run|install|rent)"
    r"|(?:stick|stay|stuck|stayed|sticking|staying|go|going|happier|live|start|begin) (?:\w+ )?with"
    r"|why not(?: just| simply)?(?: use| take| buy)?|wr(?:ote|ite) to|back (?:to|on|with)"
    r"|(?:offers?|quotes?) from|export(?:ed)? (?:\w+ ){0,3}from"
    r"|import(?:ed)? (?:\w+ ){0,3}from|refugees? from"
    r"|use|used|try|tried"
)
_ALTERNATIVE_AFTER = re.compile(
    r",? (?:instead|will do|would do|would have|does the same for (?:free|nothing"
    r"|less)|is enough|was enough"
    r"|already does|did (?:it|this) for)\b",
    re.IGNORECASE,
)
_DEPENDENCY_BEFORE = _before(
    r"(?:built|based|runs?|running|ran|sits?|stands?|leans?|leaning|depends?"
    r"|depending|dependent|rel(?:y|ies|ying)"
    r"|hangs?|rests?|trained|hosted|tested|layered|hinges|lives?|works?|working"
    r"|tuned|stacked|served|calls?)"
    r" (?:\w+ )?(?:on|in|atop|upon|with|through|via|by|from|inside|against|over)(?: top of)?"
    r"|on top of|atop|powered by|hosted by|served by|driven by|fed by|backed by"
    r"|calls?(?: out to)?|drives?|uses|using|wraps?"
    r"|plugs? (?:straight )?into|integrat(?:es?|ed|ion) with|syncs? (?:\w+ )?with"
    r"|talks? to|speaks? to|hooks? into|pairs? with"
    r"|connects? (?:\w+ )?to|needs?|requires?|through|via|by way of|courtesy of"
    r"|reads? (?:\w+ )?from|inside|embeds?|bundles?"
    r"|(?:plugins?|add-?ons?|extensions?|companion|front ?end|recipes|adapters?"
    r"|client|skin|wrapper|layer"
    r"|shell|interface|exporter|toolkit|tool|skins?|themes?|bridge|connector|driver"
    r"|runner|finetuner|scripts|kit) (?:\w+ )?(?:for|to|of|around|over|on)"
    r"|(?:a|an|the|for|with|of) (?:local|small|hosted|borrowed|rented|quantised|quantized)"
    r"|(?:trains?|train|tunes?|fine-tunes?|loads?|ships with|comes with|speaks|consumes|feeds)"
)
_DEPENDENCY_AFTER = re.compile(
    r"(?:['’]s \w+)? (?:under the (?:hood|bonnet)|underneath|beneath|inside)\b|, whose \w+ it needs"
    r"| (?:does|did) the (?:heavy lifting|work|listening|thinking|hard part)\b",
    re.IGNORECASE,
)
_IS_THEIRS_BEFORE = re.compile(r"\b(?:is|are) (?:\w+ )?\Z")
_IS_THEIRS_AFTER = re.compile(r" [a-z]+s? (?:with|under|in|and|by)\b")
_PART_AFTER = re.compile(
    r" (?:plugin|adapter|run|checkpoint|extension|file|export|account|cluster)s?\b"
)
_COMPETITOR_BEFORE = _before(
    r"rivals?|rivalled|(?:competes?|competing|compete) (?:\w+ )?(?:with|against)"
    r"|compared? (?:\w+ )?(?:with|to|against)"
    r"|(?:measured|set|tested|judged|pitted|benchmarked) (?:\w+ )?(?:against|beside"
    r"|next to|alongside)|versus|vs\.?|against|beside|next to"
    r"|unlike|than|beats?|beaten by|outruns?|outsells?|outscores?|behind|ahead of"
    r"|undercuts?|cheap|poor man['’]s"
    r"|threat(?:ens)? (?:from|to)?|challenges?|clones?(?: of)?|copy of|answer to"
    r"|market from|level with|par with"
    r"|competitors?,?(?: such as| like| is| are| here is| here are|:)?"
    r"|rivals?,?(?: such as| like| is| are|:)"
    r"|such as|as (?:good|fast|cheap|well|quick|patient|accurate|slow|quiet) as"
    r"|alongside|between it and|shelf(?: with| as|:)"
    r"|loses? to|lost to|wins? over|between"
)
_COMPARED = re.compile(
    r"\b(?:better|worse|cheaper|faster|slower|quicker|nicer|bigger|smaller|kinder"
    r"|louder|quieter|older|newer"
    r"|stronger|sharper|more|less|fewer|ahead|behind|beats?|leads?|wins?|rivals?"
    r"|shelf|too|same|nearer|longer"
    r"|half|twice|outruns?|undercuts?|competitors?|crowded|match(?:es)?|best|"
    r"builds? this|ships? this|built this"
    r"|offers? this|charges?)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(?:exports?|data|files|output|reports?|results|answers|calls|requests|it all"
    r"|everything) (?:all )?(?:go|goes|are sent|is sent) (?:straight )?to \Z",
    re.IGNORECASE,
)
_TAKES_PLACE = re.compile(
    r"(?:['’]s \w+)?(?: \w+)? (?:folds?|builds?|cop(?:y|ies)|ships?|shipping"
    r"|absorbs?|adds?|bundles?|clones?|makes?) "
    r"(?:this|it|the same|these|that|its own|a tighter|a better|a cheaper|one)\b",
    re.IGNORECASE,
)
"""It does, or will do, what the tool does."""
_SHELF = re.compile(
    r"\b(?:shelf|rivals|competitors|competition|crowded|field|contenders|race)\b[^:]{0,60}: ",
    re.IGNORECASE,
)
_FAR = re.compile(
    r"(?:\A|\W)(?:runs?|plugs?|works?|sits?|built|stands?|leans?|rests?|talks?|hooks?|depends?)\b.*"
    r"\b(?:on|through|with|into|atop|upon|to) (?:an? |the )?\Z",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:\A|[;:,—–] ?|\b(?:and|but|while|whereas|because|that|if|when|yet|meanwhile"
    r"|yes,|later|today,|or|where|why) )\Z",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"(?:['’]s [a-z]+)? (?:also |still |already |only |now |never "
    r"|itself )?(?:the [a-z]+er |is|has|does|can|will|[a-z]{2,}s|did|hears?|wants?"
    r"|costs?|may|would|could)\b"
)


NEAR = 64
"""So far from a mention a word may stand that says its relation. Units: characters."""
NEAR_WORDS: dict[MentionRelation, str] = {
    "competitor": r"[a-z]{2,}er than|more|less|rivals?|competit\w+|compet\w+|cheaper|better|worse"
    r"|faster|slower|quicker"
    r"|nicer|smaller|bigger|ahead|behind|beats?|beaten|versus|against|unlike"
    r"|compar\w+|shelf|market|race|leads?"
    r"|same (?:job|thing|trick|idea|price|button|view|league|class)|match(?:es)?"
    r"|level|half|twice|already (?:does|do|has|have|did)"
    r"|both|nearest|closest|crowded|contenders?|too",
    "alternative": r"instead|replac\w+|place of|alternatives?|substitut\w+|switch\w*|swap\w*"
    r"|migrat\w*|mov(?:e|ed|ing)|cancel\w*"
    r"|ditch\w*|uninstall\w*|left|leave|leaving|back to|stay|stays|stayed|stick"
    r"|stuck|keep|kept|prefer\w*|rather|choose|chose"
    r"|choice|pick|picked|try|tried|buy|paid for|pay for|paying for|over|will do"
    r"|would do|enough|quit|dropped|gave up|there is"
    r"|refugees?|abandon\w*|came from|took|take|took up|went with|go with|used to use|traded",
    "dependency": r"built|based|runs?|running|rests?|relies|rely|depends?|depending|needs?|needed"
    r"|requires?|powered|hosted|hosts"
    r"|calls?|called|wraps?|wrapper|plugs?|plugged|plugins?|integrat\w*|connect\w*"
    r"|connectors?|sync\w*|imports?|exports?"
    r"|feeds?|fed|reads?|works? with|engine|backend|back end|api|key|account|files?"
    r"|format|layer|on top|underneath|beneath"
    r"|inside|bonnet|hood|through|via|uses|using|users?|add-?ons?|extensions?"
    r"|companion|servers?|fine-tun\w*|trained|loads?"
    r"|comes from|written by|is down|goes down|went down|made for|borrow\w*|rents?"
    r"|rented|resells?|speaks|listens|drives|driven"
    r"|bundl\w*|embed\w*|adapters?|recipes|talks|Under it|stands|stack|supports?|compatible|pairs?",
}
"""Words that say a relation by standing near a mention, where nothing right beside it does."""
_NEAR = {
    relation: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
    for relation, words in NEAR_WORDS.items()
}


def relation_of(passage: Passage, start: int, end: int) -> MentionRelation | None:
    """The relation of what is mentioned at a span to the tool. Absent: None where none is said.

    >>> def of(text, name):
    ...     return relation_of(Passage(text), text.index(name), text.index(name) + len(name))
    >>> of("It runs on Umber.", "Umber"), of("I moved from Umber to it.", "Umber")
    ('dependency', 'alternative')
    >>> of("Slower than Umber.", "Umber"), of("Made by Umber.", "Umber")
    ('competitor', None)
    """
    before, after = passage.before(start), passage.after(end)
    if _TAKES_PLACE.match(after) or _SHELF.search(before):
        return "competitor"
    if _NONE_BEFORE.search(before[-80:]) or _NONE_AFTER.match(after):
        return None
    return _beside(before, after) or _near(before, after)


def _beside(before: str, after: str) -> MentionRelation | None:
    """What the words right beside a mention say."""
    close = before[-80:]
    if _GIVEN.search(close):
        return "dependency"
    if _ALTERNATIVE_BEFORE.search(close) or _ALTERNATIVE_AFTER.match(after):
        return "alternative"
    if _DEPENDENCY_BEFORE.search(close) or _DEPENDENCY_AFTER.match(after):
        return "dependency"
    if _IS_THEIRS_BEFORE.search(before) and _IS_THEIRS_AFTER.match(after):
        return "dependency"
    if _FAR.search(before) or (before.endswith((" a ", " an ")) and _PART_AFTER.match(after)):
        return "dependency"
    if _COMPETITOR_BEFORE.search(close):
        return "competitor"
    is_subject = is_clause_head(before) and _VERB.match(after) is not None
    return "competitor" if is_subject and _COMPARED.search(before + after) else None


def _near(before: str, after: str) -> MentionRelation | None:
    """What the nearest word of the clause says. Absent: None where none stands near."""
    left = _BOUND.split(before[-NEAR:])[-1]
    right = _BOUND.split(after[:NEAR])[0]
    found: list[tuple[int, MentionRelation]] = []
    for relation, pattern in _NEAR.items():
        found += [(len(left) - it.end(), relation) for it in pattern.finditer(left)]
        found += [(it.start(), relation) for it in pattern.finditer(right)]
    return min(found)[1] if found else None


_BOUND = re.compile(r"[;:—–()]|, (?:and|but|while|whereas|yet|though|so|which|who)\b")


def is_clause_head(before: str) -> bool:
    """Whether what follows these words of a sentence is the subject of a clause."""
    return _SUBJECT.search(before) is not None


LISTED = re.compile(r"(?:['’]s)?(?:,? and |, |,? or |,? nor )(?:the |its |whatever )?")
"""What stands between two names of one list: the second has the relation of the first."""
