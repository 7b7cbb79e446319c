/* SPDX-License-Identifier: MIT */
/* From facts to settings: see advice.h. */
#include "advice.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "placement.h"

/* Cores that run this much off the TSC's rate, in parts of a thousand, are not at their base frequency. */
enum { RATE_OFF_PERMILLE = 10 };

static void add(struct advice *advice, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct advice *advice, const char *remedy, const char *format, ...)
{
	struct advice_item *item = &advice->items[advice->count];
	va_list list;

	if (advice->count == ADVICE_MAX)
		return;
	va_start(list, format);
	vsnprintf(item->fact, sizeof(item->fact), format, list);
	va_end(list);
	item->remedy = remedy;
	advice->count++;
}

static bool is(const struct stream *stream, const char *key, const char *wanted)
{
	const char *value = stream_env(stream, key);

	return value != NULL && strcmp(value, wanted) == 0;
}

/* Above any clock rate or count, so that sums of such numbers do not overflow: a stream may hold anything. */
static const long long NUMBER_MAX = 1000000000000000;

/* A number of the environment; -1: absent, none, or absurd. */
static long long number(const struct stream *stream, const char *key)
{
	const char *value = stream_env(stream, key);
	char *end;
	long long found;

	if (value == NULL || value[0] < '0' || value[0] > '9')
		return -1;
	found = strtoll(value, &end, 10);
	return *end == '\0' && found <= NUMBER_MAX ? found : -1;
}

/* --- Facts that are one word -------------------------------------------------------------------------------------------------- */

static const struct {
	const char *key, *value; /* the value that calls for it */
	const char *fact, *remedy;
} words[] = {
    {"tsc_invariant", "no", "the time-stamp counter is not invariant",
     "measure on a CPU that has it (all since about 2008 to 2011); switch frequency changes off until then"},
    {"tsc_adjust_equal", "no", "the firmware has set the CPUs' time-stamp counters apart",
     "update the firmware (BIOS)"},
    {"mtrr", "differ", "the CPUs disagree on which memory is cached", "update the firmware (BIOS)"},
    {"turbo", "yes", "turbo is on: a core's speed depends on heat and on what the others do",
     "switch off: Intel Turbo Boost, or AMD Core Performance Boost"},
    {"hwp", "yes", "the processor chooses its frequency by itself",
     "switch off: hardware P-states (Speed Shift, HWPM), or set the power profile to maximum performance"},
    {"c1e", "yes", "an idle processor lowers its frequency", "switch off: C1E (enhanced halt state)"},
    {"c6", "yes", "idle cores switch themselves off", "switch off: global C-state control, or DF C-states and CC6"},
    {"apic_timer_always", "no", "the timer may stop while a CPU sleeps deeply",
     "switch off: C-states; or boot with idle=poll"},
    {"throttled", "yes", "a CPU was being slowed down by heat or power", "better cooling; higher power limits"},
    {"package_throttled", "yes", "the processor was being slowed down by heat or power",
     "better cooling; higher power limits"},
    {"throttled_ever", "yes", "a CPU has been slowed down by heat or power since it was switched on",
     "look after cooling and power limits; the log is empty again after a power cycle"},
    {"package_throttled_ever", "yes", "the processor has been slowed down by heat or power since it was switched on",
     "look after cooling and power limits; the log is empty again after a power cycle"},
};

/* --- Facts that are numbers ---------------------------------------------------------------------------------------------------- */

