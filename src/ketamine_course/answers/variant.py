"""Variants: which numbers of an item a learner gets, worked out again by whoever grades.

A parameter is ``{"from": 50, "to": 110, "step": 5}`` or ``{"of": [...]}``, numbers or texts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .record import MAX_LABEL, is_number

Value = int | float | str

#: Of one parameter; more would only take time.
MAX_VALUES = 10_000

_PLACE = re.compile(r"\{([^{}]+)\}")


def values(spec: Mapping[str, Any]) -> list[Value]:
    """Return the values of a parameter, in order; a range includes both ends.

    Whole numbers are ``int``, others the ``float`` nearest to the decimal number (0.1 + 2 · 0.1 is 0.3).

    Raises ValueError if it is no parameter: other fields, no numbers, a step that is not above zero or does
    not lead to the end, an empty list, one value twice, more than `MAX_VALUES`.
    """
    if set(spec) == {"of"}:
        return _listed(spec["of"])
    if set(spec) != {"from", "to", "step"}:
        raise ValueError("a parameter needs either from, to and step, or of")
    if not all(is_number(spec[name]) for name in ("from", "to", "step")):
        raise ValueError("from, to and step of a parameter must be numbers")
    # From the shortest text of a number: what the author wrote, not what a binary float made of it.
    start, end, step = (Fraction(repr(spec[name])) for name in ("from", "to", "step"))
    if step <= 0:
        raise ValueError("the step of a parameter must be above zero")
    steps = (end - start) / step
    if steps < 0 or steps.denominator != 1:
        raise ValueError("the steps of a parameter must lead from its from to its to")
    if steps >= MAX_VALUES:
        raise ValueError(f"a parameter has more than {MAX_VALUES} values; take a larger step")
    exact = [start + index * step for index in range(int(steps) + 1)]
    return [int(value) if value.denominator == 1 else float(value) for value in exact]


def _listed(listed: Any) -> list[Value]:
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_VALUES:
        raise ValueError(f"the list of a parameter needs 1 to {MAX_VALUES} values")
    if not all(is_number(each) or (isinstance(each, str) and len(each) <= MAX_LABEL) for each in listed):
        raise ValueError(f"the list of a parameter may hold numbers and texts of up to {MAX_LABEL} characters")
    if len(set(listed)) < len(listed):
        raise ValueError("the list of a parameter holds one value twice")
    return list(listed)


def parameters(
    specs: Mapping[str, Mapping[str, Any]], student: str, quiz: str, item_id: str, salt: str
) -> dict[str, Value]:
    """Return the values of an item's parameters that a learner gets, the same on every computer.

    Each is the list's entry at the SHA-256 of ``student|quiz|item|salt|name`` in UTF-8, read as a whole
    number (most significant byte first), modulo the list's length.

    Raises ValueError, naming the parameter, if one is none.
    """
    chosen: dict[str, Value] = {}
    for name, spec in specs.items():
        try:
            possible = values(spec)
        except ValueError as error:
            raise ValueError(f"parameter {name!r} of {item_id!r}: {error}") from None
        text = "|".join((student, quiz, item_id, salt, name))
        # surrogatepass: what the computer calls a learner may hold bytes that are no text.
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        chosen[name] = possible[int.from_bytes(digest, "big") % len(possible)]
    return chosen


def fits(specs: Mapping[str, Mapping[str, Any]], shown: Any) -> bool:
    """Return whether ``shown``, any JSON value, names each parameter and gives each one of its values."""
    if not isinstance(shown, dict) or set(shown) != set(specs):
        return False
    # True equals 1 in Python, but was never shown.
    return all(type(shown[name]) in (int, float, str) and shown[name] in values(spec) for name, spec in specs.items())


def fill(text: str, shown: Mapping[str, Any]) -> str:
    """Return a text with each ``{name}`` of a parameter replaced by its value, as prose prints it; other braces stay.

    A number has no trailing zeros, no exponent and a real minus sign.
    """
    return _PLACE.sub(lambda match: _prose(shown[match[1]]) if match[1] in shown else match[0], text)


def _prose(value: Value) -> str:
    if isinstance(value, str):
        return value
    # Not row_text.number_text: it rounds to six digits, and brings all tables into the learner's quiz.
    exact = Decimal(repr(value))
    return (str(int(exact)) if exact == int(exact) else f"{exact:f}").replace("-", "−")
