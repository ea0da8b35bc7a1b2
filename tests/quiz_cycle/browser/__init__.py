"""Tests of the quiz in a real Chromium: learners in a real JupyterLab, and the one who grades in formgrader."""
