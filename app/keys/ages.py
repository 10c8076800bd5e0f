"""When a key is old. One table; each line is a judgement, and its reason stands beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

A_YEAR: Final = timedelta(days=365)

OLD_AFTER: Final = {
    "rota": A_YEAR,  # opens everything: a copy that somebody took is worth at most a year of cases
    "duty": 2 * A_YEAR,  # staff's own numbers, which change with the staff
    "index": 3 * A_YEAR,  # proves nothing by itself, and receipts made with it are looked for by two keys meanwhile
    "audit": 3 * A_YEAR,  # signs, opens nothing; each handover is one more thing for an auditor to follow
    "push": 3 * A_YEAR,  # opens nothing, and every browser has to ask anew
    "recovery": 3 * A_YEAR,  # paper fades, envelopes are opened, people move
}
"""How long a generation is used before `keys status` and `dygnet check` say that it is old."""

LINGERS_AFTER: Final = timedelta(days=30)
"""How long after a new generation an old private half may lie there before somebody is reminded of `--finish`."""

SETTLES: Final = timedelta(minutes=1)
"""How long every process has to see a new key, before what was done with the old one can be called the last."""
