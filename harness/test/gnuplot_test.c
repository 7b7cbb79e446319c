/* SPDX-License-Identifier: MIT */
/* gnuplot.h: strings stay strings, pictures appear or the reason is said. Drawing is skipped without gnuplot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../gnuplot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../memory.h"
#include "scratch.h"

static char *directory;
static const char *const kinds[] = {"svg", NULL};
static struct gnuplot_job job = {.name = "one", .source = "plots/one.gp", .kinds = kinds};

static int make_directory(void **state)
{
	(void)state;
	job.directory = directory = memory_format("%s/it's", scratch_make());
	return mkdir(directory, 0777);
}

static void remove_file(const char *name)
{
	char *path = memory_format("%s/%s", directory, name);

	unlink(path);
	free(path);
}

static int remove_directory(void **state)
{
	int left;

	(void)state;
	remove_file("one.gnuplot");
	remove_file("one.svg");
	left = rmdir(directory); /* nothing else is there */
	free(directory);
	return left;
}

static void write_script(const char *text)
{
	struct error error = {0};
	FILE *file = gnuplot_open(directory, "one.gnuplot", &error);

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(gnuplot_close(file, "one.gnuplot", &error), 0);
}

/* Draws what the script says; skips the test where gnuplot is missing. */
static int draw(const char *script, struct error *error)
{
	int status;

	write_script(script);
	status = gnuplot_draw(&job, error);
	if (status == STATUS_UNSUPPORTED)
		skip();
	return status;
}

static void strings_cannot_leave_their_quotes(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	gnuplot_string(file, "it's `a`\nb\001\"$");
	fclose(file);
	assert_string_equal(text, "'it''s `a`'.\"\\n\".'b?\"$'");
	free(text);
}

static void variables_have_a_number_or_none(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	gnuplot_variable(file, "title", 0, "a");
	gnuplot_variable(file, "title", 2, "b");
	fclose(file);
	assert_string_equal(text, "title = 'a'\ntitle_2 = 'b'\n");
	free(text);
}

static void file_in_no_directory_is_an_error(void **state)
{
	struct error error = {0};

	(void)state;
	assert_null(gnuplot_open("/nowhere/at/all", "one.gnuplot", &error));
	assert_int_equal(error.status, STATUS_FAILED);
	assert_non_null(strstr(error.text, "/nowhere/at/all/one.gnuplot"));
}

static void picture_appears_in_a_directory_with_a_quote(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(draw("set terminal svg\nset output 'one.svg'\nplot x\nunset output\n", &error), 0);
}

static void refused_script_is_named_with_the_reason(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(draw("plot nonsense(x)\n", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "gnuplot refuses plots/one.gp: "));
	assert_non_null(strstr(error.text, "nonsense"));
}

static void earlier_picture_does_not_pass_for_a_new_one(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(draw("set terminal svg\nset output 'one.svg'\nplot x\nunset output\n", &error), 0);
	assert_int_equal(draw("a = 1\n", &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "gnuplot drew no svg"));
}

static void without_gnuplot_the_package_is_named(void **state)
{
	char *path = memory_text(getenv("PATH") != NULL ? getenv("PATH") : "");
	struct error error = {0};

	(void)state;
	write_script("plot x\n");
	setenv("PATH", "/nowhere", 1);
	assert_int_equal(gnuplot_draw(&job, &error), STATUS_UNSUPPORTED);
	setenv("PATH", path, 1);
	assert_non_null(strstr(error.text, "apt install gnuplot-nox"));
	free(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(strings_cannot_leave_their_quotes),
	    cmocka_unit_test(variables_have_a_number_or_none),
	    cmocka_unit_test(file_in_no_directory_is_an_error),
	    cmocka_unit_test(picture_appears_in_a_directory_with_a_quote),
	    cmocka_unit_test(refused_script_is_named_with_the_reason),
	    cmocka_unit_test(earlier_picture_does_not_pass_for_a_new_one),
	    cmocka_unit_test(without_gnuplot_the_package_is_named),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
