"""Models of ketamine's concentration, made from the rows of ``pk_models`` and ``pk_parameters``.

The shape is that of `core.compartments`. Each model is joined by hand, because papers name their
parameters differently and scale them with body weight differently (column ``scaling`` of its row).
"""

from __future__ import annotations

from typing import Any

from .table import Row, row

Model = dict[str, Any]

#: The default first. Models of children and those that cannot be simulated from what was read are not here.
MODEL_IDS = ("fanta_otto", "clements250", "domino", "hijazi", "simons2022", "perezruixo2021")

#: Names that the command line takes besides the ids.
ALIASES = {"otto2021": "fanta_otto"}

#: The spread between people, for the one model that is shown as a band.
SPREAD = ("var_V1", "var_CL", "cov_V1_CL", "var_Vn", "var_CLn", "cov_Vn_CLn")

_PER_HOUR = 60


def _value(model_id: str, parameter: str) -> float:
    found = row(f"{model_id}.{parameter}")
    return float(found["value"]) / (_PER_HOUR if str(found["unit"]) in ("L/h", "1/h") else 1)


def _central(volume: float, clearance: float, volume_exponent: float, clearance_exponent: float) -> dict[str, float]:
    return {
        "volume_l": volume,
        "volume_exponent": volume_exponent,
        "clearance_l_per_min": clearance,
        "clearance_exponent": clearance_exponent,
    }


def _peripheral(volume: float, flow: float, volume_exponent: float, flow_exponent: float) -> dict[str, float]:
    return {
        "volume_l": volume,
        "volume_exponent": volume_exponent,
        "flow_l_per_min": flow,
        "flow_exponent": flow_exponent,
    }


def _from_rate_constants(model_id: str, exchanges: tuple[str, ...]) -> Model:
    """Return a model whose parameters are L/kg and 1/min: then clearance is linear in weight as well."""
    volume = 70 * _value(model_id, "V1")
    peripherals = []
    for number in exchanges:
        flow = volume * _value(model_id, f"k1{number}")
        peripherals.append(_peripheral(flow / _value(model_id, f"k{number}1"), flow, 1, 1))
    return {
        "central": _central(volume, volume * _value(model_id, "k10"), 1, 1),
        "peripherals": peripherals,
        "liver": None,
        "metabolite": None,
    }


def _fanta_otto() -> Model:
    def of(name: str) -> float:
        return _value("fanta_otto", name)

    return {
        "central": _central(of("V1"), of("CL"), of("exponent_V1"), of("exponent_CL")),
        "peripherals": [_peripheral(of("Vp1"), of("Q1"), 0, 0), _peripheral(of("Vp2"), of("Q2"), 0, 0)],
        "liver": None,
        "metabolite": {
            "fraction_formed": of("fraction_formed"),
            "transit_compartments": 0,
            "transit_min": None,
            "central": _central(of("Vn"), of("CLn"), of("exponent_Vn"), of("exponent_CLn")),
            "peripherals": [_peripheral(of("Vpn"), of("Qn"), 0, 0)],
        },
    }


def _simons2022() -> Model:
    def of(name: str) -> float:
        return _value("simons2022", name)

    # The exponents are the public library's assumption; the paper prints values at 70 kg only.
    return {
        "central": _central(of("V1"), of("CL"), 1, 0.75),
        "peripherals": [_peripheral(of("V2"), of("Q2"), 1, 0.75), _peripheral(of("V3"), of("Q3"), 1, 0.75)],
        "liver": None,
        "metabolite": {
            "fraction_formed": of("fraction_to_NK"),
            "transit_compartments": 2,
            "transit_min": of("MTT_K_to_NK"),
            "central": _central(of("Vn1"), of("CLn"), 1, 0.75),
            "peripherals": [_peripheral(of("Vn2"), of("Qn"), 1, 0.75)],
        },
    }


def _perezruixo2021() -> Model:
    def of(name: str) -> float:
        return _value("perezruixo2021", name)

    # Weight had no effect in this model. Its metabolite is apparent (over the fraction formed), so that is 1.
    return {
        "central": _central(of("Vc"), 0, 0, 0),
        "peripherals": [_peripheral(of("Vp1"), of("Q1"), 0, 0), _peripheral(of("Vp2"), of("Q2"), 0, 0)],
        "liver": {
            "volume_l": of("Vh"),
            "flow_l_per_min": of("Qh"),
            "elimination_per_min": of("kel"),
            "metabolism_per_min": of("kmet"),
        },
        "metabolite": {
            "fraction_formed": 1,
            "transit_compartments": 0,
            "transit_min": None,
            "central": _central(of("Vcn_F"), of("CLn_F"), 0, 0),
            "peripherals": [_peripheral(of("Vpn_F"), of("Q3_F"), 0, 0)],
        },
    }


def model_row(model_id: str) -> Row:
    """Return the row of a model: population, sampling site, enantiomer, limits."""
    return row(model_id)


def pk_model(model_id: str) -> Model:
    """Return a model for `core.regimen.concentrations`.

    Raises ValueError for an unknown name; the message lists the known ones.
    """
    model_id = ALIASES.get(model_id, model_id)
    if model_id not in MODEL_IDS:
        raise ValueError(f"model is {model_id!r}; it must be one of {', '.join((*MODEL_IDS, *ALIASES))}")
    if model_id == "fanta_otto":
        parts = _fanta_otto()
    elif model_id == "simons2022":
        parts = _simons2022()
    elif model_id == "perezruixo2021":
        parts = _perezruixo2021()
    else:
        parts = _from_rate_constants(model_id, ("2", "3") if model_id == "domino" else ("2",))
    return {"id": model_id, "shortest_duration_min": model_row(model_id)["shortest_duration_min"], **parts}
