"""Whether an answer has the form that its item asks for. What is right or wrong is not known here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .record import MAX_TEXT, is_number

_AGAIN = "answer this question again"
#: What a trend item may ask.
_ASKED = ("single", "multiple", "matrix", "cloze")
#: Targets of a bow-tie on either side.
_TARGETS = 2


def _ids(options: Iterable[Any]) -> set[str]:
    return {option["id"] for option in options}


def _chosen_from(answer: Any, known: set[str]) -> str:
    """Return what is wrong with a list of choices."""
    if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
        return f"This question takes a list of choices; {_AGAIN}."
    if not known.issuperset(answer):
        return f"One of the choices is not part of this question; {_AGAIN}."
    if len(set(answer)) < len(answer):
        return f"One of the choices is there twice; {_AGAIN}."
    return ""


def _one_of(answer: Any, known: set[str]) -> str:
    """Return what is wrong with a single choice."""
    if not isinstance(answer, str):
        return f"This question takes one choice; {_AGAIN}."
    return "" if answer in known else f"The choice is not part of this question; {_AGAIN}."


def _single(item: dict[str, Any], answer: Any) -> str:
    return _one_of(answer, _ids(item["options"]))


def _multiple(item: dict[str, Any], answer: Any) -> str:
    wrong = _chosen_from(answer, _ids(item["options"]))
    most = item.get("select")
    if not wrong and most is not None and len(answer) > most:
        return f"Choose {most}, not {len(answer)}; take some choices out."
    return wrong


def _matrix(item: dict[str, Any], answer: Any) -> str:
    if not isinstance(answer, dict):
        return f"This question takes a choice for each row; {_AGAIN}."
    if not _ids(item["rows"]).issuperset(answer):
        return f"One of the rows is not part of this question; {_AGAIN}."
    columns = _ids(item["columns"])
    check = _chosen_from if item.get("several") else _one_of
    return next(filter(None, (check(chosen, columns) for chosen in answer.values())), "")


def _cloze(item: dict[str, Any], answer: Any) -> str:
    if not isinstance(answer, dict):
        return f"This question takes a choice for each gap; {_AGAIN}."
    gaps = item["gaps"]
    if not set(gaps).issuperset(answer):
        return f"One of the gaps is not part of this question; {_AGAIN}."
    return next(filter(None, (_one_of(chosen, _ids(gaps[gap])) for gap, chosen in answer.items())), "")


def _ordered(item: dict[str, Any], answer: Any) -> str:
    known = _ids(item["options"])
    wrong = _chosen_from(answer, known)
    # Unlike other unfinished answers, an order with gaps has no meaning: every place depends on those before.
    if not wrong and len(answer) < len(known):
        return f"Put all {len(known)} into an order; {len(known) - len(answer)} are missing."
    return wrong


def _highlight(item: dict[str, Any], answer: Any) -> str:
    return _chosen_from(answer, _ids(each for each in item["passage"] if isinstance(each, dict)))


def _bow_tie(item: dict[str, Any], answer: Any) -> str:
    if not isinstance(answer, dict) or not {"actions", "condition", "monitor"}.issuperset(answer):
        return f"This question takes actions, a condition and what to monitor; {_AGAIN}."
    for side in ("actions", "monitor"):
        chosen = answer.get(side, [])
        if wrong := _chosen_from(chosen, _ids(item[side])):
            return wrong
        if len(chosen) > _TARGETS:
            return f"Choose {_TARGETS} on each side, not {len(chosen)}; take some choices out."
    return _one_of(answer["condition"], _ids(item["conditions"])) if "condition" in answer else ""


def _numeric(item: dict[str, Any], answer: Any) -> str:
    if not isinstance(answer, dict) or set(answer) != {"value", "unit"}:
        return f"This question takes a number and a unit; {_AGAIN}."
    if not is_number(answer["value"]):
        return "The value is not a number that can be used; write one such as 7.9."
    if not isinstance(answer["unit"], str) or answer["unit"] not in item["units"]:
        return "The unit is not one of those offered; choose a unit from the list."
    return ""


def _trend(item: dict[str, Any], answer: Any) -> str:
    ask = item["ask"]
    return problem(ask, answer) if ask["type"] in _ASKED else _UNKNOWN


def _free_text(_item: dict[str, Any], answer: Any) -> str:
    if not isinstance(answer, str):
        return f"This question takes a text; {_AGAIN}."
    if len(answer) > MAX_TEXT:
        return f"The text has {len(answer)} characters, more than {MAX_TEXT}; shorten it."
    if any("\ud800" <= character <= "\udfff" for character in answer):  # a lone surrogate, which no file can hold
        return "The text holds half a character; delete what shows as � or □ and type it again."
    return ""


_UNKNOWN = "This kind of question is not known here; install the newest version of the course and open the quiz again."

# No case: its six items are released as items of their own.
_RULES: dict[str, Callable[[dict[str, Any], Any], str]] = {
    "single": _single,
    "multiple": _multiple,
    "matrix": _matrix,
    "cloze": _cloze,
    "rationale": _cloze,
    "ordered": _ordered,
    "highlight": _highlight,
    "bow_tie": _bow_tie,
    "numeric": _numeric,
    "trend": _trend,
    "free_text": _free_text,
}


def problem(public_item: dict[str, Any], answer: Any) -> str:
    """Return what is wrong with the form of an answer, as one sentence for the learner; empty if nothing is.

    An answer may be unfinished (fewer choices, rows, gaps or targets than asked for), except for an order.
    ``None``, an item left unanswered, is for the caller to handle before: it has no form.

    Args:
        public_item: the item as the release holds it, with its ``type``.
        answer: any JSON value; none makes this raise.
    """
    rule = _RULES.get(public_item["type"])
    return rule(public_item, answer) if rule else _UNKNOWN
