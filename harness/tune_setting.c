/* SPDX-License-Identifier: MIT */
/* What of a running Linux can be set for measuring: see tune_setting.h. */
#include "tune_setting.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpus.h"
#include "memory.h"

/* Values that depend on the CPUs: those that are not measured, as a list and as a mask. */
static const char others_list[] = "OTHERS", others_mask[] = "MASK OF OTHERS";

/* Documentation/ of Linux: admin-guide/pm, admin-guide/sysctl, core-api/irq, admin-guide/mm/transhuge.rst. */
const struct tune_setting tune_settings[] = {
    {.name = "governor",
     .about = "one frequency, the highest",
     .path = "/sys/devices/system/cpu/cpu#/cpufreq/scaling_governor",
     .value = "performance"},
    {.name = "boost",
     .about = "no turbo: its length depends on heat and on neighbours",
     .path = "/sys/devices/system/cpu/cpufreq/boost",
     .value = "0"},
    {.name = "boost",
     .about = "the same for intel_pstate",
     .path = "/sys/devices/system/cpu/intel_pstate/no_turbo",
     .value = "1"},
    {.name = "idle-states",
     .about = "no sleep that takes over 10 us to wake from",
     .path = "/sys/devices/system/cpu/cpu#/cpuidle/state*/disable",
     .value = "1",
     .beside = "latency",
     .limit = 10},
    {.name = "irq",
     .about = "interrupts of devices on the other CPUs",
     .path = "/proc/irq/*/smp_affinity_list",
     .value = others_list,
     .minor = true},
    {.name = "workqueue",
     .about = "unbound kernel work on the other CPUs",
     .path = "/sys/devices/virtual/workqueue/cpumask",
     .value = others_mask,
     .minor = true},
    {.name = "watchdog",
     .about = "no lock-up detectors: a timer a CPU, and a counter",
     .path = "/proc/sys/kernel/nmi_watchdog",
     .value = "0"},
    {.name = "watchdog", .about = "the one by timer", .path = "/proc/sys/kernel/soft_watchdog", .value = "0"},
    {.name = "timer-migration",
     .about = "timers stay on the CPU that set them",
     .path = "/proc/sys/kernel/timer_migration",
     .value = "0"},
    {.name = "huge-pages",
     .about = "no background work on huge pages",
     .path = "/sys/kernel/mm/transparent_hugepage/enabled",
     .value = "never"},
    {.name = "same-pages", .about = "no search for equal pages", .path = "/sys/kernel/mm/ksm/run", .value = "0"},
    {.name = "numa-balancing",
     .about = "no page faults to find out who uses what",
     .path = "/proc/sys/kernel/numa_balancing",
     .value = "0"},
    {.name = "vm-statistics",
     .about = "counters of memory are folded every 2 minutes, not every second",
     .path = "/proc/sys/vm/stat_interval",
     .value = "120"},
    {.name = "aslr",
     .about = "the same addresses in every process: less spread between runs, but one layout instead of many",
     .path = "/proc/sys/kernel/randomize_va_space",
     .value = "0",
     .named_only = true},
    {.name = "rt-throttling",
     .about = "no pause for real-time threads (profile=tuned); a loop in one then has its CPU for good",
     .path = "/proc/sys/kernel/sched_rt_runtime_us",
     .value = "-1",
     .named_only = true},
    {.name = "counters",
     .about = "everybody may count events (run --events)",
     .path = "/proc/sys/kernel/perf_event_paranoid",
     .value = "0",
     .named_only = true},
    {.name = NULL},
};

/* --- Files ------------------------------------------------------------------------------------------------------------------------ */

char *tune_read(const char *root, const char *path)
{
	char *file = memory_format("%s%s", root, path), text[4096] = "", *open_at, *close_at;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	int failed = errno;

	free(file);
	if (fd >= 0)
		close(fd);
	if (got < 0) {
		errno = failed;
		return NULL;
	}
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	open_at = strchr(text, '['); /* "always [madvise] never" */
	close_at = open_at != NULL ? strchr(open_at, ']') : NULL;
	if (close_at == NULL)
		return memory_text(text);
	*close_at = '\0';
	return memory_text(open_at + 1);
}

