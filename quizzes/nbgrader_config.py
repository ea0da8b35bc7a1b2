"""nbgrader's configuration for the quizzes. Run nbgrader in this folder.

Nothing of a submission is executed: there is no Execute below. Every score comes from the
answer record and the bank. Take AdoptRecord or GradeFromRecord away, and grading stops.
"""

# ruff: noqa: F821  (get_config is given by nbgrader)

from pathlib import Path

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from ketamine_course.grading.preprocessors import (
    AdoptRecord,
    GradeFromRecord,
    stop_if_source_holds_answers,
    stop_unless_from_record,
)
from ketamine_course.items.release import FREE_TEXT_PLACE

HERE = Path(__file__).resolve().parent

c = get_config()
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.course_id = "ketamine"
c.CourseDirectory.db_url = f"sqlite:///{HERE / 'gradebook.db'}"
# The folder of the banks. A private folder here takes the place of the public sample:
c.AdoptRecord.banks = c.GradeFromRecord.banks = str(HERE / "banks")
# A private folder here leaves the public sample, but replaces items of it and adds others:
c.AdoptRecord.overlay = c.GradeFromRecord.overlay = ""
c.AdoptRecord.refused = c.GradeFromRecord.refused = str(HERE / "refused")
c.AdoptRecord.flagged = c.GradeFromRecord.flagged = str(HERE / "flagged")

c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    AdoptRecord,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    GradeFromRecord,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
# The learner's record must survive the copying of the source's files over the submission.
c.Autograde.exclude_overwriting = {path.name: ["answers.json"] for path in (HERE / "source").glob("*")}

# What a learner sees in the free-text cell, where nbgrader would write YOUR ANSWER HERE.
c.ClearSolutions.text_stub = FREE_TEXT_PLACE

# Markup of a learner must not run in the browser of the one who grades, nor the other way round.
c.HTMLExporter.sanitize_html = True

c.Autograde.pre_convert_hook = stop_unless_from_record(c)
c.GenerateAssignment.pre_convert_hook = stop_if_source_holds_answers(HERE / "source")
