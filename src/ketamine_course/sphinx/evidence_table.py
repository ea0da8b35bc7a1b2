"""Directives that print whole tables: the rows behind the book, and where to find help in a crisis."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from .. import evidence
from ..core.duration import duration_label
from ..evidence.published import agrees, recompute
from ..evidence.table import sidecar_path
from ..evidence.trials import FILTERS
from ..row_text import number_text
from . import bibliography
from .assets import FOLDER
from .figure_node import cite, static_uri
from .values import TABLE_PAGES, anchor, course_value, row_href

logger = logging.getLogger(__name__)

_SOURCE_COLUMNS = ("reference", "read_at", "read_on")
_HIDDEN_COLUMNS = ("pair", "read_url", "reviewer", "status", "dose_mg_per_kg", "dose_mg", "infusion_min")
_ROW_IDS = ("conflicts_with", "row_ids", "result_ids", "same_as", "model_id", "trial_id")
#: Columns of sentences, which need room.
_LONG_COLUMNS = ("statement", "claim", "evidence", "note", "answer", "question", "controversy", "limits", "explanation")
_TIMES = ("time_h", "start_h", "end_h")


class course_table(nodes.General, nodes.Element):
    """Rows of evidence, whose ids are ``row_ids``; ``kind`` says how.

    It is ``rows``, ``crisis``, ``conflict``, ``recomputed``, ``pooled`` or ``index``.
    """


class EvidenceTable(SphinxDirective):
    """``evidence-table NAME``: every row of a table, each with an anchor and its source."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the node; the build stops here if the table does not exist."""
        rows = evidence.table(self.arguments[0])
        return [course_table("", table=self.arguments[0], kind="rows", row_ids=[row.id for row in rows])]


class EvidenceIndex(SphinxDirective):
    """``evidence-index``: every table with its title, its rows and its dates, linked to its page."""

    def run(self) -> list[nodes.Node]:
        """Return the node."""
        return [course_table("", kind="index", row_ids=[])]


class ConflictingRows(SphinxDirective):
    """``conflicting-rows ROW``: the row and every row whose figure differs from it, side by side."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the node; a row that conflicts with none is an error at the directive's line."""
        row_id = self.arguments[0]
        try:
            others = conflicts_of(evidence.row(row_id))
        except evidence.EvidenceError as error:
            raise self.error(str(error)) from None
        if not others:
            raise self.error(f"row {row_id!r} names no row in conflicts_with; print it with the role value")
        return [course_table("", kind="conflict", row_ids=[row_id, *others])]


class RecomputedResults(SphinxDirective):
    """``recomputed-results``: published results beside what follows from their counts."""

    def run(self) -> list[nodes.Node]:
        """Return the node."""
        return [course_table("", kind="recomputed", row_ids=[row.id for row in evidence.table("published_effects")])]


class PooledCells(SphinxDirective):
    """``pooled-cells``: the questions and comparators with enough trials to pool, before any other filter."""

    def run(self) -> list[nodes.Node]:
        """Return the node."""
        return [course_table("", kind="pooled", row_ids=[row.id for row in evidence.table("pooled_effects")])]


class CrisisHelp(SphinxDirective):
    """``crisis-help``: the crisis lines, with the day on which each was read."""

    def run(self) -> list[nodes.Node]:
        """Return the node."""
        return [course_table("", kind="crisis", row_ids=[row.id for row in evidence.table("crisis_lines")])]


def conflicts_of(row: evidence.Row) -> list[str]:
    """Return the ids of the rows whose figures differ from a row's and must be shown with it."""
    return (row.get("conflicts_with") or "").split()


def _row_links(translator: Any, ids: str) -> str:
    links = []
    for each in ids.split():
        row = evidence.row(each)
        links.append(f'<a href="{escape(row_href(translator, row))}">{escape(each)}</a>')
    return " ".join(links)


def _cell(translator: Any, row: evidence.Row, column: str) -> str:
    value = row[column]
    if value is None:
        return ""
    if column == "reference":
        return cite(value)
    if column == "references":
        return "; ".join(cite(key) for key in value.split())
    if column in _ROW_IDS:
        return _row_links(translator, value)
    if column == "read_at" and row.get("read_url"):
        return f'<a href="{escape(row["read_url"])}">{escape(value)}</a>'
    return escape(duration_label(value) if column in _TIMES else number_text(value))


