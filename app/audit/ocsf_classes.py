"""The classes of the Open Cybersecurity Schema Framework that our entries wear, and what their activities are called.

https://schema.ocsf.io/1.5.0, read class by class; 99 is anything that the class has no number for.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class Ocsf(IntEnum):
    """The classes that we use, by their `class_uid`."""

    ACCOUNT_CHANGE = 3001
    AUTHENTICATION = 3002
    USER_ACCESS = 3005
    LIFECYCLE = 6002
    API = 6003
    DATASTORE = 6005


OTHER: Final = 99

ACTIVITIES: Final[Mapping[Ocsf, Mapping[int, str]]] = {
    Ocsf.ACCOUNT_CHANGE: {
        1: "Create",
        3: "Password Change",
        5: "Disable",
        9: "Lock",
        10: "MFA Factor Enable",
        11: "MFA Factor Disable",
        OTHER: "Other",
    },
    Ocsf.AUTHENTICATION: {1: "Logon", 2: "Logoff", OTHER: "Other"},
    Ocsf.USER_ACCESS: {1: "Assign Privileges", 2: "Revoke Privileges", OTHER: "Other"},
    Ocsf.LIFECYCLE: {3: "Start", 4: "Stop", 8: "Update", OTHER: "Other"},
    Ocsf.API: {1: "Create", 2: "Read", 3: "Update", 4: "Delete", OTHER: "Other"},
    Ocsf.DATASTORE: {1: "Read", 4: "Query", 7: "Delete", 10: "Decrypt", OTHER: "Other"},
}
"""Those of each class that some action of ours is; what there is besides, nothing here does."""
