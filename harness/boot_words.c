/* SPDX-License-Identifier: MIT */
/* Words of Linux's command line: see boot_words.h. */
#include "boot_words.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* The name is what stands before the first '=' or '.': a module's parameters go with it. */
static bool is_relevant(const char *word)
{
	static const char *const relevant[] = {
	    "amd_pstate",
	    "audit",
	    "clocksource",
	    "cpuidle",
	    "default_hugepagesz",
	    "elevator",
	    "hugepages",
	    "idle",
	    "init_on_alloc",
	    "init_on_free",
	    "intel_idle",
	    "intel_pstate",
	    "irqaffinity",
	    "isolcpus",
	    "kpti",
	    "maxcpus",
	    "mce",
	    "mitigations",
	    "nmi_watchdog",
	    "no5lvl",
	    "nohz",
	    "nohz_full",
	    "nokaslr",
	    "nopti",
	    "norandmaps",
	    "nosmt",
	    "nosoftlockup",
	    "nospectre_v1",
	    "nospectre_v2",
	    "nowatchdog",
	    "numa_balancing",
	    "pcie_aspm",
	    "preempt",
	    "processor",
	    "pti",
	    "rcu_nocb_poll",
	    "rcu_nocbs",
	    "skew_tick",
	    "spec_store_bypass_disable",
	    "spectre_v2",
	    "threadirqs",
	    "transparent_hugepage",
	    "tsc",
	    "workqueue",
	};
	size_t name_len = strcspn(word, "=.");

	for (size_t i = 0; i < sizeof(relevant) / sizeof(relevant[0]); i++) {
		if (strlen(relevant[i]) == name_len && strncmp(word, relevant[i], name_len) == 0)
			return true;
	}
	return false;
}

char *boot_words_keep(const char *command_line)
{
	char *kept = memory_new(strlen(command_line) + 1, 1), *copy = memory_text(command_line), *rest, *word;
	size_t used = 0;

	for (word = strtok_r(copy, " \t\n", &rest); word != NULL && strcmp(word, "--") != 0;
	     word = strtok_r(NULL, " \t\n", &rest)) {
		size_t len = strlen(word);

		if (!is_relevant(word))
			continue;
		if (used > 0)
			kept[used++] = ' ';
		memcpy(kept + used, word, len);
		used += len;
	}
	free(copy);
	return kept;
}

const char *boot_words_value(const char *words, const char *key, size_t *len_bytes)
{
	size_t key_len = strlen(key), len;
	const char *value = NULL;

	for (const char *word = words; *word != '\0'; word += len + strspn(word + len, " ")) {
		len = strcspn(word, " ");
		if (strncmp(word, key, key_len) != 0 || len < key_len || (len > key_len && word[key_len] != '='))
			continue;
		value = word + key_len + (len > key_len);
		*len_bytes = (size_t)(word + len - value);
	}
	return value;
}
