"""Records to rows: the public tables, and what stands in them. The way of a record:

load          what each capture says           versions         the history of each page
observations  where each thing was shown       holdings         all of it, in order
page_rows, content_rows  how rows are made     assemble         all rows, numbered
tables        tables from the row classes      write            a file that is filled and checked
keys          what names a tool, card, quote   pages            the one state of each known page
"""
