"""A part of the archive as one file for other people's tools: WACZ 1.1.1.

package  what lies in it, written in one pass    parts  index and list of pages as bytes
signing  a signature that others can check
"""

from archive.wacz.package import About, GivenCapture, write_wacz
from archive.wacz.signing import read_key
