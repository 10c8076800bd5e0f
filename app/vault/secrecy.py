"""The manners every secret shares."""

from __future__ import annotations

from typing import NoReturn, SupportsIndex


class Secret:
    """Shows nothing when printed, and stays in this process: it cannot be pickled or copied."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} may not leave this process")
