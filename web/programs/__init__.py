"""What programs ask of the archive: everything a page for people says, in forms of theirs.

plugin     which address is answered by what   addresses  absolute addresses
entities   JSON at each entity's address       shapes     what it holds, field by field
"""
