/* SPDX-License-Identifier: MIT */
/*
 * From a line to a stored run: a pty stands for the serial line, a thread for the machine at its other end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "collect.h"
#include "collect_capture.h"
#include "memory.h"
#include "sample_stream.h"
#include "scratch.h"
#include "serial_line.h"
#include "store_file.h"
#include "summary.h"

/* --- A machine ------------------------------------------------------------------------------------------------------ */

struct machine {
	int fd;    /* the far end of the line */
	int other; /* the near end, held open: a pty without one says EIO */
	char *path;
	pthread_t thread;
	const char *text;
	size_t len_bytes;
	int signal;        /* sent to this process when all is heard; 0: none */
	bool leaves;       /* closes the line when all is heard */
	const char *spool; /* what is heard, for these two */
};

static void machine_open(struct machine *machine)
{
	*machine = (struct machine){.fd = posix_openpt(O_RDWR | O_NOCTTY)};
	assert_true(machine->fd >= 0);
	assert_int_equal(grantpt(machine->fd), 0);
	assert_int_equal(unlockpt(machine->fd), 0);
	machine->path = memory_text(ptsname(machine->fd));
	machine->other = open(machine->path, O_RDWR | O_NOCTTY);
	assert_true(machine->other >= 0);
}

/* Until the spool has all that was said: what a line still holds when it is closed is lost. */
static void wait_heard(const struct machine *machine)
{
	struct stat facts = {0};

	for (int tries = 0; tries < 6000 && facts.st_size < (off_t)machine->len_bytes; tries++) {
		usleep(10000);
		stat(machine->spool, &facts);
	}
}

static void *machine_speak(void *context)
{
	struct machine *machine = context;
	size_t at = 0;

	while (at < machine->len_bytes) {
		size_t piece = machine->len_bytes - at < 61 ? machine->len_bytes - at : 61;
		ssize_t put = write(machine->fd, machine->text + at, piece);

		if (put <= 0)
			break;
		at += (size_t)put;
	}
	if (machine->signal != 0) {
		wait_heard(machine);
		kill(getpid(), machine->signal);
	}
	if (machine->leaves) {
		wait_heard(machine);
		close(machine->other);
		close(machine->fd);
	}
	return NULL;
}

static void machine_start(struct machine *machine, const char *text, size_t len_bytes)
{
	machine->text = text;
	machine->len_bytes = len_bytes;
	assert_int_equal(pthread_create(&machine->thread, NULL, machine_speak, machine), 0);
}

static void machine_close(struct machine *machine)
{
	pthread_join(machine->thread, NULL);
	if (!machine->leaves) {
		close(machine->other);
		close(machine->fd);
	}
	free(machine->path);
}

/* Captures what a machine says over its line. */
static struct capture captured(struct machine *machine, const char *text, size_t len_bytes, unsigned boots,
			       double silence_s, const char *spool)
{
	struct capture_request request = {
	    .boots = boots, .silence_s = silence_s, .damaged_s = 0.3, .spool = spool, .quiet = true};
	char *name = memory_format("%s:9600", machine->path);
	struct error error = {0};
	struct serial_line line;
	struct capture capture;

	if (serial_line_open(&line, name, &error) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(line.speed, 9600);
	request.fd = line.fd;
	machine_start(machine, text, len_bytes);
	if (capture_run(&capture, &request, &error) != 0)
		fail_msg("%s", error.text);
	serial_line_close(&line);
	machine_close(machine);
	free(name);
	return capture;
}

static void boot_make(struct sample_stream *stream, uint32_t first, const char *doctor)
{
	uint32_t values[] = {first, first + 1};

	sample_open(stream, "aerokernel");
	wire_begin(&stream->wire, "env");
	wire_pair_number(&stream->wire, "points", 3);
	if (doctor != NULL) {
		wire_pair(&stream->wire, "doctor", doctor);
		wire_pair(&stream->wire, "doctor_reasons", strcmp(doctor, "fit") == 0 ? "" : "SMIs; no invariant TSC");
	}
	wire_end(&stream->wire);
	sample_bench(stream, "clock_read", "", false);
	sample_bench(stream, "wake", "place=same|other", false);
	wire_begin(&stream->wire, "head");
	wire_end_crc_head(&stream->wire);
	sample_noise(stream, "1/3 clock_read");
	sample_run(stream, "clock_read", "", values, 2, 40);
	sample_run(stream, "wake", "place=same", values, 2, 40);
	sample_run(stream, "wake", "place=other", values, 2, 40);
	sample_done(stream, 0);
	/* So that the text can be searched as a string. */
	stream->bytes = memory_resize(stream->bytes, stream->len_bytes + 1, 1);
	stream->bytes[stream->len_bytes] = '\0';
}

/* The same with the line ends of a terminal. */
static char *with_cr(const struct sample_stream *stream, size_t *len_bytes)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, len_bytes);

	fputs("firmware: booting\r\n", file);
	for (size_t i = 0; i < stream->len_bytes; i++) {
		fputs(stream->bytes[i] == '\n' ? "\r" : "", file);
		putc(stream->bytes[i], file);
	}
	fclose(file);
	return text;
}

