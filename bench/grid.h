/* SPDX-License-Identifier: MIT */
/*
 * Which points are measured, in which order. A point is one benchmark with one value for each of its parameters; the
 * grid holds every point that the selection names. Link order has no influence: benchmarks are sorted by name before
 * anything else happens.
 */
#pragma once

#include "bench.h"
#include "word.h"

/* Longest text of all values of a parameter, and of all series, with its end: what fits a record and a small buffer. */
enum { GRID_TEXT_MAX = 128 };

struct benches {
	const struct bench **sorted;
	size_t count;
};

struct grid_point {
	const struct bench *bench;
	unsigned value[BENCH_PARAMS_MAX];
};

struct grid {
	struct grid_point *points;
	size_t count;
};

/* What is wrong, for one line of text: the piece that is wrong, and the problem with its remedy. */
struct complaint {
	struct word word;
	const char *problem;
};

/* All registered benchmarks by name. False: one of them is unusable, or there is no memory. */
bool benches_load(struct benches *benches, struct complaint *complaint);
void benches_free(struct benches *benches);

/*
 * The points that selection names: NAME:PARAM=VALUE…,… where a parameter that is not named takes all of its values.
 * A selection without a place (at is NULL) is everything that is not extra. The control comes along, first. The other points follow in
 * an order that depends on seed only, those of extra benchmarks behind all others.
 */
bool grid_select(struct grid *grid, const struct benches *benches, struct word selection, uint64_t seed,
		 struct complaint *complaint);
/* Whether one of the points is of this benchmark. */
bool grid_holds(const struct grid *grid, const struct bench *bench);
void grid_free(struct grid *grid);

unsigned bench_params(const struct bench *bench);
/* 1 for a benchmark without named series. */
unsigned bench_series(const struct bench *bench);
/* Operations in one sample. */
unsigned bench_per(const struct bench *bench);
/* Value number index of a parameter; empty: there is no such number. */
struct word param_value(const struct bench_param *param, unsigned index);
