/* SPDX-License-Identifier: MIT */
/* The picture of shift functions: see shift.h. */
#include "shift.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "figure.h"
#include "figure_script.h"
#include "memory.h"
#include "process.h"
#include "reading.h"

/* A picture takes about a second; a machine that is busy measuring may need much longer. */
static const uint64_t draw_timeout_ns = 300ull * 1000 * 1000 * 1000;

static FILE *create(const char *directory, const char *name, struct error *error)
{
	char *path = memory_format("%s/%s", directory, name);
	FILE *file = fopen(path, "we");

	if (file == NULL)
		error_set_errno(error, STATUS_FAILED, "cannot write", path);
	free(path);
	return file;
}

static int finish(FILE *file, const char *name, struct error *error)
{
	bool good = !ferror(file);

	good = fclose(file) == 0 && good;
	return good ? 0 : error_set_errno(error, STATUS_FAILED, "cannot write", name);
}

static void write_bound(FILE *file, double bound)
{
	if (isnan(bound))
		fputs("\tNaN", file);
	else
		fprintf(file, "\t%.7g", bound);
}

static int write_tsv(const struct shift *shift, const char *directory, const char *name, struct error *error)
{
	FILE *file = create(directory, name, error);

	if (file == NULL)
		return STATUS_FAILED;
	fputs("q\tratio\tlow\thigh\n", file);
	for (size_t j = 0; j < shift->count; j++) {
		fprintf(file, "%.4g", shift->q[j]);
		write_bound(file, shift->curve[j].estimate);
		write_bound(file, shift->curve[j].low);
		write_bound(file, shift->curve[j].high);
		fputc('\n', file);
	}
	return finish(file, name, error);
}

static void write_string(FILE *file, const char *variable, size_t panel, const char *text)
{
	fprintf(file, "%s_%zu = ", variable, panel);
	figure_script_string(file, text);
	fputc('\n', file);
}

static void write_panel(FILE *file, const struct shift *shift, size_t panel, const char *tsv)
{
	char *point = reading_row_name(shift->row->a), *runs = reading_runs(shift->row->a);
	char *title = memory_format("%s: %s / %s", point, shift->compare->subject_b, shift->compare->subject_a);
	char *note = shift->pairs > 0 ? memory_format("%zu pairs, %s", shift->pairs, shift->compare->unit)
				      : memory_format("%s, %s", shift->row->exact ? "exact" : "no pairs: no band",
						      shift->compare->unit);

	write_string(file, "title", panel, title);
	write_string(file, "note", panel, note);
	write_string(file, "file", panel, tsv);
	free(note);
	free(title);
	free(runs);
	free(point);
}

static int write_script(const struct shift *shifts, size_t count, const char *directory, const char *name,
			struct error *error)
{
	char *script = memory_format("%s.gnuplot", name), *sources = figure_sources();
	char *source = memory_format("%s/shift.gnuplot", sources), *whole = realpath(source, NULL);
	FILE *file = create(directory, script, error);
	int status = file == NULL ? (int)STATUS_FAILED : 0;

	if (status == 0) {
		fprintf(file,
			"# Draws the picture again: gnuplot %s, in this directory.\npanels = %zu\nmargin = %.7g\n",
			script, count, 1 + shifts[0].compare->margin);
		for (size_t i = 0; i < count && status == 0; i++) {
			char *tsv = memory_format("%s.%zu.tsv", name, i + 1);

			status = write_tsv(&shifts[i], directory, tsv, error);
			write_panel(file, &shifts[i], i + 1, tsv);
			free(tsv);
		}
		fprintf(file, "picture = '%s.svg'\nload ", name);
		figure_script_string(file, whole != NULL ? whole : source);
		fputc('\n', file);
		if (finish(file, script, error) != 0)
			status = STATUS_FAILED;
	}
	free(whole);
	free(source);
	free(sources);
	free(script);
	return status;
}

static int judge(const struct process *process, const char *picture, struct error *error)
{
	char *text;
	struct stat stat_of;

	if (process->end == PROCESS_EXITED && process->status == 0 && stat(picture, &stat_of) == 0 &&
	    stat_of.st_size > 0)
		return 0;
	text = process_read(process, PROCESS_STDERR, NULL);
	error_set(error, STATUS_FAILED, "gnuplot drew no %s: %s", picture, text != NULL ? text : "");
	free(text);
	return STATUS_FAILED;
}

static int run_gnuplot(const char *directory, const char *name, struct error *error)
{
	char *script = memory_format("%s.gnuplot", name), *picture = memory_format("%s/%s.svg", directory, name);
	char *quoted = NULL, *cd;
	size_t size;
	FILE *text = open_memstream(&quoted, &size);
	struct process process;
	struct process_spec spec = {.timeout_ns = draw_timeout_ns};
	int status;

	figure_script_string(text, directory);
	fclose(text);
	cd = memory_format("cd %s", quoted);
	spec.argv = (char *[]){(char[]){"gnuplot"}, (char[]){"-e"}, cd, script, NULL};
	unlink(picture);
	status = process_start(&process, &spec);
	if (status == 0) {
		process_wait(&process);
		status = judge(&process, picture, error);
		process_close(&process);
	} else {
		status = error_set(error, status == -ENOENT ? STATUS_UNSUPPORTED : STATUS_FAILED,
				   "the picture needs gnuplot 5.4 or later: apt install gnuplot-nox");
	}
	free(cd);
	free(quoted);
	free(picture);
	free(script);
	return status;
}

int shift_draw(const struct shift *shifts, size_t count, const char *directory, const char *name, struct error *error)
{
	int status = figure_make_directory(directory, error);

	if (status == 0)
		status = write_script(shifts, count, directory, name, error);
	return status == 0 ? run_gnuplot(directory, name, error) : status;
}