def _td(translator: Any, row: evidence.Row, column: str) -> str:
    wide = ' class="kc-long"' if column in _LONG_COLUMNS else ""
    return f"<td{wide}>{_cell(translator, row, column)}</td>"


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
    # A column that is absent, or empty in every row, says nothing.
    ordered = [column for column in ordered if any(row.get(column) is not None for row in rows)]
    head = "".join(f'<th scope="col">{column.removesuffix("_h").replace("_", " ")}</th>' for column in ordered)
    body = "".join(
        f'<tr id="{anchor(row.id)}">{"".join(_td(translator, row, each) for each in ordered)}</tr>' for row in rows
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
        "<p><b>In immediate danger, call your local emergency number.</b></p>"
        f'<ul class="kc-crisis">{"".join(items)}</ul>'
        f"<p><small>Read at stored pages of the services or of governments on {read_on}; "
        "check the number for your country, and your local emergency number, before you need it.</small></p>"
    )


def _table_html(heads: Sequence[str], rows: Sequence[Sequence[str]], label: str) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        "<tr>" + f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="kc-rows" tabindex="0" role="region" aria-label="{escape(label)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _index_html(translator: Any) -> str:
    rows = []
    for name in evidence.names():
        sidecar = json.loads(sidecar_path(evidence.table_path(name)).read_text(encoding="utf-8"))
        table = evidence.table(name)
        here = translator.builder.get_target_uri(translator.builder.current_docname)
        page = relative_uri(here, translator.builder.get_target_uri(TABLE_PAGES + name))
        rows.append(
            (
                f'<a href="{escape(page)}">{escape(sidecar["title"])}</a>',
                str(len(table)),
                escape(sidecar.get("reviewed", "")),
                escape(sidecar.get("review_by", "worked out anew with each build")),
            )
        )
    return _table_html(("Table", "Rows", "Reviewed", "Next review by"), rows, "The tables")


def _value_text(row: evidence.Row) -> str:
    if row.get("value") is None:
        return ""
    text = number_text(row["value"])
    if row["value_high"] is not None:
        text += f" to {number_text(row['value_high'])}"
    unit = row["unit"] or ""
    text += " %" if unit == "percent" else f" {unit}" if unit else ""
    if row["ci_low"] is not None and row["ci_high"] is not None:
        text += f" (95 % interval {number_text(row['ci_low'])} to {number_text(row['ci_high'])})"
    return text


def _conflict_html(translator: Any, row_ids: Sequence[str]) -> str:
    rows = []
    for row in map(evidence.row, row_ids):
        said = row.get("statement") or row["claim"]
        who = row.get("context") or row.get("model_system") or ""
        link = f'<a href="{escape(row_href(translator, row))}">{escape(said)}</a>'
        rows.append((link, escape(_value_text(row)), escape(who), cite(row["reference"])))
    return _table_html(("Statement", "Figure", "Who and where", "Source"), rows, "Figures that differ")


def _recomputed_html(translator: Any) -> str:
    rows = []
    for row in evidence.table("published_effects"):
        again = recompute(row)
        counts = ""
        if row["active_n"] is not None:
            counts = f"{row['active_events']}/{row['active_n']} v {row['control_events']}/{row['control_n']}"

        def text(value: float | None, low: float | None, high: float | None, row: evidence.Row = row) -> str:
            digits, ci_digits = row["decimals"], row["ci_decimals"]
            shown = f"{value:.{digits}f}"
            if row["ci_low"] is not None:
                shown += f" ({low:.{ci_digits}f} to {high:.{ci_digits}f})"
            return shown.replace("-", "−")

        link = f'<a href="{escape(row_href(translator, row))}">{escape(row.id)}</a>'
        said = "yes" if agrees(row) else "no: " + (row["explanation"] or "")
        rows.append(
            (
                link,
                escape(row["measure"]),
                counts or escape(row["inputs"] or ""),
                text(row["value"], row["ci_low"], row["ci_high"]),
                text(again.value, again.low, again.high),
                escape(said),
                cite(row["reference"]),
            )
        )
    heads = ("Result", "Measure", "Counts: active v control", "Published", "Worked out again", "Same digits?", "Source")
    return _table_html(heads, rows, "Published results worked out again")