int tune_write(const char *root, const char *path, const char *value)
{
	char *file = memory_format("%s%s", root, path), *line = memory_format("%s\n", value);
	int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int failed = fd < 0 ? errno : 0;

	if (fd >= 0) {
		if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
			failed = errno != 0 ? errno : EIO;
		if (close(fd) != 0 && failed == 0)
			failed = errno;
	}
	free(file);
	free(line);
	return -failed;
}

/* --- CPUs ------------------------------------------------------------------------------------------------------------------------- */

struct cpu_sets {
	bool measured[CPUS_MAX], other[CPUS_MAX]; /* other: online and not measured */
	unsigned others;
};

/* Groups of 32 bits in hexadecimal, the highest first, as the kernel reads it. */
static char *mask_text(const bool *set)
{
	char *text = memory_text("");

	for (unsigned group = CPUS_MAX / 32; group-- > 0;) {
		unsigned bits = 0;
		char *longer;

		for (unsigned i = 0; i < 32; i++)
			bits |= (unsigned)set[group * 32 + i] << i;
		if (bits == 0 && text[0] == '\0' && group > 0)
			continue;
		longer = text[0] != '\0' ? memory_format("%s,%08x", text, bits) : memory_format("%x", bits);
		free(text);
		text = longer;
	}
	return text;
}

static int cpus_find(struct cpu_sets *sets, const char *root, const char *cpus, struct error *error)
{
	unsigned list[CPUS_MAX], count;
	char *online = tune_read(root, "/sys/devices/system/cpu/online");

	memset(sets, 0, sizeof(*sets));
	count = cpus_list_parse(online != NULL ? online : "0", list, CPUS_MAX);
	free(online);
	for (unsigned i = 0; i < count; i++)
		sets->other[list[i]] = true;
	sets->others = count;
	count = cpus_list_parse(cpus, list, CPUS_MAX);
	if (count == 0 || cpus[strspn(cpus, "0123456789,-")] != '\0' || !isdigit((unsigned char)cpus[strlen(cpus) - 1]))
		return error_set(error, STATUS_USAGE, "'%s' is no list of CPUs; write it as 2-3 or 1,5", cpus);
	for (unsigned i = 0; i < count; i++) {
		if (list[i] >= CPUS_MAX || (!sets->other[list[i]] && !sets->measured[list[i]]))
			return error_set(error, STATUS_USAGE, "CPU %u of '%s' is not online", list[i], cpus);
		sets->others -= sets->other[list[i]];
		sets->other[list[i]] = false;
		sets->measured[list[i]] = true;
	}
	return 0;
}

/* --- Items ------------------------------------------------------------------------------------------------------------------------ */

static void item_add(struct tune_items *found, const char *root, const struct tune_setting *setting, const char *path,
		     const char *wanted)
{
	char *now = tune_read(root, path);

	if (now == NULL)
		return;
	found->items = memory_grow(found->items, found->count, sizeof(*found->items));
	found->items[found->count++] = (struct tune_item){.setting = setting->name,
							  .path = memory_text(path),
							  .now = now,
							  .wanted = memory_text(wanted),
							  .minor = setting->minor};
}

/* Whether the file of this name in the directory of path has a number above limit. */
static bool beside_is_above(const char *root, const char *path, const char *name, unsigned limit)
{
	char *beside = memory_format("%.*s/%s", (int)(strrchr(path, '/') - path), path, name);
	char *text = tune_read(root, beside);
	bool above = text != NULL && strtoul(text, NULL, 10) > limit;

	free(text);
	free(beside);
	return above;
}

/* path: '*' stands for each number that the name of an entry of its directory ends with. */
static void each_entry(struct tune_items *found, const char *root, const struct tune_setting *setting, const char *path,
		       const char *wanted)
{
	const char *star = strchr(path, '*'), *name = star;
	struct dirent **entries = NULL;
	char *directory;
	int count;

	while (name[-1] != '/')
		name--;
	directory = memory_format("%s%.*s", root, (int)(name - path), path);
	count = scandir(directory, &entries, NULL, versionsort);
	for (int i = 0; i < count; i++) {
		const char *entry = entries[i]->d_name;
		size_t len = (size_t)(star - name);
		char *file = memory_format("%.*s%s%s", (int)(name - path), path, entry, star + 1);

		if (strncmp(entry, name, len) == 0 && isdigit((unsigned char)entry[len]) &&
		    (setting->beside == NULL || beside_is_above(root, file, setting->beside, setting->limit)))
			item_add(found, root, setting, file, wanted);
		free(file);
		free(entries[i]);
	}
	free(entries);
	free(directory);
}

