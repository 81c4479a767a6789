"""What any machine gives: its clock, its files, and guarded processes. Knows nothing of pages.

clock       the time in UTC, as it is written; jumps of the clock are told
wrong_clocks  whose clock was wrong among runs that were at work one after another
dates       times that are known less exactly
files       written whole and durably, and their hashes
failpoints  named places at which a test may end the process
worker      a pool of one guarded process: limits of time and memory, a fresh one after a death
child       the process itself and the pipe to it
text        cut to the room that there is
"""
