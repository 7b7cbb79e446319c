/* SPDX-License-Identifier: MIT */
/* What a session says to people: see session_text.h. */
#include "session_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "table.h"

char *session_boot_name(const struct session *session, const struct plan_boot *boot)
{
	return memory_format("%s, round %u of %u (boot %u of %zu)", session_subject(session, boot)->name,
			     boot->round + 1, plan_rounds(&session->plan), boot->index + 1, session->plan.boot_count);
}

/* The names that were asked for; their codes are this computer's, on which the image is made too. */
static void print_events(FILE *file, const json_t *events)
{
	for (size_t i = 0; i < json_array_size(events); i++)
		fprintf(file, "%s%s", i == 0 ? " --events " : ",",
			json_string_value(json_object_get(json_array_get(events, i), "name")));
}

/* The options of `aerobench image` that make it this boot's. */
static void print_options(FILE *file, const struct session *session, const struct plan_boot *boot)
{
	char *words = session_words(session, boot), *rest = words, *word;

	while ((word = strsep(&rest, " ")) != NULL) {
		if (strncmp(word, "bench=", 6) == 0) {
			char *selections = word + 6, *one;

			while ((one = strsep(&selections, ",")) != NULL)
				fprintf(file, " -b %s", one);
		} else if (strncmp(word, "samples=", 8) == 0) {
			fprintf(file, " --samples %s", word + 8);
		} else if (strncmp(word, "warmup=", 7) == 0) {
			fprintf(file, " --warmup %s", word + 7);
		}
	}
	free(words);
	print_events(file, json_object_get(session->store.run, "events"));
}

/*
 * A stick that keeps results needs a small Linux, and that needs its own modules and no other kernel's: a copy, because a
 * computer may have several kernels. No --boots: the stick measures each time that it is booted.
 */
void session_print_image(FILE *file, const struct session *session, const struct plan_boot *boot)
{
	if (session->way == SESSION_STICK)
		fputs("       mkdir -p stick/lib/modules && cp -r /lib/modules/$(uname -r) stick/lib/modules/\n", file);
	fputs("       aerobench image", file);
	if (session->way == SESSION_STICK)
		fputs(" --linux /boot/vmlinuz-$(uname -r) --modules-from stick", file);
	print_options(file, session, boot);
	fputc('\n', file);
}

/* How the results come to this Linux. */
static void print_stick(FILE *file)
{
	fputs("  2. Boot this very computer from it, writable, and let the whole suite end: then the computer resets, "
	      "and\n"
	      "     a small Linux writes results/bootNNN.log to the stick's partition AEROBENCH.\n"
	      "  3. Boot Linux from the disk again, mount that partition, and give the newest file there to:\n",
	      file);
}

static void print_serial(FILE *file)
{
	fputs(
	    "  2. On another computer, at the end of this one's serial line, before the boot:\n"
	    "       aerobench collect --serial /dev/ttyUSB0    (or any other program that logs the line)\n"
	    "  3. Boot this very computer from the image and let the whole suite end.\n"
	    "  4. Copy what the other computer has to this one (of collect: RUN/*-aerokernel@metal.log.zst, as it is;\n"
	    "     else the log), boot Linux again, and give the file to:\n",
	    file);
}

void session_print_todo(FILE *file, const struct session *session, const struct plan_boot *boot)
{
	char *name = session_boot_name(session, boot);

	fprintf(file,
		"Next: %s. Do this by hand:\n"
		"  1. Once: write a boot image with this session's words, and put it on a stick%s:\n",
		name, session->way == SESSION_SERIAL ? " or a boot server" : "");
	session_print_image(file, session, boot);
	if (session->way == SESSION_SERIAL)
		print_serial(file);
	else
		print_stick(file);
	fprintf(file, "       aerobench session metal next --from FILE %s\n", session->store.id);
	free(name);
}

void session_print_leaving(FILE *file, const struct session *session, const struct plan_boot *boot)
{
	char *name = session_boot_name(session, boot);

	fprintf(file, "This Linux ends now, for %s; it comes back by itself. Then: aerobench session metal resume %s\n",
		name, session->store.id);
	free(name);
}

/* --- Status ------------------------------------------------------------------------------------------------------- */

static void count(const struct session *session, size_t subject, unsigned *ok, unsigned *failed)
{
	*ok = *failed = 0;
	for (size_t i = 0; i < session->plan.boot_count; i++) {
		const struct store_boot *stored = store_find(&session->store, session->plan.boots[i].index);

		if (session->plan.boots[i].subject != subject || stored == NULL)
			continue;
		*ok += stored->status == STORE_OK;
		*failed += stored->status != STORE_OK;
	}
}

