/* SPDX-License-Identifier: MIT */
/*
 * The system that is no system. Allocation and output are checked: none while a benchmark measures, none left behind.
 */
#include "fake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned fake_cpus = 2;
uint64_t fake_clock;
bool fake_threads_hang;
size_t fake_malloc_most = SIZE_MAX;
size_t fake_allocated;
int64_t fake_interrupts, fake_smis, fake_smis_step;
bool fake_in_benchmark;
char fake_text[1 << 20];

static size_t text_bytes;

/* --- os.h ----------------------------------------------------------------------------------------------------------- */

uint64_t os_clock_hz(void)
{
	return 1000000000;
}

void *os_malloc(size_t bytes)
{
	if (fake_in_benchmark)
		abort();
	if (bytes > fake_malloc_most)
		return NULL;
	fake_allocated++;
	return memset(malloc(bytes), 0xa5, bytes);
}

void os_free(void *pointer)
{
	if (fake_in_benchmark)
		abort();
	fake_allocated -= pointer != NULL;
	free(pointer);
}

void os_sleep_ns(uint64_t ns)
{
	fake_clock += ns;
}

int os_thread_move(unsigned cpu)
{
	return cpu < fake_cpus ? 0 : -22;
}

int os_thread_attr_init(struct os_thread_attr *attr, unsigned cpu)
{
	attr->cpu = cpu;
	return cpu < fake_cpus ? 0 : -22;
}

void os_thread_attr_destroy(struct os_thread_attr *attr)
{
	attr->cpu = 0;
}

int os_thread_create(struct os_thread *thread, const struct os_thread_attr *attr, void *(*fn)(void *), void *arg)
{
	(void)attr;
	if (!fake_threads_hang)
		thread->result = fn(arg);
	return 0;
}

int os_thread_join(struct os_thread *thread, void **result)
{
	if (result != NULL)
		*result = thread->result;
	return 0;
}

/* --- The port --------------------------------------------------------------------------------------------------------- */

static void port_write(void *context, const char *bytes, size_t len_bytes)
{
	if (fake_in_benchmark || context != &text_bytes || text_bytes + len_bytes >= sizeof(fake_text))
		abort();
	memcpy(fake_text + text_bytes, bytes, len_bytes);
	text_bytes += len_bytes;
	fake_text[text_bytes] = '\0';
}

static void port_env(struct wire *wire)
{
	wire_pair(wire, "os", "none");
}

static int64_t port_interrupts(void)
{
	return fake_interrupts < 0 ? -1 : (fake_interrupts += 5);
}

const char *fake_verdict;

static const char *port_verdict(void)
{
	return fake_verdict;
}

static int64_t port_smis(void)
{
	return fake_smis < 0 ? -1 : (fake_smis += fake_smis_step);
}

static bool port_word(const char *key, const char *value)
{
	return strcmp(key, "idle") == 0 && (strcmp(value, "halt") == 0 || strcmp(value, "poll") == 0);
}

bool fake_counts;
static unsigned turn_running; /* 0: none, else 1 + its number */

static void counting_prepare(struct counting *counting)
{
	unsigned placed = 0;

	for (unsigned i = 0; i < counting->count; i++) {
		if (strcmp(counting->events[i].name, "odd") == 0)
			counting_refuse(&counting->events[i], "an odd event");
		else
			counting->events[i].turn = placed++ / 2;
	}
	counting->turns = (placed + 1) / 2;
}

static void counting_start(struct counting *counting, unsigned turn)
{
	if (turn_running != 0 || turn >= counting->turns)
		abort();
	turn_running = 1 + turn;
}

/* An event's count is its code, where 0 stands for unknown. */
static void counting_stop(struct counting *counting, unsigned turn)
{
	if (turn_running != 1 + turn)
		abort();
	turn_running = 0;
	for (unsigned i = 0; i < counting->count; i++)
		counting->events[i].count = counting->events[i].code == 0 ? -1 : (int64_t)counting->events[i].code;
}

int fake_watched;

static void watch_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void watch_say(const char *format, ...)
{
	char line[256];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	port_write(&text_bytes, line, strlen(line));
}

static bool watch_begin(size_t points, size_t rows, const char *unit)
{
	watch_say("# %zu points %zu rows in %s\n", points, rows, unit);
	return fake_watched == 1;
}

static void watch_point(const struct runner_point *point)
{
	watch_say("# %zu of %zu%s: %s [%s]\n", point->index, point->count, point->counting ? " again" : "", point->name,
		  point->params);
}

static void watch_row(const struct runner_row *row)
{
	watch_say("# [%s] %zu %s / %u, %u to %u\n", row->series, row->count, row->unit, row->per, row->samples[0],
		  row->samples[row->count - 1]);
	memset(row->samples, 0, row->count * sizeof(row->samples[0]));
}

static void watch_none(const char *reason, bool failed)
{
	watch_say("# %s: %s\n", failed ? "failed" : "skipped", reason);
}

static void watch_end(unsigned failures)
{
	watch_say("# end %u\n", failures);
}

int fake_run(const char *first, ...)
{
	static const struct counting_port counts = {counting_prepare, counting_start, counting_stop};
	static const struct runner_watch watch = {watch_begin, watch_point, watch_row, watch_none, watch_end};
	const struct runner_port port = {.write = port_write,
					 .context = &text_bytes,
					 .env = port_env,
					 .boot_stamp = 4700,
					 .interrupts = port_interrupts,
					 .smis = port_smis,
					 .verdict = port_verdict,
					 .counting = fake_counts ? &counts : NULL,
					 .watch = fake_watched > 0 ? &watch : NULL,
					 .word = port_word};
	char *words[16];
	int count = 0;
	va_list list;

	va_start(list, first);
	for (const char *word = first; word != NULL; word = va_arg(list, const char *))
		words[count++] = (char *)(uintptr_t)word;
	va_end(list);
	text_bytes = 0;
	fake_text[0] = '\0';
	return runner_main(&port, count, words);
}

static const char *line_after(const char *at, const char *begin)
{
	while (at != NULL && *at != '\0') {
		if (strncmp(at, begin, strlen(begin)) == 0)
			return at;
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
	return NULL;
}

const char *fake_line(const char *begin)
{
	static char line[2048];
	const char *at = line_after(fake_text, begin);
	size_t len_bytes = at == NULL ? 0 : strcspn(at, "\n");

	if (at == NULL || len_bytes >= sizeof(line))
		return NULL;
	memcpy(line, at, len_bytes);
	line[len_bytes] = '\0';
	return line;
}

unsigned fake_lines(const char *begin)
{
	unsigned count = 0;

	for (const char *at = line_after(fake_text, begin); at != NULL; at = line_after(at + 1, begin))
		count++;
	return count;
}
