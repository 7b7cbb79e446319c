/* SPDX-License-Identifier: MIT */
/*
 * Which points are measured, in which order: registered benchmarks sorted by name, the grid of each, the selection
 * of the command line, and a shuffle by the stored seed.
 */
#include "grid.h"

#include "splitmix.h"

static const char control[] = "clock_read";

/* The section's bounds, from the linker. Weak: a program without any benchmark has no such section. */
extern const struct bench *const __start_aero_benches[] __attribute__((weak));
extern const struct bench *const __stop_aero_benches[] __attribute__((weak));

/* --- Parameters --------------------------------------------------------------------------------------------------- */

unsigned bench_params(const struct bench *bench)
{
	unsigned count = 0;

	while (count < BENCH_PARAMS_MAX && bench->params[count].name != NULL)
		count++;
	return count;
}

unsigned bench_series(const struct bench *bench)
{
	unsigned count = 0;

	while (count < BENCH_SERIES_MAX && bench->series[count] != NULL)
		count++;
	return count > 0 ? count : 1;
}

unsigned bench_per(const struct bench *bench)
{
	return bench->per > 0 ? bench->per : 1;
}

struct word param_value(const struct bench_param *param, unsigned index)
{
	struct word rest = word_of(param->values);
	struct word value = word_cut(&rest, ' ');

	while (index-- > 0)
		value = word_cut(&rest, ' ');
	return value;
}

/* The number of a value; false: the parameter has no such value. */
static bool param_index(const struct bench_param *param, struct word value, unsigned *index)
{
	for (*index = 0;; ++*index) {
		struct word own = param_value(param, *index);

		if (own.len_bytes == 0)
			return false;
		if (word_same(own, value))
			return true;
	}
}

static const struct bench_param *param_find(const struct bench *bench, struct word name, unsigned *index)
{
	for (*index = 0; *index < bench_params(bench); ++*index) {
		if (word_is(name, bench->params[*index].name))
			return &bench->params[*index];
	}
	return NULL;
}

/* --- Benchmarks --------------------------------------------------------------------------------------------------- */

static bool complain(struct complaint *complaint, struct word word, const char *problem)
{
	complaint->word = word;
	complaint->problem = problem;
	return false;
}

/* What an author can get wrong in BENCH() and what would make a record that nobody can read. */
static const char *bench_defect(const struct bench *bench)
{
	size_t series_bytes = 0;

	if (bench->run == NULL)
		return "has no function";
	if (bench->unit == NULL || bench->about == NULL)
		return "has no unit or no description";
	for (unsigned i = 0; i < bench_params(bench); i++) {
		const struct bench_param *param = &bench->params[i];

		if (param->values == NULL || param_value(param, 0).len_bytes == 0)
			return "has a parameter without values";
		if (word_of(param->values).len_bytes >= GRID_TEXT_MAX)
			return "has a parameter with too many values";
	}
	for (unsigned i = 0; i < BENCH_SERIES_MAX && bench->series[i] != NULL; i++)
		series_bytes += word_of(bench->series[i]).len_bytes + 1;
	return series_bytes < GRID_TEXT_MAX ? NULL : "has series with names that are too long";
}

/* By insertion: a few dozen, once. */
static void benches_sort(struct benches *benches)
{
	for (size_t i = 1; i < benches->count; i++) {
		const struct bench *bench = benches->sorted[i];
		size_t at = i;

		for (; at > 0 && word_order(benches->sorted[at - 1]->name, bench->name) > 0; at--)
			benches->sorted[at] = benches->sorted[at - 1];
		benches->sorted[at] = bench;
	}
}

bool benches_load(struct benches *benches, struct complaint *complaint)
{
	const struct bench *const *first = __start_aero_benches;

	benches->count = (size_t)(__stop_aero_benches - __start_aero_benches);
	benches->sorted = os_malloc((benches->count + 1) * sizeof(*benches->sorted));
	if (benches->sorted == NULL)
		return complain(complaint, word_of("memory"), "none for the list of benchmarks");
	for (size_t i = 0; i < benches->count; i++)
		benches->sorted[i] = first[i];
	benches_sort(benches);
	for (size_t i = 0; i < benches->count; i++) {
		const struct bench *bench = benches->sorted[i];
		const char *defect = bench_defect(bench);

		if (i > 0 && word_order(benches->sorted[i - 1]->name, bench->name) == 0)
			defect = "is the name of two benchmarks";
		if (defect != NULL) {
			benches_free(benches);
			return complain(complaint, word_of(bench->name), defect);
		}
	}
	return true;
}

void benches_free(struct benches *benches)
{
	os_free(benches->sorted);
	benches->sorted = NULL;
	benches->count = 0;
}

static const struct bench *benches_find(const struct benches *benches, struct word name)
{
	for (size_t i = 0; i < benches->count; i++) {
		if (word_is(name, benches->sorted[i]->name))
			return benches->sorted[i];
	}
	return NULL;
}

/* --- Selection ---------------------------------------------------------------------------------------------------- */

