"""The log nobody can quietly change.

`log.record()` writes an entry in the deed's own transaction; `sequencer` turns entries into the leaves
of a Merkle tree and signs its size and root; `years` closes the tree of a year and begins the next
(`trees`); `export` makes a folder that anyone can check with `verifier/` alone, shipped as one file.
`tree` and `note` are the two public formats, without a database.
"""
