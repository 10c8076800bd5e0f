"""The people who answer: who they are, how they are reached, how they sign in.

A member of staff is an alias to everyone else. Numbers and addresses stand only in sealed channels,
which `directory` opens for the processes that hold the duty key. The programme file decides who is
on the staff (`app/programme/apply.py`); nothing here adds a person by itself.
"""
