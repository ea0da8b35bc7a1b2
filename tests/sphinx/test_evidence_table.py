"""Directives that print rows: tables, figures that differ, results worked out again, what can be pooled, reviews."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape

import pytest
from bs4 import BeautifulSoup, Tag
from sphinx.errors import ExtensionError

from ketamine_course import evidence
from ketamine_course.evidence.table import sidecar_path
from ketamine_course.sphinx import bibliography
from ketamine_course.sphinx.values import anchor

Build = Callable[..., tuple[str, list[str]]]

#: A row whose figure differs from others, and they.
ROW = "pooled.dean2021.placebo_remission"


def conflicts_of(row_id: str) -> list[str]:
    found: list[str] = evidence.row(row_id)["conflicts_with"].split()
    return found


def directive(name: str, argument: str = "") -> str:
    return f"```{{{name}}} {argument}\n```"


def region(html: str, label: str) -> Tag:
    found = BeautifulSoup(html, "html.parser").find("div", attrs={"role": "region", "aria-label": label})
    assert isinstance(found, Tag), f"no region {label!r}"
    return found


def body(html: str, label: str) -> list[Tag]:
    return list(region(html, label).select("tbody tr"))


def hrefs(part: Tag) -> list[str]:
    return [str(link["href"]) for link in part.find_all("a", href=True)]


def href_of(row_id: str) -> str:
    return f"book/tables/{evidence.row(row_id).table}.html#{anchor(row_id)}"


def test_a_table_prints_every_row_with_its_anchor_and_its_source(build_evidence: Build) -> None:
    html, warnings = build_evidence(directive("evidence-table", "onset_events"))
    assert warnings == []
    rows = evidence.table("onset_events")
    shown = body(html, "Rows of onset_events")
    assert [str(each["id"]) for each in shown] == [anchor(row.id) for row in rows]
    for row, each in zip(rows, shown, strict=True):
        cells = each.get_text("|")
        assert row["label"] in cells
        assert bibliography.label(row["reference"]) in cells
        assert row["read_at"] in cells
        assert row["read_url"] is None or row["read_url"] in hrefs(each)


@pytest.mark.parametrize(
    ("table", "column"), [("published_effects", "result_ids"), ("pk_parameters", "model_id"), ("claims", "row_ids")]
)
def test_rows_that_a_row_names_are_links_to_their_anchors(build_evidence: Build, table: str, column: str) -> None:
    html, warnings = build_evidence(directive("evidence-table", table))
    assert warnings == []
    for row, each in zip(evidence.table(table), body(html, f"Rows of {table}"), strict=True):
        assert {href_of(other) for other in (row[column] or "").split()} <= set(hrefs(each))


def test_a_table_without_references_is_printed_too(build_evidence: Build) -> None:
    html, warnings = build_evidence(directive("evidence-table", "dose_cases"))
    assert warnings == []
    assert len(body(html, "Rows of dose_cases")) == len(evidence.table("dose_cases"))


def test_an_unknown_table_stops_the_build_and_names_those_that_there_are(build_evidence: Build) -> None:
    with pytest.raises(evidence.EvidenceError, match=r"no table 'wanted'; the tables are acute_effects"):
        build_evidence(directive("evidence-table", "wanted"))


@pytest.mark.parametrize("row_id", [ROW, "stard.cumulative_theoretical", "fact.def.remission_madrs10_ketect"])
def test_figures_that_differ_are_all_printed_with_their_sources(build_evidence: Build, row_id: str) -> None:
    html, warnings = build_evidence(directive("conflicting-rows", row_id))
    assert warnings == []
    shown = body(html, "Figures that differ")
    for each, expected in zip(shown, [row_id, *conflicts_of(row_id)], strict=True):
        row = evidence.row(expected)
        cells = each.get_text("|")
        assert href_of(expected) in hrefs(each)
        assert row["statement"] in cells
        assert bibliography.label(row["reference"]) in cells
        assert row["value"] is None or f"{row['value']:g}".replace("-", "−") in cells
        if row["ci_low"] is not None:
            assert f"(95 % interval {row['ci_low']:g}".replace("-", "−") in cells


def tables_with_conflicts() -> list[str]:
    return [name for name in evidence.names() if any(row.get("conflicts_with") for row in evidence.table(name))]


@pytest.mark.parametrize("table", tables_with_conflicts())
def test_figures_that_differ_can_be_printed_from_every_table_that_has_some(build_evidence: Build, table: str) -> None:
    row = next(row for row in evidence.table(table) if row["conflicts_with"])
    html, warnings = build_evidence(directive("conflicting-rows", row.id))
    assert warnings == []
    assert len(body(html, "Figures that differ")) == 1 + len(conflicts_of(row.id))


@pytest.mark.parametrize(
    ("row_id", "said"),
    [
        ("lii2023.ketamine.24h.madrs_response", "names no row in conflicts_with; print it with the role value"),
        ("pooled.dean2021.placebo_response", "names no row in conflicts_with; print it with the role value"),
        ("nobody2099.row", "no row 'nobody2099.row'"),
    ],
)
def test_a_row_without_conflicts_is_an_error_with_its_line_and_the_remedy(
    build_evidence: Build, row_id: str, said: str
) -> None:
    _, warnings = build_evidence("One line.\n\n" + directive("conflicting-rows", row_id))
    assert any("index.md:5:" in warning and said in warning for warning in warnings), warnings


def test_a_row_printed_without_those_that_differ_is_a_warning_at_its_line(build_evidence: Build) -> None:
    _, warnings = build_evidence(f"Some prose.\n\nRemission: {{value}}`{ROW}`.")
    (warning,) = warnings
    assert "index.md:5: WARNING" in warning
    assert f"row '{ROW}' is printed without" in warning
    assert all(repr(each) in warning for each in conflicts_of(ROW))
    assert f"add: conflicting-rows {ROW}" in warning


@pytest.mark.parametrize(
    "beside",
    [
        directive("conflicting-rows", ROW),
        " ".join(f"{{value}}`{each}`" for each in conflicts_of(ROW)),
        directive("evidence-table", "pooled_published"),
    ],
    ids=["side by side", "each by its role", "whole table"],
)
def test_a_row_printed_with_those_that_differ_is_no_warning(build_evidence: Build, beside: str) -> None:
    _, warnings = build_evidence(f"Remission: {{value}}`{ROW}`.\n\n{beside}")
    assert warnings == []


def test_only_the_rows_that_are_missing_are_named(build_evidence: Build) -> None:
    row_id = "stard.cumulative_theoretical"
    first, *others = conflicts_of(row_id)
    _, warnings = build_evidence(f"{{value}}`{row_id}` and {{value}}`{first}`")
    (warning,) = [each for each in warnings if f"row '{row_id}' is printed" in each]
    assert repr(first) not in warning
    assert all(repr(each) in warning for each in others)


def test_published_results_stand_beside_what_follows_from_their_counts(build_evidence: Build) -> None:
    html, warnings = build_evidence(directive("recomputed-results"))
    assert warnings == []
    rows = evidence.table("published_effects")
    shown = body(html, "Published results worked out again")
    assert len(shown) == len(rows)
    for row, each in zip(rows, shown, strict=True):
        name, measure, counts, published, again, same, source = (
            cell.get_text() for cell in each.find_all(["th", "td"])
        )
        assert (name, measure) == (row.id, row["measure"])
        assert href_of(row.id) in hrefs(each)
        assert source == bibliography.label(row["reference"])
        if row["active_n"] is not None:
            assert f"{row['active_events']}/{row['active_n']}" in counts
        # Both are printed with as many digits as the source has, so that equal figures look equal.
        if same == "yes":
            assert row["reproduces"] == "yes"
        else:
            assert same == f"no: {row['explanation']}"
            assert published != again
    printed = {each.find("th").get_text(): each for each in shown}  # type: ignore[union-attr]
    abbar = [cell.get_text() for cell in printed["abbar2022.or_as_printed"].find_all("td")]
    assert abbar[1:4] == ["46/83 v 25/73", "3.7 (1.9 to 7.3)", "2.4 (1.2 to 4.6)"]
    grunebaum = [cell.get_text() for cell in printed["grunebaum2018.or"].find_all("td")]
    assert grunebaum[2] == grunebaum[3] == "2.85 (1.14 to 7.15)"


def test_what_can_be_pooled_is_printed_with_its_filters_and_its_interval(build_evidence: Build) -> None:
    html, warnings = build_evidence(directive("pooled-cells"))
    assert warnings == []
    rows = evidence.table("pooled_effects")
    for row, each in zip(rows, body(html, "What can be pooled"), strict=True):
        question, filters, trials, pooled, further, spread = (cell.get_text() for cell in each.find_all(["th", "td"]))
        assert href_of(row.id) in hrefs(each)
        assert question.startswith(row["drug"])
        assert all(row[name] in filters for name in ("comparator", "route", "population", "blinding") if row[name])
        assert trials.startswith(str(row["trials"]))
        for text, column in ((pooled, "value"), (pooled, "ci_low"), (pooled, "ci_high"), (further, "pi_low")):
            assert f"{round(row[column], 2):g}".replace("-", "−") in text, (row.id, column)
        assert spread == f"{row['i2_percent']:.0f} %"


def test_the_index_lists_every_table_with_its_rows_and_dates(build_evidence: Build) -> None:
    html, warnings = build_evidence(directive("evidence-index"))
    assert warnings == []
    shown = body(html, "The tables")
    for name, each in zip(evidence.names(), shown, strict=True):
        said = json.loads(sidecar_path(evidence.table_path(name)).read_text(encoding="utf-8"))
        title, rows, reviewed, review_by = (cell.get_text() for cell in each.find_all(["th", "td"]))
        assert hrefs(each) == [f"book/tables/{name}.html"]
        assert (title, rows) == (said["title"], str(len(evidence.table(name))))
        if name == "pooled_effects":
            assert (reviewed, review_by) == ("", "worked out anew with each build")
        else:
            assert (reviewed, review_by) == (said["reviewed"], said["review_by"])


def test_the_crisis_lines_are_printed_with_numbers_to_call(build_evidence: Build) -> None:
    html, warnings = build_evidence(directive("crisis-help"))
    assert warnings == []
    page = BeautifulSoup(html, "html.parser")
    items = page.select("ul.kc-crisis li")
    rows = evidence.table("crisis_lines")
    assert [str(item["id"]) for item in items] == [anchor(row.id) for row in rows]
    for row, item in zip(rows, items, strict=True):
        assert row["service"] in item.get_text()
        if row["call"]:
            assert "tel:" + "".join(each for each in row["call"] if each not in " -") in hrefs(item)


def test_a_reviewed_page_ends_with_its_dates(build_evidence: Build) -> None:
    html, warnings = build_evidence("Prose.", front='reviewed: "2026-11-03"\nreview_by: "2027-05-23"\n')
    assert warnings == []
    assert "Reviewed on 3 November 2026; next review by 23 May 2027." in unescape(html)
    assert html.index("Prose.") < html.index("kc-reviewed")


def test_a_page_without_dates_ends_without_the_line(build_evidence: Build) -> None:
    html, _ = build_evidence("Prose.")
    assert "kc-reviewed" not in html


def test_a_row_whose_reference_is_in_no_bibliography_stops_the_build(
    build_evidence: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = evidence.table("claims")[0]
    monkeypatch.setitem(row, "references", "nobody2099")
    with pytest.raises(
        ExtensionError, match=rf"claims\.csv, row '{row.id}' \(line 2\), column 'references'.*nobody2099"
    ):
        build_evidence("Prose.")
