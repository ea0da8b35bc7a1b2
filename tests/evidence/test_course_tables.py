"""The course's own tables: schema, digest, references, provenance, and the traps of their sources."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from frictionless import Resource, system
from pybtex.database import parse_file

from ketamine_course import evidence
from ketamine_course.evidence.table import sha256, sidecar_path

PATHS = sorted(evidence.TABLES.glob("*.csv"))
ALL_PATHS = [*PATHS, *sorted(evidence.DERIVED.glob("*.csv"))]

#: Columns that name rows, of whichever table.
ROW_IDS = ("conflicts_with", "row_ids", "result_ids", "same_as", "model_id", "trial_id")


def sidecar(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sidecar_path(path).read_text(encoding="utf-8"))
    return found


def all_rows() -> Iterator[evidence.Row]:
    for name in evidence.names():
        yield from evidence.table(name)


def named(row: evidence.Row, column: str) -> list[str]:
    return (row.get(column) or "").split()


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: path.stem)
def test_the_table_is_valid_by_its_sidecar(path: Path) -> None:
    with system.use_context(trusted=True):
        report = Resource.from_descriptor(str(sidecar_path(path))).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_sidecar_says_what_who_when_and_under_which_licence(path: Path) -> None:
    said = sidecar(path)
    assert said["title"]
    assert said["licenses"][0]["name"] == "CC-BY-4.0"
    assert said["sources"]
    assert said["reviewed"] < said["review_by"]
    assert all(field["description"] for field in said["schema"]["fields"])
    assert said["hash"] == sha256(path), "the table changed: review it, then run `make seal`"


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: path.stem)
def test_every_column_of_numbers_has_a_unit(path: Path) -> None:
    fields = sidecar(path)["schema"]["fields"]
    for field in fields:
        if field["type"] in ("number", "integer"):
            assert field.get("unit", "").strip(), (path.name, field["name"])
        if field["name"].endswith("_h"):
            # A pump's rate and a dose's are for each hour; every other column of that ending is a time.
            assert field["unit"] == {"pump_rate_ml_per_h": "mL/h", "dose_rate_mg_per_h": "mg/h"}.get(field["name"], "h")


def test_a_number_whose_column_leaves_the_unit_to_the_row_has_one_there() -> None:
    for path in ALL_PATHS:
        elsewhere = [f["name"] for f in sidecar(path)["schema"]["fields"] if f.get("unit") == "see column unit"]
        for row in evidence.table(path.stem):
            if "unit" in row and any(row[name] is not None for name in elsewhere):
                assert row["unit"], (path.name, row.id)


def test_a_row_was_read_judged_or_computed_as_its_table_says() -> None:
    statuses = {path.stem: {row["status"] for row in evidence.table(path.stem)} for path in ALL_PATHS}
    assert statuses.pop("dose_cases") == {"computed"}
    assert statuses.pop("pooled_effects") == {"computed"}
    assert statuses.pop("claims") == {"judged"}
    assert set(map(frozenset, statuses.values())) == {frozenset({"read"})}


def test_every_id_stands_once_in_all_tables() -> None:
    counted = Counter(row.id for row in all_rows())
    assert [row_id for row_id, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("column", ROW_IDS)
def test_every_row_that_is_named_exists_and_none_names_itself(column: str) -> None:
    known = {row.id for row in all_rows()}
    found = 0
    for row in all_rows():
        if column == next(iter(row)):  # the row's own id
            continue
        for each in named(row, column):
            assert each in known, (row.table, row.id, column, each)
            assert each != row.id, (row.table, row.id, column)
            found += 1
    assert found > 0


def test_models_and_trials_that_are_named_stand_in_their_own_tables() -> None:
    for table, column, of in (
        ("pk_parameters", "model_id", "pk_models"), ("trial_results", "trial_id", "trials"),
        ("published_effects", "result_ids", "trial_results"), ("pooled_effects", "result_ids", "trial_results"),
    ):  # fmt: skip
        there = {row.id for row in evidence.table(of)}
        assert {each for row in evidence.table(table) for each in named(row, column)} <= there, table


def test_rows_that_conflict_name_each_other() -> None:
    pairs = {(row.id, each) for row in all_rows() for each in named(row, "conflicts_with")}
    assert len(pairs) > 100
    assert {(other, one) for one, other in pairs} - pairs == set()


def test_every_reference_resolves_and_none_is_superfluous(root: Path) -> None:
    keys = set(parse_file(str(root / "book" / "references.bib"), bib_format="bibtex").entries)
    used = {key for row in all_rows() for column in ("reference", "references") for key in named(row, column)}
    cited = {
        key.strip()
        for page in (root / "book").rglob("*.md")
        for group in re.findall(r"\{footcite:\w+\}`([^`]+)`", page.read_text(encoding="utf-8"))
        for key in group.split(",")
    }
    assert used | cited == keys


def test_addresses_of_references_are_as_a_browser_takes_them(root: Path) -> None:
    entries = parse_file(str(root / "book" / "references.bib"), bib_format="bibtex").entries
    for key, entry in entries.items():
        assert "\\" not in entry.fields.get("url", "") + entry.fields.get("doi", ""), key


#: Who speaks at each host that a row may send a reader to. A host is added after somebody judged it: publishers,
#: regulators, professional bodies, universities, registries, public services, and makers on their own medicine.
#: Never a mirror, a newspaper, a wiki, an aggregator or an advertisement of a clinic.
HOSTS = """
abstracts.cochrane.org
accessdata.fda.gov
ajp.psychiatryonline.org
apna.org
asahq.org
asra.com
azbn.gov
befrienders.org
bmcpsychiatry.biomedcentral.com
bmj.com
build.fhir.org
cambridge.org
cochranelibrary.com
cps.sk.ca
cpsbc.ca
cpsm.mb.ca
cris.tau.ac.il
cssrs.columbia.edu
dailymed.nlm.nih.gov
dmd.aspetjournals.org
doi.org
dtb.bmj.com
ebm.bmj.com
ebmh.bmj.com
elifesciences.org
ema.europa.eu
eurekalert.org
findahelpline.com
frontiersin.org
gov.uk
govinfo.gov
health.wyo.gov
hkmj.org
hl7.org
html.scirp.org
ids-qids.org
jamanetwork.com
janssen-pi.co.uk
janssenscience.com
jci.org
jhu.pure.elsevier.com
jneurosci.org
jnjmedicalconnect.com
journals.plos.org
karger.com
katacanada.org
legislation.gov.uk
lifelineh2h.org.au
link.springer.com
mdpi.com
mecp.springeropen.com
medrxiv.org
merrionstreet.ie
nature.com
ncbi.nlm.nih.gov
nctr-crs.fda.gov
newswire.ca
nice.org.uk
nursingcenter.com
outreach.cheo.on.ca
oxfordhealth.nhs.uk
pfizermedicalinformation.com
pmc.ncbi.nlm.nih.gov
postersmysell.psych.hms.harvard.edu
psnet.ahrq.gov
psychiatrist.com
psychiatryonline.org
pubmed.ncbi.nlm.nih.gov
pubs.asahq.org
pure.johnshopkins.edu
qualitysafety.bmj.com
rcemlearning.co.uk
researchers.mq.edu.au
researchinformation.amsterdamumc.org
researchsquare.com
samaritans.org
science.sciencemag.org
scottishmedicines.org.uk
secure4.compliancebridge.com
spravato.com
spravatohcp.com
spravatorems.com
springermedizin.de
talks.ox.ac.uk
tga.gov.au
tijdschriftvoorpsychiatrie.nl
who.int
""".split()


def test_no_row_names_a_third_party_copy() -> None:
    addresses = [(row.table, row.id, urlsplit(row["read_url"])) for row in all_rows() if row.get("read_url")]
    assert len(addresses) > 1000
    assert [each for each in addresses if each[2].scheme != "https"] == []
    assert [each for each in addresses if each[2].netloc.removeprefix("www.") not in HOSTS] == []


def test_the_hosts_are_sorted_and_each_stands_once() -> None:
    assert sorted(set(HOSTS)) == HOSTS


def points(**wanted: object) -> list[evidence.Row]:
    return [
        row for row in evidence.table("onset_points") if all(row[column] == value for column, value in wanted.items())
    ]


def test_shares_agree_with_their_counts() -> None:
    checked = 0
    for row in points(unit="percent"):
        assert 0 <= row["value"] <= 100
        if row["events"] is not None:
            assert row["value"] == pytest.approx(100 * row["events"] / row["n"], abs=0.51), row.id
            checked += 1
    assert checked >= 30


def test_intervals_hold_their_value() -> None:
    bounded = 0
    for row in all_rows():
        value = row["difference"] if "difference" in row else row.get("value")
        low, high = row.get("ci_low"), row.get("ci_high")
        assert (low is None) == (high is None), (row.table, row.id, "an interval with one end")
        if low is not None and high is not None:
            assert value is not None, (row.table, row.id)
            assert low <= value <= high, (row.table, row.id)
            bounded += 1
    assert bounded >= 140


def test_a_range_runs_upwards() -> None:
    ranges = [row for row in all_rows() if row.get("value_high") is not None]
    assert len(ranges) >= 50
    for row in ranges:
        assert row["value"] < row["value_high"], (row.table, row.id)


def test_remission_thresholds_are_measures_of_their_own() -> None:
    assert {row["reference"] for row in points(measure="madrs_remission_12")}.isdisjoint(
        row["reference"] for row in points(measure="madrs_remission_10")
    )


def test_conditional_retracted_and_contradictory_figures_are_absent() -> None:
    references = {row["reference"] for row in evidence.table("onset_points")}
    assert references.isdisjoint({"nierenberg2000", "henssler2018", "tedeschini2011", "larkin2011", "talati2019"})
    assert not points(row_id="lii2023.saline.168h.madrs_remission_12")


def test_a_treated_arm_under_a_blind_has_its_control_beside_it_or_says_why() -> None:
    for row in points(arm_role="treatment"):
        if row["design"] == "open" or "no placebo arm" in (row["comparator"] or ""):
            continue
        assert points(pair=row["pair"], measure=row["measure"], time_h=row["time_h"], arm_role="control"), row.id


def arms(row: evidence.Row) -> Iterator[tuple[str, int | None, int | None]]:
    for arm in ("active", "control"):
        if f"{arm}_events" in row:
            yield arm, row[f"{arm}_events"], row[f"{arm}_n"]


def test_nobody_has_an_event_who_is_not_in_the_arm() -> None:
    counted = 0
    for row in all_rows():
        for arm, events, n in arms(row):
            assert (events is None) == (n is None) or row.table == "adverse_events", (row.table, row.id, arm)
            if events is not None and n is not None:
                assert 0 <= events <= n, (row.table, row.id, arm)
                counted += 1
    assert counted > 300


def test_no_result_counts_more_people_than_its_trial_has() -> None:
    sizes = {row.id: {"active": row["n_active"], "control": row["n_control"]} for row in evidence.table("trials")}
    compared = 0
    for row in evidence.table("trial_results"):
        for arm, _, n in arms(row):
            size = sizes[row["trial_id"]][arm]
            if n is not None and size is not None:
                assert n <= size, (row.id, arm)
                compared += 1
    assert compared >= 40


#: Printed shares that do not follow from the counts printed beside them; the row's note says so.
MISPRINTED = {"ae.fedgchin2019.numbness"}


def test_shares_of_adverse_events_agree_with_their_counts() -> None:
    checked = 0
    for row in evidence.table("adverse_events"):
        for arm, events, n in arms(row):
            percent = row[f"{arm}_percent"]
            if None in (events, n, percent):
                continue
            # A share with a decimal was printed to one; a whole one may have been printed without.
            rounding = 0.051 if percent % 1 else 0.501
            agrees = abs(100 * events / n - percent) <= rounding
            if row.id in MISPRINTED and not agrees:
                assert f"{events} of {n} is {100 * events / n:.1f}" in row["note"]
                continue
            assert agrees, (row.id, arm, events, n, percent)
            checked += 1
    assert checked >= 150


def point_of(result: evidence.Row, role: str) -> evidence.Row | None:
    """Return the onset point for one arm of a trial's result, or for its difference; ``None`` if there is none."""
    measure = {
        ("response", "at least 50 % fall"): "madrs_response",
        ("response", "at least 50 % below the screening score"): "madrs_response",
        ("remission", "MADRS at most 12"): "madrs_remission_12",
        ("remission", "MADRS at most 10"): "madrs_remission_10",
        ("symptom difference", None): "madrs_difference",
    }.get((result["outcome"], result["threshold"]))
    if result["scale"] != "MADRS" or measure is None:
        return None
    found = points(reference=result["reference"], measure=measure, time_h=result["time_h"], arm_role=role)
    dose = re.search(r"_(28|56|84)$", result["trial_id"])
    if dose and role != "control":
        found = [row for row in found if re.search(rf"\D{dose[1]}(?!\d)", row.id)]
    assert len(found) <= 1, (result.id, role, [row.id for row in found])
    return found[0] if found else None


