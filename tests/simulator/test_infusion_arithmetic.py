"""The arithmetic of an infusion: each row of the exercises, each slip in words, each wrong entry named."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ketamine_course import evidence
from ketamine_course.core import infusion_arithmetic as sums

ROOT = Path(__file__).resolve().parents[2]
TABLE = evidence.TABLES / "dose_cases.csv"

#: The exercises as they were gathered, where the folder of the evidence lies beside the repository or its worktree.
GATHERED = [folder / "shared" / "evidence" / "dose_calculation.csv" for folder in (ROOT.parent, ROOT.parents[1])]

#: What the gathered table calls the columns of the course's own.
OWN_NAMES = {
    "case": "case_id",
    "type": "kind",
    "final_conc_mg_per_ml": "final_concentration_mg_per_ml",
    "pump_rate_ml_h": "pump_rate_ml_per_h",
    "dose_rate_mg_h": "dose_rate_mg_per_h",
    "dose_rate_mcg_kg_min": "dose_rate_mcg_per_kg_min",
}
FIGURES = (
    "weight_used_kg",
    "dose_mg",
    "volume_drawn_ml",
    "final_volume_ml",
    "final_concentration_mg_per_ml",
    "pump_rate_ml_per_h",
    "dose_rate_mg_per_h",
    "dose_rate_mcg_per_kg_min",
)

Row = dict[str, str]
Order = dict[str, Any]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{OWN_NAMES.get(name, name): text for name, text in row.items()} for row in csv.DictReader(file)]


OWN = read(TABLE)
#: Where nobody has the gathered table, the course's own stands in for it, and no test is left out.
OTHER = next((read(path) for path in GATHERED if path.exists()), OWN)
EVERY = [
    pytest.param(row, id=f"{name}-{row['case_id']}")
    for name, rows in (("own", OWN), ("gathered", OTHER))
    for row in rows
]
ORDERS = [each for each in EVERY if not each.values[0]["case_id"].startswith("F")]  # type: ignore[index, union-attr]
SLIPS = [each for each in EVERY if each.values[0]["case_id"].startswith("F")]  # type: ignore[index, union-attr]


def numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]


def as_printed(text: str, value: float) -> bool:
    """Return whether a value, rounded as a text prints it, is the text's."""
    decimals = len(text.partition(".")[2])
    return abs(float(text) - value) <= 0.5 * 10**-decimals * (1 + 1e-6)


def order_of(row: Row) -> Order:
    """Return the order that an exercise gives, from the row's inputs and its words."""
    order: Order = {
        "sex": None,
        "height_cm": None,
        "weight_kg": float(row["weight_used_kg"]),
        "weight_to_use": "actual",
    }
    if row["case_id"].startswith("E"):
        found = re.search(r"(?:(f|m) |A (woman|man) of )(\d+) cm (?:weighs )?(\d+) kg", row["question"])
        assert found
        order["sex"] = "female" if (found[1] or found[2]) in ("f", "woman") else "male"
        order["height_cm"], order["weight_kg"] = float(found[3]), float(found[4])
        order["weight_to_use"] = row["case_id"].partition("-")[2]
        assert order["weight_to_use"] in row["question"]
    order["dose_mg_per_kg"], order["duration_min"] = float(row["dose_mg_per_kg"]), float(row["duration_min"])
    if row["kind"].startswith("fixed"):
        return order | {"ready_mg_per_ml": float(row["vial_mg_per_ml"])}
    return order | {"vial_mg_per_ml": float(row["vial_mg_per_ml"]), "final_volume_ml": float(row["final_volume_ml"])}


def plain(**changes: Any) -> Order:
    order: Order = sums.preset_patients()[0]["order"]
    return order | changes


# ---------------------------------------------------------------- the exercises


def test_both_tables_hold_the_same_forty_eight_exercises_and_each_is_tested() -> None:
    assert len(OWN) == len(OTHER) == 48
    assert [row["case_id"] for row in OWN] == [row["case_id"] for row in OTHER]
    assert len(ORDERS) + len(SLIPS) == 96
    assert {each.values[0]["case_id"] for each in SLIPS} == set(FOUND)  # type: ignore[index, union-attr]


@pytest.mark.parametrize("row", ORDERS)
def test_an_order_comes_out_as_the_table_prints_it(row: Row) -> None:
    order = order_of(row)
    result = (sums.ready_solution if "ready_mg_per_ml" in order else sums.plan)(order)
    for name in FIGURES:
        assert as_printed(row[name], result["figures"][name]), name


