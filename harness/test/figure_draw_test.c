/* SPDX-License-Identifier: MIT */
/*
 * Every figure of plots/ drawn from a made-up run: the same bytes each time, whole or not at all. And what `plot` says
 * when it cannot. Skipped without gnuplot, but for the test that gnuplot is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "error.h"
#include "figure.h"
#include "memory.h"
#include "sample_opened.h"

static struct sample_opened run;
static struct sample_opened grown; /* a run over numbers of CPUs */
static char *part_run;             /* a run that has yield_pair only */

static int run_open(void **state)
{
	struct sample_campaign part = {.rounds = 1, .n = 50, .benchmark = "yield_pair"};
	char *part_results;

	(void)state;
	if (sample_opened_make(&run, (struct sample_campaign){.rounds = 2, .n = 150}) != 0 ||
	    sample_opened_make(&grown, (struct sample_campaign){.rounds = 2, .n = 150, .growth = true}) != 0)
		return 1;
	part.results = part_results = memory_format("%s/part", run.directory);
	part_run = sample_campaign_make(&part);
	free(part_results);
	return 0;
}

static int run_close(void **state)
{
	(void)state;
	free(part_run);
	sample_opened_close(&grown);
	sample_opened_close(&run);
	return 0;
}

static void need_gnuplot(void)
{
	if (system("gnuplot --version >/dev/null 2>&1") != 0)
		skip();
}

