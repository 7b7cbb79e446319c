/* SPDX-License-Identifier: MIT */
/* The figures of a directory: see figure_spec.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "figure_spec.h"
#include "memory.h"
#include "subject.h"

static int list_is_figure(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 3 && strcmp(entry->d_name + len - 3, ".gp") == 0;
}

/* The same order in every locale. */
static int list_order(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static bool list_wants(const char *name, char *const *names, size_t name_count)
{
	for (size_t i = 0; i < name_count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return name_count == 0;
}

/* A name that was asked for must be a figure; else the error names the nearest. */
static int list_check_names(struct dirent **entries, int entry_count, char *const *names, size_t name_count,
			    struct error *error)
{
	const char **known = memory_new((size_t)entry_count, sizeof(*known));
	int status = 0;

	for (int i = 0; i < entry_count; i++) {
		entries[i]->d_name[strlen(entries[i]->d_name) - 3] = '\0';
		known[i] = entries[i]->d_name;
	}
	for (size_t i = 0; i < name_count && status == 0; i++) {
		bool found = false;

		for (int k = 0; k < entry_count; k++)
			found |= strcmp(known[k], names[i]) == 0;
		if (!found)
			status =
			    error_set(error, STATUS_USAGE,
				      "no figure is called '%s'; the nearest is '%s' (aerobench plot --list shows all)",
				      names[i], subject_nearest(names[i], known, (size_t)entry_count));
	}
	free(known);
	return status;
}

int figure_list(struct figure **figures, size_t *count, const char *directory, char *const *names, size_t name_count,
		struct error *error)
{
	struct dirent **entries;
	int entry_count = scandir(directory, &entries, list_is_figure, list_order), status;

	*figures = NULL;
	*count = 0;
	if (entry_count < 0)
		return error_set_errno(error, STATUS_USAGE, "cannot read the figures in", directory);
	status = entry_count > 0 ? list_check_names(entries, entry_count, names, name_count, error)
				 : error_set(error, STATUS_USAGE, "%s holds no figure (*.gp)", directory);
	for (int i = 0; i < entry_count; i++) {
		if (status == 0 && list_wants(entries[i]->d_name, names, name_count)) {
			char *path = memory_format("%s/%s.gp", directory, entries[i]->d_name);

			*figures = memory_grow(*figures, *count, sizeof(**figures));
			status = figure_read(&(*figures)[(*count)++], path, error);
			free(path);
		}
		free(entries[i]);
	}
	free(entries);
	return status;
}

void figure_list_free(struct figure *figures, size_t count)
{
	for (size_t i = 0; i < count; i++)
		figure_free(&figures[i]);
	free(figures);
}