@pytest.mark.parametrize("row", [each for each in ORDERS if each.values[0]["case_id"].startswith("E")])  # type: ignore[index, union-attr]
def test_the_weights_come_out_as_the_note_prints_them(row: Row) -> None:
    weights = sums.plan(order_of(row))["weights"]
    index, ideal = re.findall(r"\d+\.\d", row["note"])[:2]
    assert as_printed(index, weights["bmi"])
    assert as_printed(ideal, weights["ideal_kg"])


def _vial() -> list[float]:
    found = sums.vial_mistaken(35, 10, 100, 70)
    assert found["volume_drawn_ml"] == pytest.approx(3.5)
    assert "airway emergency" in found["warnings"][0]["text"]
    return [found["drawn_mg"], found["factor"], found["mg_per_kg"]]


def _rate() -> list[float]:
    found = sums.pump_rate_error(35, 100, 150, 400, 70)
    return [
        found[name] for name in ("real_min", "ordered_min", "real_mg_per_kg_min", "ordered_mg_per_kg_min", "factor")
    ]


def _pounds() -> list[float]:
    found = sums.pounds_as_kilograms(154, 0.5)
    return [found[name] for name in ("given_mg", "meant_mg", "mg_per_kg", "factor", "weight_kg")] + [154]


def _pause() -> list[float]:
    found = sums.paused(35, 100, 150, 22)
    return [found[name] for name in ("given_mg", "given_ml", "left_ml", "left_mg")]


def _waste() -> list[float]:
    found = sums.waste(50, 10, 42.5)
    assert found["needs_witness"]
    return [found[name] for name in ("volume_drawn_ml", "wasted_mg", "wasted_ml", "vial_mg")]


def _line() -> list[float]:
    found = sums.line_volume(35, 100, 20)
    return [found["left_mg"], found["left_percent"]]


def _devices() -> list[float]:
    found = sums.esketamine_devices(84)
    return [found["devices"], found["sprays"]]


#: What each exercise's answer may print: what the functions return, and numbers of the question.
FOUND = {"F1": _vial, "F2": _rate, "F3": _pounds, "F4": _pause, "F5": _waste, "F6": _line, "F7": _devices}

#: Numbers of an answer that are no results: "ten times", the person's weight, rounded factors, a rest, a schedule.
ASIDE = {
    ("F1", 70.0): "the person's weight",
    ("F3", 35.0): "34.9, rounded as people say it",
    ("F3", 69.9): "69.85, from 2.2046 lb in a kg",
    ("F3", 2.2046): "pounds in a kilogram, on the way",
    ("F7", 5.0): "minutes of rest between devices",
}


@pytest.mark.parametrize("row", SLIPS)
def test_each_number_of_a_slips_answer_comes_out(row: Row) -> None:
    case = row["case_id"]
    answer = row.get("answer") or row["note"].partition("ANSWER: ")[2]
    found = FOUND[case]()
    matched = 0
    for text in re.findall(r"\d+(?:\.\d+)?", answer):
        if (case, float(text)) in ASIDE:
            continue
        assert any(as_printed(text, value) for value in found), (text, found)
        matched += 1
    assert matched >= 2


@pytest.mark.parametrize("row", [row for row in OWN if row["case_id"].startswith("F")], ids=lambda row: row["case_id"])
def test_the_columns_of_a_slip_come_out(row: Row) -> None:
    """The course's table has the numbers of what would be given, or was, or the bag's."""
    rate, pause, pounds = sums.pump_rate_error(35, 100, 150, 400, 70), sums.paused(35, 100, 150, 22), _pounds()
    expected = {
        "F1": {"dose_mg": _vial()[0], "dose_mg_per_kg": _vial()[2], "volume_drawn_ml": 3.5},
        "F2": {
            "duration_min": rate["real_min"],
            "dose_rate_mg_per_h": rate["real_mg_per_h"],
            "dose_rate_mcg_per_kg_min": 1000 * rate["real_mg_per_kg_min"],
        },
        "F3": {"dose_mg": pounds[0], "dose_mg_per_kg": pounds[2], "actual_weight_kg": pounds[4]},
        "F4": {"dose_mg": pause["given_mg"]},
        "F5": {"volume_drawn_ml": _waste()[0]},
        "F6": {"dose_mg": _line()[0] + sums.line_volume(35, 100, 20)["given_mg"]},
        "F7": {"dose_mg": 28 * _devices()[0]},
    }[row["case_id"]]
    for name, value in expected.items():
        assert as_printed(row[name], value), name


# ---------------------------------------------------------------- the evidence behind the words


