"""The NMDA receptor: what holds its pore at each membrane potential, and how ketamine's block comes and goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from ..core import receptor
from ..evidence import Row
from .figure import Column, Control, DataTable, Figure, Option, Prediction, Question, TracePool, View, view_key
from .signs import number_text

#: What can be chosen; the first of each is what the figure starts with.
VOLTAGES_MV = (-70, -80, -60, -40, -20, 0, 20)
MAGNESIUM_MM = (1.0, 2.0, 0.0)
KETAMINE_UM = (0.0, 1.0, 10.0)
#: Of ours, for the picture: together the channels conduct this much.
CONDUCTANCE_NS = 1.0
TEMPERATURE_C = 25

_CURVE_MV = tuple(range(-100, 41, 5))
_TICKS_MV = tuple(range(-100, 41, 20))
#: Letter, colour and name of what can hold the pore, in the order of `receptor.pore_shares`.
_HOLDERS = (
    ("F", "var(--kc-midazolam)", "free"),
    ("M", "var(--kc-placebo)", "magnesium"),
    ("K", "var(--kc-ketamine)", "ketamine"),
)
_INK = "var(--kc-ink)"
#: Marks nearer than this would lie on each other.
_TOUCH_PERCENT = 7


def _percent(share: float) -> str:
    """Return a share as a reader sees it: whole percent from 10 on, else one decimal."""
    percent = 100 * share
    return f"{round(percent)} %" if percent >= 10 else f"{number_text(round(percent, 1))} %"


def _mv(voltage: float) -> str:
    return f"{number_text(voltage)} mV"


def _pa(current: float) -> str:
    return f"{number_text(round(current, 1) + 0.0)} pA"


def _line(y: Sequence[float], colour: str, name: str, axis: int = 1, dash: bool = False) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(_CURVE_MV),
        "y": [round(each, 3) for each in y],
        "text": [""] * len(_CURVE_MV),
        "hoverinfo": "skip",
        "line": {"color": colour, "width": 2, "dash": "dash" if dash else "solid"},
        "marker": {"symbol": "circle", "size": 0, "color": colour},
    }
    return trace | ({"yaxis": f"y{axis}"} if axis > 1 else {})


def _point(voltage: float, y: float, letter: str, colour: str, hover: str, axis: int = 1) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers+text",
        "name": hover,
        "x": [voltage],
        "y": [round(y, 3)],
        "text": [letter],
        "textposition": "middle center",
        "textfont": {"size": 10, "color": "var(--kc-ground)"},
        "hovertext": [hover],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {"symbol": "circle", "size": 17, "color": colour, "line": {"width": 1.5}},
    }
    return trace | ({"yaxis": f"y{axis}"} if axis > 1 else {})


def _points(voltage: float, values: Sequence[tuple[float, str, str, str]]) -> list[dict[str, Any]]:
    """Return a mark for each value (percent, letter, colour, name); those that would lie on each other share one."""
    groups: list[list[tuple[float, str, str, str]]] = []
    for each in sorted(values):
        if groups and each[0] - groups[-1][-1][0] < _TOUCH_PERCENT:
            groups[-1].append(each)
        else:
            groups.append([each])
    return [
        _point(
            voltage,
            sum(value for value, *_ in group) / len(group),
            "".join(letter for _, letter, _, _ in group),
            group[0][2] if len(group) == 1 else _INK,
            "<br>".join(f"{name}: {_percent(value / 100)}" for value, _, _, name in group),
        )
        for group in groups
    ]


def _layout() -> dict[str, Any]:
    def axis(title: str, span: tuple[float, float], domain: tuple[float, float]) -> dict[str, Any]:
        return {
            "title": {"text": title},
            "fixedrange": True,
            "zeroline": True,
            "range": list(span),
            "domain": list(domain),
        }

    return {
        "height": 560,
        "xaxis": {
            "title": {"text": "Membrane potential (mV)"},
            "fixedrange": True,
            "zeroline": False,
            "type": "linear",
            "range": [-104, 46],
            "tickvals": list(_TICKS_MV),
            "ticktext": [number_text(tick) for tick in _TICKS_MV],
            "tickangle": 0,
            "anchor": "y2",
        },
        "yaxis": axis("Share of pores (%)", (-5, 105), (0.55, 1)),
        "yaxis2": axis("Current (pA)", (-105, 45), (0, 0.45)),
        "shapes": [],
        "annotations": [],
    }


def _closed(voltage: float, glutamate: bool, glycine: bool, reversal: Row, pool: TracePool) -> View:
    missing = "Glutamate and glycine are" if not glutamate and not glycine else ""
    missing = missing or ("Glutamate is" if not glutamate else "Glycine is")
    finding = (
        f"{missing} missing: the channels stay closed, and no current flows at {_mv(voltage)} or at any other "
        "potential. Neither magnesium nor ketamine has anything to block, and ketamine cannot get in."
    )
    notes = ("Illustration: glutamate and glycine are there or not. Real receptors open some of the time.",)
    names = pool.names(
        (
            _line([0.0] * len(_CURVE_MV), _INK, "Current", 2),
            _point(voltage, 0, "C", _INK, "Closed: no current", 2),
        )
    )
    return View(names, "potential", finding, (reversal.id,), notes)


def _lesson(voltage: float, magnesium: float, ketamine: float, free: float, unblocked: float) -> str:
    if voltage == 0:
        said = "At the reversal nothing drives a current, however many pores are free."
    elif voltage > 0:
        said = "The current now flows outward: the inside is positive."
    elif magnesium == 0:
        said = "Without magnesium the receptor detects no coincidence: it conducts at rest as well."
    elif voltage <= -60:
        said = "At rest magnesium plugs nearly every pore: glutamate alone is not enough."
    elif voltage < receptor.magnesium_half_voltage(magnesium):
        said = "The cell is partly depolarised, and magnesium begins to leave."
    else:
        said = "Glutamate and depolarisation coincide: much of the magnesium has left, and current flows in."
    if ketamine:
        said += f" Ketamine takes away {_percent(1 - free / unblocked)} of the current that would flow without it."
    return said


def coincidence_detector(rows: Mapping[str, Row]) -> Figure:
    """Return the figure: what holds the pore, and the current, for each choice of the five controls.

    Args:
        rows: by id, ``nmda.mg.slope``, ``nmda.mg.constant``, ``nmda.reversal``, ``ket.block.ic50``,
            ``ket.block.delta``, ``ket.pore.shared_site``, ``pk.affinity.block_1um``, ``pk.affinity.block_10um``.
    """
    pool = TracePool()
    reversal = rows["nmda.reversal"]
    views: dict[str, View] = {}
    for voltage, magnesium, ketamine, glutamate, glycine in product(
        VOLTAGES_MV, MAGNESIUM_MM, KETAMINE_UM, (True, False), (True, False)
    ):
        key = view_key((str(voltage), str(magnesium), str(ketamine), _on(glutamate), _on(glycine)))
        if glutamate and glycine:
            views[key] = _open(voltage, magnesium, ketamine, rows, pool)
        else:
            views[key] = _closed(voltage, glutamate, glycine, reversal, pool)
    shown = [row for row in rows.values() if any(row.id in view.row_ids for view in views.values())]
    return Figure(
        name="coincidence-detector",
        title="A detector of coincidence: the NMDA receptor",
        controls=(
            Control("voltage", "Membrane potential", tuple(Option(str(each), _mv(each)) for each in VOLTAGES_MV)),
            Control(
                "magnesium",
                "Magnesium outside the cell",
                tuple(Option(str(each), f"{number_text(each)} mmol/L" if each else "none") for each in MAGNESIUM_MM),
            ),
            Control(
                "ketamine",
                "Ketamine at the receptor",
                tuple(Option(str(each), f"{number_text(each)} µmol/L" if each else "none") for each in KETAMINE_UM),
            ),
            Control(
                "glutamate",
                "Take glutamate away",
                (Option("there", "there"), Option("absent", "absent")),
                "Without it the channel stays closed.",
            ),
            Control(
                "glycine",
                "Take glycine away",
                (Option("there", "there"), Option("absent", "absent")),
                "Its partner at a second site.",
            ),
        ),
        views=views,
        traces=pool.traces,
        layouts={"potential": _layout()},
        table=_constants(shown, "Constants and measurements in this figure"),
        prediction=_half_voltage_prediction(),
        key_entries=(
            *((letter, colour, f"Pore: {name}") for letter, colour, name in _HOLDERS),
            ("I", _INK, "Current; dashed: without any blocker"),
            ("C", _INK, "Channel closed"),
        ),
    )


def _on(there: bool) -> str:
    return "there" if there else "absent"


def _open(voltage: float, magnesium: float, ketamine: float, rows: Mapping[str, Row], pool: TracePool) -> View:
    def shares(at_mv: float) -> tuple[float, ...]:
        return tuple(receptor.pore_shares(at_mv, magnesium, ketamine, TEMPERATURE_C))

    def current(at_mv: float, free: float) -> float:
        return float(receptor.channel_current(CONDUCTANCE_NS, free, at_mv, rows["nmda.reversal"]["value"]))

    here = shares(voltage)
    free, pa = here[0], current(voltage, here[0])
    present = [True, magnesium > 0, ketamine > 0]
    curves = [shares(each) for each in _CURVE_MV]
    traces = [
        _line([100 * each[place] for each in curves], colour, name)
        for place, (_, colour, name) in enumerate(_HOLDERS)
        if present[place]
    ]
    traces.append(_line([current(each, 1) for each in _CURVE_MV], _INK, "Without any blocker", 2, dash=True))
    traces.append(_line([current(at, each[0]) for at, each in zip(_CURVE_MV, curves, strict=True)], _INK, "Current", 2))
    traces += _points(voltage, [(100 * here[place], *_HOLDERS[place]) for place in range(3) if present[place]])
    traces.append(_point(voltage, pa, "I", _INK, f"{_pa(pa)} at {_mv(voltage)}", 2))
    held = [
        f"{_percent(here[place])} hold {name}"
        for place, (_, _, name) in enumerate(_HOLDERS)
        if place and present[place]
    ]
    unblocked = shares_without_ketamine(voltage, magnesium)
    finding = (
        f"At {_mv(voltage)} {_percent(free)} of the open channels' pores are free"
        f"{''.join(', ' + each for each in held)}; the current is {_pa(pa)} for each nS. "
        f"{_lesson(voltage, magnesium, ketamine, free, unblocked)}"
    )
    row_ids = ["nmda.reversal"]
    notes = [
        "Free at " + ", ".join(f"{_mv(each)} {_percent(shares(each)[0])}" for each in _TICKS_MV[1:]) + ".",
        "Illustration: glutamate and glycine are there or not, together the channels conduct 1 nS, the temperature is "
        f"{TEMPERATURE_C} °C, and one blocker at a time holds the pore.",
    ]
    if magnesium:
        row_ids += ["nmda.mg.slope", "nmda.mg.constant"]
        notes.append("The magnesium block was fitted to cells of the hippocampus in culture; other fits exist.")
    if ketamine:
        row_ids += ["ket.block.ic50", "ket.block.delta", "ket.pore.shared_site"]
        measured = rows["pk.affinity.block_1um" if ketamine == 1 else "pk.affinity.block_10um"]
        row_ids.append(measured.id)
        notes.append(
            f"In mouse brain tissue {number_text(ketamine)} µmol/L took away about {number_text(measured['value'])} % "
            "of the current. With magnesium this picture shows less: the two are not reconciled here."
        )
    return View(pool.names(traces), "potential", finding, tuple(row_ids), tuple(notes))


def shares_without_ketamine(voltage: float, magnesium: float) -> float:
    """Return the share of open channels that would be free without ketamine."""
    return float(receptor.magnesium_unblocked(voltage, magnesium))


def _half_voltage_prediction() -> Prediction:
    half = receptor.magnesium_half_voltage(1)
    feedback = []
    for guess in _TICKS_MV:
        far = guess - half
        if abs(far) <= 5:
            verdict = "that is close"
        else:
            verdict = "that is more positive than it is" if far > 0 else "that is more negative than it is"
        feedback.append(
            f"With 1 mmol/L of magnesium half of the pores are free at {_mv(round(half))}; you marked {_mv(guess)}, "
            f"and {verdict}. At {_mv(-70)}, where a cell rests, it is {_percent(receptor.magnesium_unblocked(-70, 1))}."
        )
    return Prediction(
        "Predict first: glutamate and glycine are there, with 1 mmol/L of magnesium and no ketamine.",
        (
            Question(
                "ketamine",
                "From which membrane potential on are half of the pores free?",
                tuple(float(each) for each in _TICKS_MV),
                tuple(_mv(each) for each in _TICKS_MV),
                tuple(feedback),
                "mV",
            ),
        ),
    )


def _constants(rows: Sequence[Row], caption: str) -> DataTable:
    return DataTable(
        caption=caption,
        columns=(
            Column("what", "What"),
            Column("value", "Value"),
            Column("where_seen", "Where it was seen"),
            Column("reference", "Source"),
            Column("where", "Read in"),
            Column("note", "Note"),
        ),
        rows={
            row.id: {
                "what": row["statement"],
                "value": ""
                if row["value"] is None
                else f"{number_text(row['value'])} {row['unit']}".removesuffix(" none").replace("percent", "%"),
                "where_seen": row["context"] or "",
                "reference": row["reference"],
                "where": row["read_at"],
                "where_href": row["read_url"] or "",
                "note": row["note"] or "",
            }
            for row in rows
        },
        csv_names=tuple(sorted({row.table for row in rows})),
    )


# --- Block that depends on use ---------------------------------------------------------------------------------------

#: Of ours: how long ketamine is there, and how long the picture goes on.
WITH_KETAMINE_S = 60
WATCHED_S = 120
#: Value, label and share of time that the channels are open, relative to receptors held active.
USES = (("busy", "all the time", 1.0), ("some", "a tenth of the time", 0.1), ("none", "never", 0.0))


def block_by_use(rows: Sequence[Row]) -> Figure:
    """Return the figure of use-dependent block: who opens is blocked, who closes traps.

    Args:
        rows: the rows of the two rates, of the half-blocking concentration and of trapping.
    """
    pool = TracePool()
    views = {}
    for (use, label, open_share), ketamine, afterwards in product(USES, (1.0, 10.0), ("on", "off")):
        later_share = open_share if afterwards == "on" else 0.0
        views[view_key((use, str(ketamine), afterwards))] = _course(
            ketamine, label, open_share, later_share, rows, pool
        )
    return Figure(
        name="block-by-use",
        title="Ketamine blocks what is in use, and stays where the door has closed",
        controls=(
            Control("use", "Channels open", tuple(Option(name, label) for name, label, _ in USES)),
            Control(
                "ketamine",
                "Ten times as much ketamine (10 instead of 1 µmol/L)",
                (Option("1.0", "1 µmol/L"), Option("10.0", "10 µmol/L")),
            ),
            Control(
                "afterwards",
                "Glutamate stops when ketamine has gone",
                (Option("on", "goes on"), Option("off", "stops")),
                "Closed channels cannot let ketamine out.",
            ),
        ),
        views=views,
        traces=pool.traces,
        layouts={"time": _time_layout()},
        table=_constants(rows, "Rates in this figure"),
        key_entries=(
            ("K", "var(--kc-ketamine)", "All receptors that hold ketamine"),
            ("T", "var(--kc-ect)", "Dashed: those among them that are closed, with ketamine trapped inside"),
        ),
    )


def _time_layout() -> dict[str, Any]:
    ticks = list(range(0, WATCHED_S + 1, 20))
    return {
        "height": 420,
        "xaxis": {
            "title": {"text": "Time (s)"},
            "fixedrange": True,
            "zeroline": False,
            "type": "linear",
            "range": [-3, WATCHED_S + 4],
            "tickvals": ticks,
            "ticktext": [str(tick) for tick in ticks],
            "tickangle": 0,
        },
        "yaxis": {
            "title": {"text": "Share of receptors (%)"},
            "fixedrange": True,
            "zeroline": False,
            "range": [-5, 105],
        },
        "shapes": [
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": 0,
                "x1": WITH_KETAMINE_S,
                "y0": 0,
                "y1": 1,
                "fillcolor": "var(--kc-band)",
                "line": {"width": 0},
                "layer": "below",
            }
        ],
        "annotations": [
            {
                "x": WITH_KETAMINE_S / 2,
                "xref": "x",
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "center",
                "showarrow": False,
                "text": "ketamine is there",
                "font": {"size": 12},
            }
        ],
    }


def _course(
    ketamine: float, label: str, open_share: float, later_share: float, rows: Sequence[Row], pool: TracePool
) -> View:
    def held(at_s: float) -> float:
        first = receptor.blocked_after(0, ketamine, open_share, min(at_s, WITH_KETAMINE_S))
        if at_s <= WITH_KETAMINE_S:
            return float(first)
        return float(receptor.blocked_after(first, 0, later_share, at_s - WITH_KETAMINE_S))

    def trapped(at_s: float) -> float:
        share = open_share if at_s <= WITH_KETAMINE_S else later_share
        return float(receptor.four_states(held(at_s), share)[3])

    times = [*range(0, WITH_KETAMINE_S + 1, 2), WITH_KETAMINE_S + 0.1, *range(WITH_KETAMINE_S + 2, WATCHED_S + 1, 2)]
    traces: list[dict[str, Any]] = []
    for letter, colour, course, dash, mark_s in (
        ("K", "var(--kc-ketamine)", held, "solid", WATCHED_S),
        ("T", "var(--kc-ect)", trapped, "dash", (WITH_KETAMINE_S + WATCHED_S) // 2),
    ):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": letter,
                "x": times,
                "y": [round(100 * course(each), 2) for each in times],
                "text": [""] * len(times),
                "hoverinfo": "skip",
                "line": {"color": colour, "width": 2.5, "dash": dash},
                "marker": {"symbol": "circle", "size": 0, "color": colour},
            }
        )
        traces.append(_point(mark_s, 100 * course(mark_s), letter, colour, f"{_percent(course(mark_s))} at {mark_s} s"))
    in_the_end, at_loss, left = receptor.blocked_in_the_end(ketamine), held(WITH_KETAMINE_S), held(WATCHED_S)
    if open_share == 0:
        finding = (
            "No channel opens, so no ketamine gets in: after "
            f"{WITH_KETAMINE_S} s with {number_text(ketamine)} µmol/L none of the receptors holds any."
        )
    else:
        kept = "as the channels go on opening" if later_share else "as the channels stay closed"
        finding = (
            f"With {number_text(ketamine)} µmol/L and channels that open {label}, {_percent(held(10))} of the "
            f"receptors hold ketamine after 10 s and {_percent(at_loss)} after {WITH_KETAMINE_S} s; in the end it "
            f"would be {_percent(in_the_end)}, however often they open. A minute after ketamine has gone "
            f"{_percent(left)} still hold it, {kept}."
        )
    half = number_text(round(receptor.KETAMINE_K_OFF / receptor.KETAMINE_K_ON, 1))
    notes = (
        "Illustration: the share of time that channels are open, and the minute with ketamine, are ours; the two rates "
        "were measured in receptors held active. Magnesium is left out.",
        f"By these rates half of the receptors are blocked at about {half} µmol/L; measured directly, in the same "
        f"study, it was {number_text(receptor.KETAMINE_IC50_UM)} µmol/L. Both are given, neither is corrected.",
    )
    return View(pool.names(traces), "time", finding, tuple(row.id for row in rows), notes)
