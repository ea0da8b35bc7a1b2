"""From an item and its answer to points, and to what the learner is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from ..answers import shape, variant
from ..core import scoring
from ..items import Item

_GAP = re.compile(r"\[\[([^\[\]]*)\]\]")


@dataclass(frozen=True)
class Outcome:
    """What an answer earned: ``points`` of the item's points, and the feedback as HTML."""

    points: float
    feedback: str


@dataclass(frozen=True)
class Variant:
    """Which values of its parameters an item is scored with.

    ``flag`` says why a person should look, empty if there is nothing to see. ``scored`` is false
    if what was shown is no variant of the item.
    """

    values: dict[str, Any]
    flag: str = ""
    scored: bool = True


def variant_of(item: Item, drawn: dict[str, Any], shown: Any) -> Variant:
    """Return which values an answer is scored with.

    It is what the learner had in front of them, as long as the item can show it: a learner's name on
    the own computer often differs from the one in the gradebook, and then so do the numbers.

    Args:
        item: the item.
        drawn: the values that the learner's id in the gradebook gives; empty without parameters.
        shown: what the record says was shown, any JSON value; ``None`` if it says nothing.
    """
    if not item.parameters or shown == drawn:
        return Variant(drawn)
    if shown is None:
        return Variant(drawn, "the record does not say which numbers were shown; scored by those of the student's id")
    if not variant.fits(item.parameters, shown):
        return Variant(drawn, "the numbers shown are none that this item has; scored 0", scored=False)
    numbers = ", ".join(f"{name} {value}" for name, value in shown.items())
    return Variant(shown, f"the numbers shown ({numbers}) are not those of the student's id; scored by what was shown")


def score(item: Item, answer: Any, which: Variant | None = None) -> Outcome:
    """Return the outcome of an answer; ``None`` means that the item was left unanswered.

    An answer that has not the form of its item earns no points, and the feedback says so.

    Args:
        item: the item, as its bank has it.
        answer: any JSON value.
        which: the values of its parameters; may be left out if it has none.

    Raises ValueError for a free-text item, which a person grades.
    """
    if item.kind == "free_text":
        raise ValueError(f"{item.id} is graded by hand")
    which = which or Variant({})
    filled = item.filled(which.values)
    earned, said = 0.0, ""
    if answer is None:
        said = "You left this item unanswered."
    elif not which.scored:
        said = "The numbers that your answer was given to are none that this item has: it earns nothing."
    elif wrong := shape.problem(item.released(), answer):
        said = f"Your answer has not the form that this item asks for. {wrong}"
    else:
        points, possible = _earned(filled, answer)
        earned = round(filled.points * points / possible, 4)
        said = f"Your answer: {_SAID[filled.asked](filled.form, answer)}"
    return Outcome(earned, _feedback(filled, said, earned))


def _earned(item: Item, answer: Any) -> tuple[float, float]:
    key = item.key
    rule = item.scoring
    if rule == "numeric":
        result = scoring.numeric(
            answer["value"], answer["unit"], key["value"], key["unit"], key["tolerance"], key["accepted"]
        )
    elif rule == "select_n":
        result = scoring.select_n(answer, key["correct"], item.form["select"])
    elif rule == "triad":
        result = scoring.triad(answer, key["correct"], key["order"])
    else:
        result = getattr(scoring, rule)(answer, key["correct"])
    earned, possible = result
    return earned, possible


# What was chosen, in words. Each takes what holds the item's options and an answer of its form,
# which may be unfinished; the key has the same form, so that it is said in the same way.

_NOTHING = "nothing"


def _texts(options: list[dict[str, Any]], chosen: Any) -> str:
    """Return the texts of the chosen options in the order of the item."""
    ids = [chosen] if isinstance(chosen, str) else chosen
    return "; ".join(option["text"] for option in options if option["id"] in ids) or _NOTHING


def _say_options(form: dict[str, Any], chosen: Any) -> str:
    return _texts(form["options"], chosen)


def _say_matrix(form: dict[str, Any], chosen: Any) -> str:
    return ". ".join(f"{row['text']}: {_texts(form['columns'], chosen.get(row['id'], []))}" for row in form["rows"])


def _say_gaps(form: dict[str, Any], chosen: Any) -> str:
    def choice(match: re.Match[str]) -> str:
        return f"[{_texts(form['gaps'][match[1]], chosen.get(match[1], []))}]"

    if "text" in form:
        return _GAP.sub(choice, form["text"])
    return ". ".join(" | ".join(_GAP.sub(choice, cell) for cell in row) for row in form["table"]["rows"])


def _say_order(form: dict[str, Any], chosen: Any) -> str:
    texts = {option["id"]: option["text"] for option in form["options"]}
    return "; ".join(f"{place}. {texts[each]}" for place, each in enumerate(chosen, start=1))


def _say_passage(form: dict[str, Any], chosen: Any) -> str:
    return _texts([each for each in form["passage"] if isinstance(each, dict)], chosen)


def _say_bow_tie(form: dict[str, Any], chosen: Any) -> str:
    return (
        f"Actions: {_texts(form['actions'], chosen.get('actions', []))}. "
        f"Condition: {_texts(form['conditions'], chosen.get('condition', []))}. "
        f"Monitor: {_texts(form['monitor'], chosen.get('monitor', []))}"
    )


def _say_number(_form: dict[str, Any], chosen: Any) -> str:
    return f"{chosen['value']:.10g} {chosen['unit']}"


_SAID: Mapping[str, Callable[[dict[str, Any], Any], str]] = {
    "single": _say_options,
    "multiple": _say_options,
    "matrix": _say_matrix,
    "cloze": _say_gaps,
    "rationale": _say_gaps,
    "ordered": _say_order,
    "highlight": _say_passage,
    "bow_tie": _say_bow_tie,
    "numeric": _say_number,
}


def _right(item: Item) -> str:
    """Return the key in words."""
    key = item.key
    if item.asked != "numeric":
        return _SAID[item.asked](item.form, key["correct"])
    within = f", within {key['tolerance']:.10g}" if key["tolerance"] else ""
    others = f" (or the same in {', '.join(key['accepted'])})" if key["accepted"] else ""
    return f"{_say_number({}, key)}{within}{others}"


def _parts(form: dict[str, Any]) -> dict[str, str]:
    """Return the text of each part, by the name under which its rationale stands."""
    groups = form.get("gaps") or {
        name: form[side]
        for name, side in (("actions", "actions"), ("condition", "conditions"), ("monitor", "monitor"))
        if side in form
    }
    if groups:
        return {f"{name}.{each['id']}": each["text"] for name, choices in groups.items() for each in choices}
    listed = form.get("options") or form.get("rows") or form.get("passage") or []
    return {each["id"]: each["text"] for each in listed if isinstance(each, dict)}


def _feedback(item: Item, said: str, points: float) -> str:
    texts = _parts(item.form)
    lines = "".join(
        f"<li><b>{escape(texts[part])}</b> {escape(why)}</li>" for part, why in item.key["rationales"].items()
    )
    reasons = f"<ul>{lines}</ul>" if lines else ""
    # No <p>: nbconvert's sanitizer lets div, b, ul and li pass and would show it as text.
    return (
        f"<div><div><b>{round(points, 2):g} of {item.points:g} points.</b></div>"
        f"<div>{escape(item.public['stem'])}</div>"
        f"<div>{escape(said)}</div><div>Key: {escape(_right(item))}</div>"
        f"<div>Why: {escape(item.key['why'])}</div>{reasons}"
        f"<div>Read again: {escape(item.key['where'])}</div></div>"
    )
