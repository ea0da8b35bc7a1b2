"""The trial explorer, the icon arrays and STAR*D: what they draw is what independent code makes of the tables."""

from __future__ import annotations

import csv
import html
import json
import math
import random
import re
from collections.abc import Mapping
from itertools import pairwise, product
from typing import Any

import pytest
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep

from ketamine_course import evidence, figures
from ketamine_course.evidence.table import table_path
from ketamine_course.figures.icon_array import number_needed_text
from ketamine_course.figures.picture import picture
from ketamine_course.widgets.star_d import TOTALS, star_d_figure
from ketamine_course.widgets.trials import ICONS, icon_arrays_figure, trial_explorer_figure

Cells = dict[str, str]

FILTERS = ("comparator", "route", "population", "blinding")
#: What makes two results answer one question: columns of the trial, then of the result.
QUESTION = (("drug",), ("outcome", "time_h", "time_kind"))


def read_csv(name: str) -> list[Cells]:
    """Return the rows of a table as the csv module reads them, every cell a text."""
    with table_path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TRIALS = {row["trial_id"]: row for row in read_csv("trials")}
RESULTS = {row["result_id"]: row for row in read_csv("trial_results")}
POOLED = {row["pooled_id"]: row for row in read_csv("pooled_effects")}
REVIEWS = {row["fact_id"]: row for row in read_csv("pooled_published")}


def trial_of(result_id: str) -> Cells:
    return TRIALS[RESULTS[result_id]["trial_id"]]


def is_difference(result_id: str) -> bool:
    return RESULTS[result_id]["outcome"] == "symptom difference"


def asked(result_id: str) -> tuple[str, ...]:
    row, trial = RESULTS[result_id], trial_of(result_id)
    scale = row["unit"] if is_difference(result_id) else ""
    return *(trial[name] for name in QUESTION[0]), *(row[name] for name in QUESTION[1]), scale


@pytest.fixture(scope="module")
def explorer() -> figures.Figure:
    return trial_explorer_figure()


@pytest.fixture(scope="module")
def icons() -> figures.Figure:
    return icon_arrays_figure()


@pytest.fixture(scope="module")
def star_d() -> figures.Figure:
    return star_d_figure()


def keys(figure: figures.Figure) -> list[tuple[str, ...]]:
    return list(product(*([option.value for option in control.options] for control in figure.controls)))


def distinct(figure: figures.Figure) -> dict[figures.View, str]:
    """Return each view that differs from the others, with one of its keys."""
    found: dict[figures.View, str] = {}
    for key, view in figure.views.items():
        found.setdefault(view, key)
    return found


def results_in(view: figures.View) -> set[str]:
    return {row_id for row_id in view.row_ids if row_id in RESULTS}


def pooled_in(view: figures.View) -> list[str]:
    return [row_id for row_id in view.row_ids if row_id in POOLED]


@pytest.fixture(scope="module")
def questions(explorer: figures.Figure) -> dict[str, frozenset[str]]:
    """The results that each question shows without a filter."""
    no_filter = [""] * len(FILTERS)
    return {
        option.value: frozenset(results_in(explorer.views["|".join([option.value, *no_filter])]))
        for option in explorer.controls[0].options
    }


def sample(figure: figures.Figure, size: int = 300) -> list[tuple[str, ...]]:
    """Return combinations of choices, the same each time: any, and as many that show something."""
    chance = random.Random(20261123)
    everything = keys(figure)
    filled = [key for key in everything if figure.views["|".join(key)].row_ids]
    return chance.sample(everything, size) + chance.sample(filled, min(size, len(filled)))


def test_every_combination_of_controls_has_a_view(explorer: figures.Figure) -> None:
    everything = keys(explorer)
    assert len(everything) == math.prod(len(control.options) for control in explorer.controls)
    assert set(explorer.views) == {"|".join(key) for key in everything}
    assert tuple(control.name for control in explorer.controls) == ("question", *FILTERS)


