"""From an item and its answer to points, and to what the learner is told."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from ..core.scoring import score_multiple, score_numeric, score_single
from ..items import Item


@dataclass(frozen=True)
class Outcome:
    """What an answer earned: ``points`` of the item's points, and the feedback as HTML."""

    points: float
    feedback: str


def score(item: Item, answer: Any) -> Outcome:
    """Return the outcome of an answer; ``None`` means that the item was left unanswered.

    An answer that has not the form of its item earns no points, and the feedback says so.

    Raises ValueError for a free-text item, which a person grades.
    """
    if item.kind == "free_text":
        raise ValueError(f"{item.id} is graded by hand")
    share, said = _share(item, answer)
    points = round(share * item.points, 4)
    return Outcome(points, _feedback(item, said, points))


def _share(item: Item, answer: Any) -> tuple[float, str]:
    if answer is None:
        return 0.0, "You left this item unanswered."
    options = {option["id"]: option["text"] for option in item.public.get("options", ())}
    if item.kind == "single" and isinstance(answer, str) and answer in options:
        return score_single(answer, item.key["correct"][0]), f"Your answer: {options[answer]}"
    if item.kind == "multiple" and isinstance(answer, list) and set(answer) <= set(options):
        chosen = "; ".join(text for option, text in options.items() if option in answer)
        return score_multiple(answer, item.key["correct"]), f"Your answer: {chosen or 'none of the options'}"
    if item.kind == "numeric" and isinstance(answer, dict):
        share = score_numeric(
            answer["value"], answer["unit"], item.key["value"], item.key["unit"], item.key["tolerance"]
        )
        return share, f"Your answer: {answer['value']:g} {answer['unit']}"
    return 0.0, "Your answer has not the form that this item asks for."


def _feedback(item: Item, said: str, points: float) -> str:
    if item.kind == "numeric":
        right = f"{item.key['value']:g} {item.key['unit']}"
        reasons = ""
    else:
        texts = {option["id"]: option["text"] for option in item.public["options"]}
        right = "; ".join(texts[option] for option in item.key["correct"])
        lines = "".join(
            f"<li><b>{escape(texts[option])}</b> {escape(why)}</li>" for option, why in item.key["rationales"].items()
        )
        reasons = f"<ul>{lines}</ul>"
    # No <p>: nbconvert's sanitizer lets div, b, ul and li pass and would show it as text.
    return (
        f"<div><div><b>{round(points, 2):g} of {item.points:g} points.</b></div>"
        f"<div>{escape(item.public['stem'])}</div>"
        f"<div>{escape(said)}</div><div>Key: {escape(right)}</div><div>Why: {escape(item.key['why'])}</div>{reasons}"
        f"<div>Read again: {escape(item.key['where'])}</div></div>"
    )
