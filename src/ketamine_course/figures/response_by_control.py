"""Who responds a day after one infusion, with ketamine and with its control, by how well the control hides the drug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.prediction import compare_share
from ..evidence import Row
from .bars import bar, bar_label, bar_layout
from .figure import Column, Control, DataTable, Figure, Option, Prediction, Question, TracePool, View
from .signs import number_text

#: Marks of the scale on which shares are predicted, in percent.
_TICKS = tuple(range(0, 101, 10))


@dataclass(frozen=True)
class Contrast:
    """Ketamine beside one kind of control: shares in percent, and the rows that they come from."""

    control: str
    colour: str
    ketamine_percent: float
    control_percent: float
    rows: tuple[Row, ...]


def _view(contrasts: Sequence[Contrast], added: bool, pool: TracePool) -> View:
    names, rows = [], []
    for index, each in enumerate(contrasts):
        rows += [row.id for row in each.rows]
        row_id, gap = each.rows[0].id, each.ketamine_percent - each.control_percent
        bars = (
            [(f"{index}.added", each.control_percent, each.ketamine_percent, "ketamine", number_text(gap) + " of 100")]
            if added
            else [
                (f"{index}.ketamine", 0, each.ketamine_percent, "ketamine", f"{number_text(each.ketamine_percent)} %"),
                (f"{index}.control", 0, each.control_percent, each.colour, f"{number_text(each.control_percent)} %"),
            ]
        )
        for place, start, end, colour, said in bars:
            if added:
                text = f"<b>{said} more respond</b><br>with ketamine than with {each.control}"
            else:
                whom = "ketamine" if place.endswith("ketamine") else each.control
                text = f"<b>{said}</b> respond on {whom}" + (
                    "" if whom != "ketamine" else f",<br>against {each.control}"
                )
            names.append(pool.name(bar(place, start, end, f"var(--kc-{colour})", row_id, text.replace("<br>", " "))))
            names.append(pool.name(bar_label(place, text, row_id)))
    said = "; ".join(
        f"{number_text(each.control_percent)} % on {each.control}, {number_text(each.ketamine_percent)} % on ketamine"
        for each in contrasts
    )
    finding = (
        f"A day after one infusion the response to the control differed far more than that to ketamine: {said}. "
        "In these data more people responded to a control that hid the treatment better."
    )
    notes = (
        "The kinds of trial differ in more than the control: in who took part, and in when a score counted as before.",
        "The last comparison is one small trial, in people who had surgery; the others are estimates from pooled data.",
    )
    return View(tuple(names), "added" if added else "both", finding, tuple(rows), notes)


def _prediction(contrasts: Sequence[Contrast]) -> Prediction:
    return Prediction(
        "Predict first: how many people respond to the control, a day later?",
        tuple(
            Question(
                each.colour,
                f"Respond on {each.control}",
                tuple(float(tick) for tick in _TICKS),
                tuple(f"{tick} %" for tick in _TICKS),
                tuple(
                    compare_share(tick, each.control_percent, each.control_percent, f"Response on {each.control}")
                    for tick in _TICKS
                ),
                "percent",
            )
            for each in contrasts[:2]
        ),
    )


def response_by_control(contrasts: Sequence[Contrast]) -> Figure:
    """Return the shares that respond to ketamine and to each control, the control predicted before it is shown.

    Args:
        contrasts: from the control that hides least to the one that hides most; the first two are predicted.
    """
    pool = TracePool()
    layouts = {
        "both": bar_layout(
            [f"{index}.{arm}" for index in range(len(contrasts)) for arm in ("ketamine", "control")],
            "Percent who respond",
            100,
            _TICKS,
        ),
        "added": bar_layout([f"{index}.added" for index in range(len(contrasts))], "Percent who respond", 100, _TICKS),
    }
    for layout in layouts.values():
        layout["xaxis"]["ticktext"] = [str(tick) if tick % 20 == 0 else "" for tick in _TICKS]
    return Figure(
        name="response-by-control",
        title="What was it compared with? Response a day after one infusion",
        controls=(
            Control(
                "show",
                "Show only what ketamine adds",
                (Option("both", "Both groups of each kind of trial"), Option("added", "Only what ketamine adds")),
            ),
        ),
        views={"both": _view(contrasts, False, pool), "added": _view(contrasts, True, pool)},
        traces=pool.traces,
        layouts=layouts,
        table=DataTable(
            caption="Response about a day after one infusion",
            columns=(
                Column("what", "What was read"),
                Column("percent", "Share"),
                Column("people", "People"),
                Column("reference", "Source"),
                Column("where", "Read in"),
            ),
            rows={row.id: _cells(row, each) for each in contrasts for row in each.rows},
            csv_names=("pooled_published", "trial_results"),
        ),
        prediction=_prediction(contrasts),
    )


def _cells(row: Row, contrast: Contrast) -> dict[str, str]:
    if row.get("statement"):
        what, percent, people = row["statement"], f"{number_text(row['value'])} %", str(row["n"])
    else:
        counts = [f"{row[f'{arm}_events']} of {row[f'{arm}_n']}" for arm in ("active", "control")]
        what = f"Masked by anaesthesia: response on ketamine and on {contrast.control}"
        percent = f"{number_text(contrast.ketamine_percent)} % and {number_text(contrast.control_percent)} %"
        people = " and ".join(counts)
    return {
        "what": what,
        "percent": percent,
        "people": people,
        "reference": row["reference"],
        "where": row["read_at"],
        "where_href": row["read_url"] or "",
    }
