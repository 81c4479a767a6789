"""The records and the error tree. Nothing of ours is imported here."""
