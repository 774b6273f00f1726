"""What a number of trials says of the chance that k of them pass.

Sources: Chen et al., “Evaluating Large Language Models Trained on Code”, 2021, arXiv:2107.03374, section 2.1
(pass@k); Yao et al., “τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World Domains”, 2024,
arXiv:2406.12045 (pass^k).
"""

from fractions import Fraction
from math import comb


def any_of(k: int, trials: int, passed: int) -> Fraction:
    """Estimate, without bias, the chance that at least one of k trials passes: pass@k.

    It is the share of all choices of k of the trials that hold a passed one.

    Args:
        k: From 1 to `trials`.
        trials: Trials of one case.
        passed: How many of them passed.

    Raises:
        ValueError: There were fewer than k trials, or the numbers are none of trials.
    """
    return 1 - all_of(k, trials, trials - passed)


def all_of(k: int, trials: int, passed: int) -> Fraction:
    """Estimate, without bias, the chance that all of k trials pass: pass^k.

    It is the share of all choices of k of the trials that hold passed ones only.

    Args:
        k: From 1 to `trials`.
        trials: Trials of one case.
        passed: How many of them passed.

    Raises:
        ValueError: There were fewer than k trials, or the numbers are none of trials.
    """
    if not (1 <= k <= trials and 0 <= passed <= trials):
        raise ValueError(f"of {trials} trials, {passed} of them passed, nothing can be said about {k}")
    return Fraction(comb(passed, k), comb(trials, k))
