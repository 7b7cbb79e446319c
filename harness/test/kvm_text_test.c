/* SPDX-License-Identifier: MIT */
/* Steal and exits of made-up boots on KVM, as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kvm_text.h"
#include "sample_run.h"

static const uint32_t samples[] = {50, 51, 52};

/* Boots with these records of their machines; NULL ends them. */
static void boots(struct sample_run *run, struct summary *summary, const char *const *machines)
{
	struct error error = {0};
	unsigned count = 0;

	while (machines[count] != NULL)
		count++;
	sample_run_open(run, "aerokernel@kvm", count);
	for (unsigned boot = 0; boot < count; boot++) {
		struct sample_stream stream;

		sample_open(&stream, "aerokernel");
		sample_run(&stream, "clock_read", "", samples, 3, 30);
		sample_run_boot(run, "aerokernel@kvm", boot, &stream);
	}
	assert_int_equal(summary_load(summary, &run->store, NULL, &error), 0);
	for (unsigned boot = 0; boot < count; boot++) {
		json_decref(run->store.boots[boot].machine);
		run->store.boots[boot].machine = json_loads(machines[boot], 0, NULL);
		assert_non_null(run->store.boots[boot].machine);
	}
}

/* What is printed of them is this. */
static void prints(const char *const *machines, const char *expected)
{
	struct sample_run run;
	struct summary summary;
	char *text = NULL;
	size_t text_bytes;
	FILE *file = open_memstream(&text, &text_bytes);

	boots(&run, &summary, machines);
	kvm_print(file, &summary);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
	summary_free(&summary);
	sample_run_close(&run);
}

static void numbers_of_several_boots_are_a_range(void **state)
{
	static const char *const machines[] = {
	    "{\"steal_s\": 0.035, \"exits\": {\"exits\": 8191, \"halt_exits\": 2, \"io_exits\": 5472}, \"kvm\": {}}",
	    "{\"steal_s\": 0.835, \"exits\": {\"exits\": 9000, \"halt_exits\": 2, \"io_exits\": 5400}, \"kvm\": {}}",
	    NULL};

	(void)state;
	prints(machines,
	       "\naerokernel@kvm, 2 boots: 35 to 835 ms of steal, 8,191 to 9,000 exits, of them 2 for HLT and "
	       "5,400 to 5,472 for I/O.\n");
}

static void what_is_unknown_or_was_left_out_has_its_reason_once(void **state)
{
	static const char machine[] =
	    "{\"steal_s\": 0, \"exits\": null, \"missing\": {\"exits\": \"only root may\"}, "
	    "\"kvm\": {\"left_out\": {\"invariant TSC\": \"it is not\", \"pages of 2 MiB\": \"it is not\"}}}";
	static const char *const machines[] = {machine, machine, NULL};

	(void)state;
	prints(machines, "\naerokernel@kvm, 2 boots: 0 ms of steal, – exits, of them – for HLT and – for I/O.\n"
			 "Unknown on KVM: exits: only root may.\n"
			 "Not on this KVM: invariant TSC: it is not.\n"
			 "Not on this KVM: pages of 2 MiB: it is not.\n");
}

static void nothing_is_told_of_other_machines(void **state)
{
	static const char *const machines[] = {"{\"steal_s\": 1, \"missing\": {\"exits\": \"only KVM has them\"}}",
					       NULL};

	(void)state;
	prints(machines, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_of_several_boots_are_a_range),
	    cmocka_unit_test(what_is_unknown_or_was_left_out_has_its_reason_once),
	    cmocka_unit_test(nothing_is_told_of_other_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
