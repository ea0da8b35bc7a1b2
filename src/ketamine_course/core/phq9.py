"""The PHQ-9: adding up nine answers, naming the severity band of a total, and when crisis help comes first.

Kroenke, Spitzer and Williams 2001: nine items, each answered 0 to 3, so that a total runs from 0 to 27.
A total is a screen and no diagnosis.
"""

ITEMS = 9
HIGHEST_ANSWER = 3
HIGHEST_TOTAL = ITEMS * HIGHEST_ANSWER
#: The item about thoughts of being better off dead or of self-harm.
CRISIS_ITEM = 9


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _check(answers):
    if len(answers) != ITEMS:
        raise ValueError("the PHQ-9 has " + str(ITEMS) + " answers, not " + str(len(answers)))
    for index, answer in enumerate(answers):
        if answer is not None and not (_is_whole(answer) and 0 <= answer <= HIGHEST_ANSWER):
            raise ValueError(
                "item "
                + str(index + 1)
                + " is "
                + str(answer)
                + "; an answer is a whole number from 0 to "
                + str(HIGHEST_ANSWER)
            )


def unanswered(answers):
    """Return the numbers of the items, 1 to 9, whose answer is ``None``.

    Raises ValueError, naming the item, its value and the range, if an answer is none of the scale's.
    """
    _check(answers)
    return [index + 1 for index, answer in enumerate(answers) if answer is None]


def needs_crisis_help(answers):
    """Return whether item 9 is above 0, which counts before any total and whatever the other items say.

    Raises ValueError, naming the item, its value and the range, if an answer is none of the scale's.
    """
    _check(answers)
    return bool(answers[CRISIS_ITEM - 1])


def total(answers):
    """Return the sum of the nine answers, 0 to 27.

    Raises ValueError, naming the item, its value and the range, if an answer is missing or none of the scale's:
    a sum with a gap would look milder than the person is.
    """
    missing = unanswered(answers)
    if missing:
        raise ValueError(
            "item " + str(missing[0]) + " is unanswered; a total needs 0 to " + str(HIGHEST_ANSWER) + " for each item"
        )
    return sum(answers)


def band(points, bands):
    """Return the name of the severity band that holds a total.

    ``bands`` are triples of the lowest total, the highest total and the name.

    Raises ValueError if ``points`` is no total of the scale, or if not exactly one band holds it.
    """
    if not _is_whole(points) or not 0 <= points <= HIGHEST_TOTAL:
        raise ValueError("total is " + str(points) + "; it is a whole number from 0 to " + str(HIGHEST_TOTAL))
    found = [name for low, high, name in bands if low <= points <= high]
    if len(found) != 1:
        raise ValueError("total " + str(points) + " lies in " + str(len(found)) + " bands; it must lie in one")
    return found[0]
