/* SPDX-License-Identifier: MIT */
/*
 * Sessions on a made-up machine: it leaves Linux, runs the Aerokernel and comes back, or loses its power at any of the
 * moments at which something was written. Whatever happens, the session ends with each planned boot once.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_stream.h"
#include "scratch.h"
#include "session.h"
#include "session_step.h"

static unsigned rounds = 2; /* of a session */

enum { SAMPLES = 16, MEMORY_BYTES = 1 << 16, STEPS_MAX = 60, POWER_LOST = 88 };

/* What outlives a process of the session; memory goes with the power. */
static struct machine {
	unsigned boots;       /* of Linux so far: the boot id */
	unsigned leaves;      /* times that Linux was left */
	unsigned runs;        /* of either system, each with samples of its own */
	unsigned writes_left; /* until the power fails; 0: it stays */
	unsigned losses_left; /* runs of the Aerokernel that leave nothing */
	bool governor_changed;
	size_t len_bytes;
	char memory[MEMORY_BYTES];
} * machine;

/* --- Power -------------------------------------------------------------------------------------------------------- */

static void write_done(void)
{
	if (machine != NULL && machine->writes_left > 0 && --machine->writes_left == 0)
		_exit(POWER_LOST);
}

/* In place of libc's: whatever the session does to its files is done by one of these, or undone with the power. */
int fsync(int fd)
{
	int failed;

	write_done();
	failed = fcntl(fd, F_GETFD) == -1 ? -1 : 0; /* what is lost is decided here, not by a disk */
	write_done();
	return failed;
}

int rename(const char *from, const char *to)
{
	int failed;

	write_done();
	failed = (int)syscall(SYS_rename, from, to);
	write_done();
	return failed;
}

int unlink(const char *path)
{
	int failed;

	write_done();
	failed = (int)syscall(SYS_unlink, path);
	write_done();
	return failed;
}

/* --- The machine -------------------------------------------------------------------------------------------------- */

static json_t *facts(void *context)
{
	char boot_id[32];

	(void)context;
	snprintf(boot_id, sizeof(boot_id), "boot-%u", machine->boots);
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s}", "boot_id", boot_id, "cpu_model", "Test CPU", "command_line",
			 "idle=poll", "cpus_listed", 2, "memory_bytes", 1 << 30, "governor",
			 machine->governor_changed ? "powersave" : "performance");
}

/* Of the programs that speak. */
static const char *commit = "abc123";

static void speak(struct sample_stream *stream, const char *os, unsigned long seed)
{
	static const uint32_t control[] = {50, 51};
	uint32_t samples[SAMPLES];
	char number[32];

	sample_open(stream, os);
	snprintf(number, sizeof(number), "%lu", seed);
	sample_env(stream, "seed", number);
	snprintf(number, sizeof(number), "%d", SAMPLES);
	sample_env(stream, "samples", number);
	sample_env(stream, "cpu_model", "Test CPU");
	sample_env(stream, "commit", commit);
	sample_env(stream, "memory_bytes", "1073741824");
	machine->runs++;
	for (unsigned i = 0; i < SAMPLES; i++)
		samples[i] = 1000 * machine->runs + i;
	sample_run(stream, "clock_read", "", control, 2, SAMPLES);
	sample_run(stream, "wake", "", samples, SAMPLES, SAMPLES);
	sample_done(stream, 0);
}

static int boot_linux(void *context, struct session *session, const struct plan_boot *boot, struct error *error)
{
	struct store_boot record = {.index = boot->index,
				    .round = boot->round,
				    .subject = (char *)session_subject(session, boot)->name,
				    .environment = facts(NULL)};
	struct store_output output = {0};
	struct sample_stream stream;
	int status;

	(void)context;
	speak(&stream, "linux", session->plan.seed + boot->round);
	output.stream = stream.bytes;
	output.stream_bytes = stream.len_bytes;
	status = store_append(&session->store, &record, &output, error);
	sample_free(&stream);
	json_decref(record.environment);
	return status;
}

static int fetch(void *context, struct session *session, struct session_find *find, struct error *error)
{
	(void)context;
	(void)session;
	(void)error;
	if (machine->len_bytes == 0)
		return 0;
	find->bytes = memory_new(machine->len_bytes + 1, 1);
	memcpy(find->bytes, machine->memory, machine->len_bytes);
	find->len_bytes = machine->len_bytes;
	find->whence = memory_text("memory");
	return 0;
}

static unsigned long seed_of(const struct session *session, const struct plan_boot *boot)
{
	char *words = session_words(session, boot);
	unsigned long seed = strtoul(strstr(words, "seed=") + 5, NULL, 10);

	free(words);
	return seed;
}