static char *file_text(const char *folder, const char *name, const char *suffix)
{
	char *path = memory_format("%s/%s%s", folder, name, suffix), *text = NULL;
	FILE *file = fopen(path, "r");
	size_t size = 0;

	free(path);
	if (file == NULL)
		return NULL;
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

static size_t file_count(const char *folder)
{
	DIR *open_folder = opendir(folder);
	size_t count = 0;

	for (const struct dirent *entry; open_folder != NULL && (entry = readdir(open_folder)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (open_folder != NULL)
		closedir(open_folder);
	return count;
}

/* --- Drawing ---------------------------------------------------------------------------------------------------------- */

static void every_figure_is_drawn_the_same_twice(void **state)
{
	char *sources = figure_sources(), *once = memory_format("%s/a/b", run.directory);
	char *twice = memory_format("%s/second's", run.directory);
	struct figure *figures;
	struct error error = {0};
	size_t count;

	(void)state;
	need_gnuplot();
	assert_int_equal(figure_list(&figures, &count, sources, NULL, 0, &error), 0);
	assert_true(count >= 7);
	for (size_t i = 0; i < count; i++) {
		const struct summary *source = &run.summary;
		char *skipped, *first, *second;

		assert_int_equal(figure_draw(&figures[i], source, once, &skipped, &error), 0);
		if (skipped != NULL) { /* then it is over numbers of CPUs */
			assert_non_null(strstr(skipped, "several numbers of CPUs"));
			free(skipped);
			source = &grown.summary;
			assert_int_equal(figure_draw(&figures[i], source, once, &skipped, &error), 0);
		}
		assert_null(skipped);
		assert_int_equal(figure_draw(&figures[i], source, twice, &skipped, &error), 0);
		first = file_text(once, figures[i].name, ".svg");
		second = file_text(twice, figures[i].name, ".svg");
		assert_non_null(first);
		assert_string_equal(first, second);
		assert_non_null(strstr(first, "150 samples"));
		assert_non_null(strstr(first, "2 runs"));
		assert_non_null(strstr(first, "commit 0123456789ab"));
		assert_non_null(strstr(first, "unfit for time: plain TCG"));
		/* Hostile text arrives as text. */
		assert_null(strstr(first, "<script"));
		assert_non_null(strstr(first, "&lt;script>alert('1')&lt;/script>"));
		assert_non_null(strstr(first, "`three` $four %s \\five"));
		free(first);
		free(second);
		first = file_text(once, figures[i].name, ".png");
		assert_memory_equal(first, "\x89PNG", 4);
		free(first);
	}
	figure_list_free(figures, count);
	free(sources);
	free(once);
	free(twice);
}

static struct figure figure_of(const char *name, const char *text)
{
	char *path = memory_format("%s/%s.gp", run.directory, name);
	char *values = memory_format("%s/reference_values.tsv", run.directory);
	FILE *file = fopen(path, "w");
	struct figure figure;
	struct error error = {0};

	fputs(text, file);
	fclose(file);
	file = fopen(values, "w");
	fclose(file);
	assert_int_equal(figure_read(&figure, path, &error), 0);
	free(values);
	free(path);
	return figure;
}

static void broken_drawing_leaves_nothing(void **state)
{
	struct figure figure = figure_of("f9_broken", "# title: t\n# data: a rows yield_pair\nplot nonsense(x\n");
	char *out = memory_format("%s/broken", run.directory), *skipped, *svg = memory_format("%s/f9_broken.svg", out);
	struct error error = {0};
	FILE *file;

	(void)state;
	need_gnuplot();
	mkdir(out, 0777);
	file = fopen(svg, "w");
	fclose(file);
	assert_int_equal(figure_draw(&figure, &run.summary, out, &skipped, &error), STATUS_USAGE);
	assert_null(skipped);
	assert_non_null(strstr(error.text, "f9_broken.gp"));
	assert_null(strchr(error.text, '\n'));
	assert_int_equal(file_count(out), 0);
	figure_free(&figure);
	free(svg);
	free(out);
}

static void missing_data_skip_with_the_command_that_measures_them(void **state)
{
	struct figure figure = figure_of("f9_missing", "# title: t\n# data: a rows no_such_benchmark\nplot x\n");
	char *out = memory_format("%s/missing", run.directory), *skipped,
	     *stale = memory_format("%s/f9_missing.png", out);
	struct error error = {0};
	FILE *file;

	(void)state;
	mkdir(out, 0777);
	file = fopen(stale, "w");
	fclose(file);
	assert_int_equal(figure_draw(&figure, &run.summary, out, &skipped, &error), 0);
	assert_non_null(skipped);
	assert_non_null(strstr(skipped, "aerobench run -b no_such_benchmark"));
	assert_int_equal(file_count(out), 0);
	free(skipped);
	figure_free(&figure);
	free(stale);
	free(out);
}

/* --- The command -------------------------------------------------------------------------------------------------------- */

/* Runs aerobench plot; the exit status, with the first bytes of its output and errors in text. */
static int plot(const char *before, const char *arguments, char *text, size_t size)
{
	const char *bin = getenv("AEROBENCH_BIN");
	char *command;
	FILE *pipe;
	size_t got;
	int status;

	if (bin == NULL)
		skip();
	command = memory_format("%s %s/aerobench plot --results %s %s 2>&1", before, bin, run.directory, arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	got = fread(text, 1, size - 1, pipe);
	text[got] = '\0';
	status = pclose(pipe);
	free(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void exit_status_tells_what_happened(void **state)
{
	static char text[1 << 16];
	char *arguments = memory_format("--run %s -o %s/cli", part_run, run.directory);

	(void)state;
	need_gnuplot();
	/* A run with one benchmark: no figure can be drawn, each says why on a line of its own. */
	assert_int_equal(plot("", arguments, text, sizeof(text)), STATUS_UNSUPPORTED);
	assert_non_null(strstr(text, "f1_create_sequence: skipped: run "));
	free(arguments);
	arguments = memory_format("f1_create_sequence -o %s/cli", run.directory);
	assert_int_equal(plot("", arguments, text, sizeof(text)), STATUS_OK);
	assert_non_null(strstr(text, "/cli/f1_create_sequence.svg"));
	free(arguments);
	assert_int_equal(plot("", "--check", text, sizeof(text)), STATUS_OK);
	assert_non_null(strstr(text, " 0 broken"));
	assert_int_equal(plot("", "--check --json", text, sizeof(text)), STATUS_OK);
	assert_int_equal(plot("", "--list", text, sizeof(text)), STATUS_OK);
	assert_non_null(strstr(text, "f5_variance"));
	assert_int_equal(plot("", "--help", text, sizeof(text)), STATUS_OK);
	assert_int_equal(plot("", "--nonsense", text, sizeof(text)), STATUS_USAGE);
	assert_int_equal(plot("", "--json", text, sizeof(text)), STATUS_USAGE);
	assert_int_equal(plot("", "--run", text, sizeof(text)), STATUS_USAGE);
	assert_int_equal(plot("", "--run nosuchrun", text, sizeof(text)), STATUS_USAGE);
	assert_int_equal(plot("", "nosuchfigure", text, sizeof(text)), STATUS_USAGE);
	assert_int_equal(plot("", "f6_switch -o /proc/nowhere", text, sizeof(text)), STATUS_FAILED);
}

static void without_gnuplot_it_names_the_package(void **state)
{
	char text[4096], *arguments = memory_format("f6_switch -o %s/none", run.directory);
	char *out = memory_format("%s/none", run.directory);

	(void)state;
	assert_int_equal(plot("PATH=/nonexistent", arguments, text, sizeof(text)), STATUS_UNSUPPORTED);
	assert_non_null(strstr(text, "apt install gnuplot-nox"));
	assert_int_equal(file_count(out), 0);
	free(arguments);
	free(out);
}

static void broken_claim_is_exit_status_1(void **state)
{
	static char text[1 << 16];
	char *root = memory_format("%s/root", run.directory), *before, *sources = figure_sources();
	char *command = memory_format("mkdir -p %s/plots && cp \"%s\"/f6_switch.gp %s/plots/ && "
				      "echo 'on sim: p50 aerokernel yield_pair > p50 linux yield_pair' > "
				      "%s/plots/f6_switch.expect",
				      root, sources, root, root);

	(void)state;
	assert_int_equal(system(command), 0);
	before = memory_format("AEROBENCH_ROOT=%s", root);
	assert_int_equal(plot(before, "--check", text, sizeof(text)), STATUS_FAILED);
	assert_non_null(strstr(text, "broken f6_switch.expect:1 on sim"));
	free(before);
	free(sources);
	free(command);
	free(root);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_figure_is_drawn_the_same_twice),
	    cmocka_unit_test(broken_drawing_leaves_nothing),
	    cmocka_unit_test(missing_data_skip_with_the_command_that_measures_them),
	    cmocka_unit_test(exit_status_tells_what_happened),
	    cmocka_unit_test(without_gnuplot_it_names_the_package),
	    cmocka_unit_test(broken_claim_is_exit_status_1),
	};

	return cmocka_run_group_tests(tests, run_open, run_close);
}
