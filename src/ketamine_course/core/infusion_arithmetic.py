"""Arithmetic of an intravenous ketamine infusion for depression (off-label): practice only, not for patient care.

Every argument and every result is what JSON can hold. An order is a dictionary: ``sex`` ("female", "male" or
None), ``height_cm`` (or None), ``weight_kg``, ``weight_to_use`` ("actual", "ideal" or "adjusted"),
``dose_mg_per_kg``, ``vial_mg_per_ml``, ``final_volume_ml``, ``duration_min``. Everything that was entered wrongly
raises ValueError, whose message names the argument, its value and what is allowed.

Rounding: figures are carried on unrounded and rounded once, at the end, to what a syringe or a pump can be set to
(half a mark upwards). Numbers in words have no trailing zero and always a leading one (ISMP's list of error-prone
dose designations, empr.com/charts/error-prone-dose-designations).

What was read, and where, on 2026-11-23:

- Ideal weight: B. J. Devine, "Gentamicin therapy", Drug Intell Clin Pharm 1974;8:650-655, as clincalc.com
  (Kinetics/IdealBW) and globalrph.com print it: 50 kg (men) or 45.5 kg (women), plus 2.3 kg for each inch over
  60 inches. The paper itself was not opened. ClinCalc says that the equation lacks a scientific basis, and GlobalRPh
  that below 60 inches (152.4 cm) there are several ways and no agreed one: here it is refused. The same line in
  centimetres is in Table 2 of PMC7808064 (0.91 kg for each centimetre above 152.4).
- Adjusted weight: ideal plus 0.4 of what the person weighs above it: ClinCalc (for drug doses, citing Pharmacotherapy),
  A. Kantorovich, Pharmacy Times, 2 June 2016. Other factors (0.2 to 0.4) are in use. No source that was read says which
  weight a ketamine infusion for depression should follow; that is a matter for the local protocol.
- Marks of syringes: Polk State College, NUR 1140C, "Reading syringes": 1 mL syringe hundredths; 3 mL tenths; 5 to 12 mL
  every two tenths; 20 to 60 mL whole millilitres.
- Pumps: 0.1 to 999 mL/h (Eskew 2002, as cited by Mindray; 1 to 999 mL/h in UCLH's chapter on basicmedicalkey.com).
- A pound is 0.45359237 kg, an inch 2.54 cm: definitions.

Doses that words compare with are rows of the course's tables, named in THRESHOLDS; a test holds them to the rows.
"""

import math

#: What every worked order and every sheet carries.
NOTICE = "Practice only, not for patient care"
OFF_LABEL = "Ketamine by vein for depression is off-label. The local protocol decides, not this page."

CM_PER_INCH = 2.54
KG_PER_LB = 0.45359237
MIN_PER_H = 60
MCG_PER_MG = 1000

DEVINE_FROM_CM = 152.4
DEVINE_BASE_KG = {"female": 45.5, "male": 50.0}
DEVINE_KG_PER_INCH = 2.3
_PEOPLE = {"female": "woman", "male": "man"}
ADJUSTMENT = 0.4

VIALS_MG_PER_ML = (10, 50, 100)
UNDILUTED_MG_PER_ML = 100
ESKETAMINE_DEVICE_MG = 28
SPRAYS_PER_DEVICE = 2

#: Up to this many mL, marks in each mL.
SYRINGES = ((1, 100), (3, 10), (12, 5), (500, 1))
PUMP_MARKS_PER_ML_H = 10
PUMP_MAX_ML_PER_H = 999

#: mg/kg by vein, each with the row that it was read in. A caller who can read the tables passes its own.
THRESHOLDS = {
    "usual_mg_per_kg": 0.5,
    "usual_row": "practice.dose.standard",
    "described_low_mg_per_kg": 0.1,
    "described_high_mg_per_kg": 0.75,
    "described_row": "practice.dose.described-range",
    "trial_high_mg_per_kg": 1.0,
    "trial_row": "fava2018_1.0",
    "anaesthetic_low_mg_per_kg": 1.0,
    "anaesthetic_high_mg_per_kg": 4.5,
    "anaesthetic_row": "risk.dose.anaesthetic",
    "usual_min": 40,
    "usual_min_row": "practice.dose.standard-time",
    "too_fast_row": "risk.warn.ketalar.respiratory",
}
#: Every row that a message of this module can name, so that a host can link to its source.
SOURCE_ROWS = tuple([value for name, value in THRESHOLDS.items() if name.endswith("_row")]) + (
    "practice.preparation.label.100",
    "practice.regulation.us.ketamine-schedule",
    "practice.documentation.rcht.controlled",
    "practice.dose.esk.device",
)
_NUMBERS_OF_THRESHOLDS = (
    "usual_mg_per_kg",
    "described_low_mg_per_kg",
    "described_high_mg_per_kg",
    "trial_high_mg_per_kg",
    "anaesthetic_low_mg_per_kg",
    "anaesthetic_high_mg_per_kg",
    "usual_min",
)

#: Argument, what it is called, unit, least, most. The times are those that practice.dose.described-times lists.
_RANGES = (
    ("height_cm", "Height", "cm", 120, 220),
    ("weight_kg", "Weight", "kg", 40, 150),
    ("dose_mg_per_kg", "Dose", "mg/kg", 0.1, 1.0),
    ("final_volume_ml", "Final volume", "mL", 20, 500),
    ("duration_min", "Duration", "min", 2, 100),
    ("ready_mg_per_ml", "Strength of the ready solution", "mg/mL", 0.1, 10),
    ("dose_mg", "Dose", "mg", 1, 500),
    ("believed_mg_per_ml", "Believed strength", "mg/mL", 0.1, 100),
    ("real_mg_per_ml", "Real strength", "mg/mL", 0.1, 100),
    ("ordered_ml_per_h", "Ordered rate", "mL/h", 0.1, PUMP_MAX_ML_PER_H),
    ("set_ml_per_h", "Rate that was set", "mL/h", 0.1, PUMP_MAX_ML_PER_H),
    ("rate_ml_per_h", "Rate", "mL/h", 0.1, PUMP_MAX_ML_PER_H),
    ("weight_lb", "Weight in pounds", "lb", 90, 330),
    ("vial_volume_ml", "Volume of the vial", "mL", 1, 50),
    ("line_ml", "Volume of the line", "mL", 0.1, 50),
)
_CHOICES = (
    ("sex", "Sex", ("female", "male")),
    ("weight_to_use", "Weight to dose by", ("actual", "ideal", "adjusted")),
    ("vial_mg_per_ml", "Strength of the vial", VIALS_MG_PER_ML),
)
_ORDER = (
    "sex",
    "height_cm",
    "weight_kg",
    "weight_to_use",
    "dose_mg_per_kg",
    "vial_mg_per_ml",
    "final_volume_ml",
    "duration_min",
)

#: Key, what it is called, unit: the figures that two people compare, in the order of working.
FIGURES = (
    ("weight_used_kg", "Weight to dose by", "kg"),
    ("dose_mg", "Dose", "mg"),
    ("volume_drawn_ml", "Volume to draw up", "mL"),
    ("final_concentration_mg_per_ml", "Concentration", "mg/mL"),
    ("pump_rate_ml_per_h", "Pump rate", "mL/h"),
    ("dose_rate_mg_per_h", "Dose rate", "mg/h"),
    ("dose_rate_mcg_per_kg_min", "Dose rate by weight", "mcg/kg/min"),
)

