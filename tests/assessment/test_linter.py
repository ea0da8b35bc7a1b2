"""The item linter: planted flaws are found, items that only come close are not, and a suppression needs a reason."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ketamine_course import cli
from ketamine_course.items.linter import BAD_SUPPRESSION, IDLE_SUPPRESSION, LintError, lint_bank, lint_item
from ketamine_course.items.linter_numbers import interval
from ketamine_course.items.linter_rules import RULES

LINT = Path(__file__).with_name("lint")


def _items(name: str) -> list[Any]:
    content = yaml.safe_load((LINT / name).read_text(encoding="utf-8"))
    items = content["items"] if isinstance(content, dict) else content
    return [pytest.param(item, id=item["id"]) for item in items]


def _said(item: dict[str, Any]) -> list[str]:
    return [f"{each.item}, {each.where}: {each.rule}: {each.why}" for each in lint_item(item)]


@pytest.mark.parametrize("item", _items("flawed_by_rules.yaml"))
def test_a_planted_flaw_is_found_by_its_rules_and_no_others(item):
    assert {each.rule for each in lint_item(item)} == set(item["expect"]), _said(item)


@pytest.mark.parametrize("item", _items("clean_by_rules.yaml"))
def test_an_item_that_only_comes_close_to_a_flaw_has_no_finding(item):
    assert _said(item) == []


def test_every_rule_has_a_planted_flaw_and_both_sets_have_twenty_items():
    flawed, clean = _items("flawed_by_rules.yaml"), _items("clean_by_rules.yaml")
    expected = {rule for item in flawed for rule in item.values[0]["expect"]}
    assert expected == {*RULES, BAD_SUPPRESSION, IDLE_SUPPRESSION}
    assert (len(flawed), len(clean)) == (20, 20)


# Written by somebody who had not seen the rules. The first run was right about 38 of the 40: it missed an item with
# opposite choices and one that asks for an opinion, for which there were no rules yet. Two flaws no rule can see
# (details beside the point, an absurd distractor): these are found by accident, for a rationale of one word or none.
@pytest.mark.parametrize("item", _items("flawed_blind.yaml"))
def test_a_flaw_planted_blind_is_found(item):
    assert _said(item) != [], item.get("flaw")


@pytest.mark.parametrize("item", _items("clean_blind.yaml"))
def test_a_clean_item_written_blind_has_no_finding(item):
    assert _said(item) == []


def test_each_rule_says_why_how_to_mend_it_and_where_that_is_printed():
    for rule in RULES.values():
        assert rule.severity in ("error", "warning")
        assert all(len(text.split()) >= 4 for text in (rule.why, rule.remedy, rule.reference)), rule.id


FLAWED = {
    "id": "flawed",
    "type": "single",
    "stem": "Which organ pumps blood through the body?",
    "options": [
        {"id": "a", "text": "Heart", "correct": True, "why": "It is a pump."},
        {"id": "b", "text": "Liver", "why": "It is a filter."},
        {"id": "c", "text": "None of the above", "why": "One is there."},
    ],
    "why": "The heart is the pump.",
    "reference": "madeup",
}


def _with(**fields: Any) -> dict[str, Any]:
    return copy.deepcopy(FLAWED) | fields


def _rules(item: dict[str, Any]) -> list[str]:
    return [each.rule for each in lint_item(item)]


def test_a_finding_names_item_place_why_and_remedy():
    (finding,) = lint_item(FLAWED)
    assert (finding.rule, finding.severity, finding.item, finding.where) == (
        "all-of-the-above",
        "error",
        "flawed",
        "option c",
    )
    assert "None of the above" in finding.why
    assert finding.remedy == RULES["all-of-the-above"].remedy


def test_a_suppression_with_a_written_reason_silences_its_rule_and_no_other():
    because = {"rule": "all-of-the-above", "reason": "The form on the ward has this very box."}
    assert _rules(_with(suppress=[because])) == []
    assert _rules(_with(suppress=[because], reference="")) == ["missing-reference"]


@pytest.mark.parametrize(
    ("suppress", "left"),
    [
        ({"rule": "all-of-the-above", "reason": "14 characters."}, ["all-of-the-above", BAD_SUPPRESSION]),
        ({"rule": "all-of-the-above"}, ["all-of-the-above", BAD_SUPPRESSION]),
        ({"rule": "such-a-rule", "reason": "There is no rule of this name."}, ["all-of-the-above", BAD_SUPPRESSION]),
        ({"rule": "numeric-order", "reason": "The numbers follow the story."}, ["all-of-the-above", IDLE_SUPPRESSION]),
        ({"rule": IDLE_SUPPRESSION, "reason": "Nobody may silence this one."}, ["all-of-the-above", BAD_SUPPRESSION]),
        ("all-of-the-above", ["all-of-the-above", BAD_SUPPRESSION]),
    ],
)
def test_a_suppression_without_reason_rule_or_flaw_is_an_error_and_silences_nothing(suppress, left):
    assert _rules(_with(suppress=[suppress])) == left


def test_a_case_cannot_suppress_what_its_items_do():
    because = {"rule": "all-of-the-above", "reason": "The form on the ward has this very box."}
    case = {"id": "case", "type": "case", "scenario": ["A story."], "items": [FLAWED], "suppress": [because]}
    assert [(each.item, each.rule) for each in lint_item(case)] == [
        ("case", IDLE_SUPPRESSION),
        ("flawed", "all-of-the-above"),
    ]


@pytest.mark.parametrize("item", [{}, {"type": "single", "options": "a"}, {"type": "cloze", "gaps": [1]}, {"type": 3}])
def test_an_item_that_no_loader_would_take_is_linted_without_a_traceback(item):
    assert "missing-rationale" in _rules(item)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10 to 20 minutes", 600, 1200),
        ("10–20 min", 600, 1200),
        ("Between 1 and 2 hours", 3600, 7200),
        ("30 minutes to 2 hours", 1800, 7200),
        ("Less than 5 mg", float("-inf"), 5000),
        ("At least 0.5 g", 500000, float("inf")),
        ("Two hours or more", 7200, float("inf")),
        ("1,000 mL", 1000, 1000),
    ],
)
def test_a_range_is_read_in_its_unit(text, low, high):
    found = interval(text)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("text", ["120/80 mmHg", "Give 5 mg now", "Two nurses check the pump together", "Heart"])
def test_what_is_no_number_or_range_is_read_as_none(text):
    assert interval(text) is None


@pytest.mark.parametrize(
    ("lead_in", "is_negative"),
    [
        ("Which drink is not a source of sugar?", True),
        ("Which drinks that are sold on the ward should not be cooled?", True),
        ("Each of these is a source of sugar except:", True),
        ("Which drink is least likely to raise the weight?", True),
        ("Which statement about sugar is incorrect?", True),
        ("The nurse should never offer", True),
        ("Which drink is NOT a source of sugar?", False),
        ("Which drink is **not** a source of sugar?", False),
        ("Which sign shows that the pump is not running?", False),
        ("What should the nurse do when a person does not answer?", False),
        ("What does the nurse offer a person who has not eaten?", False),
        ("Which drink holds at least two spoons of sugar?", False),
        ("A person does not drink milk. Which drink has calcium?", False),
        ("Which answer fits “I do not know”?", False),
    ],
)
def test_a_negative_counts_in_the_clause_that_asks_and_unless_it_is_emphasised(lead_in, is_negative):
    options = [
        {"id": id_, "text": text, "why": "As the label says.", "correct": id_ == "a"}
        for id_, text in (("a", "Water"), ("b", "Cola"), ("c", "Juice"))
    ]
    assert ("negative-lead-in" in _rules(_with(stem=lead_in, options=options))) is is_negative


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        (["Ice", "Ice and tape", "Heat"], "overlapping-choices"),
        (["Tape the joint", "Tape the joint firmly", "Heat"], "overlapping-choices"),
        (["Tape and ice", "Ice and tape", "Heat"], "duplicate-choices"),
        (["Every 15 minutes", "Every 5 minutes", "Every 30 minutes"], "numeric-order"),
        (["Up to 10 days", "10 to 20 days", "More than 20 days"], "overlapping-choices"),
        (["1 to 5 mg", "5 to 9 mg", "10 to 20 mg"], "overlapping-choices"),
        (["Less than 10 days", "10 to 20 days", "More than 20 days"], None),
        (["Tape the joint", "Do not tape the joint", "Heat"], None),
        (["Every 5 minutes", "Every 15 minutes", "Every 30 minutes"], None),
        (["5 mL", "10 mL", "1 L"], None),
        (["Ward A", "Ward B", "Ward C"], None),
        (["0.5 mg", "5 mg", "50 mg"], None),
    ],
)
def test_choices_are_compared_with_each_other(texts, rule):
    options = [
        {"id": str(number), "text": text, "why": "As the plan says.", "correct": number == 2}
        for number, text in enumerate(texts)
    ]
    assert _rules(_with(stem="What does the plan of the trainer say?", options=options)) == ([rule] if rule else [])


def _bank(folder: Path, *items: dict[str, Any]) -> Path:
    path = folder / "small.graded.yaml"
    path.write_text(yaml.safe_dump({"module": "small", "items": list(items)}), encoding="utf-8")
    return path


def test_the_command_prints_file_item_rule_severity_why_and_remedy_and_fails_on_a_mere_warning(tmp_path, capsys):
    warned = _with(
        id="warned", stem="Which organ does not pump blood through the body?", options=FLAWED["options"][:2] * 2
    )
    warned["options"] = [
        {"id": "a", "text": "Heart", "why": "It is a pump."},
        {"id": "b", "text": "Liver", "correct": True, "why": "It is a filter."},
        {"id": "c", "text": "Left ventricle", "why": "It is a pump."},
    ]
    _bank(tmp_path, warned)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["lint-items", "--banks", str(tmp_path)])
    assert stopped.value.code not in (0, None)
    printed = capsys.readouterr().out
    assert "small.graded.yaml: warned, stem: warning negative-lead-in: " in printed
    assert RULES["negative-lead-in"].why in printed
    assert RULES["negative-lead-in"].remedy in printed


def test_the_command_passes_a_bank_without_findings(tmp_path, capsys):
    because = {"rule": "all-of-the-above", "reason": "The form on the ward has this very box."}
    _bank(tmp_path, _with(suppress=[because]))
    cli.main(["lint-items", "--banks", str(tmp_path)])
    assert "no findings" in capsys.readouterr().out


def test_a_folder_without_banks_and_a_bank_without_items_are_refused(tmp_path):
    with pytest.raises(SystemExit, match="No bank"):
        cli.main(["lint-items", "--banks", str(tmp_path)])
    with pytest.raises(LintError, match=r"small\.graded\.yaml: no items"):
        lint_bank(_bank(tmp_path))
    with pytest.raises(SystemExit, match="no items"):
        cli.main(["lint-items", "--banks", str(tmp_path)])
