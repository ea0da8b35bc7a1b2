"""Figures of the course: rows in; plain plotly dictionaries, a text alternative and a table out.

Nothing here imports plotly: the dictionaries follow its JSON format, and the page or
JupyterLab draws them. Colours are names of CSS variables, resolved where they are drawn,
so that a figure follows light, dark and print.
"""

from .claim_verdicts import claim_verdicts
from .dose_context import ContextDose, dose_context
from .figure import Column, Control, DataTable, Figure, Live, Option, Prediction, Question, View
from .history import history_timeline
from .html import static_html
from .icon_array import Comparison, icon_arrays
from .infusion import band_grid, bands_key, infusion_simulator
from .infusion_day import Lane, infusion_day
from .mechanism import disinhibition_cascade, mechanism_clock
from .onset_events import event_timeline
from .onset_timeline import timeline
from .receptor import block_by_use, coincidence_detector
from .response_by_control import Contrast, response_by_control
from .routes import Share, bioavailability_by_route
from .star_d import star_d_flow, star_d_steps
from .trial_explorer import trial_explorer, when_text

__all__ = [
    "Column",
    "Comparison",
    "ContextDose",
    "Contrast",
    "Control",
    "DataTable",
    "Figure",
    "Lane",
    "Live",
    "Option",
    "Prediction",
    "Question",
    "Share",
    "View",
    "band_grid",
    "bands_key",
    "bioavailability_by_route",
    "block_by_use",
    "claim_verdicts",
    "coincidence_detector",
    "disinhibition_cascade",
    "dose_context",
    "event_timeline",
    "history_timeline",
    "icon_arrays",
    "infusion_day",
    "infusion_simulator",
    "mechanism_clock",
    "response_by_control",
    "star_d_flow",
    "star_d_steps",
    "static_html",
    "timeline",
    "trial_explorer",
    "when_text",
]
