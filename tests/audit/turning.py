"""A log that goes over New Year, for the tests that need one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.audit import years
from app.audit.log import record
from app.audit.note import Signer
from app.audit.sequencer import checkpoint

LINE = "dygnet/log"
EVE = datetime(2026, 12, 31, 23, 50, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
A_SECOND, A_MINUTE, A_DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def vkey(key, origin=LINE):
    """The line's key, as it was given to an auditor."""
    return str(Signer(origin, key).verifier_key)


def go_on(db, key, at, limit=1000, line=LINE):
    """What whoever keeps the log does every second."""
    while True:
        with db.transaction() as session:
            if not years.go_on(session, lambda: key, at=at, origin=line, limit=limit):
                return


def sign(db, key, at, line=LINE):
    go_on(db, key, at, line=line)
    with db.transaction() as session:
        return checkpoint(session, key, at=at, origin=line)


def write(db, *moments, by="anna", first=0):
    with db.transaction() as session:
        for number, at in enumerate(moments, first):
            record(session, at=at, by=by, action="case.read", number=number)


def lived(db, key, *, years=(2026, 2027, 2028), count=3, said=lambda year, number: "anna"):
    """A few entries in each year, at its end and at its beginning, signed each time."""
    for year in years:
        begins, ends = datetime(year, 1, 1, 0, 5, tzinfo=UTC), datetime(year, 12, 31, 23, 55, tzinfo=UTC)
        for at, first in ((begins, 0), (ends, count)):
            for number in range(first, first + count):
                write(db, at, by=said(year, number), first=number)
            sign(db, key, at)
