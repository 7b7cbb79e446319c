/* SPDX-License-Identifier: MIT */
/* The fuzz target for files to import: see fuzz.h. */
#include "fuzz.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../import.h"
#include "../import_file.h"
#include "../import_show.h"
#include "../memory.h"

/* What every row promises: order where there are numbers, and nothing of nothing. */
static void check_row(const struct import_row *row)
{
	uint64_t sum = row->overflow;

	for (size_t i = 0; i < row->bin_count; i++) {
		FUZZ_CHECK(row->bins[i].count > 0);
		FUZZ_CHECK(i == 0 || row->bins[i - 1].value_ns < row->bins[i].value_ns);
		sum += row->bins[i].count;
	}
	FUZZ_CHECK(row->kind != IMPORT_HISTOGRAM || row->n == sum);
	FUZZ_CHECK(!(row->p50 > row->p90) && !(row->p90 > row->p99) && !(row->p99 > row->p999));
	FUZZ_CHECK(!(row->iqr < 0) && !(row->stddev < 0));
}

static void show(struct import *import)
{
	char name[] = "name", *text = NULL;
	struct import_file file = {.name = name, .source = name, .imported = name, .import = *import};
	size_t len;
	FILE *out = open_memstream(&text, &len);

	import_show(out, &file, false);
	fclose(out);
	free(text);
	json_decref(import_json(&file));
}

int fuzz_import(const uint8_t *bytes, size_t len_bytes)
{
	static const char *const formats[] = {NULL, "google-benchmark", "cyclictest", "cyclictest-json", "rtla"};
	char *text = memory_new(len_bytes + 1, 1);

	if (len_bytes > 0)
		memcpy(text, bytes, len_bytes);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct import import;
		struct error error = {0};
		int status = import_parse(&import, text, formats[i], 0, &error);

		FUZZ_CHECK((status == 0) == (error.status == STATUS_OK) && (status == 0) == (error.text[0] == '\0'));
		for (size_t j = 0; j < import.row_count && status == 0; j++)
			check_row(&import.rows[j]);
		if (status == 0)
			show(&import);
		import_free(&import);
	}
	free(text);
	return 0;
}
