"""Schedules of infusion, and the concentrations that a compartment model gives for them.

A schedule is a list of segments ``[start_min, end_min, rate_mg_per_min]`` in order of time, without
overlap; between segments the pump stands still. Concentrations are in ng/mL, times in minutes.
"""

from .compartments import NG_PER_ML, carried, checked_number, product, rate_matrix, step_matrix

DOSE_RANGE_MG = (0, 5000)
DURATION_RANGE_MIN = (1, 1440)
TIME_RANGE_MIN = (0, 10080)

#: Steps that were worked out, by all that they depend on: who moves a slider asks for the same ones again.
_steps = {}
_MOST_STEPS = 48


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
    metabolite = system["metabolite"]
    outputs = [(0, NG_PER_ML / system["drug_volume_l"])]
    if metabolite is not None:
        outputs.append((metabolite, NG_PER_ML / system["metabolite_volume_l"]))
    found = [[] for _ in outputs]
    system_key = (tuple([tuple(row) for row in system["matrix"]]), tuple(outputs))
    state = [0.0] * (len(system["matrix"]) + 1)
    for minutes, count, rate, is_output in _runs(schedule, times_min):
        step = _steps.get((minutes, system_key))
        if step is None:
            if len(_steps) >= _MOST_STEPS:
                _steps.clear()
            step = _steps[(minutes, system_key)] = _Step(step_matrix(system["matrix"], minutes), outputs)
        state[-1] = rate
        state = step.repeat(state, count, found if is_output else None)
    return {
        "time_min": list(times_min),
        "ketamine_ng_ml": found[0],
        "norketamine_ng_ml": found[1] if metabolite is not None else None,
    }


def _rate_at(schedule, time_min):
    for start, end, rate in schedule:
        if start <= time_min < end:
            return rate
    return 0


def _runs(schedule, times_min):
    """Return runs ``[minutes, count, rate, is_output]``: equal steps at one rate, each of which ends at an output.

    A step that ends at a turn of the schedule, and at no output, is a run of its own.
    """
    limit = TIME_RANGE_MIN[1]
    for kind in {type(time_min) for time_min in times_min} - {int, float}:
        place = [type(time_min) for time_min in times_min].index(kind)
        checked_number("times_min[" + str(place) + "]", times_min[place], 0, limit, "min")
    turns = sorted({edge for start, end, _ in schedule for edge in (start, end)})
    turns.append(2 * limit)  # after all times
    runs = []
    now, turn, rate = 0, 0, 0
    # Most times only lengthen the run before them: what tells these comes first, for speed.
    length, count, before = None, 0, 0
    for number, time_min in enumerate(times_min):
        if time_min <= before and time_min - now == length:
            count += 1
            now = time_min
            continue
        if not now <= time_min <= limit:
            checked_number("times_min[" + str(number) + "]", time_min, now, limit, "min")
        if count:
            runs.append([length, count, rate, True])
        while turns[turn] < time_min or turns[turn] <= now:
            if turns[turn] > now:
                runs.append([turns[turn] - now, 1, rate, False])
                now = turns[turn]
            rate = _rate_at(schedule, now)
            turn += 1
        before = min(turns[turn], limit)
        length, count = time_min - now, 1
        now = time_min
    if count:
        runs.append([length, count, rate, True])
    return runs


#: Outputs are worked out for so many equal steps at once; a power of two.
_BLOCK = 64


class _Step:
    """One length of step, with what repeating it needs: its powers, and what each output sees of a state."""

    def __init__(self, matrix, outputs):
        self.powers = [matrix]  # after 1, 2, 4, ... steps
        self.outputs = outputs
        self.length = 0
        self.seen = []

    def _power(self, exponent):
        while len(self.powers) <= exponent:
            self.powers.append(product(self.powers[-1], self.powers[-1]))
        return self.powers[exponent]

    def _after(self, state, count):
        exponent = 0
        while count:
            if count & 1:
                state = carried(state, self._power(exponent))
            count >>= 1
            exponent += 1
        return state

    def _look(self, length):
        """Work out, for each entry of a state, what each output sees of it after 1, 2, ... ``length`` steps."""
        matrix = self.powers[0]
        self.seen = []
        for place, factor in self.outputs:
            # A drug does not depend on its metabolite: those entries are 0 in every power of the matrix.
            depends = [entry for entry, value in enumerate(matrix[place]) if value]
            sequences = [[matrix[place][entry] * factor] for entry in depends]
            exponent = 0
            while len(sequences[0]) < length:
                # What is seen after as many steps again is seen through the power that carries a state so far.
                power = self._power(exponent)
                pairs = list(zip(depends, sequences))
                later = [_weighted([row[entry] for row in power], pairs, len(sequences[0])) for entry in depends]
                sequences = [before + after for before, after in zip(sequences, later)]
                exponent += 1
            self.seen.append(list(zip(depends, sequences)))
        # Doubling may have led beyond what was asked for; a longer run need not begin anew.
        self.length = len(sequences[0])

    def repeat(self, state, count, found):
        """Return the state after ``count`` steps; add to ``found`` what each output is after each of them."""
        if found is not None and self.length < min(count, _BLOCK):
            self._look(min(count, _BLOCK))
        while count:
            block = min(count, _BLOCK)
            if found is not None:
                for values, sequences in zip(found, self.seen):
                    values.extend(_weighted(state, sequences, block))
            state = self._after(state, block)
            count -= block
        return state


def _weighted(state, sequences, length):
    """Return the sum of sequences, each weighted with its entry of the state; several at a time, for speed."""
    active = [(state[entry], each) for entry, each in sequences if state[entry]]
    total = None
    while active:
        if total is None and len(active) > 2:
            (a, first), (b, second), (c, third) = active[:3]
            total = [a * x + b * y + c * z for x, y, z in zip(first, second, third)]
            active = active[3:]
        elif total is not None and len(active) > 1:
            (a, first), (b, second) = active[:2]
            total = [t + a * x + b * y for t, x, y in zip(total, first, second)]
            active = active[2:]
        else:
            a, first = active[0]
            total = [t + a * x for t, x in zip(total or [0.0] * length, first)]
            active = active[1:]
    return total[:length] if total else [0.0] * length
