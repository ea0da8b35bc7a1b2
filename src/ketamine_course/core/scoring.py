"""How much of an item's points an answer earns: one pure function a rule, a share from 0 to 1.

The rules are those of the Next Generation NCLEX as the NCSBN describes them: 0/1 scoring
for a single best answer, and plus/minus scoring with a floor of zero for select all that
apply, where a wrong choice costs what a right one earns. Scoring a number within a
tolerance is common practice and has no single source.
"""


def score_single(chosen, correct):
    """Return 1.0 if the chosen option is the correct one, else 0.0."""
    return 1.0 if chosen == correct else 0.0


def score_multiple(chosen, correct):
    """Return the share that a set of chosen options earns under plus/minus scoring.

    Each correct choice adds one, each wrong choice takes one away, never below zero;
    the sum is divided by the number of correct options. An option chosen twice counts once.

    Raises ValueError if no option is correct, since such an item cannot be scored.
    """
    if not correct:
        raise ValueError("an item of the type select all that apply needs a correct option")
    right = 0
    wrong = 0
    for option in set(chosen):
        if option in correct:
            right += 1
        else:
            wrong += 1
    return max(0, right - wrong) / len(set(correct))


def score_numeric(value, unit, correct_value, correct_unit, tolerance):
    """Return 1.0 if the unit is the correct one and the value lies within the tolerance, else 0.0.

    ``tolerance`` is absolute, in the correct unit. A relative error of 1e-9 is forgiven, so
    that a value on the edge is not lost to the binary representation of decimals.

    Raises ValueError if the tolerance is negative.
    """
    if tolerance < 0:
        raise ValueError("a tolerance cannot be negative: " + str(tolerance))
    if unit != correct_unit:
        return 0.0
    allowed = tolerance + 1e-9 * max(1, abs(correct_value))
    return 1.0 if abs(value - correct_value) <= allowed else 0.0
