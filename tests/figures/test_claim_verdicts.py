"""The verdicts of the claim register: counts as the table has them, and a prediction answered from them."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from ketamine_course import figures
from ketamine_course.evidence.table import table_path
from ketamine_course.figures.claim_verdicts import VERDICTS
from ketamine_course.figures.html import static_html
from ketamine_course.sphinx.claim_register import VERDICTS as REGISTER
from ketamine_course.widgets.claims_overview import claim_verdicts_figure


@pytest.fixture(scope="module")
def figure() -> figures.Figure:
    return claim_verdicts_figure()


@pytest.fixture(scope="module")
def claims() -> list[dict[str, str]]:
    with table_path("claims").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _bars(figure: figures.Figure, key: str) -> list[tuple[str, float]]:
    drawn = [figure.traces[name] for name in figure.views[key].traces]
    return [(trace["y"][0], trace["x"][1] - trace["x"][0]) for trace in drawn if trace["mode"] == "lines"]


def test_the_signs_are_those_of_the_register() -> None:
    assert {verdict: (sign, said) for verdict, (sign, said, _) in VERDICTS.items()} == REGISTER


def test_the_bars_are_the_shares_of_the_verdicts(figure: figures.Figure, claims: list[dict[str, str]]) -> None:
    counts = Counter(claim["verdict"] for claim in claims)
    bars = dict(_bars(figure, "all"))
    assert bars.keys() == counts.keys()
    for verdict, count in counts.items():
        assert bars[verdict] == pytest.approx(100 * count / len(claims), abs=0.05)


def test_by_theme_the_bars_count_every_claim_once(figure: figures.Figure, claims: list[dict[str, str]]) -> None:
    counted: Counter[str] = Counter()
    for theme, length in _bars(figure, "theme"):
        counted[theme] += int(length)
    assert counted == Counter(claim["theme"] for claim in claims)


def test_the_prediction_is_answered_from_the_register(figure: figures.Figure, claims: list[dict[str, str]]) -> None:
    assert figure.prediction is not None
    marks = figure.layouts["all"]["xaxis"]["tickvals"]
    verdicts = [claim["verdict"] for claim in claims]
    for question, meant in zip(
        figure.prediction.questions, (("supported",), ("misleading", "unsupported")), strict=True
    ):
        share = 100 * sum(verdict in meant for verdict in verdicts) / len(verdicts)
        assert list(question.values) == marks
        assert question.unit == "percent"
        for mark, said in zip(marks, question.feedback, strict=True):
            assert f"{round(share, 1):g} %" in said
            assert ("less than" in said) == (mark < share)
        # The slider starts at the last mark, which must give nothing away.
        assert share < marks[-2]


def test_every_claim_is_in_the_table_and_each_view_says_what_it_shows(
    figure: figures.Figure, claims: list[dict[str, str]]
) -> None:
    assert {claim["claim_id"] for claim in claims} == set(figure.table.rows)
    html = static_html(figure, csv_href=str)
    for view in figure.views.values():
        assert set(view.row_ids) == set(figure.table.rows)
        assert view.finding
        assert view.notes
    for claim in claims:
        assert f'data-row="{claim["claim_id"]}"' in html
