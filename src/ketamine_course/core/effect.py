"""How large an effect is: shares of people, their difference, the number to treat.

All shares are percentages from 0 to 100. The formulas are those of the Cochrane
Handbook for Systematic Reviews of Interventions, chapters 6, 10 and 15.

Where a function takes four counts, they are the people with the event and all people
of the active arm, then the same of the control arm.
"""

import math


def _share(percent):
    if not 0 <= percent <= 100:
        raise ValueError("a share of people must lie between 0 and 100 percent, not " + str(percent))
    return percent


def people_of_100(percent):
    """Return how many of 100 people a share means, as a whole number.

    A half is rounded up, as a reader would, not to the even neighbour.

    Raises ValueError if ``percent`` is outside 0 to 100.
    """
    return int(_share(percent) + 0.5)


def absolute_difference(treated_percent, control_percent):
    """Return treated minus control in percentage points, to one decimal.

    Raises ValueError if a share is outside 0 to 100.
    """
    return round(_share(treated_percent) - _share(control_percent), 1)


def number_needed_to_treat(treated_percent, control_percent):
    """Return how many people must be treated for one more to respond.

    It is 100 over the absolute difference in percentage points, rounded up to
    a whole person (Cochrane Handbook, section 15.4.2).

    Raises ValueError if a share is outside 0 to 100, or if the treated share
    does not exceed the control share, where no such number exists.
    """
    difference = _share(treated_percent) - _share(control_percent)
    if difference <= 0:
        raise ValueError("no number needed to treat: the treated share does not exceed the control share")
    whole = int(100 / difference)
    # 1e-9 keeps 100 / 20.0 from becoming six people through a rounding error.
    return whole if 100 / difference - whole < 1e-9 else whole + 1


#: The normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054


def _counts(active_events, active_n, control_events, control_n):
    for events, n in ((active_events, active_n), (control_events, control_n)):
        if n < 1 or not 0 <= events <= n:
            raise ValueError("an arm needs at least one person, and events from 0 to that number")
    return active_events, active_n, control_events, control_n


def _cells(active_events, active_n, control_events, control_n):
    """Return the four cells, each plus one half if one of them is zero."""
    a, n1, c, n2 = _counts(active_events, active_n, control_events, control_n)
    cells = (a, n1 - a, c, n2 - c)
    return tuple(cell + 0.5 for cell in cells) if 0 in cells else cells


def log_odds_ratio(active_events, active_n, control_events, control_n):
    """Return the natural logarithm of the odds ratio and its variance, as a pair.

    The variance is Woolf's, the sum of the cells' reciprocals. If a cell is zero,
    one half is added to each of the four (Cochrane Handbook, section 10.4.4).

    Raises ValueError for counts that no trial can have.
    """
    a, b, c, d = _cells(active_events, active_n, control_events, control_n)
    return math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def odds_ratio(active_events, active_n, control_events, control_n):
    """Return the odds ratio with its 95 % interval (Wald, on the logarithm), as three numbers.

    Raises ValueError for counts that no trial can have.
    """
    estimate, variance = log_odds_ratio(active_events, active_n, control_events, control_n)
    half = Z95 * math.sqrt(variance)
    return math.exp(estimate), math.exp(estimate - half), math.exp(estimate + half)


def risk_ratio(active_events, active_n, control_events, control_n):
    """Return the ratio of the two shares with its 95 % interval (on the logarithm), as three numbers.

    Raises ValueError for counts that no trial can have, and where nobody in an arm had the event.
    """
    a, n1, c, n2 = _counts(active_events, active_n, control_events, control_n)
    if not a or not c:
        raise ValueError("no risk ratio: in one arm nobody had the event")
    estimate = math.log(a / n1 / (c / n2))
    half = Z95 * math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)
    return math.exp(estimate), math.exp(estimate - half), math.exp(estimate + half)


def risk_difference(active_events, active_n, control_events, control_n):
    """Return active minus control in percentage points with its 95 % interval, as three numbers.

    The interval is Wald's, which is what the trials print; in small arms it is too narrow.

    Raises ValueError for counts that no trial can have.
    """
    a, n1, c, n2 = _counts(active_events, active_n, control_events, control_n)
    p1, p2 = a / n1, c / n2
    half = 100 * Z95 * math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    difference = 100 * (p1 - p2)
    return difference, difference - half, difference + half


def number_needed(active_events, active_n, control_events, control_n):
    """Return the number needed to treat for one more event, with its 95 % interval, as three numbers.

    It is 100 over the risk difference, not rounded; below zero it is a number for one
    event fewer. The bounds are those of the risk difference turned over: the nearer
    first. If the difference's interval holds 0, the number's interval runs through
    infinity: the second bound then has the other sign (Altman, BMJ 1998;317:1309).

    Raises ValueError for counts that no trial can have, and where the shares are equal.
    """
    difference, low, high = risk_difference(active_events, active_n, control_events, control_n)
    if difference == 0 or low == 0 or high == 0:
        raise ValueError("no number needed: the two shares, or a bound of their difference, do not differ")
    near, far = (high, low) if difference > 0 else (low, high)
    return 100 / difference, 100 / near, 100 / far


def corresponding_risk(control_percent, ratio):
    """Return the percentage with treatment that an odds ratio means for a percentage without it.

    Cochrane Handbook, section 15.4.4: ratio x odds, turned back into a share.

    Raises ValueError if the share is not within 0 to 100 or the ratio is not above 0.
    """
    share = _share(control_percent) / 100
    if ratio <= 0:
        raise ValueError("an odds ratio is above 0")
    return 100 * ratio * share / (1 - share + ratio * share)


def cumulative_share(percents):
    """Return the percentage reached after several steps if nobody leaves between them.

    Each step's share is of those who are left: 100 x (1 - the product of what remains).

    Raises ValueError if a share is outside 0 to 100.
    """
    remaining = 1.0
    for percent in percents:
        remaining *= 1 - _share(percent) / 100
    return 100 * (1 - remaining)
