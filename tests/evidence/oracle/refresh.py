"""Asks metafor again for every cell that the course pools: python tests/evidence/oracle/refresh.py.

Needs R with metafor (Debian: r-cran-metafor). The answers are kept in results.csv, so that the tests need no R.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
from pathlib import Path

from ketamine_course.analysis import pooled_effects
from ketamine_course.evidence import trials

HERE = Path(__file__).parent


def course_cells() -> dict[str, list[tuple[float, float]]]:
    """Return estimate and variance of each trial, for every set of trials that the course pools."""
    by_id = {each.id: each for each in trials.trial_results()}
    return {
        f"course: {row['pooled_id']}": [
            pooled_effects.trial_effect(group)
            for group in trials.independent_groups([by_id[each] for each in row["result_ids"].split()])
        ]
        for row in pooled_effects.pooled_rows()
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        cells = Path(scratch) / "course.csv"
        with cells.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("data_set", "yi", "vi"))
            for name, pairs in course_cells().items():
                writer.writerows((name, repr(yi), repr(vi)) for yi, vi in pairs)
        subprocess.run(["Rscript", str(HERE / "metafor.R"), str(cells), str(HERE / "results.csv")], check=True)