static void advise_speed(struct advice *advice, const struct stream *stream)
{
	long long hz = number(stream, "clock_hz"), least = number(stream, "effective_hz_least");
	long long most = number(stream, "effective_hz_most"), bias = number(stream, "energy_bias");
	long long p_state = number(stream, "p_state");

	if (hz > 0 && most > hz + hz / 1000 * RATE_OFF_PERMILLE)
		add(advice, "switch turbo off; the numbers are in ticks of the time-stamp counter, not in cycles",
		    "busy CPUs run at up to %.3f GHz, the time-stamp counter at %.3f", (double)most / 1e9,
		    (double)hz / 1e9);
	if (hz > 0 && least > 0 && least < hz - hz / 1000 * RATE_OFF_PERMILLE)
		add(advice,
		    "set the power profile to maximum performance, and no power limit below the processor's own; "
		    "before "
		    "a kexec also the governor 'performance' on all CPUs of Linux ('aerobench tune --apply')",
		    "a busy CPU runs at %.3f GHz only, the time-stamp counter at %.3f", (double)least / 1e9,
		    (double)hz / 1e9);
	if (bias > 0)
		add(advice, "set the power profile (energy performance bias) to maximum performance",
		    "the processor is told to save energy: bias %lld of 15", bias);
	if (p_state > 0)
		add(advice, "set the power profile to maximum performance",
		    "the boot CPU was in P-state %lld, 0 is the fastest", p_state);
	if (number(stream, "c_state_limit") > 0)
		add(advice, "set the package C-state limit to C0/C1, and CPU C-states off",
		    "the processor as a whole may sleep: limit %lld in MSR_PKG_CST_CONFIG_CONTROL",
		    number(stream, "c_state_limit"));
}

static void advise_interruptions(struct advice *advice, const struct stream *stream)
{
	static const char smi[] =
	    "switch off: legacy USB support, firmware power and fan control by the operating system's idle "
	    "(collaborative power control), memory error polling; set the BMC to poll less";
	long long seen = number(stream, "smi_seen"), longest = number(stream, "noise_longest_ns");

	if (seen > 0)
		add(advice, smi, "%lld system management interrupts while the doctor looked: %lld an hour", seen,
		    number(stream, "smi_per_hour"));
	else if (longest > 1000 * 1000)
		add(advice,
		    seen < 0
			? smi
			: "no system management interrupt was counted meanwhile: look for throttling and power limits",
		    "something took %.1f ms at a time from a CPU that had nothing to wait for", (double)longest / 1e6);
}

static bool cores_are_shared(const char *text)
{
	static struct placement_groups groups;

	return placement_groups_parse(&groups, text) && placement_shared(&groups);
}

/* Whether the CPUs are of more than one kind of core. */
static bool kinds_differ(const char *text)
{
	static struct placement_groups groups;
	bool differ = false;

	if (!placement_groups_parse(&groups, text))
		return false;
	for (unsigned cpu = 1; cpu < groups.count; cpu++)
		differ |= groups.group[cpu] != groups.group[0];
	return differ;
}

static void advise_cpus(struct advice *advice, const struct stream *stream)
{
	long long listed = number(stream, "cpus_listed"), up = number(stream, "cpus");
	const char *differs = stream_env(stream, "hardware_differs");

	if (cores_are_shared(stream_env(stream, "cpu_core")))
		add(advice,
		    "switch off: Hyper-Threading (Intel), SMT (AMD); else CPUs of one core slow each other down",
		    "several CPUs share a core");
	if (kinds_differ(stream_env(stream, "cpu_kind")))
		add(advice,
		    "switch off: efficient cores (Intel: active E-cores 0); else pairs and barriers mix fast and slow "
		    "ones",
		    "the CPUs are of several kinds");
	if (listed > up && up > 0)
		add(advice,
		    "update the firmware (BIOS), unless the Aerokernel takes no more of them; see the boot's console",
		    "%lld of the %lld CPUs that the firmware lists did not start", listed - up, listed);
	if (differs != NULL && differs[0] != '\0')
		add(advice, "update the firmware (BIOS) and load its defaults before setting anything",
		    "not all CPUs have the same %s", differs);
}

void advice_make(struct advice *advice, const struct stream *stream)
{
	advice->count = 0;
	if (!is(stream, "machine", "metal"))
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (is(stream, words[i].key, words[i].value))
			add(advice, words[i].remedy, "%s", words[i].fact);
	}
	advise_speed(advice, stream);
	advise_interruptions(advice, stream);
	advise_cpus(advice, stream);
}

void advice_of_subject(struct advice *advice, const struct summary *summary, const char *subject)
{
	advice->count = 0;
	for (size_t i = 0; i < summary->stream_count; i++) {
		if (strcmp(summary->boots[i]->subject, subject) == 0) {
			advice_make(advice, &summary->streams[i]);
			return;
		}
	}
}