def test_without_filters_the_questions_share_the_results_out(questions: dict[str, frozenset[str]]) -> None:
    groups: dict[tuple[str, ...], set[str]] = {}
    for result_id in RESULTS:
        groups.setdefault(asked(result_id), set()).add(result_id)
    assert set(questions.values()) == set(map(frozenset, groups.values()))


def test_each_filter_offers_every_value_of_the_trials_with_results(explorer: figures.Figure) -> None:
    for control in explorer.controls[1:]:
        values = {trial_of(result_id)[control.name] for result_id in RESULTS}
        assert [option.value for option in control.options] == ["", *sorted(values)]


def test_the_rows_shown_are_those_that_the_filters_select(
    explorer: figures.Figure, questions: dict[str, frozenset[str]]
) -> None:
    checked = filled = 0
    for question, *values in sample(explorer):
        view = explorer.views["|".join([question, *values])]
        chosen = {name: value for name, value in zip(FILTERS, values, strict=True) if value}
        assert results_in(view) == {
            each for each in questions[question] if all(trial_of(each)[k] == v for k, v in chosen.items())
        }, (question, chosen)
        checked += 1
        filled += bool(view.row_ids)
    assert checked >= 500
    assert filled >= 200


def effect(result_id: str) -> tuple[float, float | None, float | None]:
    """Return a result's effect and interval by statsmodels, or as printed."""
    row = RESULTS[result_id]
    if is_difference(result_id):
        value = float(row["difference"])
        if row["ci_low"] and row["ci_high"]:
            return value, float(row["ci_low"]), float(row["ci_high"])
        if row["se"]:
            return value, value - 1.959964 * float(row["se"]), value + 1.959964 * float(row["se"])
        return value, None, None
    a, n1, c, n2 = (int(row[f"{arm}_{what}"]) for arm in ("active", "control") for what in ("events", "n"))
    cells = [[a, n1 - a], [c, n2 - c]]
    if 0 in (*cells[0], *cells[1]):  # statsmodels would shift the empty cell alone
        cells = [[cell + 0.5 for cell in line] for line in cells]
    table = Table2x2(cells, shift_zeros=False)
    low, high = table.oddsratio_confint(0.05)
    return float(table.oddsratio), float(low), float(high)


def ends_of(layout: Mapping[str, Any]) -> tuple[float, float]:
    low, high = layout["xaxis"]["range"]
    return (10**low, 10**high) if layout["xaxis"]["type"] == "log" else (low, high)


def same_place(drawn: float, value: float, ends: tuple[float, float]) -> bool:
    clipped = min(max(value, ends[0]), ends[1])
    # A place is drawn to four decimals, which only the smallest odds ratios notice.
    return math.isclose(drawn, clipped, rel_tol=1e-3, abs_tol=6e-5)


def forest(figure: figures.Figure, view: figures.View) -> dict[str, Mapping[str, Any]]:
    """Return the lines of a forest by the place at which each stands."""
    return {figure.traces[name]["y"][0]: figure.traces[name] for name in view.traces}


def test_drawn_estimates_and_intervals_are_those_of_statsmodels(explorer: figures.Figure) -> None:
    drawn = bare = 0
    for view in {explorer.views["|".join(key)] for key in sample(explorer)}:
        ends = ends_of(explorer.layouts[view.layout])
        lines = forest(explorer, view)
        for result_id in results_in(view):
            value, low, high = effect(result_id)
            _, gap, near, middle, far = lines[result_id]["x"]
            assert gap is None
            assert same_place(middle, value, ends), result_id
            if low is None or high is None:
                assert near == middle == far, result_id
                bare += 1
            else:
                assert same_place(near, low, ends), result_id
                assert same_place(far, high, ends), result_id
            assert set(lines[result_id]["customdata"]) == {result_id}
            drawn += 1
    assert drawn >= 100
    assert bare >= 1


def test_no_estimate_is_cut_off_only_the_ends_of_intervals(explorer: figures.Figure) -> None:
    for view in distinct(explorer):
        low, high = ends_of(explorer.layouts[view.layout])
        assert all(low < effect(result_id)[0] < high for result_id in results_in(view))
        axis = explorer.layouts[view.layout]["xaxis"]
        assert len(axis["tickvals"]) == len(axis["ticktext"]) >= 2 or not view.row_ids
        # No effect must be on the axis, else nobody sees on which side an interval lies.
        no_effect = explorer.layouts[view.layout]["shapes"][0]["x0"]
        assert no_effect == (1 if axis["type"] == "log" else 0)
        assert low < no_effect < high


