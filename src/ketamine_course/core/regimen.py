"""Schedules of infusion, and the concentrations that a compartment model gives for them.

A schedule is a list of segments ``[start_min, end_min, rate_mg_per_min]`` in order of time, without
overlap; between segments the pump stands still. Concentrations are in ng/mL, times in minutes.
"""

from .compartments import NG_PER_ML, carried, checked_number, rate_matrix, step_matrix

DOSE_RANGE_MG = (0, 5000)
DURATION_RANGE_MIN = (1, 1440)
TIME_RANGE_MIN = (0, 10080)


def infusion(dose_mg, duration_min, pause_after_min=None, pause_min=0, stopped=False):
    """Return the schedule of one dose at a constant rate, with at most one pause.

    Args:
        dose_mg: 0 to 5000, all of it given over ``duration_min`` of running pump.
        duration_min: 1 to 1440.
        pause_after_min: minutes from the start to the pause, within the infusion; None for no pause.
        pause_min: how long the pump stands still; what is left is given afterwards.
        stopped: what is left is not given.

    Raises ValueError that names the argument, its value and the allowed range.
    """
    checked_number("dose_mg", dose_mg, DOSE_RANGE_MG[0], DOSE_RANGE_MG[1], "mg")
    checked_number("duration_min", duration_min, DURATION_RANGE_MIN[0], DURATION_RANGE_MIN[1], "min")
    rate = dose_mg / duration_min
    if pause_after_min is None:
        return [[0, duration_min, rate]]
    checked_number("pause_after_min", pause_after_min, 0, duration_min, "min")
    checked_number("pause_min", pause_min, 0, TIME_RANGE_MIN[1], "min")
    given = [[0, pause_after_min, rate]]
    if stopped:
        return given
    return given + [[pause_after_min + pause_min, duration_min + pause_min, rate]]


def checked_schedule(schedule):
    """Return a schedule whose segments are in order and whose rates are not negative; else ValueError."""
    before = 0
    for number, segment in enumerate(schedule):
        place = "schedule[" + str(number) + "]"
        if len(segment) != 3:
            raise ValueError(place + " is " + repr(segment) + "; it must be [start_min, end_min, rate_mg_per_min]")
        start, end, rate = segment
        checked_number(place + " start_min", start, before, TIME_RANGE_MIN[1], "min")
        checked_number(place + " end_min", end, start, TIME_RANGE_MIN[1], "min")
        checked_number(place + " rate_mg_per_min", rate, 0, DOSE_RANGE_MG[1], "mg/min")
        before = end
    return schedule


def total_dose_mg(schedule):
    """Return what a schedule gives in all, in mg."""
    return sum([(end - start) * rate for start, end, rate in checked_schedule(schedule)])


def too_short(model, schedule):
    """Return the length (min) of the shortest segment with drug in it if the model's data do not reach that low.

    Otherwise, and for a model without such a limit, return None.
    """
    limit = model["shortest_duration_min"]
    running = [end - start for start, end, rate in schedule if rate and end > start]
    if limit is None or not running:
        return None
    # A pause cuts an infusion into pieces; how long the pump ran in all is what tells a bolus from an infusion.
    total = sum(running)
    return total if total < limit else None


def concentrations(model, weight_kg, schedule, times_min, person=None):
    """Return the concentrations of the drug and of its metabolite at times from the start.

    Args:
        model: as `compartments` describes it.
        weight_kg: 40 to 150.
        schedule: segments ``[start_min, end_min, rate_mg_per_min]``.
        times_min: 0 to 10080, rising.
        person: see `compartments.rate_matrix`.

    Returns ``{"time_min": [...], "ketamine_ng_ml": [...], "norketamine_ng_ml": [...] or None}``.

    Raises ValueError for bad input, and for a schedule that runs for a shorter time than the
    model's data can say anything about.
    """
    checked_schedule(schedule)
    short = too_short(model, schedule)
    if short is not None:
        raise ValueError(
            "the infusion runs for "
            + str(short)
            + " min; the model "
            + model["id"]
            + " describes infusions of at least "
            + str(model["shortest_duration_min"])
            + " min and no bolus: choose a longer one or another model"
        )
    system = rate_matrix(model, weight_kg, person)
    matrix, metabolite = system["matrix"], system["metabolite"]
    drug_factor = NG_PER_ML / system["drug_volume_l"]
    metabolite_factor = NG_PER_ML / system["metabolite_volume_l"] if metabolite is not None else 0
    turns = sorted(set([edge for start, end, _ in schedule for edge in (start, end)]))
    steps = {}
    amounts = [0.0] * len(matrix)
    now, rate, turn = 0, 0, 0
    drug, other = [], []
    before = 0
    for number, time_min in enumerate(times_min):
        checked_number("times_min[" + str(number) + "]", time_min, before, TIME_RANGE_MIN[1], "min")
        before = time_min
        while now < time_min or turn < len(turns) and turns[turn] <= now:
            if turn < len(turns) and turns[turn] <= now:
                rate = _rate_at(schedule, turns[turn])
                turn += 1
                continue
            until = min(time_min, turns[turn]) if turn < len(turns) else time_min
            minutes = until - now
            if minutes not in steps:
                steps[minutes] = step_matrix(matrix, minutes)
            carry, fill = steps[minutes]
            amounts = carried(amounts, carry, fill, rate)
            now = until
        drug.append(amounts[0] * drug_factor)
        if metabolite is not None:
            other.append(amounts[metabolite] * metabolite_factor)
    return {
        "time_min": list(times_min),
        "ketamine_ng_ml": drug,
        "norketamine_ng_ml": other if metabolite is not None else None,
    }


def _rate_at(schedule, time_min):
    for start, end, rate in schedule:
        if start <= time_min < end:
            return rate
    return 0
