"""Response by control: the bars are the rows' shares, and the control is predicted before it is shown."""

from __future__ import annotations

import pytest

from ketamine_course import evidence, figures
from ketamine_course.core.prediction import compare_share
from ketamine_course.figures.html import static_html
from ketamine_course.widgets.response_by_control import response_by_control_figure

POOLED = "pooled.wilkinson2019.response_"


@pytest.fixture(scope="module")
def figure() -> figures.Figure:
    return response_by_control_figure()


def bars(figure: figures.Figure, key: str) -> dict[str, tuple[float, float]]:
    drawn = [figure.traces[name] for name in figure.views[key].traces]
    return {trace["y"][0]: tuple(trace["x"]) for trace in drawn if trace["mode"] == "lines"}


def test_each_bar_is_the_share_of_its_row(figure: figures.Figure) -> None:
    masked = evidence.row("lii2023_masked.response.24h")
    shares = [
        *(evidence.row(POOLED + name)["value"] for name in ("ketamine_saline", "saline")),
        *(evidence.row(POOLED + name)["value"] for name in ("ketamine_midazolam", "midazolam")),
        100 * masked["active_events"] / masked["active_n"],
        100 * masked["control_events"] / masked["control_n"],
    ]
    drawn = bars(figure, "both")
    assert list(drawn) == figure.layouts["both"]["yaxis"]["categoryarray"]
    assert [end for _, end in drawn.values()] == shares
    assert {start for start, _ in drawn.values()} == {0}


def test_what_is_added_reaches_from_the_control_to_ketamine(figure: figures.Figure) -> None:
    both = [end for _, end in bars(figure, "both").values()]
    assert list(bars(figure, "added").values()) == list(zip(both[1::2], both[::2], strict=True))


def test_the_control_is_predicted_and_answered_from_its_row(figure: figures.Figure) -> None:
    assert figure.prediction is not None
    for question, control in zip(figure.prediction.questions, ("saline", "midazolam"), strict=True):
        share = evidence.row(POOLED + control)["value"]
        assert list(question.values) == figure.layouts["both"]["xaxis"]["tickvals"]
        said = f"Response on {control}"
        assert list(question.feedback) == [compare_share(mark, share, share, said) for mark in question.values]
        # The slider starts at the last mark, which must give nothing away.
        assert share < question.values[-2]


def test_every_row_that_a_view_shows_is_in_the_table_with_its_source(figure: figures.Figure) -> None:
    for view in figure.views.values():
        assert set(view.row_ids) == set(figure.table.rows)
        assert view.finding
        assert view.notes
    assert all(cells["reference"] and cells["where"] for cells in figure.table.rows.values())
    html = static_html(figure, csv_href=str)
    assert all(f'data-row="{row_id}"' in html for row_id in figure.table.rows)