#: Factors that have a usual cause, each within 1 percent. The last entry: for which figures; none: for all.
_SLIPS = (
    (1000, "A thousand-fold: was one of them in micrograms?", ()),
    (100, "A hundred-fold: look at the decimal point.", ()),
    (60, "Sixty-fold: minutes taken for hours?", ()),
    (10, "Ten-fold: look at the decimal point, and at the strength on the label of the vial.", ()),
    (1 / KG_PER_LB, "2.2-fold: pounds taken for kilograms?", ()),
    (5, "Five-fold: 10 and 50 mg/mL confused? Read the label of the vial again.", ("volume_drawn_ml",)),
    (2, "Two-fold: 50 and 100 mg/mL confused? Read the label of the vial again.", ("volume_drawn_ml",)),
    (1.5, "1.5-fold: 40 minutes are two thirds of an hour.", ("pump_rate_ml_per_h", "dose_rate_mg_per_h")),
)
_SAME_WITHIN = 0.01
#: No figure of an infusion is smaller or larger; what lies beyond could not be told in words.
_LEAST, _MOST = 0.0001, 1000000
_SMALL_DIFFERENCE = 1.05


# ---------------------------------------------------------------- numbers in words


def _shown(number, places=4):
    """Return a number with at most ``places`` decimals, half upwards, without a trailing zero, with a leading one."""
    scale = 10**places
    # 1e-7 keeps 0.28455 from losing its last half to the binary form of decimals.
    scaled = int(abs(number) * scale + 0.5 + 1e-7)
    rest = str(scaled % scale)
    rest = ("0" * (places - len(rest)) + rest).rstrip("0")
    sign = "-" if number < 0 and scaled else ""
    return sign + str(scaled // scale) + ("." + rest if rest else "")


def _with(number, unit, places=4):
    return f"{_shown(number, places)} {unit}"


def _told(value):
    """Return what somebody entered, for a message."""
    if value is None:
        return "missing"
    if value is True or value is False:
        return "True" if value else "False"
    if isinstance(value, str):
        return '"' + value + '"'
    if isinstance(value, (int, float)):
        finite = _finite(value)
        return _shown(value) if value == 0 or (finite is not None and 1e-4 <= abs(finite) < 1e9) else str(value)
    return "no number"


def _times(factor):
    return _shown(factor, 2) + " times"


# ---------------------------------------------------------------- what may be entered


def _finite(number):
    """Return a number as a float, or None for what is no finite number."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    try:
        number = float(number)
    except OverflowError:  # a whole number of more digits than a float can hold
        return None
    return number if math.isfinite(number) else None


def _found(argument, label, value, unit, allowed, remedy):
    unit = " " + unit if unit and _finite(value) is not None else ""
    said = f" is {_told(value)}{unit}; allowed: {allowed}. {remedy}"
    return {"argument": argument, "message": argument + said, "text": label + said}


def _range_problem(argument, value):
    for name, label, unit, low, high in _RANGES:
        if name == argument:
            number = _finite(value)
            if number is not None and low <= number <= high:
                return None
            remedy = "Enter a number." if number is None else "Check the unit and the decimal point."
            allowed = f"{_shown(low)} to {_with(high, unit)}"
            return _found(argument, label, value, unit, allowed, remedy)
    raise KeyError(argument)


def _choice_problem(argument, value):
    for name, label, allowed in _CHOICES:
        if name == argument:
            # True is 1 and equals no choice, but NaN and lists must not reach a comparison of numbers.
            for each in allowed:
                if isinstance(value, str) == isinstance(each, str) and not isinstance(value, bool) and value == each:
                    return None
            words = ", ".join([str(each) for each in allowed[:-1]]) + " or " + str(allowed[-1])
            unit = " mg/mL" if argument == "vial_mg_per_ml" else ""
            remedy = "Read the label of the vial." if unit else "Choose one of them."
            return _found(argument, label, value, unit.strip(), words + unit, remedy)
    raise KeyError(argument)


def _problem(argument, value):
    for name, _, _ in _CHOICES:
        if name == argument:
            return _choice_problem(argument, value)
    return _range_problem(argument, value)


def _demand(*pairs):
    """Raise ValueError if one of the pairs of an argument and its value is not allowed."""
    for argument, value in pairs:
        problem = _problem(argument, value)
        if problem:
            raise ValueError(problem["message"])


def _too_short(value):
    remedy = "The formula starts there (60 inches): dose by the actual weight, as the local protocol says."
    allowed = f"from {_with(DEVINE_FROM_CM, 'cm')} for ideal and adjusted weight"
    return _found("height_cm", "Height", value, "cm", allowed, remedy)


def _body_problems(order):
    """Return what is wrong with an order's sex, height and weights."""
    found = [_problem("weight_kg", order.get("weight_kg")), _problem("weight_to_use", order.get("weight_to_use"))]
    needed = order.get("weight_to_use") in ("ideal", "adjusted")
    for argument in ("sex", "height_cm"):
        value = order.get(argument)
        problem = _problem(argument, value) if needed or value is not None else None
        if argument == "height_cm" and needed and not problem and value < DEVINE_FROM_CM:
            problem = _too_short(value)
        found.append(problem)
    return found


def _unknown(order, known, name):
    if not isinstance(order, dict):
        raise ValueError(name + " must be a dictionary with " + ", ".join(known))
    for each in sorted([str(key) for key in order]):
        if each not in known:
            raise ValueError(f"{name}.{each} is no part of it; allowed: " + ", ".join(known) + ".")


def _volume_problem(order):
    """Return what is wrong with how far an order's drug is diluted and how fast the pump would have to run."""
    volume, minutes = order["final_volume_ml"], order["duration_min"]
    vial = order["vial_mg_per_ml"]
    dose = _used_weight(order) * order["dose_mg_per_kg"]
    label, unit = "Final volume", "mL"
    if _finite(volume) is not None and volume > 0 and dose / vial >= volume:
        allowed = f"more than the {_with(dose / vial, 'mL')} that are drawn up, and 20 to 500 mL"
        remedy = "The drug would stay undiluted. Dilute it to the volume of the local protocol."
        if vial == UNDILUTED_MG_PER_ML:
            allowed += ", so that the solution has less than 100 mg/mL"
            remedy = "The strength of 100 mg/mL must not be given undiluted into a vein: dilute it first."
        return _found("final_volume_ml", label, volume, unit, allowed, remedy)
    problem = _problem("final_volume_ml", volume)
    if problem:
        return problem
    rate = volume * MIN_PER_H / minutes
    if rate > PUMP_MAX_ML_PER_H:
        allowed = f"at most {_with(PUMP_MAX_ML_PER_H * minutes / MIN_PER_H, 'mL', 1)} in {_with(minutes, 'min')}"
        remedy = "A pump runs at up to 999 mL/h: take a smaller volume or more time, as the local protocol says."
        return _found("final_volume_ml", label, volume, unit, allowed, remedy)
    return None


def problems(order):
    """Return everything that is wrong with an order: a list of {argument, message, text}; empty if nothing is.

    ``message`` begins with the argument's name, ``text`` with what people call it. A 100 mg/mL vial that would
    not be diluted is a problem (row practice.preparation.label.100).

    Raises ValueError if the order is no dictionary, or has a key that no order has.
    """
    _unknown(order, _ORDER, "order")
    found = _body_problems(order)
    for argument in ("dose_mg_per_kg", "vial_mg_per_ml", "duration_min"):
        found.append(_problem(argument, order.get(argument)))
    found = [each for each in found if each]
    if found:
        volume = _problem("final_volume_ml", order.get("final_volume_ml"))
    else:
        order = _whole(order, _ORDER)
        volume = _volume_problem(order)
    return found + ([volume] if volume else [])


def _whole(order, keys):
    return {key: order.get(key) for key in keys}


def _refuse(found):
    if found:
        raise ValueError(" ".join([each["message"] for each in found]))


def input_limits():
    """Return what a form needs of each argument: {argument, label, unit, low, high}, or {argument, label, choices}."""
    ranges = [
        {"argument": name, "label": label, "unit": unit, "low": low, "high": high}
        for name, label, unit, low, high in _RANGES
    ]
    return ranges + [{"argument": name, "label": label, "choices": list(allowed)} for name, label, allowed in _CHOICES]


# ---------------------------------------------------------------- which weight


def body_mass_index(weight_kg, height_cm):
    """Return weight over height squared, in kg/m².

    Raises ValueError if the weight is not within 40 to 150 kg or the height not within 120 to 220 cm.
    """
    _demand(("weight_kg", weight_kg), ("height_cm", height_cm))
    return weight_kg / (height_cm / 100) ** 2


def ideal_weight(sex, height_cm):
    """Return the ideal weight in kg by Devine's formula of 1974, for somebody of 152.4 cm at least.

    50 kg for a man, 45.5 kg for a woman, and 2.3 kg for each inch over 60 inches.

    Raises ValueError for another sex than "female" and "male", and for a height below 152.4 or above 220 cm.
    """
    _demand(("sex", sex), ("height_cm", height_cm))
    if height_cm < DEVINE_FROM_CM:
        raise ValueError(_too_short(height_cm)["message"])
    return DEVINE_BASE_KG[sex] + DEVINE_KG_PER_INCH * (height_cm - DEVINE_FROM_CM) / CM_PER_INCH


def adjusted_weight(sex, height_cm, weight_kg):
    """Return the ideal weight plus 0.4 of what the person weighs above it, in kg.

    Below the ideal weight the same line gives more than the scales show; ``plan`` warns of it.

    Raises ValueError as ``ideal_weight`` does, and if the weight is not within 40 to 150 kg.
    """
    _demand(("weight_kg", weight_kg))
    ideal = ideal_weight(sex, height_cm)
    return ideal + ADJUSTMENT * (weight_kg - ideal)


def _used_weight(order):
    if order["weight_to_use"] == "ideal":
        return ideal_weight(order["sex"], order["height_cm"])
    if order["weight_to_use"] == "adjusted":
        return adjusted_weight(order["sex"], order["height_cm"], order["weight_kg"])
    return order["weight_kg"]


_NONE_YET = "none: carried on unrounded"


def _step(name, label, formula, numbers, result, unit, rounding=_NONE_YET, places=4):
    return {
        "id": name,
        "label": label,
        "formula": formula,
        "numbers": numbers,
        "result": result,
        "shown": _shown(result, places),
        "unit": unit,
        "rounding": rounding,
    }


def _weights(order):
    """Return the weights of an order and the steps that lead to them."""
    sex, height, actual, which = (order[key] for key in ("sex", "height_cm", "weight_kg", "weight_to_use"))
    weights = {"actual_kg": actual, "ideal_kg": None, "adjusted_kg": None, "bmi": None, "which": which}
    steps = []
    if height is not None:
        weights["bmi"] = body_mass_index(actual, height)
        steps.append(
            _step(
                "bmi",
                "Body mass index",
                "weight ÷ height in metres, squared",
                f"{_with(actual, 'kg')} ÷ ({_with(height / 100, 'm')})²",
                weights["bmi"],
                "kg/m²",
                "to one decimal, for reading: no later step uses it",
                1,
            )
        )
    if sex is not None and height is not None and height >= DEVINE_FROM_CM:
        ideal = ideal_weight(sex, height)
        weights["ideal_kg"] = ideal
        weights["adjusted_kg"] = adjusted_weight(sex, height, actual)
        if which != "actual":
            base = _with(DEVINE_BASE_KG[sex], "kg")
            inches = f"({_with(height, 'cm')} − {_with(DEVINE_FROM_CM, 'cm')}) ÷ {_shown(CM_PER_INCH)}"
            steps.append(
                _step(
                    "ideal_weight",
                    "Ideal weight (Devine 1974)",
                    f"{base} for a {_PEOPLE[sex]} + 2.3 kg for each inch over 60 inches",
                    f"{base} + 2.3 kg × {inches}",
                    ideal,
                    "kg",
                )
            )
        if which == "adjusted":
            steps.append(
                _step(
                    "adjusted_weight",
                    "Adjusted weight (factor 0.4)",
                    "ideal weight + 0.4 × (actual weight − ideal weight)",
                    f"{_with(ideal, 'kg')} + 0.4 × ({_with(actual, 'kg')} − {_with(ideal, 'kg')})",
                    weights["adjusted_kg"],
                    "kg",
                )
            )
    weights["used_kg"] = _used_weight(order)
    return weights, steps


def _weight_warnings(order, weights):
    said = []
    if order["weight_to_use"] == "actual":
        if order["height_cm"] is not None and order["height_cm"] < DEVINE_FROM_CM:
            said.append(
                _warning(
                    "note",
                    (
                        "Ideal and adjusted weight are not worked out: the formula starts at "
                        f"{_with(DEVINE_FROM_CM, 'cm')}."
                    ),
                )
            )
        return said
    said.append(
        _warning(
            "note",
            (
                f"The dose follows the {order['weight_to_use']} weight of {_with(weights['used_kg'], 'kg', 1)}, "
                f"not the {_with(order['weight_kg'], 'kg', 1)} on the scales. Which weight to use is a matter "
                "for the local protocol."
            ),
        )
    )
    if weights["used_kg"] > order["weight_kg"]:
        said.append(
            _warning(
                "caution",
                "The formula gives more than the person weighs, so the dose for each real kilogram is higher than "
                "ordered. Dose by the actual weight, or ask (local protocol).",
            )
        )
    return said


# ---------------------------------------------------------------- how large a dose is


def _warning(level, text, rows=()):
    return {"level": level, "text": text, "rows": list(rows)}


def _thresholds(given):
    """Return the thresholds, those that a caller gives before the module's own."""
    if given is None:
        return THRESHOLDS
    known = sorted(THRESHOLDS)
    _unknown(given, known, "thresholds")
    used = {key: given.get(key, THRESHOLDS[key]) for key in known}
    for key in _NUMBERS_OF_THRESHOLDS:
        number = _finite(used[key])
        if number is None or not _LEAST <= number <= _MOST:
            allowed = f"{_shown(_LEAST)} to {_shown(_MOST)}"
            raise ValueError(f"thresholds.{key} is {_told(used[key])}; allowed: {allowed}. Read its row.")
    return used


def _above(number, limit):
    # The tiny share keeps 0.1 × 5 from being more than 0.5 through the binary form of decimals.
    return number > limit * (1 + 1e-9)


def _judge(mg_per_kg, limits):
    amount = _with(mg_per_kg, "mg/kg", 2)
    usual = "the usual " + _with(limits["usual_mg_per_kg"], "mg/kg")
    trials = "any dose that the course's trials by vein used (at most " + _with(limits["trial_high_mg_per_kg"], "mg/kg")
    if not _above(limits["anaesthetic_low_mg_per_kg"], mg_per_kg):
        rows = [limits["anaesthetic_row"]]
        text = (
            f"{amount} is an anaesthetic dose: an airway emergency. Stop: do not give it, or stop the pump; "
            "stay with the person, airway and breathing first; call for help (local protocol). The label "
            f"starts anaesthesia with {_shown(limits['anaesthetic_low_mg_per_kg'])} to "
            f"{_with(limits['anaesthetic_high_mg_per_kg'], 'mg/kg')} by vein."
        )
        if _above(mg_per_kg, limits["trial_high_mg_per_kg"]):
            text += f" It is above {trials})."
        else:
            text += " One trial arm did give as much, slowly and under the conditions of a trial."
        rows.append(limits["trial_row"])
        return _warning("stop", text, rows)
    if _above(mg_per_kg, limits["trial_high_mg_per_kg"]):
        text = f"{amount} is above {trials}) and above {usual}. Do not give it; ask who ordered it."
        return _warning("stop", text, [limits["trial_row"], limits["usual_row"]])
    described = (
        f"the {_shown(limits['described_low_mg_per_kg'])} to "
        f"{_with(limits['described_high_mg_per_kg'], 'mg/kg')} described for depression"
    )
    if _above(mg_per_kg, limits["described_high_mg_per_kg"]):
        text = f"{amount} is above {usual} and above {described}. Ask who ordered it (local protocol)."
        return _warning("caution", text, [limits["usual_row"], limits["described_row"]])
    if _above(mg_per_kg, limits["usual_mg_per_kg"]):
        text = f"{amount} is above {usual}, within {described}. Ask if it is meant (local protocol)."
        return _warning("caution", text, [limits["usual_row"], limits["described_row"]])
    if _above(limits["described_low_mg_per_kg"], mg_per_kg):
        text = f"{amount} is below {described}. Look for a slip of the decimal point."
        return _warning("caution", text, [limits["described_row"]])
    return _warning("usual", f"{amount} is not above {usual}.", [limits["usual_row"]])


def dose_in_words(dose_mg, weight_kg, thresholds=None):
    """Say how large a dose by vein is for somebody: {mg_per_kg, level, text, rows}.

    ``level`` is "stop" (an anaesthetic dose, or above any dose of the course's trials), "caution" (above the usual
    dose, above what is described, or below it) or "usual"; ``rows`` are the rows of evidence behind the words.
    ``thresholds`` replaces values and rows of THRESHOLDS.

    Raises ValueError if the weight is not within 40 to 150 kg, the dose is no number from 0.0001 to 1000000 mg, or
    a threshold is no number from 0.0001 to 1000000.
    """
    _demand(("weight_kg", weight_kg))
    dose = _finite(dose_mg)
    if dose is None or not _LEAST <= dose <= _MOST:
        allowed = f"{_shown(_LEAST)} to {_with(_MOST, 'mg')}"
        _refuse([_found("dose_mg", "Dose", dose_mg, "mg", allowed, "Check the unit and the decimal point.")])
    said = _judge(dose / weight_kg, _thresholds(thresholds))
    said["mg_per_kg"] = dose / weight_kg
    return said


# ---------------------------------------------------------------- what a syringe and a pump can be set to


def _to_marks(number, marks):
    """Return a number at the nearest of so many marks in each unit, half upwards."""
    return int(number * marks + 0.5 + 1e-9) / marks


def _marks(volume_ml):
    for most, marks in SYRINGES:
        if volume_ml <= most * (1 + 1e-9):
            return marks
    return SYRINGES[-1][1]


def syringe_setting(volume_ml):
    """Return the mL that a syringe can be set to: the nearest mark of the smallest syringe that holds the volume.

    Marks: 0.01 mL up to 1 mL, 0.1 mL up to 3 mL, 0.2 mL up to 12 mL, 1 mL above. Half a mark is rounded upwards.

    Raises ValueError for what is no finite number above 0 and up to 500 mL.
    """
    volume = _finite(volume_ml)
    if volume is None or not 0 < volume <= 500:
        raise ValueError(f"volume_ml is {_told(volume_ml)}; allowed: above 0 to 500 mL. Check the decimal point.")
    return _to_marks(volume, _marks(volume))


def pump_setting(rate_ml_per_h):
    """Return the mL/h that a pump can be set to, to 0.1 mL/h. Half a tenth is rounded upwards.

    Raises ValueError if the rate is not within 0.1 to 999 mL/h.
    """
    _demand(("rate_ml_per_h", rate_ml_per_h))
    return _to_marks(rate_ml_per_h, PUMP_MARKS_PER_ML_H)


# ---------------------------------------------------------------- an order, step by step


def _dose_step(dose, order, used):
    numbers = f"{_with(used, 'kg')} × {_with(order['dose_mg_per_kg'], 'mg/kg')}"
    return _step("dose", "Dose", "weight to dose by × dose for each kilogram", numbers, dose, "mg")


def _rate_steps(dose, volume, minutes, used):
    hours = _with(minutes, "min") + " ÷ 60 min/h"
    rate = volume * MIN_PER_H / minutes
    by_weight = dose * MCG_PER_MG / used / minutes
    return [
        _step(
            "pump_rate", "Pump rate", "final volume ÷ time in hours", f"{_with(volume, 'mL')} ÷ ({hours})", rate, "mL/h"
        ),
        _step(
            "dose_rate",
            "Dose rate",
            "dose ÷ time in hours",
            f"{_with(dose, 'mg')} ÷ ({hours})",
            dose * MIN_PER_H / minutes,
            "mg/h",
        ),
        _step(
            "dose_rate_by_weight",
            "Dose rate by weight",
            "dose in micrograms ÷ weight to dose by ÷ minutes",
            f"{_with(dose * MCG_PER_MG, 'mcg')} ÷ {_with(used, 'kg')} ÷ {_with(minutes, 'min')}",
            by_weight,
            "mcg/kg/min",
        ),
    ]


def _set_pump_step(rate, volume, minutes):
    setting = pump_setting(rate)
    took = volume * MIN_PER_H / setting
    rounding = (
        f"once, here, to 0.1 mL/h, which many pumps take: at this rate {_with(volume, 'mL', 2)} run in "
        f"{_with(took, 'min', 2)} (ordered: {_with(minutes, 'min')})"
    )
    return _step(
        "set_pump",
        "Set the pump",
        "pump rate, to what the pump can be set to",
        _with(rate, "mL/h"),
        setting,
        "mL/h",
        rounding,
    )


def _check_step(first_from):
    return {
        "id": "double_check",
        "label": "Independent double check",
        "formula": "a second person works every figure out again from the order and " + first_from,
        "numbers": "without seeing the first person's figures; then both compare each figure",
        "result": None,
        "shown": "",
        "unit": "",
        "rounding": _NONE_YET,
    }


def _result(order, weights, figures, settings, steps, warnings):
    return {
        "notice": NOTICE,
        "off_label": OFF_LABEL,
        "order": order,
        "weights": weights,
        "figures": figures,
        "settings": settings,
        "steps": steps,
        "warnings": warnings,
    }


def _lighter(weights):
    # A formula that gives more than the scales would hide part of the dose; one that gives less is what was ordered by.
    return min(weights["used_kg"], weights["actual_kg"])


def _order_warnings(order, weights, dose, limits):
    """Return what must be said about an order's dose, time and weight, the gravest first."""
    said = [_judge(dose / _lighter(weights), limits)]
    if said[0]["level"] == "usual":
        said = []
    if _above(limits["usual_min"], order["duration_min"]):
        said.append(
            _warning(
                "caution",
                (
                    f"{_with(order['duration_min'], 'min')} is faster than the usual "
                    f"{_with(limits['usual_min'], 'min')}. Breathing may be depressed by ketamine that is given too "
                    "fast; ask if it is meant."
                ),
                [limits["usual_min_row"], limits["too_fast_row"]],
            )
        )
    return said + _weight_warnings(order, weights)


def plan(order, thresholds=None):
    """Work an order out: {notice, off_label, order, weights, figures, settings, steps, warnings}.

    ``figures`` are unrounded (see FIGURES; also diluent_ml, final_volume_ml and dose_mg_per_actual_kg); ``settings``
    are what a syringe and a pump can be set to, and what is then given. Each of ``steps`` is {id, label, formula,
    numbers, result, shown, unit, rounding}; the last is the independent double check. ``warnings`` are {level, text,
    rows}. The final volume is the total: as much diluent is taken out first as drug is put in.

    Raises ValueError for whatever ``problems`` finds, and for a threshold that is no number.
    """
    limits = _thresholds(thresholds)
    _refuse(problems(order))
    order = _whole(order, _ORDER)
    weights, steps = _weights(order)
    used = weights["used_kg"]
    vial, volume, minutes = order["vial_mg_per_ml"], order["final_volume_ml"], order["duration_min"]
    dose = used * order["dose_mg_per_kg"]
    drawn = dose / vial
    steps.append(_dose_step(dose, order, used))
    steps.append(
        _step(
            "volume_drawn",
            "Volume to draw up",
            "dose ÷ strength of the vial",
            f"{_with(dose, 'mg')} ÷ {_with(vial, 'mg/mL')}",
            drawn,
            "mL",
        )
    )
    steps.append(
        _step(
            "diluent",
            "Diluent that stays",
            "final volume − volume to draw up: take that much out of the bag or syringe first, then add the drug",
            f"{_with(volume, 'mL')} − {_with(drawn, 'mL')}",
            volume - drawn,
            "mL",
        )
    )
    steps.append(
        _step(
            "final_concentration",
            "Concentration",
            "dose ÷ final volume",
            f"{_with(dose, 'mg')} ÷ {_with(volume, 'mL')}",
            dose / volume,
            "mg/mL",
        )
    )
    rates = _rate_steps(dose, volume, minutes, used)
    steps += rates
    draw = syringe_setting(drawn)
    marks = _marks(drawn)
    given = draw * vial
    rounding = (
        f"once, here, to a mark of the smallest syringe that holds it ({_with(1 / marks, 'mL')}): that "
        f"is {_with(given, 'mg', 2)} (ordered: {_with(dose, 'mg', 2)}); one mark is "
        f"{_shown(100 * vial / marks / dose, 1)} percent of the dose"
    )
    steps.append(
        _step(
            "set_syringe",
            "Draw up",
            "volume to draw up, to what the syringe can be set to",
            _with(drawn, "mL"),
            draw,
            "mL",
            rounding,
        )
    )
    rate = rates[0]["result"]
    steps.append(_set_pump_step(rate, volume, minutes))
    steps.append(_check_step("the label of the vial"))
    warnings = _order_warnings(order, weights, dose, limits)
    if vial == UNDILUTED_MG_PER_ML:
        warnings.append(
            _warning(
                "note",
                (
                    "The strength of 100 mg/mL must not be given undiluted into a vein. Here it is diluted to "
                    f"{_with(dose / volume, 'mg/mL')}."
                ),
                ["practice.preparation.label.100"],
            )
        )
    figures = {
        "weight_used_kg": used,
        "dose_mg": dose,
        "volume_drawn_ml": drawn,
        "diluent_ml": volume - drawn,
        "final_volume_ml": volume,
        "final_concentration_mg_per_ml": dose / volume,
        "pump_rate_ml_per_h": rate,
        "dose_rate_mg_per_h": rates[1]["result"],
        "dose_rate_mcg_per_kg_min": rates[2]["result"],
        "dose_mg_per_actual_kg": dose / order["weight_kg"],
    }
    settings = {
        "volume_drawn_ml": draw,
        "pump_rate_ml_per_h": pump_setting(rate),
        "dose_mg": given,
        "duration_min": volume * MIN_PER_H / pump_setting(rate),
    }
    return _result(order, weights, figures, settings, steps, warnings)


_READY = ("sex", "height_cm", "weight_kg", "weight_to_use", "dose_mg_per_kg", "ready_mg_per_ml", "duration_min")


def ready_solution(order, thresholds=None):
    """Work out an order from a solution that is ready to infuse: as ``plan``, without drawing up and diluting.

    The order has ``ready_mg_per_ml`` instead of ``vial_mg_per_ml`` and ``final_volume_ml``. The final volume is the
    volume to infuse, to which the pump's limit must be set: the rest of the container is not for this person.

    Raises ValueError as ``plan`` does.
    """
    limits = _thresholds(thresholds)
    _unknown(order, _READY, "order")
    order = _whole(order, _READY)
    found = _body_problems(order)
    for argument in ("dose_mg_per_kg", "ready_mg_per_ml", "duration_min"):
        found.append(_problem(argument, order[argument]))
    _refuse([each for each in found if each])
    weights, steps = _weights(order)
    used = weights["used_kg"]
    dose = used * order["dose_mg_per_kg"]
    strength, minutes = order["ready_mg_per_ml"], order["duration_min"]
    volume = dose / strength
    if volume * MIN_PER_H / minutes > PUMP_MAX_ML_PER_H:
        remedy = "A pump runs at up to 999 mL/h: take more time or a stronger solution, as the local protocol says."
        allowed = f"at least {_with(volume * MIN_PER_H / PUMP_MAX_ML_PER_H, 'min', 1)} for this volume"
        _refuse([_found("duration_min", "Duration", minutes, "min", allowed, remedy)])
    steps.append(_dose_step(dose, order, used))
    steps.append(
        _step(
            "volume_to_infuse",
            "Volume to infuse",
            "dose ÷ strength of the ready solution",
            f"{_with(dose, 'mg')} ÷ {_with(strength, 'mg/mL')}",
            volume,
            "mL",
        )
    )
    rates = _rate_steps(dose, volume, minutes, used)
    steps += rates
    rate = rates[0]["result"]
    limit = _to_marks(volume, 10)
    rounding = f"once, here, to 0.1 mL: that is {_with(limit * strength, 'mg', 2)} (ordered: {_with(dose, 'mg', 2)}"
    steps.append(
        _step(
            "set_limit",
            "Set the volume to infuse",
            "volume to infuse, to what the pump can be set to: it stops there",
            _with(volume, "mL"),
            limit,
            "mL",
            rounding + ")",
        )
    )
    steps.append(_set_pump_step(rate, volume, minutes))
    steps.append(_check_step("the label of the solution"))
    figures = {
        "weight_used_kg": used,
        "dose_mg": dose,
        "volume_drawn_ml": volume,
        "final_volume_ml": volume,
        "final_concentration_mg_per_ml": strength,
        "pump_rate_ml_per_h": rate,
        "dose_rate_mg_per_h": rates[1]["result"],
        "dose_rate_mcg_per_kg_min": rates[2]["result"],
        "dose_mg_per_actual_kg": dose / order["weight_kg"],
    }
    settings = {
        "volume_drawn_ml": limit,
        "pump_rate_ml_per_h": pump_setting(rate),
        "dose_mg": limit * strength,
        "duration_min": volume * MIN_PER_H / pump_setting(rate),
    }
    return _result(order, weights, figures, settings, steps, _order_warnings(order, weights, dose, limits))


# ---------------------------------------------------------------- two people's figures


def _set_to(key, value):
    """Return a figure as a syringe or pump would be set; None for a figure that nobody sets."""
    if key == "volume_drawn_ml" and value <= 500:
        return syringe_setting(value)
    if key == "pump_rate_ml_per_h" and 0.1 <= value <= PUMP_MAX_ML_PER_H:
        return pump_setting(value)
    return None


def _same(key, one, other):
    """Return if two figures agree: within 1 percent, or one is the other as it would be set."""
    if abs(one - other) <= _SAME_WITHIN * max(one, other):
        return True
    for set_one, exact in ((one, other), (other, one)):
        setting = _set_to(key, exact)
        if setting is not None and abs(setting - set_one) <= 1e-9 * set_one:
            return True
    return False


def _cause(key, factor):
    for usual, text, keys in _SLIPS:
        if abs(factor - usual) <= _SAME_WITHIN * usual and (not keys or key in keys):
            return " " + text
    return " A small difference: was something rounded on the way?" if factor < _SMALL_DIFFERENCE else ""


def _compared(key, label, unit, one, other, words):
    """Compare two figures; ``words`` are what to call them."""
    said = {"figure": key, "label": label, "unit": unit, "first": one, "second": other, "factor": None}
    told = f"{label}: {words[0]} {_with(one, unit)}, {words[1]} {_with(other, unit)}"
    said["agrees"] = _same(key, one, other)
    said["factor"] = max(one, other) / min(one, other)
    if said["agrees"]:
        said["text"] = told + ": the same."
    else:
        more = words[1] if other > one else words[0]
        less = words[0] if other > one else words[1]
        said["text"] = f"{told}: different. {more[0].upper()}{more[1:]} is {_times(said['factor'])} "
        said["text"] += f"{less}.{_cause(key, said['factor'])}"
    return said


def figure_problems(sheet, wanted):
    """Return what is wrong with a person's figures: a list of {argument, message, text}; empty if nothing is.

    ``sheet`` maps names of FIGURES to numbers; those that ``wanted`` lists must be there.

    Raises ValueError if the sheet is no dictionary, or has a figure that nobody compares.
    """
    _unknown(sheet, [key for key, _, _ in FIGURES], "figures")
    found = []
    for key, label, unit in FIGURES:
        value = sheet.get(key)
        number = _finite(value)
        if (value is None and key not in wanted) or (number is not None and _LEAST <= number <= _MOST):
            continue
        remedy = "Enter a number." if number is None else "Check the unit and the decimal point."
        allowed = f"{_shown(_LEAST)} to {_with(_MOST, unit)}"
        if number is None or number <= 0:
            allowed = f"a number of {unit} above 0"
        found.append(_found(key, label, value, unit, allowed, remedy))
    return found


def _figures_of(sheet, name, wanted=()):
    """Return the figures of a person's sheet that were filled in."""
    found = figure_problems(sheet, wanted)
    if found:
        raise ValueError(" ".join([f"{name}.{each['message']}" for each in found]))
    return {key: sheet[key] for key, _, _ in FIGURES if sheet.get(key) is not None}


def double_check(first, second):
    """Compare the figures of two people who worked apart: {agree, first_difference, compared, text}.

    Each argument maps names of FIGURES to numbers. The second person works from the order and the label of the vial,
    not from the first's figures. ``compared`` has {figure, label, unit, first, second, agrees, factor, text} for each
    figure that either gave. Two figures agree within 1 percent, or if one is the other as a syringe or pump would be
    set. A figure that only one of them gave is not checked, and so nothing agrees.

    Raises ValueError if a sheet has no figure, one that is unknown, or one that is no number from 0.0001 to 1000000.
    """
    keys = [key for key, _, _ in FIGURES]
    sheets = [_figures_of(first, "first"), _figures_of(second, "second")]
    for name, sheet in (("first", sheets[0]), ("second", sheets[1])):
        if not sheet:
            raise ValueError(name + " has no figure; allowed: " + ", ".join(keys) + ". Enter at least one.")
    compared = []
    for key, label, unit in FIGURES:
        one, other = sheets[0].get(key), sheets[1].get(key)
        if one is None and other is None:
            continue
        if one is None or other is None:
            missing = "the first person" if one is None else "the second person"
            said = {"figure": key, "label": label, "unit": unit, "first": one, "second": other, "factor": None}
            said["agrees"] = False
            said["text"] = f"{label}: not checked, because {missing} gave no figure."
            compared.append(said)
        else:
            compared.append(_compared(key, label, unit, one, other, ("the first figure", "the second figure")))
    apart = [each for each in compared if not each["agrees"]]
    if not apart:
        text = "Both agree on each figure. Both also check the name, the drug, the label, the time and the pump."
    else:
        text = (
            f"Do not give it: the figures part at “{apart[0]['label']}”, and what follows from it may differ "
            "too. Both work it out again from the order and the label."
        )
    return {
        "agree": not apart,
        "first_difference": apart[0]["figure"] if apart else None,
        "compared": compared,
        "text": text,
    }


_ATTEMPT = ("volume_drawn_ml", "pump_rate_ml_per_h")


def compare_attempt(order, attempt, thresholds=None):
    """Set a learner's own figures beside the worked ones: {agree, compared, warnings}.

    ``attempt`` has ``volume_drawn_ml`` and ``pump_rate_ml_per_h``. ``compared`` is as in ``double_check``; a figure
    that differs also says what would have happened, and ``warnings`` how large that dose would have been.

    Raises ValueError as ``plan`` does, and if a figure is missing or no number from 0.0001 to 1000000.
    """
    worked = plan(order, thresholds)
    given = _figures_of(attempt, "attempt", _ATTEMPT)
    limits = _thresholds(thresholds)
    compared, warnings = [], []
    for key, label, unit in FIGURES:
        if key not in _ATTEMPT:
            continue
        said = _compared(key, label, unit, worked["figures"][key], given[key], ("the worked figure", "yours"))
        if not said["agrees"]:
            if key == "volume_drawn_ml":
                dose = given[key] * order["vial_mg_per_ml"]
                said["text"] += f" It would hold {_with(dose, 'mg', 2)}."
                level = _judge(dose / _lighter(worked["weights"]), limits)
                if level["level"] != "usual":
                    warnings.append(level)
            else:
                minutes = order["final_volume_ml"] * MIN_PER_H / given[key]
                said["text"] += f" The infusion would end after {_with(minutes, 'min', 1)}."
        compared.append(said)
    return {"agree": all(each["agrees"] for each in compared), "compared": compared, "warnings": warnings}


# ---------------------------------------------------------------- what a slip does


def vial_mistaken(dose_mg, believed_mg_per_ml, real_mg_per_ml, weight_kg=None, thresholds=None):
    """Work out what is in the syringe if the vial has another strength than believed.

    Returns {volume_drawn_ml, drawn_mg, factor, mg_per_kg, text, warnings}; mg/kg needs the weight.

    Raises ValueError if the dose is not within 1 to 500 mg, a strength not within 0.1 to 100 mg/mL, or the weight
    not within 40 to 150 kg.
    """
    _demand(("dose_mg", dose_mg), ("believed_mg_per_ml", believed_mg_per_ml), ("real_mg_per_ml", real_mg_per_ml))
    volume = dose_mg / believed_mg_per_ml
    drawn = volume * real_mg_per_ml
    factor = drawn / dose_mg
    text = (
        f"{_with(volume, 'mL')} of {_with(real_mg_per_ml, 'mg/mL')} hold {_with(drawn, 'mg', 2)}: "
        f"{_times(factor)} the order of {_with(dose_mg, 'mg', 2)}. Two people read the strength on the "
        "label before anything is drawn up."
    )
    found = {"volume_drawn_ml": volume, "drawn_mg": drawn, "factor": factor, "mg_per_kg": None}
    found["text"] = text
    found["warnings"] = []
    if weight_kg is not None:
        said = dose_in_words(drawn, weight_kg, thresholds)
        found["mg_per_kg"] = said["mg_per_kg"]
        found["warnings"] = [] if said["level"] == "usual" else [said]
    return found


def pump_rate_error(dose_mg, final_volume_ml, ordered_ml_per_h, set_ml_per_h, weight_kg=None):
    """Work out what a wrong rate does: the time to finish, and how fast the dose goes in.

    Returns {ordered_min, real_min, factor, ordered_mg_per_h, real_mg_per_h, ordered_mg_per_kg_min,
    real_mg_per_kg_min, text, warnings}; mg/kg/min needs the weight.

    Raises ValueError if an argument is not in its range.
    """
    _demand(
        ("dose_mg", dose_mg),
        ("final_volume_ml", final_volume_ml),
        ("ordered_ml_per_h", ordered_ml_per_h),
        ("set_ml_per_h", set_ml_per_h),
    )
    found = {"factor": set_ml_per_h / ordered_ml_per_h, "ordered_mg_per_kg_min": None, "real_mg_per_kg_min": None}
    for name, rate in (("ordered", ordered_ml_per_h), ("real", set_ml_per_h)):
        minutes = final_volume_ml * MIN_PER_H / rate
        found[name + "_min"] = minutes
        found[name + "_mg_per_h"] = dose_mg * rate / final_volume_ml
        if weight_kg is not None:
            _demand(("weight_kg", weight_kg))
            found[name + "_mg_per_kg_min"] = dose_mg / weight_kg / minutes
    factor = found["factor"]
    text = f"It ends after {_with(found['real_min'], 'min', 2)} instead of {_with(found['ordered_min'], 'min', 2)}"
    if weight_kg is not None:
        text += (
            f", at {_with(found['real_mg_per_kg_min'], 'mg/kg/min')} instead of "
            f"{_shown(found['ordered_mg_per_kg_min'])}"
        )
    found["warnings"] = []
    if factor > 1:
        text += f": {_times(factor)} as fast."
        found["warnings"].append(
            _warning(
                "stop",
                "Too fast: stop the pump, stay with the person, look at breathing, heart and alertness, call for help "
                "(local protocol). Breathing may be depressed by ketamine that is given too fast.",
                [THRESHOLDS["too_fast_row"]],
            )
        )
    elif factor < 1:
        text += f": {_times(1 / factor)} as slow."
    else:
        text += ": the same."
    found["text"] = text
    return found


def pounds_as_kilograms(weight_lb, dose_mg_per_kg, thresholds=None):
    """Work out what is given if a weight in pounds is entered as kilograms.

    Returns {weight_kg, meant_mg, given_mg, factor, mg_per_kg, text, warnings}.

    Raises ValueError if the weight is not within 90 to 330 lb or the dose not within 0.1 to 1 mg/kg.
    """
    _demand(("weight_lb", weight_lb), ("dose_mg_per_kg", dose_mg_per_kg))
    weight = weight_lb * KG_PER_LB
    meant, given = weight * dose_mg_per_kg, weight_lb * dose_mg_per_kg
    said = dose_in_words(given, weight, thresholds)
    text = (
        f"{_with(weight_lb, 'lb')} is {_with(weight, 'kg', 2)}: {_with(given, 'mg', 2)} would be given "
        f"instead of {_with(meant, 'mg', 2)}, {_times(given / meant)} the order. Weigh the person on "
        "scales that show kilograms only."
    )
    return {
        "weight_kg": weight,
        "meant_mg": meant,
        "given_mg": given,
        "factor": given / meant,
        "mg_per_kg": said["mg_per_kg"],
        "text": text,
        "warnings": [] if said["level"] == "usual" else [said],
    }


def paused(dose_mg, final_volume_ml, rate_ml_per_h, elapsed_min):
    """Work out what was given when an infusion is stopped, and what is left.

    Returns {given_ml, given_mg, left_ml, left_mg, left_min, text}.

    Raises ValueError if an argument is not in its range, or the infusion would have ended before.
    """
    _demand(("dose_mg", dose_mg), ("final_volume_ml", final_volume_ml), ("rate_ml_per_h", rate_ml_per_h))
    total = final_volume_ml * MIN_PER_H / rate_ml_per_h
    elapsed = _finite(elapsed_min)
    if elapsed is None or elapsed < 0 or _above(elapsed, total):
        allowed = f"0 to {_with(total, 'min', 2)}, when the infusion ends"
        _refuse([_found("elapsed_min", "Time until the pause", elapsed_min, "min", allowed, "Look at the pump.")])
    given_ml = rate_ml_per_h * elapsed / MIN_PER_H
    given = dose_mg * given_ml / final_volume_ml
    left_ml = final_volume_ml - given_ml
    text = (
        f"{_with(given, 'mg', 2)} were given in {_with(given_ml, 'mL', 2)}; {_with(left_ml, 'mL', 2)} "
        f"with {_with(dose_mg - given, 'mg', 2)} are left. Going on, going on more slowly or stopping is "
        "decided by the clinician (local protocol)."
    )
    return {
        "given_ml": given_ml,
        "given_mg": given,
        "left_ml": left_ml,
        "left_mg": dose_mg - given,
        "left_min": total - elapsed,
        "text": text,
    }


def waste(vial_mg_per_ml, vial_volume_ml, dose_mg):
    """Work out what of a vial is drawn up and what is left to destroy before a witness.

    Returns {vial_mg, volume_drawn_ml, wasted_ml, wasted_mg, needs_witness, text, rows}.

    Raises ValueError if the strength is not 10, 50 or 100 mg/mL, another argument is not in its range, or the vial
    holds less than the dose.
    """
    _demand(("vial_mg_per_ml", vial_mg_per_ml), ("vial_volume_ml", vial_volume_ml), ("dose_mg", dose_mg))
    held = vial_mg_per_ml * vial_volume_ml
    if dose_mg > held:
        allowed = f"up to {_with(held, 'mg')}, which the vial holds"
        _refuse([_found("dose_mg", "Dose", dose_mg, "mg", allowed, "Take a further vial, and a second look.")])
    drawn = dose_mg / vial_mg_per_ml
    text = (
        f"{_with(drawn, 'mL')} drawn up; {_with(held - dose_mg, 'mg', 2)} "
        f"({_with(vial_volume_ml - drawn, 'mL')}) wasted. Ketamine is a controlled drug: a witness sees "
        "the waste and signs the record (local rules)."
    )
    return {
        "vial_mg": held,
        "volume_drawn_ml": drawn,
        "wasted_ml": vial_volume_ml - drawn,
        "wasted_mg": held - dose_mg,
        "needs_witness": True,
        "text": text,
        "rows": ["practice.regulation.us.ketamine-schedule", "practice.documentation.rcht.controlled"],
    }


def line_volume(dose_mg, final_volume_ml, line_ml):
    """Work out how much drug stays in a line that is not flushed: {left_mg, left_percent, given_mg, text}.

    Raises ValueError if an argument is not in its range, or the line holds more than the bag or syringe.
    """
    _demand(("dose_mg", dose_mg), ("final_volume_ml", final_volume_ml), ("line_ml", line_ml))
    if line_ml > final_volume_ml:
        allowed = "up to the final volume of " + _with(final_volume_ml, "mL")
        _refuse([_found("line_ml", "Volume of the line", line_ml, "mL", allowed, "Read it on the packing.")])
    left = dose_mg * line_ml / final_volume_ml
    percent = 100 * line_ml / final_volume_ml
    text = (
        f"{_with(left, 'mg', 2)}, {_shown(percent, 1)} percent of the dose, stay in the line. Flush it "
        "at the rate of the infusion, never faster, or make up for it, as the local protocol says."
    )
    return {"left_mg": left, "left_percent": percent, "given_mg": dose_mg - left, "text": text}


def esketamine_devices(dose_mg):
    """Return how many nasal devices a dose of esketamine takes: {devices, sprays, text, rows}.

    A device holds 28 mg (row practice.dose.esk.device) and gives two sprays, one into each nostril.

    Raises ValueError if the dose is not 28, 56 or 84 mg.
    """
    dose = _finite(dose_mg)
    if dose not in (28, 56, 84):
        remedy = "A device cannot be divided: ask who ordered it."
        _refuse([_found("dose_mg", "Dose", dose_mg, "mg", "28, 56 or 84 mg", remedy)])
    devices = int(dose) // ESKETAMINE_DEVICE_MG
    sprays = devices * SPRAYS_PER_DEVICE
    text = str(devices) + (" device, " if devices == 1 else " devices, ") + str(sprays) + " sprays."
    return {"devices": devices, "sprays": sprays, "text": text, "rows": ["practice.dose.esk.device"]}


# ---------------------------------------------------------------- people to practise with, and the sheet


def _person(name, who, why, sex, height, weight, which, vial, volume):
    return {
        "id": name,
        "who": who,
        "why": why,
        "made_up": True,
        "order": {
            "sex": sex,
            "height_cm": height,
            "weight_kg": weight,
            "weight_to_use": which,
            "dose_mg_per_kg": 0.5,
            "vial_mg_per_ml": vial,
            "final_volume_ml": volume,
            "duration_min": 40,
        },
    }


def preset_patients():
    """Return six made-up people to practise with: {id, who, why, made_up, order}."""
    return [
        _person("a", "Woman, 34 years, 168 cm, 70 kg", "A plain start.", "female", 168, 70, "actual", 50, 100),
        _person(
            "b", "Man, 52 years, 178 cm, 140 kg", "Obesity, dosed by the scales.", "male", 178, 140, "actual", 50, 100
        ),
        _person(
            "c", "Woman, 45 years, 165 cm, 120 kg", "Obesity, adjusted weight.", "female", 165, 120, "adjusted", 50, 100
        ),
        _person(
            "d",
            "Woman, 79 years, 150 cm, 44 kg",
            "Small and older: too short for the formula of ideal weight.",
            "female",
            150,
            44,
            "actual",
            10,
            50,
        ),
        _person(
            "e", "Man, 27 years, 190 cm, 62 kg", "Thin: ideal is more than actual.", "male", 190, 62, "actual", 100, 250
        ),
        _person("f", "Man, 61 years, 172 cm, 85 kg", "The strongest vial.", "male", 172, 85, "actual", 100, 100),
    ]


def _cell(text):
    text = str(text)
    if "," in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _entries():
    """Return name, label and unit of what an order may hold."""
    units = [(name, label, unit) for name, label, unit, _, _ in _RANGES]
    units += [(name, label, "mg/mL" if name == "vial_mg_per_ml" else "") for name, label, _ in _CHOICES]
    return [each for name in _ORDER + ("ready_mg_per_ml",) for each in units if each[0] == name]


def practice_csv(result):
    """Return the order and the steps of a result as CSV; its first line says that it is for practice only.

    Raises ValueError if the result is none of ``plan`` or ``ready_solution``.
    """
    parts = ("order", "steps", "warnings")
    if not isinstance(result, dict) or [part for part in parts if part not in result]:
        raise ValueError(
            "result is no worked order; allowed: what plan or ready_solution returned. Work one out first."
        )
    lines = [[NOTICE], [OFF_LABEL]]
    for name, label, unit in _entries():
        value = result["order"].get(name)
        if value is not None:
            lines.append(["order", label, value if isinstance(value, str) else _shown(value), unit])
    lines.append(["step", "what", "formula", "numbers put in", "result", "unit", "rounding"])
    for number, step in enumerate(result["steps"]):
        row = [str(number + 1)]
        for key in ("label", "formula", "numbers", "shown", "unit", "rounding"):
            row.append(step[key])
        lines.append(row)
    for each in result["warnings"]:
        lines.append([each["level"], each["text"]])
    return "".join([",".join([_cell(each) for each in line]) + "\r\n" for line in lines])
