"""What rules read from published words: predictions, mentions and claims, each with its place.

Pure: a text in, frozen records out, with spans in code points; nothing observed is altered. Each
kind states its method and version, which its rows carry. Data that a rule rests on is a closed list
at the top of its file.

predictions  what is said to come              horizon    when it falls due
times        expressions of time               tense      to come or has been
dates        dates as written                  quantities  numbers as written
passage      the sentences and clauses of a text
mentions     products and organisations        names      names in a text
gazetteer    the names that are known          lexicon    capitals that name nothing
claims       values that are stated            subjects   of whom a value is said
amounts      how large a model is              prices     what it costs
licences     by their SPDX identifiers         openness   open or closed
events       past dates of a product           conflicts  two published values
ranges       prices from and up to
evaluate     the rules held against labels     scores     precision and recall and F1
"""

from __future__ import annotations

from db.derived.claims import Claim, find_claims
from db.derived.conflicts import Conflict, Stated, find_conflicts
from db.derived.evaluate import HALVES, evaluate, load_labelled
from db.derived.gazetteer import Gazetteer
from db.derived.horizon import Due, Horizon, due_between
from db.derived.mentions import find_mentions
from db.derived.predictions import Prediction, find_predictions
from db.derived.ranges import bound_of
from db.derived.scores import Figure, Scores
