"""What the PHQ-9 scorer shows: items, answers, the band of each total, and where help is in a crisis.

The page's directive and the anywidget of JupyterLab take the same payload. It is made here, where the bands and
the crisis lines are rows; the ES module adds up nine answers and looks the rest up.
"""

from __future__ import annotations

from typing import Any

from .. import evidence
from ..core import phq9

#: The questionnaire's own words, reproduced as its notice allows (row practice.scale-licence.phq9.no-permission).
#: Read in HL7's US Core implementation guide, and compared with the form of a general practice of the NHS.
INTRODUCTION = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
ANSWERS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
ITEMS = (
    "Little interest or pleasure in doing things",
    "Feeling down, depressed, or hopeless",
    "Trouble falling or staying asleep, or sleeping too much",
    "Feeling tired or having little energy",
    "Poor appetite or overeating",
    "Feeling bad about yourself - or that you are a failure or have let yourself or your family down",
    "Trouble concentrating on things, such as reading the newspaper or watching television",
    "Moving or speaking so slowly that other people could have noticed. Or the opposite - being so fidgety or "
    "restless that you have been moving around a lot more than usual",
    "Thoughts that you would be better off dead, or of hurting yourself in some way",
)

#: The rows of the severity bands, mildest first.
BAND_ROWS = (
    "depression.phq9.band_minimal",
    "depression.phq9.band_mild",
    "depression.phq9.band_moderate",
    "depression.phq9.band_moderately_severe",
    "depression.phq9.band_severe",
)

NOT_A_DIAGNOSIS = (
    "This is a questionnaire, not a diagnosis: only a conversation with a clinician can make one. "
    "What you mark here is stored nowhere and sent nowhere, and reloading the page forgets it."
)
BEFORE = "The last item asks about thoughts of death and of self-harm. You need not fill this in to learn from it."
FUNCTION_ITEM = (
    "The printed form ends with a further question that is not scored: how difficult these problems have made it to "
    "work, to take care of things at home, or to get along with other people. Ask it: a low total with great "
    "difficulty matters, and so does a high total with none."
)
CRISIS_TITLE = "Please talk to somebody now"
CRISIS_TEXT = (
    "You marked the item about thoughts of death or self-harm. Whatever the total, that is a reason to talk to "
    "somebody now: a crisis line, a person you trust, or a clinician. In immediate danger, call your local emergency "
    "number. Such thoughts can pass, and many people find help. If you are learning with an example, this is what a "
    "clinician does first: ask, at once."
)


def bands() -> list[dict[str, Any]]:
    """Return the severity bands, mildest first: lowest total, highest total, name."""
    rows = [evidence.row(each) for each in BAND_ROWS]
    return [
        {"low": int(row["value"]), "high": int(row["value_high"]), "name": row["item"].removeprefix("severity band: ")}
        for row in rows
    ]


def crisis_lines() -> list[dict[str, Any]]:
    """Return the crisis lines as words and addresses, and no HTML."""
    lines = []
    for row in evidence.table("crisis_lines"):
        ways = []
        if row["call"]:
            number = row["call"].replace(" ", "").replace("-", "")
            ways.append({"before": "call ", "text": row["call"], "href": f"tel:{number}"})
        if row["text_number"]:
            ways.append({"before": f"text {row['text_number']}", "text": "", "href": ""})
        if row["web"]:
            ways.append({"before": "", "text": row["web"], "href": f"https://{row['web']}"})
        lines.append(
            {
                "country": row["country"],
                "service": row["service"],
                "ways": ways,
                "hours": row["hours"] or "",
                "emergency": f"In immediate danger call {row['emergency']}." if row["emergency"] else "",
            }
        )
    return lines


def read_on() -> str:
    """Return the latest day on which a crisis line was read."""
    return max(str(row["read_on"]) for row in evidence.table("crisis_lines"))


def payload() -> dict[str, Any]:
    """Return everything that the scorer shows, as JSON values only. ``band_of`` has a name for each total."""
    found = bands()
    triples = [(band["low"], band["high"], band["name"]) for band in found]
    return {
        "introduction": INTRODUCTION,
        "answers": list(ANSWERS),
        "items": list(ITEMS),
        "crisis_item": phq9.CRISIS_ITEM,
        "highest": phq9.HIGHEST_TOTAL,
        "bands": found,
        "band_of": [phq9.band(points, triples) for points in range(phq9.HIGHEST_TOTAL + 1)],
        "not_a_diagnosis": NOT_A_DIAGNOSIS,
        "before": BEFORE,
        "function_item": FUNCTION_ITEM,
        "crisis": {
            "title": CRISIS_TITLE,
            "text": CRISIS_TEXT,
            "lines": crisis_lines(),
            "checked": f"Read at pages of the services or of governments on {read_on()}; "
            "check the number for your country, and your local emergency number.",
        },
    }
