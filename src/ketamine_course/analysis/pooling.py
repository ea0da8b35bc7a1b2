"""Random-effects pooling of a handful of trials, with the interval that so few trials deserve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from ..evidence.trials import FEWEST_TRIALS


@dataclass(frozen=True)
class Pooled:
    """What several trials say together, on the scale that they were given in (log odds ratios, points).

    ``ci_*`` bound the mean effect, ``pi_*`` the effect that a further trial of the kind may have.
    ``ci_plain_*`` are the bounds without Hartung and Knapp's correction: where the trials happen
    to agree more closely than chance allows, the correction gives the narrower of the two.
    """

    trials: int
    estimate: float
    ci_low: float
    ci_high: float
    ci_plain_low: float
    ci_plain_high: float
    pi_low: float
    pi_high: float
    tau2: float
    q: float
    i2_percent: float


def pool(effects: Sequence[float], variances: Sequence[float]) -> Pooled:
    """Return the random-effects mean of independent trials with its 95 % intervals.

    Between-trial variance by Paule and Mandel (J Res Natl Bur Stand 1982;87:377), interval of the
    mean by Hartung and Knapp (Stat Med 2001;20:1771) with k - 1 degrees of freedom, both from
    statsmodels; I-squared as in the Cochrane Handbook, section 10.10.2; prediction interval by
    Higgins, Thompson and Spiegelhalter (J R Stat Soc A 2009;172:137), t with k - 2 degrees of freedom.

    Args:
        effects: one estimate a trial, all on one scale.
        variances: the variance of each estimate, in the square of that scale.

    Raises:
        ValueError: with fewer than three trials, lists of different length, or a variance not above 0.
    """
    trials = len(effects)
    if trials < FEWEST_TRIALS:
        raise ValueError(f"{trials} trials cannot be pooled; at least {FEWEST_TRIALS} are needed")
    if len(variances) != trials or min(variances) <= 0:
        raise ValueError("each trial needs one variance above 0")
    with np.errstate(divide="ignore"):  # trials that agree exactly have q = 0, which it divides by
        # Its own tolerance of 1e-5 would cost digits.
        result = combine_effects(np.asarray(effects), np.asarray(variances), method_re="pm", atol=1e-12, maxiter=1000)
    corrected = result.conf_int(use_t=True)[3]
    z = float(stats.norm.isf(0.025))
    spread = float(stats.t.isf(0.025, trials - 2)) * sqrt(result.tau2 + result.var_hksj_re)
    mean = float(result.mean_effect_re)
    return Pooled(
        trials=trials,
        estimate=mean,
        ci_low=float(corrected[0]),
        ci_high=float(corrected[1]),
        ci_plain_low=mean - z * float(result.sd_eff_w_re),
        ci_plain_high=mean + z * float(result.sd_eff_w_re),
        pi_low=mean - spread,
        pi_high=mean + spread,
        tau2=float(result.tau2),
        q=float(result.q),
        i2_percent=max(0.0, 100 * (float(result.q) - (trials - 1)) / float(result.q)) if result.q > 0 else 0.0,
    )
