"""Comparing a learner's prediction of a moment with the published one. Times are in hours."""

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
