"""Directives that print whole tables: the rows behind the book, and where to find help in a crisis."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from .. import evidence
from ..core.duration import duration_label
from ..row_text import number_text
from . import bibliography
from .assets import FOLDER
from .figure_node import cite, static_uri
from .values import anchor

_SOURCE_COLUMNS = ("reference", "read_at", "read_on")
_HIDDEN_COLUMNS = ("pair", "read_url", "reviewer", "status", "dose_mg_per_kg", "dose_mg", "infusion_min")
_TIMES = ("time_h", "start_h", "end_h")


class course_table(nodes.General, nodes.Element):
    """A table of evidence; ``table`` names it, ``kind`` is ``rows`` or ``crisis``."""


class EvidenceTable(SphinxDirective):
    """``evidence-table NAME``: every row of a table, each with an anchor and its source."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the node; the build stops here if the table does not exist."""
        evidence.table(self.arguments[0])
        return [course_table("", table=self.arguments[0], kind="rows")]


class CrisisHelp(SphinxDirective):
    """``crisis-help``: the crisis lines, with the day on which each was read."""

    def run(self) -> list[nodes.Node]:
        """Return the node."""
        return [course_table("", table="crisis_lines", kind="crisis")]


def _cell(row: evidence.Row, column: str) -> str:
    value = row[column]
    if value is None:
        return ""
    if column == "reference":
        return cite(value)
    if column == "read_at" and row.get("read_url"):
        return f'<a href="{escape(row["read_url"])}">{escape(value)}</a>'
    return escape(duration_label(value) if column in _TIMES else number_text(value))


def _rows_html(translator: Any, name: str) -> str:
    rows = evidence.table(name)
    columns = [column for column in rows[0] if column not in _HIDDEN_COLUMNS]
    id_column = columns[0]
    ordered = [
        *(c for c in columns[1:] if c not in _SOURCE_COLUMNS and c != "note"),
        *_SOURCE_COLUMNS,
        "note",
        id_column,
    ]
    # A column that is empty in every row says nothing.
    ordered = [column for column in ordered if any(row[column] is not None for row in rows)]
    head = "".join(f'<th scope="col">{column.removesuffix("_h").replace("_", " ")}</th>' for column in ordered)
    body = "".join(
        f'<tr id="{anchor(row.id)}">' + "".join(f"<td>{_cell(row, column)}</td>" for column in ordered) + "</tr>"
        for row in rows
    )
    csv = static_uri(translator, f"{FOLDER}/tables/{name}.csv")
    return (
        f'<p><a href="{csv}" download="{name}.csv">Download {name}.csv</a> ({len(rows)} rows)</p>'
        f'<div class="kc-rows" tabindex="0" role="region" aria-label="Rows of {name}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _crisis_html() -> str:
    items = []
    for row in evidence.table("crisis_lines"):
        ways = []
        if row["call"]:
            ways.append(f'call <a href="tel:{row["call"].replace(" ", "").replace("-", "")}">{escape(row["call"])}</a>')
        if row["text_number"]:
            ways.append(f"text {escape(row['text_number'])}")
        if row["web"]:
            ways.append(f'<a href="https://{row["web"]}">{escape(row["web"])}</a>')
        emergency = f" In immediate danger call {escape(row['emergency'])}." if row["emergency"] else ""
        hours = f", {escape(row['hours'])}" if row["hours"] else ""
        items.append(
            f'<li id="{anchor(row.id)}"><b>{escape(row["country"])}:</b> {escape(row["service"])}, '
            f"{' or '.join(ways)}{hours}.{emergency}</li>"
        )
    read_on = max(row["read_on"] for row in evidence.table("crisis_lines"))
    return (
        f'<ul class="kc-crisis">{"".join(items)}</ul>'
        f"<p><small>Read at stored pages of the services or of governments on {read_on}; "
        "check the number for your country, and your local emergency number, before you need it.</small></p>"
    )


def _visit_html(translator: Any, node: course_table) -> None:
    html = _crisis_html() if node["kind"] == "crisis" else _rows_html(translator, node["table"])
    translator.body.append(html)
    raise nodes.SkipNode


def _skip(_translator: Any, _node: course_table) -> None:
    raise nodes.SkipNode


def _use_bibliography(app: Any, config: Any) -> None:
    bibliography.use(Path(app.confdir or app.srcdir) / config.bibtex_bibfiles[0])
    for name in evidence.names():
        for row in evidence.table(name):
            try:
                bibliography.label(row["reference"])
            except bibliography.UnknownReferenceError as error:
                raise ExtensionError(
                    f"{name}.csv, row {row.id!r} (line {row.line}), column 'reference': {error.args[0]}"
                ) from None


def setup(app: Any) -> None:
    """Register the directives and the bibliography that they cite from."""
    app.add_node(course_table, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
    app.add_directive("evidence-table", EvidenceTable)
    app.add_directive("crisis-help", CrisisHelp)
    app.connect("config-inited", _use_bibliography)
