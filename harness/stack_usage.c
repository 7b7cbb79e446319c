/* SPDX-License-Identifier: MIT */
/* The stack that functions take: see stack_usage.h. */
#include "stack_usage.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "parse.h"
#include "tsv.h"

enum { FILE_NAME, FUNCTION, BYTES, KIND, COLUMNS };

/* gcc 12, "Developer Options", -fstack-usage: static, dynamic, or "dynamic,bounded". */
static int frame_add(void *context, char *const *column, struct error *error)
{
	struct stack_usage *usage = context;
	bool unbounded = strcmp(column[KIND], "dynamic") == 0;
	int64_t bytes = 0;

	if (parse_number("bytes", column[BYTES], 0, INT32_MAX, &bytes, error) != 0)
		return STATUS_USAGE;
	if (!unbounded && strcmp(column[KIND], "static") != 0 && strcmp(column[KIND], "dynamic,bounded") != 0)
		return error_set(error, STATUS_USAGE, "'%s' is no kind of frame", column[KIND]);
	if (column[FILE_NAME][0] == '\0' || column[FUNCTION][0] == '\0')
		return error_set(error, STATUS_USAGE, "a frame of nothing");
	usage->frames = memory_grow(usage->frames, usage->count, sizeof(*usage->frames));
	usage->frames[usage->count++] = (struct stack_frame){.file = memory_text(column[FILE_NAME]),
							     .function = memory_text(column[FUNCTION]),
							     .bytes = (size_t)bytes,
							     .unbounded = unbounded};
	return 0;
}

static int larger_first(const void *left, const void *right)
{
	const struct stack_frame *a = left, *b = right;
	int order = strcmp(a->file, b->file);

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return order != 0 ? order : strcmp(a->function, b->function);
}

int stack_usage_read(struct stack_usage *usage, const char *path, struct error *error)
{
	int status;

	*usage = (struct stack_usage){0};
	status = tsv_read(path, COLUMNS, frame_add, usage, error);
	if (status == 0 && usage->count == 0)
		status = error_set(error, STATUS_USAGE, "%s names no function: build the program again", path);
	if (status == 0)
		qsort(usage->frames, usage->count, sizeof(*usage->frames), larger_first);
	return status;
}

void stack_usage_free(struct stack_usage *usage)
{
	for (size_t i = 0; i < usage->count; i++) {
		free(usage->frames[i].file);
		free(usage->frames[i].function);
	}
	free(usage->frames);
	*usage = (struct stack_usage){0};
}

json_t *stack_usage_json(const struct stack_usage *usage)
{
	json_t *unbounded = json_array(), *frames = json_array();

	for (size_t i = 0; i < usage->count; i++) {
		const struct stack_frame *frame = &usage->frames[i];
		char *name = memory_format("%s: %s", frame->file, frame->function);

		if (frame->unbounded)
			json_array_append_new(unbounded, output_text_json(name));
		if (i < STACK_FRAMES_TOLD)
			json_array_append_new(
			    frames, json_pack("{s:o, s:o, s:I}", "file", output_text_json(frame->file), "function",
					      output_text_json(frame->function), "bytes", (json_int_t)frame->bytes));
		free(name);
	}
	return json_pack("{s:I, s:o, s:o}", "functions", (json_int_t)usage->count, "unbounded", unbounded, "frames",
			 frames);
}
