"""What is staged to rows: the public tables, and what stands in them. The way of a record:

page_rows  the rows of one page over time         names   what each page goes by
things     what many pages show, joined by SQL    other_rows  the archive as a whole
shown      when each side was shown               over_time   a field's values in order
differing  cards and quotes of several values     changes     what changed of each tool
all_rows   all of it, in order                    write   a file that is filled and checked
alike      names of tools, and pairs of them      tables  tables from the row classes
keys       what names a tool                  derived     figures by named methods
predicted  what quotes say will happen        mentioned   what quotes name
claimed    values stated, and two of one thing    readings    what rules read of each text
"""
