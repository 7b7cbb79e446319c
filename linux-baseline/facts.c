/* SPDX-License-Identifier: MIT */
/*
 * Reads small files whole and takes one line or word out of them.
 */
#include "facts.h"

#include <cpuid.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

static void text_set(char *text, size_t size_bytes, const char *value)
{
	snprintf(text, size_bytes, "%s", value);
}

bool facts_line(const char *path, char *text, size_t size_bytes)
{
	FILE *file = fopen(path, "re");

	text[0] = '\0';
	if (file == NULL)
		return false;
	if (fgets(text, (int)size_bytes, file) == NULL)
		text[0] = '\0';
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return text[0] != '\0';
}

void facts_cpuinfo(const char *key, char *text, size_t size_bytes)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[512];

	text_set(text, size_bytes, "unknown");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL && line[0] != '\n') {
		char *value = strchr(line, ':');
		size_t key_bytes = strlen(key);

		if (value == NULL || strncmp(line, key, key_bytes) != 0 || strchr("\t :", line[key_bytes]) == NULL)
			continue;
		value += value[1] == ' ' ? 2 : 1;
		value[strcspn(value, "\n")] = '\0';
		text_set(text, size_bytes, value);
		break;
	}
	if (file != NULL)
		fclose(file);
}

void facts_hypervisor(char *text, size_t size_bytes)
{
	unsigned a, b = 0, c = 0, d = 0;
	char signature[13] = "";

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & 1u << 31) == 0) {
		text_set(text, size_bytes, "none");
		return;
	}
	/* the range of a hypervisor's leaves is outside what __get_cpuid() checks */
	__cpuid(0x40000000, a, b, c, d);
	memcpy(signature, &b, 4);
	memcpy(signature + 4, &c, 4);
	memcpy(signature + 8, &d, 4);
	text_set(text, size_bytes, signature[0] != '\0' ? signature : "unnamed");
}

void facts_cpu_signature(char *text, size_t size_bytes)
{
	unsigned a = 0, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0)
		text_set(text, size_bytes, "unknown");
	else
		snprintf(text, size_bytes, "0x%x", a);
}

bool facts_tsc_invariant(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & 1u << 8) != 0;
}

void facts_mitigations(char *text, size_t size_bytes)
{
	static const char directory[] = "/sys/devices/system/cpu/vulnerabilities";
	unsigned mitigated = 0, vulnerable = 0, unaffected = 0;
	DIR *entries = opendir(directory);

	if (entries == NULL) {
		text_set(text, size_bytes, "unknown");
		return;
	}
	for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
		char path[sizeof(directory) + sizeof(entry->d_name) + 1], line[160];

		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (entry->d_name[0] == '.' || !facts_line(path, line, sizeof(line)))
			continue;
		if (strncmp(line, "Not affected", 12) == 0)
			unaffected++;
		else if (strncmp(line, "Mitigation", 10) == 0 || strncmp(line, "KVM: Mitigation", 15) == 0)
			mitigated++;
		else
			vulnerable++;
	}
	closedir(entries);
	snprintf(text, size_bytes, "mitigated:%u,vulnerable:%u,unaffected:%u", mitigated, vulnerable, unaffected);
}

/* Whether one of the words that are told begins this one. */
static bool boot_word_matters(const char *word)
{
	static const char *const keys[] = {"mitigations=",  "nopti",    "pti=",         "spectre_v2=", "init_on_alloc=",
					   "init_on_free=", "tsc=",     "clocksource=", "idle=",       "isolcpus=",
					   "nohz_full=",    "nohz=",    "rcu_nocbs=",   "preempt=",    "threadirqs",
					   "lsm=",          "apparmor="};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strncmp(word, keys[i], strlen(keys[i])) == 0)
			return true;
	}
	return false;
}

void facts_boot_words(char *text, size_t size_bytes)
{
	char line[2048 + 1]; /* COMMAND_LINE_SIZE, Linux, arch/x86/include/asm/setup.h */
	size_t at = 0;

	text_set(text, size_bytes, "none");
	if (!facts_line("/proc/cmdline", line, sizeof(line)))
		return;
	/* what follows "--" is init's own */
	for (char *word = strtok(line, " "); word != NULL && strcmp(word, "--") != 0; word = strtok(NULL, " ")) {
		if (boot_word_matters(word) && at < size_bytes)
			at += (size_t)snprintf(text + at, size_bytes - at, "%s%s", at > 0 ? "," : "", word);
	}
}

void facts_chosen(const char *path, char *text, size_t size_bytes)
{
	char line[160], *begin, *end;

	text_set(text, size_bytes, "unknown");
	if (!facts_line(path, line, sizeof(line)))
		return;
	begin = strchr(line, '[');
	end = begin != NULL ? strchr(begin, ']') : NULL;
	if (end == NULL)
		return;
	*end = '\0';
	text_set(text, size_bytes, begin + 1);
}
