"""What the year was like, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from statistics import quantiles
from typing import Final

from bench.year.programme import STAFF
from bench.year.tally import Tally

BREACHES_NAMED: Final = 20
"""The latest, one a line: of a whole year there are hundreds."""


def report(tally: Tally) -> str:
    """The whole of it."""
    return "\n".join([*_cases(tally), *_contact(tally), *_pages(tally), *_bad_days(tally)])


def _cases(tally: Tally) -> Iterator[str]:
    yield f"cases {tally.cases:,}, canaries {tally.canaries}, looks of the watcher {tally.looks}"
    yield f"  approaches: {_told(tally.approaches)}"
    yield f"  as they came: {_told(tally.came)}"
    yield f"  endings: {_told(tally.endings)}"
    yield f"  taken cases that went on: {_told(tally.went_on)}"


def _contact(tally: Tally) -> Iterator[str]:
    took = sorted(tally.contact)
    if len(took) > 1:
        cuts = quantiles(took, n=10, method="inclusive")
        share = sum(one <= timedelta(hours=24).total_seconds() for one in took) / len(took)
        yield (
            f"first contact: p50 {_span(cuts[4])}, p90 {_span(cuts[8])}, max {_span(took[-1])}; "
            f"within 24 h {share:.2%} of {len(took):,} reached"
        )
    yield f"breaches {len(tally.breaches)}: {_told(Counter(reason for *_, reason in tally.breaches))}"
    latest = tally.breaches[-BREACHES_NAMED:]
    yield from (f"  {reference}, due {at:%F %H:%M}: {reason}" for reference, at, reason in latest)
    if len(latest) < len(tally.breaches):
        yield f"  and {len(tally.breaches) - len(latest):,} before them"


def _pages(tally: Tally) -> Iterator[str]:
    yield (
        f"steps {len(tally.late_ms):,}, worst lateness with an engine and open doors {tally.late_while_up_ms} ms, "
        f"after downtime {_span(max(tally.late_ms, default=0) / 1000)}, repeats folded {tally.folded}"
    )
    handed = sorted(tally.handed)
    if handed:
        yield (
            f"pages and news {len(handed):,} accepted; from due to accepted p50 {_at(handed, 0.5):.1f} s, "
            f"p99 {_at(handed, 0.99):.1f} s, max {_span(handed[-1])}"
        )
    yield f"  not delivered: {_told(tally.troubles)}"
    yield f"  gaps told of: {tally.gaps}"
    yield "pages that reached a telephone on the days on which any did, and of them at night (22 to 7):"
    yield from (_telephone(tally, alias) for alias in STAFF)


def _telephone(tally: Tally, alias: str) -> str:
    days = sorted(count for (whose, _), count in tally.pages.items() if whose == alias)
    nights = sorted(count for (whose, _), count in tally.woken.items() if whose == alias and count)
    return f"  {alias}: {len(days)} days, {_spread(days)}; {len(nights)} nights, {_spread(nights)}"


def _spread(counts: Sequence[int]) -> str:
    return f"p50 {_at(counts, 0.5)}, p90 {_at(counts, 0.9)}, max {counts[-1]}" if counts else "none"


def _bad_days(tally: Tally) -> Iterator[str]:
    yield f"what went wrong: {_told(tally.went_wrong)}"
    yield f"what the console answered: {_told(tally.console)}"


def _told(counted: Counter[str]) -> str:
    return ", ".join(f"{what} {count:,}" for what, count in counted.most_common()) or "none"


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def _span(seconds: float) -> str:
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02}:{int(seconds % 60):02}"
