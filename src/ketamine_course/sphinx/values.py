"""Roles that print a row's number in prose and link to the place where it was read.

- ``{value}`ROW``` or ``{value}`ROW:COLUMN``` prints a number of a row;
- ``{magnitude}`ROW:COLUMN``` prints it without its sign;
- ``{time}`ROW:COLUMN``` prints hours as words such as ``1 day`` (the column is ``time_h`` unless named);
- ``{calc}`FUNCTION(ROW, ROW)``` prints what a function of ``core.effect`` makes of the rows' values.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxRole
from sphinx.util.osutil import relative_uri

from .. import evidence
from ..core.duration import duration_label
from ..row_text import calculate, cell, number_text
from .bibliography import UnknownReferenceError, label

#: Each table has a page of its own, and each row an anchor there.
TABLE_PAGES = "book/tables/"


class course_value(nodes.Inline, nodes.TextElement):
    """A number that came from rows: ``row_ids`` names them, ``source`` says where the first was read.

    ``cell`` is what the role was asked for, the column included.
    """


def anchor(row_id: str) -> str:
    """Return the id that a row has on the evidence page."""
    return "row-" + re.sub(r"[^A-Za-z0-9-]", "-", row_id)


def row_href(translator: Any, row: evidence.Row) -> str:
    """Return the address of a row on its table's page, relative to the page being written."""
    builder = translator.builder
    page = builder.get_target_uri(TABLE_PAGES + row.table)
    return f"{relative_uri(builder.get_target_uri(builder.current_docname), page)}#{anchor(row.id)}"


def source_text(row: evidence.Row) -> str:
    """Return where a row was read, such as ``Lii 2023, Extended Data Table 1``."""
    if "reference" not in row:
        return "worked out from other rows"
    return f"{row.get('study') or label(row['reference'])}, {row['read_at']}"


class _RowRole(SphinxRole):
    """Prints one cell of a row."""

    column = "value"

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            rows, text = self.look_up(self.text)
            target = self.text if ":" in self.text or self.name == "calc" else f"{self.text}:{self.column}"
            cell = f"{self.name} {target}"
            node = course_value("", text, row_ids=[row.id for row in rows], source=source_text(rows[0]), cell=cell)
            self.set_source_info(node)
            return [node], []
        except (evidence.EvidenceError, UnknownReferenceError, ValueError, KeyError) as error:
            message = self.inliner.reporter.error(f"{self.name}: {error}", line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]

    def look_up(self, target: str) -> tuple[list[evidence.Row], str]:
        row, value = cell(target, self.column)
        return [row], number_text(value)


class _MagnitudeRole(_RowRole):
    def look_up(self, target: str) -> tuple[list[evidence.Row], str]:
        row, value = cell(target, self.column)
        return [row], number_text(abs(value))


class _TimeRole(_RowRole):
    column = "time_h"

    def look_up(self, target: str) -> tuple[list[evidence.Row], str]:
        row, value = cell(target, self.column)
        return [row], duration_label(value)


class _CalcRole(_RowRole):
    def look_up(self, target: str) -> tuple[list[evidence.Row], str]:
        rows, value = calculate(target)
        return rows, number_text(value)


def _visit_html(translator: Any, node: course_value) -> None:
    href = row_href(translator, evidence.row(node["row_ids"][0]))
    source, cell = escape(node["source"]), escape(node["cell"])
    translator.body.append(f'<a class="kc-value" href="{escape(href)}" title="{source}" data-cell="{cell}">')


def _depart_html(translator: Any, _node: course_value) -> None:
    translator.body.append("</a>")


def _pass(_translator: Any, _node: course_value) -> None:
    """Print the number alone where there is nothing to link to."""


def setup(app: Any) -> None:
    """Register the roles."""
    app.add_node(course_value, html=(_visit_html, _depart_html), latex=(_pass, _pass), text=(_pass, _pass))
    for name, role in (("value", _RowRole), ("magnitude", _MagnitudeRole), ("time", _TimeRole), ("calc", _CalcRole)):
        app.add_role(name, role())