def may_be_pooled(result_ids: set[str]) -> bool:
    trials = {trial_of(each)["control_group"] or RESULTS[each]["trial_id"] for each in result_ids}
    return (
        len(trials) >= 3
        and len({trial_of(each)["comparator"] for each in result_ids}) == 1
        and len({RESULTS[each]["threshold"] for each in result_ids}) == 1
        and all(effect(each)[1] is not None for each in result_ids)
    )


def test_a_pooled_row_stands_exactly_where_pooling_is_allowed(explorer: figures.Figure) -> None:
    pooled = 0
    for view in distinct(explorer):
        shown = results_in(view)
        places = set(forest(explorer, view))
        if may_be_pooled(shown):
            (row_id,) = pooled_in(view)
            assert set(POOLED[row_id]["result_ids"].split()) == shown
            assert places >= {"pooled", "further"}
            assert "Not pooled" not in view.finding
            pooled += 1
        else:
            assert pooled_in(view) == []
            assert places.isdisjoint({"pooled", "further"})
    assert pooled >= 5
    assert {row_id for view in distinct(explorer) for row_id in pooled_in(view)} == set(POOLED)


def test_the_pooled_mean_and_where_a_further_trial_may_lie_are_drawn_as_worked_out(explorer: figures.Figure) -> None:
    for view in distinct(explorer):
        for row_id in pooled_in(view):
            ends, lines, row = ends_of(explorer.layouts[view.layout]), forest(explorer, view), POOLED[row_id]
            for place, low, high in (("pooled", "ci_low", "ci_high"), ("further", "pi_low", "pi_high")):
                for drawn, column in zip(lines[place]["x"][2:], (low, "value", high), strict=True):
                    assert same_place(drawn, float(row[column]), ends), (row_id, column)


def test_a_finding_tells_why_nothing_was_pooled(explorer: figures.Figure) -> None:
    told = set()
    for view in distinct(explorer):
        shown = results_in(view)
        if not shown:
            said = "No such trial was read."
        elif may_be_pooled(shown):
            continue
        elif len({trial_of(each)["comparator"] for each in shown}) > 1:
            said = "the comparators differ"
        elif len({trial_of(each)["control_group"] or RESULTS[each]["trial_id"] for each in shown}) < 3:
            said = "pooling needs at least 3"
        elif any(effect(each)[1] is None for each in shown):
            said = "printed no interval"
        else:
            said = "draw the line at different scores"
        assert said in view.finding, view.finding
        told.add(said)
    assert told >= {"No such trial was read.", "the comparators differ", "pooling needs at least 3"}


def test_a_finding_counts_the_trials_and_prints_the_pooled_figure(explorer: figures.Figure) -> None:
    for view in distinct(explorer):
        shown = results_in(view)
        trials = {trial_of(each)["control_group"] or RESULTS[each]["trial_id"] for each in shown}
        if shown:
            assert re.search(rf"\b{len(trials)} trials?\b", view.finding), view.finding
        for row_id in pooled_in(view):
            row = POOLED[row_id]
            said = re.search(r"Pooled .*? (−?[\d.]+) \(95 % interval (−?[\d.]+) to (−?[\d.]+)\)", view.finding)
            assert said, view.finding
            for text, column in zip(said.groups(), ("value", "ci_low", "ci_high"), strict=True):
                assert float(text.replace("−", "-")) == pytest.approx(float(row[column]), rel=0.051), row_id


def test_every_published_review_stands_beside_its_own_question_and_comparator(explorer: figures.Figure) -> None:
    beside = set()
    for key, view in explorer.views.items():
        question, _, *others = key.split("|")
        for row_id in view.row_ids:
            if row_id in REVIEWS:
                assert REVIEWS[row_id]["question"] == question
                assert {trial_of(each)["comparator"] for each in results_in(view)} == {REVIEWS[row_id]["comparator"]}
                assert not any(others)
                assert any("published review" in note for note in view.notes)
                beside.add(row_id)
    assert beside == {row_id for row_id, row in REVIEWS.items() if row["question"]}


