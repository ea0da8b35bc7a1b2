"""STAR*D as a flow: who remits at each step, who goes on, who leaves, and what the steps add up to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..core import effect
from ..core.prediction import compare_share
from ..evidence import Row
from .bars import bar, bar_label, bar_layout
from .figure import Column, Control, DataTable, Figure, Option, Prediction, Question, TracePool, View
from .signs import label_lines, number_text

#: Colour and meaning of each part of a bar, from left to right.
_PARTS = (
    ("remission", "var(--kc-midazolam)"),
    ("on to the next step", "var(--kc-ketamine)"),
    ("neither: left, or ended", "var(--kc-placebo)"),
)


def _parts(steps: Sequence[Row]) -> list[tuple[Row, int, int, int]]:
    """Return for each step: its row, who remitted, who went on, who did neither."""
    following = [after["entered"] for _, after in pairwise(steps)] + [0]
    return [
        (row, row["remitted"], on, row["entered"] - row["remitted"] - on)
        for row, on in zip(steps, following, strict=True)
    ]


def _flow(steps: Sequence[Row], pool: TracePool) -> View:
    names = []
    for row, remitted, went_on, neither in _parts(steps):
        place, start = row.id, 0
        for (meaning, colour), people in zip(_PARTS, (remitted, went_on, neither), strict=True):
            if people:
                hover = f"Step {row['step']}: {meaning}, {people} of {row['entered']} people"
                names.append(pool.name(bar(place, start, start + people, colour, row.id, hover)))
            start += people
        on = f", {went_on} went on" if went_on else ""
        text = f"<b>Step {row['step']}:</b> {row['entered']} people<br>{remitted} remitted{on}, {neither} neither"
        names.append(pool.name(bar_label(place, text, row.id)))
    parts = _parts(steps)
    first, last = parts[0], parts[-1]
    gone = sum(neither for *_, neither in parts[:-1])
    finding = (
        f"Of {first[0]['entered']} people who began, {first[1]} remitted at the first step and {last[1]} at the last, "
        f"which {last[0]['entered']} began. At each step remission becomes less likely: "
        f"{', '.join(number_text(row['remission_percent']) for row in steps)} % as printed. "
        f"Between the steps {gone} people who had not remitted did not go on."
    )
    notes = (
        "Who did neither is worked out here: those who began a step, less those who remitted and those who went on.",
        "The study was open and had no placebo group: some of these remissions would have come without the medicine.",
    )
    return View(tuple(names), "flow", finding, tuple(row.id for row in steps), notes)


def _adding_up(steps: Sequence[Row], theory: Row, counted: Row, pool: TracePool) -> View:
    names = []
    shares = [row["remission_percent"] for row in steps]
    remitted = [row["remitted"] for row in steps]
    for index, row in enumerate(steps):
        if_nobody_left = effect.cumulative_share(shares[: index + 1])
        of_all = 100 * sum(remitted[: index + 1]) / counted["n"]
        for place, value, colour, name in (
            (f"{row.id}.theory", if_nobody_left, "var(--kc-esketamine)", "if nobody had left"),
            (f"{row.id}.counted", of_all, "var(--kc-midazolam)", f"counted, of all {counted['n']} who were enrolled"),
        ):
            text = f"<b>By step {row['step']}: {round(value, 1)} %</b><br>{name}"
            names.append(pool.name(bar(place, 0, value, colour, row.id, text)))
            names.append(pool.name(bar_label(place, text, row.id)))
    finding = (
        f"Multiplying the steps' shares gives {number_text(theory['value'])} %, if nobody had left and those who left "
        f"would have done as well as those who stayed. Counting the people who were seen to remit, of everybody "
        f"enrolled, gives {number_text(counted['value'])} %. The two differ by the people who left."
    )
    notes = ("Neither is the truth about those who left: nobody knows how they were.",)
    rows = (*(row.id for row in steps), theory.id, counted.id)
    return View(tuple(names), "adding", finding, rows, notes)


def _totals(totals: Sequence[Row], pool: TracePool) -> View:
    names = []
    for row in totals:
        text = "<br>".join([f"<b>{number_text(row['value'])} %</b>", *label_lines(row["item"])])
        names.append(pool.name(bar(row.id, 0, row["value"], "var(--kc-esketamine)", row.id, row["statement"])))
        names.append(pool.name(bar_label(row.id, text, row.id)))
    finding = (
        "One study, and totals from "
        f"{number_text(min(row['value'] for row in totals))} to {number_text(max(row['value'] for row in totals))} %: "
        "they differ in who is counted, by which rule, and in what becomes of people who left. "
        "Each is right about its own question; none is the share of people who get and stay well."
    )
    notes = ("The investigators and their critics dispute each other's analysis; both sides have a stake in it.",)
    return View(tuple(names), "totals", finding, tuple(row.id for row in totals), notes)


def star_d_flow(steps: Sequence[Row], totals: Sequence[Row]) -> Figure:
    """Return the flow of STAR*D with its readings.

    Args:
        steps: the rows of ``star_d``, first step first.
        totals: rows of ``star_d_readings`` with a percentage; the first is the theoretical total, the second
            the count of remissions among everybody enrolled.
    """
    pool = TracePool()
    theory, counted = totals[0], totals[1]
    views = {
        "flow": _flow(steps, pool),
        "adding": _adding_up(steps, theory, counted, pool),
        "totals": _totals(totals, pool),
    }
    places = [place for row in steps for place in (f"{row.id}.theory", f"{row.id}.counted")]
    begun = steps[0]["entered"]
    return Figure(
        name="star-d",
        title="STAR*D: who remits, who goes on, who leaves",
        controls=(
            Control(
                "reading",
                "Reading",
                (
                    Option("flow", "What happened to the people at each step"),
                    Option("adding", "What the steps add up to, in two readings"),
                    Option("totals", "Every published total, side by side"),
                ),
            ),
        ),
        views=views,
        traces=pool.traces,
        layouts={
            "flow": bar_layout([row.id for row in steps], "People", 1.02 * begun, range(0, begun, 1000)),
            "adding": bar_layout(places, "Percent in remission by this step", 100, range(0, 101, 20)),
            "totals": bar_layout([row.id for row in totals], "Percent", 100, range(0, 101, 20)),
        },
        table=_table("STAR*D: steps and totals", [*_step_cells(steps), *((row, _total_cells(row)) for row in totals)]),
        key_entries=tuple(("square", colour, meaning) for meaning, colour in _PARTS),
    )


#: Marks of the scale on which shares are predicted, in percent; every second one has a label.
_SHARE_TICKS = tuple(range(0, 101, 10))


def _steps_view(steps: Sequence[Row], counted: Row, of_all: bool, pool: TracePool) -> View:
    names, shares = [], []
    for row in steps:
        share = round(100 * row["remitted"] / counted["n"], 1) if of_all else row["remission_percent"]
        shares.append(number_text(share))
        whom = f"all {counted['n']} who were enrolled" if of_all else f"{row['entered']} who began it"
        text = f"<b>Step {row['step']}: {shares[-1]} %</b><br>in remission, of {whom}"
        names.append(pool.name(bar(row.id, 0, share, "var(--kc-midazolam)", row.id, text)))
        names.append(pool.name(bar_label(row.id, text, row.id)))
    first, last = shares[0], shares[-1]
    if of_all:
        finding = (
            f"Of all {counted['n']} people who were enrolled, {first} % were counted in remission at the first step "
            f"and {last} % at the last. The later bars are short because few people were left to try, too."
        )
        notes: tuple[str, ...] = ("Worked out here: who remitted at the step, of everybody enrolled.",)
        return View(tuple(names), "shares", finding, (*(row.id for row in steps), counted.id), notes)
    finding = (
        f"Of the people who began a step, {first} % reached remission at the first and {last} % at the last "
        f"({', '.join(shares)} %, as printed): after each further step a smaller share is well."
    )
    notes = ("The study was open and had no placebo group: some of these remissions would have come anyway.",)
    return View(tuple(names), "shares", finding, tuple(row.id for row in steps), notes)


def _steps_prediction(first: Row, last: Row) -> Prediction:
    def question(colour: str, which: str, row: Row) -> Question:
        said = f"Remission at the {which} step"
        share = row["remission_percent"]
        return Question(
            colour,
            f"In remission at the {which} step, of those who began it",
            tuple(float(tick) for tick in _SHARE_TICKS),
            tuple(f"{tick} %" for tick in _SHARE_TICKS),
            tuple(compare_share(tick, share, share, said) for tick in _SHARE_TICKS),
            "percent",
        )

    return Prediction(
        "Predict first: how many people reach remission?",
        (question("antidepressant", "first", first), question("ketamine", "last", last)),
    )


def star_d_steps(steps: Sequence[Row], counted: Row) -> Figure:
    """Return the share in remission at each step of STAR*D, predicted before it is shown.

    Args:
        steps: the rows of ``star_d``, first step first.
        counted: the row of ``star_d_readings`` that counts remissions among everybody enrolled.
    """
    pool = TracePool()
    layout = bar_layout([row.id for row in steps], "Percent in remission", 100, _SHARE_TICKS)
    layout["xaxis"]["ticktext"] = [str(tick) if tick % 20 == 0 else "" for tick in _SHARE_TICKS]
    return Figure(
        name="star-d-steps",
        title="Four steps of STAR*D: how many reach remission?",
        controls=(
            Control(
                "whom",
                "Count of everyone who was enrolled",
                (Option("began", "Of those who began the step"), Option("all", "Of everyone who was enrolled")),
                "The same remissions look smaller when everybody counts who started.",
            ),
        ),
        views={
            "began": _steps_view(steps, counted, False, pool),
            "all": _steps_view(steps, counted, True, pool),
        },
        traces=pool.traces,
        layouts={"shares": layout},
        table=_table("STAR*D: remission at each step", [*_step_cells(steps), (counted, _total_cells(counted))]),
        prediction=_steps_prediction(steps[0], steps[-1]),
    )


def _table(caption: str, rows: Sequence[tuple[Row, dict[str, str]]]) -> DataTable:
    return DataTable(
        caption=caption,
        columns=(
            Column("what", "Step or total"),
            Column("entered", "People"),
            Column("remitted", "Remitted"),
            Column("percent", "Remission as printed"),
            Column("on", "Went on"),
            Column("neither", "Neither"),
            Column("reference", "Source"),
            Column("where", "Read in"),
            Column("note", "Note"),
        ),
        rows={row.id: cells for row, cells in rows},
        csv_names=("star_d", "star_d_readings"),
    )


def _step_cells(steps: Sequence[Row]) -> list[tuple[Row, dict[str, str]]]:
    return [
        (
            row,
            {
                "what": f"Step {row['step']}: {row['treatment']}",
                "entered": str(row["entered"]),
                "remitted": str(remitted),
                "percent": f"{number_text(row['remission_percent'])} %",
                "on": str(went_on) if went_on else "",
                "neither": str(neither),
                **_source_cells(row),
            },
        )
        for row, remitted, went_on, neither in _parts(steps)
    ]


def _total_cells(row: Row) -> dict[str, str]:
    return {
        "what": row["statement"],
        "entered": str(row["n"]) if row["n"] else "",
        "remitted": "",
        "percent": f"{number_text(row['value'])} %",
        "on": "",
        "neither": "",
        **_source_cells(row),
    }


def _source_cells(row: Row) -> dict[str, str]:
    return {
        "reference": row["reference"],
        "where": row["read_at"],
        "where_href": row["read_url"] or "",
        "note": row["note"] or "",
    }
