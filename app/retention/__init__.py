"""Forgetting: a case is kept for as long as its class wants, and then nobody can open it again, here or in a backup.

`classes` (pure) which class a case is in, when it is over, what stands in the way · `facts` what the rows say of it ·
`due` what may be forgotten now · `batches` two people say yes · `holds` a legal hold, by two people · `handing` what
another house has received · `shredding` the deed · `details` telephone numbers, sooner · `rounds` the engine's part ·
`models` the rows.

What is on no list of what stays is destroyed: a table that somebody adds tomorrow is forgotten with the rest.
"""
