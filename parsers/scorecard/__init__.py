"""The eight quotes: cells, who speaks in them, and on which tool.

scorecard  from the heading to cells with sides    cells      what stands with one score
reviewers  reviewer and quote told apart           sides      which tool and row a cell is for
quotes     their records                           verdicts   verdicts that no cell prints
"""
