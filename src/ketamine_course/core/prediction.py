"""Comparing a learner's prediction with what was published: a moment (in hours) or a share (in percent)."""

from .duration import duration_label

#: Percentage points that still count as close: half of what lies between two marks of the scale.
CLOSE_POINTS = 5


def compare_prediction(predicted_h, published_h, subject):
    """Return one sentence that sets a predicted moment beside the published one.

    ``subject`` names what separates, as the start of a sentence. A prediction
    within a factor of two of the published time counts as close: on the figure's
    log axis that is about the width of a marker.

    Raises ValueError if a time is not above zero.
    """
    if predicted_h <= 0 or published_h <= 0:
        raise ValueError("a predicted and a published moment must lie after the first dose")
    ratio = predicted_h / published_h
    if 0.5 <= ratio <= 2:
        verdict = "that is close"
    elif ratio > 2:
        verdict = "that is later than was measured"
    else:
        verdict = "that is earlier than was measured"
    return (
        subject
        + " was first measured at "
        + duration_label(published_h)
        + "; you marked "
        + duration_label(predicted_h)
        + ", and "
        + verdict
        + "."
    )


def _percent(share):
    rounded = round(share, 1)
    return str(int(rounded) if rounded == int(rounded) else rounded) + " %"


def compare_share(predicted_percent, published_percent, subject):
    """Return one sentence that sets a predicted share beside the published one, both in percent.

    ``subject`` names what was counted, as the start of a sentence.

    Raises ValueError if a share is not between 0 and 100.
    """
    if not (0 <= predicted_percent <= 100 and 0 <= published_percent <= 100):
        raise ValueError("a share is a percentage between 0 and 100")
    if abs(predicted_percent - published_percent) <= CLOSE_POINTS:
        verdict = "that is close"
    elif predicted_percent > published_percent:
        verdict = "that is higher than was measured"
    else:
        verdict = "that is lower than was measured"
    return (
        subject
        + " was "
        + _percent(published_percent)
        + "; you marked "
        + _percent(predicted_percent)
        + ", and "
        + verdict
        + "."
    )