void session_print_status(FILE *file, const struct session *session)
{
	static const char *const headings[] = {"subject", "boots", "of", "failed"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
	const struct plan_boot *next = session_next(session, 0);
	struct table table;

	fprintf(file, "Session %s: %zu of %zu boots; Aerokernel by %s; profile %s\n", session->store.id,
		session_done(session), session->plan.boot_count, session_way_name(session->way),
		session->profile != NULL ? session->profile : "none: Linux as it was at the beginning");
	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < session->plan.subject_count; i++) {
		unsigned ok, failed;

		count(session, i, &ok, &failed);
		table_cell(&table, session->plan.subjects[i].subject.name);
		table_format(&table, "%u", ok);
		table_format(&table, "%u", session->plan.subjects[i].boots);
		table_format(&table, "%u", failed);
		table_end_row(&table);
	}
	table_print(&table, file, false);
	table_free(&table);
	if (next != NULL) {
		const struct store_boot *stored = store_find(&session->store, next->index);
		char *name = session_boot_name(session, next);

		if (stored != NULL)
			fprintf(file, "\nIts last try failed: %s", stored->reason);
		fprintf(file, "\nNext: %s, by 'aerobench session metal next %s'\n", name, session->store.id);
		free(name);
	} else {
		fputs("\nAll boots are there: 'aerobench session metal finish' checks that they fit together\n", file);
	}
}

json_t *session_status_json(const struct session *session)
{
	const struct plan_boot *next = session_next(session, 0);
	char *words = next != NULL ? session_words(session, next) : NULL;
	json_t *subjects = json_array(), *json;

	for (size_t i = 0; i < session->plan.subject_count; i++) {
		unsigned ok, failed;

		count(session, i, &ok, &failed);
		json_array_append_new(subjects, json_pack("{s:s, s:i, s:i, s:i}", "subject",
							  session->plan.subjects[i].subject.name, "boots_ok", (int)ok,
							  "boots_planned", (int)session->plan.subjects[i].boots,
							  "boots_failed", (int)failed));
	}
	json = json_pack(
	    "{s:s, s:s, s:o, s:s, s:s?, s:i, s:i, s:o, s:o}", "schema", "aerobench.session_status/1", "id",
	    session->store.id, "path", output_text_json(session->store.path), "by", session_way_name(session->way),
	    "profile", session->profile, "boots_ok", (int)session_done(session), "boots_planned",
	    (int)session->plan.boot_count, "subjects", subjects, "next",
	    next != NULL ? json_pack("{s:i, s:i, s:s, s:s}", "index", (int)next->index, "round", (int)next->round,
				     "subject", session_subject(session, next)->name, "words", words)
			 : json_null());
	free(words);
	return json;
}

/* --- Other programs' files ---------------------------------------------------------------------------------------- */

/* systemd.unit(5), "Specifiers"; systemd.syntax(7), "Quoting"; systemd.service(5), "Command lines": all these are doubled. */
static char *unit_text(const char *text, const char *doubled)
{
	char *escaped = memory_new(2 * strlen(text) + 1, 1), *to = escaped;

	for (; *text != '\0'; text++) {
		if (strchr(doubled, *text) != NULL)
			*to++ = *text;
		*to++ = *text;
	}
	return escaped;
}

void session_print_unit(FILE *file, const struct session *session, const char *program, const char *options)
{
	char *path = realpath(session->store.path, NULL), *condition, *run, *command;

	if (path == NULL)
		path = memory_text(session->store.path);
	condition = unit_text(path, "%");
	run = unit_text(path, "%$\\");
	command = unit_text(program, "%\\");
	fprintf(file,
		"# Goes on with session %s after each boot of Linux, until it is done.\n"
		"# As root: put this into /etc/systemd/system/aerobench-session.service, then\n"
		"#   systemctl daemon-reload && systemctl enable --now aerobench-session\n"
		"# and at the end: systemctl disable aerobench-session. What it says: journalctl -u aerobench-session\n"
		"[Unit]\nDescription=Aerobench session %s\nConditionPathExists=%s/run.json\n\n"
		"[Service]\nType=simple\nExecStart=\"%s\" session metal resume --at-boot%s \"%s\"\n\n"
		"[Install]\nWantedBy=multi-user.target\n",
		session->store.id, session->store.id, condition, command, options, run);
	free(condition);
	free(command);
	free(run);
	free(path);
}

/* "CPU 1 is" and "CPUs 0-1 are", with the verb for one and for several. */
static void print_cpus(FILE *file, const char *list, const char *one, const char *several)
{
	bool many = strpbrk(list, ",-") != NULL;

	fprintf(file, "CPU%s %s %s", many ? "s" : "", list, many ? several : one);
}

void session_print_profile(FILE *file, const struct profile *profile)
{
	static const char *const headings[] = {"word", "so that"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_LEFT};
	char *line = profile_line(profile);
	struct table table;

	fprintf(file, "Profile %s on this computer: ", profile->name);
	print_cpus(file, profile->isolated, "is isolated, ", "are isolated, ");
	print_cpus(file, profile->housekeeping, "does", "do");
	fputs(
	    " the housekeeping. Benchmarks of a few\nCPUs run on isolated ones; those of all CPUs run on the others as "
	    "well.\n\n",
	    file);
	table_init(&table, 2, headings, align);
	for (size_t i = 0; i < profile->word_count; i++) {
		table_cell(&table, profile->words[i].word);
		table_cell(&table, profile->words[i].why);
	}
	table_print(&table, file, false);
	table_free(&table);
	fprintf(file,
		"\nAdd this to GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub and reboot:\n  %s\n"
		"Then: aerobench session metal start --profile %s\n",
		line, profile->name);
	free(line);
}
