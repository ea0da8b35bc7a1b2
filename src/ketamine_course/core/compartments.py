"""Linear compartment models of ketamine, solved exactly while the infusion rate stays the same.

Amounts are in mg, volumes in L, times in minutes, flows and clearances in L/min; 1 mg/L is
1000 ng/mL. A model is a dictionary of plain values, as `evidence.pharmacokinetics` makes it from rows::

    {"id": str,
     "shortest_duration_min": number or None,   # what the data behind it can say anything about
     "central": {"volume_l", "volume_exponent", "clearance_l_per_min", "clearance_exponent"},
     "peripherals": [{"volume_l", "volume_exponent", "flow_l_per_min", "flow_exponent"}, ...],
     "liver": None or {"volume_l", "flow_l_per_min", "elimination_per_min", "metabolism_per_min"},
     "metabolite": None or {"fraction_formed", "transit_compartments", "transit_min",
                            "central": {...as above}, "peripherals": [...]}}

Each value of a person of ``weight_kg`` is the value at 70 kg times ``(weight_kg / 70) ** exponent``.
With a liver, the drug leaves the body only there, and what it metabolises becomes the metabolite.
Otherwise what is cleared does: at once, or through a chain of transit compartments that each drain
at ``transit_compartments / transit_min``. A metabolite is carried in the mass of the ketamine that it came from.

The solution is the matrix exponential of the amounts together with the rate of infusion, so it has no
step size and no error of one. It is worked out by uniformisation (Jensen 1953; Moler and Van Loan,
SIAM Review 2003;45:3-49, describe the scaling and squaring around it): the matrix is shifted until no
entry is negative, so that nothing cancels and no amount can come out below zero.
"""

import math

REFERENCE_WEIGHT_KG = 70
NG_PER_ML = 1000  # in 1 mg/L

#: The lightest and the heaviest person that a model is asked about.
WEIGHT_RANGE_KG = (40, 150)

#: The power series of exp, up to a term after which it errs by less than 1e-17 where its argument is at most 1/4.
_COEFFICIENTS = [1.0]
for _number in range(1, 13):
    _COEFFICIENTS.append(_COEFFICIENTS[-1] / _number)
_LARGEST_ARGUMENT = 0.25


