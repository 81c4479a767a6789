"""Records to rows: the public tables, and what stands in them.

load          records of all pages             versions         the history of each page
keys          what names a tool, card, quote   numbers          whole-number keys inside
observations  what quotes and cards were seen with
assemble      all rows, in order               tables, write    tables made, and filled
page_rows, comparison_rows, content_rows, takedown_rows         rows by their tables
pages         the one state of each known page
"""
