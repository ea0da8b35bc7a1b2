"""The course's numbers: tables of published figures, each row with the place where it was read.

A table is ``tables/NAME.csv`` beside its sidecar ``tables/NAME.resource.json`` (the
Frictionless Data Resource format: columns with meaning and unit, licence, sources, sha256,
the day of the last review and of the next). Tables in ``derived/`` are worked out from those
by ``ketamine-course derive`` and are not kept in the repository.
"""

from .table import DERIVED, TABLES, EvidenceError, Row, names, read_table, reference, row, table, table_path

__all__ = [
    "DERIVED",
    "TABLES",
    "EvidenceError",
    "Row",
    "names",
    "read_table",
    "reference",
    "row",
    "table",
    "table_path",
]
