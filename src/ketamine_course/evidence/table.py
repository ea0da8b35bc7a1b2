"""Reading a table with its sidecar, and refusing a row that no source carries.

Standard library only, because the labs must also run where nothing else can be had.
The full schema check (frictionless) runs in the tests.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parent / "tables"

#: Tables that ``ketamine-course derive`` works out from the others; not kept in the repository.
DERIVED = Path(__file__).parent / "derived"

#: What each status means, and the columns that a row of that status must fill.
_STATUSES = {
    "read": ("reference", "read_at", "read_on"),  # somebody read it at the source that the row names
    "judged": ("references", "reviewed_on"),  # the editors weighed what other rows say
    "computed": (),  # worked out from other rows or from the row's own columns; tests work it out again
}
_PARSERS = {"number": float, "integer": int, "string": str}


class EvidenceError(ValueError):
    """A table that cannot be trusted: names the file, the row, the column and the remedy."""


class Row(dict[str, Any]):
    """One published figure: column name to value, ``None`` where the cell is blank.

    ``table`` is the table's name and ``line`` the line of the CSV file, for messages.
    """

    def __init__(self, values: dict[str, Any], table: str, line: int) -> None:
        super().__init__(values)
        self.table = table
        self.line = line

    @property
    def id(self) -> str:
        """The stable name of the row: its first column."""
        return str(next(iter(self.values())))


def sidecar_path(csv_path: Path) -> Path:
    """Return the path of the sidecar that belongs to a table."""
    return csv_path.with_suffix(".resource.json")


def sha256(csv_path: Path) -> str:
    """Return the digest that a sidecar carries as ``hash``, in the form ``sha256:HEX``."""
    return "sha256:" + hashlib.sha256(csv_path.read_bytes()).hexdigest()


def read_table(csv_path: Path) -> list[Row]:
    """Return the rows of one table, with numbers as numbers and blanks as ``None``.

    Raises EvidenceError, naming file, row and column, if the columns differ from the
    sidecar's, a cell that the sidecar or the row's status requires is blank, a cell is
    not of its column's type, a row was neither read at a source nor worked out from
    rows that were, or an id stands twice.
    """
    fields = json.loads(sidecar_path(csv_path).read_text(encoding="utf-8"))["schema"]["fields"]
    with csv_path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        expected = [field["name"] for field in fields]
        if reader.fieldnames != expected:
            raise EvidenceError(
                f"{csv_path.name}, header: the columns are {reader.fieldnames}, but the sidecar "
                f"{sidecar_path(csv_path).name} names {expected}; make the two agree"
            )
        rows: list[Row] = []
        seen: dict[str, int] = {}
        for cells in reader:
            # For a quoted cell with line breaks this is the row's last line.
            row = _checked_row(cells, fields, csv_path, reader.line_num)
            if row.id in seen:
                raise EvidenceError(
                    f"{csv_path.name}, row {row.id!r} (line {row.line}), column {expected[0]!r}: "
                    f"the id stands already on line {seen[row.id]}; give each row its own"
                )
            seen[row.id] = row.line
            rows.append(row)
    return rows


def _checked_row(cells: dict[str, Any], fields: list[dict[str, Any]], csv_path: Path, line: int) -> Row:
    row_name = cells[fields[0]["name"]] or "without an id"

    def refuse(column: str, why: str) -> EvidenceError:
        return EvidenceError(f"{csv_path.name}, row {row_name!r} (line {line}), column {column!r}: {why}")

    if None in cells or None in cells.values():
        raise refuse(fields[-1]["name"], "the row has not as many cells as the header; quote cells with commas")
    values: dict[str, Any] = {}
    for field in fields:
        name, text = field["name"], cells[field["name"]].strip()
        constraints = field.get("constraints", {})
        if not text:
            if constraints.get("required"):
                raise refuse(name, "the cell is blank; read the source and fill it in, or remove the row")
            values[name] = None
            continue
        try:
            values[name] = _PARSERS[field["type"]](text)
        except ValueError:
            raise refuse(name, f"{text!r} is not of type {field['type']}; correct the cell") from None
        if "enum" in constraints and values[name] not in constraints["enum"]:
            raise refuse(name, f"{text!r} is none of {', '.join(constraints['enum'])}; correct the cell")
    if values["status"] not in _STATUSES:
        raise refuse("status", f"{values['status']!r} means that nobody read it at a source; read it or remove the row")
    for name in _STATUSES[values["status"]]:
        if values.get(name) is None:
            raise refuse(name, f"blank or absent, but a row that was {values['status']} names it; fill it in")
    for name in ("read_on", "reviewed_on"):
        try:
            # A month is enough: the day of a reading is not always on record.
            datetime.date.fromisoformat(((values.get(name) or "2000-01") + "-01")[:10])
        except ValueError:
            raise refuse(name, f"{values[name]!r} is no date; write it as 2026-11-23 or 2026-11") from None
    return Row(values, csv_path.stem, line)


def names() -> list[str]:
    """Return the names of the course's tables, sorted; a derived one counts once it was worked out."""
    return sorted(path.stem for folder in (TABLES, DERIVED) for path in folder.glob("*.csv"))


def table_path(name: str) -> Path:
    """Return the path of one of the course's tables.

    Raises EvidenceError if there is no such table, or if it is a derived one that is older than its inputs.
    """
    kept, derived = TABLES / f"{name}.csv", DERIVED / f"{name}.csv"
    if kept.exists():
        return kept
    if not (derived.exists() and sidecar_path(derived).exists()):
        raise EvidenceError(
            f"no table {name!r}; the tables are {', '.join(names())} "
            "(one that is worked out from others appears after: ketamine-course derive)"
        )
    inputs = json.loads(sidecar_path(derived).read_text(encoding="utf-8"))["inputs"]
    for each, digest in inputs.items():
        if sha256(TABLES / f"{each}.csv") != digest:
            raise EvidenceError(
                f"{derived.name} is older than {each}.csv, from which it follows; run: ketamine-course derive"
            )
    return derived


@cache
def table(name: str) -> tuple[Row, ...]:
    """Return the rows of one of the course's tables.

    Raises EvidenceError for a path that `table_path` or a row that `read_table` refuses.
    """
    return tuple(read_table(table_path(name)))


@cache
def _rows_by_id() -> dict[str, Row]:
    found: dict[str, Row] = {}
    for name in names():
        for each in table(name):
            if each.id in found:
                raise EvidenceError(
                    f"{name}.csv, row {each.id!r} (line {each.line}): the id stands already in "
                    f"{found[each.id].table}.csv; give each row its own"
                )
            found[each.id] = each
    return found


def row(row_id: str) -> Row:
    """Return the row with this id, from whichever table holds it.

    Raises EvidenceError if no table does.
    """
    try:
        return _rows_by_id()[row_id]
    except KeyError:
        raise EvidenceError(
            f"no row {row_id!r} in {', '.join(name + '.csv' for name in names())}; check the spelling of the id"
        ) from None


@cache
def _references() -> dict[str, list[str]]:
    path = DERIVED / "references.json"
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def reference(key: str) -> tuple[str, str]:
    """Return a reference's short label and address by its BibTeX key, such as ``Lii 2023`` and its DOI's page.

    Before ``ketamine-course derive`` has read the bibliography, the label is the key and the address is empty.
    """
    label, href = _references().get(key, (key, ""))
    return label, href
