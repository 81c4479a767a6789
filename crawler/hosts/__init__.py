"""Addresses, and which of them may be asked.

addresses  an address taken apart and made again    resolver  names resolve to public addresses only
"""