/* --- The line ------------------------------------------------------------------------------------------------------- */

static void a_capture_is_verbatim_and_ends_with_a_whole_stream(void **state)
{
	char *spool = memory_format("%s/spool", scratch_make()), *kept;
	struct error error = {0};
	struct sample_stream stream;
	struct machine machine;
	struct capture capture;
	size_t len, kept_bytes;
	char *text;

	(void)state;
	boot_make(&stream, 100, NULL);
	text = with_cr(&stream, &len);
	machine_open(&machine);
	capture = captured(&machine, text, len, 1, 60, spool);
	assert_int_equal(capture.end, CAPTURE_WHOLE);
	assert_int_equal(capture.len_bytes, len);
	assert_memory_equal(capture.bytes, text, len);
	assert_int_equal(store_file_read(spool, 1 << 20, &kept, &kept_bytes, &error), 0);
	assert_int_equal(kept_bytes, len);
	assert_memory_equal(kept, text, len);
	free(kept);
	free(spool);
	capture_free(&capture);
	free(text);
	sample_free(&stream);
}

static void two_boots_are_waited_for(void **state)
{
	struct sample_stream a, b;
	struct machine machine;
	struct capture capture;
	struct collect_boots boots;
	char *text;

	(void)state;
	boot_make(&a, 100, NULL);
	boot_make(&b, 200, NULL);
	text = memory_format("%.*sreset\n%.*s", (int)a.len_bytes, a.bytes, (int)b.len_bytes, b.bytes);
	machine_open(&machine);
	capture = captured(&machine, text, strlen(text), 2, 60, NULL);
	assert_int_equal(capture.end, CAPTURE_WHOLE);
	collect_boots_read(&boots, capture.bytes, capture.len_bytes);
	assert_int_equal(boots.count, 2);
	collect_boots_free(&boots);
	capture_free(&capture);
	free(text);
	sample_free(&a);
	sample_free(&b);
}

static void silence_damage_a_signal_and_a_lost_line_end_a_capture(void **state)
{
	static const struct {
		enum capture_end end;
		int signal;
		bool leaves, damaged;
		double silence_s;
	} ends[] = {{CAPTURE_SILENT, 0, false, false, 0.3},
		    {CAPTURE_INTERRUPTED, SIGINT, false, false, 60},
		    {CAPTURE_CLOSED, 0, true, false, 60},
		    {CAPTURE_DAMAGED, 0, false, true, 60}};
	char *spool = memory_format("%s/spool", scratch_make());
	struct sample_stream stream;

	(void)state;
	signal(SIGINT, SIG_DFL); /* whoever started this program may ignore it */
	boot_make(&stream, 100, NULL);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct machine machine;
		struct capture capture;
		size_t len = stream.len_bytes - (ends[i].damaged ? 0 : 200);
		char *sample = strstr(stream.bytes, "@s 1") + 3, byte = *sample;

		machine_open(&machine);
		machine.signal = ends[i].signal;
		machine.leaves = ends[i].leaves;
		machine.spool = spool;
		*sample = ends[i].damaged ? '7' : byte;
		capture = captured(&machine, stream.bytes, len, 1, ends[i].silence_s, spool);
		assert_int_equal(capture.end, ends[i].end);
		assert_int_equal(capture.len_bytes, len);
		assert_memory_equal(capture.bytes, stream.bytes, len);
		*sample = byte;
		capture_free(&capture);
		unlink(spool);
	}
	free(spool);
	sample_free(&stream);
}

