"""``ketamine-course simulate`` prints what the core computes, and refuses in one line."""

from __future__ import annotations

import csv
import subprocess
import sys

import pytest

from ketamine_course.core import regimen
from ketamine_course.evidence.pharmacokinetics import pk_model


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from ketamine_course.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "simulate", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_curve_is_printed_as_csv() -> None:
    done = simulate(*"--model otto2021 --dose-mg 35 --minutes 40 --weight-kg 70 --until-min 240 --step-min 1".split())
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader(done.stdout.splitlines()))
    assert list(lines[0]) == ["time_min", "ketamine_ng_ml", "norketamine_ng_ml"]
    expected = regimen.concentrations(pk_model("fanta_otto"), 70, regimen.infusion(35, 40), list(range(241)))
    for name, values in expected.items():
        assert [float(line[name]) for line in lines] == pytest.approx(values, rel=1e-5)


def test_a_model_without_a_metabolite_leaves_its_column_blank() -> None:
    lines = list(csv.DictReader(simulate("--model", "domino", "--until-min", "10").stdout.splitlines()))
    assert len(lines) == 11
    assert {line["norketamine_ng_ml"] for line in lines} == {""}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--minutes", "5"], "describes infusions of at least 30"),
        (["--weight-kg", "200"], "weight_kg is 200.0; it must be a number from 40 to 150 kg"),
        (["--model", "nobody"], "model is 'nobody'; it must be one of"),
        (["--step-min", "0"], "step-min is 0.0"),
        (["--dose-mg", "-1"], "dose_mg is -1.0"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_line(arguments: list[str], message: str) -> None:
    done = simulate(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr
