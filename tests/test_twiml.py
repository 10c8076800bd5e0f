"""Every document the line ever says is TwiML that Twilio's own SDK could have written, and leaves nobody hanging."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from twilio.base.serialize import object as _  # noqa: F401 - the SDK as installed
from twilio.request_validator import RequestValidator
from twilio.twiml import voice_response

from app.telephony.numbers import may_be_dialled
from tests.busy_day import Day, Request, day
from tests.hotline import ACCOUNT, PUBLIC_URL, signed_by_the_carrier

__all__ = ["day"]
