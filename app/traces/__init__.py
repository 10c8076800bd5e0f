"""What is left of us at the carrier, and getting rid of it.

`models` has one row for each call and text the carrier keeps a record of · `known` finds them in what we wrote down ·
`clearing` deletes the records there and makes sure they are gone · `standing` says what is left, and what is late.
"""