def test_trials_and_onset_points_print_the_same_figures_for_the_same_people() -> None:
    shares = differences = 0
    for result in evidence.table("trial_results"):
        for (arm, events, n), role in zip(arms(result), ("treatment", "control"), strict=True):
            point = point_of(result, role)
            if n is None or events is None or point is None:
                continue
            assert point["value"] == pytest.approx(100 * events / n, abs=0.51), (result.id, arm, point.id)
            assert point["events"] in (None, events), (result.id, arm, point.id)
            assert point["n"] in (None, n), (result.id, arm, point.id)
            shares += 1
        point = point_of(result, "difference")
        if point is not None and result["difference"] is not None:
            assert point["value"] == result["difference"], (result.id, point.id)
            if point["ci_low"] is not None and result["ci_low"] is not None:
                assert (point["ci_low"], point["ci_high"]) == (result["ci_low"], result["ci_high"]), result.id
            differences += 1
    assert shares >= 20
    assert differences >= 10


def test_the_default_kinetic_model_is_complete() -> None:
    rows = {row["parameter"]: row for row in evidence.table("pk_parameters") if row["model_id"] == "fanta_otto"}
    volumes = {"V1": 133, "Vp1": 187, "Vp2": 98.8, "Vn": 98.638, "Vpn": 160.04}
    clearances = {"CL": 95.2, "Q1": 23.2, "Q2": 157, "CLn": 57.72, "Qn": 42.778}
    spread = {
        "var_V1": 0.084177, "var_CL": 0.026048, "cov_V1_CL": 0.02261,
        "var_Vn": 0.040426, "var_CLn": 0.10319, "cov_Vn_CLn": 0.04456,
    }  # fmt: skip
    for wanted, unit in ((volumes, "L"), (clearances, "L/h")):
        assert {name: (rows[name]["value"], rows[name]["unit"]) for name in wanted} == {
            name: (value, unit) for name, value in wanted.items()
        }
    assert {name: rows[name]["value"] for name in spread} == spread
    for one, other in (("V1", "CL"), ("Vn", "CLn")):
        # Else no two logarithms can vary together like this, and drawing people from them would fail.
        assert spread[f"cov_{one}_{other}"] ** 2 < spread[f"var_{one}"] * spread[f"var_{other}"]
    # The allometry and the complete conversion that the numbers above are to be used with.
    assert {name: rows[name]["value"] for name in ("exponent_V1", "exponent_CL", "fraction_formed")} == {
        "exponent_V1": 1, "exponent_CL": 0.75, "fraction_formed": 1
    }  # fmt: skip


