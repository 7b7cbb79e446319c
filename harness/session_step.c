/* SPDX-License-Identifier: MIT */
/* One step of a session: see session_step.h. */
#include "session_step.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot_words.h"
#include "collect_again.h"
#include "collect_boots.h"
#include "computer.h"
#include "memory.h"
#include "selection.h"
#include "store_file.h"
#include "stream.h"

#define MARK_SCHEMA "aerobench.session/1"

enum { MARK_BYTES_MAX = 1 << 16 };

/* --- The mark: which boot the machine was left to ----------------------------------------------------------------- */

struct mark {
	bool set;
	unsigned index;
	char boot_id[64]; /* of the Linux that left */
};

static char *mark_path(const struct session *session)
{
	return memory_format("%s/session.json", session->store.path);
}

/* A mark that cannot be read is none: at worst a boot is tried once more. */
static void mark_read(const struct session *session, struct mark *mark)
{
	char *path = mark_path(session), *text = NULL;
	const char *reason, *boot_id;
	json_t *json = NULL;
	size_t len;

	*mark = (struct mark){0};
	if (access(path, F_OK) == 0 && store_file_read(path, MARK_BYTES_MAX, &text, &len, NULL) == 0)
		json = store_json_open(text, len, &reason);
	boot_id = json_string_value(json_object_get(json, "boot_id"));
	if (boot_id != NULL && json_is_integer(json_object_get(json, "index"))) {
		mark->set = true;
		mark->index = (unsigned)json_integer_value(json_object_get(json, "index"));
		snprintf(mark->boot_id, sizeof(mark->boot_id), "%s", boot_id);
	}
	json_decref(json);
	free(text);
	free(path);
}

static int mark_write(const struct session *session, unsigned index, const char *boot_id, struct error *error)
{
	json_t *json =
	    json_pack("{s:s, s:I, s:s}", "schema", MARK_SCHEMA, "index", (json_int_t)index, "boot_id", boot_id);
	char *path = mark_path(session), *text = store_json_seal(json, JSON_COMPACT);
	int status = store_file_write(path, text, strlen(text), error);

	if (status == 0)
		status = store_directory_sync(session->store.path, error);
	free(text);
	free(path);
	json_decref(json);
	return status;
}

static void mark_drop(const struct session *session)
{
	char *path = mark_path(session);

	if (unlink(path) != 0 && errno != ENOENT)
		error_warn("cannot remove %s: %s", path, strerror(errno));
	free(path);
}

/* --- Taking in what the Aerokernel left --------------------------------------------------------------------------- */

/* In what the boot measured something else; allocated, NULL: in nothing. Of an image, which has other entries too, with what to do. */
static char *words_difference(const struct session *session, const struct stream *stream, const char *words, bool whole)
{
	char *difference = selection_difference(stream, words, whole), *advice;

	if (difference == NULL || session->way == SESSION_KEXEC)
		return difference;
	advice = memory_format("%s: boot the first entry of an image that was written as 'next' says", difference);
	free(difference);
	return advice;
}

static bool is_name(const char *name, const char *begin, const char *end)
{
	return strlen(name) == (size_t)(end - begin) && memcmp(name, begin, (size_t)(end - begin)) == 0;
}

/* Whether an image, which was written at another time, is of the build that the session was begun with; as above. */
static char *commit_difference(const struct session *session, const struct stream *stream)
{
	const json_t *versions = json_object_get(session->store.run, "versions");
	const char *wanted = json_string_value(json_object_get(versions, "aerobench"));
	const char *said = stream_env(stream, "commit");

	if (wanted == NULL || said == NULL || strcmp(wanted, said) == 0)
		return NULL;
	return memory_format("the image is of build %s, not of %s: write it anew", said, wanted);
}

/* An event of the session's words that a whole stream neither counts nor says why not; allocated, NULL: there is none. */
static char *event_difference(const struct stream *stream, const char *words)
{
	size_t len = 0, word_len;
	const char *list = boot_words_value(words, "events", &len), *end = list != NULL ? list + len : NULL;

	for (; list != NULL && list < end; list += word_len + 1) {
		const char *slash = memchr(list, '/', word_len = strcspn(list, ", "));
		bool known = slash == NULL; /* not a word of ours */

		for (size_t i = 0; i < stream->count_count && !known; i++)
			known = is_name(stream->counts[i].event, slash + 1, list + word_len);
		for (size_t i = 0; i < stream->nocount_count && !known; i++)
			known = is_name(stream->nocounts[i].point.benchmark, slash + 1, list + word_len);
		if (!known)
			return memory_format(
			    "it does not count %.*s: write the image anew, with this session's --events",
			    (int)(list + word_len - slash - 1), slash + 1);
	}
	return NULL;
}

