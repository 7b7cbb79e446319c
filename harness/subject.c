/* SPDX-License-Identifier: MIT */
/*
 * Names of subjects. Everything that is refused here is refused by name, with the nearest valid word beside it.
 */
#include "subject.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const system_names[SUBJECT_SYSTEMS] = {"aerokernel", "linux"};
static const char *const machine_names[SUBJECT_MACHINES] = {"host", "qemu", "sim", "kvm", "metal", "cores"};
static const char *const option_names[] = {"poll", "lean", "tuned", "cpus=N", "build=NAME"};

const char *const subject_defaults[] = {
    "aerokernel@qemu", "linux@qemu", "linux@host", "aerokernel@sim", "linux@sim",
};
const size_t subject_defaults_count = sizeof(subject_defaults) / sizeof(subject_defaults[0]);

const char *const subject_known[] = {
    "aerokernel@qemu", "aerokernel@sim", "aerokernel@kvm", "aerokernel@metal", "aerokernel@cores",
    "linux@host",      "linux@qemu",     "linux@sim",      "linux@kvm",
};
const size_t subject_known_count = sizeof(subject_known) / sizeof(subject_known[0]);

enum { WORD_MAX = 64 };

const char *subject_system_name(enum subject_system system)
{
	return system_names[system];
}

const char *subject_machine_name(enum subject_machine machine)
{
	return machine_names[machine];
}

bool subject_is_timed(const struct subject *subject)
{
	return subject->machine != SUBJECT_SIM;
}

const char *subject_unit(const struct subject *subject)
{
	return subject_is_timed(subject) ? "ticks" : "instructions";
}

bool subject_is_virtual(const struct subject *subject)
{
	return subject->machine == SUBJECT_QEMU || subject->machine == SUBJECT_SIM || subject->machine == SUBJECT_KVM;
}

static bool is_bare(enum subject_machine machine)
{
	return machine == SUBJECT_HOST || machine == SUBJECT_METAL || machine == SUBJECT_CORES;
}

bool subject_same_hardware(enum subject_machine a, enum subject_machine b)
{
	return a == b || (is_bare(a) && is_bare(b));
}

bool subject_is_pair(const struct subject *a, const struct subject *b)
{
	return a->system == SUBJECT_AEROKERNEL && b->system == SUBJECT_LINUX &&
	       subject_same_hardware(a->machine, b->machine) && a->cpus == b->cpus && strcmp(a->build, b->build) == 0;
}

/* --- Nearest ----------------------------------------------------------------------------------------------------------- */

/* Edit distance (Wagner and Fischer 1974) over the first WORD_MAX bytes. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t a_len = strnlen(a, WORD_MAX), b_len = strnlen(b, WORD_MAX);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *subject_nearest(const char *text, const char *const *candidates, size_t count)
{
	const char *nearest = candidates[0];
	unsigned best = UINT32_MAX;

	for (size_t i = 0; i < count; i++) {
		unsigned this = distance(text, candidates[i]);

		if (this < best) {
			best = this;
			nearest = candidates[i];
		}
	}
	return nearest;
}

/* --- Reading ----------------------------------------------------------------------------------------------------------- */

static int find(const char *word, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(word, names[i]) == 0)
			return i;
	return -1;
}

static int parse_cpus(struct subject *subject, const char *text, const char *value, struct error *error)
{
	char *end;
	unsigned long cpus;

	errno = 0;
	cpus = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || cpus < 1 || cpus > SUBJECT_CPUS_MAX)
		return error_set(error, STATUS_USAGE, "subject '%s': cpus=%s is not a number from 1 to %d", text, value,
				 SUBJECT_CPUS_MAX);
	subject->cpus = (unsigned)cpus;
	return 0;
}

static int parse_build(struct subject *subject, const char *text, const char *name, struct error *error)
{
	if (!build_name_valid(name))
		return error_set(
		    error, STATUS_USAGE,
		    "subject '%s': '%s' is no name for a build: use at most %d letters, digits, '.', '_' and '-'", text,
		    name, BUILD_NAME_MAX - 1);
	strcpy(subject->build, name);
	return 0;
}

