"""What rules read from published words: predictions, mentions and claims, each with its place.

Pure: a text in, frozen records out, with spans in code points; nothing observed is altered. Each
kind states its method and version, which its rows carry.

predictions  what is said to come       times     expressions of time      horizon  when it is due
tense        to come, or has been       dates     dates as written         quantities  numbers
mentions     products, organisations    names     names in a text          relations  to the tool
gazetteer    the names that are known   lexicon   capitals that are none   passage  sentences
claims       values that are stated     amounts   parameters, context, memory
prices       what it costs              licences  by SPDX identifier       openness  open or closed
events       past dates                 subjects  of whom it is said       conflicts  two values
evaluate     held against labels        scores    precision, recall, F1
"""

from __future__ import annotations

from db.derived.claims import Claim, find_claims
from db.derived.conflicts import Conflict, Stated, find_conflicts
from db.derived.evaluate import HALVES, evaluate, load_labelled
from db.derived.gazetteer import Gazetteer
from db.derived.horizon import due_between
from db.derived.mentions import find_mentions
from db.derived.predictions import find_predictions
from db.derived.scores import Figure, Scores
