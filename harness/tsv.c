/* SPDX-License-Identifier: MIT */
/* Files of columns: see tsv.h. */
#include "tsv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tsv_split(char *line, size_t columns, char **column, struct error *error)
{
	size_t count = 0;

	for (char *cell; (cell = strsep(&line, "\t")) != NULL; count++) {
		if (count < columns)
			column[count] = cell;
	}
	if (count != columns)
		return error_set(error, STATUS_USAGE, "%zu columns instead of %zu", count, columns);
	return 0;
}

int tsv_read(const char *path, size_t columns, int (*row)(void *context, char *const *column, struct error *error),
	     void *context, struct error *error)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *column[TSV_COLUMNS_MAX];
	size_t size = 0;
	unsigned number = 0;
	int status = 0;

	if (file == NULL)
		return error_set_errno(error, STATUS_USAGE, "cannot read", path);
	while (status == 0 && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		status = tsv_split(line, columns, column, error);
		if (status == 0)
			status = row(context, column, error);
		if (status != 0)
			error_prefix(error, "%s:%u", path, number);
	}
	free(line);
	fclose(file);
	return status;
}
