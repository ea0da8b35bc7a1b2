"""The figures of the NMDA receptor and of what follows from it, fed from the course's tables."""

from __future__ import annotations

from typing import Any

from .. import evidence, figures
from .page import show

#: What the detector of coincidence is worked out from, and what it is set beside.
DETECTOR = (
    "nmda.mg.slope",
    "nmda.mg.constant",
    "nmda.reversal",
    "ket.block.ic50",
    "ket.block.delta",
    "ket.pore.shared_site",
    "pk.affinity.block_1um",
    "pk.affinity.block_10um",
)
#: What the course of the block is worked out from.
COURSE = ("ket.block.k_on", "ket.block.k_off", "ket.block.ic50", "ket.block.trapped")


def coincidence_detector_figure() -> figures.Figure:
    """Return the receptor as a detector of coincidence, in every state of its five controls."""
    return figures.coincidence_detector({each: evidence.row(each) for each in DETECTOR})


def block_by_use_figure() -> figures.Figure:
    """Return the course of ketamine's block, with more and with less use."""
    return figures.block_by_use([evidence.row(each) for each in COURSE])


def mechanism_clock_figure() -> figures.Figure:
    """Return the events from receptor to mood on a clock."""
    return figures.mechanism_clock(evidence.table("mechanism"))


def disinhibition_cascade_figure() -> figures.Figure:
    """Return the disinhibition account step by step."""
    return figures.disinhibition_cascade({row.id: row for row in evidence.table("mechanism")})


def coincidence_detector() -> Any:
    """Show what holds the receptor's pore, and the current, for each choice of the five controls."""
    return show(coincidence_detector_figure())


def block_by_use() -> Any:
    """Show how ketamine's block comes and goes, and what traps it."""
    return show(block_by_use_figure())


def mechanism_clock() -> Any:
    """Show what happens when between receptor and mood, each event with the strength of its evidence."""
    return show(mechanism_clock_figure())


def disinhibition_cascade() -> Any:
    """Show the disinhibition account step by step, with what speaks for and against each step."""
    return show(disinhibition_cascade_figure())
