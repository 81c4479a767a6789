"""A database is published whole or not at all.

publish  names, manifest and switch    loss          what a new edition lacks
altered  what a changed parser alters
"""

from db.publish.altered import Altered
