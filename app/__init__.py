"""Dygnet: the life of a call, in the order it happens. Start reading here.

A telephone rings at the carrier. It posts to `intake/voice.py`, which first asks
`telephony/signature.py` whether this really is the carrier, and then `intake/reception.py`, the one
way in. In a single transaction (`db.py`) the reception opens a case (`cases/`), seals what is known
about the caller to the case's own key (`vault/`), starts the twenty-four hours
(`cases/first_contact.py`), writes the first escalation (`escalation/`), and leaves an entry in the
log (`audit/`). Only then does the caller hear a word. While the database is away nothing is promised,
but whoever is on call is rung all the same, by a roster kept beside the door (`intake/away/`).

The engine (`worker.py`) plays rounds. A round looks only at rows: whose moment has come? It asks the
frozen policy who is told and how (`escalation/policy.py`), the roster who that is (`oncall/`), and
writes pages into the outbox (`notifications/outbox.py`); another part of the round hands them to the
carrier (`telephony/twilio.py`), and the carrier's receipts come back (`notifications/receipts.py`).

Anna's phone rings. She presses 1 (`escalation/replies.py`): the case is hers, which is not yet a
contact. She signs in (`console/`), says why she needs the number, and sees it, after the log has
taken note. She calls, they talk, she records it: the promise is kept and the case comes to rest. If
nobody does, the ladder climbs, and at twenty-four hours the breach is a fact that nobody can edit.

At any time an auditor takes an export of the log (`audit/export.py`) and verifies it without us.
"""

from typing import Final

VERSION: Final = "0.1.0"
