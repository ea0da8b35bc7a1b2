"""The course's numbers: tables of published figures, each row with the place where it was read.

A table is ``tables/NAME.csv`` beside its sidecar ``tables/NAME.resource.json`` (the
Frictionless Data Resource format: columns with meaning and unit, licence, sources, sha256).
"""

from .table import TABLES, EvidenceError, Row, names, read_table, row, table

__all__ = ["TABLES", "EvidenceError", "Row", "names", "read_table", "row", "table"]
