"""A database is published whole or not at all.

publish  names, manifest and switch    loss          what a new edition lacks
altered  what a changed parser alters   nothing       what is not published for being empty
pages    the file of captured pages beside it
"""

from db.publish.altered import Altered
from db.publish.publish import present
