/* SPDX-License-Identifier: MIT */
/* Files for gnuplot, and running it: see gnuplot.h. */
#include "gnuplot.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "process.h"

/* A picture takes about a second; a machine that is busy measuring may need much longer. */
static const uint64_t gnuplot_timeout_ns = 300ull * 1000 * 1000 * 1000;

/* --- Files ------------------------------------------------------------------------------------------------------------ */

FILE *gnuplot_open(const char *directory, const char *name, struct error *error)
{
	char *path = memory_format("%s/%s", directory, name);
	FILE *file = fopen(path, "we");

	if (file == NULL)
		error_set_errno(error, STATUS_FAILED, "cannot write", path);
	free(path);
	return file;
}

int gnuplot_close(FILE *file, const char *name, struct error *error)
{
	bool good = !ferror(file);

	good = fclose(file) == 0 && good;
	return good ? 0 : error_set_errno(error, STATUS_FAILED, "cannot write", name);
}

void gnuplot_string(FILE *file, const char *text)
{
	putc('\'', file);
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			fputs("'.\"\\n\".'", file);
		else if (*text == '\'')
			fputs("''", file);
		else
			putc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, file);
	}
	putc('\'', file);
}

void gnuplot_variable(FILE *file, const char *name, size_t number, const char *text)
{
	fputs(name, file);
	if (number > 0)
		fprintf(file, "_%zu", number);
	fputs(" = ", file);
	gnuplot_string(file, text);
	putc('\n', file);
}

void gnuplot_load(FILE *file, const char *source)
{
	char *whole = realpath(source, NULL);

	fputs("load ", file);
	gnuplot_string(file, whole != NULL ? whole : source);
	putc('\n', file);
	free(whole);
}

/* --- Running ---------------------------------------------------------------------------------------------------------- */

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

static int gnuplot_judge(const struct gnuplot_job *job, const struct process *process, struct error *error)
{
	char reason[256];

	if (process->end == PROCESS_TIMED_OUT)
		return error_set(error, STATUS_FAILED, "%s: gnuplot did not end within 300 s", job->source);
	if (process->end == PROCESS_EXITED && process->status == 0)
		return 0;
	gnuplot_reason(process, reason, sizeof(reason));
	return error_set(error, STATUS_USAGE, "gnuplot refuses %s: %s", job->source, reason);
}

/* A gnuplot that succeeds but leaves no picture lacks the terminal. */
static int gnuplot_check(const struct gnuplot_job *job, struct error *error)
{
	for (const char *const *kind = job->kinds; *kind != NULL; kind++) {
		char *path = memory_format("%s/%s.%s", job->directory, job->name, *kind);
		struct stat stat_of;
		bool there = stat(path, &stat_of) == 0 && stat_of.st_size > 0;

		free(path);
		if (!there)
			return error_set(error, STATUS_FAILED,
					 "%s: gnuplot drew no %s (out of disk space, or a gnuplot without that "
					 "terminal: apt install gnuplot-nox)",
					 job->source, *kind);
	}
	return 0;
}

/* What an earlier call left must not pass for this one's. */
static void gnuplot_remove(const struct gnuplot_job *job)
{
	for (const char *const *kind = job->kinds; *kind != NULL; kind++) {
		char *path = memory_format("%s/%s.%s", job->directory, job->name, *kind);

		unlink(path);
		free(path);
	}
}

/* The command that changes to the directory; allocated. */
static char *gnuplot_cd(const char *directory)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs("cd ", file);
	gnuplot_string(file, directory);
	fclose(file);
	return text;
}

int gnuplot_draw(const struct gnuplot_job *job, struct error *error)
{
	char *cd = gnuplot_cd(job->directory), *script = memory_format("%s.gnuplot", job->name);
	char *const argv[] = {(char[]){"gnuplot"}, (char[]){"-e"}, cd, script, NULL};
	const struct process_spec spec = {.argv = argv, .timeout_ns = gnuplot_timeout_ns};
	struct process process;
	int failed;

	gnuplot_remove(job);
	failed = process_start(&process, &spec);
	if (failed == 0) {
		process_wait(&process);
		failed = gnuplot_judge(job, &process, error);
		process_close(&process);
		if (failed == 0)
			failed = gnuplot_check(job, error);
	} else if (failed == -ENOENT) {
		failed = error_set(error, STATUS_UNSUPPORTED,
				   "figures need gnuplot 5.4 or later, which is not here: apt install gnuplot-nox");
	} else {
		failed = error_set(error, STATUS_FAILED, "cannot start gnuplot: %s", strerror(-failed));
	}
	free(script);
	free(cd);
	return failed;
}

/* --- Pictures of panels ----------------------------------------------------------------------------------------------- */

static int panels_write(FILE *script, const struct gnuplot_job *job, const struct gnuplot_panels *panels,
			struct error *error)
{
	int status = 0;

	for (size_t i = 1; i <= panels->count && status == 0; i++) {
		char *tsv = memory_format("%s.%zu.tsv", job->name, i);
		struct gnuplot_panel panel = {.script = script, .number = i, .directory = job->directory, .tsv = tsv};

		status = panels->write(&panel, panels->context, error);
		free(tsv);
	}
	return status;
}

int gnuplot_draw_panels(const struct gnuplot_job *job, const struct gnuplot_panels *panels, struct error *error)
{
	char *name = memory_format("%s.gnuplot", job->name);
	FILE *script = gnuplot_open(job->directory, name, error);
	int status = script == NULL ? (int)STATUS_FAILED : 0;

	if (status == 0) {
		fprintf(script, "# Draws the picture again: gnuplot %s, in this directory.\npanels = %zu\n", name,
			panels->count);
		status = panels_write(script, job, panels, error);
		fprintf(script, "picture = '%s.svg'\n", job->name);
		gnuplot_load(script, job->source);
		if (gnuplot_close(script, name, error) != 0)
			status = STATUS_FAILED;
	}
	free(name);
	return status == 0 ? gnuplot_draw(job, error) : status;
}
