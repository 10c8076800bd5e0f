"""The keys of an installation over the years: made, replaced while everything runs, recovered, retired.

`models` the facts · `generations` which keys there are and since when · `hanging` what still hangs on each ·
`rotation` a new generation, step by step · `recovery` shares, drills, restoring · `ages` when a key is old ·
`status` and `findings` what an operator is told. What a key opens and how is the vault's; here it meets the rows.
"""
