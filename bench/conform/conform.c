/* SPDX-License-Identifier: MIT */
/*
 * Runs the conformance tests in the order of their names and reports in KTAP version 1, one test at a time, so that the
 * name of a test that hangs is the last line. A test whose thread never ends stops the run: what it shares with that
 * thread cannot be trusted any more.
 */
#include "conform.h"

enum { NOTES_MAX = 4, POLL_NS = 200 * 1000, SETTLE_NS = 30 * 1000 * 1000 };
/* Detects hangs, measures nothing: two vCPUs on a busy host may need seconds for what takes microseconds elsewhere. */
#define HANG_NS (UINT64_C(120) * 1000 * 1000 * 1000)

struct note {
	const char *text;
	const char *file;
	int line;
	uint64_t actual, expected;
	bool has_values;
};

/* A running test. Checks of all its threads write to it. */
struct conform {
	const struct conform_test *test;
	uint32_t failures;   /* atomic */
	uint32_t hung;       /* atomic */
	const char *skipped; /* the reason, or NULL; atomic */
	struct note notes[NOTES_MAX];
};

struct output {
	void (*write)(void *context, const char *bytes, size_t len_bytes);
	void *context;
};

/* The section's bounds, from the linker. Weak: a program without any test has no such section. */
extern const struct conform_test *const __start_aero_conform[] __attribute__((weak));
extern const struct conform_test *const __stop_aero_conform[] __attribute__((weak));

/* --- Checks ------------------------------------------------------------------------------------------------------- */

static void note(struct conform *t, const struct note *failed)
{
	uint32_t at = conform_add(&t->failures, 1);

	if (at < NOTES_MAX)
		t->notes[at] = *failed;
}

void conform_check(struct conform *t, bool holds, const char *text, const char *file, int line)
{
	if (!holds)
		note(t, &(struct note){.text = text, .file = file, .line = line});
}

void conform_equal(struct conform *t, const uint64_t values[2], const char *text, const char *file, int line)
{
	if (values[0] != values[1])
		note(t, &(struct note){.text = text,
				       .file = file,
				       .line = line,
				       .actual = values[0],
				       .expected = values[1],
				       .has_values = true});
}

void conform_skip(struct conform *t, const char *reason)
{
	__atomic_store_n(&t->skipped, reason, __ATOMIC_RELAXED);
}

/* --- Threads ------------------------------------------------------------------------------------------------------ */

static struct conform_party gang[CONFORM_GANG_MAX];
static unsigned gang_count;
static uint32_t gang_met; /* atomic */

static void *party_main(void *arg)
{
	struct conform_party *party = arg;

	party->body(party);
	conform_set(&party->finished, 1);
	return NULL;
}

void conform_start(struct conform *t, struct conform_party *party, unsigned cpu,
		   void (*body)(struct conform_party *party), void *shared)
{
	struct os_thread_attr attr;
	int error = os_thread_attr_init(&attr, cpu);

	party->t = t;
	party->cpu = cpu;
	party->shared = shared;
	party->body = body;
	party->finished = 0;
	CHECK_EQUAL(t, error, 0);
	if (error == 0) {
		error = os_thread_create(&party->thread, &attr, party_main, party);
		CHECK_EQUAL(t, error, 0);
		os_thread_attr_destroy(&attr);
	}
	party->started = error == 0;
}

bool conform_finish(struct conform_party *party)
{
	if (!party->started)
		return false;
	if (!conform_reaches(party->t, &party->finished, 1))
		return false;
	party->started = false;
	CHECK_EQUAL(party->t, os_thread_join(&party->thread, NULL), 0);
	return true;
}

void conform_call(struct conform *t, unsigned cpu, void (*body)(struct conform_party *party), void *shared)
{
	static struct conform_party party;

	conform_start(t, &party, cpu, body, shared);
	conform_finish(&party);
}

void conform_gang_start(struct conform *t, unsigned count, void (*body)(struct conform_party *party), void *shared)
{
	gang_count = count <= CONFORM_GANG_MAX ? count : CONFORM_GANG_MAX;
	gang_met = 0;
	CHECK_EQUAL(t, gang_count, count);
	for (unsigned i = 0; i < gang_count; i++) {
		gang[i].index = i;
		conform_start(t, &gang[i], i % os_cpu_count(), body, shared);
	}
}

void conform_gang_finish(struct conform *t)
{
	for (unsigned i = 0; i < gang_count && conform_read(&t->hung) == 0; i++)
		conform_finish(&gang[i]);
}

void conform_gang_meet(void)
{
	conform_add(&gang_met, 1);
	while (conform_read(&gang_met) < gang_count)
		os_thread_yield();
}

/* --- Waiting ------------------------------------------------------------------------------------------------------ */

