"""Student-t intervals and how they are written, for pages that need no compiled module."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def mean_interval(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean of independent values and the half-width of its 95 % interval.

    NaN where there are too few values: none for the mean, fewer than two for the half-width.

    Examples
    --------
    >>> mean, half_width = mean_interval(np.array([1.0, 2.0, 3.0]))
    >>> mean, round(half_width, 3)  # t = 4.303 with 2 degrees of freedom
    (2.0, 2.484)
    """
    count = len(values)
    if count == 0:
        return math.nan, math.nan
    mean = float(np.mean(values))
    if count == 1:
        return mean, math.nan
    return mean, student_t(count - 1) * float(np.std(values, ddof=1)) / math.sqrt(count)


def student_t(dof: int) -> float:
    """Return t with P(-t <= T <= t) = 95 % for whole degrees of freedom.

    P is a finite sum of powers of cos(atan(t / sqrt(dof))): Abramowitz and Stegun, 26.7.3 and 26.7.4.

    Examples
    --------
    >>> [round(student_t(dof), 4) for dof in (1, 2, 9, 10, 29)]
    [12.7062, 4.3027, 2.2622, 2.2281, 2.0452]
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        angle = (low + high) / 2
        low, high = (angle, high) if _probability_within(angle, dof) < 0.95 else (low, angle)
    return math.sqrt(dof) * math.tan(low)


def _probability_within(angle: float, dof: int) -> float:
    cosine, odd = math.cos(angle), dof % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for power in range(1 if odd else 0, dof - 1, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    series = math.sin(angle) * total
    return 2 / math.pi * (angle + series) if odd else series


def estimate(mean: float, half_width: float, *, signed: bool = False) -> str:
    """Write a mean with as many decimals as two digits of its half-width need.

    Examples
    --------
    >>> estimate(12.3456, 0.0312), estimate(5123.4, 31.2), estimate(0.5, math.nan), estimate(math.nan, 1.0)
    ('12.346 ± 0.031', '5123 ± 31', '0.5', '–')
    >>> estimate(1.25, 0.1, signed=True), estimate(-1.25, 0.0, signed=True)
    ('+1.25 ± 0.10', '−1.25')
    """
    if not math.isfinite(mean):
        return "–"
    plus = "+" if signed else ""
    if not math.isfinite(half_width) or half_width <= 1e-12 * abs(mean):
        text = f"{mean:{plus}.4g}" if abs(mean) < 1e4 or abs(mean) >= 1e9 else f"{mean:{plus}.0f}"
        return "0" if mean == 0 else text.replace("-", "−")
    decimals = max(0, 1 - math.floor(math.log10(float(f"{half_width:.1e}"))))
    if decimals > 9:
        return f"{mean:{plus}.3e} ± {half_width:.1e}".replace("-", "−")
    return f"{mean:{plus}.{decimals}f} ± {half_width:.{decimals}f}".replace("-", "−")


def between(mean: float, low: float, high: float) -> str:
    """Write a mean and the ends of an interval that is not symmetric.

    Examples
    --------
    >>> between(0.983, 0.951, 1.0), between(0.0412, -0.0, 0.1)
    ('0.983 [0.951, 1.000]', '0.041 [0.000, 0.100]')
    """
    decimals = max(0, 1 - math.floor(math.log10((high - low) / 2)))
    return f"{mean:.{decimals}f} [{low + 0:.{decimals}f}, {high:.{decimals}f}]".replace("-", "−")
