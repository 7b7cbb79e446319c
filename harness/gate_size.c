/* SPDX-License-Identifier: MIT */
/* Sizes for the gate: see gate_size.h. */
#include "gate_size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static const char image[] = "aerokernel.elf";

/* NULL: another system, another build, or a record without it. */
static const json_t *sizes_of(const struct summary *summary, const char *subject)
{
	const json_t *versions = json_object_get(summary->store->run, "versions");

	if (strncmp(subject, "aerokernel@", strlen("aerokernel@")) != 0 || strstr(subject, "build=") != NULL)
		return NULL;
	return json_object_get(json_object_get(versions, "sizes"), image);
}

static void take(struct gate_subject *subject, const char *name, const char *params, const json_t *size)
{
	double bytes = (double)json_integer_value(size);
	char *benchmark = memory_format("%s%s", gate_program, name);
	struct gate_point point = {.benchmark = benchmark,
				   .params = (char *)params,
				   .per = 1,
				   .n = 1,
				   .value = {[GATE_P50] = bytes, [GATE_MEAN] = NAN, [GATE_MAX] = bytes}};

	if (json_is_integer(size) && gate_point_find(subject, benchmark, params) == NULL)
		gate_point_add(subject, &point);
	free(benchmark);
}

void gate_size_take(struct gate_subject *subject, const struct summary *summary)
{
	const json_t *sizes = sizes_of(summary, subject->name);
	const json_t *frames = json_object_get(json_object_get(sizes, "stack"), "frames");

	take(subject, "text", "", json_object_get(sizes, "text_bytes"));
	take(subject, "image", "", json_object_get(sizes, "image_bytes"));
	take(subject, "stack", "", json_object_get(json_array_get(frames, 0), "bytes"));
	for (size_t i = 0; i < json_array_size(frames); i++) {
		const json_t *frame = json_array_get(frames, i);
		const char *file = json_string_value(json_object_get(frame, "file"));
		const char *function = json_string_value(json_object_get(frame, "function"));
		char *params;

		if (file == NULL || function == NULL)
			continue;
		params = memory_format("file=%s function=%s", file, function);
		take(subject, "frame", params, json_object_get(frame, "bytes"));
		free(params);
	}
}

static bool is_size(const struct gate_point *point, const char *name)
{
	return gate_is_size(point) && strcmp(point->benchmark + strlen(gate_program), name) == 0;
}

bool gate_size_is_largest_frame(const struct gate_point *point)
{
	return is_size(point, "stack");
}

bool gate_size_is_frame(const struct gate_point *point)
{
	return is_size(point, "frame");
}

bool gate_size_check(struct gate *gate, const char *subject)
{
	const json_t *sizes = sizes_of(gate->summary, subject), *stack = json_object_get(sizes, "stack");
	const json_t *unbounded = json_object_get(stack, "unbounded"), *largest;

	if (sizes == NULL)
		return true;
	if (stack == NULL) {
		gate_check_add(gate, subject, "stack", GATE_UNTESTED,
			       memory_format("the run does not say how much stack the functions take: %s.stack was "
					     "not beside the image",
					     image));
		return true;
	}
	if (json_array_size(unbounded) > 0) {
		const char *name = json_string_value(json_array_get(unbounded, 0));

		gate_check_add(gate, subject, "stack", GATE_BROKEN,
			       memory_format("%zu functions take stack without a bound (alloca, or an array of "
					     "variable length), first %s",
					     json_array_size(unbounded), name != NULL ? name : "?"));
		return false;
	}
	largest = json_array_get(json_object_get(stack, "frames"), 0);
	gate_check_add(gate, subject, "stack", GATE_HOLDS,
		       memory_format("%lld functions, each with a bound; the largest frame is %lld bytes",
				     (long long)json_integer_value(json_object_get(stack, "functions")),
				     (long long)json_integer_value(json_object_get(largest, "bytes"))));
	return true;
}
