/* SPDX-License-Identifier: MIT */
/* The report's page: well-formed, self-contained, the same twice, and no text of a run becomes markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "compare.h"
#include "memory.h"
#include "output.h"
#include "reading.h"
#include "report.h"
#include "report_html.h"
#include "report_primitives.h"
#include "report_svg.h"
#include "sample_campaign.h"
#include "scratch.h"

static const char *directory;
static struct store store;
static struct summary summary;
static char *page;

static char *page_make(void)
{
	struct report report;
	struct error error = {0};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(report_prepare(&report, &summary, &error), 0);
	assert_int_equal(report_write(file, &report, &error), 0);
	fclose(file);
	report_free(&report);
	return text;
}

static int run_open(void **state)
{
	static const struct summary_select everything;
	struct sample_campaign campaign = {.results = scratch_make(), .rounds = 6, .n = 60};
	struct error error = {0};

	(void)state;
	directory = campaign.results;
	free(sample_campaign_make(&campaign));
	if (store_open(&store, directory, "latest", &error) != 0)
		return 1;
	if (summary_load(&summary, &store, &everything, &error) != 0)
		return 1;
	page = page_make();
	return page == NULL;
}

static int run_close(void **state)
{
	(void)state;
	free(page);
	summary_free(&summary);
	store_close(&store);
	return 0;
}

/* --- Markup ----------------------------------------------------------------------------------------------------------- */

static bool is_void(const char *name, size_t len)
{
	static const char *const names[] = {"meta", "link", "wbr", "br", "img", "input"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0)
			return true;
	}
	return false;
}

/* The '>' that ends the tag at text: quotes are skipped. */
static const char *tag_end(const char *text)
{
	char quote = '\0';

	for (; *text != '\0' && (quote != '\0' || *text != '>'); text++) {
		if (quote == '\0' && (*text == '"' || *text == '\''))
			quote = *text;
		else if (*text == quote)
			quote = '\0';
	}
	return text;
}

/* Every element that is opened is closed in order; script and style hold no markup. */
static void every_element_is_closed(void **state)
{
	const char *names[64];
	size_t lens[64], depth = 0;

	(void)state;
	for (const char *at = page; (at = strchr(at, '<')) != NULL;) {
		bool closes = at[1] == '/';
		const char *name = at + 1 + closes, *end = tag_end(at);
		size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789FBCIGA");

		at = end;
		if (name[0] == '!' || is_void(name, len) || end[-1] == '/')
			continue;
		assert_true(len > 0);
		if (closes) {
			assert_true(depth > 0);
			depth--;
			assert_int_equal(lens[depth], len);
			assert_memory_equal(names[depth], name, len);
			continue;
		}
		assert_true(depth < 64);
		names[depth] = name;
		lens[depth++] = len;
		if (strncmp(name, "script", len) == 0)
			at = strstr(at, "</script>");
		else if (strncmp(name, "style", len) == 0)
			at = strstr(at, "</style>");
	}
	assert_int_equal(depth, 0);
}

