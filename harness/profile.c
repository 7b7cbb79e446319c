/* SPDX-License-Identifier: MIT */
/* How Linux can be booted for measuring: see profile.h. */
#include "profile.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "boot_facts.h"
#include "boot_words.h"
#include "cpus.h"
#include "memory.h"
#include "subject.h"
#include "tune_setting.h"

const struct profile_kind profile_kinds[] = {
    {"isolated", "CPUs without tasks, timer ticks and interrupts of others, without deep sleep"},
    {"polling", "the same, and idle CPUs never sleep: what a wake costs least on Linux"},
    {"unmitigated", "the same, and no protection from other users: the kindest setting for Linux"},
    {NULL, NULL},
};

/* in: the profiles that have the word, bit by bit in the order above. %s is the list of CPUs that are isolated, or for irqaffinity of the others. */
static const struct word_form {
	unsigned in;
	const char *form, *vendor; /* vendor NULL: any */
	const char *why;
} forms[] = {
    {7, "isolcpus=managed_irq,domain,%s", NULL,
     "the scheduler places no task there, devices no interrupt of their own"},
    {7, "nohz_full=%s", NULL, "no timer tick while one thread runs"},
    {7, "rcu_nocbs=%s", NULL, "RCU callbacks run elsewhere"},
    {7, "irqaffinity=%s", NULL, "all other interrupts go to the housekeeping CPUs"},
    {7, "nowatchdog", NULL, "no periodic interrupt or thread looks for lockups"},
    {7, "tsc=reliable", NULL, "no timer compares the clock with another one twice a second"},
    {7, "intel_pstate=disable", "GenuineIntel", "the frequency is what the governor says, which is recorded"},
    {7, "amd_pstate=disable", "AuthenticAMD", "the frequency is what the governor says, which is recorded"},
    {1, "intel_idle.max_cstate=0", "GenuineIntel", "the next word then bounds the sleep of idle CPUs"},
    {1, "processor.max_cstate=1", NULL, "an idle CPU sleeps lightly only, and wakes up in the same time each time"},
    {6, "idle=poll", NULL, "an idle CPU does not sleep at all"},
    {4, "mitigations=off", NULL, "entering the kernel costs no protection that the Aerokernel does not have either"},
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

/* --- CPUs --------------------------------------------------------------------------------------------------------- */

/* Reads a list of CPUs into a set; false: there is none. */
static bool set_read(bool set[CPUS_MAX], const char *root, const char *path)
{
	char *list = tune_read(root, path);
	unsigned cpus[CPUS_MAX], count = list != NULL ? cpus_list_parse(list, cpus, CPUS_MAX) : 0;

	memset(set, 0, CPUS_MAX * sizeof(*set));
	for (unsigned i = 0; i < count; i++)
		set[cpus[i]] = true;
	free(list);
	return count > 0;
}

static void choose_cpus(struct profile *profile, const char *root)
{
	bool online[CPUS_MAX], house[CPUS_MAX];

	set_read(online, root, "/sys/devices/system/cpu/online");
	if (!set_read(house, root, "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list"))
		house[0] = true;
	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
		house[cpu] = house[cpu] && online[cpu];
		online[cpu] = online[cpu] && !house[cpu];
	}
	profile->isolated = cpus_set_text(online);
	profile->housekeeping = cpus_set_text(house);
}

/* --- Making ------------------------------------------------------------------------------------------------------- */

static int find_kind(const char *name, struct error *error)
{
	const char *names[8];
	int count = 0;

	for (; profile_kinds[count].name != NULL; count++) {
		names[count] = profile_kinds[count].name;
		if (strcmp(name, names[count]) == 0)
			return count;
	}
	error_set(error, STATUS_USAGE, "no profile '%s', nearest is '%s'; see 'aerobench session metal profile'", name,
		  subject_nearest(name, names, (size_t)count));
	return -1;
}

static char *word_make(const struct word_form *form, const struct profile *profile)
{
	bool house = strncmp(form->form, "irqaffinity", 11) == 0;
	const char *list = house ? profile->housekeeping : profile->isolated, *hole = strstr(form->form, "%s");

	if (hole == NULL)
		return memory_text(form->form);
	return memory_format("%.*s%s", (int)(hole - form->form), form->form, list);
}

/* The vendor as /proc/cpuinfo has it; allocated, "" if it does not say. */
static char *vendor_of(const json_t *facts)
{
	const char *vendor = json_string_value(json_object_get(facts, "cpu_vendor"));

	return memory_text(vendor != NULL ? vendor : "");
}

int profile_make(struct profile *profile, const char *name, const char *root, struct error *error)
{
	int kind = find_kind(name, error);
	json_t *facts;
	char *vendor;

	*profile = (struct profile){0};
	if (kind < 0)
		return STATUS_USAGE;
	profile->name = profile_kinds[kind].name;
	choose_cpus(profile, root);
	if (profile->isolated[0] == '\0')
		return error_set(
		    error, STATUS_UNSUPPORTED,
		    "profile %s: this computer has a single core, which is needed for housekeeping: no CPU can "
		    "be isolated",
		    name);
	facts = boot_facts_json(root);
	vendor = vendor_of(facts);
	for (size_t i = 0; i < FORMS; i++) {
		if ((forms[i].in >> kind & 1) == 0 || (forms[i].vendor != NULL && strcmp(forms[i].vendor, vendor) != 0))
			continue;
		profile->words = memory_grow(profile->words, profile->word_count, sizeof(*profile->words));
		profile->words[profile->word_count++] =
		    (struct profile_word){word_make(&forms[i], profile), forms[i].why};
	}
	free(vendor);
	json_decref(facts);
	return 0;
}

