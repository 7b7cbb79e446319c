/* SPDX-License-Identifier: MIT */
/* What a session's steps do on a real machine: see session_hands.h. */
#include "session_hands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_facts.h"
#include "campaign.h"
#include "kexec.h"
#include "memory.h"
#include "region.h"
#include "region_place.h"
#include "session_text.h"
#include "store_file.h"
#include "stream.h"

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
				    .words = session->words,
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

	if (status == 0)
		status = store_file_unpack(path, &find->bytes, &find->len_bytes, error);
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
	size_t count = machine->memory != NULL ? 1 : region_places_of_linux("", places);

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

static int fetch(void *context, struct session *session, struct session_find *find, struct error *error)
{
	const struct session_machine *machine = context;

	if (machine->from != NULL)
		return fetch_file(machine->from, find, error);
	if (session->way == SESSION_KEXEC)
		return fetch_memory(machine, find, error);
	return 0;
}

/* --- Leaving ------------------------------------------------------------------------------------------------------ */

/*
 * The Aerokernel says itself whether the machine is fit, and how far it is to who looks at the screen, as from an image; the
 * results lie where the next Linux finds them.
 */
static int leave(void *context, struct session *session, const struct plan_boot *boot, struct error *error)
{
	const struct session_machine *machine = context;
	char *own = session_words(session, boot), *words = memory_format(SESSION_KEXEC_WORDS " %s", own);
	struct kexec_options options = {.root = machine->root,
					.kernel = session->kernel,
					.initrd = session->initrd,
					.place = session->place,
					.words = words};
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
	if (status == 0) {
		session_print_leaving(stdout, session, boot);
		fflush(stdout); /* kexec_go() may not come back */
		status = kexec_go(error);
	}
	free(words);
	free(own);
	return status;
}

struct session_hands session_hands(struct session_machine *machine)
{
	return (struct session_hands){.context = machine,
				      .from = machine->from,
				      .facts = facts,
				      .boot_linux = boot_linux,
				      .fetch = fetch,
				      .leave = leave};
}
