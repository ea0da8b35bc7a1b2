"""Measures the infusion simulator: its page beside a bare drawing, its curves beside scipy's ``solve_ivp``.

Run ``python benchmarks/simulator.py`` after ``ketamine-course build``.

The page: controls of the simulator move through a row of states. Measured is the time from a control's
event to the end of the drawing (``kc-drawn``) and the animation frame after it, MicroPython's answer
included. The bare one gives plotly.js the traces and the layout of the same state, in a box of the same
size in the same page. Both begin in turn. The states were gathered in another page before: what the core
keeps of earlier answers is only what the measured row itself has asked.

The curves: 24 hours at 1 minute of the default model, worked out by ``core.regimen`` with nothing kept
from before, and by ``solve_ivp`` in two phases (rtol 1e-8, atol 1e-10). The people: 1,000 such curves at
once by ``analysis.population``, against as many of each of the other two, estimated from a few people.
The methods take turns; medians are compared. The curves are checked to be the same.

Stops with 1 if a limit is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import traffic
from explorer import browser_for_timing
from playwright.sync_api import Browser, Page
from scipy.integrate import solve_ivp

from ketamine_course.analysis import population
from ketamine_course.cli import SITE
from ketamine_course.core import compartments, regimen
from ketamine_course.evidence import pharmacokinetics as pk
from ketamine_course.widgets.infusion import infusion_figure

#: A change in the page may take at most this many times as long as the bare drawing.
MOST_PAGE = 2.0
#: At least so many times faster than RK45 must be one curve of core, and all people at once.
LEAST_CURVE = 5.0
LEAST_PEOPLE = 100.0

MINUTES = 1440
DOSE_MG, DURATION_MIN, WEIGHT_KG = 35, 40, 70
METHODS = ("RK45", "LSODA", "DOP853")

Array: TypeAlias = Any  # of numpy, which mypy does not follow here

#: A control and a value that it gets.
Move = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """Moves in the page; the first ``warm_up`` are not counted. ``most`` is the limit, None if it is only told."""

    name: str
    moves: Sequence[Move]
    warm_up: int
    most: float | None = MOST_PAGE


_DOSES = [("dose", value) for value in ("0.8", "0.5")]
_WEIGHTS = [str(weight) for weight in range(40, 151, 10)]


def _cases(changes: int) -> tuple[Case, ...]:
    to_and_fro = 6 + changes
    # Each weight once for each model: nothing that was kept helps.
    new = [*_DOSES * 3]
    for model in ("fanta_otto", "clements250", "domino", "hijazi"):
        new += [("model", model)] if model != "fanta_otto" else []
        new += [("weight", weight) for weight in _WEIGHTS if weight != "70" or model != "fanta_otto"]
    return (
        Case("dose, to and fro", (_DOSES * to_and_fro)[:to_and_fro], 6),
        Case("dose, along the slider", [*_DOSES * 3, *(("dose", f"{n / 20:g}") for n in range(2, 21))], 6),
        Case("weight, to and fro", ([("weight", "100"), ("weight", "70")] * to_and_fro)[:to_and_fro], 6),
        Case("weights and models, each new", new, 6),
        Case("every model, dose to and fro", [("compare", "yes"), *(_DOSES * to_and_fro)[:to_and_fro]], 7),
    )


_HELPERS = """
    const root = document.querySelector('#infusion-simulator-title').closest('.kc-figure');
    const live = root.querySelector('.kc-live');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const ours = async ([name, place, value]) => {
        const input = root.querySelector(`.kc-controls [name=${name}]`);
        if (input.type === 'range') input.value = place;
        else if (input.type === 'checkbox') input.checked = place === 1;
        else input.value = value;
        const drawn = new Promise((resolve) => root.addEventListener('kc-drawn', resolve, {once: true}));
        const start = performance.now();
        input.dispatchEvent(new Event(input.type === 'range' ? 'input' : 'change', {bubbles: true}));
        await drawn;
        await frame();
        return performance.now() - start;
    };