def test_each_threshold_is_its_rows() -> None:
    limits = sums.THRESHOLDS
    assert limits["usual_mg_per_kg"] == evidence.row(limits["usual_row"])["value"]
    described = evidence.row(limits["described_row"])
    assert (limits["described_low_mg_per_kg"], limits["described_high_mg_per_kg"]) == (
        described["value"],
        described["value_high"],
    )
    anaesthetic = evidence.row(limits["anaesthetic_row"])
    assert (limits["anaesthetic_low_mg_per_kg"], limits["anaesthetic_high_mg_per_kg"]) == (
        anaesthetic["value"],
        anaesthetic["value_high"],
    )
    assert limits["usual_min"] == evidence.row(limits["usual_min_row"])["value"]
    assert evidence.row(limits["too_fast_row"])["status"] == "read"


def test_no_trial_by_vein_of_the_course_used_more_than_the_threshold_says() -> None:
    used = {
        row.id: row["dose_mg_per_kg"]
        for row in evidence.table("trials")
        if row["route"] == "intravenous" and row["drug"] == "ketamine" and row["dose_mg_per_kg"] is not None
    }
    assert max(used.values()) == sums.THRESHOLDS["trial_high_mg_per_kg"] == used[sums.THRESHOLDS["trial_row"]]


def test_the_limits_of_time_and_strength_are_those_that_were_read() -> None:
    limits = {each["argument"]: each for each in sums.input_limits()}
    times = evidence.row("practice.dose.described-times")
    assert (limits["duration_min"]["low"], limits["duration_min"]["high"]) == (times["value"], times["value_high"])
    for strength in sums.VIALS_MG_PER_ML:
        assert evidence.row(f"practice.preparation.vial.{strength}")["value"] == strength
    assert evidence.row("practice.dose.esk.device")["value"] == sums.ESKETAMINE_DEVICE_MG
    assert evidence.row("practice.preparation.label.100")["value"] == sums.UNDILUTED_MG_PER_ML


def test_each_row_that_the_module_names_is_a_row_that_was_read() -> None:
    source = Path(sums.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'"((?:practice|risk)\.[\w.-]+|fava2018_[\d.]+)"', source))
    assert len(named) >= 9
    for each in named:
        assert evidence.row(each)["status"] == "read", each


# ---------------------------------------------------------------- steps and rounding


def value_of(text: str) -> float:
    """Work the numbers of a step out, as a reader with a calculator would."""
    bare = re.sub(r"(mg/kg|mg/mL|min/h|mL/h|mcg|mg|mL|kg|cm|min|m)\b", "", text)
    bare = bare.replace("×", "*").replace("÷", "/").replace("−", "-").replace("²", "**2")
    assert re.fullmatch(r"[\d.\s()*/+-]+", bare), text
    return float(eval(bare))


#: Every way to dose, every vial, syringes and bags, slow and fast.
VARIED = [
    plain(
        **dict(
            zip(("weight_to_use", "vial_mg_per_ml", "final_volume_ml", "duration_min", "weight_kg"), each, strict=True)
        )
    )
    for each in itertools.product(("actual", "ideal", "adjusted"), (10, 50, 100), (50, 100), (40, 45), (55, 97.3))
]


@pytest.mark.parametrize("order", VARIED, ids=str)
def test_each_step_shows_numbers_that_give_its_result_and_only_the_last_round(order: Order) -> None:
    result = sums.plan(order)
    *steps, syringe, pump, check = result["steps"]
    for step in steps:
        assert all(step[name] for name in ("id", "label", "formula", "numbers", "shown", "unit", "rounding"))
        assert value_of(step["numbers"]) == pytest.approx(step["result"], rel=3e-3)
        assert float(step["shown"]) == pytest.approx(step["result"], abs=0.051 if step["id"] == "bmi" else 0.51e-4)
        assert step["rounding"].startswith("none") or step["id"] == "bmi"
    assert syringe["rounding"].startswith("once, here, to a mark of the smallest syringe")
    assert pump["rounding"].startswith("once, here, to 0.1 mL/h")
    assert syringe["result"] == result["settings"]["volume_drawn_ml"]
    assert pump["result"] == result["settings"]["pump_rate_ml_per_h"]
    assert check["id"] == "double_check"
    assert "order and the label of the vial" in check["formula"]


#: A volume and the mark that it is set to.
MARKS = {0.28: 0.28, 0.425: 0.43, 0.8215: 0.82, 0.5691: 0.57, 1: 1, 1.05: 1.1, 2.96: 3, 4.25: 4.2, 4.1: 4.2, 12.5: 13}


