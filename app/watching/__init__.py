"""Who watches the watcher: a small process that raises the alarm when the engine does not.

It needs no engine, no key and no programme in the database, and shares none of their code: it reads four plain
questions (`look`), keeps on its own disk what it has said (`memory`), and rings and texts the standing chain of a
programme file that lies beside it (`chain`, `horn`), also when the database is gone. `judgement` says when.
"""