/* Why what was found cannot be this boot's; allocated, NULL: it can. */
static char *foreign(const struct session *session, const struct plan_boot *boot, const struct collect_boot *found)
{
	const struct store_boot *same =
	    collect_again_find(&session->store, session_subject(session, boot)->name, found);
	char *words, *difference = NULL;
	struct stream stream;
	const char *os;
	bool whole;

	if (same != NULL)
		return memory_format("it is boot %u of this session already", same->index + 1);
	words = session_words(session, boot);
	whole = stream_parse(&stream, found->log, found->log_bytes, NULL) == 0;
	os = stream_env(&stream, "os");
	if (os == NULL || strcmp(os, "aerokernel") != 0)
		difference = memory_format("it is a stream of %s", os != NULL ? os : "nobody");
	if (difference == NULL && whole) /* the wrong file, or the wrong stick */
		difference = computer_difference(session->facts, &stream);
	/* Each round that goes by kexec has a seed of its own: so what lay in memory from another round is told apart. */
	if (difference == NULL && session->way == SESSION_KEXEC)
		difference = selection_word_difference(&stream, words, "seed");
	if (difference == NULL && session->way != SESSION_KEXEC)
		difference = commit_difference(session, &stream);
	if (difference == NULL)
		difference = words_difference(session, &stream, words, whole);
	if (difference == NULL && whole)
		difference = event_difference(&stream, words);
	stream_free(&stream);
	free(words);
	return difference;
}

static int store_found(struct session *session, const struct plan_boot *boot, const struct collect_boot *found,
		       const struct session_find *find, struct error *error)
{
	json_t *argv = json_pack("[s, s?]", session_way_name(session->way), find->whence);
	struct store_boot record = {.index = boot->index,
				    .round = boot->round,
				    .subject = (char *)session_subject(session, boot)->name,
				    .status = found->status,
				    .reason = found->reason,
				    .seconds = found->seconds,
				    .argv = argv};
	struct store_output output = {.stream = found->log,
				      .stream_bytes = found->log_bytes,
				      .console = find->bytes,
				      .console_bytes = find->len_bytes};
	int status = store_append(&session->store, &record, &output, error);

	json_decref(argv);
	return status;
}

/*
 * The first boot in what was found that can be this one is stored, and *taken. Else *why says why none is: allocated. A file
 * may hold several boots, and is brought once for each of them.
 */
static int take(struct session *session, const struct plan_boot *boot, const struct session_find *find, bool *taken,
		char **why, struct error *error)
{
	struct collect_boots boots;
	struct error none = {STATUS_OK, ""};
	int status = 0;

	*taken = false;
	*why = NULL;
	collect_boots_read(&boots, find->bytes, find->len_bytes);
	collect_boots_choose(&boots, 0);
	if (boots.count == 0) {
		collect_boots_none(&boots, find->bytes, find->len_bytes, "it", &none);
		*why = memory_text(none.text);
	}
	for (size_t i = 0; i < boots.count && !*taken && status == 0; i++) {
		free(*why);
		*why = foreign(session, boot, &boots.boots[i]);
		if (*why == NULL)
			status = store_found(session, boot, &boots.boots[i], find, error);
		*taken = *why == NULL && status == 0;
	}
	collect_boots_free(&boots);
	return status;
}

/* --- Steps -------------------------------------------------------------------------------------------------------- */

/* The machine was left to this boot, and is back without its results. */
static int store_lost(struct session *session, const struct plan_boot *boot, const char *why, struct error *error)
{
	struct session_find nothing = {.bytes = (char *)"", .whence = (char *)"memory"};
	struct collect_boot lost = {.status = STORE_FAILED, .log = (char *)""};
	int status;

	lost.reason = memory_format("the machine was left to it and came back without its results: %s", why);
	status = store_found(session, boot, &lost, &nothing, error);
	free(lost.reason);
	return status;
}

static int leave(struct session *session, const struct session_hands *hands, const struct plan_boot *boot,
		 const char *boot_id, struct error *error)
{
	/* First the mark, then the leap: whoever comes back knows that there was one. */
	int status = mark_write(session, boot->index, boot_id, error);

	if (status == 0)
		status = hands->leave(hands->context, session, boot, error);
	if (status != 0)
		mark_drop(session);
	return status;
}

