/* SPDX-License-Identifier: MIT */
/* What a session's steps do on a real machine: see session_hands.h. */
#include "session_hands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot_facts.h"
#include "campaign.h"
#include "collect_capture.h"
#include "kexec.h"
#include "memory.h"
#include "region.h"
#include "serial_line.h"
#include "stream.h"

/* A machine that boots may be silent for minutes; one that has said a damaged stream may say it again. */
enum { LINE_SILENCE_S = 1800, LINE_DAMAGED_S = 30 };

static json_t *facts(void *context)
{
	const struct session_machine *machine = context;

	return boot_facts_json(machine->root);
}

static int boot_linux(void *context, struct session *session, const struct plan_boot *boot, struct error *error)
{
	const struct session_machine *machine = context;
	struct campaign campaign = {.plan = &session->plan,
				    .store = &session->store,
				    .quiet = machine->quiet,
				    .timeout_seconds = machine->timeout_seconds};
	int status = campaign_run_one(&campaign, boot->index, error);

	if (status == 0 && campaign.interrupted)
		status = error_set(error, STATUS_INTERRUPTED, "interrupted; go on by: aerobench session metal next %s",
				   session->store.id);
	campaign_free(&campaign);
	return status;
}

/* --- What the Aerokernel has left --------------------------------------------------------------------------------- */

/* A file of any kind, "-" for stdin, whole. */
static int read_whole(const char *path, struct session_find *find, struct error *error)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t room = 1 << 16, got;
	int status = 0;

	if (file == NULL)
		return error_set_errno(error, STATUS_USAGE, "cannot read", path);
	find->bytes = memory_new(room, 1);
	while ((got = fread(find->bytes + find->len_bytes, 1, room - find->len_bytes - 1, file)) > 0) {
		find->len_bytes += got;
		if (find->len_bytes + 1 == room && room < STREAM_BYTES_MAX)
			find->bytes = memory_resize(find->bytes, room *= 2, 1);
	}
	find->bytes[find->len_bytes] = '\0';
	if (ferror(file))
		status = error_set_errno(error, STATUS_USAGE, "cannot read", path);
	else if (!feof(file))
		status = error_set(error, STATUS_USAGE, "%s is larger than any stream", path);
	else if (find->len_bytes == 0)
		status = error_set(error, STATUS_USAGE, "%s is empty: was the right file brought?", path);
	if (file != stdin)
		fclose(file);
	return status;
}

/* Takes what a region holds. */
static void take_region(struct session_find *find, struct region *region)
{
	free(find->bytes);
	find->bytes = memory_new(region->len_bytes + 1, 1);
	memcpy(find->bytes, region->bytes, region->len_bytes);
	find->len_bytes = region->len_bytes;
	region_free(region);
}

static int fetch_file(const char *path, struct session_find *find, struct error *error)
{
	struct error none = {STATUS_OK, ""};
	struct region region;
	int status = read_whole(path, find, error);

	/* a copy of a region is one as well */
	if (status == 0 && region_parse(&region, find->bytes, find->len_bytes, 0, &none) == 0)
		take_region(find, &region);
	else if (status == 0 && none.status == STATUS_USAGE)
		status = error_set(error, STATUS_USAGE, "%s: %s", path, none.text);
	find->brought = true;
	if (status == 0)
		find->whence = memory_text(path);
	return status;
}

static int fetch_memory(const struct session_machine *machine, struct session_find *find, struct error *error)
{
	struct region_place places[REGION_PLACES_MAX] = {{0, 0}};
	struct error why = {STATUS_OK, ""};
	size_t count = machine->memory != NULL ? 1 : 0;
	char line[4096] = "";
	FILE *file = machine->memory == NULL ? fopen("/proc/cmdline", "re") : NULL;

	if (file != NULL && fgets(line, sizeof(line), file) != NULL)
		count = region_places(line, places);
	if (file != NULL)
		fclose(file);
	for (size_t i = 0; i < count && find->bytes == NULL; i++) {
		struct region region;

		why = (struct error){STATUS_OK, ""};
		if (region_read(&region, machine->memory, places[i].base, places[i].len_bytes, &why) != 0)
			continue;
		if (region.len_bytes > 0)
			take_region(find, &region);
		else
			region_free(&region);
	}
	if (why.status == STATUS_UNSUPPORTED) /* what is there cannot be read: leaving again would not help */
		return error_set(error, why.status, "%s", why.text);
	if (find->bytes != NULL)
		find->whence = memory_text("memory");
	else
		find->whence =
		    memory_text(why.text[0] != '\0' ? why.text : "this Linux was booted without a region for results");
	return 0;
}