static void each_file(struct tune_items *found, const char *root, const struct tune_setting *setting, const char *path,
		      const char *wanted)
{
	if (strchr(path, '*') != NULL)
		each_entry(found, root, setting, path, wanted);
	else
		item_add(found, root, setting, path, wanted);
}

static void each_cpu(struct tune_items *found, const char *root, const struct tune_setting *setting,
		     const struct cpu_sets *sets, const char *wanted)
{
	int before = (int)strcspn(setting->path, "#");

	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
		char *path;

		if (!sets->measured[cpu])
			continue;
		path = memory_format("%.*s%u%s", before, setting->path, cpu, setting->path + before + 1);
		each_file(found, root, setting, path, wanted);
		free(path);
	}
}

static void absent_add(struct tune_items *found, const char *name, const char *why)
{
	found->absent = memory_grow(found->absent, found->absent_count, sizeof(*found->absent));
	found->absent[found->absent_count++] = memory_format("%s: %s", name, why);
}

static void setting_find(struct tune_items *found, const char *root, const struct tune_setting *setting,
			 const struct cpu_sets *sets)
{
	bool wants_others = setting->value == others_list || setting->value == others_mask;
	char *wanted;

	if (wants_others && sets->others == 0) {
		absent_add(found, setting->name, "no CPU is left over for it; measure on fewer by --cpus");
		return;
	}
	wanted = setting->value == others_list   ? cpus_set_text(sets->other)
		 : setting->value == others_mask ? mask_text(sets->other)
						 : memory_text(setting->value);
	if (strchr(setting->path, '#') != NULL)
		each_cpu(found, root, setting, sets, wanted);
	else
		each_file(found, root, setting, setting->path, wanted);
	free(wanted);
}

static bool is_named(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Every name that is given must be one of a setting. */
static int names_check(const char *names, struct error *error)
{
	char *copy = memory_text(names), *rest = copy;
	int status = 0;

	for (const char *name; status == 0 && (name = strsep(&rest, ",")) != NULL;) {
		const struct tune_setting *setting = tune_settings;

		while (setting->name != NULL && strcmp(setting->name, name) != 0)
			setting++;
		if (setting->name == NULL)
			status =
			    error_set(error, STATUS_USAGE, "no setting '%s'; 'aerobench tune --help' lists them", name);
	}
	free(copy);
	return status;
}

static bool has_items(const struct tune_items *found, const char *name)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->items[i].setting, name) == 0)
			return true;
	return false;
}

int tune_items_find(struct tune_items *found, const char *root, const char *cpus, const char *also, struct error *error)
{
	struct cpu_sets sets;

	*found = (struct tune_items){0};
	if (also != NULL && names_check(also, error) != 0)
		return STATUS_USAGE;
	if (cpus_find(&sets, root, cpus, error) != 0)
		return STATUS_USAGE;
	for (const struct tune_setting *setting = tune_settings; setting->name != NULL; setting++) {
		size_t absent = found->absent_count;

		if (setting->named_only && !is_named(also, setting->name))
			continue;
		setting_find(found, root, setting, &sets);
		if (!has_items(found, setting->name) && absent == found->absent_count &&
		    (setting[1].name == NULL || strcmp(setting[1].name, setting->name) != 0))
			absent_add(found, setting->name, "this Linux does not offer it here");
	}
	return 0;
}

void tune_items_free(struct tune_items *found)
{
	for (size_t i = 0; i < found->count; i++) {
		free(found->items[i].path);
		free(found->items[i].now);
		free(found->items[i].wanted);
	}
	free(found->items);
	memory_texts_free(found->absent, found->absent_count);
	*found = (struct tune_items){0};
}

bool tune_item_done(const struct tune_item *item)
{
	/* the kernel pads masks with zeros on the left */
	size_t now_zeros = strspn(item->now, "0,"), wanted_zeros = strspn(item->wanted, "0,");

	return strcmp(item->now, item->wanted) == 0 ||
	       (item->now[now_zeros] != '\0' && strcmp(item->setting, "workqueue") == 0 &&
		strcmp(item->now + now_zeros, item->wanted + wanted_zeros) == 0);
}