bool conform_reaches(struct conform *t, const uint32_t *counter, uint32_t number)
{
	uint64_t waited_ns = 0;

	while (conform_read(counter) < number && conform_read(&t->hung) == 0 && waited_ns < HANG_NS) {
		os_sleep_ns(POLL_NS);
		waited_ns += POLL_NS;
	}
	if (conform_read(counter) >= number)
		return true;
	if (__atomic_exchange_n(&t->hung, 1, __ATOMIC_ACQ_REL) == 0)
		note(t, &(struct note){.text = "a thread ended or made progress before the hang bound", .file = ""});
	return false;
}

void conform_settle(void)
{
	os_sleep_ns(SETTLE_NS);
}

/* --- Report ------------------------------------------------------------------------------------------------------- */

static void say(const struct output *out, const char *string)
{
	struct word word = word_of(string);

	out->write(out->context, word.at, word.len_bytes);
}

static void say_number(const struct output *out, uint64_t number)
{
	char digits[WORD_NUMBER_MAX];

	out->write(out->context, digits, word_decimal(digits, number));
}

/* What a check compared may have been an int. */
static void say_signed(const struct output *out, uint64_t number)
{
	bool negative = number > INT64_MAX;

	say(out, negative ? "-" : "");
	say_number(out, negative ? 0 - number : number);
}

static void report_notes(const struct output *out, const struct conform *t)
{
	for (uint32_t i = 0; i < conform_read(&t->failures) && i < NOTES_MAX; i++) {
		const struct note *failed = &t->notes[i];

		say(out, "# ");
		say(out, failed->file);
		say(out, ":");
		say_number(out, (uint64_t)failed->line);
		say(out, ": not true: ");
		say(out, failed->text);
		if (failed->has_values) {
			say(out, ": ");
			say_signed(out, failed->actual);
			say(out, ", not ");
			say_signed(out, failed->expected);
		}
		say(out, "\n");
	}
}

static void report(const struct output *out, const struct conform *t, unsigned number)
{
	report_notes(out, t);
	say(out, t->failures > 0 ? "not ok " : "ok ");
	say_number(out, number);
	say(out, " - ");
	say(out, t->test->name);
	say(out, ": ");
	say(out, t->test->claim);
	if (t->test->min_cpus > os_cpu_count()) {
		say(out, " # SKIP needs ");
		say_number(out, t->test->min_cpus);
		say(out, " CPUs, here are ");
		say_number(out, os_cpu_count());
	} else if (t->skipped != NULL && t->failures == 0) {
		say(out, " # SKIP ");
		say(out, t->skipped);
	}
	say(out, "\n");
}

/* --- Selection ---------------------------------------------------------------------------------------------------- */

static bool wanted(const struct conform_test *test, struct word only)
{
	struct word name = word_of(test->name);

	if (only.at == NULL)
		return true;
	for (size_t i = 0; i + only.len_bytes <= name.len_bytes; i++) {
		if (word_same((struct word){.at = name.at + i, .len_bytes = only.len_bytes}, only))
			return true;
	}
	return false;
}

/* The wanted test that comes next by name after the given one (NULL: the first), so that link order does not matter. */
static const struct conform_test *test_after(const struct conform_test *previous, struct word only)
{
	const struct conform_test *const *first = __start_aero_conform;
	size_t count = (size_t)(__stop_aero_conform - __start_aero_conform);
	const struct conform_test *next = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!wanted(first[i], only) || (previous != NULL && word_order(first[i]->name, previous->name) <= 0))
			continue;
		if (next == NULL || word_order(first[i]->name, next->name) < 0)
			next = first[i];
	}
	return next;
}

int conform_run(void (*write)(void *context, const char *bytes, size_t len_bytes), void *context, struct word only)
{
	static struct conform t; /* a thread that hangs outlives the run */
	const struct output out = {.write = write, .context = context};
	unsigned count = 0, number = 0;
	int failed = 0;

	for (const struct conform_test *test = test_after(NULL, only); test != NULL; test = test_after(test, only))
		count++;
	say(&out, "KTAP version 1\n1..");
	say_number(&out, count);
	say(&out, "\n");
	for (const struct conform_test *test = test_after(NULL, only); test != NULL; test = test_after(test, only)) {
		t = (struct conform){.test = test};
		say(&out, "# ");
		say(&out, test->name);
		say(&out, "\n");
		if (test->min_cpus <= os_cpu_count()) {
			CHECK_EQUAL(&t, os_thread_move(0), 0);
			test->run(&t);
		}
		report(&out, &t, ++number);
		failed += t.failures > 0;
		if (conform_read(&t.hung) != 0) {
			say(&out, "Bail out! a thread of this test never ended\n");
			break;
		}
	}
	return count == 0 ? 1 : failed;
}
