"""How large an effect is: shares of people, their difference, the number to treat.

All shares are percentages from 0 to 100. The formulas are those of the Cochrane
Handbook for Systematic Reviews of Interventions, chapters 6 and 15.
"""


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
