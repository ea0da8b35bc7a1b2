"""What the infusion simulator shows for a choice of dose, duration, weight, model, pause and vial.

The same code answers in JupyterLab and, under MicroPython, in the published page, where no kernel runs.
It returns plotly dictionaries, the finding in words and the numbers as a table. Everything that comes
from a source is in ``context``, made from rows by `figures.infusion`.
"""

from . import regimen

END_MIN = 240
STEP_MIN = 2
TABLE_STEP_MIN = 20

#: The part of the infusion that has run when it is interrupted.
INTERRUPTED_AFTER = 0.75

#: How the dose is interrupted: (value, label, minutes of pause or None for the end of the infusion).
PAUSES = (
    ("none", "No pause", 0),
    ("short", "After three quarters, a pause of 10 min", 10),
    ("long", "After three quarters, a pause of 30 min", 30),
    ("stopped", "After three quarters, stopped for good", None),
)

#: What is in the vial against what it was taken for (mg/mL): the dose is off by the first over the second.
VIALS = (
    ("right", "The right vial", 1, 1),
    ("50_for_10", "50 mg/mL taken for 10 mg/mL", 50, 10),
    ("100_for_10", "100 mg/mL taken for 10 mg/mL", 100, 10),
    ("10_for_50", "10 mg/mL taken for 50 mg/mL", 10, 50),
)

#: Line styles tell models apart without colour; in the order of the models.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
COLOURS = (
    "var(--kc-ketamine)",
    "var(--kc-midazolam)",
    "var(--kc-esketamine)",
    "var(--kc-placebo)",
    "var(--kc-antidepressant)",
    "var(--kc-ink)",
)


def schedule_of(dose_mg, duration_min, pause):
    """Return the schedule (see `regimen`) of a dose with one of `PAUSES`, which comes after three quarters."""
    for name, _, pause_min in PAUSES:
        if name == pause and name == "none":
            return regimen.infusion(dose_mg, duration_min)
        if name == pause:
            stopped = pause_min is None
            return regimen.infusion(
                dose_mg, duration_min, INTERRUPTED_AFTER * duration_min, 0 if stopped else pause_min, stopped
            )
    raise ValueError("pause is " + repr(pause) + "; it must be one of " + ", ".join([each[0] for each in PAUSES]))


def _vial_factor(vial):
    for name, _, real, believed in VIALS:
        if name == vial:
            return real / believed
    raise ValueError("vial is " + repr(vial) + "; it must be one of " + ", ".join([each[0] for each in VIALS]))


def _grid(schedule):
    turns = [edge for start, end, _ in schedule for edge in (start, end) if edge <= END_MIN]
    return sorted(set(list(range(0, END_MIN + 1, STEP_MIN)) + turns))


def _line(name, across, values, colour, dash, width, row_id):
    """Return a line; ``across`` is what all lines of a state share, from `_across`."""
    hours, marks = across
    start = name + ": "
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": hours,
        # Rounded as `_rounded` does, without its call: this is half of a state's time.
        "y": [int(value * 100 + 0.5) / 100 for value in values],
        "text": [""] * len(values),
        "customdata": [row_id] * len(values),
        "hovertext": [start + _ng(value) + mark for value, mark in zip(values, marks)],
        "hoverinfo": "text",
        "line": {"color": colour, "width": width, "dash": dash},
        "marker": {"symbol": "circle", "size": 0, "color": colour},
        "yaxis": "y",
    }


def _across(times_min):
    """Return the hours of times, and how a label names each of them."""
    return [_rounded(time / 60, 5) for time in times_min], [" at " + _minutes(time) for time in times_min]


def _area(name, x, low, high, colour, row_id):
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x + x[::-1],
        "y": [_rounded(value, 2) for value in high + low[::-1]],
        "text": [""] * (2 * len(x)),
        "customdata": [row_id] * (2 * len(x)),
        "hoverinfo": "skip",
        "fill": "toself",
        "opacity": 0.18,
        "line": {"color": colour, "width": 0, "dash": "solid"},
        "marker": {"symbol": "circle", "size": 0, "color": colour},
        "yaxis": "y",
    }


def _ng(value):
    return str(round(value)) + " ng/mL" if value >= 1 else "below 1 ng/mL"