/*
 * Whether this Linux is one that came after a leap to this boot. Only then can memory hold it: what lies there otherwise is
 * older, and where two sessions were given one seed nothing else tells it apart.
 */
static bool was_left(const struct session *session, const struct session_hands *hands, const struct plan_boot *boot)
{
	json_t *facts = hands->facts(hands->context);
	const char *boot_id = json_string_value(json_object_get(facts, "boot_id"));
	struct mark mark;
	bool left;

	mark_read(session, &mark);
	left = mark.set && mark.index == boot->index && strcmp(mark.boot_id, boot_id != NULL ? boot_id : "") != 0;
	json_decref(facts);
	return left;
}

/* By kexec, with nothing of this boot in memory. */
static int step_kexec(struct session *session, const struct session_hands *hands, const struct plan_boot *boot,
		      const char *why, enum session_outcome *outcome, struct error *error)
{
	json_t *facts = hands->facts(hands->context);
	const char *boot_id = json_string_value(json_object_get(facts, "boot_id"));
	int status;

	if (was_left(session, hands, boot)) {
		status = store_lost(session, boot, why, error);
		if (status == 0)
			mark_drop(session);
		*outcome = SESSION_STORED;
	} else {
		status = session_check_linux(session, facts, error);
		if (status == 0)
			status = leave(session, hands, boot, boot_id != NULL ? boot_id : "", error);
		*outcome = SESSION_LEFT;
	}
	json_decref(facts);
	return status;
}

static int step_aerokernel(struct session *session, const struct session_hands *hands, const struct plan_boot *boot,
			   enum session_outcome *outcome, char **note, struct error *error)
{
	struct session_find find = {0};
	char *why = NULL;
	bool taken = false;
	int status = hands->fetch(hands->context, session, &find, error);

	if (status == 0 && find.bytes != NULL &&
	    (session->way != SESSION_KEXEC || find.brought || was_left(session, hands, boot)))
		status = take(session, boot, &find, &taken, &why, error);
	if (status == 0 && taken) {
		mark_drop(session);
		*outcome = SESSION_STORED;
	} else if (status == 0 && session->way == SESSION_KEXEC && !find.brought) {
		status = step_kexec(session, hands, boot,
				    why != NULL           ? why
				    : find.whence != NULL ? find.whence
							  : "nothing was found",
				    outcome, error);
	} else if (status == 0 && find.bytes != NULL) {
		status = error_set(error, STATUS_USAGE, "%s is not %s, round %u: %s", find.whence,
				   session_subject(session, boot)->name, boot->round + 1, why);
	} else if (status == 0) {
		*outcome = SESSION_WAITS;
		*note = find.whence;
		find.whence = NULL;
	}
	free(why);
	free(find.bytes);
	free(find.whence);
	return status;
}

static int step_linux(struct session *session, const struct session_hands *hands, const struct plan_boot *boot,
		      enum session_outcome *outcome, struct error *error)
{
	json_t *facts = hands->facts(hands->context);
	int status = session_check_linux(session, facts, error);

	json_decref(facts);
	if (status == 0)
		status = hands->boot_linux(hands->context, session, boot, error);
	*outcome = SESSION_STORED;
	return status;
}

/* A file is there, but no boot of the Aerokernel is next: to measure Linux instead is not what was asked for. */
static int refuse_brought(const struct session *session, const struct session_hands *hands,
			  const struct plan_boot *boot, struct error *error)
{
	if (boot == NULL)
		return error_set(error, STATUS_USAGE, "%s is not wanted: session %s has all its boots", hands->from,
				 session->store.id);
	return error_set(error, STATUS_USAGE,
			 "%s is not wanted yet: next is %s, round %u, which 'aerobench session metal next' measures "
			 "on this Linux, without --from",
			 hands->from, session_subject(session, boot)->name, boot->round + 1);
}

int session_step(struct session *session, const struct session_hands *hands, unsigned tries,
		 enum session_outcome *outcome, char **note, struct error *error)
{
	const struct plan_boot *boot = session_next(session, tries);

	*note = NULL;
	if (hands->from != NULL && (boot == NULL || session_subject(session, boot)->system == SUBJECT_LINUX))
		return refuse_brought(session, hands, boot, error);
	if (boot == NULL) {
		*outcome = SESSION_COMPLETE;
		return 0;
	}
	if (session_subject(session, boot)->system == SUBJECT_LINUX)
		return step_linux(session, hands, boot, outcome, error);
	return step_aerokernel(session, hands, boot, outcome, note, error);
}