static int text_order(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static void ids_are_unique_and_links_arrive(void **state)
{
	char **ids = NULL;
	size_t count = 0;

	(void)state;
	for (const char *at = page; (at = strstr(at, " id=")) != NULL; at += 5) {
		ids = memory_grow(ids, count, sizeof(*ids));
		ids[count++] = memory_format("%.*s", (int)strcspn(at + 5, "\"'"), at + 5);
	}
	assert_true(count > 20);
	qsort(ids, count, sizeof(*ids), text_order);
	for (size_t i = 1; i < count; i++)
		assert_string_not_equal(ids[i - 1], ids[i]);
	for (const char *at = page; (at = strstr(at, "href=")) != NULL; at += 6) {
		char *target = memory_format("%.*s", (int)strcspn(at + 6, "\"'"), at + 6), *name = target + 1;

		if (target[0] == '#')
			assert_non_null(bsearch(&name, ids, count, sizeof(*ids), text_order));
		else
			assert_string_equal(target, "data:,");
		free(target);
	}
	for (size_t i = 0; i < count; i++)
		free(ids[i]);
	free(ids);
}

static void page_needs_nothing_else(void **state)
{
	(void)state;
	assert_ptr_equal(strstr(page, "<!DOCTYPE html>\n<html lang=\"en\">"), page);
	assert_non_null(strstr(page, "<title>Aerobench"));
	assert_non_null(strstr(page, "name=\"viewport\""));
	assert_non_null(strstr(page, "prefers-color-scheme: dark"));
	assert_null(strstr(page, " src="));
	assert_null(strstr(page, "@import"));
	assert_null(strstr(page, "url(http"));
	assert_null(strstr(page, "fetch("));
	assert_non_null(strstr(page, "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "));
	for (const char *at = page; (at = strstr(at, "http")) != NULL; at++)
		assert_true(strncmp(at, "http://www.w3.org/", 18) == 0 || strncmp(at, "http-equiv", 10) == 0);
}

static void no_text_becomes_markup(void **state)
{
	size_t scripts = 0;

	(void)state;
	for (const char *at = page; (at = strstr(at, "<script")) != NULL; at++)
		scripts++;
	assert_int_equal(scripts, 1);
	assert_null(strstr(page, "alert('1')</script>"));
	assert_non_null(strstr(page,
			       "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;two&quot; `three` $four "
			       "%s \\five"));
}

static void broken_text_becomes_replacement(void **state)
{
	static const char *const cases[][2] = {
	    {"plain µ – ok", "plain µ – ok"},
	    {"a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"},
	    {"\x01\x7f", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                                 /* overlong */
	    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* surrogate */
	    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},                                 /* U+10FFFF */
	    {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* above */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		html_text(file, cases[i][0]);
		fclose(file);
		assert_string_equal(text, cases[i][1]);
		free(text);
	}
}

static void picture_gets_ids_of_its_own(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	report_svg(file,
		   "<?xml?><!DOCTYPE x><svg width=\"1\"><title>tip</title><g id=\"a\"/><g id='b'/>"
		   "<use xlink:href='#b'/><g clip=\"url(#a)\"><text>id=1 &lt;</text></g></svg>",
		   "f1", "it's <f1>");
	fclose(file);
	assert_string_equal(
	    text, "<svg role=\"img\" aria-label=\"it&#39;s &lt;f1&gt;\" width=\"1\"><g id=\"f1-a\"/><g id='f1-b'/>"
		  "<use xlink:href='#f1-b'/><g clip=\"url(#f1-a)\"><text>id=1 &lt;</text></g></svg>");
	free(text);
	file = open_memstream(&text, &size);
	report_svg(file, "<svg a=\"1\">\n <g fill=\"none\">\n</g>\n\t<g><path d='M1,2  L3,4'/></g>\n\n</svg>\n", "f",
		   "l");
	fclose(file);
	assert_string_equal(text,
			    "<svg role=\"img\" aria-label=\"l\" a=\"1\">\n\n<g><path d='M1,2 L3,4'/></g>\n</svg>\n");
	free(text);
}

/* --- Contents ----------------------------------------------------------------------------------------------------------- */

static void numbers_are_those_of_compare(void **state)
{
	struct compare compare;
	struct error error = {0};
	char expected[256], a[64], b[64];
	const char *table = strstr(page, "linux@qemu against aerokernel@qemu");

	(void)state;
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, "aerokernel@qemu"},
				      (struct compare_side){&summary, "linux@qemu"}, 0.03, &error),
			 0);
	assert_non_null(table);
	assert_true(compare.row_count > 30);
	for (size_t i = 0; i < compare.row_count; i++) {
		const struct compare_estimate *estimate = &compare.rows[i].estimates[STATS_LOCATION];

		snprintf(expected, sizeof(expected),
			 "<td class=\"n\" data-v=\"%.7g\">%s</td><td class=\"n\" data-v=\"%.7g\">%s</td>"
			 "<td class=\"n ratio%s\" data-v=\"%.7g\">",
			 estimate->b, output_number(b, sizeof(b), estimate->b), estimate->a,
			 output_number(a, sizeof(a), estimate->a), estimate->low > 1 ? " above" : "", estimate->ratio);
		assert_non_null(strstr(table, expected));
	}
	compare_free(&compare);
}