def test_what_a_reader_must_know_of_the_trials_shown_stands_in_a_note(explorer: figures.Figure) -> None:
    for view in distinct(explorer):
        shown = [trial_of(each) for each in results_in(view)]
        said = " ".join(view.notes)
        assert any(trial["design"] == "crossover" for trial in shown) == ("Crossover trials" in said)
        assert any(trial["blinding"] == "open" for trial in shown) == ("open trial" in said)


@pytest.mark.parametrize("name", ["explorer", "icons", "star_d"])
def test_every_text_of_a_figure_is_filled(name: str, request: pytest.FixtureRequest) -> None:
    figure: figures.Figure = request.getfixturevalue(name)
    views = distinct(figure)
    for view in views:
        assert view.finding.strip()
    texts = [view.finding for view in views] + [note for view in views for note in view.notes]
    texts += [text for cells in figure.table.rows.values() for text in cells.values()]
    texts += [option.label for control in figure.controls for option in control.options]
    texts += [text for trace in figure.traces.values() for text in (trace.get("name", ""), trace.get("hovertext", ""))]
    for text in texts:
        assert not re.search(r"\b(None|nan|inf)\b", text), text


@pytest.mark.parametrize("name", ["explorer", "icons", "star_d"])
def test_the_payload_gives_back_every_view(name: str, request: pytest.FixtureRequest) -> None:
    figure: figures.Figure = request.getfixturevalue(name)
    payload = json.loads(figure.payload_json())
    assert len(payload["index"]) == len(figure.views)
    for number, key in zip(payload["index"], keys(figure), strict=True):
        view, sent = figure.views["|".join(key)], payload["views"][number]
        assert (sent["finding"], tuple(sent["row_ids"]), tuple(sent["traces"]), sent["layout"], sent["notes"]) == (
            view.finding, view.row_ids, view.traces, view.layout, list(view.notes)
        ), key  # fmt: skip
        assert set(sent["traces"]) <= set(payload["traces"])
        assert sent["layout"] in payload["layouts"]


def test_the_payload_is_small(explorer: figures.Figure, icons: figures.Figure, star_d: figures.Figure) -> None:
    assert len(explorer.payload_json().encode()) < 700_000
    assert len(icons.payload_json().encode()) < 200_000
    assert len(star_d.payload_json().encode()) < 100_000


@pytest.mark.parametrize("name", ["explorer", "icons", "star_d"])
def test_the_still_picture_of_every_view_has_the_finding_as_its_label(
    name: str, request: pytest.FixtureRequest
) -> None:
    figure: figures.Figure = request.getfixturevalue(name)
    for view, key in distinct(figure).items():
        svg = picture(figure, key)
        label = re.search(r"""aria-label=(?:"([^"]*)"|'([^']*)')""", svg)
        assert label, key
        assert html.unescape(label[1] or label[2]) == view.finding
        assert "nan" not in svg


@pytest.mark.parametrize("name", ["explorer", "icons", "star_d"])
def test_the_table_holds_every_row_that_a_view_can_show(name: str, request: pytest.FixtureRequest) -> None:
    figure: figures.Figure = request.getfixturevalue(name)
    assert {row_id for view in distinct(figure) for row_id in view.row_ids} == set(figure.table.rows)
    columns = {column.key for column in figure.table.columns}
    assert all(columns <= set(cells) for cells in figure.table.rows.values())


def icon_rows(figure: figures.Figure) -> list[tuple[figures.View, evidence.Row]]:
    return [(view, evidence.row(key)) for key, view in figure.views.items()]


def test_each_comparison_of_the_icon_arrays_is_a_row_with_both_arms_counted(icons: figures.Figure) -> None:
    assert list(icons.views) == list(ICONS)
    for view, row in icon_rows(icons):
        assert view.row_ids == (row.id,)
        assert all(row[f"{arm}_{what}"] is not None for arm in ("active", "control") for what in ("events", "n"))


