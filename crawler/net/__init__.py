"""What stands next to the network: a request passes the gate, an answer is read as it comes.

gate        no request without the rules of its origin
handler     what Scrapy downloads with: one connection a host, each exchange in its time
connection  a socket to an address that was checked, and its encryption
wire        HTTP from a server we do not trust, bytes in and an answer out
upstream    what we use of Scrapy and h11 that nobody promised
"""
