"""The two cards, their statistics and the decision table.

heading      'A vs B' and how it may be split      cards         the two cards under it
statistics   the three figures a card is known by  descriptions  what a card says of its tool
decision     the decision table                    tool          one tool's record from all of it
missing      why there are too few cards           guards        signs of a doubled or lost block
"""