void profile_free(struct profile *profile)
{
	for (size_t i = 0; i < profile->word_count; i++)
		free(profile->words[i].word);
	free(profile->words);
	free(profile->isolated);
	free(profile->housekeeping);
	*profile = (struct profile){0};
}

char *profile_line(const struct profile *profile)
{
	char *line = memory_text("");

	for (size_t i = 0; i < profile->word_count; i++) {
		char *longer = memory_format("%s%s%s", line, i > 0 ? " " : "", profile->words[i].word);

		free(line);
		line = longer;
	}
	return line;
}

/* --- Checking ----------------------------------------------------------------------------------------------------- */

/* Takes item. */
static void add(char **list, char *item)
{
	char *longer = memory_format("%s%s%s", *list != NULL ? *list : "", *list != NULL ? "; " : "", item);

	free(*list);
	free(item);
	*list = longer;
}

static const char *fact(const json_t *facts, const char *key)
{
	const char *text = json_string_value(json_object_get(facts, key));

	return text != NULL ? text : "";
}

static char *key_of(const char *word)
{
	return memory_format("%.*s", (int)strcspn(word, "="), word);
}

/* The words that the profile has, as the kernel was given them. */
static void check_words(const struct profile *profile, const char *line, char **differences)
{
	for (size_t i = 0; i < profile->word_count; i++) {
		const char *word = profile->words[i].word, *equals = strchr(word, '='), *value;
		const char *wanted = equals != NULL ? equals + 1 : "";
		char *key = key_of(word);
		size_t len = 0;

		value = boot_words_value(line, key, &len);
		if (value == NULL)
			add(differences, memory_format("%s is missing", word));
		else if (strlen(wanted) != len || strncmp(value, wanted, len) != 0)
			add(differences, memory_format("%s=%.*s instead of %s", key, (int)len, value, word));
		free(key);
	}
}

/* Words of other profiles that this one does not have: it would be another one under this one's name. */
static void check_foreign(const struct profile *profile, const char *line, char **differences)
{
	for (size_t i = 0; i < FORMS; i++) {
		const char *equals = strchr(forms[i].form, '='), *value;
		char *key = key_of(forms[i].form);
		bool own = false;
		size_t len = 0;

		for (size_t j = 0; j < profile->word_count; j++)
			own = own || strcmp(profile->words[j].word, forms[i].form) == 0;
		value = own || strchr(forms[i].form, '%') != NULL ? NULL : boot_words_value(line, key, &len);
		if (value != NULL && len == strlen(equals != NULL ? equals + 1 : "") &&
		    strncmp(value, equals != NULL ? equals + 1 : "", len) == 0)
			add(differences,
			    memory_format("%s is given, which is not in profile %s", forms[i].form, profile->name));
		free(key);
	}
}

/*
 * What protects all the same: "NAME: Mitigation: …". Microcode that is locked cannot be asked to stop, and what KVM does for
 * its guests is no business of this Linux.
 */
static void check_unmitigated(const char *mitigations, char **differences)
{
	size_t len;

	for (const char *found = mitigations; (found = strstr(found, ": Mitigation")) != NULL; found += len) {
		const char *begin = found;

		len = strcspn(found, ";");
		while (begin > mitigations && begin[-1] != ' ')
			begin--;
		if (memmem(found, len, "locked", 6) == NULL && strncmp(begin, "KVM", 3) != 0)
			add(differences,
			    memory_format("%.*s, in spite of mitigations=off", (int)(found + len - begin), begin));
	}
}

/* What the kernel says of itself: a word that it does not know is on its command line all the same. */
static void check_obeyed(const struct profile *profile, const json_t *facts, char **differences)
{
	static const char *const lists[] = {"isolated", "nohz_full"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (strcmp(fact(facts, lists[i]), profile->isolated) != 0)
			add(differences, memory_format("the kernel has '%s' in /sys/devices/system/cpu/%s, not %s",
						       fact(facts, lists[i]), lists[i], profile->isolated));
	}
	if (strcmp(fact(facts, "clocksource"), "tsc") != 0)
		add(differences, memory_format("the clock source is '%s', not tsc", fact(facts, "clocksource")));
}

char *profile_differences(const struct profile *profile, const json_t *facts)
{
	const char *line = fact(facts, "command_line");
	char *differences = NULL;

	check_words(profile, line, &differences);
	check_foreign(profile, line, &differences);
	if (differences == NULL)
		check_obeyed(profile, facts, &differences);
	if (differences == NULL && strcmp(profile->name, "unmitigated") == 0)
		check_unmitigated(fact(facts, "mitigations"), &differences);
	return differences;
}
