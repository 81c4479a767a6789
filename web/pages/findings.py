"""Where pages disagree with themselves or with each other, and two published values of one tool."""

from __future__ import annotations

import re
import sqlite3
from typing import Any, get_args

from schema.codes import FINDINGS
from schema.rows.texts import ConflictRow
from web import words
from web.asking import ShownRow, ask, first, rows
from web.pages import signs
from web.pages.asked import asked, one_of, query
from web.pages.differing import excerpt
from web.pages.shared import PER_PAGE
from web.showing import once, read, root_of, show
from web.upstream import Datasette, Request, Response

ATTRIBUTES = ("any", *get_args(ConflictRow.model_fields["attribute"].annotation))
KINDS = {
    "label_and_text": "the card’s label and a text",
    "one_card": "two texts shown with one card",
    "two_cards": "texts of two cards",
}
AROUND = 90
"""So much of a text stands before and behind the words in question. Units: code points."""
LONGEST_DETAIL = 600
PLACE = re.compile(r"(tools|quotes)\[([0-9])\]")

LISTED = """
select f.*, c.description, p.comparison, p.title, ta.tool as key_a, ta.name as name_a,
       tb.tool as key_b, tb.name as name_b, t.tool as tool_key, t.name as tool_name,
       r.name as reviewer, q.key as quote_key
from (select * from finding {where} order by id desc limit :most offset :skipped) f
left join code c on c.code = f.code left join comparison p on p.id = f.comparison_id
left join tool ta on ta.id = p.tool_a_id left join tool tb on tb.id = p.tool_b_id
left join quote q on q.id = f.quote_id left join card k on k.id = f.card_id
left join tool t on t.id = coalesce(q.tool_id, k.tool_id)
left join reviewer r on r.id = q.reviewer_id order by f.id desc"""
QUOTE_AT = """
select q.key as quote_key, r.name as reviewer, vq.tool_position
from version_quote vq join quote q on q.id = vq.quote_id
left join reviewer r on r.id = vq.reviewer_id
where vq.version_id = :version and vq.position = :position"""
CONFLICTS = """
select x.*, t.tool as tool_key, t.name as tool_name, {both}
from (select * from conflict where :attribute in ('any', attribute)
      order by claim_a_id, claim_b_id limit :most offset :skipped) x
join tool t on t.id = x.tool_id {joined} order by x.claim_a_id, x.claim_b_id"""
SIDE = """
  {0}.field as {0}_field, {0}.stated_value as {0}_value, {0}.unit as {0}_unit,
  {0}.span_start as {0}_start, {0}.span_end as {0}_end, q{0}.key as {0}_quote, r{0}.name as {0}_who,
  case {0}.field when 'text' then q{0}.text when 'tagline' then k{0}.tagline
    when 'description' then k{0}.description when 'pricing' then k{0}.pricing else k{0}.entry
  end as {0}_text,
  iif({0}.quote_id is null, k{0}.first_seen, q{0}.first_seen) as {0}_first,
  iif({0}.quote_id is null, k{0}.last_seen, q{0}.last_seen) as {0}_last"""
JOINED = """
join claim {0} on {0}.id = x.claim_{0}_id join card k{0} on k{0}.id = {0}.card_id
left join quote q{0} on q{0}.id = {0}.quote_id left join reviewer r{0} on r{0}.id = q{0}.reviewer_id
"""
CONFLICTS_LISTED = CONFLICTS.format(
    both=",".join(SIDE.format(each) for each in "ab"),
    joined=" ".join(JOINED.format(each) for each in "ab"),
)


def counted(conn: sqlite3.Connection) -> ShownRow:
    """How many findings there are of each code, and conflicts of each attribute."""
    codes = dict(ask(conn, "select code, count(*) from finding group by code"))
    counts = "select attribute, count(*) from conflict group by attribute order by 2 desc, 1"
    return ShownRow(
        codes=sorted(codes.items(), key=lambda pair: (-pair[1], pair[0])),
        attributes=list(ask(conn, counts)),
    )


def findings(conn: sqlite3.Connection, code: str, page: int) -> list[ShownRow]:
    """One page of the findings, the newest first, each with the tools and reviewer concerned."""
    sql = LISTED.format(where="where code = :code" if code else "")
    found = rows(conn, sql, code=code, most=PER_PAGE, skipped=(page - 1) * PER_PAGE)
    for each in found:
        place = PLACE.match(each.field or "")
        each.tools = [(each.key_a, each.name_a), (each.key_b, each.name_b)]
        if each.tool_key:
            each.tools = [(each.tool_key, each.tool_name)]
        elif place and each.version_id:
            number, quote = int(place[2]), None
            if place[1] == "quotes":
                at = {"version": each.version_id, "position": number + 1}
                quote = first(conn, QUOTE_AT, **at)
                number = quote.tool_position - 1 if quote else len(each.tools)
            if quote:
                each.reviewer, each.quote_key = quote.reviewer, quote.quote_key
            each.tools = each.tools[number : number + 1] or each.tools
        each.tools = [pair for pair in each.tools if pair[0]]
        if each.detail and len(each.detail) > LONGEST_DETAIL:
            each.detail = f"{each.detail[:LONGEST_DETAIL]}…"
    return found


def conflicts(conn: sqlite3.Connection, attribute: str, page: int) -> list[ShownRow]:
    """One page of the conflicts, each with both values in the words in which they stand."""
    paged = {"most": PER_PAGE, "skipped": (page - 1) * PER_PAGE}
    found = rows(conn, CONFLICTS_LISTED, attribute=attribute, **paged)
    for each in found:
        each.sides = [_side(each, side) for side in "ab"]
        each.kind = KINDS.get(each.kind, each.kind)
    return found


def _side(conflict: ShownRow, side: str) -> ShownRow:
    """One value of a conflict. Absent: no words where an opt-out withholds the text."""
    names = ("field", "value", "unit", "start", "end", "quote", "who", "text", "first", "last")
    told = ShownRow(**{name: getattr(conflict, f"{side}_{name}") for name in names})
    told.words = None if told.text is None else excerpt(told.text, told.start, told.end, AROUND)
    return told


async def findings_page(datasette: Datasette, request: Request) -> Response:
    """All findings, those of one code, or conflicts between published values."""
    said = asked(request, code=one_of(FINDINGS), attribute=one_of(ATTRIBUTES))
    page = words.page_number(request.args.get("page"))
    told = await once(datasette, counted)
    facts: dict[str, Any] = {"findings": [], "conflicts": []}
    if attribute := said["attribute"]:
        facts["conflicts"] = await read(datasette, lambda conn: conflicts(conn, attribute, page))
        total = sum(n for name, n in told.attributes if attribute in ("any", name))
    else:
        facts["findings"] = await read(datasette, lambda conn: findings(conn, said["code"], page))
        total = sum(n for name, n in told.codes if said["code"] in ("", name))
    narrowing = query(said)
    path = f"/findings?{narrowing}" if narrowing else "/findings"
    home = root_of(datasette, request)
    return show(
        datasette, request, "findings.html", canonical=path, said=said, page=page, k=told,
        total=total, pages=-(-total // PER_PAGE), query=narrowing, meanings=FINDINGS,
        noindex=bool(narrowing) or page > 1, **facts,
        described=signs.page(f"{home}{path}", home, "Findings and conflicts", "CollectionPage"),
    )  # fmt: skip


ROUTES = [(r"^/findings$", findings_page)]
