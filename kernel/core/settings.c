/* SPDX-License-Identifier: MIT */
/*
 * A table of words and values; what is not in it is not obeyed.
 */
#include "core/settings.h"

#include <stddef.h>
#include "core/error.h"
#include "core/preempt.h"
#include "core/progress.h"
#include "core/sched.h"
#include "core/string.h"

enum settings_panic settings_panic;
bool settings_doctor;

static const struct setting {
	const char *key, *value;
	enum { SETTING_IDLE, SETTING_SPIN, SETTING_PANIC, SETTING_PROGRESS, SETTING_DOCTOR } what;
	int to;
} setting_table[] = {
    {"idle", "halt", SETTING_IDLE, false},
    {"idle", "poll", SETTING_IDLE, true},
    {"spin", "none", SETTING_SPIN, false},
    {"spin", "pause", SETTING_SPIN, true},
    {"progress", "no", SETTING_PROGRESS, false},
    {"progress", "yes", SETTING_PROGRESS, true},
    {"doctor", "no", SETTING_DOCTOR, false},
    {"doctor", "yes", SETTING_DOCTOR, true},
    {"panic", "assert", SETTING_PANIC, PANIC_ASSERT},
    {"panic", "pagefault", SETTING_PANIC, PANIC_PAGEFAULT},
    {"panic", "overflow", SETTING_PANIC, PANIC_OVERFLOW},
    {"panic", "fiber", SETTING_PANIC, PANIC_FIBER},
    {"panic", "fiberleft", SETTING_PANIC, PANIC_FIBER_LEFT},
    {"panic", "doublefault", SETTING_PANIC, PANIC_DOUBLEFAULT},
    {"panic", "hang", SETTING_PANIC, PANIC_HANG},
    {"panic", "mid", SETTING_PANIC, PANIC_MID},
    {"panic", "clock", SETTING_PANIC, PANIC_CLOCK},
};

int settings_split(char *words[SETTINGS_WORDS_MAX])
{
	static char line[SETTINGS_LINE_MAX];
	const char *from = boot_command_line();
	size_t len_bytes;
	int count = 0;
	bool inside = false;

	if (from == NULL)
		return 0;
	len_bytes = strlen(from);
	if (len_bytes >= sizeof(line))
		return -E2BIG;
	memcpy(line, from, len_bytes);
	for (size_t i = 0; i < len_bytes; i++) {
		bool blank = line[i] == ' ' || line[i] == '\t' || line[i] == '\n';

		if (blank)
			line[i] = '\0';
		else if (!inside && count == SETTINGS_WORDS_MAX)
			return -E2BIG;
		else if (!inside)
			words[count++] = &line[i];
		inside = !blank;
	}
	return count;
}

/* Obeyed at boot; whoever reads the words after that only learns whether this one is valid. */
static bool settings_quantum(const char *value)
{
	uint64_t us = 0;

	if (value[0] == '\0' || strlen(value) > 7)
		return false;
	for (; *value != '\0'; value++) {
		if (*value < '0' || *value > '9')
			return false;
		us = 10 * us + (uint64_t)(*value - '0');
	}
	return us * 1000 == preempt_quantum_ns() || preempt_init(us * 1000) == 0;
}

bool settings_word(const char *key, const char *value)
{
	if (strcmp(key, "quantum_us") == 0)
		return settings_quantum(value);
	if (console_word(key, value) || machine_word(key, value))
		return true;
	for (size_t i = 0; i < sizeof(setting_table) / sizeof(setting_table[0]); i++) {
		const struct setting *setting = &setting_table[i];

		if (strcmp(setting->key, key) != 0 || strcmp(setting->value, value) != 0)
			continue;
		if (setting->what == SETTING_IDLE)
			sched_idle_polls = setting->to;
		else if (setting->what == SETTING_SPIN)
			cpu_relax_pauses = setting->to;
		else if (setting->what == SETTING_PROGRESS)
			progress_lines = setting->to;
		else if (setting->what == SETTING_DOCTOR)
			settings_doctor = setting->to;
		else
			settings_panic = (enum settings_panic)setting->to;
		return true;
	}
	return false;
}

void settings_obey(int count, char *const words[])
{
	for (int i = 0; i < count; i++) {
		char *equals = strchr(words[i], '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		settings_word(words[i], equals + 1);
		*equals = '=';
	}
}
