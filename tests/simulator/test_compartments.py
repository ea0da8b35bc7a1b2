"""The simulator's arithmetic against solutions of other makes, and against what a linear model must do."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketamine_course.analysis import population
from ketamine_course.core import compartments, regimen
from ketamine_course.evidence import EvidenceError, row
from ketamine_course.evidence.pharmacokinetics import MODEL_IDS, model_row, pk_model

MODELS = {model_id: pk_model(model_id) for model_id in MODEL_IDS}
USUAL = regimen.infusion(35, 40)

Schedule = list[list[float]]


def random_schedule(seed: str) -> Schedule:
    """Return one to four segments with pauses between some of them; at least 30 minutes of running pump."""
    chance = random.Random(seed)
    schedule: Schedule = []
    now = 0.0
    for _ in range(chance.randint(1, 4)):
        now += chance.choice([0, 0, round(chance.uniform(0.5, 30), 2)])
        end = now + chance.choice([round(chance.uniform(1, 90), 2), chance.randint(30, 60)])
        schedule.append([now, end, round(chance.uniform(0.05, 3), 3)])
        now = end
    if sum(end - start for start, end, _ in schedule) < 30:
        schedule.append([now, now + 30, 0.5])
    return schedule


def integrated(model: dict[str, Any], weight_kg: float, schedule: Schedule, times: list[float]) -> list[list[float]]:
    """Return drug and metabolite (ng/mL) from a Runge-Kutta method of order 8, at a tolerance of 1e-12."""
    system = compartments.rate_matrix(model, weight_kg)
    matrix = np.array(system["matrix"])
    edges = sorted({0.0, *(edge for start, end, _ in schedule for edge in (start, end)), max(times)})
    amounts = np.zeros(len(matrix))
    found: dict[float, Any] = {0.0: amounts}
    for begin, end in pairwise(edges):
        if begin >= max(times):
            break
        rate = sum(each for start, stop, each in schedule if start <= begin < stop)
        gain = np.zeros(len(matrix))
        gain[0] = rate
        wanted = sorted({end, *(time for time in times if begin < time <= end)})
        solved = solve_ivp(
            lambda _, y, gain=gain: matrix @ y + gain,
            (begin, end),
            amounts,
            method="DOP853",
            t_eval=wanted,
            rtol=1e-12,
            atol=1e-14,
        )
        found.update(zip(wanted, solved.y.T, strict=True))
        amounts = solved.y[:, -1]
    drug = [1000 * found[time][0] / system["drug_volume_l"] for time in times]
    if system["metabolite"] is None:
        return [drug]
    return [drug, [1000 * found[time][system["metabolite"]] / system["metabolite_volume_l"] for time in times]]


@pytest.mark.parametrize("model_id", MODEL_IDS)
def test_two_hundred_random_schedules_agree_with_a_high_precision_solution(model_id: str) -> None:
    model = MODELS[model_id]
    worst = 0.0
    for number in range(200):
        chance = random.Random(f"{model_id} {number}")
        schedule = random_schedule(f"{model_id} {number}")
        weight_kg = round(chance.uniform(40, 150), 1)
        last = schedule[-1][1]
        times = sorted({last, *(round(chance.uniform(0, last + 60), 2) for _ in range(8))})
        ours = regimen.concentrations(model, weight_kg, schedule, times)
        expected = integrated(model, weight_kg, schedule, times)
        for curve, name in zip(expected, ("ketamine_ng_ml", "norketamine_ng_ml"), strict=False):
            peak = max(curve)
            for value, truth in zip(ours[name], curve, strict=True):
                worst = max(worst, abs(value - truth) / max(abs(truth), peak / 1000))
    assert worst <= 1e-9


@pytest.mark.parametrize(("model_id", "expected"), [("fanta_otto", 158), ("clements250", 177), ("domino", 240)])
def test_the_usual_infusion_ends_where_the_models_are_known_to_put_it(model_id: str, expected: float) -> None:
    end = regimen.concentrations(MODELS[model_id], 70, USUAL, [40])["ketamine_ng_ml"][0]
    assert end == pytest.approx(expected, rel=0.01)


def test_the_default_is_the_model_that_the_course_names() -> None:
    system = compartments.rate_matrix(MODELS["fanta_otto"], 140)
    w = 2.0
    v1, cl, vn, cln = 133 * w, 95.2 / 60 * w**0.75, 98.638 * w, 57.72 / 60 * w**0.75
    q1, q2, qn = 23.2 / 60, 157 / 60, 42.778 / 60
    expected = [
        [-(cl + q1 + q2) / v1, q1 / 187, q2 / 98.8, 0, 0],
        [q1 / v1, -q1 / 187, 0, 0, 0],
        [q2 / v1, 0, -q2 / 98.8, 0, 0],
        [cl / v1, 0, 0, -(cln + qn) / vn, qn / 160.04],
        [0, 0, 0, qn / vn, -qn / 160.04],
    ]
    np.testing.assert_allclose(system["matrix"], expected, rtol=1e-14)


@pytest.mark.parametrize("model_id", MODEL_IDS)
def test_every_model_says_whom_it_was_made_from_and_where_it_ends(model_id: str) -> None:
    found = model_row(model_id)
    for column in ("population", "enantiomer", "limits", "reference", "read_at"):
        assert found[column], column
    assert found["status"] == "read"


schedules = st.lists(st.tuples(st.floats(0, 20), st.floats(1, 60), st.floats(0.01, 3)), min_size=1, max_size=3).map(
    lambda parts: _joined(parts)
)


def _joined(parts: list[tuple[float, float, float]]) -> Schedule:
    schedule, now = [], 0.0
    for gap, length, rate in parts:
        start = now + gap
        now = start + length
        schedule.append([start, now, rate])
    return schedule


weights = st.floats(40, 150)
adult = st.sampled_from([each for each in MODEL_IDS if MODELS[each]["shortest_duration_min"] is None])
TIMES = [float(time) for time in range(0, 300, 3)]


def curve(model_id: str, weight_kg: float, schedule: Schedule, name: str = "ketamine_ng_ml") -> Any:
    return np.array(regimen.concentrations(MODELS[model_id], weight_kg, schedule, TIMES)[name])


@settings(max_examples=60, deadline=None)
@given(adult, weights, schedules, st.floats(0.1, 10))
def test_a_multiple_of_the_dose_gives_that_multiple_of_the_curve(
    model_id: str, weight_kg: float, schedule: Schedule, factor: float
) -> None:
    more = [[start, end, rate * factor] for start, end, rate in schedule if rate * factor <= 5000]
    one = curve(model_id, weight_kg, schedule)
    np.testing.assert_allclose(curve(model_id, weight_kg, more), factor * one, rtol=1e-10, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(adult, weights, schedules)
def test_a_schedule_is_the_sum_of_its_segments(model_id: str, weight_kg: float, schedule: Schedule) -> None:
    parts = sum(curve(model_id, weight_kg, [segment]) for segment in schedule)
    np.testing.assert_allclose(curve(model_id, weight_kg, schedule), parts, rtol=1e-9, atol=1e-11)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(MODEL_IDS), weights, schedules)
def test_no_amount_is_ever_below_zero(model_id: str, weight_kg: float, schedule: Schedule) -> None:
    longer = [*schedule, [schedule[-1][1], schedule[-1][1] + 30, 0.5]]
    found = regimen.concentrations(MODELS[model_id], weight_kg, longer, TIMES)
    assert min(found["ketamine_ng_ml"]) >= 0
    assert min(found["norketamine_ng_ml"] or [0]) >= 0


@pytest.mark.parametrize("model_id", MODEL_IDS)
def test_without_a_dose_there_is_no_drug(model_id: str) -> None:
    for schedule in ([], [[0, 40, 0]]):
        found = regimen.concentrations(MODELS[model_id], 70, schedule, TIMES)
        assert set(found["ketamine_ng_ml"]) == {0}
        assert set(found["norketamine_ng_ml"] or [0]) == {0}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MODEL_IDS), weights, st.floats(1, 600))
def test_what_was_infused_is_in_the_body_or_was_eliminated(model_id: str, weight_kg: float, minutes: float) -> None:
    """One more compartment collects what leaves; then everything that went in must be somewhere."""
    model = MODELS[model_id]
    matrix = [list(each) for each in compartments.rate_matrix(model, weight_kg)["matrix"]]
    size = len(matrix)
    leaving = [-sum(matrix[row][column] for row in range(size)) for column in range(size)]
    assert min(leaving) >= -1e-15  # nothing comes from nowhere
    closed = [[*each, 0.0] for each in matrix] + [[*leaving, 0.0]]
    state = compartments.carried([0.0] * (size + 1) + [1.5], compartments.step_matrix(closed, minutes))
    assert sum(state[:-1]) == pytest.approx(1.5 * minutes, rel=1e-12)


@pytest.mark.parametrize("model_id", ["clements250", "domino", "hijazi"])
def test_the_area_under_the_curve_is_the_dose_over_the_clearance(model_id: str) -> None:
    times = list(np.arange(0, 10080, 0.5))
    found = regimen.concentrations(MODELS[model_id], 70, USUAL, times)["ketamine_ng_ml"]
    clearance = MODELS[model_id]["central"]["clearance_l_per_min"]
    assert np.trapezoid(found, times) == pytest.approx(1000 * 35 / clearance, rel=1e-4)


# ------------------------------------------------------------------ many people


def test_a_thousand_virtual_people_spread_as_the_authors_model_says() -> None:
    people = population.virtual_people()
    curves = population.population_curves(MODELS["fanta_otto"], 70, USUAL, 1, 60, people)["ketamine_ng_ml"]
    found = np.percentile(curves[:, 40], [5, 50, 95])
    # The standard error of each percentile, from 200 samples of a thousand other people.
    many = population.population_curves(
        MODELS["fanta_otto"], 70, USUAL, 10, 4, population.virtual_people(200_000, seed=1)
    )["ketamine_ng_ml"][:, 4].reshape(200, 1000)
    error = np.percentile(many, [5, 50, 95], axis=1).std(axis=1)
    assert np.all(np.abs(found - [115, 157, 205]) <= 3 * error + 0.5)


def test_the_people_have_the_variances_and_covariances_of_the_rows() -> None:
    people = population.virtual_people(400_000, seed=3)
    logs = np.log([people[name] for name in ("volume", "clearance", "metabolite_volume", "metabolite_clearance")])
    v, c, vc, vn, cn, vcn = (
        float(row(f"fanta_otto.{name}")["value"])
        for name in ("var_V1", "var_CL", "cov_V1_CL", "var_Vn", "var_CLn", "cov_Vn_CLn")
    )
    expected = [[v, vc, 0, 0], [vc, c, 0, 0], [0, 0, vn, vcn], [0, 0, vcn, cn]]
    np.testing.assert_allclose(np.cov(logs), expected, atol=6e-4)


@pytest.mark.parametrize("pause", ["none", "long", "stopped"])
def test_many_at_once_and_one_by_one_agree(pause: str) -> None:
    schedule = {
        "none": USUAL,
        "long": regimen.infusion(60, 40, 30, 30),
        "stopped": regimen.infusion(60, 60, 45, 0, True),
    }[pause]
    people = population.virtual_people(25, seed=9)
    together = population.population_curves(MODELS["fanta_otto"], 92, schedule, 2.5, 200, people)
    for number in range(25):
        person = {name: float(values[number]) for name, values in people.items()}
        alone = regimen.concentrations(MODELS["fanta_otto"], 92, schedule, list(together["time_min"]), person)
        for name in ("ketamine_ng_ml", "norketamine_ng_ml"):
            np.testing.assert_allclose(together[name][number], alone[name], rtol=1e-10, atol=1e-9)


def test_a_schedule_beside_the_grid_is_refused() -> None:
    people = population.virtual_people(2)
    with pytest.raises(ValueError, match="turns at 40 min; choose a step_min that divides it, not 7"):
        population.population_curves(MODELS["fanta_otto"], 70, USUAL, 7, 10, people)


def test_the_same_seed_gives_the_same_people() -> None:
    one, other = population.virtual_people(), population.virtual_people()
    assert all(np.array_equal(one[name], other[name]) for name in one)


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight_kg": 39.9}, "weight_kg is 39.9; it must be a number from 40 to 150 kg"),
        ({"weight_kg": float("nan")}, "weight_kg is nan; it must be a number from 40 to 150 kg"),
        ({"weight_kg": "70"}, "weight_kg is '70'"),
        ({"schedule": [[0, 40, -1]]}, r"schedule\[0\] rate_mg_per_min is -1"),
        ({"schedule": [[0, 20]]}, r"schedule\[0\] is \[0, 20\]; it must be \[start_min, end_min, rate_mg_per_min\]"),
        ({"schedule": [[0, 29, 1]]}, "fanta_otto describes infusions of at least 30"),
        ({"times_min": [-1]}, r"times_min\[0\] is -1; it must be a number from 0 to 10080 min"),
        ({"times_min": [0, 20000]}, r"times_min\[1\] is 20000"),
        ({"times_min": [float("nan")]}, r"times_min\[0\] is nan"),
    ],
)
def test_bad_input_names_the_argument_its_value_and_the_range(change: dict[str, Any], message: str) -> None:
    arguments = {"weight_kg": 70, "schedule": USUAL, "times_min": [0, 40], **change}
    with pytest.raises(ValueError, match=message):
        regimen.concentrations(MODELS["fanta_otto"], **arguments)


def test_an_unknown_model_is_told_the_known_ones() -> None:
    with pytest.raises(ValueError, match="must be one of fanta_otto, clements250, domino") as caught:
        pk_model("otto")
    assert not isinstance(caught.value, EvidenceError)
