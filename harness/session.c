/* SPDX-License-Identifier: MIT */
/* A session on bare metal: see session.h. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "boot_facts.h"
#include "campaign_boot.h"
#include "computer.h"
#include "memory.h"
#include "record.h"
#include "summary.h"

const char *const session_subjects[] = {"aerokernel@metal", "linux@host", "linux@host:tuned"};

static const char *const way_names[SESSION_WAYS] = {"kexec", "stick", "serial"};

/* --- What run.json says of it ------------------------------------------------------------------------------------- */

const char *session_way_name(enum session_way way)
{
	return way_names[way];
}

bool session_way_find(const char *name, enum session_way *way)
{
	for (int i = 0; i < SESSION_WAYS; i++) {
		if (name == NULL || strcmp(name, way_names[i]) != 0)
			continue;
		*way = (enum session_way)i;
		return true;
	}
	return false;
}

json_t *session_json(enum session_way way, const char *profile, json_t *facts)
{
	return json_pack("{s:s, s:s, s:s?, s:o}", "kind", "metal", "by", way_names[way], "profile", profile, "facts",
			 facts);
}

bool session_is(const json_t *run)
{
	return json_is_object(json_object_get(run, "session"));
}

/* --- Opening ------------------------------------------------------------------------------------------------------ */

/* The directory of a run that is a session; allocated, NULL: it is none. What cannot be opened is told to who names it. */
static char *path_of_session(const char *results, const char *name)
{
	struct store store;
	char *path = NULL, *whole;

	if (store_open(&store, results, name, NULL) != 0)
		return NULL;
	whole = session_is(store.run) ? realpath(store.path, NULL) : NULL; /* "latest" may be another run's tomorrow */
	if (whole != NULL)
		path = memory_format("%s/%s", results, strrchr(whole, '/') + 1);
	free(whole);
	store_close(&store);
	return path;
}

/*
 * The path of the session that was begun last; allocated, NULL with the error set. "latest" knows it also where the clock
 * went back since, as that of an old computer does; else the ids tell.
 */
static char *find_latest(const char *results, struct error *error)
{
	char **ids, *path = path_of_session(results, "latest");
	size_t count;
	int status = store_list(results, &ids, &count, error);

	for (size_t i = count; i-- > 0 && path == NULL && status == 0;)
		path = path_of_session(results, ids[i]);
	memory_texts_free(ids, count);
	if (path == NULL)
		error_set(error, STATUS_USAGE, "no session in %s: begin one by 'aerobench session metal start'",
			  results);
	return path;
}

static int take_record(struct session *session, struct error *error)
{
	const json_t *record = json_object_get(session->store.run, "session"), *kexec;

	if (record == NULL)
		return error_set(error, STATUS_USAGE,
				 "run %s is no session: 'aerobench run --resume' goes on with a run",
				 session->store.id);
	session->profile = json_string_value(json_object_get(record, "profile"));
	session->facts = json_object_get(record, "facts");
	session->words = json_string_value(json_object_get(json_object_get(session->store.run, "campaign"), "words"));
	kexec = json_object_get(record, "kexec"); /* records of a time before there were options have none */
	session->kernel = json_string_value(json_object_get(kexec, "kernel"));
	session->initrd = json_string_value(json_object_get(kexec, "initrd"));
	session->place = json_string_value(json_object_get(kexec, "place"));
	if (!session_way_find(json_string_value(json_object_get(record, "by")), &session->way) ||
	    !json_is_object(session->facts))
		return error_set(
		    error, STATUS_USAGE,
		    "%s/run.json: the member 'session' is not usable: restore it from a copy, or start anew",
		    session->store.path);
	return plan_read(&session->plan, json_object_get(session->store.run, "campaign"), error);
}

int session_open(struct session *session, const char *results, const char *name, bool append, struct error *error)
{
	char *latest = name == NULL ? find_latest(results, error) : NULL;
	int status;

	*session = (struct session){.store = {.journal_fd = -1}};
	if (name == NULL && latest == NULL)
		return (int)error->status;
	name = name != NULL ? name : latest;
	status = append ? store_resume(&session->store, results, name, error)
			: store_open(&session->store, results, name, error);
	if (status == 0)
		status = take_record(session, error);
	if (status == 0 && append)
		status = record_same_programs(session->store.run, error);
	if (status != 0)
		session_close(session);
	free(latest);
	return status;
}

void session_close(struct session *session)
{
	plan_free(&session->plan);
	store_close(&session->store);
	*session = (struct session){.store = {.journal_fd = -1}};
}

