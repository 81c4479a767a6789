"""The eight quotes: cells, who speaks in them, and on which tool.

Each stage makes frozen values from those of the stage before:

    tokens    ... | Builder | 85/100 · ship | It sang on time. | 3 days ago | ...
    RawCell       [ rest      score           rest               rest       ]     cells
    NamedCell       reviewer                  quote                               shape, or flat
    PlacedCell      the same, of tool 1 in slot 3                                 sides, rows

anchors    scores, verdicts and quoted texts   cells   what stands with one anchor
shape      the quote told from the rest        speakers  who speaks, in the same place of all
spoken     tools named by pictures and labels  flat    the same where no element tells
sides      which tool and row a cell is for
rows       reviewers outside of the cells      copies  a scorecard that stands there twice
scorecard  the stages in their order           quotes  the quotes' records
names      what is no part of a reviewer's name  reviewers   names stand alone
arrangements  the table of ways to place cells    board       what tells where they belong
edges      what may be no part of a quote         whole       quotes that are cut
wording    what the words of a block may be
verdicts   verdicts that no cell prints            signs   what is shown and not written
"""