static void a_line_has_one_reader(void **state)
{
	struct machine machine;
	struct serial_line first, second;
	struct error error = {0};

	(void)state;
	machine_open(&machine);
	assert_int_equal(serial_line_open(&first, machine.path, &error), 0);
	assert_int_equal(first.speed, SERIAL_SPEED_DEFAULT);
	assert_int_equal(serial_line_open(&second, machine.path, &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "in use by another program"));
	serial_line_close(&first);
	machine_start(&machine, "", 0);
	machine_close(&machine);
}

/* --- The store ------------------------------------------------------------------------------------------------------ */

static const char *directory;

static int directory_make(void **state)
{
	(void)state;
	directory = scratch_make_quick();
	return 0;
}

/* Stores the boots of a capture; into: NULL for a new run. Returns the status, the id in *id. */
static int store(const char *text, size_t len_bytes, const char *into, long round, char **id, struct error *error)
{
	json_t *command = json_pack("[s]", "aerobench collect"), *collector = json_pack("{s:s}", "way", "test");
	const struct collect_target target = {.results = directory,
					      .run = into,
					      .subject = "aerokernel@metal",
					      .round = round,
					      .command = command,
					      .collector = collector};
	struct collect_outcome outcome;
	struct collect_boots boots;
	int status;

	collect_boots_read(&boots, text, len_bytes);
	status = collect_store(&target, &boots, text, &outcome, error);
	if (id != NULL)
		*id = outcome.id != NULL ? memory_text(outcome.id) : NULL;
	collect_outcome_free(&outcome);
	collect_boots_free(&boots);
	json_decref(command);
	json_decref(collector);
	return status;
}

/* Whether a file of the store is this text, compressed. */
static void assert_archived(const char *path, const char *text, size_t len_bytes)
{
	char *packed, *unpacked = memory_new(len_bytes + 1, 1);
	struct error error = {0};
	size_t packed_bytes;

	assert_int_equal(store_file_read(path, 1 << 20, &packed, &packed_bytes, &error), 0);
	assert_int_equal(ZSTD_decompress(unpacked, len_bytes, packed, packed_bytes), len_bytes);
	assert_memory_equal(unpacked, text, len_bytes);
	free(unpacked);
	free(packed);
}

struct opened {
	struct store store;
	struct summary summary;
};

static void open_run(struct opened *opened, const char *id, bool cut)
{
	struct summary_select select = {.cut = cut};
	struct error error = {0};

	assert_int_equal(store_open(&opened->store, directory, id, &error), 0);
	if (summary_load(&opened->summary, &opened->store, &select, &error) != 0)
		fail_msg("%s", error.text);
}

static void close_run(struct opened *opened)
{
	summary_free(&opened->summary);
	store_close(&opened->store);
}

static void assert_verdict(const struct opened *opened, const char *verdict, const char *reason)
{
	json_t *doctor = json_object_get(opened->store.run, "doctor");
	json_t *metal = json_object_get(json_object_get(doctor, "machines"), "metal");
	json_t *reasons = json_object_get(metal, "reasons");

	assert_string_equal(json_string_value(json_object_get(doctor, "verdict")), verdict);
	assert_string_equal(json_string_value(json_object_get(metal, "verdict")), verdict);
	assert_string_equal(json_string_value(json_object_get(metal, "measures")), "time");
	assert_int_equal(json_array_size(reasons) == 0, reason == NULL);
	if (reason != NULL)
		assert_string_equal(json_string_value(json_array_get(reasons, 0)), reason);
}

static void a_whole_boot_is_stored_with_its_capture_beside_it(void **state)
{
	struct sample_stream stream;
	struct error error = {0};
	struct opened opened;
	char *id, *text, *log, *path;
	size_t len, log_bytes;

	(void)state;
	boot_make(&stream, 100, "fit");
	text = with_cr(&stream, &len);
	assert_int_equal(store(text, len, NULL, -1, &id, &error), 0);
	open_run(&opened, id, false);
	assert_int_equal(opened.store.boot_count, 1);
	assert_int_equal(opened.store.boots[0].status, STORE_OK);
	assert_string_equal(opened.store.boots[0].subject, "aerokernel@metal");
	assert_int_equal(opened.summary.row_count, 3);
	assert_false(opened.summary.rows[0].cut);
	assert_verdict(&opened, "fit", NULL);
	assert_int_equal(store_read_log(&opened.store, &opened.store.boots[0], &log, &log_bytes, &error), 0);
	assert_null(strchr(log, '\r'));
	path = memory_format("%s/%s/000-aerokernel@metal.console.zst", directory, id);
	assert_archived(path, text, len);
	free(path);
	free(log);
	close_run(&opened);
	free(text);
	free(id);
	sample_free(&stream);
}

