"""Many virtual people at once: the spread of concentrations between people, as percentiles.

The same system as `core.compartments`, with numpy over people; the two agree to 1e-10 (tests/simulator).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from ..core import compartments, regimen
from ..evidence import pharmacokinetics as pk
from ..evidence import row

Array: TypeAlias = Any  # of numpy, which mypy does not follow here

PEOPLE = 1000
SEED = 20151
PERCENTILES = (5, 50, 95)

_FACTORS = ("volume", "clearance", "metabolite_volume", "metabolite_clearance")
_TERMS = 12
_LARGEST_ARGUMENT = 0.25


def virtual_people(count: int = PEOPLE, seed: int = SEED) -> dict[str, Array]:
    """Return factors of ``count`` people for `core.compartments.rate_matrix`, log-normal around 1.

    The spread is that of ``fanta_otto`` in ``pk_parameters``: volume and clearance go together, for the
    drug and for its metabolite; drug and metabolite are independent of each other.
    """
    v, c, vc, vn, cn, vcn = (float(row(f"fanta_otto.{name}")["value"]) for name in pk.SPREAD)
    covariance = np.array([[v, vc, 0, 0], [vc, c, 0, 0], [0, 0, vn, vcn], [0, 0, vcn, cn]])
    normal = np.random.default_rng(seed).standard_normal((count, 4))
    factors = np.exp(normal @ np.linalg.cholesky(covariance).T)
    return {name: factors[:, index] for index, name in enumerate(_FACTORS)}


def _matrices(model: dict[str, Any], weight_kg: float, people: dict[str, Array]) -> tuple[Array, Array, Array]:
    """Return the people's rate matrices (people x n x n) and the volumes of the drug and the metabolite.

    Each entry of a rate matrix is a sum of terms that scale with one ratio of factors, so the typical
    matrix is taken apart by asking core for people in whom one factor is 2.
    """
    typical = compartments.rate_matrix(model, weight_kg)
    base = np.array(typical["matrix"])
    volume, clearance = people["volume"][:, None, None], people["clearance"][:, None, None]
    metabolite_volume = people["metabolite_volume"][:, None, None]
    metabolite_clearance = people["metabolite_clearance"][:, None, None]

    def changed(**person: float) -> Array:
        return np.asarray(np.array(compartments.rate_matrix(model, weight_kg, person)["matrix"]) - base)

    by_clearance = changed(clearance=2)  # goes with clearance / volume
    by_volume = -2 * changed(volume=2) - by_clearance  # goes with 1 / volume
    by_metabolite_clearance = changed(metabolite_clearance=2)
    by_metabolite_volume = -2 * changed(metabolite_volume=2) - by_metabolite_clearance
    fixed = base - by_clearance - by_volume - by_metabolite_clearance - by_metabolite_volume
    matrices = (
        fixed
        + by_clearance * clearance / volume
        + by_volume / volume
        + by_metabolite_clearance * metabolite_clearance / metabolite_volume
        + by_metabolite_volume / metabolite_volume
    )
    drug_volume = typical["drug_volume_l"] * people["volume"]
    return matrices, drug_volume, typical["metabolite_volume_l"] * people["metabolite_volume"]


def _step(matrices: Array, minutes: float) -> Array:
    """Return `core.compartments.step_matrix` of many people (people x (n + 1) x (n + 1))."""
    people, size, _ = matrices.shape
    whole = np.zeros((people, size + 1, size + 1))
    whole[:, :size, :size] = matrices
    whole[:, 0, size] = 1
    shift = float(-np.einsum("pii->pi", matrices).min())
    halvings = max(0, int(np.ceil(np.log2(max(shift * minutes, 1e-12) / _LARGEST_ARGUMENT))))
    part = minutes / 2**halvings
    identity = np.eye(size + 1)
    scaled = (whole + shift * identity) * part
    result = np.broadcast_to(identity, whole.shape).copy()
    term = result
    for number in range(1, _TERMS + 1):
        term = term @ scaled / number
        result = result + term
    result *= np.exp(-shift * part)
    for _ in range(halvings):
        result = result @ result
    return np.asarray(result)


def population_curves(
    model: dict[str, Any],
    weight_kg: float,
    schedule: Sequence[Sequence[float]],
    step_min: float,
    steps: int,
    people: dict[str, Array],
) -> dict[str, Array]:
    """Return everybody's concentrations every ``step_min`` minutes from 0 on, ``steps`` times.

    Each turn of the schedule must lie on that grid. Returns ``time_min`` (steps + 1) and
    ``ketamine_ng_ml`` and ``norketamine_ng_ml`` (people x (steps + 1)).

    Raises ValueError for a turn beside the grid, and as `core.regimen.concentrations` does.
    """
    regimen.concentrations(model, weight_kg, list(schedule), [0])  # the same checks
    for start, end, _ in schedule:
        for edge in (start, end):
            if edge % step_min:
                raise ValueError(f"the schedule turns at {edge} min; choose a step_min that divides it, not {step_min}")
    matrices, drug_volume, metabolite_volume = _matrices(model, weight_kg, people)
    step = _step(matrices, step_min)
    rates = np.zeros(steps)
    for start, end, rate in schedule:
        rates[round(start / step_min) : round(end / step_min)] = rate
    places = (0, compartments.rate_matrix(model, weight_kg)["metabolite"])
    found = np.zeros((2, len(matrices), steps + 1))
    state = np.zeros((len(matrices), step.shape[1]))
    turns = [0, *(np.flatnonzero(np.diff(rates)) + 1), steps]
    for begin, end in pairwise(turns):
        state[:, -1] = rates[begin]
        found[:, :, begin + 1 : end + 1], state = _run(step, state, end - begin, places)
    factors = compartments.NG_PER_ML / np.array([drug_volume, metabolite_volume])
    found *= factors[:, :, None]
    return {"time_min": np.arange(steps + 1) * step_min, "ketamine_ng_ml": found[0], "norketamine_ng_ml": found[1]}


def _run(step: Array, state: Array, count: int, places: tuple[int, int]) -> tuple[Array, Array]:
    """Return the amounts in two places after each of ``count`` equal steps (2 x people x count), and the last state.

    Both what a place sees of a state and the states at the start of each block are made by doubling;
    one product of matrices then gives every amount.
    """
    people, size = state.shape
    block = 1
    power = step
    seen = step[:, places, None, :]  # people x 2 x steps within a block x size
    while block * block < count:
        seen = np.concatenate([seen, seen @ power[:, None]], axis=2)
        power = power @ power
        block *= 2
    blocks = -(-count // block)
    states = state[:, :, None]
    leap = power
    while states.shape[2] < blocks:
        states = np.concatenate([states, leap @ states], axis=2)
        leap = leap @ leap
    amounts = seen.reshape(people, 2 * block, size) @ states[:, :, :blocks]
    amounts = amounts.reshape(people, 2, block, blocks).transpose(1, 0, 3, 2).reshape(2, people, blocks * block)
    last = states[:, :, blocks - 1, None]
    bits = count - (blocks - 1) * block
    power = step
    while bits:
        if bits & 1:
            last = power @ last
        power = power @ power
        bits >>= 1
    return amounts[:, :, :count], last[:, :, 0]
