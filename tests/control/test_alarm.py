"""Who hears that a reading has to be looked at, and how often."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.control import alarm
from app.control.models import ControlReading
from app.notifications.models import Notification
from tests.people import MONDAY


def test_of_one_reader_once_an_hour_but_of_a_bait_though_they_were_told_of_less(session: Session):
    reading, told = ControlReading(leaf=1, by="anna"), []
    for why in ("not_theirs", "after_closing", "bait", "bait"):
        alarm.raise_about(session, reading, [why], at=MONDAY + timedelta(minutes=len(told)))
        told.append(session.scalar(select(func.count()).select_from(Notification)))
    assert told[0] == told[1] < told[2] == told[3]
