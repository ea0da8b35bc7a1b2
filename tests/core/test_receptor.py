"""The receptor: its constants are those of the rows, its block that of the sources, its course an integration's."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.linalg import expm

from ketamine_course import evidence
from ketamine_course.core import receptor

VOLTAGES = range(-140, 81, 5)
MAGNESIUM = (0.001, 0.1, 0.5, 0.8, 1, 1.2, 2, 10)


def value(row_id: str) -> float:
    return float(evidence.row(row_id)["value"])


@pytest.mark.parametrize(
    ("constant", "row_id"),
    [
        ("MG_SLOPE_PER_MV", "nmda.mg.slope"),
        ("MG_CONSTANT_MM", "nmda.mg.constant"),
        ("KETAMINE_IC50_UM", "ket.block.ic50"),
        ("KETAMINE_DEPTH", "ket.block.delta"),
        ("KETAMINE_K_ON", "ket.block.k_on"),
        ("KETAMINE_K_OFF", "ket.block.k_off"),
    ],
)
def test_a_constant_is_the_one_that_was_read(constant: str, row_id: str) -> None:
    assert getattr(receptor, constant) == value(row_id)


@pytest.mark.parametrize(("voltage", "magnesium"), list(itertools.product(VOLTAGES, MAGNESIUM)))
def test_the_magnesium_block_is_that_of_the_public_codings_within_one_percent(voltage: int, magnesium: float) -> None:
    """Two ways in which public code prints the formula; the other fit in use is no coding of it and differs."""
    ours = receptor.magnesium_unblocked(voltage, magnesium)
    printed = 1 / (1 + math.exp(0.062 * -voltage) * (magnesium / 3.57))
    rounded = 1 / (1 + value("nmda.mg.rounded") * magnesium * math.exp(-0.062 * voltage))
    assert ours == pytest.approx(printed, rel=1e-12)
    assert ours == pytest.approx(rounded, rel=0.01)


def test_the_constant_is_the_magnesium_that_blocks_half_at_zero() -> None:
    assert receptor.magnesium_unblocked(0, value("nmda.mg.constant")) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("magnesium", MAGNESIUM)
def test_half_is_free_at_the_half_voltage(magnesium: float) -> None:
    half = receptor.magnesium_half_voltage(magnesium)
    assert 1 / (1 + magnesium / 3.57 * math.exp(-0.062 * half)) == pytest.approx(0.5, rel=1e-12)


def test_between_rest_and_zero_the_other_fit_in_use_is_within_a_tenth() -> None:
    """A limit that the page states: another published formula gives other numbers, near these at 1 mmol/L."""
    for voltage in range(-80, 1, 10):
        other = 1 / (1 + value("nmda.mg.mel_factor") * math.exp(-value("nmda.mg.mel_slope") * voltage))
        assert receptor.magnesium_unblocked(voltage, 1) == pytest.approx(other, rel=0.1)


def test_the_pore_is_shared_out_without_remainder_and_each_blocker_makes_room_for_the_other() -> None:
    for voltage, magnesium, ketamine in itertools.product(VOLTAGES, (0, *MAGNESIUM), (0, 0.1, 1, 10, 100)):
        shares = receptor.pore_shares(voltage, magnesium, ketamine, 25)
        assert sum(shares) == pytest.approx(1, abs=1e-12)
        assert min(shares) >= 0
        if not ketamine:
            assert shares[0] == pytest.approx(receptor.magnesium_unblocked(voltage, magnesium), rel=1e-12)
    for ketamine, magnesium in itertools.pairwise((0, 0.5, 1, 2)):
        held = [receptor.pore_shares(-70, each, 1, 25)[2] for each in (ketamine, magnesium)]
        assert held[1] < held[0]


def test_without_magnesium_ketamine_blocks_half_where_it_was_measured() -> None:
    for temperature in (10, 22, 37):
        assert receptor.pore_shares(-70, 0, value("ket.block.ic50"), temperature)[0] == pytest.approx(0.5, rel=1e-12)


def test_ketamines_block_eases_with_voltage_more_slowly_than_magnesiums() -> None:
    per_mv = math.log(receptor.ketamine_half_block(0, 25) / receptor.ketamine_half_block(-1, 25))
    assert per_mv == pytest.approx(0.79 * 1.602176634e-19 / (1.380649e-23 * 298.15) / 1000, rel=1e-6)
    assert per_mv < receptor.MG_SLOPE_PER_MV


def integrated(ketamine_um: float, open_share: float, duration_s: float, gate_per_s: float) -> list[float]:
    """Return the full scheme's states (closed, open, blocked, trapped): a matrix exponential, no formula of ours."""
    opening, closing = gate_per_s * open_share, gate_per_s * (1 - open_share)
    entry, leaving = 0.15 * ketamine_um, 0.22
    # Columns: from closed, open, blocked, trapped.
    rates = np.array(
        [
            [-opening, closing, 0, 0],
            [opening, -closing - entry, leaving, 0],
            [0, entry, -leaving - closing, opening],
            [0, 0, closing, -opening],
        ]
    )
    start = np.array([1 - open_share, open_share, 0, 0])
    return [float(each) for each in expm(rates * duration_s) @ start]


@pytest.mark.parametrize("open_share", [0.02, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("ketamine_um", [0.2, 1, 10])
@pytest.mark.parametrize("duration_s", [0.5, 5, 60, 600])
def test_the_course_is_that_of_the_full_scheme_if_the_gate_is_fast(
    ketamine_um: float, open_share: float, duration_s: float
) -> None:
    full = integrated(ketamine_um, open_share, duration_s, gate_per_s=10_000)
    held = receptor.blocked_after(0, ketamine_um, open_share, duration_s)
    assert receptor.four_states(held, open_share) == pytest.approx(full, abs=1e-3)


def test_the_end_does_not_depend_on_use_but_the_way_there_does() -> None:
    for ketamine_um in (0.5, 1, 10):
        end = receptor.blocked_in_the_end(ketamine_um)
        for open_share in (0.01, 0.1, 1):
            assert receptor.blocked_after(0, ketamine_um, open_share, 86_400) == pytest.approx(end, rel=1e-6)
        courses = [receptor.blocked_after(0, ketamine_um, each, 5) for each in (0, 0.1, 1)]
        assert courses == sorted(courses)
        assert courses[0] == 0


def test_a_closed_channel_keeps_what_it_holds() -> None:
    for ketamine_um in (0, 1, 100):
        assert receptor.blocked_after(0.4, ketamine_um, 0, 3600) == 0.4


def test_a_course_in_two_parts_is_the_course_in_one() -> None:
    half_way = receptor.blocked_after(0.1, 1, 0.3, 7)
    assert receptor.blocked_after(half_way, 1, 0.3, 5) == pytest.approx(
        receptor.blocked_after(0.1, 1, 0.3, 12), rel=1e-12
    )


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, "a", None, True, [1]])
def test_what_is_no_number_in_range_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"voltage_mv is .*must be from -140 to 80 mV"):
        receptor.magnesium_unblocked(wrong, 1)
    with pytest.raises(ValueError, match=r"duration_s is .*must be from 0 to 86400 s"):
        receptor.blocked_after(0, 1, 1, wrong)
