"""Backups that forget: what opens cases lies apart from what is told of them, and only its newest state is kept.

A folder of backups holds one file for each time it was made, with every row but those that open something, and beside
them *one* file with the rows that do (grants, staff keys, the recovery copies) and with the stones of what was
forgotten. Each backup replaces that file. So a case that is forgotten today opens from no older backup tomorrow,
whatever keys are still held; and `restore` destroys what is left of it as soon as it is back.

`rows` a row as a line, and back · `files` chunks that are locked and in order · `passing` a key of the openers' own,
for stores that keep versions · `making` one snapshot, two files · `restoring` into an empty database, and forgetting
once more.

Everything is locked with a key of the folder's own, which a passphrase keeps. The folder of keys is not in it.
"""
