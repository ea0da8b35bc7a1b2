"""The claim register at a glance: how many claims are supported, of all and of each theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..evidence import Row
from .bars import bar, bar_label, bar_layout
from .figure import Column, Control, DataTable, Figure, Option, Prediction, Question, TracePool, View
from .signs import number_text

#: Each verdict, best first: its sign, its name, its colour.
VERDICTS = {
    "supported": ("✓", "Supported", "var(--kc-midazolam)"),
    "partly": ("◐", "Partly supported", "var(--kc-antidepressant)"),
    "misleading": ("⚠", "Misleading", "var(--kc-esketamine)"),
    "unsupported": ("✗", "Unsupported", "var(--kc-placebo)"),
}
#: Marks of the scale on which shares are predicted, in percent; every second one has a label.
_SHARE_TICKS = tuple(range(0, 101, 10))


def _with(claims: Sequence[Row], *verdicts: str) -> list[Row]:
    return [row for row in claims if row["verdict"] in verdicts]


def share_with(claims: Sequence[Row], *verdicts: str) -> float:
    """Return how many of the claims have one of the verdicts, in percent to one decimal."""
    return round(100 * len(_with(claims, *verdicts)) / len(claims), 1)


def _all(claims: Sequence[Row], pool: TracePool) -> View:
    names = []
    for verdict, (sign, said, colour) in VERDICTS.items():
        found = _with(claims, verdict)
        if not found:
            continue
        share = share_with(claims, verdict)
        text = f"<b>{sign} {said}:</b> {number_text(share)} %<br>{len(found)} of {len(claims)} claims"
        names.append(pool.name(bar(verdict, 0, share, colour, found[0].id, text)))
        names.append(pool.name(bar_label(verdict, text, found[0].id)))
    finding = (
        f"Of {len(claims)} claims, {len(_with(claims, 'supported'))} are judged supported "
        f"({number_text(share_with(claims, 'supported'))} %) and "
        f"{len(_with(claims, 'misleading', 'unsupported'))} misleading or unsupported "
        f"({number_text(share_with(claims, 'misleading', 'unsupported'))} %). "
        f"The most frequent single verdict is {_most_frequent(claims)}."
    )
    return View(tuple(names), "all", finding, tuple(row.id for row in claims), _NOTES)


_NOTES = (
    "The claims come from a few articles and from statements that many websites make, in the course's words; "
    "they are no random sample, and some say nearly the same.",
    "A verdict is a judgement of this course's editors; another reader may draw the line elsewhere.",
)


def _most_frequent(claims: Sequence[Row]) -> str:
    verdict = max(VERDICTS, key=lambda each: len(_with(claims, each)))
    return VERDICTS[verdict][1].lower()


def _themes(claims: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the claims of each theme, the theme with most claims first."""
    themes: dict[str, list[Row]] = {}
    for row in claims:
        themes.setdefault(row["theme"], []).append(row)
    return dict(sorted(themes.items(), key=lambda item: (-len(item[1]), item[0])))


def _by_theme(themes: dict[str, list[Row]], pool: TracePool) -> View:
    names = []
    for theme, rows in themes.items():
        start, counts = 0, []
        for verdict, (sign, said, colour) in VERDICTS.items():
            found = _with(rows, verdict)
            if found:
                counts.append(f"{sign} {len(found)}")
                hover = f"{_capital(theme)}: {said.lower()}, {len(found)} of {len(rows)} claims"
                names.append(pool.name(bar(theme, start, start + len(found), colour, found[0].id, hover)))
            start += len(found)
        text = f"<b>{_capital(theme)}</b><br>{'  '.join(counts)}"
        names.append(pool.name(bar_label(theme, text, rows[0].id)))
    none = [theme for theme, rows in themes.items() if not _with(rows, "supported")]
    every = [theme for theme, rows in themes.items() if len(_with(rows, "supported")) == len(rows)]
    finding = "Claims differ by what they are about."
    if none:
        finding += f" No claim is judged supported about: {', '.join(none)}."
    if every:
        finding += f" Every claim is judged supported about: {', '.join(every)}."
    finding += " Nearly all the other themes hold claims of several verdicts, so each has to be weighed by itself."
    rows_shown = tuple(row.id for rows in themes.values() for row in rows)
    return View(tuple(names), "theme", finding, rows_shown, _NOTES)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _feedback(predicted: int, share: float, said: str) -> str:
    verdict = "less than" if predicted < share else "more than" if predicted > share else "the same as"
    return f"{said}: {number_text(share)} % of the register. You marked {predicted} %, {verdict} that."


def _prediction(claims: Sequence[Row]) -> Prediction:
    def question(colour: str, label: str, said: str, *verdicts: str) -> Question:
        share = share_with(claims, *verdicts)
        return Question(
            colour,
            label,
            tuple(float(tick) for tick in _SHARE_TICKS),
            tuple(f"{tick} %" for tick in _SHARE_TICKS),
            tuple(_feedback(tick, share, said) for tick in _SHARE_TICKS),
            "percent",
        )

    return Prediction(
        "Predict first: how do the claims of websites fare?",
        (
            question("antidepressant", "Supported without reserve", "Supported", "supported"),
            question("ketamine", "Misleading or unsupported", "Misleading or unsupported", "misleading", "unsupported"),
        ),
    )


def _layout(places: Sequence[str], title: str, high: float, ticks: Sequence[int]) -> dict[str, Any]:
    layout = bar_layout(places, title, high, ticks)
    layout["xaxis"]["ticktext"] = [str(tick) if place % 2 == 0 else "" for place, tick in enumerate(ticks)]
    return layout


def claim_verdicts(claims: Sequence[Row]) -> Figure:
    """Return how the claims of the register were judged, predicted before it is shown.

    Args:
        claims: the rows of ``claims``.

    Raises KeyError for a verdict that the figure has no sign for.
    """
    for row in claims:
        VERDICTS[row["verdict"]]
    pool = TracePool()
    themes = _themes(claims)
    most = max(len(rows) for rows in themes.values())
    return Figure(
        name="claim-verdicts",
        title="What websites claim: how many claims are supported?",
        controls=(
            Control(
                "by",
                "Split by theme",
                (Option("all", "All claims"), Option("theme", "By theme")),
                "A share over everything hides that the subject matters.",
            ),
        ),
        views={"all": _all(claims, pool), "theme": _by_theme(themes, pool)},
        traces=pool.traces,
        layouts={
            "all": _layout([each for each in VERDICTS if _with(claims, each)], "Percent of claims", 100, _SHARE_TICKS),
            "theme": _layout(list(themes), "Claims", most + 1, range(most + 1)),
        },
        table=_table(claims),
        prediction=_prediction(claims),
        key_entries=tuple(("square", colour, f"{sign} {said}") for sign, said, colour in VERDICTS.values()),
    )


def _table(claims: Sequence[Row]) -> DataTable:
    return DataTable(
        caption="The claims and how they were judged",
        columns=(
            Column("claim", "Claim"),
            Column("theme", "About"),
            Column("verdict", "Verdict"),
            Column("certainty", "Certainty"),
            Column("chapter", "Chapter"),
        ),
        rows={
            row.id: {
                "claim": row["claim"],
                "theme": row["theme"],
                "verdict": VERDICTS[row["verdict"]][1],
                "certainty": row["certainty"],
                "chapter": row["chapter"],
                # Each claim rests on several sources, which the register names beside it.
                "reference": "",
            }
            for row in claims
        },
        csv_names=("claims",),
    )
