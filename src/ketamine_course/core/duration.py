"""Time since the first dose, in the words that clinicians use for it. Times are in hours."""

MINUTES_PER_H = 60
H_PER_DAY = 24
H_PER_WEEK = 168

#: Where the onset timeline puts its ticks: 40 min to 14 weeks, in hours.
ONSET_TICKS_H = (40 / 60, 2, 24, 72, 168, 336, 672, 1008, 2352)


def _trimmed(number):
    rounded = round(number, 1)
    return str(int(rounded) if rounded == int(rounded) else rounded)


def _counted(number, singular):
    text = _trimmed(number)
    return text + " " + singular + ("" if text == "1" else "s")


def duration_label(time_h):
    """Return a time in hours as words, such as ``40 min``, ``2 h``, ``3 days`` or ``6 weeks``.

    Whole weeks are written as weeks, other times from one day on as days.

    Raises ValueError if ``time_h`` is negative.
    """
    if time_h < 0:
        raise ValueError("time since the first dose cannot be negative: " + str(time_h) + " h")
    if time_h == 0:
        return "start"
    if time_h < 1:
        return str(int(time_h * MINUTES_PER_H + 0.5)) + " min"
    if time_h < H_PER_DAY:
        return _trimmed(time_h) + " h"
    if time_h % H_PER_WEEK == 0:
        return _counted(time_h / H_PER_WEEK, "week")
    return _counted(time_h / H_PER_DAY, "day")
