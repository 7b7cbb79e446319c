#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the harness's statistics with SciPy's on seeded data.

Usage: stats_oracle.py PROGRAM, where PROGRAM is the built stats_oracle.c. Exit status 0: all agree, 1: some do not,
77: SciPy is not installed. SciPy is looked up at run time, because the project's scripts need the standard library only.
"""
import importlib
import itertools
import math
import os
import random
import subprocess
import sys

TOLERANCE = 1e-9
SYSTEM_PYTHON = "/usr/bin/python3"  # a distribution's python3-scipy serves the distribution's interpreter only


def load_scipy():
    """(numpy, scipy.stats), or None after trying the system's interpreter too."""
    try:
        return importlib.import_module("numpy"), importlib.import_module("scipy.stats")
    except ImportError:
        pass
    probe = [SYSTEM_PYTHON, "-c", "import scipy.stats"]
    if os.path.exists(SYSTEM_PYTHON) and os.path.realpath(sys.executable) != os.path.realpath(SYSTEM_PYTHON) and \
            subprocess.run(probe, capture_output=True).returncode == 0:
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-B", *sys.argv])
    return None


def walsh_interval(np, d, alpha):
    """Hodges-Lehmann estimate and the exact interval, the signed-rank counts by whole numbers."""
    n = len(d)
    walsh = sorted((d[i] + d[j]) / 2 for i, j in itertools.combinations_with_replacement(range(n), 2))
    ways = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    k, tail = 0, 0
    while 2 * (tail + ways[k]) <= alpha * 2 ** n:
        tail += ways[k]
        k += 1
    return float(np.median(walsh)), walsh[k - 1], walsh[-k]


def student_critical(stats, alpha, freedom):
    """Not by t.isf, whose error in SciPy 1.10 is up to 1e-8: T^2 / (freedom + T^2) is 1 - Beta(freedom / 2, 1 / 2)."""
    y = stats.beta.ppf(alpha, freedom / 2, 0.5)
    return math.sqrt(freedom * (1 - y) / y)


def ask_distributions(np, stats, rng):
    for _ in range(60):
        x = rng.uniform(1e-4, 0.9999)
        a, b = 10 ** rng.uniform(-0.3, 3), 10 ** rng.uniform(-0.3, 3)
        yield "distributions", [x, a, b], [], [], [
            stats.beta.cdf(x, a, b), stats.beta.ppf(x, a, b), 2 * stats.t.sf(10 * x, a), student_critical(stats, x, a),
            2 * stats.norm.sf(10 * x), stats.norm.isf(x / 2)]


def ask_rates(np, stats, rng):
    for _ in range(40):
        n = rng.randint(1, 500)
        hits = rng.choice([0, n, rng.randint(0, n)])
        exact = stats.binomtest(hits, n).proportion_ci(0.95, "exact")
        yield "rates", [hits, n, 0.05], [], [], [exact.low, exact.high]


def ask_pairs(np, stats, rng):
    for n in (6, 7, 9, 12, 14):
        d = [rng.gauss(0.4, 1) for _ in range(n)]
        flips = stats.permutation_test((d,), lambda x, axis: np.sum(x, axis=axis), permutation_type="samples",
                                       n_resamples=math.inf, vectorized=True)
        yield "pairs", [], d, [], [flips.pvalue, *walsh_interval(np, d, 0.05)]


def ask_sides(np, stats, rng):
    for n_a, n_b in ((4, 4), (5, 9), (12, 7), (20, 20)):
        a, b = [rng.gauss(0, 1) for _ in range(n_a)], [rng.gauss(0.7, 2) for _ in range(n_b)]
        v_a, v_b = np.var(a, ddof=1) / n_a, np.var(b, ddof=1) / n_b
        freedom = (v_a + v_b) ** 2 / (v_a ** 2 / (n_a - 1) + v_b ** 2 / (n_b - 1))
        half = student_critical(stats, 0.05, freedom) * math.sqrt(v_a + v_b)
        shift = np.mean(b) - np.mean(a)
        yield "sides", [], a, b, [
            stats.ttest_ind(a, b, equal_var=False).pvalue, shift - half, shift + half,
            stats.mannwhitneyu(a, b, method="exact").pvalue, np.median([y - x for x in a for y in b])]


def ask_shapes(np, stats, rng):
    for _ in range(5):
        a, b = [rng.randint(0, 60) for _ in range(300)], [rng.randint(5, 70) for _ in range(211)]
        above = stats.mannwhitneyu(b, a).statistic
        yield "shapes", [], a, b, [stats.ks_2samp(a, b).statistic, 2 * above / (300 * 211) - 1]


def ask_run(np, stats, rng):
    for n in (1000, 1733, 4000):
        x = np.array([int(100 * math.exp(rng.gauss(0, 0.8))) for _ in range(n)])
        median = np.median(x)
        capped = np.minimum(x, np.quantile(x, 0.99))
        rest = capped - capped.mean()
        rho = [np.dot(rest[:-lag], rest[lag:]) / np.dot(rest, rest) for lag in (1, 20)]
        yield "run", [], x.tolist(), [], [
            np.quantile(x, 0.1), median, np.quantile(x, 0.99), stats.iqr(x), x.mean(), x.std(ddof=1),
            np.abs(x - median).mean(), np.mean(x > 2 * median), *rho]


def ask_margin(np, stats, rng):
    for n in (20, 33):
        ratios = [rng.gauss(0, 0.05) for _ in range(n)]
        q1, q3 = np.quantile(np.abs(ratios), [0.25, 0.75])
        yield "margin", [], ratios, [], [max(0.03, math.expm1(q3 + 3 * (q3 - q1)))]


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    loaded = load_scipy()
    if loaded is None:
        print("SKIP: SciPy is not installed (Debian: python3-scipy)")
        return 77
    np, stats = loaded
    np.seterr(all="ignore")
    rng = random.Random(1936)
    questions = [question for ask in (ask_distributions, ask_rates, ask_pairs, ask_sides, ask_shapes, ask_run, ask_margin)
                 for question in ask(np, stats, rng)]
    lines = [";".join([name, *(" ".join(repr(float(value)) for value in part) for part in (scalars, a, b))])
             for name, scalars, a, b, _ in questions]
    done = subprocess.run([sys.argv[1]], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    wrong = int(len(answers) != len(questions))
    for (name, scalars, _, _, expected), line in zip(questions, answers):
        found = [float(word) for word in line.split()]
        same = len(found) == len(expected) and all(
            abs(ours - theirs) <= TOLERANCE * max(abs(theirs), 1e-12 / TOLERANCE) for ours, theirs in zip(found, expected))
        if not same:
            print(f"{name} {scalars}: {found}, SciPy: {[float(value) for value in expected]}")
            wrong += 1
    print(f"{len(questions)} questions, {wrong} wrong answers")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