static void leave_in_memory(const char *os, unsigned long seed)
{
	struct sample_stream stream;

	speak(&stream, os, seed);
	assert_true(stream.len_bytes < MEMORY_BYTES);
	memcpy(machine->memory, stream.bytes, stream.len_bytes);
	machine->len_bytes = stream.len_bytes;
	sample_free(&stream);
}

/* Linux ends, the Aerokernel runs, Linux begins again. */
static int leave(void *context, struct session *session, const struct plan_boot *boot, struct error *error)
{
	(void)context;
	(void)error;
	machine->leaves++;
	machine->boots++;
	if (machine->losses_left > 0) {
		machine->losses_left--;
		machine->len_bytes = 0;
		return 0;
	}
	leave_in_memory("aerokernel", seed_of(session, boot));
	return 0;
}

static int refuse(void *context, struct session *session, const struct plan_boot *boot, struct error *error)
{
	(void)context;
	(void)session;
	(void)boot;
	return error_set(error, STATUS_UNSUPPORTED, "no kexec here");
}

static const struct session_hands hands = {.facts = facts, .boot_linux = boot_linux, .fetch = fetch, .leave = leave};

/* --- A session ---------------------------------------------------------------------------------------------------- */

static const char *results;

/* A session of rounds rounds in a new directory for results. */
static void session_make(enum session_way way)
{
	struct store_plan stored = {.subjects = (char **)session_subjects,
				    .subject_count = 3,
				    .samples = SAMPLES,
				    .warmup = -1,
				    .runs = rounds};
	struct plan plan = {.seed = 7, .parallel = 1};
	struct error error = {0};
	struct store store;
	json_t *record;

	memset(machine, 0, sizeof(*machine));
	for (int i = 0; i < SESSION_SUBJECTS; i++) {
		struct subject subject;

		assert_int_equal(subject_parse(&subject, session_subjects[i], &error), 0);
		*plan_add(&plan, &subject, false) = (struct plan_subject){
		    .subject = subject, .samples = SAMPLES, .warmup = -1, .boots = rounds, .seconds = 1};
	}
	plan_order(&plan);
	record = json_pack("{s:{s:s}, s:o, s:o}", "versions", "aerobench", "abc123", "campaign", plan_json(&plan),
			   "session", session_json(way, NULL, facts(NULL)));
	results = scratch_make_quick();
	stored.seed = plan.seed;
	assert_int_equal(store_create(&store, results, &stored, record, &error), 0);
	store_close(&store);
	plan_free(&plan);
}

/* One step of the latest session, as the command makes it. */
static int step(const struct session_hands *with, unsigned tries, enum session_outcome *outcome, struct error *error)
{
	struct session session;
	char *note = NULL;
	int status = session_open(&session, results, NULL, true, error);

	if (status == 0) {
		status = session_step(&session, with, tries, outcome, &note, error);
		session_close(&session);
	}
	free(note);
	return status;
}

/* Steps until nothing is left; how many there were. */
static unsigned drive(void)
{
	enum session_outcome outcome = SESSION_STORED;
	struct error error = {0};
	unsigned steps = 0;

	while (outcome != SESSION_COMPLETE && steps < STEPS_MAX) {
		if (step(&hands, 0, &outcome, &error) != 0)
			fail_msg("step %u: %s", steps, error.text);
		steps++;
	}
	assert_int_equal(outcome, SESSION_COMPLETE);
	return steps;
}

/* Every planned boot is there, with numbers that no other has; returns the failed tries that are in the journal. */
static unsigned check_whole(void)
{
	struct session session;
	struct error error = {0};
	unsigned failed = 0;
	char *computer;

	assert_int_equal(session_open(&session, results, NULL, false, &error), 0);
	assert_int_equal(session.store.boot_count, 3 * rounds);
	assert_int_equal(session_done(&session), 3 * rounds);
	for (size_t i = 0; i < session.store.boot_count; i++) {
		const struct store_boot *boot = &session.store.boots[i];

		assert_int_equal(boot->status, STORE_OK);
		failed += boot->attempts - 1;
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(boot->crc, session.store.boots[j].crc);
	}
	if (session_finish(&session, &computer, &error) != 0)
		fail_msg("%s", error.text);
	assert_non_null(strstr(computer, "the same computer by CPU Test CPU"));
	free(computer);
	session_close(&session);
	return failed;
}