def texts() -> Iterator[tuple[evidence.Row, str, str]]:
    """Yield every text of every table, without addresses and keys."""
    for row in all_rows():
        for column, value in row.items():
            if isinstance(value, str) and column not in ("read_url", "reference", "references", *ROW_IDS):
                yield row, column, value


def test_the_retracted_trial_is_in_no_row() -> None:
    """Larkin 2011 was retracted; only the book's prose says so."""
    for row in all_rows():
        for column, value in row.items():
            assert "larkin" not in str(value).lower(), (row.table, row.id, column)


#: Words that make a person their illness or their act, or judge.
UNKIND = re.compile(
    r"\b(addicts?|abusers?|junkies?|alcoholics?|schizophrenics?|bipolars|depressives|the (depressed|mentally ill)"
    r"|(ketamine|drug) users?|suffer(s|ed|ing|ers?)?|victims?|afflicted|(commit\w*|completed|successful|failed) suicide"
    r"|suicides? attempters?|treatment failures?|failed (the )?treatment|non-?compliant|crazy|insane)\b",
    re.IGNORECASE,
)


def test_people_come_before_their_illness() -> None:
    found = [(row.table, row.id, column, match[0]) for row, column, text in texts() if (match := UNKIND.search(text))]
    assert found == []


def test_the_search_for_unkind_words_finds_them() -> None:
    for said in ("He committed suicide.", "An addict relapsed.", "She suffers from it.", "Ketamine users"):
        assert UNKIND.search(said), said
    for said in ("addiction and misuse", "death by suicide", "service users", "people with bipolar depression"):
        assert not UNKIND.search(said), said


