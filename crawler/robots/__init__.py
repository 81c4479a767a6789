"""What a publisher's robots.txt says.

rules  RFC 9309: what may be asked      objections  what it says against use by AI
"""
