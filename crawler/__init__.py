"""The crawler room: what is asked of a publisher, how politely, and what is taken from files.

`crawler.run.crawl` fetches, `crawler.importing` takes in; both write through archive.
"""
