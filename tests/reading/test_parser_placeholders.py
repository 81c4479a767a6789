"""What stands where a value should and is none; and what looks like it and is a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixture_tools import WREN, html_page, read

from parsers.placeholders import WORDS, is_placeholder

FIELDS = ("category", "tagline", "description", "pricing")

NO_TEXTS = (
    """\
null|NULL|None|none.|nil|undefined|NaN|n/a|N.A.|TBD|tbd.|TBA|To be announced|Coming soon…|TODO|FIXME
Loading…|Loading...|Loading|Please wait…|Loading review…|Fetching description
Loading the full review
Lorem ipsum|Lorem ipsum dolor sit amet
Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do.
${description}|${card.description}|{{ card.text }}|{{{raw}}}|<%= text %>|<% text %>|{% block text %}
%s|%d|%(name)s|%{name}|#{name}|@{name}|{name}|{0}|{$name}|[[name]]|$description|__DESCRIPTION__
%DESCRIPTION%|[description]|[deleted]|<description>|<%- text -%>|{tool.description}|t('card.text')
$t('card.text')|[object Object]|[object Promise]|function () { return text }|() => text
card.description|compare.card.tagline|compare:card.tagline|card_description|CARD_DESCRIPTION
Failed to load|Failed to load review.|Unable to load the description|Could not load content
Couldn't load reviews. Try again.|Error 500|Error: 404 Not Found|An error occurred
An unexpected error has occurred.|Something went wrong|Oops! Something went wrong.
Network error occurred
This widget couldn't load. Check your connection.|The component could not be rendered on a server.
Error: Unexpected token < in JSON at position 0.
503 Service Unavailable|Error 503 Backend fetch failed|Error: connect ECONNREFUSED
I'm sorry, but I can't help with that.|As an AI language model I have no opinion.
The model returned an empty response.|The Doubter has not reviewed this tool yet.
This review is only visible to members.|Test quote, please ignore.
Request failed|Connection timed out|Retry|Not found|Error loading review
Read more|Read more…|READ MORE|Show more|See more|Show less|View full review|Read the full review
Continue reading|Click to expand|Tap to reveal the review|Expand
No review yet|No reviews yet.|No description|No description available.|No data|No content to show
No quote has been added yet|No text available yet|Review pending|Awaiting review|Pending approval
Not yet reviewed|Not available|Unavailable|Description coming soon|Description goes here
Your review here|Insert text here|Add a description|Write a review|Be the first to review this tool
Removed by moderator|Removed by a moderator.|Deleted by the author|Hidden by the publisher
This review has been removed|This review was removed by its author|Review removed|Comment deleted
The description is no longer available|This content is not available|Log in to read
Sign up to see more
Subscribe to read the review|Please enable JavaScript to see it|Missing translation: card.text
—|–|-|…|...|???|•|* * *|████████|👍
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