static void a_cut_boot_has_rows_only_for_who_asks_for_them(void **state)
{
	struct sample_stream stream;
	struct error error = {0};
	struct opened opened;
	char *id;

	(void)state;
	boot_make(&stream, 100, "fit");
	assert_int_equal(store(stream.bytes, stream.len_bytes - 200, NULL, -1, &id, &error), 0);
	open_run(&opened, id, false);
	assert_int_equal(opened.store.boots[0].status, STORE_CUT);
	assert_int_equal(opened.summary.row_count, 0);
	assert_int_equal(opened.summary.note_count, 1);
	assert_string_equal(opened.summary.notes[0].kind, "cut");
	assert_int_equal(strncmp(opened.summary.notes[0].reason, "cut after 2 of 3 points", 23), 0);
	assert_verdict(&opened, "unfit", "unknown: no boot arrived whole");
	close_run(&opened);
	open_run(&opened, id, true);
	assert_int_equal(opened.summary.row_count, 2);
	assert_true(opened.summary.rows[0].cut && opened.summary.rows[1].cut);
	assert_null(summary_find(&opened.summary, "clock_read", "aerokernel@metal", ""));
	assert_non_null(summary_find_cut(&opened.summary, "clock_read", "aerokernel@metal", "", true));
	/* The control of the same boot is subtracted: 100.5 of 100.5. */
	assert_true(opened.summary.rows[1].subtracted == 100.5);
	assert_verdict(&opened, "fit", NULL);
	close_run(&opened);
	free(id);
	sample_free(&stream);
}

