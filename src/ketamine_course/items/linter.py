"""The item linter: finds flaws of writing in the items of a bank, each with why it is one and the remedy.

An item that needs what a rule forbids says so: ``suppress: [{rule: ID, reason: "…"}]``. A suppression
without a reason, of an unknown rule or of a flaw that is not there is itself an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .linter_parts import rows_of, take_apart, text_of
from .linter_rules import RULES

#: A shorter reason is none.
SHORTEST_REASON = 15

#: What is wrong with a suppression; these two cannot be suppressed.
BAD_SUPPRESSION, IDLE_SUPPRESSION = "bad-suppression", "idle-suppression"


class LintError(ValueError):
    """A bank that cannot be linted: names the file, what is wrong and the remedy."""


@dataclass(frozen=True)
class Finding:
    """A flaw: the rule and its severity (``error`` or ``warning``), the item's id, the place in it, why, the remedy."""

    rule: str
    severity: str
    item: str
    where: str
    why: str
    remedy: str


def lint_item(item: Mapping[str, Any]) -> list[Finding]:
    """Return the findings of an item as loaded from YAML, in the order of the rules, without those it suppresses.

    The six items of a case have findings of their own, and suppress their own.
    """
    return _lint(item, context=False, inherited="")


def _lint(item: Mapping[str, Any], context: bool, inherited: str) -> list[Finding]:
    parts = take_apart(item, context, inherited)
    name = text_of(item.get("id")) or "(no id)"
    is_case = parts.type == "case"
    found = [
        Finding(rule.id, rule.severity, name, where, f"{what}. {rule.why}", rule.remedy)
        for rule in RULES.values()
        if not is_case or rule.id == "stigma-word"  # the rest of a case is its items
        for where, what in rule.search(parts)
    ]
    kept = _suppress(item, name, found)
    if is_case:
        source = text_of(item.get("reference"))
        for inner in rows_of(item.get("items")):
            kept += _lint(inner, context=bool(item.get("scenario")), inherited=source)
    return kept


def _suppress(item: Mapping[str, Any], name: str, found: list[Finding]) -> list[Finding]:
    """Return the findings that are left, with those about the suppressions themselves."""
    wrong: list[Finding] = []
    silenced: set[str] = set()
    asked = item.get("suppress") or []
    for number, each in enumerate(asked if isinstance(asked, list) else [asked], 1):
        where = f"suppress {number}"
        rule = text_of(each.get("rule")) if isinstance(each, Mapping) else ""
        reason = text_of(each.get("reason")) if isinstance(each, Mapping) else ""
        problem, remedy = "", ""
        kind = BAD_SUPPRESSION
        if rule not in RULES:
            problem = f"{rule or 'nothing'!r} is no rule"
            remedy = "Name one of " + ", ".join(RULES) + "."
        elif len(reason) < SHORTEST_REASON:
            problem = f"{rule} is suppressed for no written reason"
            remedy = f"Write the reason, at least {SHORTEST_REASON} characters."
        elif not any(finding.rule == rule for finding in found):
            kind, problem = IDLE_SUPPRESSION, f"{rule} finds nothing here to suppress"
            remedy = "Take the suppression out."
        else:
            silenced.add(rule)
        if problem:
            wrong.append(Finding(kind, "error", name, where, f"{problem}. It would hide a later flaw.", remedy))
    return [finding for finding in found if finding.rule not in silenced] + wrong


def lint_bank(path: Path) -> list[Finding]:
    """Return the findings of all items of a bank's file.

    Raises LintError if the file cannot be read, or neither holds items nor draws them.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LintError(f"{path}: cannot be read ({error}); check the path and save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise LintError(f"{path.name}: {error}; correct the YAML") from None
    content = content if isinstance(content, Mapping) else {}
    if rows_of(content.get("draw")):
        return []  # its items are looked at where they are written
    items = rows_of(content.get("items"))
    if not items:
        raise LintError(f"{path.name}: no items; a bank has a list called items")
    return [finding for item in items for finding in lint_item(item)]


def report(path: Path, findings: list[Finding]) -> Iterator[str]:
    """Yield the lines that tell a person what to do, two a finding."""
    for each in findings:
        yield f"{path.name}: {each.item}, {each.where}: {each.severity} {each.rule}: {each.why}"
        yield f"    {each.remedy}"
