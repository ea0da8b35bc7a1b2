"""Practice of the arithmetic of an infusion, on both surfaces."""

from __future__ import annotations

import json
import os
from html import escape
from typing import Any

from .. import evidence
from ..core import infusion_arithmetic
from .page import MIME_TYPE, SURFACE_VARIABLE

_NOTICE = "Practice only, not for patient care"


def _sources() -> dict[str, dict[str, str]]:
    """Return the reference of each row that a message of the arithmetic may name."""
    found = {}
    for row_id in map(str, infusion_arithmetic.SOURCE_ROWS):
        label, href = evidence.reference(str(evidence.row(row_id)["reference"]))
        found[row_id] = {"label": label, "href": href}
    return found


def calculator_payload() -> str:
    """Return what the front end starts with, as one line of JSON."""
    content = {
        "kind": "calculator",
        "presets": infusion_arithmetic.preset_patients(),
        "limits": infusion_arithmetic.input_limits(),
        "sources": _sources(),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def calculator_html() -> str:
    """Return a worked example to read where no script runs: the first preset person, step by step."""
    person = infusion_arithmetic.preset_patients()[0]
    result = infusion_arithmetic.plan(person["order"])
    lines = []
    for step in result["steps"]:
        reached = f" = {step['shown']} {step['unit']}" if step["shown"] else ""
        lines.append(f"<li>{escape(step['label'])}: {escape(step['numbers'])}{escape(reached)}</li>")
    steps = "".join(lines)
    return (
        f'<div class="kc-calculator"><p><b>{_NOTICE}.</b> The calculator needs JavaScript. '
        f"This is the arithmetic for a made-up person: {escape(person['who'])}.</p><ol>{steps}</ol></div>"
    )


class _PageCalculator:
    """The calculator as the published page shows it."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            MIME_TYPE: {"html": calculator_html(), "payload": calculator_payload()},
            "text/plain": "A calculator for practice",
        }


def infusion_calculator() -> Any:
    """Show the calculator: a practice person, the learner's own figures, the steps, the double check."""
    if os.environ.get(SURFACE_VARIABLE) == "page":
        return _PageCalculator()
    from .live_calculator import LiveCalculator  # opens a comm to the browser, which a book's kernel has not

    return LiveCalculator()
