"""Copies of a home that were read again, and a home made from one.

backup        the whole of it             restore      a home made from a copy
parts         what is to be copied        copies       a copy, its hash, and the list of them
shelf_folder  a copy as a folder          shelf_tar    a copy as one file
earlier       what a copy made before may still be trusted for
"""

from archive.backup.backup import backup
from archive.backup.restore import restore

__all__ = ["backup", "restore"]
