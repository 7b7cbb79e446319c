/* SPDX-License-Identifier: MIT */
/* Drawing a figure: see figure.h. */
#include "figure.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "figure_match.h"
#include "figure_script.h"
#include "gnuplot.h"
#include "memory.h"
#include "paths.h"

char *figure_sources(void)
{
	return paths_in_root("plots");
}

/* --- Directories ------------------------------------------------------------------------------------------------------ */

int figure_make_directory(const char *directory, struct error *error)
{
	char *path = memory_text(directory);
	int failed = 0;

	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		mkdir(path, 0777);
		*at = '/';
	}
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		failed = error_set_errno(error, STATUS_FAILED, "cannot make", directory);
	free(path);
	return failed;
}

/* NAME.svg, NAME.png, NAME.gnuplot, NAME.DATA.MACHINE.tsv */
static bool figure_is_product(const char *file, const char *name)
{
	static const char *const endings[] = {".svg", ".png", ".gnuplot", ".tsv"};
	size_t len = strlen(name);
	const char *ending = strrchr(file, '.');

	if (strncmp(file, name, len) != 0 || file[len] != '.')
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (strcmp(ending, endings[i]) == 0)
			return true;
	}
	return false;
}

/* Moves the products of name from one directory to another, or removes them if target is NULL. 0 or -errno. */
static int figure_move_products(const char *directory, const char *name, const char *target)
{
	DIR *open_directory = opendir(directory);
	int failed = 0;

	if (open_directory == NULL)
		return target == NULL ? 0 : -errno;
	for (const struct dirent *entry; (entry = readdir(open_directory)) != NULL;) {
		char *from, *to;

		if (!figure_is_product(entry->d_name, name))
			continue;
		from = memory_format("%s/%s", directory, entry->d_name);
		to = target != NULL ? memory_format("%s/%s", target, entry->d_name) : NULL;
		if ((to != NULL ? rename(from, to) : unlink(from)) != 0 && failed == 0)
			failed = -errno;
		free(from);
		free(to);
	}
	closedir(open_directory);
	return failed;
}

void figure_remove(const char *directory, const char *name)
{
	figure_move_products(directory, name, NULL);
}

/* --- A figure --------------------------------------------------------------------------------------------------------- */

/* Makes everything in a directory of its own, then moves it into place. */
static int figure_make(const struct figure *figure, const struct summary *summary, const struct reference *reference,
		       const char *directory, struct error *error)
{
	static const char *const kinds[] = {"svg", "png", NULL};
	char *scratch = memory_format("%s/.%s.XXXXXX", directory, figure->name);
	struct gnuplot_job job = {.directory = scratch, .name = figure->name, .source = figure->path, .kinds = kinds};
	int status;

	if (mkdtemp(scratch) == NULL) {
		status = error_set_errno(error, STATUS_FAILED, "cannot make a directory in", directory);
		free(scratch);
		return status;
	}
	status = figure_script_write(figure, summary, reference, scratch, error);
	if (status == 0)
		status = gnuplot_draw(&job, error);
	if (status == 0 && figure_move_products(scratch, figure->name, directory) != 0)
		status = error_set(error, STATUS_FAILED, "cannot write the figure to %s", directory);
	figure_remove(scratch, figure->name);
	rmdir(scratch);
	free(scratch);
	return status;
}

static int figure_read_reference(const struct figure *figure, struct reference *reference, struct error *error)
{
	int folder = (int)(strrchr(figure->path, '/') - figure->path), status;
	char *path = memory_format("%.*s/reference_values.tsv", folder, figure->path);

	status = reference_read(reference, path, error);
	free(path);
	return status;
}

/* Why the run does not hold the figure, or NULL. */
static char *figure_reason(const struct figure *figure, const struct summary *summary)
{
	const struct figure_item *missing = figure_missing(figure, summary);
	const char **machines;
	size_t count;

	if (missing != NULL)
		return memory_format("run %s has no samples of %s: aerobench run -b %s", summary->store->id,
				     missing->text, missing->benchmark);
	machines = figure_machines(figure, summary, &count);
	free(machines);
	for (size_t i = 0; i < figure->data_count && count == 0; i++) {
		if (figure->data[i].required && figure->data[i].kind == FIGURE_CPUS)
			return memory_format("run %s has no subject on several numbers of CPUs: aerobench run -s "
					     "aerokernel@sim:cpus=1 -s aerokernel@sim:cpus=2 …",
					     summary->store->id);
	}
	return count > 0 ? NULL : memory_format("run %s has no machine that measured both systems", summary->store->id);
}

int figure_draw(const struct figure *figure, const struct summary *summary, const char *directory, char **skipped,
		struct error *error)
{
	struct reference reference;
	int status = figure_make_directory(directory, error);

	*skipped = NULL;
	if (status != 0)
		return status;
	figure_remove(directory, figure->name);
	*skipped = figure_reason(figure, summary);
	if (*skipped != NULL)
		return 0;
	status = figure_read_reference(figure, &reference, error);
	if (status == 0)
		status = figure_make(figure, summary, &reference, directory, error);
	reference_free(&reference);
	return status;
}
