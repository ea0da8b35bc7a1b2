"""A table refuses what no source carries, and says which file, row and column is wrong and what to do."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from ketamine_course import evidence
from ketamine_course.evidence.table import sidecar_path


@pytest.fixture
def points(tmp_path: Path) -> Path:
    """A copy of the course's table of points, to be spoiled."""
    source = evidence.TABLES / "onset_points.csv"
    shutil.copy(sidecar_path(source), tmp_path)
    return Path(shutil.copy(source, tmp_path))


def spoil(table: Path, spoiled: str, /, **cells: str) -> None:
    """Overwrite cells of one row."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["row_id"] == spoiled:
            row.update(cells)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


ROW = "lii2023.ketamine.24h.madrs_response"


def test_a_sound_table_is_read_with_numbers_as_numbers_and_blanks_as_none(points: Path) -> None:
    row = next(row for row in evidence.read_table(points) if row.id == ROW)
    assert (row["value"], row["time_h"], row["n"], row["ci_low"]) == (60.0, 24.0, 20, None)


@pytest.mark.parametrize("column", ["reference", "read_at", "read_on", "reviewer", "status", "value"])
def test_a_blank_source_or_value_is_refused_naming_file_row_and_column(points: Path, column: str) -> None:
    spoil(points, ROW, **{column: ""})
    with pytest.raises(evidence.EvidenceError) as refusal:
        evidence.read_table(points)
    message = str(refusal.value)
    assert "onset_points.csv" in message
    assert ROW in message
    assert f"'{column}'" in message
    assert "read the source" in message


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"status": "memory"}, "none of read"),
        ({"value": "sixty"}, "not of type number"),
        ({"n": "20.5"}, "not of type integer"),
        ({"measure": "madrs"}, "none of madrs_response"),
        ({"read_on": "last week"}, "no date"),
    ],
)
def test_a_cell_that_cannot_be_trusted_is_refused(points: Path, cells: dict[str, str], said: str) -> None:
    spoil(points, ROW, **cells)
    with pytest.raises(evidence.EvidenceError, match=said):
        evidence.read_table(points)


def test_an_id_that_stands_twice_is_refused(points: Path) -> None:
    spoil(points, ROW, row_id="lii2023.saline.24h.madrs_response")
    with pytest.raises(evidence.EvidenceError, match="stands already on line"):
        evidence.read_table(points)


def test_a_row_with_an_unquoted_comma_is_refused(points: Path) -> None:
    text = points.read_text(encoding="utf-8").splitlines()
    text[3] += ",one more"
    points.write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(evidence.EvidenceError, match="not as many cells"):
        evidence.read_table(points)


def test_columns_that_differ_from_the_sidecar_are_refused(points: Path) -> None:
    points.write_text(points.read_text(encoding="utf-8").replace("time_h", "time_min", 1), encoding="utf-8")
    with pytest.raises(evidence.EvidenceError, match="header"):
        evidence.read_table(points)


def test_an_unknown_row_or_table_is_refused_with_the_places_searched() -> None:
    with pytest.raises(evidence.EvidenceError, match=r"onset_points\.csv"):
        evidence.row("nobody2099.ketamine")
    with pytest.raises(evidence.EvidenceError, match="the tables are"):
        evidence.table("nothing")


def test_no_row_is_given_out_of_a_sidecar_that_admits_memory() -> None:
    for name in evidence.names():
        sidecar = json.loads(sidecar_path(evidence.table_path(name)).read_text(encoding="utf-8"))
        status = next(field for field in sidecar["schema"]["fields"] if field["name"] == "status")
        assert set(status["constraints"]["enum"]) <= {"read", "judged", "computed"}