static void a_session_makes_each_boot_once_and_comes_back_from_each_leap(void **state)
{
	(void)state;
	session_make(SESSION_KEXEC);
	/* a step for each boot, one more for each leap, one that finds nothing to do */
	assert_int_equal(drive(), 3 * rounds + rounds + 1);
	assert_int_equal(machine->leaves, rounds);
	assert_int_equal(check_whole(), 0);
	assert_int_equal(drive(), 1);
}

/* Lets the power fail at the nth write; false: the session ended before. */
static bool fail_power_at(unsigned n)
{
	int status;
	pid_t child;

	fflush(NULL);
	machine->writes_left = n;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		drive();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == POWER_LOST);
	machine->writes_left = 0;
	return WEXITSTATUS(status) == POWER_LOST;
}

/* A session that loses its power at the nth write, and goes on. False: it had no such write. */
static bool survive(unsigned n)
{
	bool failed;

	session_make(SESSION_KEXEC);
	failed = fail_power_at(n);
	machine->boots++;
	/* memory goes with the power, but not with a reset */
	machine->len_bytes = n % 2 == 0 ? machine->len_bytes : 0;
	drive();
	assert_true(check_whole() <= 1);
	assert_true(machine->leaves <= rounds + 1);
	scratch_remove(results);
	return failed;
}

static void power_that_fails_after_any_write_loses_no_boot_and_makes_none_twice(void **state)
{
	unsigned n = 1;

	(void)state;
	/* any write of a round, then of two, where memory holds the one before, by a step that no cycle of writes has */
	rounds = 1;
	while (survive(n))
		n++;
	assert_true(n > 20);
	rounds = 2;
	for (n = 2; survive(n); n += 7)
		;
	assert_true(n > 40);
}

static void results_that_do_not_come_back_are_tried_again_and_told(void **state)
{
	enum session_outcome outcome = SESSION_STORED;
	struct error error = {0};
	struct session session;
	unsigned steps = 0;

	(void)state;
	session_make(SESSION_KEXEC);
	machine->losses_left = 1;
	drive();
	assert_int_equal(check_whole(), 1);
	/* unattended: what never comes back is passed over, and all else is measured */
	session_make(SESSION_KEXEC);
	machine->losses_left = UINT32_MAX;
	while (outcome != SESSION_COMPLETE && steps++ < STEPS_MAX)
		assert_int_equal(step(&hands, SESSION_UNATTENDED_TRIES, &outcome, &error), 0);
	assert_int_equal(outcome, SESSION_COMPLETE);
	assert_int_equal(machine->leaves, rounds * SESSION_UNATTENDED_TRIES);
	assert_int_equal(session_open(&session, results, NULL, false, &error), 0);
	assert_int_equal(session_done(&session), 2 * rounds);
	assert_int_equal(session_finish(&session, &(char *){NULL}, &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "came back without its results"));
	session_close(&session);
}

static void what_lies_in_memory_from_elsewhere_is_not_taken(void **state)
{
	(void)state;
	session_make(SESSION_KEXEC);
	leave_in_memory("aerokernel", 999);
	drive();
	assert_int_equal(check_whole(), 0);
	session_make(SESSION_KEXEC);
	leave_in_memory("aerokernel", 7); /* by a session of the same seed */
	drive();
	assert_int_equal(machine->leaves, rounds);
	assert_int_equal(check_whole(), 0);
}

static void a_stream_that_is_cut_is_kept_as_a_failed_try(void **state)
{
	enum session_outcome outcome = SESSION_STORED;
	struct error error = {0};

	(void)state;
	session_make(SESSION_KEXEC);
	while (outcome != SESSION_LEFT)
		assert_int_equal(step(&hands, 0, &outcome, &error), 0);
	machine->len_bytes -= 100;
	assert_int_equal(step(&hands, 0, &outcome, &error), 0);
	assert_int_equal(outcome, SESSION_STORED);
	drive();
	assert_int_equal(check_whole(), 1);
}

static void linux_that_is_set_otherwise_is_not_measured(void **state)
{
	enum session_outcome outcome;
	struct error error = {0};

	(void)state;
	session_make(SESSION_KEXEC);
	machine->governor_changed = true;
	assert_int_equal(step(&hands, 0, &outcome, &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "governor: performance, now powersave"));
	assert_int_equal(machine->runs + machine->leaves, 0);
	machine->governor_changed = false;
	drive();
	check_whole();
}

