"""Figures of the course: rows in; plain plotly dictionaries, a text alternative and a table out.

Nothing here imports plotly: the dictionaries follow its JSON format, and the page or
JupyterLab draws them. Colours are names of CSS variables, resolved where they are drawn,
so that a figure follows light, dark and print.
"""

from .figure import Column, Control, DataTable, Figure, Option, Prediction, Question, View
from .html import static_html
from .icon_array import Comparison, icon_arrays
from .onset_events import event_timeline
from .onset_timeline import timeline
from .star_d import star_d_flow, star_d_steps
from .trial_explorer import trial_explorer, when_text

__all__ = [
    "Column",
    "Comparison",
    "Control",
    "DataTable",
    "Figure",
    "Option",
    "Prediction",
    "Question",
    "View",
    "event_timeline",
    "icon_arrays",
    "star_d_flow",
    "star_d_steps",
    "static_html",
    "timeline",
    "trial_explorer",
    "when_text",
]
