"""Whether the carrier's door could ring whoever is on call without the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from app.intake.away.keeping import TOO_OLD, NotOurs, read_back
from app.oncall.preflight import Finding
from app.settings import Settings, Surface
from app.vault.beside import NothingBeside, SealedFile
from app.vault.keyring import Keyring

_DO: Final = "look at what `dygnet serve` logs where the surface carrier is; it must be able to write KEPT_ROSTER"


def findings(settings: Settings, keyring: Keyring, *, at: datetime) -> Iterator[Finding]:
    """What is wrong with the roster kept here; nothing where no calls come in, or where no key would open it."""
    if Surface.CARRIER not in settings.surfaces or not keyring.holds("duty"):
        return
    file = SealedFile(settings.kept_roster_file, keyring, kind="duty", name="roster")
    try:
        kept = read_back(file)
    except (NothingBeside, NotOurs) as problem:
        what = f"calls would not be answered by us while the database is away: {problem}"
        yield Finding(serious=False, what=what, do=_DO)
        return
    if at - kept.made_at > TOO_OLD:
        what = f"the roster kept for when the database is away is of {kept.made_at:%Y-%m-%d %H:%M} UTC"
        is_over = at >= kept.ends
        if is_over:
            what += ": its days are over, and only the standing chain of that day would be rung, whoever works here now"
        yield Finding(serious=is_over, what=what, do=_DO)
    if not kept.order_at(at):
        what = "the roster kept for when the database is away has nobody with a telephone"
        yield Finding(serious=True, what=what, do="give one of the standing chain a phone, and apply the programme")
