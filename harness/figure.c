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
#include "memory.h"
#include "paths.h"
#include "process.h"

/* A figure takes about a second; a machine that is busy measuring may need much longer. */
static const uint64_t gnuplot_timeout_ns = 300ull * 1000 * 1000 * 1000;

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

/* --- gnuplot ------------------------------------------------------------------------------------------------------------ */

/* gnuplot prints warnings, the command that failed, a caret below it, and last the reason. */
static void gnuplot_reason(const struct process *process, char *reason, size_t size)
{
	char *text = process_read(process, PROCESS_STDERR, NULL), *rest = text, *line;

	snprintf(reason, size, "gnuplot ended without a word");
	while (rest != NULL && (line = strsep(&rest, "\n")) != NULL) {
		if (strstr(line, "arning") == NULL && line[strspn(line, " \t^")] != '\0')
			snprintf(reason, size, "%s", line);
	}
	free(text);
}

static int gnuplot_judge(const struct figure *figure, const struct process *process, struct error *error)
{
	char reason[256];

	if (process->end == PROCESS_TIMED_OUT)
		return error_set(error, STATUS_FAILED, "%s: gnuplot did not end within 300 s", figure->path);
	if (process->end == PROCESS_EXITED && process->status == 0)
		return 0;
	gnuplot_reason(process, reason, sizeof(reason));
	return error_set(error, STATUS_USAGE, "gnuplot refuses %s: %s", figure->path, reason);
}

/* Runs the figure's script inside directory. */
static int gnuplot_run(const struct figure *figure, const char *directory, struct error *error)
{
	char *cd, *script = memory_format("%s.gnuplot", figure->name);
	char *quoted = NULL;
	size_t size;
	FILE *text = open_memstream(&quoted, &size);
	struct process process;
	struct process_spec spec = {.timeout_ns = gnuplot_timeout_ns};
	int failed;

	figure_script_string(text, directory);
	fclose(text);
	cd = memory_format("cd %s", quoted);
	spec.argv = (char *[]){(char[]){"gnuplot"}, (char[]){"-e"}, cd, script, NULL};
	failed = process_start(&process, &spec);
	free(quoted);
	if (failed == 0) {
		process_wait(&process);
		failed = gnuplot_judge(figure, &process, error);
		process_close(&process);
	} else if (failed == -ENOENT) {
		failed = error_set(error, STATUS_UNSUPPORTED,
				   "figures need gnuplot 5.4 or later, which is not here: apt install gnuplot-nox");
	} else {
		failed = error_set(error, STATUS_FAILED, "cannot start gnuplot: %s", strerror(-failed));
	}
	free(cd);
	free(script);
	return failed;
}

/* A gnuplot that succeeds but leaves no picture lacks the terminal. */
static int figure_check_pictures(const struct figure *figure, const char *directory, struct error *error)
{
	static const char *const kinds[] = {"svg", "png"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char *path = memory_format("%s/%s.%s", directory, figure->name, kinds[i]);
		struct stat stat_of;
		bool there = stat(path, &stat_of) == 0 && stat_of.st_size > 0;

		free(path);
		if (!there)
			return error_set(error, STATUS_FAILED,
					 "%s: gnuplot drew no %s (out of disk space, or a gnuplot without that "
					 "terminal: apt install gnuplot-nox)",
					 figure->path, kinds[i]);
	}
	return 0;
}

/* --- A figure --------------------------------------------------------------------------------------------------------- */

/* Makes everything in a directory of its own, then moves it into place. */
static int figure_make(const struct figure *figure, const struct summary *summary, const struct reference *reference,
		       const char *directory, struct error *error)
{
	char *scratch = memory_format("%s/.%s.XXXXXX", directory, figure->name);
	int status;

	if (mkdtemp(scratch) == NULL) {
		status = error_set_errno(error, STATUS_FAILED, "cannot make a directory in", directory);
		free(scratch);
		return status;
	}
	status = figure_script_write(figure, summary, reference, scratch, error);
	if (status == 0)
		status = gnuplot_run(figure, scratch, error);
	if (status == 0)
		status = figure_check_pictures(figure, scratch, error);
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
