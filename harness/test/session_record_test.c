/* SPDX-License-Identifier: MIT */
/* What a session's record says is what its boots are told; and records of sessions that cannot be gone on with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_stream.h"
#include "scratch.h"
#include "session.h"
#include "session_step.h"

static void a_session_whose_record_is_of_the_wrong_kind_is_refused(void **state)
{
	static const char *const members[] = {"{}",
					      "{\"by\":1}",
					      "{\"by\":\"kexec\"}",
					      "{\"by\":\"air\",\"facts\":{}}",
					      "{\"by\":\"serial\",\"facts\":1}",
					      "{\"by\":\"kexec\",\"facts\":[]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char *shared = scratch_make();
		struct store_plan plan = {
		    .subjects = (char **)session_subjects, .subject_count = 3, .samples = 1, .warmup = -1, .runs = 1};
		struct error error = {0};
		struct session session;
		struct store store;

		assert_int_equal(store_create(&store, shared, &plan,
					      json_pack("{s:o}", "session", json_loads(members[i], 0, NULL)), &error),
				 0);
		store_close(&store);
		assert_int_equal(session_open(&session, shared, NULL, false, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "'session' is not usable"));
	}
}

static void the_latest_session_is_that_of_the_link_where_a_clock_went_back(void **state)
{
	char *shared = scratch_make(), *link = memory_format("%s/latest", shared), *ids[2];
	struct store_plan plan = {
	    .subjects = (char **)session_subjects, .subject_count = 3, .samples = 1, .warmup = -1, .runs = 1};
	struct error error = {0};
	struct session session;
	struct store store;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *member = json_pack("{s:s, s:{}}", "by", "air", "facts");

		assert_int_equal(store_create(&store, shared, &plan, json_pack("{s:o}", "session", member), &error), 0);
		ids[i] = memory_text(store.id);
		store_close(&store);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(unlink(link), 0);
		assert_int_equal(symlink(ids[i], link), 0);
		error = (struct error){0};
		assert_int_equal(session_open(&session, shared, NULL, false, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, ids[i])); /* the path in what is said of its record */
		free(ids[i]);
	}
	free(link);
}

static void a_directory_without_sessions_says_how_to_begin_one(void **state)
{
	struct session session;
	struct error error = {0};

	(void)state;
	assert_int_equal(session_open(&session, "/dev/shm/aerobench_no_such_directory", NULL, false, &error),
			 STATUS_USAGE);
	assert_non_null(strstr(error.text, "session metal start"));
}

/* --- What boots bring ------------------------------------------------------------------------------------------- */

/* A session by stick, of one boot of the Aerokernel, whose boots are told further words. */
static void session_make(struct session *session, const char *words)
{
	struct store_plan stored = {
	    .subjects = (char **)session_subjects, .subject_count = 1, .samples = 4, .warmup = -1, .runs = 1};
	struct plan plan = {.seed = 7, .parallel = 1};
	struct error error = {0};
	struct subject subject;
	char *directory = scratch_make();
	struct store store;
	json_t *campaign;

	assert_int_equal(subject_parse(&subject, session_subjects[0], &error), 0);
	*plan_add(&plan, &subject, false) =
	    (struct plan_subject){.subject = subject, .samples = 4, .warmup = -1, .boots = 1, .seconds = 1};
	plan_order(&plan);
	campaign = plan_json(&plan);
	json_object_set_new(campaign, "words", json_string(words));
	assert_int_equal(store_create(&store, directory, &stored,
				      json_pack("{s:o, s:o}", "campaign", campaign, "session",
						session_json(SESSION_STICK, NULL, json_object())),
				      &error),
			 0);
	store_close(&store);
	plan_free(&plan);
	assert_int_equal(session_open(session, directory, NULL, true, &error), 0);
}

/* What the stick brings: a whole stream that says of one event why it is not counted, and this of itself. */
struct brought {
	const char *event, *key, *value; /* NULL: nothing of it */
};

static int bring(void *context, struct session *session, struct session_find *find, struct error *error)
{
	static const uint32_t samples[] = {50, 51, 52, 53};
	const struct brought *brought = context;
	struct sample_stream stream;

	(void)session;
	(void)error;
	sample_open(&stream, "aerokernel");
	if (brought->key != NULL)
		sample_env(&stream, brought->key, brought->value);
	sample_run(&stream, "clock_read", "", samples, 4, 4);
	if (brought->event != NULL) {
		wire_begin(&stream.wire, "nocount");
		wire_word(&stream.wire, brought->event);
		wire_pair(&stream.wire, "reason", "no counters here");
		wire_end(&stream.wire);
	}
	sample_done(&stream, 0);
	find->bytes = memory_new(stream.len_bytes + 1, 1);
	memcpy(find->bytes, stream.bytes, stream.len_bytes);
	find->len_bytes = stream.len_bytes;
	find->whence = memory_text("boot001.log");
	find->brought = true;
	sample_free(&stream);
	return 0;
}

static int step(struct session *session, struct brought brought, struct error *error)
{
	struct session_hands hands = {.context = &brought, .fetch = bring};
	enum session_outcome outcome;
	char *note = NULL;
	int status = session_step(session, &hands, 0, &outcome, &note, error);

	free(note);
	return status;
}

static void boots_are_told_the_events_and_one_that_does_not_know_them_is_refused(void **state)
{
	char *words;
	struct error error = {0};
	struct session session;

	(void)state;
	session_make(&session, "events=s2/page-faults");
	words = session_words(&session, &session.plan.boots[0]);
	assert_string_equal(words, "samples=4 seed=7 events=s2/page-faults");
	free(words);
	assert_int_equal(step(&session, (struct brought){.event = "page-fault"}, &error), STATUS_USAGE);
	assert_string_equal(error.text, "boot001.log is not aerokernel@metal, round 1: it does not count page-faults: "
					"write the image anew, with this session's --events");
	error = (struct error){0};
	assert_int_equal(step(&session, (struct brought){.event = "page-faults"}, &error), 0);
	assert_int_equal(session_done(&session), 1);
	session_close(&session);
}

static void a_boot_that_measured_something_else_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *key, *value, *reason;
	} others[] = {
	    {"samples", "5", "samples=5 instead of 4"},
	    {"warmup", "5", "warmup=5 instead of the runner's rule"},
	    {"selection", "named", "it measured some benchmarks by name, not the whole suite"},
	    {"points", "136", "it has 1 points, and says that they are 136"},
	};
	struct error error = {0};
	struct session session;

	(void)state;
	session_make(&session, NULL);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct brought brought = {.key = others[i].key, .value = others[i].value};

		error = (struct error){0};
		assert_int_equal(step(&session, brought, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, others[i].reason));
		assert_int_equal(session.store.boot_count, 0);
	}
	assert_non_null(strstr(error.text, "first entry of an image"));
	error = (struct error){0};
	assert_int_equal(step(&session, (struct brought){.key = "selection", .value = "all"}, &error), 0);
	assert_int_equal(session_done(&session), 1);
	session_close(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_whose_record_is_of_the_wrong_kind_is_refused),
	    cmocka_unit_test(the_latest_session_is_that_of_the_link_where_a_clock_went_back),
	    cmocka_unit_test(a_directory_without_sessions_says_how_to_begin_one),
	    cmocka_unit_test(boots_are_told_the_events_and_one_that_does_not_know_them_is_refused),
	    cmocka_unit_test(a_boot_that_measured_something_else_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