@pytest.mark.parametrize(("volume", "setting"), MARKS.items())
def test_a_syringe_is_set_to_its_nearest_mark_half_upwards(volume: float, setting: float) -> None:
    assert sums.syringe_setting(volume) == setting


def test_numbers_in_words_have_no_trailing_zero_and_always_a_leading_one() -> None:
    for order in VARIED:
        for text in re.findall(r"[\d.]+", json.dumps([step["numbers"] for step in sums.plan(order)["steps"]])):
            assert not re.search(r"\.\d*0$|^\.\d|\.$", text), text


def test_the_final_volume_is_the_total_and_the_diluent_gives_way_to_the_drug() -> None:
    result = sums.plan(plain(vial_mg_per_ml=10))
    assert result["figures"]["diluent_ml"] == pytest.approx(96.5)
    (step,) = [each for each in result["steps"] if each["id"] == "diluent"]
    assert "take that much out of the bag or syringe first" in step["formula"]


# ---------------------------------------------------------------- slips, said in words


@pytest.mark.parametrize(
    ("dose", "level", "words"),
    [
        (0.05, "caution", "below the 0.1 to 0.75 mg/kg described"),
        (0.1, "usual", "not above the usual 0.5 mg/kg"),
        (0.5, "usual", "not above the usual 0.5 mg/kg"),
        (0.6, "caution", "above the usual 0.5 mg/kg, within the 0.1 to 0.75 mg/kg described"),
        (0.75, "caution", "within the 0.1 to 0.75 mg/kg"),
        (0.9, "caution", "above the usual 0.5 mg/kg and above the 0.1 to 0.75 mg/kg described"),
        (1, "stop", "an anaesthetic dose: an airway emergency. Stop"),
        (1.1, "stop", "above any dose that the course's trials by vein used (at most 1 mg/kg)"),
        (5, "stop", "call for help (local protocol)"),
        (50, "stop", "an airway emergency"),
    ],
)
def test_how_large_a_dose_is_is_said_in_words(dose: float, level: str, words: str) -> None:
    said = sums.dose_in_words(dose * 70, 70)
    assert said["level"] == level
    assert words in said["text"]
    assert said["rows"]
    assert said["mg_per_kg"] == pytest.approx(dose)


def test_above_every_trial_but_below_an_anaesthetic_dose_has_words_of_its_own() -> None:
    said = sums.dose_in_words(56, 70, {"trial_high_mg_per_kg": 0.75, "trial_row": "some.trial"})
    assert said["level"] == "stop"
    assert "above any dose that the course's trials by vein used (at most 0.75 mg/kg)" in said["text"]
    assert "anaesthetic" not in said["text"]
    assert "some.trial" in said["rows"]


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (lambda: sums.vial_mistaken(35, 10, 100, 70), "10 times the order"),
        (lambda: sums.pounds_as_kilograms(154, 0.5), "2.2 times the order"),
        (lambda: sums.pump_rate_error(35, 100, 150, 400, 70), "2.67 times as fast"),
    ],
)
def test_a_slip_that_gives_too_much_says_stop_and_call_for_help(slip: Any, words: str) -> None:
    found = slip()
    assert words in found["text"]
    (warning,) = found["warnings"]
    assert warning["level"] == "stop"
    assert re.search(r"[Ss]top", warning["text"])
    assert "call for help (local protocol)" in warning["text"]


def test_a_weaker_vial_or_a_slower_pump_is_no_emergency_but_is_told() -> None:
    assert sums.vial_mistaken(35, 100, 10, 70)["factor"] == pytest.approx(0.1)
    assert "below the" in sums.vial_mistaken(35, 100, 10, 70)["warnings"][0]["text"]
    slow = sums.pump_rate_error(35, 100, 150, 15, 70)
    assert (slow["warnings"], slow["real_min"]) == ([], pytest.approx(400))
    assert "10 times as slow" in slow["text"]


def test_an_ideal_weight_above_the_scales_is_warned_of_and_the_real_dose_is_judged() -> None:
    result = sums.plan(plain(sex="male", height_cm=190, weight_kg=50, weight_to_use="ideal"))
    assert result["figures"]["dose_mg_per_actual_kg"] > 0.8
    said = [each["text"] for each in result["warnings"]]
    assert any("gives more than the person weighs" in each for each in said)
    assert any("above the usual 0.5 mg/kg" in each for each in said)


