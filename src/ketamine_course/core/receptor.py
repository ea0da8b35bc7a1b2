"""The NMDA receptor as a detector of coincidence, and how ketamine blocks it.

Units: membrane potential in mV (inside against outside), magnesium in mmol/L, ketamine in µmol/L,
time in s, conductance in nS, current in pA (below zero: into the cell). Shares run from 0 to 1.

What was read and what is ours:

- Magnesium: the formula of Jahr and Stevens (J Neurosci 1990;10:3178), from hippocampal nerve cells
  in culture with 1 µM to 10 mM of magnesium. Its constants were read in public model code that names
  the paper, not in the paper; rows ``nmda.mg.slope`` and ``nmda.mg.constant``. The block is taken as
  instantaneous, which is not so within milliseconds.
- Ketamine: half-blocking concentration at -70 mV, its dependence on voltage, and the two rates, from
  human receptors held active (an abstract of 2009, which names no magnesium: none is assumed); rows
  ``ket.block.ic50``, ``.delta``, ``.k_on``, ``.k_off``. The rates alone imply twice that half-blocking
  concentration: both are measurements, and neither is corrected here. The measured Hill coefficient
  is 0.84; here it is 1.
- Magnesium and ketamine sit at the same site (row ``ket.pore.shared_site``), so one blocker at a
  time: that step, and the share of time that a channel is open, are illustrations of ours.

The temperature of the recordings was not read. Receptors differ in their subunits, and none of these
functions knows any: do not read a number off them for a person, a brain region or a dose.

Bad input raises ValueError, which names the argument, its value and what is allowed.
"""

import math

#: Steepness of the magnesium block, per mV: row nmda.mg.slope.
MG_SLOPE_PER_MV = 0.062
#: Magnesium that blocks half of the open channels at 0 mV, mmol/L: row nmda.mg.constant.
MG_CONSTANT_MM = 3.57
#: Ketamine that blocks half of the current at -70 mV without magnesium, µmol/L: row ket.block.ic50.
KETAMINE_IC50_UM = 0.71
#: The potential at which it was measured, mV.
KETAMINE_IC50_AT_MV = -70
#: Share of the electric field that ketamine crosses to its site: row ket.block.delta.
KETAMINE_DEPTH = 0.79
#: Rate of block, per µmol/L and s: row ket.block.k_on.
KETAMINE_K_ON = 0.15
#: Rate of unblock, per s: row ket.block.k_off.
KETAMINE_K_OFF = 0.22

#: Gas constant over Faraday constant, mV per kelvin (CODATA 2018: 8.314462618 and 96485.33212).
_MV_PER_KELVIN = 1000 * 8.314462618 / 96485.33212
_ZERO_CELSIUS_K = 273.15


