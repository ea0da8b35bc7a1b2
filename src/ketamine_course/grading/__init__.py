"""Grading in nbgrader from answer records: no cell of a submission is executed.

`preprocessors` plug into nbgrader's own lists (see ``quizzes/nbgrader_config.py``);
`collect` takes an LMS download apart. Imports ``items``, ``answers`` and ``core``.
"""
