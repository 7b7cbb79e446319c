/* SPDX-License-Identifier: MIT */
/* Shift functions of made-up subjects that differ in a known part of their distribution. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_noise.h"
#include "sample_run.h"
#include "shift.h"

enum { N = 1000 };

struct fixture {
	struct sample_run run;
	struct summary summary;
	struct compare compare;
	struct shift shift;
};

/* Boots of both sides, each with an effect of its round; what B takes above the third quartile it takes twice. */
static void boots(struct sample_run *run, unsigned round)
{
	static const uint32_t control[] = {50, 51};

	for (size_t side = 0; side < 2; side++) {
		struct noise noise = noise_plain(100 + 2 * round + side);
		struct sample_stream stream;
		uint32_t samples[N];

		noise.median *= 1 + 0.05 * round;
		noise_fill(&noise, 0, samples, N);
		for (size_t i = 0; i < N && side == 1; i++) {
			if (samples[i] > noise.median * exp(0.6745 * noise.sigma))
				samples[i] *= 2;
		}
		sample_open(&stream, "test");
		sample_run(&stream, "clock_read", "", control, 2, 100);
		sample_run(&stream, "wake", "", samples, N, N);
		sample_run_boot(run, run->store.plan.subjects[side], round, &stream);
	}
}

static void fixture_make(struct fixture *fixture, unsigned rounds)
{
	struct error error = {0};

	sample_run_open(&fixture->run, "aerokernel@qemu linux@qemu", rounds);
	for (unsigned round = 0; round < rounds; round++)
		boots(&fixture->run, round);
	assert_int_equal(summary_load(&fixture->summary, &fixture->run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&fixture->compare, (struct compare_side){&fixture->summary, "aerokernel@qemu"},
				      (struct compare_side){&fixture->summary, "linux@qemu"}, 0.03, &error),
			 0);
	shift_make(&fixture->shift, &fixture->compare, &fixture->compare.rows[1], 1);
}

static void fixture_free(struct fixture *fixture)
{
	compare_free(&fixture->compare);
	summary_free(&fixture->summary);
	sample_run_close(&fixture->run);
}

static const struct stats_interval *at(const struct shift *shift, double q)
{
	for (size_t j = 0; j < shift->count; j++) {
		if (fabs(shift->q[j] - q) < 1e-9)
			return &shift->curve[j];
	}
	return NULL;
}

static void a_slower_quarter_is_seen_where_it_is(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_make(&fixture, 8);
	assert_int_equal(fixture.shift.pairs, 8);
	assert_true(fabs(at(&fixture.shift, 0.25)->estimate - 1) < 0.03);
	assert_true(at(&fixture.shift, 0.25)->low < 1 && at(&fixture.shift, 0.25)->high > 1);
	assert_true(fabs(at(&fixture.shift, 0.9)->estimate - 2) < 0.06);
	assert_true(at(&fixture.shift, 0.9)->low > 1.8 && at(&fixture.shift, 0.9)->high < 2.2);
	/* 1,000 samples: ten lie beyond 99 %, one beyond 99.9 %. */
	assert_non_null(at(&fixture.shift, 0.99));
	assert_null(at(&fixture.shift, 0.999));
	fixture_free(&fixture);
}

static void few_pairs_have_a_curve_and_no_band(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_make(&fixture, 3);
	assert_int_equal(fixture.shift.pairs, 0);
	assert_true(fabs(at(&fixture.shift, 0.9)->estimate - 2) < 0.2);
	assert_true(isnan(at(&fixture.shift, 0.9)->low) && isnan(at(&fixture.shift, 0.9)->high));
	fixture_free(&fixture);
}

static void json_has_every_quantile(void **state)
{
	struct fixture fixture;
	json_t *json, *quantile;

	(void)state;
	fixture_make(&fixture, 6);
	json = shift_json(&fixture.shift);
	assert_int_equal(json_array_size(json_object_get(json, "quantiles")), fixture.shift.count);
	quantile = json_array_get(json_object_get(json, "quantiles"), 49);
	assert_true(json_real_value(json_object_get(quantile, "q")) == 0.5);
	assert_true(json_number_value(json_object_get(quantile, "low")) > 0);
	json_decref(json);
	fixture_free(&fixture);
}

static char *read_picture(const char *directory)
{
	char *path = memory_format("%s/shift_wake.svg", directory), *text = NULL;
	FILE *file = fopen(path, "r");
	size_t size = 0;

	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	free(path);
	return text;
}

static void the_same_comparison_gives_the_same_picture(void **state)
{
	struct fixture fixture;
	struct error error = {0};
	char *directory, *first, *second;
	struct shift both[2];
	int status;

	(void)state;
	fixture_make(&fixture, 6);
	both[0] = fixture.shift;
	shift_make(&both[1], &fixture.compare, &fixture.compare.rows[0], 1); /* all at the grain: a flat line */
	directory = memory_format("%s/it's figures/deep", fixture.run.results);
	status = shift_draw(both, 2, directory, "shift_wake", &error);
	if (status == STATUS_UNSUPPORTED) {
		free(directory);
		fixture_free(&fixture);
		skip();
	}
	assert_int_equal(status, 0);
	first = read_picture(directory);
	assert_int_equal(shift_draw(both, 2, directory, "shift_wake", &error), 0);
	second = read_picture(directory);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "wake: linux@qemu / aerokernel@qemu"));
	free(first);
	free(second);
	free(directory);
	fixture_free(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_slower_quarter_is_seen_where_it_is),
	    cmocka_unit_test(few_pairs_have_a_curve_and_no_band),
	    cmocka_unit_test(json_has_every_quantile),
	    cmocka_unit_test(the_same_comparison_gives_the_same_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
