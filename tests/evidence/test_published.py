"""Published results come out again from their counts, by code that shares none with the course's: statsmodels."""

from __future__ import annotations

import math

import pytest
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep

from ketamine_course import evidence
from ketamine_course.evidence.published import agrees, recompute

ROWS = evidence.table("published_effects")

#: The measures with two counted arms and more than a share to work out.
COMPARISONS = ("odds ratio", "risk ratio", "risk difference", "number needed to treat")


def counts(row: evidence.Row) -> tuple[int, int, int, int]:
    return row["active_events"], row["active_n"], row["control_events"], row["control_n"]


def again(row: evidence.Row) -> tuple[float, ...]:
    """Return the result of a comparison by statsmodels: the value, and the interval where the measure has one."""
    a, n1, c, n2 = counts(row)
    if row["measure"] in ("odds ratio", "risk ratio"):
        table = Table2x2([[a, n1 - a], [c, n2 - c]], shift_zeros=False)
        if row["measure"] == "odds ratio":
            return table.oddsratio, *table.oddsratio_confint(0.05)
        return table.riskratio, *table.riskratio_confint(0.05)
    difference = a / n1 - c / n2
    if row["measure"] == "risk difference":
        low, high = confint_proportions_2indep(a, n1, c, n2, method="wald", compare="diff")
        return 100 * difference, 100 * low, 100 * high
    needed = abs(1 / difference)
    return (float(math.ceil(needed)) if "rounded up" in row["method"] else needed,)


def prints_as(found: float, printed: float, decimals: int) -> bool:
    """Return whether a number has the printed digits; a half may go either way."""
    return abs(found - printed) <= 0.5 * 10**-decimals + 1e-9


def comes_out(row: evidence.Row) -> bool:
    value, *interval = again(row)
    ends = [row["ci_low"], row["ci_high"]] if row["ci_low"] is not None else []
    return prints_as(value, row["value"], row["decimals"]) and all(
        prints_as(found, printed, row["ci_decimals"]) for found, printed in zip(interval, ends, strict=bool(ends))
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_table_says_yes_exactly_where_the_printed_digits_come_out(row: evidence.Row) -> None:
    assert (row["reproduces"] == "yes") == agrees(row)


def test_a_result_that_does_not_come_out_is_explained() -> None:
    others = [row for row in ROWS if row["reproduces"] != "yes"]
    assert others
    assert all(row["explanation"] for row in others)


def test_at_least_fifteen_comparisons_come_out_to_the_printed_digits_by_statsmodels() -> None:
    compared = [row for row in ROWS if row["measure"] in COMPARISONS]
    whole = [row for row in compared if row["ci_low"] is not None or row["measure"] == "number needed to treat"]
    assert sum(comes_out(row) for row in whole) >= 15
    assert {row["measure"] for row in whole if comes_out(row)} >= {"odds ratio", "risk difference"}


@pytest.mark.parametrize("row", [row for row in ROWS if row["measure"] in COMPARISONS], ids=lambda row: row.id)
def test_statsmodels_agrees_with_what_the_course_works_out(row: evidence.Row) -> None:
    ours = recompute(row)
    value, *interval = again(row)
    assert ours.value == pytest.approx(value, rel=1e-9)
    if interval:
        assert (ours.low, ours.high) == pytest.approx(tuple(interval), rel=1e-7)
    assert comes_out(row) == agrees(row)


def test_shares_and_corresponding_risks_follow_from_their_inputs() -> None:
    for row in ROWS:
        if row["measure"] in ("percent active", "percent control"):
            arm = row["measure"].split()[1]
            assert recompute(row).value == pytest.approx(100 * row[f"{arm}_events"] / row[f"{arm}_n"])
        elif row["measure"] == "corresponding risk" and row["inputs"]:
            risk, *ratios = (float(each) for each in row["inputs"].split())
            odds = [ratio * risk / (100 - risk) for ratio in ratios]
            found = recompute(row)
            assert (found.value, found.low, found.high) == pytest.approx([100 * o / (1 + o) for o in odds])


def test_abbars_odds_ratio_needs_the_group_sizes_put_back() -> None:
    """The abstract prints 46 of 83 and 25 of 73; the shares beside them belong to 46 of 73 and 25 of 79."""
    right, printed = (
        next(row for row in ROWS if row.id == each) for each in ("abbar2022.or", "abbar2022.or_as_printed")
    )
    assert (counts(right), counts(printed)) == ((46, 73, 25, 79), (46, 83, 25, 73))
    assert (right["value"], right["ci_low"], right["ci_high"]) == (3.7, 1.9, 7.3)
    assert [round(each, 1) for each in again(right)] == [3.7, 1.9, 7.2]
    assert [round(each, 1) for each in again(printed)] == [2.4, 1.2, 4.6]
    assert [right["reproduces"], printed["reproduces"]] == ["to rounding", "no"]
    shares = {row.id: row["value"] for row in ROWS if row.id in ("abbar2022.active", "abbar2022.control")}
    assert shares == {
        "abbar2022.active": round(100 * 46 / 73, 1),
        "abbar2022.control": round(100 * 25 / 79, 1),
    }


def altered(row: evidence.Row, **cells: object) -> evidence.Row:
    return evidence.Row({**row, **cells}, row.table, row.line)


def test_an_unknown_measure_is_refused_naming_file_row_and_column() -> None:
    row = altered(ROWS[0], measure="hazard ratio")
    with pytest.raises(evidence.EvidenceError) as refusal:
        recompute(row)
    message = str(refusal.value)
    assert all(each in message for each in ("published_effects.csv", row.id, "'measure'", "'hazard ratio'"))
    assert f"line {row.line}" in message


def test_one_digit_more_or_less_no_longer_agrees() -> None:
    row = next(row for row in ROWS if row.id == "grunebaum2018.or")
    assert agrees(row)
    assert not agrees(altered(row, value=row["value"] + 0.01))
    assert not agrees(altered(row, ci_low=row["ci_low"] - 0.01))
    assert not agrees(altered(row, ci_high=row["ci_high"] + 0.01))
    assert not agrees(altered(row, control_events=row["control_events"] + 1))
