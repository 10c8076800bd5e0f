"""Contact details under lock: what intake seals, only a holder of the right key opens.

`envelope` seals and opens · `grants` hands a case's key to a reader · `sealed` is the column type ·
`keyring` reads the key files · `index` recognises a repeat caller · `receipts` lets a reporter return.
"""
