"""The words for what can go wrong, and the HTTP status each one wears at the doors.

A message is written for the person who will read it: what is wrong, and how to mend it. It never
holds a number, a name or anything a caller said.
"""

from __future__ import annotations


class DygnetError(Exception):
    """Anything Dygnet itself can say went wrong."""

    status = 500


class BadInput(DygnetError):
    """What was sent cannot be used; the message names the field and the remedy."""

    status = 422


class NotSignedIn(DygnetError):
    """Nobody is signed in, or the session is over."""

    status = 401


class NoSuchPage(DygnetError):
    """Unknown, or not yours to see: the same answer for both."""

    status = 404


class AlreadyTaken(DygnetError):
    """Somebody else was first."""

    status = 409


class NotSigned(DygnetError):
    """A carrier request without the carrier's signature. Answered with an empty body."""

    status = 403


class Crowded(DygnetError):
    """More of the same than is taken in at a time."""

    status = 503


class Misconfigured(DygnetError):
    """A setting, a key or the programme file is wrong; the message names it."""

    status = 503
