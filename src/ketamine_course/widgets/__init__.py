"""The interactive parts as one-line calls: figures on every surface, quiz and self-check in JupyterLab.

In JupyterLab a figure's call returns an anywidget. While the book is built it returns a MIME
bundle of the course's own, which ``ketamine_course.sphinx`` turns into HTML; the same ES
module (``static/figure.js``) brings both to life.
"""

from typing import Any

from .calculator import infusion_calculator
from .claims_overview import claim_verdicts
from .dose_context import dose_context
from .infusion import infusion_simulator
from .infusion_day import infusion_day
from .ketamine import ketamine_history, ketamine_routes
from .mechanism import block_by_use, coincidence_detector, disinhibition_cascade, mechanism_clock
from .onset import onset_events, onset_timeline
from .response_by_control import response_by_control
from .star_d import star_d_flow, star_d_steps
from .trials import icon_arrays, trial_explorer

__all__ = [
    "block_by_use",
    "claim_verdicts",
    "coincidence_detector",
    "disinhibition_cascade",
    "dose_context",
    "icon_arrays",
    "infusion_calculator",
    "infusion_day",
    "infusion_simulator",
    "ketamine_history",
    "ketamine_routes",
    "mechanism_clock",
    "onset_events",
    "onset_timeline",
    "phq9_scorer",
    "quiz",
    "response_by_control",
    "self_check",
    "star_d_flow",
    "star_d_steps",
    "trial_explorer",
]


def quiz() -> Any:
    """Show the quiz of the folder in which this notebook lies."""
    from .quiz_widget import Quiz, quiz_folder  # opens a comm to the browser, which a book's kernel has not

    return Quiz(quiz_folder())


def self_check(module: str, pool: str = "formative") -> Any:
    """Show the self-check of a module, such as ``onset``: its formative items, or those of its ``pretest``."""
    from .selfcheck_widget import self_check as show_self_check

    return show_self_check(module, pool)


def phq9_scorer() -> Any:
    """Show the PHQ-9 with its total, its severity bands and crisis help. It keeps and sends nothing."""
    from .phq9_widget import Phq9Scorer

    return Phq9Scorer()
