"""What a publisher's robots.txt says.

groups  whose rules are whose, by RFC 9309      rules  what may be asked of a site, and how fast
objections  what it says against use by AI
"""
