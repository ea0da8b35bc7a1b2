"""Comparing a learner's prediction with what was published: a moment (in hours), or a share (in percent)."""

from .duration import duration_label


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


def compare_share(predicted, lowest, highest, subject):
    """Return one sentence that sets a predicted share beside the published ones, all in percent.

    ``lowest`` and ``highest`` are the ends of what was published; equal where there is one figure.
    ``subject`` names what was measured, as the start of a sentence.

    Raises ValueError if a share is not within 0 to 100 or the ends are the wrong way round.
    """
    if not (0 <= predicted <= 100 and 0 <= lowest <= highest <= 100):
        raise ValueError("shares are percentages from 0 to 100, the lowest first")
    if predicted < lowest:
        verdict = "that is less than was measured"
    elif predicted > highest:
        verdict = "that is more than was measured"
    else:
        verdict = "that lies within what was measured"
    published = _percent(lowest) if lowest == highest else _percent(lowest) + " to " + _percent(highest)
    return (
        subject + " was measured at " + published + " %; you marked " + _percent(predicted) + " %, and " + verdict + "."
    )


def _percent(share):
    rounded = round(share, 1)
    return str(int(rounded) if rounded == int(rounded) else rounded)