/* What has come over the line is in a file at any moment, and that file stays if nobody wanted its bytes. */
static int capture_line(const struct session_machine *machine, int fd, const struct session *session,
			struct session_find *find, struct error *error)
{
	char *spool = memory_format("%s/aerokernel.capture", session->store.path);
	struct capture_request request = {
	    .fd = fd, .boots = 1, .silence_s = LINE_SILENCE_S, .damaged_s = LINE_DAMAGED_S, .spool = spool};
	struct capture capture = {0};
	int status;

	request.quiet = machine->quiet;
	status = capture_run(&capture, &request, error);
	if (status == 0 && capture.end == CAPTURE_INTERRUPTED)
		status = error_set(error, STATUS_INTERRUPTED,
				   "interrupted; what came is in %s, go on by: aerobench session metal next %s", spool,
				   session->store.id);
	if (status == 0 && capture.len_bytes > 0) {
		find->bytes = capture.bytes;
		find->len_bytes = capture.len_bytes;
		find->spool = memory_text(spool);
		capture.bytes = NULL;
	} else if (status == 0) {
		unlink(spool);
	}
	capture_free(&capture);
	free(spool);
	return status;
}

static int fetch_line(const struct session_machine *machine, const struct session *session, struct session_find *find,
		      struct error *error)
{
	struct serial_line line;
	int status = serial_line_open(&line, session->device, error);

	if (status != 0)
		return status;
	if (!machine->quiet)
		fprintf(stderr, "listening on %s: boot the Aerokernel now; Ctrl-C ends\n", session->device);
	status = capture_line(machine, line.fd, session, find, error);
	serial_line_close(&line);
	if (status == 0)
		find->whence = memory_text(session->device);
	return status;
}

static int fetch(void *context, struct session *session, struct session_find *find, struct error *error)
{
	const struct session_machine *machine = context;

	if (machine->from != NULL)
		return fetch_file(machine->from, find, error);
	if (session->way == SESSION_KEXEC)
		return fetch_memory(machine, find, error);
	return session->way == SESSION_SERIAL ? fetch_line(machine, session, find, error) : 0;
}

/* --- Leaving ------------------------------------------------------------------------------------------------------ */

/* The Aerokernel says itself whether the machine is fit, and the results lie where the next Linux finds them. */
static int leave(void *context, struct session *session, const struct plan_boot *boot, struct error *error)
{
	const struct session_machine *machine = context;
	char *own = session_words(session, boot), *words = memory_format("doctor=yes %s", own);
	struct kexec_options options = {.root = machine->root, .words = words};
	struct kexec_plan plan;
	int status = 0;

	if (machine->memory != NULL) /* a copy of memory is a test's: that computer has more to do */
		status = error_set(error, STATUS_USAGE, "%s holds nothing of %s, round %u", machine->memory,
				   session_subject(session, boot)->name, boot->round + 1);
	if (status == 0)
		status = kexec_plan_make(&plan, &options, error);
	if (status == 0) {
		status = kexec_load(&plan, error);
		kexec_plan_free(&plan);
	}
	if (status == 0)
		status = kexec_go(error);
	free(words);
	free(own);
	return status;
}

struct session_hands session_hands(struct session_machine *machine)
{
	return (struct session_hands){
	    .context = machine, .facts = facts, .boot_linux = boot_linux, .fetch = fetch, .leave = leave};
}
