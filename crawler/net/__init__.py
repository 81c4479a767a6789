"""What stands next to the network: a request passes the gate, an answer is cut, kept, then seen.

gate     no request without the rules of its origin    handler  HTTP from a server we do not trust
cut      answers too large or too slow                 keeper   kept before it is used
"""
