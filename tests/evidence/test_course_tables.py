"""The course's own tables: schema, digest, references, provenance, and the traps of their sources."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from frictionless import Resource, system
from pybtex.database import parse_file

from ketamine_course import evidence
from ketamine_course.evidence.table import sha256, sidecar_path

PATHS = sorted(evidence.TABLES.glob("*.csv"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_table_is_valid_by_its_sidecar(path: Path) -> None:
    with system.use_context(trusted=True):
        report = Resource.from_descriptor(str(sidecar_path(path))).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_sidecar_says_what_who_and_under_which_licence(path: Path) -> None:
    sidecar = json.loads(sidecar_path(path).read_text(encoding="utf-8"))
    assert sidecar["title"]
    assert sidecar["licenses"][0]["name"] == "CC-BY-4.0"
    assert sidecar["sources"]
    assert all(field["description"] for field in sidecar["schema"]["fields"])
    timed = [field for field in sidecar["schema"]["fields"] if field["name"].endswith("_h")]
    assert all(field["unit"] == "h" for field in timed)
    assert sidecar["hash"] == sha256(path), "the table changed: review it, then run `make seal`"


def test_every_reference_resolves_and_none_is_superfluous(root: Path) -> None:
    keys = set(parse_file(str(root / "book" / "references.bib"), bib_format="bibtex").entries)
    used = {row["reference"] for name in evidence.names() for row in evidence.table(name)}
    cited = {
        key
        for page in (root / "book").glob("*.md")
        for group in re.findall(r"\{footcite:\w+\}`([^`]+)`", page.read_text(encoding="utf-8"))
        for key in group.split(",")
    }
    assert used | cited == keys


def test_addresses_of_references_are_as_a_browser_takes_them(root: Path) -> None:
    entries = parse_file(str(root / "book" / "references.bib"), bib_format="bibtex").entries
    for key, entry in entries.items():
        assert "\\" not in entry.fields.get("url", "") + entry.fields.get("doi", ""), key


def test_no_row_names_a_third_party_copy() -> None:
    """Addresses are of papers, publishers, services and governments only."""
    allowed = re.compile(
        r"https://(pmc\.ncbi\.nlm\.nih\.gov|(pubmed|www)\.ncbi\.nlm\.nih\.gov|doi\.org|([a-z0-9-]+\.)*"
        r"(psychiatryonline\.org|psychiatrist\.com|cochranelibrary\.com|cambridge\.org|biomedcentral\.com|wyo\.gov"
        r"|samaritans\.org|merrionstreet\.ie|lifelineh2h\.org\.au|newswire\.ca|findahelpline\.com|befrienders\.org"
        r"|utsouthwestern\.elsevierpure\.com|scholars\.duke\.edu|repository\.uantwerpen\.be|plus\.mcmaster\.ca|springer\.com|bmj\.com"
        r"))/"
    )
    for name in evidence.names():
        for row in evidence.table(name):
            assert row["read_url"] is None or allowed.match(row["read_url"]), (name, row.id, row["read_url"])


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
    bounded = [
        row
        for name in ("onset_points", "onset_events", "onset_facts")
        for row in evidence.table(name)
        if row["ci_low"] is not None and row["ci_high"] is not None
    ]
    assert len(bounded) >= 20
    for row in bounded:
        assert row["ci_low"] <= row["value"] <= row["ci_high"], row.id


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
