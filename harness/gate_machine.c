/* SPDX-License-Identifier: MIT */
/* What has to be equal before counts are compared: see gate_machine.h. */
#include "gate_machine.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"

/* In the order in which a difference is told: what explains most comes first. */
static const char *const env_keys[] = {"os",       "compiler", "build",      "asserts",    "cpus",
				       "samples",  "warmup",   "seed",       "kernel",     "glibc",
				       "boot",     "idle",     "spin",       "quantum_us", "profile",
				       "fpu_save", "timer",    "page_bytes", "boot_words", "mitigations"};

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool is(const char *word, const char *option)
{
	return word != NULL && strcmp(word, option) == 0;
}

/* Every word of the kernel's command line is a word, so that a difference names it alone. */
static void append_words(json_t *command, const char *text)
{
	char *copy = memory_text(text), *rest = copy;

	while (rest != NULL)
		json_array_append_new(command, output_text_json(strsep(&rest, " ")));
	free(copy);
}

/* Without the program, its name for `ps`, and the directories of images. */
static json_t *command_json(const json_t *argv)
{
	json_t *command = json_array();
	const char *option = NULL;

	for (size_t i = 1; i < json_array_size(argv); i++) {
		const char *word = json_string_value(json_array_get(argv, i));

		if (word == NULL)
			continue;
		if (is(option, "-append"))
			append_words(command, word);
		else if (is(option, "-kernel") || is(option, "-initrd"))
			json_array_append_new(command, output_text_json(file_name(word)));
		else if (!is(option, "-name") && !is(word, "-name"))
			json_array_append_new(command, output_text_json(word));
		option = word;
	}
	return command;
}

json_t *gate_machine_make(const struct summary *summary, const char *subject)
{
	const char *qemu = json_string_value(json_object_get(json_object_get(summary->store->run, "versions"), "qemu"));
	json_t *env = json_object(), *command = NULL;

	for (size_t i = 0; i < sizeof(env_keys) / sizeof(env_keys[0]); i++) {
		const char *value = summary_env(summary, subject, env_keys[i]);

		if (value != NULL)
			json_object_set_new(env, env_keys[i], output_text_json(value));
	}
	for (size_t i = 0; i < summary->stream_count && command == NULL; i++) {
		if (strcmp(summary->boots[i]->subject, subject) == 0)
			command = command_json(summary->boots[i]->argv);
	}
	return json_pack("{s:o, s:o, s:o}", "qemu", output_text_json(qemu != NULL ? qemu : "unknown"), "env", env,
			 "command", command != NULL ? command : json_array());
}

static char *differ(const char *what, const json_t *baseline, const json_t *here)
{
	const char *then = json_string_value(baseline), *now = json_string_value(here);

	if (then != NULL && now != NULL && strcmp(then, now) == 0)
		return NULL;
	if (then == NULL && now == NULL)
		return NULL;
	return memory_format("%s is %s%s%s here, %s%s%s in the baseline", what, now != NULL ? "'" : "",
			     now != NULL ? now : "unknown", now != NULL ? "'" : "", then != NULL ? "'" : "",
			     then != NULL ? then : "unknown", then != NULL ? "'" : "");
}

static char *command_difference(const json_t *baseline, const json_t *here)
{
	size_t longer =
	    json_array_size(baseline) > json_array_size(here) ? json_array_size(baseline) : json_array_size(here);
	char *text = NULL, *what;

	for (size_t i = 0; i < longer && text == NULL; i++) {
		what = memory_format("word %zu of QEMU's command line", i + 1);
		text = differ(what, json_array_get(baseline, i), json_array_get(here, i));
		free(what);
	}
	return text;
}

char *gate_machine_difference(const json_t *baseline, const json_t *here)
{
	const json_t *then = json_object_get(baseline, "env"), *now = json_object_get(here, "env");
	char *text = differ("QEMU's version", json_object_get(baseline, "qemu"), json_object_get(here, "qemu"));

	for (size_t i = 0; i < sizeof(env_keys) / sizeof(env_keys[0]) && text == NULL; i++)
		text = differ(env_keys[i], json_object_get(then, env_keys[i]), json_object_get(now, env_keys[i]));
	if (text == NULL)
		text = command_difference(json_object_get(baseline, "command"), json_object_get(here, "command"));
	return text;
}
