"""The roster as one person sees it: the time that is theirs, and whose time a change concerns. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.oncall.roster import Rota, Stretch, stretches
from app.programme.fields import Tier


def turns_of(rota: Rota, alias: str, *, start: datetime, end: datetime) -> list[Stretch]:
    """The stretches from `start` to `end` that somebody holds, alone or with others, by tier and then by time."""
    return [turn for tier in Tier for turn in _in_tier(rota, tier, alias, start, end)]


def concerned(before: Rota, after: Rota, *, start: datetime, end: datetime) -> frozenset[str]:
    """Whose turns from `start` to `end` are others after a change than before it."""
    anybody = {
        alias
        for rota in (before, after)
        for tier in Tier
        for stretch in stretches(rota, tier, start=start, end=end)
        for alias in stretch.holders
    }
    return frozenset(
        alias
        for alias in anybody
        if turns_of(before, alias, start=start, end=end) != turns_of(after, alias, start=start, end=end)
    )


def _in_tier(rota: Rota, tier: Tier, alias: str, start: datetime, end: datetime) -> list[Stretch]:
    found: list[Stretch] = []
    for stretch in stretches(rota, tier, start=start, end=end):
        if alias not in stretch.holders:
            continue
        if found and found[-1].ends == stretch.starts:
            found[-1] = replace(found[-1], ends=stretch.ends)
        else:
            found.append(Stretch(tier, stretch.starts, stretch.ends, (alias,)))
    return found
