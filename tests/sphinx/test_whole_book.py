"""The built book as one: a row says the same wherever it is printed, and what belongs together stands together."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from ketamine_course import evidence
from ketamine_course.row_text import number_text
from ketamine_course.sphinx.values import anchor

SITE = Path(__file__).resolve().parents[2] / "_build" / "html"
BOOK = SITE / "book"


@cache
def page(path: Path) -> BeautifulSoup:
    """Return a page of the built book."""
    if not path.exists():
        pytest.fail(f"there is no {path}; run: ketamine-course build")
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def prose_pages() -> list[Path]:
    """Return every page of the book that is not a table of evidence."""
    found = sorted(BOOK.glob("*.html"))
    assert len(found) > 10
    return found


def printed_cells() -> dict[tuple[str, str, str], dict[str, list[str]]]:
    """Return for each role, row and column the texts that the book prints, each with its pages."""
    found: dict[tuple[str, str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in prose_pages():
        for link in page(path).select("a.kc-value"):
            role, _, target = str(link["data-cell"]).partition(" ")
            row_id, _, column = target.partition(":")
            found[role, row_id, column][link.get_text()].append(path.name)
    return found


@cache
def table_cells(name: str) -> dict[str, dict[str, str]]:
    """Return the cells of the page of a table: by the anchor of the row, then by the heading."""
    table = page(BOOK / "tables" / f"{name}.html").select_one(".kc-rows table")
    assert table is not None
    heads = [head.get_text() for head in table.select("thead th")]
    return {
        str(row["id"]): dict(zip(heads, (cell.get_text() for cell in row.select("td")), strict=True))
        for row in table.select("tbody tr")
    }


def test_a_row_is_printed_with_one_value_wherever_it_stands() -> None:
    cells = printed_cells()
    assert len(cells) > 200
    assert {key: dict(texts) for key, texts in cells.items() if len(texts) > 1} == {}
    repeated = [key for key, texts in cells.items() if sum(map(len, texts.values())) > 1]
    assert len(repeated) > 20, "nothing is printed twice: the test compares nothing"


def test_a_value_in_prose_is_that_of_the_tables_page_and_of_the_download() -> None:
    compared = 0
    for (role, row_id, column), texts in printed_cells().items():
        if role == "calc":
            continue  # worked out from several rows; checked where the formula is
        row = evidence.row(row_id)
        (text,) = texts
        download = SITE / "_static" / "course" / "tables" / f"{row.table}.csv"
        with download.open(encoding="utf-8", newline="") as file:
            (downloaded,) = [each for each in csv.DictReader(file) if next(iter(each.values())) == row_id]
        assert str(row[column]) == downloaded[column] or float(row[column]) == float(downloaded[column])
        shown = table_cells(row.table)[anchor(row_id)].get(column.removesuffix("_h").replace("_", " "))
        if shown is None:
            continue  # the page leaves a few columns out; the download has them
        assert text == (shown.lstrip("−") if role == "magnitude" else shown), (role, row_id, column)
        compared += 1
    assert compared > 200


def test_a_row_in_a_figures_table_has_the_value_of_its_row() -> None:
    compared = 0
    for path in prose_pages():
        for line in page(path).select(".kc-figure tr[data-row]"):
            try:
                row = evidence.row(str(line["data-row"]))
            except evidence.EvidenceError:
                continue  # a line that the figure works out from several rows
            value = row.get("value")
            if not isinstance(value, int | float) or isinstance(value, bool):
                continue
            # As it is, or rounded to a digit or two where a figure draws what was worked out.
            wanted = {number_text(abs(value)), *(f"{abs(value):.{digits}f}" for digits in (0, 1, 2))}
            text = line.get_text(" ")
            said = wanted & set(re.findall(r"\d+(?:\.\d+)?", text)) or (value == 0 and "the start" in text)
            assert said, (path.name, row.id, value, text)
            compared += 1
    assert compared > 100


def test_rows_that_differ_stand_together_wherever_one_of_them_is_printed() -> None:
    together = 0
    for path in prose_pages():
        links = {str(link.get("href", "")).rpartition("#")[2] for link in page(path).select("a[href*='tables/']")}
        for link in page(path).select("a.kc-value"):
            target = str(link["data-cell"]).partition(" ")[2]
            for row_id in re.findall(r"[\w.-]+\.[\w.-]+", target.partition(":")[0]):
                for other in (evidence.row(row_id).get("conflicts_with") or "").split():
                    assert anchor(other) in links, f"{path.name} prints {row_id} without {other}"
                    together += 1
    assert together > 20


def test_a_conflict_is_named_by_both_of_its_rows() -> None:
    rows = {row.id: row for name in evidence.names() for row in evidence.table(name)}
    one_way = [
        (row_id, other)
        for row_id, row in rows.items()
        for other in (row.get("conflicts_with") or "").split()
        if row_id not in (rows[other].get("conflicts_with") or "").split()
    ]
    assert one_way == []


def linked(path: Path, href: str) -> Tag | None:
    """Return what an address of a page leads to."""
    file, _, name = href.partition("#")
    return page((path.parent / file).resolve() if file else path).find(id=name)


def test_every_claim_is_answered_by_a_chapter_and_each_leads_to_the_other() -> None:
    claims = evidence.table("claims")
    assert len(claims) == 67
    register = BOOK / "claims.html"
    for row in claims:
        chapter = BOOK / f"{row['chapter']}.html"
        for here, there in ((register, chapter), (chapter, register)):
            (claim,) = page(here).find_all(id=anchor(row.id))
            (link,) = claim.select(".kc-claim-place a")
            href = str(link["href"])
            assert (here.parent / href.partition("#")[0]).resolve() == there
            found = linked(here, href)
            assert found is not None
            assert row["claim"] in found.get_text()


def test_the_page_of_all_figures_shows_each_figure_and_leads_to_it() -> None:
    names = set()
    for path in prose_pages():
        names |= {str(figure["aria-labelledby"]) for figure in page(path).select(".kc-figure")}
    index = BOOK / "figures.html"
    shown = page(index).select("li.kc-still")
    found = set()
    for still in shown:
        href = str(still.h3.a["href"])  # type: ignore[union-attr, index]
        target = linked(index, href)
        assert target is not None, href
        assert target.get_text() == still.h3.get_text()  # type: ignore[union-attr]
        assert still.select_one("svg[role=img][aria-label]") is not None
        found.add(href.partition("#")[2])
    assert found == names
    assert len(shown) == len(names) > 10


def test_a_figure_that_asks_first_is_folded_on_the_page_of_all_figures() -> None:
    folded = page(BOOK / "figures.html").select("li.kc-still details:not([open]) svg")
    asking = sum(
        '"prediction":{' in script.get_text().replace(" ", "")
        for path in prose_pages()
        for script in page(path).select(".kc-payload")
    )
    assert len(folded) == asking > 0
