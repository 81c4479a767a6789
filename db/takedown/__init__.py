"""A take-down carried out: in published databases, record files and exports.

withdraw  the whole of it       find     where it is shown     known    what else shows it
files     published databases   records  record files          exports  folders that were exported
problems  what `check` finds
"""

from db.takedown.withdraw import correct, lift, take_down

__all__ = ["correct", "lift", "take_down"]
