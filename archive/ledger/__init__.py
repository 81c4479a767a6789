"""The ledger: what was asked, tried and stored, in SQLite, with one writer.

ledger     the connection: transactions, migrations, reading beside a writer
tables     its tables, and how older ones become these
frontier   pages: which are known, which wait, which are due
leases     attempts: begun with a lease, ended with an outcome
outcomes   the closed table of outcomes and the states they lead to
schedule   when a page is asked for again
profiles   what each layout showed in a run, and what is held for it
originals  which stored answer a later one repeats
timeline   the order of a page's captures
soundness  whether a ledger is whole
"""