def _within(name, value, low, high, unit):
    """Return a number as a float if it lies in the range, both ends included."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(name + " is " + str(value) + ", but must be from " + str(low) + " to " + str(high) + unit)
    return float(value)


def _voltage(value):
    # Public models tabulate the block from -140 to 80 mV.
    return _within("voltage_mv", value, -140, 80, " mV")


def _magnesium(value):
    return _within("magnesium_mm", value, 0, 10, " mmol/L")


def _ketamine(value):
    return _within("ketamine_um", value, 0, 100, " µmol/L")


def _share(name, value):
    return _within(name, value, 0, 1, "")


def magnesium_unblocked(voltage_mv, magnesium_mm):
    """Return the share of open channels that magnesium leaves free, from 0 to 1.

    1 / (1 + exp(-0.062 V) x Mg / 3.57), Jahr and Stevens 1990; see the module for how it was read.

    Raises ValueError for a potential outside -140 to 80 mV, or magnesium outside 0 to 10 mmol/L,
    the highest concentration that was tested.
    """
    weight = _magnesium(magnesium_mm) / MG_CONSTANT_MM * math.exp(-MG_SLOPE_PER_MV * _voltage(voltage_mv))
    return 1 / (1 + weight)


def magnesium_half_voltage(magnesium_mm):
    """Return the membrane potential (mV) at which magnesium blocks half of the open channels.

    The formula of `magnesium_unblocked`, solved for the potential.

    Raises ValueError for magnesium outside 0.001 to 10 mmol/L, the span that was tested: without
    magnesium there is no such potential.
    """
    return math.log(_within("magnesium_mm", magnesium_mm, 0.001, 10, " mmol/L") / MG_CONSTANT_MM) / MG_SLOPE_PER_MV


def ketamine_half_block(voltage_mv, temperature_c):
    """Return the ketamine (µmol/L) that blocks half of the current at a potential, without magnesium.

    Woodhull's model: the measured 0.71 µmol/L at -70 mV, times exp(0.79 F (V + 70) / (R T)) for a
    molecule of one charge that crosses 0.79 of the field.

    Raises ValueError for a potential outside -140 to 80 mV or a temperature outside 10 to 40 °C.
    """
    kelvin = _within("temperature_c", temperature_c, 10, 40, " degrees Celsius") + _ZERO_CELSIUS_K
    steps = KETAMINE_DEPTH * (_voltage(voltage_mv) - KETAMINE_IC50_AT_MV) / (_MV_PER_KELVIN * kelvin)
    return KETAMINE_IC50_UM * math.exp(steps)


def pore_shares(voltage_mv, magnesium_mm, ketamine_um, temperature_c):
    """Return what the pores of open channels hold once binding is in balance: nothing, magnesium, ketamine.

    Three shares that add up to 1. One blocker at a time (our step, see the module): the weights are
    1, Mg x exp(-0.062 V) / 3.57 and ketamine / `ketamine_half_block`. Without ketamine the first is
    `magnesium_unblocked`.

    Raises ValueError as those two do, and for ketamine outside 0 to 100 µmol/L.
    """
    magnesium = 1 / magnesium_unblocked(voltage_mv, magnesium_mm) - 1
    ketamine = _ketamine(ketamine_um) / ketamine_half_block(voltage_mv, temperature_c)
    total = 1 + magnesium + ketamine
    return 1 / total, magnesium / total, ketamine / total


def channel_current(conductance_ns, free_share, voltage_mv, reversal_mv):
    """Return the current (pA) through channels: conductance x free share x (V - reversal).

    ``conductance_ns`` is what they would conduct together, open and free (nS). Below zero is into
    the cell.

    Raises ValueError for a conductance outside 0 to 1000 nS, a share outside 0 to 1, or a potential
    outside -140 to 80 mV.
    """
    conductance = _within("conductance_ns", conductance_ns, 0, 1000, " nS")
    drive = _voltage(voltage_mv) - _within("reversal_mv", reversal_mv, -140, 80, " mV")
    return conductance * _share("free_share", free_share) * drive


def blocked_in_the_end(ketamine_um):
    """Return the share of receptors that hold ketamine once block and unblock are in balance.

    k_on K / (k_on K + k_off), without magnesium. It does not depend on how often the
    channels open, as long as they do: block and unblock both wait for that.

    Raises ValueError for ketamine outside 0 to 100 µmol/L.
    """
    entry = KETAMINE_K_ON * _ketamine(ketamine_um)
    return entry / (entry + KETAMINE_K_OFF)


def blocked_after(blocked_share, ketamine_um, open_share, duration_s):
    """Return the share of receptors that hold ketamine after a time, from the share at its start.

    Ketamine gets in and out while the channel is open and is trapped while it is closed:
    db/dt = a (k_on K (1 - b) - k_off b), with a the share of time that the channel is open
    (relative to receptors held active, where the rates were measured). The exact solution for
    constant K and a. It holds if the channel opens and closes fast against seconds.

    Raises ValueError for a share outside 0 to 1, ketamine outside 0 to 100 µmol/L, or a time
    outside 0 to 86400 s.
    """
    start = _share("blocked_share", blocked_share)
    end = blocked_in_the_end(ketamine_um)
    rate = _share("open_share", open_share) * (KETAMINE_K_ON * ketamine_um + KETAMINE_K_OFF)
    return end + (start - end) * math.exp(-rate * _within("duration_s", duration_s, 0, 86400, " s"))


def four_states(blocked_share, open_share):
    """Return the shares of receptors in the four states: closed, open, blocked, trapped.

    Blocked is an open channel with ketamine in it, trapped a closed one. They add up to 1. The gate
    is taken to move alike with and without ketamine.

    Raises ValueError for a share outside 0 to 1.
    """
    held, ready = _share("blocked_share", blocked_share), _share("open_share", open_share)
    return (1 - held) * (1 - ready), (1 - held) * ready, held * ready, held * (1 - ready)