def _minutes(time_min):
    return str(round(time_min)) + " min"


def _number(value):
    """Return a number without a useless decimal."""
    hundredths = int(value * 100 + 0.5)
    text = str(hundredths // 100)
    rest = ("0" + str(hundredths % 100))[-2:].rstrip("0")
    return text + "." + rest if rest else text


def _tenths(value):
    """Return a number with one decimal."""
    tenths = int(value * 10 + 0.5)
    return str(tenths // 10) + "." + str(tenths % 10)


def _rounded(value, decimals):
    """Return a number that is not negative, rounded: the round of MicroPython gives 74.40000000000001 for 74.4."""
    scale = 10**decimals
    return int(value * scale + 0.5) / scale


def _peak(curve):
    values = curve["ketamine_ng_ml"]
    place = values.index(max(values))
    return values[place], curve["time_min"][place]


def view(choices, context):
    """Return the state of the simulator for ``choices``.

    Args:
        choices: ``dose`` (mg/kg), ``duration`` (min), ``weight`` (kg), ``model``, ``compare`` ("no" or "yes"),
            ``pause`` and ``vial``, each as text.
        context: ``models`` (id -> ``model``, ``label``, ``said``), ``order`` of the models, ``bands`` and
            ``band_times_min``, ``reference`` rows; see `widgets.infusion.infusion_context`.

    Returns ``traces``, ``layout``, ``finding``, ``notes``, ``warning`` (text or ""), ``row_ids`` and
    ``computed``: ``{"columns", "rows"}``.

    Raises ValueError that names the choice, its value and what is allowed.
    """
    dose_mg_per_kg = regimen.checked_number("dose", float(choices["dose"]), 0.1, 1, "mg/kg")
    duration_min = regimen.checked_number("duration", float(choices["duration"]), 1, END_MIN, "min")
    weight_kg = regimen.checked_number("weight", float(choices["weight"]), 40, 150, "kg")
    if choices["model"] not in context["models"]:
        raise ValueError("model is " + repr(choices["model"]) + "; it must be one of " + ", ".join(context["order"]))
    factor = _vial_factor(choices["vial"])
    real_mg_per_kg = dose_mg_per_kg * factor
    schedule = schedule_of(real_mg_per_kg * weight_kg, duration_min, choices["pause"])
    times = _grid(schedule)
    across = _across(times)

    shown = [choices["model"]]
    if choices["compare"] == "yes":
        shown = shown + [each for each in context["order"] if each != choices["model"]]
    curves, refused = {}, []
    for model_id in shown:
        model = context["models"][model_id]["model"]
        if regimen.too_short(model, schedule) is None:
            curves[model_id] = regimen.concentrations(model, weight_kg, schedule, times)
        else:
            refused.append(model_id)

    traces, row_ids, notes = [], [], []
    reference = context["reference"]
    for each in reference["ranges"]:
        if real_mg_per_kg >= each["from_mg_per_kg"]:
            span = [0, END_MIN / 60]
            traces.append(
                _area(each["label"], span, [each["low"]] * 2, [each["high"]] * 2, each["colour"], each["row_id"])
            )
            row_ids.append(each["row_id"])
    band = None
    band_key = str(round(duration_min)) + "|" + choices["pause"] + "|" + str(round(weight_kg))
    if choices["model"] == context["band_model"] and choices["model"] in curves and band_key in context["bands"]:
        band = [[value * real_mg_per_kg for value in part] for part in context["bands"][band_key]]
        hours = [time / 60 for time in context["band_times_min"]]
        traces.append(_area("Middle 90 % of people", hours, band[0], band[2], COLOURS[0], choices["model"]))
    for number, model_id in enumerate(context["order"]):
        if model_id not in curves:
            continue
        chosen = model_id == choices["model"]
        label = context["models"][model_id]["label"]
        traces.append(
            _line(
                label + ", ketamine",
                across,
                curves[model_id]["ketamine_ng_ml"],
                COLOURS[number],
                DASHES[number],
                4 if chosen else 2,
                model_id,
            )
        )
        row_ids.append(model_id)
    chosen_curve = curves.get(choices["model"])
    if chosen_curve and chosen_curve["norketamine_ng_ml"]:
        traces.append(
            _line(
                "Norketamine",
                across,
                chosen_curve["norketamine_ng_ml"],
                "var(--kc-ink)",
                "dot",
                2,
                choices["model"],
            )
        )
    peak = reference["peak"]
    is_usual = (
        abs(real_mg_per_kg - peak["mg_per_kg"]) < 1e-9
        and duration_min == peak["duration_min"]
        and choices["pause"] == "none"
    )
    if is_usual:
        traces.append(_point("P", peak["label"], peak["duration_min"] / 60, peak["value"], "y", peak["row_id"]))
        row_ids.append(peak["row_id"])
    for each in reference["pressure"]:
        row_ids.append(each["row_id"])
        if each["time_h"] is None:
            traces.append(_level(each["label"], each["value"], each["row_id"]))
        else:
            traces.append(_point(each["letter"], each["label"], each["time_h"], each["value"], "y2", each["row_id"]))

    notes.append(context["models"][choices["model"]]["said"])
    if band:
        notes.append(
            "The shaded band holds the middle 90 % of "
            + context["people"]
            + " virtual people: simulated from the spread that the model's authors found, not measured."
        )
    elif choices["model"] in curves:
        notes.append("No band: the spread between people is simulated for the default model only.")
    notes.append(reference["pressure_note"])
    if not is_usual:
        notes.append(reference["usual_note"])
    for model_id in refused:
        if model_id != choices["model"]:
            notes.append(_refusal(context, model_id, schedule))
    return {
        "traces": traces,
        "layout": _layout(traces, [each for each in reference["ranges"] if each["row_id"] in row_ids]),
        "finding": _finding(choices, context, schedule, weight_kg, real_mg_per_kg, curves, band),
        "warning": _warning(real_mg_per_kg, dose_mg_per_kg, factor, reference),
        "notes": notes,
        "row_ids": row_ids,
        "computed": _table(chosen_curve, band, context["band_times_min"]),
    }


def _point(letter, label, time_h, value, axis, row_id):
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": label,
        "x": [time_h],
        "y": [value],
        "text": [letter],
        "textfont": {"color": "var(--kc-ground)", "size": 11},
        "customdata": [row_id],
        "hovertext": [label],
        "hoverinfo": "text",
        "cliponaxis": False,
        "line": {"width": 0, "color": "var(--kc-ink)"},
        "marker": {"symbol": "circle", "size": 17, "color": "var(--kc-ink)"},
        "yaxis": axis,
    }


def _level(label, value, row_id):
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "x": [0, END_MIN / 60],
        "y": [value, value],
        "text": ["", ""],
        "customdata": [row_id] * 2,
        "hovertext": label,
        "hoverinfo": "text",
        "line": {"color": "var(--kc-ink)", "width": 2, "dash": "dash"},
        "marker": {"symbol": "circle", "size": 0, "color": "var(--kc-ink)"},
        "yaxis": "y2",
    }


