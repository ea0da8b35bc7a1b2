"""The verdicts of the claim register, fed from the course's tables."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show


def claim_verdicts_figure() -> figures.Figure:
    """Return the verdicts on all claims of the register, with the prediction."""
    return figures.claim_verdicts(evidence.table("claims"))


def claim_verdicts() -> Any:
    """Ask how many claims are supported, then show the verdicts, of all and of each theme."""
    return show(claim_verdicts_figure())
