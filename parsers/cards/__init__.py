"""The two cards, their statistics and the decision table.

heading      'A vs B' and how it may be split  cards         the two cards under it
statistics   the figures a card is known by    heads         what stands over them: name, tagline
paragraphs   what both cards say alike         descriptions  what a card says of its tool
decision     the decision table                columns       whose its columns are
tool         one tool's record from all of it  guards        signs of a doubled or lost block
missing      why there are too few cards
"""
