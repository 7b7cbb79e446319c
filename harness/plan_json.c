/* SPDX-License-Identifier: MIT */
/* A plan as JSON and back, strictly: see plan.h. */
#include "plan.h"

#include <string.h>

#include "memory.h"

json_t *plan_json(const struct plan *plan)
{
	json_t *subjects = json_array(), *looks = json_array();

	for (size_t i = 0; i < plan->subject_count; i++) {
		const struct plan_subject *subject = &plan->subjects[i];

		json_array_append_new(
		    subjects,
		    json_pack("{s:s, s:i, s:I, s:i, s:s?, s:f, s:b, s:s?}", "subject", subject->subject.name, "samples",
			      (int)subject->samples, "warmup", (json_int_t)subject->warmup, "boots",
			      (int)subject->boots, "bench", subject->bench, "seconds_per_boot", subject->seconds,
			      "estimate_from_earlier_runs", (int)subject->known, "unsupported", subject->unsupported));
	}
	for (size_t i = 0; i < plan->look_count; i++)
		json_array_append_new(looks, json_integer((json_int_t)plan->looks[i]));
	return json_pack("{s:I, s:I, s:i, s:i, s:f, s:o, s:o}", "seed", (json_int_t)plan->seed, "counted_seed",
			 (json_int_t)plan->counted_seed, "cpus", (int)plan->cpus, "parallel", (int)plan->parallel,
			 "until", plan->until, "looks", looks, "subjects", subjects);
}

/* Records of a time before there were looks have none. */
static int looks_read(struct plan *plan, const json_t *json, struct error *error)
{
	const json_t *looks = json_object_get(json, "looks"), *until = json_object_get(json, "until");
	json_int_t last = 0;

	plan->until = json_is_number(until) ? json_number_value(until) : 0;
	plan->look_count = json_array_size(looks);
	if (plan->look_count > PLAN_LOOKS_MAX || !(plan->until >= 0 && plan->until <= 1))
		return error_set(error, STATUS_USAGE, "the plan's looks are out of range");
	for (size_t i = 0; i < plan->look_count; i++) {
		json_int_t look = json_integer_value(json_array_get(looks, i));

		if (look <= last || look > PLAN_RUNS_MAX)
			return error_set(error, STATUS_USAGE, "the plan's looks are out of range");
		plan->looks[i] = (unsigned)look;
		last = look;
	}
	return 0;
}

static int subject_read(struct plan *plan, json_t *json, struct error *error)
{
	const char *name, *bench = json_string_value(json_object_get(json, "bench"));
	struct plan_subject *added;
	struct subject subject;
	json_int_t samples, warmup, boots;
	double seconds;

	if (json_unpack(json, "{s:s, s:I, s:I, s:I, s:F}", "subject", &name, "samples", &samples, "warmup", &warmup,
			"boots", &boots, "seconds_per_boot", &seconds) != 0 ||
	    samples < 1 || samples > PLAN_SAMPLES_MAX || warmup < -1 || warmup > PLAN_SAMPLES_MAX || boots < 1 ||
	    boots > PLAN_RUNS_MAX)
		return error_set(error, STATUS_USAGE, "the plan holds a subject that is incomplete or out of range");
	if (subject_parse(&subject, name, error) != 0)
		return STATUS_USAGE;
	added = plan_add(plan, &subject, false);
	added->samples = (unsigned)samples;
	added->warmup = warmup;
	added->boots = (unsigned)boots;
	added->bench = bench != NULL ? memory_text(bench) : NULL;
	added->seconds = seconds > 0 ? seconds : added->seconds;
	return 0;
}

int plan_read(struct plan *plan, const json_t *json, struct error *error)
{
	json_t *subjects, *item;
	json_int_t seed, counted_seed, cpus, parallel;
	size_t i;

	memset(plan, 0, sizeof(*plan));
	if (json_unpack((json_t *)json, "{s:I, s:I, s:I, s:I, s:o}", "seed", &seed, "counted_seed", &counted_seed,
			"cpus", &cpus, "parallel", &parallel, "subjects", &subjects) != 0 ||
	    seed < 0 || counted_seed < 0 || cpus < 0 || cpus > SUBJECT_CPUS_MAX || !json_is_array(subjects) ||
	    json_array_size(subjects) == 0)
		return error_set(error, STATUS_USAGE, "the plan is incomplete or out of range");
	plan->seed = (uint64_t)seed;
	plan->counted_seed = (uint64_t)counted_seed;
	plan->cpus = (unsigned)cpus;
	plan->parallel = parallel > 1 ? 2 : 1;
	if (looks_read(plan, json, error) != 0)
		return STATUS_USAGE;
	json_array_foreach(subjects, i, item)
	{
		if (subject_read(plan, item, error) != 0) {
			plan_free(plan);
			return STATUS_USAGE;
		}
	}
	plan_order(plan);
	return 0;
}