def _pooled_html(translator: Any) -> str:
    rows = []
    for row in evidence.table("pooled_effects"):
        outcome = row["outcome"] if row["unit"] == "odds ratio" else f"difference in {row['unit']}"
        time = duration_label(row["time_h"]) if row["time_h"] is not None else row["time_kind"]
        filters = ", ".join(row[name] for name in FILTERS if row[name]) or "no filter needed"
        link = f'<a href="{escape(row_href(translator, row))}">{escape(row["drug"])}: {escape(outcome)}, {time}</a>'
        digits = (number_text(round(row[name], 2)) for name in ("value", "ci_low", "ci_high", "pi_low", "pi_high"))
        value, low, high, below, above = digits
        unit = "odds ratio " if row["unit"] == "odds ratio" else ""
        rows.append(
            (
                link,
                escape(filters),
                f"{row['trials']}" + (f" ({row['people']} people)" if row["people"] else ""),
                f"{unit}{value} ({low} to {high})",
                f"{below} to {above}",
                f"{round(row['i2_percent'])} %",
            )
        )
    heads = ("Question", "Filters", "Trials", "Pooled (95 % interval)", "A further trial may lie", "I²")
    return _table_html(heads, rows, "What can be pooled")


def _warn_of_hidden_conflicts(app: Any, doctree: Any, docname: str) -> None:
    """Warn where a page prints a row without the rows whose figures differ from it."""
    shown = {row_id for node in doctree.findall(course_table) for row_id in node["row_ids"]}
    printed = list(doctree.findall(course_value))
    shown |= {row_id for node in printed for row_id in node["row_ids"]}
    for node, row_id in ((each, row_id) for each in printed for row_id in each["row_ids"]):
        hidden = [each for each in conflicts_of(evidence.row(row_id)) if each not in shown]
        if hidden:
            logger.warning(
                "row %r is printed without %s, whose figures differ; print those too, or add: conflicting-rows %s",
                row_id,
                ", ".join(map(repr, hidden)),
                row_id,
                location=node,
                type="ketamine_course",
                subtype="hidden_conflict",
            )


def _visit_html(translator: Any, node: course_table) -> None:
    kind = node["kind"]
    if kind == "crisis":
        html = _crisis_html()
    elif kind == "rows":
        html = _rows_html(translator, node["table"])
    elif kind == "index":
        html = _index_html(translator)
    elif kind == "conflict":
        html = _conflict_html(translator, node["row_ids"])
    elif kind == "pooled":
        html = _pooled_html(translator)
    else:
        html = _recomputed_html(translator)
    translator.body.append(html)
    raise nodes.SkipNode


_SCROLLS = '<div class="pst-scrollable-table-container">'


def _name_scrolling_tables(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Give the box in which the theme lets a wide table scroll a name and a place in the order of the Tab key."""
    parts = (context.get("body") or "").split(_SCROLLS)
    if len(parts) > 1:
        named = (
            f'{_SCROLLS[:-1]} tabindex="0" role="region" aria-label="Table {number}">{part}'
            for number, part in enumerate(parts[1:], 1)
        )
        context["body"] = parts[0] + "".join(named)


def _skip(_translator: Any, _node: course_table) -> None:
    raise nodes.SkipNode


def _use_bibliography(app: Any, config: Any) -> None:
    bibliography.use(Path(app.confdir or app.srcdir) / config.bibtex_bibfiles[0])
    for name in evidence.names():
        for row in evidence.table(name):
            for column in ("reference", "references"):
                for key in (row.get(column) or "").split():
                    try:
                        bibliography.label(key)
                    except bibliography.UnknownReferenceError as error:
                        raise ExtensionError(
                            f"{name}.csv, row {row.id!r} (line {row.line}), column {column!r}: {error.args[0]}"
                        ) from None


def setup(app: Any) -> None:
    """Register the directives and the bibliography that they cite from."""
    app.add_node(course_table, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
    app.add_directive("evidence-table", EvidenceTable)
    app.add_directive("evidence-index", EvidenceIndex)
    app.add_directive("conflicting-rows", ConflictingRows)
    app.add_directive("recomputed-results", RecomputedResults)
    app.add_directive("pooled-cells", PooledCells)
    app.add_directive("crisis-help", CrisisHelp)
    app.connect("doctree-resolved", _warn_of_hidden_conflicts)
    app.connect("config-inited", _use_bibliography)
    app.connect("html-page-context", _name_scrolling_tables)