TEXTS = (
    """\
Null pointers, found early.|None of it leaves the machine.|None left behind
Undefined behaviour, explained
Not NaN|NaN-safe sums|A nil-free life|TBD lists for teams|Loading docks for small ports
Loads of reviews in one list|Loading bays, timed to the minute|Fetching and carrying for teams
Lorem ipsum generator for designers|The lorem ipsum of code.|Loremaster|Ipsum
Writes ${name} for you|Uses {{mustache}} templates well.|{a, b} in one set
{{a}} and {{b}} are not it.
It costs $9 a month|$9/mo|$0|100%|50 % off|%s is what it prints first.|#1 in my list
#channels for cats
[draft] notes, sorted|<3 for writers|(beta)|@home with a robot|[object Object] again
botctl.io|chart.js|Node.js|acme.ai|v1.2|e.g. mail|2.0|C++|C#|F#|.NET|R|Go|AI/ML
Failed tests, explained|Failure is loud here.|Unable to lie, it says so.|Could not be simpler.
Error budgets for humans|An error log that reads well.|Something went right.|Oops, all berries
Error messages that help|Errors first|Read more books|Show more of your work|See more birds
More than a list|Reads the whole log|View from above|Continue reading where you stopped
No reviews needed before a merge.|No code|No description does it justice.|No data leaves the house.
No servers|No content is king without a queen|Review everything|Reviews pull requests
Pending invoices in one place|Available everywhere|Description of a struggle|Descriptions for shops
Writes your reviews|Write a novel in a month|Insert coins here|Add a voice|Your reviews, read back
Be the first to know|Be the first to ship|Removed the need for a server.|Removes noise by itself
Deleted scenes, found again|Hidden by default|Hidden gems|Hidden by design, found by search
This review is fair.|This description is honest and short.|The content is yours.|Comments welcome
The review was a joy to read.|Log in once|Sign up sheets for clubs|Subscribe to weather
JavaScript please|Moderators love it|Text|Content|Test|Review|Writing|Data|Code|Images|Other
Quiet…|Wait…|Why?|Yes.|OK|ok — mostly|Ship it!|10/10|∑ sums|日本語|Größer|naïve
This widget could load faster.|The section on errors is short.|Error: none that I saw
Data redacted in your browser|Messages deleted for good|Text hidden in plain sight
Log in to see every agent your team runs|Be the first to review what agents wrote
Something went wrong? Know it first|Rate limit exceeded. Never again|Failed to load my desk twice
Todo - a list for teams|Enable JavaScript nowhere|Gateway timeout. Explained in plain words
The data is available to everyone in the workspace.|We're still waiting for the audit.
null & void|none-the-wiser|Error-free|TODO lists for families|A placeholder for joy|Untitled goose
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize("field", [f"tools[0].{name}" for name in FIELDS] + ["quotes[0].text"])
@pytest.mark.parametrize("text", NO_TEXTS)
def test_what_stands_for_a_text_is_no_text(text: str, field: str) -> None:
    assert is_placeholder(text, field)


@pytest.mark.parametrize("field", ["tools[0].tagline", "tools[0].category", "quotes[0].text"])
@pytest.mark.parametrize("text", TEXTS)
def test_what_only_looks_like_a_placeholder_is_a_text(text: str, field: str) -> None:
    assert not is_placeholder(text, field)


NAMES = ["Pending", "TODO", "Loading", "Untitled", "Error", "whisper_cpp", "Node.js", "—", "Retry"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be_a_word_that_no_text_is(name: str) -> None:
    assert not is_placeholder(name, "tools[0].name")
    assert not is_placeholder(name, "quotes[0].reviewer")


@pytest.mark.parametrize("text", ["null", "undefined", "{{name}}", "${name}", "[object Object]"])
def test_a_name_is_never_a_word_of_a_program(text: str) -> None:
    assert is_placeholder(text, "tools[0].name")


@pytest.mark.parametrize("text", ["null", "Loading…", "TBD", "${text}", "Lorem ipsum", "Read more"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_page_with_a_placeholder_for_a_field_is_refused(field: str, text: str) -> None:
    line = read(html_page(WREN.but(**{field: text})))
    assert (line["code"], line["field"]) == ("field_unreadable", f"tools[0].{field}")


@pytest.mark.parametrize("tag", ["del", "s", "strike"])
def test_struck_words_are_not_said(tag: str) -> None:
    page = html_page().replace(WREN.tagline, f"<{tag}>Hums</{tag}> {WREN.tagline}")
    assert read(page)["tools"] == read(html_page())["tools"]


@pytest.mark.parametrize("sign", ["\x80", "\x9b", "\x7f", "\u202e", "\u202a", "\u2066", "\u2069"])
def test_signs_that_a_terminal_obeys_refuse_their_field(sign: str) -> None:
    line = read(html_page(WREN.but(tagline=f"Sings{sign}well", best_for="Sings well")))
    assert (line["code"], line["field"]) == ("field_unreadable", "tools[0].tagline")


def test_next_line_is_white_space_and_zero_width_signs_stay() -> None:
    line = read(html_page(WREN.but(tagline="Sings\x85very\u200bwell\u00ad", best_for="x y")))
    assert line["tools"][0]["tagline"] == "Sings very\u200bwell\u00ad"


def test_every_word_that_is_no_text_stands_in_the_papers() -> None:
    paper = " ".join((Path(__file__).parents[2] / "docs" / "reading.md").read_text().split())
    assert [word for word in sorted(WORDS) if f"`{word}`" not in paper] == []