def _layout(traces, ranges):
    top = max([max(trace["y"]) for trace in traces if trace["yaxis"] == "y"] + [10])
    pressure = max([max(trace["y"]) for trace in traces if trace["yaxis"] == "y2"] + [10])
    ticks = list(range(0, END_MIN + 1, 20))
    return {
        "height": 560,
        "xaxis": {
            "title": {"text": "Minutes from the start of the infusion"},
            "fixedrange": True,
            "zeroline": False,
            "type": "linear",
            "range": [-0.06, END_MIN / 60 + 0.06],
            "tickvals": [_rounded(tick / 60, 5) for tick in ticks],
            "ticktext": [str(tick) for tick in ticks],
            "tickangle": 0,
            "anchor": "y2",
        },
        "yaxis": {
            "title": {"text": "Concentration in blood, ng/mL"},
            "fixedrange": True,
            "domain": [0.34, 1],
            "range": [0, _rounded(top * 1.08, 2)],
        },
        "yaxis2": {
            "title": {"text": "Systolic, mmHg"},
            "fixedrange": True,
            "domain": [0, 0.22],
            "range": [0, _rounded(pressure * 1.35, 2)],
        },
        "shapes": [],
        "annotations": [
            {
                "text": each["label"],
                "xref": "x",
                "x": END_MIN / 60,
                "xanchor": "right",
                "yref": "y",
                "y": each["high"],
                "yanchor": "top",
                "yshift": -8,
                "showarrow": False,
            }
            for each in ranges
        ]
        + [
            {
                "text": "<b>Practice only, not for patient care</b>",
                "xref": "paper",
                "x": 0,
                "xanchor": "left",
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "showarrow": False,
            }
        ],
    }