def test_each_arm_is_a_hundred_people_of_whom_as_many_are_filled_as_have_the_event(icons: figures.Figure) -> None:
    for view, row in icon_rows(icons):
        traces = [icons.traces[name] for name in view.traces]
        assert [trace["marker"]["symbol"] for trace in traces] == ["circle", "circle-open"] * 2
        for arm, (filled, empty) in zip(("active", "control"), (traces[:2], traces[2:]), strict=True):
            places = [*zip(filled["x"], filled["y"], strict=True), *zip(empty["x"], empty["y"], strict=True)]
            assert len(places) == len(set(places)) == 100, row.id
            share = 100 * row[f"{arm}_events"] / row[f"{arm}_n"]
            assert abs(len(filled["x"]) - share) <= 0.5, row.id
            assert f"{len(filled['x'])} of 100" in view.finding
        assert {x for trace in traces[:2] for x in trace["x"]}.isdisjoint(x for trace in traces[2:] for x in trace["x"])


def test_the_counts_behind_the_icons_are_said(icons: figures.Figure) -> None:
    for view, row in icon_rows(icons):
        said = f"{row['active_events']} of {row['active_n']} people and {row['control_events']} of {row['control_n']}"
        assert any(said in note for note in view.notes), row.id


def comparison(active: tuple[int, int], control: tuple[int, int], *, wanted: bool = True) -> figures.Comparison:
    cells = {
        "result_id": "made.up", "active_events": active[0], "active_n": active[1],
        "control_events": control[0], "control_n": control[1],
    }  # fmt: skip
    row = evidence.Row(cells, "trial_results", 2)
    return figures.Comparison(row, "Made up", "Response", "at 1 day", "ketamine", "saline", "ketamine", wanted)


@pytest.mark.parametrize(
    ("active", "control", "wanted", "said"),
    [
        # 50 v 30 %: 1 in 5; by Wald 6.7 to 33.3 points, so 3 to 15 people
        ((50, 100), (30, 100), True, "treat for one more person to benefit is 5 (95 % interval 4 to 15)"),
        ((50, 100), (30, 100), False, "number needed to harm is 5 (95 % interval 4 to 15)"),
        ((30, 100), (50, 100), True, "number needed to harm is 5 (95 % interval 4 to 15)"),
        ((30, 100), (50, 100), False, "treat for one more person to benefit is 5 (95 % interval 4 to 15)"),
        ((6, 20), (5, 20), True, "to benefit is 20, but the trial cannot tell: its 95 % interval runs from 4 (benefit) "
                                 "through no difference at all to 5 (harm)"),
        ((6, 20), (5, 20), False, "number needed to harm is 20, but the trial cannot tell: its 95 % interval runs from "
                                  "4 (harm) through no difference at all to 5 (benefit)"),
        ((4, 10), (0, 10), True, "to benefit is 3; with an arm in which nobody or everybody had the event, no honest"),
        ((10, 10), (5, 10), False, "number needed to harm is 2; with an arm in which nobody or everybody"),
        ((5, 10), (10, 20), True, "The two shares are the same, so there is no number needed."),
        ((0, 10), (0, 20), True, "The two shares are the same, so there is no number needed."),
    ],
)  # fmt: skip
def test_the_number_needed_is_said_in_words(
    active: tuple[int, int], control: tuple[int, int], wanted: bool, said: str
) -> None:
    assert said in number_needed_text(comparison(active, control, wanted=wanted))


def test_the_numbers_needed_of_the_figure_are_those_of_statsmodels(icons: figures.Figure) -> None:
    whole = open_ended = 0
    for view, row in icon_rows(icons):
        a, n1, c, n2 = (row[f"{arm}_{what}"] for arm in ("active", "control") for what in ("events", "n"))
        if a * n2 == c * n1:
            continue
        needed = math.ceil(abs(1 / (a / n1 - c / n2)) - 1e-9)
        assert f" is {needed}" in view.finding, row.id
        if 0 in (a, n1 - a, c, n2 - c):
            assert "no honest interval" in view.finding
            continue
        ends = confint_proportions_2indep(a, n1, c, n2, method="wald", compare="diff")
        near, far = sorted(math.ceil(abs(1 / end)) for end in ends)
        if ends[0] * ends[1] < 0:
            assert "through no difference at all" in view.finding, row.id
            assert {near, far} == set(map(int, re.findall(r"(\d+) \((?:benefit|harm)\)", view.finding))), row.id
            open_ended += 1
        else:
            assert f"(95 % interval {near} to {far})" in view.finding, row.id
            whole += 1
    assert whole >= 5
    assert open_ended >= 1


