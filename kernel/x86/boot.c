/* SPDX-License-Identifier: MIT */
/*
 * Boot as a list. Each line may use what those above it have prepared.
 */
#include "boot.h"

#include "acpi.h"
#include "apic.h"
#include "boot_info.h"
#include "catch.h"
#include "clock.h"
#include "console.h"
#include "core/panic.h"
#include "core/sched.h"
#include "core/string.h"
#include "core_hooks.h"
#include "cpu.h"
#include "cpu_local.h"
#include "facts.h"
#include "fpu.h"
#include "idt.h"
#include "linux_boot.h"
#include "machine_check.h"
#include "memory.h"
#include "memory_types.h"
#include "numa.h"
#include "paging.h"
#include "power.h"
#include "region.h"
#include "results.h"
#include "smp.h"
#include "text.h"
#include "timer.h"

extern uint64_t boot_entry_tsc;                                /* boot.S */
_Noreturn void stack_enter(uintptr_t top, void (*next)(void)); /* boot.S */

bool cpu_relax_pauses = true;

void boot_warn(const char *message, const uint32_t *number)
{
	char bytes[160];
	struct text line = {.bytes = bytes, .max_bytes = sizeof(bytes)};

	text_string(&line, "warning: ");
	text_string(&line, message);
	if (number != NULL) {
		text_string(&line, " ");
		text_decimal(&line, *number);
	}
	text_string(&line, "\n");
	console_tone(CONSOLE_ALERT);
	console_write(line.bytes, line.len_bytes);
	console_tone(CONSOLE_PLAIN);
}

void boot_refuse(const char *message)
{
	char bytes[160];
	struct text line = {.bytes = bytes, .max_bytes = sizeof(bytes)};

	text_string(&line, "aerobench: ");
	text_string(&line, message);
	text_string(&line, "\n");
	console_tone(CONSOLE_ALERT);
	console_write(line.bytes, line.len_bytes);
	machine_exit(MACHINE_EXIT_FAILED);
}

static void boot_info_check(void)
{
	machine_facts.boot = boot_info.protocol;
	machine_facts.entry_tsc = boot_entry_tsc;
	if (boot_info.refused != NULL)
		panic("%s", boot_info.refused);
	if (boot_info.command_line_cut)
		panic("the command line is longer than %d bytes", BOOT_COMMAND_LINE_BYTES - 1);
}

/* spin=pause|none; anything else is left to core, which knows how to complain. */
static void spin_choose(void)
{
	size_t len_bytes;
	const char *value = boot_option("spin", &len_bytes);

	cpu_relax_pauses = value == NULL || len_bytes != 4 || value[0] != 'n';
}

/* rsdp=0xADDRESS, for loaders that do not say; acpi.c looks at what is there before it believes it. */
static void rsdp_choose(void)
{
	size_t len_bytes;
	const char *value = boot_option("rsdp", &len_bytes);
	uint64_t address;

	if (boot_info.rsdp == 0 && value != NULL && region_number(value, len_bytes, &address))
		boot_info.rsdp = address;
}

bool machine_word(const char *key, const char *value)
{
	uint64_t base, len_bytes;

	if (strcmp(key, "results") == 0)
		return region_place(value, strlen(value), &base, &len_bytes);
	if (strcmp(key, "rsdp") == 0)
		return region_number(value, strlen(value), &base);
	return strcmp(key, "after") == 0 &&
	       (strcmp(value, "halt") == 0 || strcmp(value, "reset") == 0 || strcmp(value, "linux") == 0);
}

/* idle=halt takes it back. */
static void idle_choose(void)
{
	if (!power_halt_is_deaf())
		return;
	boot_warn("C1E cannot be switched off, and the timer would stop in it: idle CPUs poll (idle=poll)", NULL);
	sched_idle_polls = true;
}

/* On the boot CPU's own stack, which has a guard page. */
static void boot_main_guarded(void)
{
	fpu_init();
	memory_types_init_cpu(0);
	machine_check_init_cpu(0);
	clock_init_cpu(0);
	power_init_cpu(0);
	clock_init();
	timer_init_cpu();
	smp_start();
	idle_choose();
	results_check();
	catch_init();
	core_main();
}

_Noreturn void boot_main(unsigned protocol, uintptr_t information)
{
	idt_init();
	cpu_local_init_early();
	cpuid_lift_limit();
	facts_init();
	boot_info_read(protocol, information);
	console_init();
	boot_info_check();
	spin_choose();
	rsdp_choose();
	memory_init();
	results_reserve();
	linux_boot_reserve();
	paging_init();
	results_begin();
	linux_boot_check();
	acpi_init();
	console_choose();
	machine_facts.console = console_name();
	numa_init();
	apic_init();
	timer_init();
	smp_init_boot_cpu();
	stack_enter(stacks_top(0, STACK_BOOT), boot_main_guarded);
}
