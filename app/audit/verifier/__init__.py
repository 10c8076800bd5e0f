"""Checking an exported log: offline, alone, and with no code of the program that wrote it.

`report` · `signatures` · `entries` · `kinds` · `bundles` · `dates` · `handovers` · `tiles` · `history` · `witnesses` ·
`der` · `stamp_tokens` · `stamps` · `programmes` · `promise` · `formats` · `view_files` · `views` · `ahead` ·
`leaves` · `excerpts` · `years` · `verification`, each importing only those before it. They are written as rooms and
shipped as one file (`single_file`), which anybody can read from top to bottom.
"""