"""

#: Returns what plotly.js draws after each move, as text: each drawing gets objects of its own.
_GATHER = f"""async (moves) => {{
    {_HELPERS}
    const pictures = [];
    for (const move of moves) {{
        await ours(move);
        pictures.push(JSON.stringify([live.data, live.layout]));
    }}
    return pictures;
}}"""

_MEASURE = f"""async ([moves, pictures]) => {{
    {_HELPERS}
    const quiet = async () => {{
        await frame();
        await new Promise((resolve) => setTimeout(resolve, 20));
        await frame();
    }};
    const config = {{
        displayModeBar: false, showSendToCloud: false, plotlyServerURL: '', displaylogo: false, scrollZoom: false,
        responsive: false,
    }};
    const box = document.createElement('div');
    box.style.width = `${{live.clientWidth}}px`;
    root.after(box);
    const bare = async (index) => {{
        const [data, layout] = JSON.parse(pictures[index]);
        const start = performance.now();
        await Plotly.react(box, data, layout, config);
        await frame();
        return performance.now() - start;
    }};
    await bare(0);
    const times = {{ours: [], bare: []}};
    for (let index = 0; index < moves.length; index += 1) {{
        const both = [['ours', () => ours(moves[index])], ['bare', () => bare(index)]];
        for (const [name, draw] of index % 4 < 2 ? both : both.reverse()) {{
            await quiet();
            times[name].push(await draw());
        }}
        const traces = (node) => node.querySelectorAll('.scatterlayer .trace').length;
        if (traces(live) !== traces(box)) throw new Error(`${{traces(live)}} traces, by the bare one ${{traces(box)}}`);
        const paths = (node) => [...node.querySelectorAll('.js-line')].map((line) => line.getAttribute('d')).join();
        if (paths(live) !== paths(box)) throw new Error(`move ${{index}}: the two drawings differ`);
    }}
    Plotly.purge(box);
    box.remove();
    return times;
}}"""


def _open(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"{url}/book/vial.html")
    page.wait_for_load_state("networkidle")
    figure = page.locator(".kc-figure").filter(has=page.locator("#infusion-simulator-title"))
    figure.scroll_into_view_if_needed()
    figure.locator("button[name=skip]").click()
    figure.locator(".kc-live .main-svg").first.wait_for()
    return page


def _placed(moves: Sequence[Move]) -> list[tuple[str, int, str]]:
    """Return the moves with the place of each value: a slider goes by number, a check box is ticked at 1."""
    controls = {control.name: control for control in infusion_figure().controls}
    placed = []
    for name, value in moves:
        values = [option.value for option in controls[name].options]
        values = sorted(values, key=float) if controls[name].slider else values
        placed.append((name, values.index(value), value))
    return placed


def measure_page(browser: Browser, url: str, case: Case) -> tuple[list[float], list[float]]:
    """Return the times of the simulator and of the bare drawing, in milliseconds."""
    moves = _placed(case.moves)
    page = _open(browser, url)
    pictures = page.evaluate(_GATHER, moves)
    page.close()
    page = _open(browser, url)
    times = page.evaluate(_MEASURE, [moves, pictures])
    page.close()
    return times["ours"][case.warm_up :], times["bare"][case.warm_up :]


# ---------------------------------------------------------------- curves


def _model() -> dict[str, Any]:
    return pk.pk_model(pk.MODEL_IDS[0])


def _schedule() -> list[list[float]]:
    return list(regimen.infusion(DOSE_MG, DURATION_MIN))


_MINUTES = list(range(MINUTES + 1))


def core_curve(person: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return the drug and its metabolite over 24 h, with nothing kept from earlier calls."""
    regimen._steps.clear()
    return kept_curve(person)