/* --- What is next ------------------------------------------------------------------------------------------------- */

const struct plan_boot *session_next(const struct session *session, unsigned tries)
{
	for (size_t i = 0; i < session->plan.boot_count; i++) {
		const struct store_boot *stored = store_find(&session->store, session->plan.boots[i].index);

		if (stored != NULL && (stored->status == STORE_OK || (tries > 0 && stored->attempts >= tries)))
			continue;
		return &session->plan.boots[i];
	}
	return NULL;
}

const struct subject *session_subject(const struct session *session, const struct plan_boot *boot)
{
	return &session->plan.subjects[boot->subject].subject;
}

size_t session_done(const struct session *session)
{
	size_t done = 0;

	for (size_t i = 0; i < session->plan.boot_count; i++) {
		const struct store_boot *stored = store_find(&session->store, session->plan.boots[i].index);

		done += stored != NULL && stored->status == STORE_OK;
	}
	return done;
}

char *session_words(const struct session *session, const struct plan_boot *boot)
{
	struct plan plan = session->plan;
	struct campaign campaign = {.plan = &plan, .words = session->words};

	return campaign_boot_words(&campaign, boot);
}

/* --- What has to hold --------------------------------------------------------------------------------------------- */

static int check_computer(const struct session *session, const json_t *facts, struct error *error)
{
	struct computer then, now;
	int status = 0;
	char *text;

	computer_read(&then, NULL, session->facts);
	computer_read(&now, NULL, facts);
	if (computer_match(&then, &now, &text) == COMPUTER_OTHER)
		status = error_set(error, STATUS_FAILED, "session %s was begun on another computer: %s",
				   session->store.id, text);
	free(text);
	return status;
}

int session_check_linux(const struct session *session, const json_t *facts, struct error *error)
{
	int status = check_computer(session, facts, error);
	char *differences = boot_facts_differences(session->facts, facts);

	if (status == 0 && differences != NULL && session->profile != NULL)
		status = error_set(error, STATUS_FAILED,
				   "Linux is not as profile %s and session %s want it: %s; bring that back ('aerobench "
				   "session metal profile %s' has the words), or start a new session",
				   session->profile, session->store.id, differences, session->profile);
	else if (status == 0 && differences != NULL)
		status = error_set(error, STATUS_FAILED,
				   "Linux is not as it was when session %s was begun: %s; bring that back, or start a "
				   "new session",
				   session->store.id, differences);
	free(differences);
	return status;
}

static int check_boots(const struct session *session, struct error *error)
{
	const struct plan_boot *next = session_next(session, 0);
	const struct store_boot *stored = next != NULL ? store_find(&session->store, next->index) : NULL;

	if (next == NULL)
		return 0;
	return error_set(error, STATUS_FAILED,
			 "session %s has %zu of %zu boots; the next is %s, round %u%s%s; go on by 'aerobench session "
			 "metal next'",
			 session->store.id, session_done(session), session->plan.boot_count,
			 session_subject(session, next)->name, next->round + 1,
			 stored != NULL ? ", which failed: " : "",
			 stored != NULL && stored->reason != NULL ? stored->reason : "");
}

/* Linux of every boot against the beginning: a run that was carried on by other means may hold others. */
static int check_facts(const struct session *session, struct error *error)
{
	int status = 0;

	for (size_t i = 0; i < session->store.boot_count && status == 0; i++) {
		const struct store_boot *boot = &session->store.boots[i];

		if (boot->status == STORE_OK && boot->environment != NULL) {
			status = session_check_linux(session, boot->environment, error);
			error_prefix(status != 0 ? error : NULL, "boot %u, %s", boot->index, boot->subject);
		}
	}
	return status;
}

int session_finish(const struct session *session, char **computer, struct error *error)
{
	struct summary_select everything = {0};
	struct summary summary;
	int status = check_boots(session, error);

	*computer = NULL;
	if (status == 0)
		status = check_facts(session, error);
	if (status == 0)
		status = summary_load(&summary, (struct store *)&session->store, &everything, error);
	if (status != 0)
		return status;
	for (int i = 1; i < SESSION_SUBJECTS && status == 0; i++) {
		free(*computer);
		if (computer_match_subjects(&summary, session_subjects[0], &summary, session_subjects[i], computer) ==
		    COMPUTER_OTHER)
			status = error_set(error, STATUS_FAILED, "session %s: %s and %s: %s", session->store.id,
					   session_subjects[0], session_subjects[i], *computer);
	}
	summary_free(&summary);
	if (status != 0) {
		free(*computer);
		*computer = NULL;
	}
	return status;
}