/* What was lost may have said that the control is not in the samples, and says how fast the clock is. */
static void without_its_beginning_nothing_is_subtracted_and_nothing_is_a_time(void **state)
{
	struct summary_select select = {.cut = true, .ns = true};
	struct sample_stream stream;
	struct error error = {0}, no_clock = {0};
	struct opened opened;
	const char *from;
	char *id;

	(void)state;
	boot_make(&stream, 100, "fit");
	from = strstr(stream.bytes, "@bench");
	assert_int_equal(store(from, stream.len_bytes - (size_t)(from - stream.bytes), NULL, -1, &id, &error), 0);
	open_run(&opened, id, true);
	assert_int_equal(opened.summary.row_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(opened.summary.rows[i].subtracted == 0);
	assert_null(summary_env(&opened.summary, "aerokernel@metal", "clock_hz"));
	assert_verdict(&opened, "unfit", "unknown: what the machine said of itself was cut off");
	summary_free(&opened.summary);
	assert_int_equal(summary_load(&opened.summary, &opened.store, &select, &no_clock), STATUS_USAGE);
	assert_non_null(strstr(no_clock.text, "no clock_hz"));
	close_run(&opened);
	free(id);
	sample_free(&stream);
}

static void an_unfit_boot_makes_the_run_unfit_and_silence_is_unfit(void **state)
{
	struct sample_stream fit, unfit, silent;
	struct error error = {0};
	struct opened opened;
	char *id, *other;

	(void)state;
	boot_make(&fit, 100, "fit");
	boot_make(&unfit, 200, "unfit");
	boot_make(&silent, 300, NULL);
	assert_int_equal(store(fit.bytes, fit.len_bytes, NULL, -1, &id, &error), 0);
	assert_int_equal(store(unfit.bytes, unfit.len_bytes, id, -1, NULL, &error), 0);
	open_run(&opened, id, false);
	assert_int_equal(opened.store.boot_count, 2);
	assert_int_equal(opened.store.boots[1].round, 1);
	assert_verdict(&opened, "unfit", "SMIs");
	close_run(&opened);
	assert_int_equal(store(silent.bytes, silent.len_bytes, NULL, -1, &other, &error), 0);
	open_run(&opened, other, false);
	assert_verdict(&opened, "unfit", "unknown: the machine did not check itself (doctor=yes)");
	close_run(&opened);
	free(other);
	free(id);
	sample_free(&fit);
	sample_free(&unfit);
	sample_free(&silent);
}

static void a_cut_round_is_taken_by_the_next_boot_and_a_whole_one_is_not(void **state)
{
	struct sample_stream cut, whole;
	struct error error = {0}, twice = {0}, taken = {0};
	struct opened opened;
	char *id;

	(void)state;
	boot_make(&cut, 100, "fit");
	boot_make(&whole, 200, "fit");
	assert_int_equal(store(cut.bytes, cut.len_bytes - 200, NULL, -1, &id, &error), 0);
	assert_int_equal(store(whole.bytes, whole.len_bytes, id, -1, NULL, &error), 0);
	open_run(&opened, id, true);
	assert_int_equal(opened.store.boot_count, 1);
	assert_int_equal(opened.store.boots[0].status, STORE_OK);
	assert_int_equal(opened.store.boots[0].attempts, 2);
	assert_int_equal(opened.store.boots[0].round, 0);
	close_run(&opened);
	assert_int_equal(store(whole.bytes, whole.len_bytes, id, -1, NULL, &twice), STATUS_FAILED);
	assert_non_null(strstr(twice.text, "already, as round 1"));
	assert_int_equal(store(cut.bytes, cut.len_bytes, id, 0, NULL, &taken), STATUS_FAILED);
	assert_non_null(strstr(taken.text, "choose another --round"));
	free(id);
	sample_free(&cut);
	sample_free(&whole);
}

static void a_run_that_does_not_plan_the_subject_takes_no_boot(void **state)
{
	char *subjects[] = {(char *)"linux@host"};
	struct store_plan plan = {.subjects = subjects, .subject_count = 1, .samples = 10, .runs = 1};
	struct sample_stream stream;
	struct error error = {0};
	struct store other;

	(void)state;
	boot_make(&stream, 100, "fit");
	assert_int_equal(store_create(&other, directory, &plan, json_object(), &error), 0);
	store_close(&other);
	assert_int_equal(store(stream.bytes, stream.len_bytes, "latest", -1, NULL, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "has no place for aerokernel@metal"));
	sample_free(&stream);
}

static void a_run_takes_only_boots_that_measured_the_same(void **state)
{
	struct sample_stream stream, other;
	struct error error = {0};
	struct opened opened;
	char *id;

	(void)state;
	boot_make(&stream, 100, "fit");
	sample_open(&other, "aerokernel");
	sample_env(&other, "points", "1");
	sample_bench(&other, "clock_read", "", false);
	sample_run(&other, "clock_read", "", (uint32_t[]){100}, 1, 40);
	sample_done(&other, 0);
	assert_int_equal(store(stream.bytes, stream.len_bytes, NULL, -1, &id, &error), 0);
	assert_int_equal(store(other.bytes, other.len_bytes, id, -1, NULL, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "points=1 instead of 3: collect without --into"));
	open_run(&opened, id, false);
	assert_int_equal(opened.store.boot_count, 1);
	close_run(&opened);
	free(id);
	sample_free(&stream);
	sample_free(&other);
}

#define STORE_TEST(claim) cmocka_unit_test_setup(claim, directory_make)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_capture_is_verbatim_and_ends_with_a_whole_stream),
	    cmocka_unit_test(two_boots_are_waited_for),
	    cmocka_unit_test(silence_damage_a_signal_and_a_lost_line_end_a_capture),
	    cmocka_unit_test(a_line_has_one_reader),
	    STORE_TEST(a_whole_boot_is_stored_with_its_capture_beside_it),
	    STORE_TEST(a_cut_boot_has_rows_only_for_who_asks_for_them),
	    STORE_TEST(without_its_beginning_nothing_is_subtracted_and_nothing_is_a_time),
	    STORE_TEST(an_unfit_boot_makes_the_run_unfit_and_silence_is_unfit),
	    STORE_TEST(a_cut_round_is_taken_by_the_next_boot_and_a_whole_one_is_not),
	    STORE_TEST(a_run_that_does_not_plan_the_subject_takes_no_boot),
	    STORE_TEST(a_run_takes_only_boots_that_measured_the_same),
	};

	return cmocka_run_group_tests_name("collect", tests, NULL, NULL);
}
