"""What every carrier's adapter does alike: no forbidden number goes out, and an error says whether it was done."""

from __future__ import annotations

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from app.telephony.carrier import CarrierError, Trouble
from app.telephony.numbers import may_be_dialled


def insist_on_dialable(number: str) -> None:
    """No emergency, short or premium number goes out, whoever asked for it."""
    if not may_be_dialled(number):
        raise CarrierError(Trouble.PERMANENT)


def never_connected(problem: requests.RequestException) -> bool:
    """Whether the request cannot have arrived: there was no connection to send it over."""
    cause = problem.args[0] if problem.args else None
    no_connection = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    return isinstance(problem, requests.ConnectTimeout) or no_connection