/* Every row stands once, with the ratios of every Linux of the machine beside each other. */
static void stock_and_tuned_linux_stand_side_by_side(void **state)
{
	const char *section = strstr(page, "<section id=\"systems\">"),
		   *end = strstr(page, "<section id=\"comparison\">");
	const char *table = strstr(section, "<h3>aerokernel@qemu and linux@qemu, linux@qemu:tuned</h3>");
	struct compare compare;
	struct error error = {0};

	(void)state;
	assert_true(section != NULL && table != NULL && table < end);
	assert_non_null(strstr(table, ">linux@qemu median</th>"));
	assert_non_null(strstr(table, ">linux@qemu:tuned median</th>"));
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, "aerokernel@qemu"},
				      (struct compare_side){&summary, "linux@qemu:tuned"}, 0.03, &error),
			 0);
	assert_true(compare.row_count > 30);
	for (size_t i = 0; i < compare.row_count; i++) {
		static const enum stats_statistic shown[] = {STATS_LOCATION, STATS_SPREAD};
		char *name = NULL, *row;
		size_t size;
		FILE *file = open_memstream(&name, &size);
		const char *at, *row_end;

		fputs("<th scope=\"row\"><a href=\"#", file);
		row = reading_row_name(compare.rows[i].a);
		html_anchor(file, row);
		fputs("\">", file);
		fclose(file);
		at = strstr(table, name);
		assert_true(at != NULL && at < end);
		row_end = strstr(at, "</tr>");
		for (size_t j = 0; j < sizeof(shown) / sizeof(shown[0]); j++) {
			const struct compare_estimate *estimate = &compare.rows[i].estimates[shown[j]];
			char *cell = memory_format(" data-v=\"%.7g\">", estimate->ratio);
			const char *found = strstr(at, cell);

			if (isfinite(estimate->ratio) && !estimate->floored)
				assert_true(found != NULL && found < row_end);
			free(cell);
		}
		free(row);
		free(name);
	}
	compare_free(&compare);
}

/* A benchmark that gets another name must not silently leave the first screen. */
static void every_primitive_is_on_the_first_screen(void **state)
{
	const char *overview = strstr(page, "<section id=\"overview\">"),
		   *end = strstr(page, "<section id=\"verdict\">");

	(void)state;
	assert_true(overview != NULL && overview < end);
	for (size_t i = 0; i < report_primitive_count; i++) {
		char *anchor = NULL, *link;
		size_t size;
		FILE *file = open_memstream(&anchor, &size);
		const char *at;

		html_anchor(file, report_primitive_row(i));
		fclose(file);
		link = memory_format("<a href=\"#%s\">", anchor);
		at = strstr(overview, link);
		assert_true(at != NULL && at < end);
		free(link);
		free(anchor);
	}
	assert_non_null(strstr(overview, "<span class=\"word good\">Aerokernel less"));
	assert_non_null(strstr(overview, "unfit for time"));
	assert_non_null(strstr(overview, "Shape, not latency: plain TCG: a tick is host time"));
}

/* Three lines for each row: in the distribution, in time order and in the correlogram; the medians of its boots beside them. */
static void every_row_has_its_pictures(void **state)
{
	const char *section = strstr(page, "<section id=\"benchmarks\">"), *end = strstr(page, "<section id=\"cold\">");
	size_t areas = 0, lines = 0, cells = 0;

	(void)state;
	assert_true(section != NULL && section < end);
	for (const char *at = section; (at = strstr(at, "<path class=\"")) != NULL && at < end; at++) {
		areas += at[13] == 'b';
		lines += at[13] == 'c';
	}
	for (const char *at = section; (at = strstr(at, "<td class=\"boots\">")) != NULL && at < end; at++)
		cells++;
	assert_int_equal(areas, summary.row_count);
	assert_int_equal(lines, 3 * summary.row_count);
	assert_int_equal(cells, 4 * summary.row_count); /* medians, detours, correlations, effective n */
	for (size_t i = 0; i < summary.row_count; i++) {
		char first[64], *cell, *name = reading_row_name(&summary.rows[i]), *point;
		const char *at;

		output_number(first, sizeof(first), summary.rows[i].runs[0].p50);
		cell = memory_format("<td class=\"boots\">%s", first);
		point = memory_format(" data-name=\"%s\">", name);
		at = strstr(section, point);
		assert_non_null(at);
		assert_non_null(strstr(at, cell));
		free(point);
		free(cell);
		free(name);
	}
}

static void page_says_what_is_missing_and_where_things_are(void **state)
{
	(void)state;
	assert_true(strstr(page, "id=\"verdict\"") < strstr(page, "id=\"comparison\""));
	assert_non_null(strstr(page, "plain TCG: a tick is host time"));
	assert_non_null(strstr(page, "unsupported for time"));
	assert_non_null(strstr(page, "<th scope=\"row\">aerokernel@kvm</th>"));
	assert_non_null(strstr(page, ".log.zst"));
	assert_non_null(strstr(page, store.path));
	assert_non_null(strstr(page, "aerobench plot --run"));
	assert_non_null(strstr(page, "a path length, not a time"));
}

static void same_run_gives_the_same_page(void **state)
{
	char *again = page_make();

	(void)state;
	assert_string_equal(again, page);
	free(again);
}