def kept_curve(person: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return the same with the steps that the last call left, as when a dose changes."""
    found: dict[str, Any] = regimen.concentrations(_model(), WEIGHT_KG, _schedule(), _MINUTES, person)
    return found


def _both(found: Mapping[str, Any]) -> Array:
    return np.array([found["ketamine_ng_ml"], found["norketamine_ng_ml"]])


def solved_curve(method: str, person: Mapping[str, float] | None = None) -> Array:
    """Return the same by ``solve_ivp``: the infusion, then the time after it."""
    system = compartments.rate_matrix(_model(), WEIGHT_KG, person)
    matrix = np.array(system["matrix"])
    entry = np.zeros(len(matrix))
    state = np.zeros(len(matrix))
    parts: list[Array] = []
    for start, end, rate in ((0, DURATION_MIN, DOSE_MG / DURATION_MIN), (DURATION_MIN, MINUTES, 0)):
        entry[0] = rate
        solved = solve_ivp(
            lambda _, amounts: matrix @ amounts + entry,
            (start, end),
            state,
            method=method,
            t_eval=np.arange(start, end + 1),
            rtol=1e-8,
            atol=1e-10,
        )
        state = solved.y[:, -1]
        parts.append(solved.y if not parts else solved.y[:, 1:])
    amounts = np.concatenate(parts, axis=1)
    places = [0, system["metabolite"]]
    volumes = np.array([system["drug_volume_l"], system["metabolite_volume_l"]])
    return compartments.NG_PER_ML * amounts[places] / volumes[:, None]


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def _in_turn(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the times (ms) of each call, which take turns; who begins changes."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for name in names:
        calls[name]()
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            times[name].append(_timed(calls[name]))
    return times


def _assert_same(one: Array, other: Array, what: str) -> float:
    error = float(np.max(np.abs(one - other)) / np.max(np.abs(other)))
    if error > 1e-6:
        sys.exit(f"{what}: the curves differ by {error:.1e} of the peak")
    return error


def measure_curve(rounds: int) -> dict[str, list[float]]:
    """Return the times of one curve by core, new and with the steps kept, and by each method of ``solve_ivp``."""
    reference = _both(core_curve())
    for method in METHODS:
        error = _assert_same(solved_curve(method), reference, method)
        print(f"  {method} differs from core by at most {error:.0e} of the peak")
    calls: dict[str, Callable[[], object]] = {"core": core_curve}
    calls |= {method: lambda method=method: solved_curve(method) for method in METHODS}  # type: ignore[misc]
    times = _in_turn(calls, rounds)
    return times | {"core, steps kept": [_timed(kept_curve) for _ in range(rounds)]}


def measure_people(rounds: int) -> dict[str, list[float]]:
    """Return the times of 1,000 people at once, and of one of them by the other two: a new person each time."""
    people = population.virtual_people()

    def person(number: int) -> dict[str, float]:
        return {name: float(values[number]) for name, values in people.items()}

    def together() -> dict[str, Array]:
        return population.population_curves(_model(), WEIGHT_KG, _schedule(), 1, MINUTES, people)

    curves = together()
    for number in (0, len(people["volume"]) - 1):
        found = np.array([curves["ketamine_ng_ml"][number], curves["norketamine_ng_ml"][number]])
        _assert_same(found, _both(core_curve(person(number))), "people")
    times: dict[str, list[float]] = {"together": [], "RK45": [], "core": []}
    for number in range(rounds):
        times["together"].append(_timed(together))
        times["RK45"].append(_timed(lambda: solved_curve("RK45", person(number))))  # noqa: B023  called at once
        times["core"] += [_timed(lambda: core_curve(person(4 * number + each))) for each in range(4)]  # noqa: B023
    return times


# ---------------------------------------------------------------- the report


def _line(name: str, times: Sequence[float]) -> str:
    return f"{name:32}{statistics.median(times):>12.2f}{min(times):>12.2f}"


def _report_page(case: Case, ours: Sequence[float], bare: Sequence[float]) -> list[str]:
    ratio = statistics.median(ours) / statistics.median(bare)
    print(
        f"{case.name:32}{statistics.median(ours):>10.1f}{statistics.median(bare):>10.1f}{ratio:>8.2f}{max(ours):>10.1f}"
    )
    slow = case.most is not None and ratio > case.most
    return [f"the page ({case.name}) takes {ratio:.2f} times as long as the bare drawing"] if slow else []


def _report_curves(rounds: int) -> list[str]:
    missed = []
    print("\none curve of 24 h at 1 min")
    curve = measure_curve(rounds)
    print(f"{'ms':32}{'median':>12}{'least':>12}")
    for name, times in curve.items():
        print(_line(name, times))
    median = {name: statistics.median(times) for name, times in curve.items()}
    for method in METHODS:
        print(f"core is {median[method] / median['core']:.1f} times as fast as {method}")
    if median["RK45"] / median["core"] < LEAST_CURVE:
        missed.append(f"a curve of core is {median['RK45'] / median['core']:.1f} times as fast as RK45")

    print(f"\n{population.PEOPLE} people, 24 h at 1 min")
    people = measure_people(5)
    print(f"{'ms':32}{'median':>12}{'least':>12}")
    print(_line("everybody together", people["together"]))
    print(_line("one of them by RK45", people["RK45"]))
    print(_line("one of them by core", people["core"]))
    together = statistics.median(people["together"])
    ratios = {name: population.PEOPLE * statistics.median(people[name]) / together for name in ("RK45", "core")}
    for name, ratio in ratios.items():
        print(f"together is {ratio:.0f} times as fast as {population.PEOPLE} curves by {name}")
    if ratios["RK45"] < LEAST_PEOPLE:
        missed.append(f"the people together are {ratios['RK45']:.0f} times as fast as RK45")
    return missed


def main() -> None:
    """Measure the page and the curves, print what was found, and stop with 1 if a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--changes", type=int, default=30, help="how often a control changes (default: 30)")
    parser.add_argument("--rounds", type=int, default=9, help="how often a curve is worked out (default: 9)")
    arguments = parser.parse_args()
    if not (SITE / "index.html").exists():
        sys.exit(f"No built book in {SITE}: run ketamine-course build.")
    missed = []
    with traffic.serve(SITE) as site, browser_for_timing() as browser:
        print(f"{'median of a change, ms':32}{'page':>10}{'bare':>10}{'ratio':>8}{'longest':>10}")
        for case in _cases(arguments.changes):
            missed += _report_page(case, *measure_page(browser, site.url, case))
    missed += _report_curves(arguments.rounds)
    if missed:
        sys.exit(f"Missed: {'; '.join(missed)}.")


if __name__ == "__main__":
    main()