static bool selector_check(const struct benches *benches, struct word selector, struct complaint *complaint)
{
	struct word rest = selector;
	const struct bench *bench = benches_find(benches, word_cut(&rest, ':'));
	unsigned seen = 0; /* a bit for each parameter */

	if (bench == NULL)
		return complain(complaint, selector, "no such benchmark; mode=list lists them");
	while (rest.len_bytes > 0) {
		struct word value = word_cut(&rest, ':');
		struct word name = word_cut(&value, '=');
		unsigned at, index;
		const struct bench_param *param = param_find(bench, name, &at);

		if (param == NULL)
			return complain(complaint, selector, "no such parameter; mode=list lists them");
		if (!param_index(param, value, &index))
			return complain(complaint, selector, "no such value; mode=list lists them");
		if (seen & 1u << at)
			return complain(complaint, selector,
					"a parameter twice; name the benchmark once for each value");
		seen |= 1u << at;
	}
	return true;
}

static bool selection_check(const struct benches *benches, struct word selection, struct complaint *complaint)
{
	if (selection.at == NULL)
		return true;
	if (selection.len_bytes == 0)
		return complain(complaint, word_of("bench="), "names no benchmark; leave it out to measure the suite");
	while (selection.len_bytes > 0) {
		if (!selector_check(benches, word_cut(&selection, ','), complaint))
			return false;
	}
	return true;
}

/* The selector has been checked. */
static bool selector_matches(struct word selector, const struct grid_point *point)
{
	if (!word_is(word_cut(&selector, ':'), point->bench->name))
		return false;
	while (selector.len_bytes > 0) {
		struct word value = word_cut(&selector, ':');
		struct word name = word_cut(&value, '=');
		unsigned at;
		const struct bench_param *param = param_find(point->bench, name, &at);

		if (param == NULL || !word_same(param_value(param, point->value[at]), value))
			return false;
	}
	return true;
}

static bool point_selected(struct word selection, const struct grid_point *point)
{
	if (word_order(point->bench->name, control) == 0)
		return true;
	if (selection.at == NULL)
		return !point->bench->extra;
	while (selection.len_bytes > 0) {
		if (selector_matches(word_cut(&selection, ','), point))
			return true;
	}
	return false;
}

/* --- Grid --------------------------------------------------------------------------------------------------------- */

/* The next combination of values, the last parameter counting fastest; false after the last one. */
static bool point_next(struct grid_point *point)
{
	for (unsigned i = bench_params(point->bench); i-- > 0;) {
		point->value[i]++;
		if (param_value(&point->bench->params[i], point->value[i]).len_bytes > 0)
			return true;
		point->value[i] = 0;
	}
	return false;
}

/* Stores the selected points if there is a place for them; returns their number. */
static size_t points_collect(const struct benches *benches, struct word selection, struct grid_point *points)
{
	size_t count = 0;

	for (size_t i = 0; i < benches->count; i++) {
		struct grid_point point = {.bench = benches->sorted[i], .value = {0}};

		do {
			if (!point_selected(selection, &point))
				continue;
			if (points != NULL)
				points[count] = point;
			count++;
		} while (point_next(&point));
	}
	return count;
}

static void points_swap(struct grid_point *a, struct grid_point *b)
{
	struct grid_point kept = *a;

	*a = *b;
	*b = kept;
}

/* Knuth, The Art of Computer Programming vol. 2, §3.4.2, algorithm P. */
static void points_shuffle(struct grid_point *points, size_t count, uint64_t seed)
{
	for (size_t i = count; i > 1; i--)
		points_swap(&points[i - 1], &points[splitmix_below(&seed, i)]);
}

/* Moves those that are so to the front; returns how many. The others' order is of no account: they are shuffled. */
static size_t points_gather(struct grid_point *points, size_t count, bool (*wanted)(const struct bench *bench))
{
	size_t first = 0;

	for (size_t i = 0; i < count; i++) {
		if (wanted(points[i].bench))
			points_swap(&points[first++], &points[i]);
	}
	return first;
}

static bool is_control(const struct bench *bench)
{
	return word_order(bench->name, control) == 0;
}

static bool is_usual(const struct bench *bench)
{
	return !bench->extra;
}

bool grid_select(struct grid *grid, const struct benches *benches, struct word selection, uint64_t seed,
		 struct complaint *complaint)
{
	size_t first, usual;

	if (!selection_check(benches, selection, complaint))
		return false;
	grid->count = points_collect(benches, selection, NULL);
	grid->points = os_malloc((grid->count + 1) * sizeof(*grid->points));
	if (grid->points == NULL)
		return complain(complaint, word_of("memory"), "none for the list of points");
	points_collect(benches, selection, grid->points);
	first = points_gather(grid->points, grid->count, is_control);
	/* Extra ones last: what they leave behind (10,000 threads to use again) is in no other's samples. */
	usual = first + points_gather(grid->points + first, grid->count - first, is_usual);
	points_shuffle(grid->points + first, usual - first, seed);
	points_shuffle(grid->points + usual, grid->count - usual, seed);
	return true;
}

bool grid_holds(const struct grid *grid, const struct bench *bench)
{
	for (size_t i = 0; i < grid->count; i++) {
		if (grid->points[i].bench == bench)
			return true;
	}
	return false;
}

void grid_free(struct grid *grid)
{
	os_free(grid->points);
	grid->points = NULL;
	grid->count = 0;
}