def devine_kg(sex: str, height_cm: float) -> float:
    """Return the ideal weight by Devine (Drug Intell Clin Pharm 1974;8:650)."""
    return {"male": 50.0, "female": 45.5}[sex] + 2.3 * (height_cm / 2.54 - 60)


def weight_kg(row: evidence.Row) -> float:
    """Return the weight that the row's formula gives, unrounded."""
    actual = float(row["actual_weight_kg"])
    kind = row["weight_formula"].split()[0]
    if kind == "actual":
        return actual
    ideal = devine_kg(row["sex"], row["height_cm"])
    return {"ideal": ideal, "adjusted": ideal + 0.4 * (actual - ideal)}[kind]


def numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]


ORDERS = [row for row in evidence.table("dose_cases") if row["kind"] != "find the error"]
ERRORS = {row.id: row for row in evidence.table("dose_cases") if row["kind"] == "find the error"}


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.id)
def test_an_order_is_worked_out_from_weight_dose_vial_volume_and_time(row: evidence.Row) -> None:
    weight = weight_kg(row)
    dose = row["dose_mg_per_kg"] * weight
    drawn = dose / row["vial_mg_per_ml"]
    # A ready solution is not diluted: what is infused is what was drawn.
    volume = drawn if row["kind"].startswith("fixed") else row["final_volume_ml"]
    hours = row["duration_min"] / 60
    for column, again in (
        ("weight_used_kg", weight), ("dose_mg", dose), ("volume_drawn_ml", drawn), ("final_volume_ml", volume),
        ("final_concentration_mg_per_ml", dose / volume), ("pump_rate_ml_per_h", volume / hours),
        ("dose_rate_mg_per_h", dose / hours), ("dose_rate_mcg_per_kg_min", 1000 * dose / weight / (60 * hours)),
    ):  # fmt: skip
        # The table prints four decimals.
        assert row[column] == pytest.approx(again, abs=0.51e-4), column
    # The answer prints three significant digits of what is drawn and two decimals of the others.
    said_dose, said_drawn, said_rate = numbers(row["answer"])
    assert said_dose == pytest.approx(dose, abs=0.0051)
    assert said_drawn == pytest.approx(drawn, abs=0.00051)
    assert said_rate == pytest.approx(volume / hours, abs=0.0051)


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.id)
def test_the_exercise_asks_with_the_rows_own_inputs(row: evidence.Row) -> None:
    asked = numbers(row["question"])
    inputs = ["actual_weight_kg", "dose_mg_per_kg", "duration_min", "vial_mg_per_ml"]
    if row["height_cm"] is not None:
        inputs.append("height_cm")
    for column in inputs:
        assert row[column] in asked, column
    if row["weight_formula"] != "actual":
        assert row["weight_formula"].split()[0] in row["question"]
    if row["sex"]:
        assert row["question"].startswith({"male": "A man", "female": "A woman"}[row["sex"]])
        metres = row["height_cm"] / 100
        index, ideal = numbers(row["note"])[:2]
        assert index == pytest.approx(row["actual_weight_kg"] / metres**2, abs=0.051)
        assert ideal == pytest.approx(devine_kg(row["sex"], row["height_cm"]), abs=0.051)


