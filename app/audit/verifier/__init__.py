"""Checking an exported log: offline, alone, and with no code of the program that wrote it.

`report` · `reading` · `signatures` · `entries` · `canonical` · `rows` · `formats` · `patterns` · `cuts` · `kinds` ·
`bundles` · `dates` · `handovers` · `tiles` · `history` · `witnesses` · `der` · `stamp_tokens` · `stamps` ·
`programmes` · `promise` · `view_files` · `views` · `ahead` · `leaves` · `excerpts` · `years` · `carried` ·
`verification`, each importing only those before it, and the list of the log's deeds (`app/audit/actions.py`), which is
all that they share with the log. They are written as rooms and shipped as one file (`single_file`), which anybody can
read from top to bottom.
"""
