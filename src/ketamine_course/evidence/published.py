"""Published results worked out again from their counts, and whether the printed digits come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..core import effect
from .table import EvidenceError, Row

#: A printed digit may be one rounding away; this keeps a half from failing by a rounding error.
_SLACK = 1e-9


@dataclass(frozen=True)
class Recomputed:
    """A published result worked out again: the value and, where one was printed, its interval."""

    value: float
    low: float | None = None
    high: float | None = None


def _counts(row: Row) -> tuple[int, int, int, int]:
    return row["active_events"], row["active_n"], row["control_events"], row["control_n"]


def _numbers(row: Row) -> list[float]:
    return [float(each) for each in (row["inputs"] or "").split()]


def _share(events: str, n: str) -> Callable[[Row], Recomputed]:
    return lambda row: Recomputed(100 * row[events] / row[n])


def _corresponding_risk(row: Row) -> Recomputed:
    if row["inputs"]:
        risk, *ratios = _numbers(row)
    else:
        risk, ratios = 100 * row["control_events"] / row["control_n"], list(effect.odds_ratio(*_counts(row)))
    return Recomputed(*(effect.corresponding_risk(risk, ratio) for ratio in ratios))


def _number_needed(row: Row) -> Recomputed:
    value = abs(100 / effect.risk_difference(*_counts(row))[0])
    if row["method"].endswith("rounded up"):
        value = -(-value // 1)
    return Recomputed(value)


_WAYS: dict[str, Callable[[Row], Recomputed]] = {
    "odds ratio": lambda row: Recomputed(*effect.odds_ratio(*_counts(row))),
    "risk ratio": lambda row: Recomputed(*effect.risk_ratio(*_counts(row))),
    "risk difference": lambda row: Recomputed(*effect.risk_difference(*_counts(row))),
    "number needed to treat": _number_needed,
    "percent active": _share("active_events", "active_n"),
    "percent control": _share("control_events", "control_n"),
    "corresponding risk": _corresponding_risk,
    "cumulative remission": lambda row: Recomputed(effect.cumulative_share(_numbers(row))),
}


def recompute(row: Row) -> Recomputed:
    """Return what follows from the counts (or the ``inputs``) of a row of ``published_effects``.

    Raises EvidenceError if the row's measure is not one that can be worked out.
    """
    way: Any = _WAYS.get(row["measure"])
    if way is None:
        raise EvidenceError(
            f"{row.table}.csv, row {row.id!r} (line {row.line}), column 'measure': {row['measure']!r} is none of "
            f"{', '.join(_WAYS)}; correct it"
        )
    found: Recomputed = way(row)
    return found


def agrees(row: Row) -> bool:
    """Return whether the printed digits of a row of ``published_effects`` come out, its interval included."""
    again = recompute(row)
    pairs: list[tuple[float, float | None, int]] = [(row["value"], again.value, row["decimals"])]
    if row["ci_low"] is not None:
        pairs += [(row["ci_low"], again.low, row["ci_decimals"]), (row["ci_high"], again.high, row["ci_decimals"])]
    return all(
        found is not None and abs(found - printed) <= 0.5 * 10 ** -int(digits) + _SLACK
        for printed, found, digits in pairs
    )