def test_which_weight_is_a_matter_for_the_local_protocol_and_a_faster_infusion_is_warned_of() -> None:
    assert "matter for the local protocol" in sums.plan(plain(weight_to_use="ideal"))["warnings"][0]["text"]
    said = sums.plan(plain(duration_min=20))["warnings"][0]
    assert "faster than the usual 40 min" in said["text"]
    assert said["rows"] == ["practice.dose.standard-time", "risk.warn.ketalar.respiratory"]


@pytest.mark.parametrize("volume", [0.2, 0.35])
def test_the_strongest_vial_is_never_given_undiluted(volume: float) -> None:
    with pytest.raises(
        ValueError, match=f"final_volume_ml is {volume} mL; allowed: .* less than 100 mg/mL.* dilute it first"
    ):
        sums.plan(plain(vial_mg_per_ml=100, final_volume_ml=volume))
    said = sums.plan(plain(vial_mg_per_ml=100))["warnings"][-1]
    assert "must not be given undiluted" in said["text"]
    assert said["rows"] == ["practice.preparation.label.100"]


# ---------------------------------------------------------------- two people


SHEET = {name: sums.plan(plain())["figures"][name] for name, _, _ in sums.FIGURES}


@pytest.mark.parametrize("name", SHEET)
@pytest.mark.parametrize(
    ("factor", "cause"),
    [(10, "Ten-fold: look at the decimal point"), (1 / 10, "Ten-fold"), (1000, "micrograms"), (2.2046, "pounds")],
)
def test_a_double_check_names_the_step_and_the_factor_and_a_likely_cause(name: str, factor: float, cause: str) -> None:
    found = sums.double_check(SHEET, SHEET | {name: SHEET[name] * factor})
    assert (found["agree"], found["first_difference"]) == (False, name)
    (apart,) = [each for each in found["compared"] if not each["agrees"]]
    assert apart["factor"] == pytest.approx(max(factor, 1 / factor))
    assert cause in apart["text"]
    assert apart["label"] in found["text"]


def test_a_figure_that_only_one_gave_is_not_checked_so_nothing_agrees() -> None:
    for first, second, who in ((SHEET, {"dose_mg": 35}, "second"), ({"dose_mg": 35}, SHEET, "first")):
        found = sums.double_check(first, second)
        assert not found["agree"]
        assert f"because the {who} person gave no figure" in found["compared"][-1]["text"]


@pytest.mark.parametrize(("exact", "rounded"), [(0.8215, 0.82), (4.25, 4.2), (0.425, 0.43), (0.28455, 0.28)])
def test_rounding_to_a_mark_is_no_difference_but_another_mark_is(exact: float, rounded: float) -> None:
    def agree(one: float, other: float) -> bool:
        return bool(sums.double_check({"volume_drawn_ml": one}, {"volume_drawn_ml": other})["agree"])

    assert agree(exact, rounded)
    assert agree(rounded, exact)
    assert not agree(exact, rounded * 1.1)


def test_an_attempt_is_compared_in_words_and_a_dangerous_one_is_warned_of() -> None:
    good = sums.compare_attempt(plain(), {"volume_drawn_ml": 0.7, "pump_rate_ml_per_h": 150})
    assert (good["agree"], good["warnings"]) == (True, [])
    bad = sums.compare_attempt(plain(), {"volume_drawn_ml": 7, "pump_rate_ml_per_h": 100})
    drawn, rate = (each["text"] for each in bad["compared"])
    assert "Yours is 10 times the worked figure" in drawn
    assert "It would hold 350 mg" in drawn
    assert "40 minutes are two thirds of an hour" in rate
    assert "would end after 60 min" in rate
    assert "airway emergency" in bad["warnings"][0]["text"]


# ---------------------------------------------------------------- wrong entries


BAD = [math.nan, math.inf, -math.inf, "70", "", True, False, None, [], {}, -70, 0, 1e300, 10**400]
ORDER_ARGUMENTS = ("weight_kg", "dose_mg_per_kg", "vial_mg_per_ml", "final_volume_ml", "duration_min")