static int parse_option(struct subject *subject, const char *text, const char *option, struct error *error)
{
	bool linux_system = subject->system == SUBJECT_LINUX;

	if (strncmp(option, "build=", 6) == 0)
		return parse_build(subject, text, option + 6, error);
	if (strncmp(option, "cpus=", 5) == 0)
		return parse_cpus(subject, text, option + 5, error);
	if (strcmp(option, "tuned") == 0) {
		subject->tuned = true;
		if (!linux_system)
			return error_set(error, STATUS_USAGE, "subject '%s': tuned is a profile of linux; use '%s@%s'",
					 text, system_names[subject->system], machine_names[subject->machine]);
		return 0;
	}
	if (strcmp(option, "lean") == 0) {
		subject->lean = true;
		if (!linux_system || !subject_is_virtual(subject))
			return error_set(error, STATUS_USAGE,
					 "subject '%s': lean is how a guest's Linux is booted; use 'linux@qemu:lean'",
					 text);
		return 0;
	}
	if (strcmp(option, "poll") == 0) {
		subject->poll = true;
		if (subject->machine == SUBJECT_METAL)
			return error_set(
			    error, STATUS_USAGE,
			    "subject '%s': on metal the boot's own words say whether it polls (image --words "
			    "idle=poll); its name is '%s@metal'",
			    text, system_names[subject->system]);
		if (!subject_is_virtual(subject))
			return error_set(
			    error, STATUS_USAGE,
			    "subject '%s': a running Linux cannot be made to poll; boot it with idle=poll, or use a "
			    "virtual machine: 'linux@qemu:poll'",
			    text);
		return 0;
	}
	return error_set(error, STATUS_USAGE, "subject '%s': unknown option '%s', nearest is '%s'", text, option,
			 subject_nearest(option, option_names, sizeof(option_names) / sizeof(option_names[0])));
}

static int parse_options(struct subject *subject, const char *text, char *options, struct error *error)
{
	char *rest = options;

	while (rest != NULL) {
		const char *option = strsep(&rest, ",");
		int status = parse_option(subject, text, option, error);

		if (status != 0)
			return status;
	}
	return 0;
}

/* The canonical name: the same subject written in two ways is one row. */
static void name_make(struct subject *subject)
{
	char cpus[16] = "", build[BUILD_NAME_MAX + 8] = "";
	const char *options[] = {subject->poll ? "poll" : NULL, subject->lean ? "lean" : NULL,
				 subject->tuned ? "tuned" : NULL, NULL, NULL};
	char separator = ':';
	size_t len;

	if (subject->cpus != 0) {
		snprintf(cpus, sizeof(cpus), "cpus=%u", subject->cpus);
		options[3] = cpus;
	}
	if (subject->build[0] != '\0') {
		snprintf(build, sizeof(build), "build=%s", subject->build);
		options[4] = build;
	}
	len = (size_t)snprintf(subject->name, sizeof(subject->name), "%s@%s", system_names[subject->system],
			       machine_names[subject->machine]);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i] == NULL)
			continue;
		len +=
		    (size_t)snprintf(subject->name + len, sizeof(subject->name) - len, "%c%s", separator, options[i]);
		separator = ',';
	}
}

void subject_drop_cpus(struct subject *subject)
{
	subject->cpus = 0;
	name_make(subject);
}

void subject_set_build(struct subject *subject, const char *build)
{
	snprintf(subject->build, sizeof(subject->build), "%s", build);
	name_make(subject);
}

static int unknown(const char *text, const char *what, const char *word, struct error *error)
{
	return error_set(error, STATUS_USAGE, "unknown subject '%s': no %s '%s', nearest is '%s'; see 'aerobench list'",
			 text, what, word, subject_nearest(text, subject_known, subject_known_count));
}

int subject_parse(struct subject *subject, const char *text, struct error *error)
{
	char copy[WORD_MAX + 1], *machine, *options;
	int system_index, machine_index, status = 0;

	memset(subject, 0, sizeof(*subject));
	if (strlen(text) > WORD_MAX)
		return error_set(error, STATUS_USAGE, "subject '%.20s…' is longer than %d characters", text, WORD_MAX);
	strcpy(copy, text);
	options = strchr(copy, ':');
	if (options != NULL)
		*options++ = '\0';
	machine = strchr(copy, '@');
	if (machine == NULL)
		return error_set(error, STATUS_USAGE,
				 "subject '%s' is not SYSTEM@MACHINE; nearest is '%s'; see 'aerobench list'", text,
				 subject_nearest(text, subject_known, subject_known_count));
	*machine++ = '\0';
	system_index = find(copy, system_names, SUBJECT_SYSTEMS);
	if (system_index < 0)
		return unknown(text, "system", copy, error);
	machine_index = find(machine, machine_names, SUBJECT_MACHINES);
	if (machine_index < 0)
		return unknown(text, "machine", machine, error);
	subject->system = (enum subject_system)system_index;
	subject->machine = (enum subject_machine)machine_index;
	name_make(subject);
	if (find(subject->name, subject_known, (int)subject_known_count) < 0)
		return error_set(error, STATUS_USAGE,
				 "subject '%s': %s cannot run on %s; nearest is '%s'; see 'aerobench list'", text,
				 system_names[system_index], machine_names[machine_index],
				 subject_nearest(subject->name, subject_known, subject_known_count));
	if (options != NULL)
		status = parse_options(subject, text, options, error);
	name_make(subject);
	return status;
}
