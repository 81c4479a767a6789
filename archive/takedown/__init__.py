"""Take-downs, corrections and exports as the archive holds them.

takedowns  what is in force, by date          entry    entering them
copy       the file that outlives the ledger  erasure  segments written anew without some records
"""
