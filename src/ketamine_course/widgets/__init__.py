"""The interactive figures as one-line calls, alive in JupyterLab and in the published page.

In JupyterLab a call returns an anywidget. While the book is built it returns a MIME
bundle of the course's own, which ``ketamine_course.sphinx`` turns into HTML; the same ES
module (``static/figure.js``) brings both to life.
"""

from .onset import onset_events, onset_timeline

__all__ = ["onset_events", "onset_timeline"]