#: For each error: the row's numbers and the answer's, worked out from the exercise's words alone.
LB_KG = 0.45359237
FOUND = {
    # 3.5 mL of 100 mg/mL, where 35 mg were ordered for 70 kg
    "F1": ({"dose_mg": 3.5 * 100, "dose_mg_per_kg": 3.5 * 100 / 70, "volume_drawn_ml": 3.5, "vial_mg_per_ml": 100,
            "actual_weight_kg": 70, "weight_used_kg": 70}, [350, 350 / 70]),
    # 100 mL at 400 mL/h instead of 150 mL/h
    "F2": ({"duration_min": 100 / 400 * 60, "pump_rate_ml_per_h": 400, "dose_rate_mg_per_h": 35 / (100 / 400),
            "dose_rate_mcg_per_kg_min": 35_000 / 70 / (100 / 400 * 60), "final_concentration_mg_per_ml": 35 / 100,
            "final_volume_ml": 100, "dose_mg": 35, "dose_mg_per_kg": 35 / 70, "actual_weight_kg": 70,
            "weight_used_kg": 70}, [15, 40, 0.5 / 15, 0.5 / 40, 400 / 150]),
    # 154 lb taken for 154 kg, at 0.5 mg/kg
    "F3": ({"actual_weight_kg": 154 * LB_KG, "weight_used_kg": 154, "dose_mg": 77,
            "dose_mg_per_kg": 77 / (154 * LB_KG)},
           [77, 0.5 * 154 * LB_KG, 77 / (154 * LB_KG), 1 / LB_KG, 154, 154 * LB_KG]),
    # 35 mg in 100 mL at 150 mL/h, paused after 22 min
    "F4": ({"dose_mg": 35 / 100 * 150 * 22 / 60, "final_volume_ml": 100, "final_concentration_mg_per_ml": 35 / 100,
            "duration_min": 22, "pump_rate_ml_per_h": 150, "dose_rate_mg_per_h": 35 / 100 * 150},
           [19.25, 150 * 22 / 60, 100 - 150 * 22 / 60, 35 - 19.25]),
    # 42.5 mg of a vial of 500 mg in 10 mL
    "F5": ({"dose_mg": 42.5, "vial_mg_per_ml": 500 / 10, "volume_drawn_ml": 42.5 / 50},
           [42.5 / 50, 500 - 42.5, 10 - 42.5 / 50]),
    # 20 mL of 35 mg in 100 mL stay in the line
    "F6": ({"dose_mg": 35, "final_volume_ml": 100, "final_concentration_mg_per_ml": 35 / 100}, [20 * 35 / 100, 20]),
    # 84 mg in devices of 28 mg with two sprays each
    "F7": ({"dose_mg": 84}, [84 / 28, 84 / 28 * 2]),
}  # fmt: skip


