"""Where help comes from: what was asked and answered, what that raises at once, and who should own it.

`answers` is what the form holds, `steps` what an answer calls for there and then, `proposals` the routes that follow
from the answers and the city's knowledge on a day: a table of rules (`rules`), each a small function, whose criteria
stand in `criteria` and whose owners in `owners`. All of it is pure. A person decides; nothing here writes.
"""
