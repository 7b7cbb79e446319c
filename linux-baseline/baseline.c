/* SPDX-License-Identifier: MIT */
/*
 * Words, then set-up in the one order that works (CPUs before the profile that pins to them, both before the clock that
 * is measured there), then the runner.
 */
#include "baseline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "counters.h"
#include "cpu_list.h"
#include "debug_port.h"
#include "environment.h"
#include "facts.h"
#include "interrupts.h"
#include "os_linux.h"
#include "os.h"
#include "output.h"
#include "profile.h"
#include "runner.h"
#include "smis.h"
#include "word.h"

enum { STATUS_OK, STATUS_FAILED, STATUS_USAGE };

/* The port's own words, in the order of setting_table. */
enum setting { SETTING_PROFILE, SETTING_SPIN, SETTING_CPUS, SETTING_OUT, SETTING_EXIT, SETTINGS };

static const struct {
	const char *key;
	const char *values[2]; /* the only ones; none: any */
} setting_table[SETTINGS] = {
    [SETTING_PROFILE] = {"profile", {"stock", "tuned"}},
    [SETTING_SPIN] = {"spin", {"pause", "none"}},
    [SETTING_CPUS] = {"cpus", {NULL, NULL}},
    [SETTING_OUT] = {"out", {"stdout", "debugcon"}},
    [SETTING_EXIT] = {"exit", {"status", "debugexit"}},
};

static const char *setting_value[SETTINGS]; /* NULL: not given */

static bool setting_is(enum setting setting, const char *value)
{
	return setting_value[setting] != NULL && strcmp(setting_value[setting], value) == 0;
}

static int complain(const char *word, const char *problem)
{
	fprintf(stderr, "aerobench: %s: %s\n", word, problem);
	return -EINVAL;
}

/* --- Words -------------------------------------------------------------------------------------------------------- */

static bool setting_allows(enum setting setting, const char *value)
{
	const char *const *values = setting_table[setting].values;

	return values[0] == NULL || strcmp(value, values[0]) == 0 || strcmp(value, values[1]) == 0;
}

/* Takes the word if it is one of the port's. 0, or -EINVAL after a complaint. */
static int setting_take(const char *word)
{
	for (int i = 0; i < SETTINGS; i++) {
		size_t key_bytes = strlen(setting_table[i].key);

		if (strncmp(word, setting_table[i].key, key_bytes) != 0 || word[key_bytes] != '=')
			continue;
		if (!setting_allows(i, word + key_bytes + 1)) {
			fprintf(stderr, "aerobench: %s: must be %s=%s or %s=%s\n", word, setting_table[i].key,
				setting_table[i].values[0], setting_table[i].key, setting_table[i].values[1]);
			return -EINVAL;
		}
		setting_value[i] = word + key_bytes + 1;
	}
	return 0;
}

/* The runner's question whether a word that it does not know is known here: it has been taken before. */
static bool word_known(const char *key, const char *value)
{
	for (int i = 0; i < SETTINGS; i++) {
		if (strcmp(key, setting_table[i].key) == 0)
			return setting_value[i] != NULL && strcmp(setting_value[i], value) == 0;
	}
	return false;
}

static int words_take(const struct baseline_defaults *defaults, int count, char *const words[])
{
	const char *pair[2];

	/* those that set up the stream are obeyed before the runner sees them */
	if (word_twice(count, words, pair)) {
		fprintf(stderr, "aerobench: %s, %s: " RUNNER_TWICE "\n", pair[0], pair[1]);
		return -EINVAL;
	}
	for (int i = 0; i < count; i++) {
		if (setting_take(words[i]) != 0)
			return -EINVAL;
	}
	if (setting_value[SETTING_PROFILE] == NULL)
		setting_value[SETTING_PROFILE] = "stock";
	if (setting_value[SETTING_OUT] == NULL)
		setting_value[SETTING_OUT] = defaults->out;
	if (setting_value[SETTING_EXIT] == NULL)
		setting_value[SETTING_EXIT] = defaults->exit;
	return 0;
}

/* --- Set-up --------------------------------------------------------------------------------------------------------- */

static bool cpus_isolated(struct cpu_list *cpus)
{
	char text[256];

	return facts_line("/sys/devices/system/cpu/isolated", text, sizeof(text)) && cpu_list_parse(cpus, text) &&
	       cpus->count >= 2;
}

static int cpus_set(void)
{
	const char *value = setting_value[SETTING_CPUS];
	struct cpu_list cpus;
	int error;

	if (value != NULL) {
		if (!cpu_list_parse(&cpus, value) || cpus.count == 0)
			return complain(value, "is no list of CPUs; write cpus=0-1 or cpus=2,4");
	} else if (!setting_is(SETTING_PROFILE, "tuned") || !cpus_isolated(&cpus)) {
		cpu_list_allowed(&cpus);
	}
	error = port_cpus_set(cpus.cpu, cpus.count);
	if (error != 0)
		return complain(value != NULL ? value : "cpus", "not all of these CPUs may be used here");
	return 0;
}

static int set_up(const struct baseline_defaults *defaults)
{
	if (!output_open(setting_is(SETTING_OUT, "debugcon") ? OUTPUT_DEBUGCON : OUTPUT_STDOUT))
		return complain("out=debugcon", "no debugcon answers; it needs root and QEMU with -debugcon");
	if (defaults->boots)
		environment_booted();
	if (cpus_set() != 0)
		return -EINVAL;
	if (port_threads_begin() != 0)
		return complain("threads", "this process cannot have a second one; see ulimit -u");
	port_relax_pauses = !setting_is(SETTING_SPIN, "none");
	if (setting_is(SETTING_PROFILE, "tuned"))
		profile_tune();
	port_clock_calibrate(defaults->clock_window_ns);
	return 0;
}

static void env_emit(struct wire *wire)
{
	environment_emit(wire, setting_value[SETTING_PROFILE]);
}

/* --- The run -------------------------------------------------------------------------------------------------------- */

static int run(const struct baseline_defaults *defaults, int count, char *const words[])
{
	const struct runner_port port = {.write = output_write,
					 .env = env_emit,
					 .boot_stamp = os_clock_start(),
					 .interrupts = interrupts_total,
					 .smis = smis_total,
					 .counting = &counters_port,
					 .word = word_known};
	int failures;

	if (words_take(defaults, count, words) != 0 || set_up(defaults) != 0)
		return STATUS_USAGE;
	failures = runner_main(&port, count, words);
	if (!output_close()) {
		complain("output", "the stream could not be written to its end; is the disk full?");
		return STATUS_FAILED;
	}
	return failures == 0 ? STATUS_OK : failures < 0 ? STATUS_USAGE : STATUS_FAILED;
}

int baseline_main(const struct baseline_defaults *defaults, int count, char *const words[])
{
	int status = run(defaults, count, words);

	/* words that were wrong may not have got as far as exit= */
	if (strcmp(setting_value[SETTING_EXIT] != NULL ? setting_value[SETTING_EXIT] : defaults->exit, "debugexit") ==
	    0)
		debug_port_exit(status == STATUS_OK ? DEBUG_PORT_OK : DEBUG_PORT_FAILED);
	return status;
}
