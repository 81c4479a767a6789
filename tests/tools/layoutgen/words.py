"""Words and sentences of tools that do not exist: pure data for `truth`.

No sentence holds a phrase by which a reviewer names a verdict; those stand in CUES alone.
"""

from __future__ import annotations

STEMS = (
    "Quillmark", "Tarnfold", "Bramblekit", "Ospreyline", "Kelpstack", "Mothlight", "Fenwick",
    "Dunlin", "Gravelpit", "Hearthbox", "Larkspur", "Pebbleworks", "Saltmarsh", "Wickerbot",
    "Zéphyrine", "Norðurljós", "Маяк", "紙鶴", "Corvid", "Thistledown", "Umberly", "Yarrow",
)  # fmt: skip
NOUNS = (
    "Almanac", "Notebook", "Router", "Canvas", "Pipeline", "Compiler", "Sandbox", "Relay",
    "Toolkit", "Reader", "Planner", "Index",
)  # fmt: skip
NAME_FORMS = (
    "{a}", "{a}", "{a} {n}", "{a} {v}", "{a} {n} {v}", "{a}: {n} for Teams", "{a} & {b}",
    "{a} ({v}B)", "{a} vs {b}", "{a} {n} vs {m}: the Rematch", "{a}'s {n}", "{a}-cli v0.{v}",
    "C<{a}>", "{a} Community {n}", "Free {a}", "{a} Panel {n} 2.0 (Preview)", "{a} – {n}",
    "{a} R&D {n}", "The {a} {n}", "{a}/{n}", "100% {a}", "{a} Entry", '{a} "{n}" {v}', "{a}?",
)  # fmt: skip
CATEGORIES = (
    "Developer Tools", "Productivity", "AI Models", "AI/ML Models", "Open Source Models",
    "Local AI / Distributed Inference", "Research & Analysis", "Health", "Mobile AI", "Gaming",
    "Foundation Models", "Maps & Weather", "Bücher", "Sound <-> Text",
)  # fmt: skip
TAGLINES = (
    "A small {n} that keeps your drafts in order",
    "The {n} for people who dislike waiting",
    "{n} on your own machine, 75% smaller than the last one",
    "Rules vs guesses: a {n} that shows both",
    "Turns a folder of scans into a {n} you can ask",
    "Free of servers, full of `make` targets",
    "One {n}, three keyboards & no mouse",
    "Community-made {n} for night shifts – with undo",
    "Writes the boring half of your {n}, leaves you the rest",
    "Its makers call it a “{n} with manners”",
    "From sketch to {n} in < 10 minutes",
    "Ein {n} für Größeres",
    "Ship logs home from any {n} 🚢",
)
PLAIN = (
    "It reads a folder of notes and answers in the order they were written.",
    "The first run took nine minutes on a laptop that was old when it was bought.",
    "There is no account to make, and the settings fit on one screen.",
    "Nothing leaves the machine unless the `--share` switch is given.",
    "Its manual has 41 pages, of which the last ten explain the first thirty-one.",
    "The {n} keeps a journal of every change & lets you walk back through it.",
    "We fed it four hundred receipts; it lost two and said so.",
    "An update in March made the {n} half as large and twice as quiet.",
    "Teams of five or six get the most from it – larger ones need the queue.",
    "The team’s own numbers are modest, and ours came out a little higher.",
    "Under load it slows down, waits, and then picks up where it stopped.",
    "The price page changed twice while we were writing this.",
    "Its `config.toml` accepts x < y && y > z as a rule, which is a joy.",
    "The examples cover Linux, macOS and a very small kitchen computer.",
    "What it calls a plan is a list; what it calls a list is a plan.",
    "You can take the {n} apart with a screwdriver, figuratively speaking.",
)
ANCHORED = (
    "In an older round we saw 75% Panel ship printed beside it, and nobody could say why.",
    "The Community around it argues about tabs vs spaces, and is otherwise kind.",
    "Its free tier is Free in the sense of a first lesson, and Paid from the second.",
    "Someone had pinned 85/100 · ship to the door of the test room before we began.",
    "The Reviewer scorecard of another paper gave it two lines and a shrug.",
    "Decision tables, Pricing pages and Best for boxes are made with it every day.",
    "An Entry in its log for each Panel verdict would be welcome.",
    "It was compared as Corvid vs Dunlin once, with 100% of the votes for lunch.",
    "Which one should you ship with? is not a question it can answer.",
    "A Weekly AI Tool Verdicts letter called it tidy, and 0% Community replied.",
    "The docs said “page not found” twice, then asked us to sign in, then worked.",
    "For a moment its window read undefined, NaN and {{name}}, which a restart cured.",
)
FANCY = (
    "The author, Ågot Brønnøysund, answers letters in person.",
    "Il a dit “c’est rapide” et il avait “presque” raison.",
    "Работает без сети, и это заметно.",
    "日本語の請求書も読めました。",
    "فارسی را هم می\u200cخواند و می\u200cنویسد.",
    "Our tester 👩\u200d💻 gave it a 👍🏽 and went home.",
    "It costs 12\u00a0€ a month, or 1\u202f200 kr. a year.",
    "A soft\u00adware for people, said the “box of the ‘quiet’ edition”.",
    "The word cafe\u0301 is spelt both ways, and both are found: café.",
    "They wrote \"ready\" on it and meant 'nearly'.",
    "Wide\u3000spaces and thin\u2009ones were all the same to it.",
    "Math like ∑ xᵢ ≤ 3·10⁸ survives the trip — mostly.",
)
VOICE = (
    "I gave it my worst spreadsheet and it found the row I had been hiding from.",
    "The interface asks one question at a time, which is the right number.",
    "My second day with the {n} was better than my first, and that is rare.",
    "What breaks is the export: three formats, two of them empty.",
    "Ask for a summary and you get one; ask for two and you wait.",
    "I would put the {n} in front of a new colleague without a word of warning.",
    "The bill at the end of the month was smaller than the lunch it replaced.",
    "Its errors say what happened, where, and what to do about it.",
    "The idea is old – the patience with which it was carried out is new.",
    "Run `{n} --watch` once and you will not go back.",
    "It does one thing, and the one thing is worth doing.",
    "I miss a quiet mode; the bell rings at every turn.",
    "Somewhere between a notebook & a diary there is room for exactly this.",
    "The weights are open, the roadmap is not.",
    "Half of my questions were answered before I had finished asking them.",
    "Nobody on our floor could explain the third button.",
)
CUES = (
    ("this is a skip", "For a team of our size this is a skip until the export works."),
    ("skipping on the basis", "Put me down as skipping on the basis of the export alone."),
    ("would flip this to a ship", "A second pair of hands would flip this to a ship by spring."),
)
NO_PAIR = "“{a}” is the word on the box, and the honest word for number {k} is “{b}”"
FREE_PRICES = (
    "Free forever for one person; teams pay $9 a seat",
    "Open core, free to run yourself (hosted from €20 / month)",
    "free while in preview – then $0.40 per 1,000 pages",
)
PAID_PRICES = (
    "From $12 a month, billed yearly",
    "Usage based: $0.002 per page & $5 minimum",
    "One-time licence, 49 € per desk; upgrades half price",
)
REVIEWERS = (
    "Builder", "Skeptic", "The Futurist", "Founder", "Creator", "Night Auditor", "The Librarian",
    "Dr. Quill", "Ökonomin", "Theo",
)  # fmt: skip
