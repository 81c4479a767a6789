"""The two cards, their statistics and the decision table.

heading      'A vs B' and how it may be split  cards         the two cards under it
statistics   the figures a card is known by    named         the tool a card is of
opening      what stands over the figures      badges        the badge in its forms
labels       labels glued to their values      descriptions  what a card says of its tool
paragraphs   what both cards say alike         guards        signs of a doubled or lost block
decision     the decision table                cells         its rows, labels and cells
columns      whose its columns are             tool          one tool's record from all of it
missing      why there are too few cards
"""
