/* SPDX-License-Identifier: MIT */
/* Numbers from elsewhere: see figure_reference.h. */
#include "figure_reference.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "tsv.h"

enum { REFERENCE_COLUMNS = 8 };

/* Grey, with a shape of its own for each series, so that it is never taken for a subject. */
enum { REFERENCE_STYLE = 91 };

const char *reference_grade_label(char grade)
{
	switch (grade) {
	case 'M':
		return "measured";
	case 'V':
		return "published";
	case 'D':
		return "from published data";
	case 'P':
		return "read off a plot";
	case '2':
		return "second-hand";
	case 'R':
		return "recalled";
	default:
		return NULL;
	}
}

static int reference_row(void *context, char *const *column, struct error *error)
{
	struct reference *reference = context;
	struct reference_value value = {0};
	char *end;

	value.value = strtod(column[4], &end);
	if (end == column[4] || *end != '\0' || !(value.value > 0))
		return error_set(error, STATUS_USAGE, "'%s' is not a positive number", column[4]);
	if (column[6][0] == '\0' || column[6][1] != '\0' || reference_grade_label(column[6][0]) == NULL)
		return error_set(error, STATUS_USAGE, "'%s' is not a grade: M, V, D, P, 2 or R", column[6]);
	if (column[7][0] == '\0')
		return error_set(error, STATUS_USAGE, "a value needs its source");
	value.benchmark = memory_text(column[0]);
	value.params = memory_text(column[1]);
	value.machine = memory_text(column[2]);
	value.unit = memory_text(column[3]);
	value.system = memory_text(column[5]);
	value.grade = column[6][0];
	value.source = memory_text(column[7]);
	reference->values = memory_grow(reference->values, reference->count, sizeof(value));
	reference->values[reference->count++] = value;
	return 0;
}

int reference_read(struct reference *reference, const char *path, struct error *error)
{
	*reference = (struct reference){0};
	return tsv_read(path, REFERENCE_COLUMNS, reference_row, reference, error);
}

void reference_free(struct reference *reference)
{
	for (size_t i = 0; i < reference->count; i++) {
		struct reference_value *value = &reference->values[i];

		free(value->benchmark);
		free(value->params);
		free(value->machine);
		free(value->unit);
		free(value->system);
		free(value->source);
	}
	free(reference->values);
	*reference = (struct reference){0};
}

static bool value_is_of(const struct reference_value *value, const struct summary_row *row, const char *machine)
{
	return strcmp(value->benchmark, row->benchmark) == 0 && strcmp(value->params, row->params) == 0 &&
	       strcmp(value->machine, machine) == 0 && strcmp(value->unit, row->unit) == 0;
}

static bool values_same_series(const struct reference_value *a, const struct reference_value *b)
{
	return a->grade == b->grade && strcmp(a->system, b->system) == 0;
}

/* The value of first's series for this row, or NULL. */
static const struct reference_value *series_value(const struct reference *reference,
						  const struct reference_value *first, const struct summary_row *row,
						  const char *machine)
{
	for (size_t v = 0; v < reference->count; v++) {
		const struct reference_value *value = &reference->values[v];

		if (values_same_series(value, first) && value_is_of(value, row, machine))
			return value;
	}
	return NULL;
}

/* Each label of other once, whatever number of subjects shows it; a block that follows another is set apart. */
static bool write_series(FILE *file, const struct reference *reference, const struct reference_value *first,
			 const struct figure_block *other, const char *machine, bool follows)
{
	bool *done = memory_new(other->label_count + 1, sizeof(*done)), any = false;

	for (size_t s = 0; s < other->series_count; s++) {
		for (size_t p = 0; p < other->series[s].point_count; p++) {
			const struct figure_point *point = &other->series[s].points[p];
			const struct reference_value *value = series_value(reference, first, point->row, machine);

			if (value == NULL || done[(size_t)point->x])
				continue;
			if (!any)
				fprintf(file, "%s%s, %s\tlabel\tx\tvalue\n", follows ? "\n\n" : "", first->system,
					reference_grade_label(first->grade));
			fprintf(file, "%s\t%s\t%.7g\t%.7g\n", first->system, point->label, point->x,
				value->value / point->divisor);
			done[(size_t)point->x] = true;
			any = true;
		}
	}
	free(done);
	return any;
}

/* Whether no value before it is of the same series. */
static bool value_opens_series(const struct reference *reference, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (values_same_series(&reference->values[i], &reference->values[index]))
			return false;
	}
	return true;
}

void figure_reference_write(FILE *file, const struct reference *reference, const struct figure_block *other,
			    const char *machine, struct figure_block *block)
{
	*block = (struct figure_block){0};
	for (size_t v = 0; v < reference->count; v++) {
		const struct reference_value *first = &reference->values[v];

		if (!value_opens_series(reference, v) ||
		    !write_series(file, reference, first, other, machine, block->series_count > 0))
			continue;
		block->series = memory_grow(block->series, block->series_count, sizeof(*block->series));
		block->series[block->series_count++] = (struct figure_series){
		    .title = memory_format("%s, %s", first->system, reference_grade_label(first->grade)),
		    .style = REFERENCE_STYLE + (unsigned)(block->series_count % FIGURE_SHAPES),
		};
	}
}