/* A build that is half as dear again at one benchmark: its rows are called regressed, by their location. */
static void slow_build_is_called_regressed(void **state)
{
	static const struct summary_select everything;
	char *results = memory_format("%s/builds", directory);
	struct sample_campaign campaign = {
	    .results = results, .rounds = 8, .n = 2000, .builds = true, .benchmark = "thread_create"};
	char *path = sample_campaign_make(&campaign), *usual = page;
	struct store own_store, usual_store = store;
	struct summary own_summary, usual_summary = summary;
	struct error error = {0};
	const char *section, *row;

	(void)state;
	assert_int_equal(store_open(&own_store, results, path, &error), 0);
	assert_int_equal(summary_load(&own_summary, &own_store, &everything, &error), 0);
	summary = own_summary;
	page = page_make();
	section = strstr(page, "<h3>linux@qemu:build=slow against linux@qemu</h3>");
	assert_non_null(section);
	row = strstr(section, "<a href=\"#row-thread_create-place-same\">");
	assert_non_null(row);
	row = strstr(row, "<td>");
	assert_ptr_equal(
	    strstr(row, "<td><span class=\"word bad\">regressed</span>\n<span class=\"sure\">location</span>"), row);
	/* thread_create on the same and on another CPU, and not the row beside them that nothing was done to */
	assert_non_null(strstr(section, ", 2 regressed, "));
	row = strstr(strstr(section, "<a href=\"#row-clock_read\">"), "<td>");
	assert_true(strstr(row, "regressed") == NULL || strstr(row, "regressed") > strstr(row, "</td>"));
	assert_null(strstr(usual, "word bad\">regressed"));
	free(page);
	page = usual;
	store = usual_store;
	summary = usual_summary;
	summary_free(&own_summary);
	store_close(&own_store);
	free(path);
	free(results);
}

/* --- The command -------------------------------------------------------------------------------------------------------- */

static int report_command(const char *before, const char *arguments)
{
	const char *bin = getenv("AEROBENCH_BIN");
	char *command;
	int status;

	if (bin == NULL)
		skip();
	command = memory_format("%s %s/aerobench report --results %s %s >%s/out 2>&1", before, bin, directory,
				arguments, directory);
	status = system(command);
	free(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void page_without_gnuplot_says_so(void **state)
{
	char *path = memory_format("%s/deep/er/page.html", directory), *arguments = memory_format("-o %s", path);
	char *text = NULL;
	size_t size = 0;
	FILE *file;

	(void)state;
	assert_int_equal(report_command("PATH=/nonexistent", arguments), 0);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	assert_null(strstr(text, "gnuplot_canvas"));
	assert_non_null(strstr(text, "Not drawn: figures need gnuplot"));
	assert_non_null(strstr(text, "linux@qemu against aerokernel@qemu"));
	free(text);
	free(arguments);
	free(path);
}

static void wrong_use_writes_no_page(void **state)
{
	char *path = memory_format("%s/no.html", directory), *arguments = memory_format("--run nosuchrun -o %s", path);

	(void)state;
	assert_int_equal(report_command("", arguments), 2);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(report_command("", "--nonsense"), 2);
	assert_int_equal(report_command("", "word"), 2);
	assert_int_equal(report_command("PATH=/nonexistent", "-o /proc/nowhere/page.html"), 1);
	assert_int_equal(report_command("", "--help"), 0);
	free(arguments);
	free(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_element_is_closed),
	    cmocka_unit_test(ids_are_unique_and_links_arrive),
	    cmocka_unit_test(page_needs_nothing_else),
	    cmocka_unit_test(no_text_becomes_markup),
	    cmocka_unit_test(broken_text_becomes_replacement),
	    cmocka_unit_test(picture_gets_ids_of_its_own),
	    cmocka_unit_test(numbers_are_those_of_compare),
	    cmocka_unit_test(stock_and_tuned_linux_stand_side_by_side),
	    cmocka_unit_test(every_primitive_is_on_the_first_screen),
	    cmocka_unit_test(every_row_has_its_pictures),
	    cmocka_unit_test(page_says_what_is_missing_and_where_things_are),
	    cmocka_unit_test(same_run_gives_the_same_page),
	    cmocka_unit_test(slow_build_is_called_regressed),
	    cmocka_unit_test(page_without_gnuplot_says_so),
	    cmocka_unit_test(wrong_use_writes_no_page),
	};

	return cmocka_run_group_tests(tests, run_open, run_close);
}
