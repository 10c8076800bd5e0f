"""The closed vocabularies of log control. A new word is one more line, and its sentence in `console/languages`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SAMPLED: Final = "sampled"
UNJUDGED: Final = "unjudged"
"""The rules could not be asked: something about the case is damaged. Somebody looks instead."""

DUE_WITHIN: Final = {
    "bait": timedelta(days=1),
    "excluded": timedelta(days=3),
    "staff_number": timedelta(days=3),
    "many": timedelta(days=3),
    UNJUDGED: timedelta(days=3),
    "not_theirs": timedelta(days=7),
    "no_longer_theirs": timedelta(days=7),
    "after_closing": timedelta(days=7),
    "searched": timedelta(days=7),
    SAMPLED: timedelta(days=30),
}
"""Why a reading is to be reviewed, the gravest first, and within which time after it was found: what may be going on
still is looked at first; a sample has the month until the next."""

WHYS: Final = tuple(DUE_WITHIN)

FINDINGS: Final = ("had_reason", "cannot_tell", "no_reason")
"""Whether the reader had reason to look."""

STEPS: Final = ("none", "reader_asked", "manager_told", "incident_reported")
"""What follows. Having had no reason always leads somewhere."""