static void a_machine_that_cannot_leave_says_so_each_time(void **state)
{
	struct session_hands stuck = hands;
	enum session_outcome outcome = SESSION_STORED;
	struct error error = {0};
	int status = 0;

	(void)state;
	session_make(SESSION_KEXEC);
	stuck.leave = refuse;
	while (status == 0 && outcome == SESSION_STORED)
		status = step(&stuck, 0, &outcome, &error);
	assert_int_equal(status, STATUS_UNSUPPORTED);
	error = (struct error){0};
	machine->boots++; /* and is no lost result after a reboot */
	assert_int_equal(step(&stuck, 0, &outcome, &error), STATUS_UNSUPPORTED);
	drive();
	assert_int_equal(check_whole(), 0);
}

static void a_person_is_asked_for_a_file_and_each_file_counts_once(void **state)
{
	enum session_outcome outcome = SESSION_STORED;
	struct error error = {0};
	unsigned stored = 0;

	(void)state;
	session_make(SESSION_STICK);
	while (stored < 3 * rounds) {
		assert_int_equal(step(&hands, 0, &outcome, &error), 0);
		stored += outcome == SESSION_STORED;
		machine->len_bytes = 0;
		if (outcome != SESSION_WAITS)
			continue;
		assert_int_equal(step(&hands, 0, &outcome, &error), 0);
		assert_int_equal(outcome, SESSION_WAITS);
		leave_in_memory("aerokernel", 1); /* an image has one seed */
		assert_int_equal(step(&hands, 0, &outcome, &error), 0);
		assert_int_equal(outcome, SESSION_STORED);
		stored++;
		while (outcome == SESSION_STORED && stored < 3 * rounds) { /* the same file again */
			error = (struct error){0};
			if (step(&hands, 0, &outcome, &error) != 0) {
				assert_int_equal(error.status, STATUS_USAGE);
				assert_non_null(strstr(error.text, "already"));
				break;
			}
			stored++;
		}
		machine->len_bytes = 0;
		error = (struct error){0};
	}
	assert_int_equal(check_whole(), 0);
}

static void a_stream_of_linux_or_of_another_build_is_no_boot_of_this_aerokernel(void **state)
{
	enum session_outcome outcome = SESSION_STORED;
	struct error error = {0};

	(void)state;
	session_make(SESSION_STICK);
	while (outcome != SESSION_WAITS)
		assert_int_equal(step(&hands, 0, &outcome, &error), 0);
	leave_in_memory("linux", 7);
	assert_int_equal(step(&hands, 0, &outcome, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "it is a stream of linux"));
	commit = "def456";
	error = (struct error){0};
	leave_in_memory("aerokernel", 7);
	commit = "abc123";
	assert_int_equal(step(&hands, 0, &outcome, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "the image is of build def456, not of abc123"));
}

/* Writes session.json of the latest session. */
static void put_mark(const char *text)
{
	struct session session;
	struct error error = {0};
	FILE *file;
	char *path;

	assert_int_equal(session_open(&session, results, NULL, false, &error), 0);
	path = memory_format("%s/session.json", session.store.path);
	session_close(&session);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static void a_mark_that_says_nothing_is_none(void **state)
{
	static const char *const marks[] = {"",
					    "{",
					    "[]",
					    "null",
					    "{\"index\":0,\"boot_id\":\"boot-9\"}",
					    "{\"check\":1,\"index\":0,\"boot_id\":\"boot-9\"}",
					    "\xff\xfe"};

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		session_make(SESSION_KEXEC);
		put_mark(marks[i]);
		drive();
		assert_int_equal(check_whole(), 0);
	}
}

static int make_machine(void **state)
{
	(void)state;
	machine = mmap(NULL, sizeof(*machine), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return machine == MAP_FAILED;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_makes_each_boot_once_and_comes_back_from_each_leap),
	    cmocka_unit_test(power_that_fails_after_any_write_loses_no_boot_and_makes_none_twice),
	    cmocka_unit_test(results_that_do_not_come_back_are_tried_again_and_told),
	    cmocka_unit_test(what_lies_in_memory_from_elsewhere_is_not_taken),
	    cmocka_unit_test(a_stream_that_is_cut_is_kept_as_a_failed_try),
	    cmocka_unit_test(linux_that_is_set_otherwise_is_not_measured),
	    cmocka_unit_test(a_machine_that_cannot_leave_says_so_each_time),
	    cmocka_unit_test(a_person_is_asked_for_a_file_and_each_file_counts_once),
	    cmocka_unit_test(a_stream_of_linux_or_of_another_build_is_no_boot_of_this_aerokernel),
	    cmocka_unit_test(a_mark_that_says_nothing_is_none),
	};

	return cmocka_run_group_tests(tests, make_machine, NULL);
}