def _refusal(context, model_id, schedule):
    model = context["models"][model_id]
    running = sum([end - start for start, end, rate in schedule if rate])
    return (
        model["label"]
        + " is not drawn: the pump runs for "
        + _minutes(running)
        + ", and the model rests on infusions of at least "
        + _minutes(model["model"]["shortest_duration_min"])
        + "."
    )


def _finding(choices, context, schedule, weight_kg, real_mg_per_kg, curves, band):
    start = (
        _number(regimen.total_dose_mg(schedule))
        + " mg of ketamine in a person of "
        + _number(weight_kg)
        + " kg ("
        + _number(regimen.total_dose_mg(schedule) / weight_kg)
        + " mg/kg), the pump running for "
        + _minutes(sum([end - begin for begin, end, rate in schedule if rate]))
        + ". "
    )
    curve = curves.get(choices["model"])
    if not curve:
        return start + _refusal(context, choices["model"], schedule) + " Choose a longer infusion or another model."
    value, time = _peak(curve)
    text = start + context["models"][choices["model"]]["label"] + " puts the peak at " + _ng(value)
    text += ", " + _minutes(time) + " after the start, and "
    text += _ng(curve["ketamine_ng_ml"][-1]) + " is left at " + _minutes(END_MIN) + "."
    if band:
        place = band[1].index(max(band[1]))
        text += (
            " At the middle peak ("
            + _minutes(context["band_times_min"][place])
            + ") 90 % of the virtual people lie between "
            + _ng(band[0][place])
            + " and "
            + _ng(band[2][place])
            + "."
        )
    if curve["norketamine_ng_ml"]:
        other = curve["norketamine_ng_ml"]
        text += " Norketamine peaks later: " + _ng(max(other)) + " at "
        text += _minutes(curve["time_min"][other.index(max(other))]) + "."
    if len(curves) > 1:
        peaks = [_peak(each)[0] for each in curves.values()]
        text += " Over the models drawn, the peak runs from " + _ng(min(peaks)) + " to " + _ng(max(peaks))
        text += ": the same dose, another study."
    return text


def _warning(real_mg_per_kg, dose_mg_per_kg, factor, reference):
    if factor == 1:
        return ""
    times = _number(factor if factor > 1 else 1 / factor)
    if factor < 1:
        return (
            "The vial was weaker than was thought: "
            + times
            + " times too little, "
            + _number(real_mg_per_kg)
            + " mg/kg instead of "
            + _number(dose_mg_per_kg)
            + "."
        )
    text = (
        "The vial was stronger than was thought: "
        + times
        + " times too much, "
        + _number(real_mg_per_kg)
        + " mg/kg instead of "
        + _number(dose_mg_per_kg)
        + ". "
    )
    if real_mg_per_kg >= reference["anaesthetic_mg_per_kg"]:
        text += (
            "That is an anaesthetic dose, and an airway emergency where nobody is ready for one: "
            "stop the pump, call for help, open the airway and watch the breathing (local protocol)."
        )
    else:
        text += "Stop the pump, watch the person closely, and call the physician (local protocol)."
    return text


def _table(curve, band, band_times_min):
    columns = ["Time, min", "Ketamine, ng/mL", "Norketamine, ng/mL"]
    if band:
        columns += ["5th percentile", "50th percentile", "95th percentile"]
    rows = []
    if not curve:
        return {"columns": columns, "rows": rows}
    for time in range(0, END_MIN + 1, TABLE_STEP_MIN):
        place = curve["time_min"].index(time)
        other = curve["norketamine_ng_ml"]
        row = [str(time), _tenths(curve["ketamine_ng_ml"][place]), _tenths(other[place]) if other else ""]
        if band:
            at = band_times_min.index(time)
            row += [_tenths(part[at]) for part in band]
        rows.append(row)
    return {"columns": columns, "rows": rows}
