"""The PHQ-9 scorer without JavaScript, and what Python gives it: bands of rows, crisis lines of rows."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ketamine_course.core import phq9
from ketamine_course.evidence.table import table_path
from ketamine_course.sphinx.phq9 import fallback_html
from ketamine_course.widgets.phq9 import BAND_ROWS, ITEMS, payload

#: What the paper's abstract calls the totals: where each band starts.
STARTS = {"minimal": 0, "mild": 5, "moderate": 10, "moderately severe": 15, "severe": 20}


def _rows(table: str) -> list[dict[str, str]]:
    with table_path(table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return payload()


@pytest.mark.parametrize("total", range(28))
def test_each_total_has_the_band_that_starts_at_or_below_it(content: dict[str, Any], total: int) -> None:
    expected = [name for name, start in STARTS.items() if start <= total][-1]
    assert content["band_of"][total] == expected


def test_the_bands_are_those_of_the_rows(content: dict[str, Any]) -> None:
    rows = {row["fact_id"]: row for row in _rows("depression_facts")}
    listed = [(rows[each]["value"], rows[each]["value_high"]) for each in BAND_ROWS]
    assert [(str(band["low"]), str(band["high"])) for band in content["bands"]] == listed
    assert len(content["band_of"]) == content["highest"] + 1 == 28


def test_every_crisis_line_is_given_with_every_way_to_reach_it(content: dict[str, Any]) -> None:
    rows = _rows("crisis_lines")
    lines = content["crisis"]["lines"]
    assert [line["service"] for line in lines] == [row["service"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        said = json.dumps(line)
        for column in ("country", "call", "text_number", "web", "emergency"):
            assert row[column] in said, (row["line_id"], column)


def test_what_stands_without_scripts_is_enough_to_add_up_and_to_find_help(content: dict[str, Any]) -> None:
    html = fallback_html(content)
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    assert len(ITEMS) == phq9.ITEMS
    for item in ITEMS:
        assert item in text
    for value, answer in enumerate(content["answers"]):
        assert f"{value} for “{answer}”" in text
    for band in content["bands"]:
        assert re.search(rf"{band['low']} to {band['high']}\s+{band['name']}", text)
    assert "not a diagnosis" in text
    assert "stored nowhere and sent nowhere" in text
    assert "how difficult" in text
    help_at = text.index(content["crisis"]["lines"][0]["service"])
    assert text.index(f"item {content['crisis_item']}") < help_at < text.index(ITEMS[0])
    assert "<script" not in html


def test_the_module_neither_stores_nor_sends(root: Path) -> None:
    script = (root / "src" / "ketamine_course" / "widgets" / "static" / "phq9.js").read_text(encoding="utf-8")
    for way in (
        "localStorage", "sessionStorage", "indexedDB", "cookie", "fetch(", "XMLHttpRequest", "sendBeacon",
        "WebSocket", "model.set", "save_changes", "innerHTML",
    ):  # fmt: skip
        assert way not in script, way