def test_an_unwanted_event_that_is_commoner_with_the_treatment_is_a_harm(icons: figures.Figure) -> None:
    for view, row in icon_rows(icons):
        more = row["active_events"] * row["control_n"] > row["control_events"] * row["active_n"]
        if row.table == "adverse_events" and more:
            assert "number needed to harm" in view.finding, row.id
        if row.table == "trial_results" and more:
            assert "to benefit" in view.finding, row.id


STEPS = sorted(read_csv("star_d"), key=lambda row: int(row["step"]))


def test_at_each_step_the_parts_add_up_to_who_entered(star_d: figures.Figure) -> None:
    lengths: dict[str, list[float]] = {}
    for name in star_d.views["flow"].traces:
        trace = star_d.traces[name]
        if trace["mode"] == "lines":
            start, end = trace["x"]
            assert start == sum(lengths.get(trace["y"][0], [])), "the parts of a bar join"
            lengths.setdefault(trace["y"][0], []).append(end - start)
    assert list(lengths) == [row["step_id"] for row in STEPS]
    for row, after in zip(STEPS, [*STEPS[1:], None], strict=True):
        remitted, entered, on = int(row["remitted"]), int(row["entered"]), int(after["entered"]) if after else 0
        parts = [part for part in (remitted, on, entered - remitted - on) if part]
        assert lengths[row["step_id"]] == parts
        assert sum(parts) == entered
        assert min(parts) > 0


def test_the_flow_says_how_many_left_between_the_steps(star_d: figures.Figure) -> None:
    gone = sum(int(row["entered"]) - int(row["remitted"]) - int(after["entered"]) for row, after in pairwise(STEPS))
    assert f"Between the steps {gone} people who had not remitted did not go on." in star_d.views["flow"].finding


def bars_of(figure: figures.Figure, key: str) -> dict[str, float]:
    drawn = [figure.traces[name] for name in figure.views[key].traces]
    return {trace["y"][0]: trace["x"][1] for trace in drawn if trace["mode"] == "lines"}


def test_the_two_readings_end_at_the_published_totals(star_d: figures.Figure) -> None:
    bars = bars_of(star_d, "adding")
    last = STEPS[-1]["step_id"]
    theory, counted = (evidence.row(each) for each in TOTALS[:2])
    nobody_left = 100 * (1 - math.prod(1 - float(row["remission_percent"]) / 100 for row in STEPS))
    of_all = 100 * sum(int(row["remitted"]) for row in STEPS) / counted["n"]
    assert bars[f"{last}.theory"] == pytest.approx(nobody_left, abs=0.006)
    assert bars[f"{last}.counted"] == pytest.approx(of_all, abs=0.006)
    assert round(nobody_left) == theory["value"]
    assert round(of_all, 1) == counted["value"]
    for each in ("theory", "counted"):
        rising = [bars[f"{row['step_id']}.{each}"] for row in STEPS]
        assert rising == sorted(rising)


def test_every_published_total_is_drawn_as_its_row_has_it(star_d: figures.Figure) -> None:
    assert bars_of(star_d, "totals") == {each: evidence.row(each)["value"] for each in TOTALS}
    assert all(evidence.row(each)["unit"] == "percent" for each in TOTALS)


def test_totals_that_conflict_stand_side_by_side(star_d: figures.Figure) -> None:
    shown = set(star_d.views["totals"].row_ids)
    for row_id in shown:
        others = evidence.row(row_id)["conflicts_with"].split()
        assert {each for each in others if evidence.row(each)["unit"] == "percent"} <= shown, row_id
