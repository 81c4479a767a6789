"""The room that shows a published database to people and programs.

It reads one SQLite file through Datasette and imports no other room of this project: what it
knows of the data is the names of the public tables.
"""