@pytest.mark.parametrize("row_id", FOUND)
def test_an_error_is_worked_out_from_the_words_of_the_exercise(row_id: str) -> None:
    row = ERRORS[row_id]
    columns, said = FOUND[row_id]
    printed = {name: value for name, value in row.items() if isinstance(value, float)}
    assert printed == pytest.approx(columns, abs=0.51e-4)
    for found, again in zip(numbers(row["answer"]), said, strict=True):
        assert found == pytest.approx(again, rel=5e-3), row["answer"]


def test_every_error_is_worked_out() -> None:
    assert set(ERRORS) == set(FOUND)


CLAIMS = evidence.table("claims")


def test_there_are_sixty_seven_claims_each_with_a_verdict_and_references() -> None:
    assert len(CLAIMS) == 67
    assert {row["verdict"] for row in CLAIMS} == {"supported", "partly", "misleading", "unsupported"}
    assert all(named(row, "references") for row in CLAIMS)
    # One claim is borne out by its references alone.
    assert sum(not named(row, "row_ids") for row in CLAIMS) <= 1


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: row.id)
def test_a_claim_names_no_clinic_or_article_and_its_evidence_types_no_result(row: evidence.Row) -> None:
    # A digit in a name, such as SV2A, is no result.
    assert re.findall(r"(?<![A-Za-z])\d\S*", row["evidence"]) == []
    for column in ("claim", "evidence", "note"):
        # Claims are in the course's own words: nothing is quoted, so nobody is singled out.
        assert not re.search(r"https?:|www\.|\.(com|org|net)\b|[\"“”„«»]", row[column] or ""), column


def test_claims_that_say_the_same_are_judged_the_same() -> None:
    verdicts = {row.id: row["verdict"] for row in CLAIMS}
    pairs = [(row.id, each) for row in CLAIMS for each in named(row, "same_as")]
    assert len(pairs) >= 10
    assert [pair for pair in pairs if verdicts[pair[0]] != verdicts[pair[1]]] == []


def test_a_claim_is_borne_out_by_rows_of_other_tables() -> None:
    of_claims = {row.id for row in CLAIMS}
    assert all(of_claims.isdisjoint(named(row, "row_ids")) for row in CLAIMS)
