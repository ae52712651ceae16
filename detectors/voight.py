"""Voight's law fitted to positions: the time of failure, with its error, in one pass a turn.

The line 1/v = a * t + b (Fukuzono 1985) is S = S0 - (1/|a|) * ln(t_f - t) when integrated, and
dv/dt = A * v^alpha (Voight 1988) gives, with p = 1 / (alpha - 1) and u = t_f - t,

    v = K * u^(-p),   S = S0 + K * g(u),   g = (u^(1-p) - 1) / (p - 1),  -ln(u) for p = 1

Fitting S rather than 1/v weights every reading by its own noise, is not hurt by differences of
noisy readings, and needs no velocity at all. Unknown are S0, K (eliminated: they are linear),
theta = ln(t_f - now) and p, which has a prior about 1. Times are days before now.
"""

from __future__ import annotations

import math
from typing import Any

from tongluo.core.compiled import compiled

TURNS = 12
STARTS = 12


@compiled
def shape(u: float, p: float) -> tuple[float, float, float]:
    """(g, dg/du, dg/dp) at u > 0."""
    x, e = math.log(u), 1.0 - p
    ex = max(-300.0, min(300.0, e * x))
    if abs(ex) < 1e-4:
        g, gp = -x - e * x * x / 2.0, x * x / 2.0 + e * x * x * x / 3.0
    else:
        grown = math.expm1(ex)
        g, gp = -grown / e, (ex * (grown + 1.0) - grown) / (e * e)
    return g, -math.exp(max(-300.0, min(300.0, -p * x))), gp


@compiled
def gram(
    s: Any, first: int, now: float, left: float, p: float, most: float
) -> tuple[float, float, float, float, float, float]:
    """(misfit, K, b11, b12, b22, and by the scratch s["b"] the right side) for t_f and p.

    1 and 2 are theta and p, with S0 and K swept out. Weights: readings of a cell, at most `most`.
    """
    sw = sg = s1 = s2 = sy = 0.0
    gg = g1 = g2 = gy = a11 = a12 = a22 = a1y = a2y = yy = 0.0
    base = s["cells"][s["n"] - 1]["v"]
    for k in range(first, s["n"]):
        c = s["cells"][k]
        u = now - c["t"] + left
        g, du, dp = shape(u / left, p)
        j1 = du * (1.0 - u / left)  # u / left changes with theta as (t - now) / left does
        w = c["w"] * most / (c["w"] + most)
        y = c["v"] - base
        sw += w
        sg += w * g
        s1 += w * j1
        s2 += w * dp
        sy += w * y
        gg += w * g * g
        g1 += w * g * j1
        g2 += w * g * dp
        gy += w * g * y
        a11 += w * j1 * j1
        a12 += w * j1 * dp
        a22 += w * dp * dp
        a1y += w * j1 * y
        a2y += w * dp * y
        yy += w * y * y
    gg -= sg * sg / sw
    g1 -= sg * s1 / sw
    g2 -= sg * s2 / sw
    gy -= sg * sy / sw
    yy -= sy * sy / sw
    if gg <= 1e-12:
        return yy, 0.0, 0.0, 0.0, 0.0, yy
    size = gy / gg
    a11 -= s1 * s1 / sw + g1 * g1 / gg
    a12 -= s1 * s2 / sw + g1 * g2 / gg
    a22 -= s2 * s2 / sw + g2 * g2 / gg
    s["b"][0] = size * (a1y - s1 * sy / sw - g1 * size)
    s["b"][1] = size * (a2y - s2 * sy / sw - g2 * size)
    square = size * size
    return max(yy - gy * size, 0.0), size, square * a11, square * a12, square * a22, yy


@compiled
def start(s: Any, first: int, now: float, p: float, most: float) -> float:
    """The best of some remaining times, days, by their misfit alone."""
    span = now - s["cells"][first]["t"]
    best, found = math.inf, span
    for k in range(STARTS):
        left = span * math.exp(0.6 * k - 4.5)
        misfit, _, _, _, _, _ = gram(s, first, now, left, p, most)
        if misfit < best:
            best, found = misfit, left
    return float(found)


@compiled
def line(s: Any, first: int, now: float, most: float) -> tuple[float, float]:
    """(misfit of a straight line, misfit of a parabola) of S in t."""
    s0 = s1 = s2 = s3 = s4 = y0 = y1 = y2 = yy = 0.0
    base, span = s["cells"][s["n"] - 1]["v"], now - s["cells"][first]["t"]
    for k in range(first, s["n"]):
        c = s["cells"][k]
        x, y = (c["t"] - now) / span + 0.5, c["v"] - base
        w = c["w"] * most / (c["w"] + most)
        s0 += w
        s1 += w * x
        s2 += w * x * x
        s3 += w * x * x * x
        s4 += w * x * x * x * x
        y0 += w * y
        y1 += w * x * y
        y2 += w * x * x * y
        yy += w * y * y
    c22, c23, c33 = s2 - s1 * s1 / s0, s3 - s1 * s2 / s0, s4 - s2 * s2 / s0
    d2, d3 = y1 - s1 * y0 / s0, y2 - s2 * y0 / s0
    straight = yy - y0 * y0 / s0 - (d2 * d2 / c22 if c22 > 0.0 else 0.0)
    if c22 <= 0.0 or c33 - c23 * c23 / c22 <= 0.0:
        return max(straight, 0.0), max(straight, 0.0)
    d3 -= c23 * d2 / c22
    return max(straight, 0.0), max(straight - d3 * d3 / (c33 - c23 * c23 / c22), 0.0)


@compiled
def fit(
    s: Any, first: int, now: float, noise: float, mean_p: float, sd_p: float, most: float
) -> tuple[bool, float, float, float, float, float]:
    """(whether it came to rest, days left, error of ln(days left), p, K, misfit)."""
    span = now - s["cells"][first]["t"]
    left, p = start(s, first, now, mean_p, most), mean_p
    free = max(float(s["n"] - first) - 4.0, 1.0)
    error, size, misfit, still = math.inf, 0.0, math.inf, False
    for _ in range(TURNS):
        misfit, size, b11, b12, b22, _ = gram(s, first, now, left, p, most)
        variance = max(noise * noise, misfit / free, 1e-12)
        prior = variance / (sd_p * sd_p)
        b22 += prior
        rest = b11 * b22 - b12 * b12
        if rest <= 1e-30 or b11 <= 0.0:
            return False, left, math.inf, p, size, misfit
        r1, r2 = s["b"][0], s["b"][1] + prior * (mean_p - p)
        d1 = max(-0.7, min(0.7, (b22 * r1 - b12 * r2) / rest))
        d2 = max(-0.2, min(0.2, (b11 * r2 - b12 * r1) / rest))
        error = math.sqrt(variance * b22 / rest)
        still = abs(d1) < 0.1 * error and abs(d1) < 0.1
        if still:
            break
        left = max(span * 1e-4, min(span * 50.0, left * math.exp(d1)))
        p = max(0.3, min(3.0, p + d2))
    return still, left, error, p, size, misfit
