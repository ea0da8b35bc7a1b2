"""A number in prose must come from a row: digits, number words and fractions that were typed are found."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ketamine_course.sphinx.typed_numbers import EXCEPTIONS, typed_numbers

Build = Callable[[str], tuple[str, list[str]]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In the trial 64 % responded.", ["64"]),
        ("About forty people took part.", ["forty"]),
        ("Some ⅓ of them, or 1/3, left.", ["⅓", "1/3"]),
        ("It fell by 3.5 points to −12,000.", ["3.5", "12,000"]),
        ("Two thirds of people, twice as many, a threefold rise.", ["Two", "thirds", "twice", "threefold"]),
        ("Half of them and a dozen more.", ["Half", "dozen"]),
        ("A hundred million.", ["hundred", "million"]),
    ],
)
def test_numbers_of_every_form_are_found(text: str, found: list[str]) -> None:
    assert list(typed_numbers(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "TRANSFORM-1, PHQ-9 and HAM-D-17 are names.",
        "KARMA-Dep 2 is a trial in a double-blind design.",
        "Either this one or the other one; they resemble one another.",
        "A half-life is a time, and half-lives are times.",
        "A double check is made by a second person; to double-check or to have double-checked is the same.",
        "No number here, only someone, anyone, often, tension, weight and tenderness.",
    ],
)
def test_names_and_pronouns_are_not_numbers(text: str) -> None:
    assert list(typed_numbers(text)) == []


PLANTED = """
In the trial 64 % responded.

- A list with forty people.

:::{note}
A note with a ½.
:::

| table | cell |
|---|---|
| two | thirds |

Term
: A definition, twice as long.
"""


def test_planted_numbers_are_caught_wherever_they_stand(build_page: Build) -> None:
    _, warnings = build_page(PLANTED)
    caught = [re.search(r"the number '([^']+)' was typed", warning) for warning in warnings]
    assert [match[1] for match in caught if match] == ["64", "forty", "½", "two", "thirds", "twice"]
    assert all("index.md:" in warning for warning in warnings)


def test_values_citations_code_and_links_to_rows_are_not_typed(build_page: Build) -> None:
    html, warnings = build_page(
        "On day one-off: {value}`lii2023.ketamine.24h.madrs_response` % at "
        "{time}`lii2023.ketamine.24h.madrs_response` {footcite:p}`lii2023`, code `x = 12`.\n\n"
        "```{footbibliography}\n```".replace("one-off", "trials")
    )
    assert warnings == []
    assert ">60</a> % at" in html


def test_a_citation_that_does_not_resolve_is_a_warning(build_page: Build) -> None:
    _, warnings = build_page("A claim {footcite:p}`nobody2099`.\n\n```{footbibliography}\n```")
    assert any("nobody2099" in warning for warning in warnings)


def test_there_are_at_most_fifteen_exceptions_each_with_a_reason() -> None:
    assert len(EXCEPTIONS) <= 15
    assert all(reason.strip() for _, reason in EXCEPTIONS)
