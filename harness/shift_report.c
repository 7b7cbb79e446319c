/* SPDX-License-Identifier: MIT */
/* Shift functions of whole comparisons: see shift.h. */
#include "shift.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static struct shift *shifts_of(const struct shift_request *request, size_t *count)
{
	struct shift *shifts = NULL;

	*count = 0;
	for (size_t i = 0; i < request->count; i++) {
		const struct compare *compare = &request->compares[i];

		for (size_t j = 0; j < compare->row_count; j++) {
			shifts = memory_grow(shifts, *count, sizeof(*shifts));
			shift_make(&shifts[(*count)++], compare, &compare->rows[j], request->seed);
		}
	}
	return shifts;
}

json_t *shift_report_json(const struct shift_request *request)
{
	size_t count;
	struct shift *shifts = shifts_of(request, &count);
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, shift_json(&shifts[i]));
	free(shifts);
	return json_pack("{s:s, s:o}", "schema", "aerobench.shift/1", "shifts", array);
}

int shift_report(FILE *file, const struct shift_request *request, bool bold, struct error *error)
{
	char *name = memory_format("shift_%.*s", (int)strcspn(request->benchmark, ":/"), request->benchmark);
	size_t count;
	struct shift *shifts = shifts_of(request, &count);
	int status;

	if (count > SHIFT_PANELS_MAX) {
		status = error_set(error, STATUS_USAGE,
				   "%zu points of %s do not fit on one picture, %d do: choose by --shift "
				   "NAME:PARAM=VALUE, or two subjects by -s",
				   count, request->benchmark, SHIFT_PANELS_MAX);
	} else {
		shift_print(file, shifts, count, bold);
		status = shift_draw(shifts, count, request->directory, name, error);
	}
	if (status == 0)
		fprintf(file, "%s/%s.svg\n", request->directory, name);
	free(shifts);
	free(name);
	return status;
}