def checked_number(name, value, low, high, unit):
    """Return ``value`` if it is a number from ``low`` to ``high``; the error names it, its value and its range."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise ValueError(
            name + " is " + repr(value) + "; it must be a number from " + str(low) + " to " + str(high) + " " + unit
        )
    return value


def _scaled(part, weight_kg):
    ratio = weight_kg / REFERENCE_WEIGHT_KG
    if "clearance_l_per_min" in part:
        flow, exponent = part["clearance_l_per_min"], part["clearance_exponent"]
    else:
        flow, exponent = part["flow_l_per_min"], part["flow_exponent"]
    return part["volume_l"] * ratio ** part["volume_exponent"], flow * ratio**exponent


def _join(matrix, centre, volume, peripherals, weight_kg, place):
    """Enter the exchange between a central compartment and its peripherals, the first of them at ``place``."""
    for peripheral in peripherals:
        other_volume, flow = _scaled(peripheral, weight_kg)
        matrix[centre][centre] -= flow / volume
        matrix[place][centre] += flow / volume
        matrix[centre][place] += flow / other_volume
        matrix[place][place] -= flow / other_volume
        place += 1


def rate_matrix(model, weight_kg, person=None):
    """Return the system of one person.

    Args:
        model: a model as the module describes it.
        weight_kg: 40 to 150.
        person: factors by which this person differs from the typical one: ``volume``, ``clearance``,
            ``metabolite_volume`` and ``metabolite_clearance``; what is missing is 1.

    Returns ``{"matrix", "drug_volume_l", "metabolite", "metabolite_volume_l"}``: the rates (1/min) by which
    amounts change, as rows; the drug enters and is measured in compartment 0; ``metabolite`` is the
    compartment that the metabolite is measured in, or None.

    Raises ValueError for a weight out of range.
    """
    checked_number("weight_kg", weight_kg, WEIGHT_RANGE_KG[0], WEIGHT_RANGE_KG[1], "kg")
    person = person or {}
    metabolite = model["metabolite"]
    drug_size = 1 + len(model["peripherals"]) + (1 if model["liver"] else 0)
    transits = metabolite["transit_compartments"] if metabolite else 0
    size = drug_size + (transits + 1 + len(metabolite["peripherals"]) if metabolite else 0)
    matrix = [[0.0] * size for _ in range(size)]

    volume, clearance = _scaled(model["central"], weight_kg)
    volume *= person.get("volume", 1)
    clearance *= person.get("clearance", 1)
    _join(matrix, 0, volume, model["peripherals"], weight_kg, 1)

    liver = model["liver"]
    if liver:
        leaves, formed = drug_size - 1, liver["metabolism_per_min"]
        matrix[0][0] -= liver["flow_l_per_min"] / volume
        matrix[leaves][0] += liver["flow_l_per_min"] / volume
        matrix[0][leaves] += liver["flow_l_per_min"] / liver["volume_l"]
        matrix[leaves][leaves] -= (
            liver["flow_l_per_min"] / liver["volume_l"] + liver["elimination_per_min"] + liver["metabolism_per_min"]
        )
    else:
        leaves, formed = 0, clearance / volume
        matrix[0][0] -= clearance / volume
    if not metabolite:
        return {"matrix": matrix, "drug_volume_l": volume, "metabolite": None, "metabolite_volume_l": None}

    place, source = drug_size, leaves
    for _ in range(transits):
        matrix[place][source] += formed
        formed = transits / metabolite["transit_min"]
        matrix[place][place] -= formed
        place, source = place + 1, place
    matrix[place][source] += formed * metabolite["fraction_formed"]
    metabolite_volume, metabolite_clearance = _scaled(metabolite["central"], weight_kg)
    metabolite_volume *= person.get("metabolite_volume", 1)
    matrix[place][place] -= metabolite_clearance * person.get("metabolite_clearance", 1) / metabolite_volume
    _join(matrix, place, metabolite_volume, metabolite["peripherals"], weight_kg, place + 1)
    return {
        "matrix": matrix,
        "drug_volume_l": volume,
        "metabolite": place,
        "metabolite_volume_l": metabolite_volume,
    }


def product(left, right):
    """Return the product of two matrices, each a list of rows."""
    result = []
    for row in left:
        total = [0.0] * len(right[0])
        # Half of what a model's matrix holds is zero, and a row at a time is faster than an entry at a time.
        for factor, other in zip(row, right):
            if factor:
                total = [known + factor * entry for known, entry in zip(total, other)]
        result.append(total)
    return result


def _sum(coefficients, matrices):
    """Return the sum of matrices times their coefficients, plus the first coefficient times the identity."""
    total = [
        [coefficients[0] if row == column else 0.0 for column in range(len(matrices[0]))]
        for row in range(len(matrices[0]))
    ]
    for coefficient, matrix in zip(coefficients[1:], matrices):
        total = [[a + coefficient * b for a, b in zip(*rows)] for rows in zip(total, matrix)]
    return total


def _exponential(matrix):
    """Return the power series of exp up to the twelfth power, with five products (Paterson and Stockmeyer 1973)."""
    square = product(matrix, matrix)
    cube = product(square, matrix)
    fourth = product(square, square)
    powers = [matrix, square, cube, fourth]
    result = _sum(_COEFFICIENTS[8:], powers)
    result = [[a + b for a, b in zip(*rows)] for rows in zip(_sum(_COEFFICIENTS[4:8], powers), product(result, fourth))]
    return [[a + b for a, b in zip(*rows)] for rows in zip(_sum(_COEFFICIENTS[:4], powers), product(result, fourth))]


def step_matrix(matrix, minutes):
    """Return what ``minutes`` at a constant rate of infusion do to a state.

    A state lists the amounts (mg) and, last, the rate (mg/min) into compartment 0; the matrix returned
    carries it on. ``matrix`` is that of `rate_matrix`; ``minutes`` is at least 0.
    """
    size = len(matrix)
    # The rate joins as one more compartment, which never empties.
    whole = [list(row) + [0.0] for row in matrix] + [[0.0] * (size + 1)]
    whole[0][size] = 1.0
    shift = max([-row[place] for place, row in enumerate(matrix)])
    # The rate enters once in each term of the series, so its size does not count.
    largest = shift * minutes
    halvings = 0
    while largest > _LARGEST_ARGUMENT:
        largest /= 2
        halvings += 1
    part = minutes / 2**halvings
    for place in range(size + 1):
        whole[place][place] += shift
    scaled = [[entry * part for entry in row] for row in whole]
    result = _exponential(scaled)
    factor = math.exp(-shift * part)
    result = [[entry * factor for entry in row] for row in result]
    for _ in range(halvings):
        result = product(result, result)
    return result


def carried(state, step):
    """Return the state after a step of `step_matrix`."""
    return [sum([a * b for a, b in zip(row, state)]) for row in step]
