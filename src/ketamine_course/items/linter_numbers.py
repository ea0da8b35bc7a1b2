"""Numbers and ranges in the choices of an item, for the linter: 10 to 20 minutes, less than 1 hour, 5 mg."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

#: Units that measure the same, as factors to one of them, so that 60 minutes and 1 hour are compared.
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("time", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("time", 60.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("time", 3600.0)),
    **dict.fromkeys(("d", "day", "days"), ("time", 86400.0)),
    **dict.fromkeys(("week", "weeks"), ("time", 604800.0)),
    **dict.fromkeys(("mcg", "µg", "μg", "microgram", "micrograms"), ("mass", 1.0)),
    **dict.fromkeys(("mg", "milligram", "milligrams"), ("mass", 1e3)),
    **dict.fromkeys(("g", "gram", "grams"), ("mass", 1e6)),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), ("mass", 1e9)),
    **dict.fromkeys(("ml", "millilitre", "millilitres", "milliliter", "milliliters"), ("volume", 1.0)),
    **dict.fromkeys(("l", "litre", "litres", "liter", "liters"), ("volume", 1e3)),
}

_WORDS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve".split(),
        range(13),
        strict=True,
    )
)

_NUMBER = r"\d+(?:,\d{3})+|\d+(?:\.\d+)?"
_ANY_NUMBER = re.compile(rf"(?<![\w.])(?:{_NUMBER})(?![\w]*\d)")
_UNIT = r"(?P<unit>[^\d\s][^\d]*)?"
_RANGE = re.compile(
    rf"(?:from |between |about )?(?P<low>{_NUMBER})\s*(?P<unit1>[a-zµμ%°/]+)?\s*(?:to|and|-|–|—)\s*"
    rf"(?P<high>{_NUMBER})\s*{_UNIT}"
)
_BELOW = re.compile(
    rf"(?:(?P<open>less than|fewer than|under|below|shorter than|<)|up to|at most|no more than|not more than|"
    rf"within|≤|<=)\s*(?P<high>{_NUMBER})\s*{_UNIT}"
)
_OR_LESS = re.compile(rf"(?P<high>{_NUMBER})\s*{_UNIT}\s+or (?:less|fewer|below|under|younger|shorter)")
_ABOVE = re.compile(
    rf"(?:(?P<open>more than|greater than|over|above|longer than|>)|at least|no less than|not less than|≥|>=)"
    rf"\s*(?P<low>{_NUMBER})\s*{_UNIT}"
)
_OR_MORE = re.compile(rf"(?P<low>{_NUMBER})\s*{_UNIT}\s+(?:or|and) (?:more|above|over|older|longer|greater)")
_SINGLE = re.compile(rf"(?:about |after |every |in )?(?P<low>{_NUMBER})\s*{_UNIT}")


@dataclass(frozen=True)
class Interval:
    """The numbers that a choice covers, in the first unit of its kind; an open end is not covered."""

    low: float
    high: float
    low_open: bool
    high_open: bool
    unit: str

    def overlaps(self, other: Interval) -> bool:
        """Return whether some number lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low < high:
            return True
        if low > high:
            return False
        return not any(
            (each.low == low and each.low_open) or (each.high == low and each.high_open) for each in (self, other)
        )


def _lower(text: str) -> str:
    text = re.sub(r"[.;]+$", "", text.strip().lower())
    return re.sub(r"\b(" + "|".join(_WORDS) + r")\b", lambda match: str(_WORDS[match[1]]), text)


def _unit(text: str | None) -> tuple[str, float]:
    name = re.sub(r"\s+", " ", (text or "").strip(" ."))
    first, _, rest = name.partition(" ")
    if first in _UNITS and not rest.startswith(("per", "/")):
        kind, factor = _UNITS[first]
        return f"{kind} {rest}".strip(), factor
    return name, 1.0


def interval(text: str) -> Interval | None:
    """Return what a choice covers that is a number or a range and nothing else, ``None`` for any other."""
    lower = _lower(text)
    for pattern in (_RANGE, _OR_LESS, _OR_MORE, _BELOW, _ABOVE, _SINGLE):
        match = pattern.fullmatch(lower)
        if match is None:
            continue
        found = match.groupdict()
        unit, factor = _unit(found.get("unit") or found.get("unit1"))
        if len(unit.split()) > 3:  # a sentence that begins with a number
            return None
        low = float(found["low"].replace(",", "")) * factor if found.get("low") else -math.inf
        high = float(found["high"].replace(",", "")) * factor if found.get("high") else math.inf
        if pattern is _RANGE and found.get("unit1") and found["unit1"] != (found.get("unit") or "").strip():
            first, first_factor = _unit(found["unit1"])
            if first != unit:
                return None
            low = low / factor * first_factor
        if pattern is _SINGLE:
            high = low
        is_open = bool(found.get("open"))
        return Interval(low, high, is_open and pattern is _ABOVE, is_open and pattern is _BELOW, unit)
    return None


def intervals(texts: list[str]) -> list[Interval] | None:
    """Return what each choice covers, ``None`` unless all are numbers or ranges of the same unit.

    A bare number takes the unit of the others, as in 5, 10, 15 mg.
    """
    found = [interval(text) for text in texts]
    if not found or any(each is None for each in found):
        return None
    known = [each for each in found if each is not None]
    units = {each.unit.rstrip("s") for each in known if each.unit}
    return known if len(units) <= 1 else None


def in_one_frame(texts: list[str]) -> list[tuple[float, ...]] | None:
    """Return the numbers of choices that differ in their numbers and in nothing else, ``None`` for any others."""
    frames, numbers = set(), []
    for text in texts:
        lower = _lower(text)
        found = [float(number.replace(",", "")) for number in _ANY_NUMBER.findall(lower)]
        if not found:
            return None
        frames.add(re.sub(r"(#\s*\w*?)s\b", r"\1", _ANY_NUMBER.sub("#", lower)))
        numbers.append(tuple(found))
    return numbers if len(frames) == 1 else None
