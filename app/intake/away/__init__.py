"""The database is away, and whoever calls reaches a person all the same: by the roster kept beside the process.

`roster` is what is kept, `keeping` keeps it while the database can be reached, `meanwhile` is what a process knows
while it cannot, `route` notices it at the doors, `answers` are the documents then, which lead on to `doors`, and
`afterwards` writes down who called.
"""
