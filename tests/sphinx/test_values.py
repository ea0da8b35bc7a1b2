"""A number in prose is a row's value, and leads to the place where it was read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Build = Callable[[str], tuple[str, list[str]]]

RESPONSE = "turkoz2021.esketamine.24h.madrs_response"
CONTROL = "turkoz2021.antidepressant.24h.madrs_response"


@pytest.mark.parametrize(
    ("markdown", "printed"),
    [
        (f"{{value}}`{RESPONSE}`", "17.3"),
        (f"{{value}}`{RESPONSE}:n`", "318"),
        ("{value}`wade2002.escitalopram_v_placebo.1344h.madrs_difference`", "−2.7"),
        ("{magnitude}`wade2002.escitalopram_v_placebo.1344h.madrs_difference`", "2.7"),
        (f"{{time}}`{RESPONSE}`", "1 day"),
        ("{time}`event.kishimoto2016.loss:end_h`", "12 days"),
        (f"{{calc}}`absolute_difference({RESPONSE}, {CONTROL})`", "7.9"),
        (f"{{calc}}`number_needed_to_treat({RESPONSE}, {CONTROL})`", "13"),
        (f"{{calc}}`people_of_100({RESPONSE})`", "17"),
    ],
)
def test_a_role_prints_the_rows_number(build_page: Build, markdown: str, printed: str) -> None:
    html, warnings = build_page(markdown)
    assert warnings == []
    assert f">{printed}</a>" in html


def test_a_value_links_to_its_row_and_names_its_source(build_page: Build) -> None:
    html, _ = build_page("{value}`lii2023.ketamine.24h.madrs_response`")
    assert 'href="book/tables/onset_points.html#row-lii2023-ketamine-24h-madrs-response"' in html
    assert 'title="Lii 2023, Extended Data Table 1"' in html


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("{value}`lii2023.nothing`", "no row 'lii2023.nothing'"),
        (f"{{value}}`{RESPONSE}:weight`", "has no column 'weight'"),
        (f"{{value}}`{RESPONSE}:ci_low`", "is blank in column 'ci_low'"),
        (f"{{calc}}`guess({RESPONSE})`", "is not FUNCTION"),
        (f"{{calc}}`number_needed_to_treat({CONTROL}, {RESPONSE})`", "does not exceed"),
    ],
)
def test_a_wrong_target_is_an_error_with_place_and_remedy(build_page: Build, markdown: str, said: str) -> None:
    _, warnings = build_page(markdown)
    assert any(said in warning and "index.md" in warning for warning in warnings), warnings
