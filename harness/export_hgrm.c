/* SPDX-License-Identifier: MIT */
/* One row as HdrHistogram's .hgrm: all samples of all its boots, less the control. What it is stands in comments, which readers skip. */
#include "export_row.h"

#include <math.h>
#include <stdlib.h>

#include "export_histogram.h"
#include "stats.h"

int export_hgrm(FILE *file, const struct summary *summary, struct error *error)
{
	const struct summary_row *row = summary->rows;
	struct histogram histogram;
	struct stats_moments moments;
	char *name, *count;

	if (summary->row_count == 0)
		return export_nothing("a histogram", error);
	if (summary->row_count > 1) {
		return error_set(error, STATUS_USAGE,
				 "%zu rows, and a histogram holds one: choose it by -b and -s, or a directory by -o",
				 summary->row_count);
	}
	moments = stats_moments_u32(row->sorted, row->n);
	histogram_open(&histogram);
	for (size_t i = 0; i < row->n; i++)
		histogram_add(&histogram, row->sorted[i]);
	histogram_print(&histogram, (struct histogram_unit){row->scale, row->subtracted},
			(struct histogram_moments){summary_value(row, moments.mean),
						   isnan(moments.sd) ? 0 : moments.sd * row->scale},
			file);
	histogram_free(&histogram);
	name = export_row_name(row);
	count = export_row_count(row);
	fprintf(file, "#[%s, run %s, %s]\n#[Unit    = %s per operation]\n", name, summary->store->id, count,
		export_row_unit(row));
	free(count);
	free(name);
	return 0;
}
