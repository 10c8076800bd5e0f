"""Safe hours made narrower: weekdays and times of the person's own, beside the permission just given."""

from __future__ import annotations

from sqlalchemy.orm.attributes import set_committed_value

from app import rows
from app.cases.models import Case
from app.cases.permission_times import PermissionTimes
from app.cases.permissions import Only
from app.rows import session_of


def narrow(case: Case, channels: tuple[str, ...], only: Only) -> None:
    """The newest permission of each of these channels holds only then."""
    for channel in channels:
        newest = next(said for said in reversed(case.permissions) if said.channel == channel)
        times = rows.write(
            session_of(case),
            PermissionTimes,
            permission_id=newest.id,
            days="".join(str(day) for day in sorted(only.days)),
            starts=only.starts.hour * 60 + only.starts.minute,
            ends=only.ends.hour * 60 + only.ends.minute,
        )
        set_committed_value(newest, "times", times)
