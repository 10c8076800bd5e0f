"""Checking an exported log: offline, alone, and with no code of the program that wrote it.

`report` · `signatures` · `tiles` · `history` · `entries` · `views` · `verification`, each importing only those before
it. They are written as rooms and shipped as one file (`single_file`), which anybody can read from top to bottom.
"""