def told(value: Any) -> str:
    """Return how a message tells a value, or the start of it."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        return f'"{value}"'
    return "no number" if isinstance(value, list | dict) else str(value)


@pytest.mark.parametrize("value", BAD, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("argument", [*ORDER_ARGUMENTS, "sex", "height_cm", "weight_to_use"])
def test_a_wrong_entry_is_named_with_its_value_and_what_is_allowed(argument: str, value: Any) -> None:
    order = plain(weight_to_use="ideal") | {argument: value}
    with pytest.raises(ValueError, match=re.escape(f"{argument} is {told(value)}") + r"( \S+)?; allowed: ") as raised:
        sums.plan(order)
    (problem,) = sums.problems(order)
    assert problem["argument"] == argument
    assert str(raised.value) == problem["message"]
    assert problem["text"].partition(" is ")[2] == problem["message"].partition(" is ")[2]
    json.dumps(sums.problems(order), allow_nan=False)


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        ("weight_kg", 39.9, "40 to 150 kg"),
        ("weight_kg", 150.1, "40 to 150 kg"),
        ("dose_mg_per_kg", 0.09, "0.1 to 1 mg/kg"),
        ("dose_mg_per_kg", 5, "0.1 to 1 mg/kg"),
        ("vial_mg_per_ml", 20, "10, 50 or 100 mg/mL"),
        ("final_volume_ml", 19, "20 to 500 mL"),
        ("final_volume_ml", 1000, "20 to 500 mL"),
        ("duration_min", 101, "2 to 100 min"),
        ("height_cm", 1.68, "120 to 220 cm"),
        ("sex", "f", "female or male"),
        ("weight_to_use", "lean", "actual, ideal or adjusted"),
    ],
)
def test_the_message_has_the_range_and_a_remedy(argument: str, value: Any, allowed: str) -> None:
    with pytest.raises(ValueError, match=f"allowed: {re.escape(allowed)}.* [A-Z].*") as raised:
        sums.plan(plain(**{argument: value}))
    assert str(value) in str(raised.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = {"weight_kg": None, "vial_mg_per_ml": 5, "duration_min": 0, "final_volume_ml": 3}
    assert {each["argument"] for each in sums.problems(plain(**wrong))} == set(wrong)


def test_a_misspelt_part_of_an_order_is_refused() -> None:
    with pytest.raises(ValueError, match=r"order\.weight is no part of it; allowed: sex, height_cm, weight_kg"):
        sums.plan(plain(weight=70))


@pytest.mark.parametrize("which", ["ideal", "adjusted"])
def test_below_the_formulas_height_only_the_actual_weight_is_used(which: str) -> None:
    with pytest.raises(
        ValueError, match=r"height_cm is 152\.3 cm; allowed: from 152\.4 cm .*dose by the actual weight"
    ):
        sums.plan(plain(height_cm=152.3, weight_to_use=which))
    result = sums.plan(plain(height_cm=150))
    assert (result["weights"]["ideal_kg"], result["weights"]["adjusted_kg"]) == (None, None)
    assert "not worked out" in result["warnings"][-1]["text"]


def test_a_rate_that_no_pump_reaches_is_refused() -> None:
    with pytest.raises(ValueError, match=r"final_volume_ml is 500 mL; allowed: at most 333 mL in 20 min\. .*999 mL/h"):
        sums.plan(plain(final_volume_ml=500, duration_min=20))


#: Each other function with good arguments, and the names of those that must be numbers in a range.
OTHERS: dict[str, tuple[list[Any], list[str | None]]] = {
    "body_mass_index": ([70, 168], ["weight_kg", "height_cm"]),
    "ideal_weight": (["female", 168], ["sex", "height_cm"]),
    "adjusted_weight": (["female", 168, 70], ["sex", "height_cm", "weight_kg"]),
    "syringe_setting": ([0.7], ["volume_ml"]),
    "pump_setting": ([150], ["rate_ml_per_h"]),
    "dose_in_words": ([35, 70], ["dose_mg", "weight_kg"]),
    "vial_mistaken": ([35, 10, 100], ["dose_mg", "believed_mg_per_ml", "real_mg_per_ml"]),
    "pump_rate_error": ([35, 100, 150, 400], ["dose_mg", "final_volume_ml", "ordered_ml_per_h", "set_ml_per_h"]),
    "pounds_as_kilograms": ([154, 0.5], ["weight_lb", "dose_mg_per_kg"]),
    "paused": ([35, 100, 150, 22], ["dose_mg", "final_volume_ml", "rate_ml_per_h", "elapsed_min"]),
    "waste": ([50, 10, 42.5], ["vial_mg_per_ml", "vial_volume_ml", "dose_mg"]),
    "line_volume": ([35, 100, 20], ["dose_mg", "final_volume_ml", "line_ml"]),
    "esketamine_devices": ([84], ["dose_mg"]),
}


@pytest.mark.parametrize("value", BAD, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize(
    ("function", "place"), [(name, place) for name, (good, _) in OTHERS.items() for place in range(len(good))]
)
def test_every_function_names_a_wrong_argument(function: str, place: int, value: Any) -> None:
    good, names = OTHERS[function]
    getattr(sums, function)(*good)
    if names[place] == "elapsed_min" and value == 0 and not isinstance(value, bool):
        return  # an infusion may be paused before it began
    with pytest.raises(ValueError, match=re.escape(f"{names[place]} is {told(value)}") + r"( \S+)?; allowed: "):
        getattr(sums, function)(*good[:place], value, *good[place + 1 :])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sums.paused(35, 100, 150, 41), "elapsed_min is 41 min; allowed: 0 to 40 min, when the infusion ends"),
        (lambda: sums.waste(10, 1, 42.5), "dose_mg is 42.5 mg; allowed: up to 10 mg, which the vial holds"),
        (lambda: sums.line_volume(35, 20, 25), "line_ml is 25 mL; allowed: up to the final volume of 20 mL"),
        (lambda: sums.esketamine_devices(70), "dose_mg is 70 mg; allowed: 28, 56 or 84 mg"),
        (lambda: sums.double_check({}, SHEET), "first has no figure; allowed: weight_used_kg, dose_mg"),
        (lambda: sums.double_check(SHEET, {"dose": 35}), "figures.dose is no part of it; allowed: weight_used_kg"),
        (
            lambda: sums.double_check(SHEET, SHEET | {"dose_mg": -1}),
            "second.dose_mg is -1 mg; allowed: a number of mg above 0",
        ),
        (lambda: sums.double_check(SHEET, [35]), "figures must be a dictionary with weight_used_kg"),
        (
            lambda: sums.compare_attempt(plain(), {"volume_drawn_ml": 1}),
            "attempt.pump_rate_ml_per_h is missing; allowed",
        ),
        (lambda: sums.plan(plain(), {"usual_mg_per_kg": "x"}), 'thresholds.usual_mg_per_kg is "x"; allowed'),
        (lambda: sums.plan(plain(), {"usual": 1}), "thresholds.usual is no part of it; allowed"),
        (lambda: sums.practice_csv({}), "result is no worked order; allowed: what plan or ready_solution returned"),
        (lambda: sums.practice_csv(None), "result is no worked order"),
        (lambda: sums.ready_solution(plain()), "order.final_volume_ml is no part of it"),
    ],
)
def test_what_else_is_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


# ---------------------------------------------------------------- people and the sheet


def test_six_made_up_people_differ_and_each_can_be_worked_out() -> None:
    people = sums.preset_patients()
    assert len({each["id"] for each in people}) == 6
    assert all(each["made_up"] for each in people)
    orders = [each["order"] for each in people]
    assert {order["sex"] for order in orders} == {"female", "male"}
    assert {order["vial_mg_per_ml"] for order in orders} == {10, 50, 100}
    indices = [sums.plan(order)["weights"]["bmi"] for order in orders]
    assert sum(index >= 30 for index in indices) >= 2
    assert min(indices) < 18.5
    assert any(
        order["height_cm"] < sums.DEVINE_FROM_CM and "79 years" in each["who"]
        for order, each in zip(orders, people, strict=True)
    )
    for each in people:
        assert f"{each['order']['height_cm']} cm, {each['order']['weight_kg']} kg" in each["who"]


def test_the_csv_says_first_that_it_is_for_practice_and_holds_each_step() -> None:
    for person in sums.preset_patients():
        result = sums.plan(person["order"])
        text = sums.practice_csv(json.loads(json.dumps(result)))
        assert "Practice only, not for patient care" in text.splitlines()[0]
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert rows[0] == [sums.NOTICE]
        assert "off-label" in rows[1][0]
        assert [row[0] for row in rows[2:10]] == ["order"] * 8
        assert ["order", "Weight", str(person["order"]["weight_kg"]), "kg"] in rows
        listed = rows[11 : 11 + len(result["steps"])]
        assert [row[1] for row in listed] == [step["label"] for step in result["steps"]]
        assert [row[4:6] for row in listed] == [[step["shown"], step["unit"]] for step in result["steps"]]
        assert [row[1] for row in rows[11 + len(listed) :]] == [each["text"] for each in result["warnings"]]


# ---------------------------------------------------------------- what always holds


#: The same examples each time; no deadline, since other work shares the machine.
examples = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def orders(*weights: str) -> st.SearchStrategy[Order]:
    """Return orders that can be worked out."""
    return st.fixed_dictionaries(
        {
            "sex": st.sampled_from(["female", "male"]),
            "height_cm": st.floats(152.4, 220),
            "weight_kg": st.floats(40, 150),
            "weight_to_use": st.sampled_from(weights or ["actual", "ideal", "adjusted"]),
            "dose_mg_per_kg": st.floats(0.1, 1),
            "vial_mg_per_ml": st.sampled_from([10, 50, 100]),
            "final_volume_ml": st.floats(20, 500),
            "duration_min": st.floats(2, 100),
        }
    ).filter(lambda order: not sums.problems(order))


@examples
@given(orders())
def test_the_figures_hold_together(order: Order) -> None:
    figures = sums.plan(order)["figures"]
    close = pytest.approx
    assert figures["pump_rate_ml_per_h"] * order["duration_min"] / 60 == close(order["final_volume_ml"])
    assert figures["final_concentration_mg_per_ml"] * order["final_volume_ml"] == close(figures["dose_mg"])
    assert figures["volume_drawn_ml"] * order["vial_mg_per_ml"] == close(figures["dose_mg"])
    assert figures["volume_drawn_ml"] + figures["diluent_ml"] == close(order["final_volume_ml"])
    assert figures["dose_rate_mg_per_h"] * order["duration_min"] / 60 == close(figures["dose_mg"])
    weight = figures["weight_used_kg"]
    assert figures["dose_rate_mcg_per_kg_min"] * weight * order["duration_min"] == close(1000 * figures["dose_mg"])
    assert figures["final_concentration_mg_per_ml"] < 100
    json.dumps(sums.plan(order), allow_nan=False)


@examples
@given(orders("actual"), st.floats(0.2, 5))
def test_the_dose_is_in_proportion_to_the_weight(order: Order, factor: float) -> None:
    assume(40 <= order["weight_kg"] * factor <= 150)
    other = order | {"weight_kg": order["weight_kg"] * factor}
    assume(not sums.problems(other))
    one, two = sums.plan(order)["figures"], sums.plan(other)["figures"]
    assert two["dose_mg"] == pytest.approx(one["dose_mg"] * factor)
    assert two["volume_drawn_ml"] == pytest.approx(one["volume_drawn_ml"] * factor)
    assert two["pump_rate_ml_per_h"] == one["pump_rate_ml_per_h"]


@examples
@given(orders())
def test_the_adjusted_weight_lies_between_the_ideal_and_the_actual(order: Order) -> None:
    weights = sums.plan(order)["weights"]
    low, high = sorted([weights["ideal_kg"], weights["actual_kg"]])
    assert low - 1e-9 <= weights["adjusted_kg"] <= high + 1e-9


@examples
@given(orders())
def test_what_is_set_lies_within_half_a_mark(order: Order) -> None:
    result = sums.plan(order)
    for name, half in (("volume_drawn_ml", None), ("pump_rate_ml_per_h", 0.05)):
        exact, setting = result["figures"][name], result["settings"][name]
        if half is None:
            half = 0.005 if exact <= 1 else 0.05 if exact <= 3 else 0.1 if exact <= 12 else 0.5
        assert abs(exact - setting) <= half + 1e-6


@examples
@given(orders(), st.data())
def test_a_double_check_accepts_the_same_and_catches_each_single_figure_that_was_changed(
    order: Order, data: Any
) -> None:
    result = sums.plan(order)
    sheet = {name: result["figures"][name] for name, _, _ in sums.FIGURES}
    assert sums.double_check(sheet, dict(sheet))["agree"]
    settings = {name: result["settings"][name] for name in ("volume_drawn_ml", "pump_rate_ml_per_h")}
    assert sums.double_check(sheet, sheet | settings)["agree"]
    name = data.draw(st.sampled_from(sorted(sheet)))
    factor = data.draw(st.sampled_from([1.5, 2, 2.2046, 5, 10, 60, 100, 1000]))
    changed = sheet | {name: sheet[name] * data.draw(st.sampled_from([factor, 1 / factor]))}
    assume(changed[name] >= 0.0001)  # what is smaller is no figure, and is refused
    for first, second in ((sheet, changed), (changed, sheet)):
        found = sums.double_check(first, second)
        assert (found["agree"], found["first_difference"]) == (False, name)


WHATEVER = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.text("0123456789.,e- ", max_size=5),
    st.lists(st.integers(), max_size=2),
)


@examples
@given(st.dictionaries(st.sampled_from([*sums.preset_patients()[0]["order"], "other"]), WHATEVER))
def test_whatever_is_entered_is_worked_out_or_refused_with_a_reason(changes: Order) -> None:
    try:
        text = json.dumps(sums.plan(plain(**changes)), allow_nan=False)
    except ValueError as error:
        text = str(error)
    assert '"steps"' in text or "allowed: " in text
