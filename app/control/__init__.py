"""Log control (lag 2001:454 10 §): what was read of cases is looked over, by rules at once and by a monthly sample.

`readings` what of the log is a reading · `rules` (pure) what is unusual about one · `standing` how the case stood to
its reader · `watch` the engine's look at what is new · `alarm` who is told · `sample` (pure) and `draw` the sample of a
month · `review` what a reviewer finds · `baits` cases that nobody has reason to open · `models` the rows.

It follows the log and not the doors: a door that is added tomorrow is watched as soon as it leaves its entry. Nothing
here counts what anybody does well, fast or often; it asks whether somebody had reason to look.
"""
