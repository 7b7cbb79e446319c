/* SPDX-License-Identifier: MIT */
/*
 * CPU start-up: SDM vol. 3 §9.4.4. Slot 0 is the boot CPU, the others follow in the order of cpu_order.h, each with its own
 * stacks. The started CPUs run the same few instructions side by side; each finds its slot by its APIC ID (boot.S), says
 * that it came, and waits for its CPU number: slots of CPUs that did not come are left out, so numbers are dense, and
 * they are the same in every boot.
 */
#include "smp.h"

#include "acpi.h"
#include "apic.h"
#include "boot.h"
#include "clock.h"
#include "core_hooks.h"
#include "cpu.h"
#include "cpu_local.h"
#include "cpu_order.h"
#include "facts.h"
#include "fpu.h"
#include "layout.h"
#include "machine_check.h"
#include "memory.h"
#include "memory_types.h"
#include "msr.h"
#include "power.h"
#include "timer.h"
#include "topology.h"

enum {
	INIT_WAIT_US = 100, /* CPUs that are known to need none; the 10 ms of SDM §9.4.4.1 would be our whole boot */
	INIT_WAIT_OTHERS_US = 10000,
	STARTUP_STEP_US = 10,
	STARTUP_WAIT_US = 1000, /* before the second start-up interrupt, for those that the first one did not reach */
	ARRIVAL_WAIT_US =
	    2000000, /* before the boot goes on without them; long, because a virtual CPU may have to wait for a busy host */
};

/* Slot states; the CPU itself goes from CALLED to ARRIVED, the boot CPU from CALLED to ABSENT: whoever is first. */
enum { SLOT_CALLED, SLOT_ARRIVED, SLOT_ABSENT };

extern const uint8_t ap_trampoline[], ap_trampoline_end[]; /* boot.S */

unsigned cpu_count = 1;
/* What boot.S reads: where each APIC ID finds its stack. Constant once the first INIT is sent. */
uint32_t ap_slots, ap_apic_id[CPU_MAX];
uintptr_t ap_stack_top[CPU_MAX];

static unsigned slot_state[CPU_MAX]; /* atomic */
static unsigned slot_cpu[CPU_MAX];   /* atomic: CPU number + 1, 0: not yet given */
static unsigned ready_count;         /* atomic: CPUs that have finished their own initialisation */

static void slot_add(uint32_t id)
{
	stacks_create(ap_slots);
	ap_apic_id[ap_slots] = id;
	ap_stack_top[ap_slots] = stacks_top(ap_slots, STACK_BOOT);
	ap_slots++;
}

void smp_init_boot_cpu(void)
{
	slot_add(apic_id());
	slot_state[0] = SLOT_ARRIVED;
	cpu_local_init(0, 0);
	topology_init_cpu(0, ap_apic_id[0]);
}

static void slots_add_others(void)
{
	static uint32_t ids[CPU_MAX]; /* the boot CPU's first */
	struct topology_names bits;
	unsigned count = 1;
	bool above_8bit = false;

	ids[0] = ap_apic_id[0];
	for (unsigned at = 0; at < acpi.madt.cpus_count; at++) {
		uint32_t id = acpi.madt.apic_ids[at];

		if (id == ids[0])
			continue;
		if (id >= 0xff && !machine_facts.x2apic)
			above_8bit = true;
		else if (count < CPU_MAX)
			ids[count++] = id;
	}
	topology_decode(&bits, UINT32_MAX, cpuid_leaf);
	cpu_order_sort(ids, count, &bits);
	for (unsigned at = 1; at < count; at++)
		slot_add(ids[at]);
	machine_facts.cpus_listed = acpi.madt.cpus_listed == 0 ? 1 : acpi.madt.cpus_listed;
	if (above_8bit)
		boot_warn("CPUs whose APIC ID needs x2APIC are left out: it is not used", NULL);
	if (acpi.madt.cpus_cut)
		boot_warn("more CPUs than this kernel is made for; the first ones are used", NULL);
}

static unsigned slots_arrived(void)
{
	unsigned count = 0;

	for (unsigned slot = 0; slot < ap_slots; slot++)
		count += __atomic_load_n(&slot_state[slot], __ATOMIC_ACQUIRE) == SLOT_ARRIVED;
	return count;
}

static void arrivals_wait(unsigned us)
{
	uint64_t begin = clock_now(), ticks = us * clock_hz / 1000000;

	while (slots_arrived() < ap_slots && clock_now() - begin < ticks)
		timer_sleep_end(timer_sleep_begin(STARTUP_STEP_US));
}

static void startup_send(uintptr_t page)
{
	for (unsigned slot = 1; slot < ap_slots; slot++) {
		if (__atomic_load_n(&slot_state[slot], __ATOMIC_ACQUIRE) != SLOT_CALLED)
			continue;
		/*
		 * In QEMU's icount mode the reset by INIT is carried out only after this, and moves the clock on to the
		 * next timer that is armed, however far that is: so one is armed close by, here and in arrivals_wait().
		 */
		timer_sleep_begin(STARTUP_STEP_US);
		apic_send_startup(ap_apic_id[slot], page);
	}
}

/* Intel's family 6 and AMD's and Hygon's from 0FH on take their start-up interrupt at once; others get what the manual says. */
static unsigned init_wait_us(void)
{
	unsigned family = cpuid_leaf(1, 0).eax >> 8 & 0xf;
	char first = machine_facts.cpu_vendor[0];
	bool modern = (first == 'G' && family == 6) || ((first == 'A' || first == 'H') && family == 0xf);

	return modern ? INIT_WAIT_US : INIT_WAIT_OTHERS_US;
}

static void trampoline_copy(uintptr_t page)
{
	for (size_t at = 0; at < (size_t)(ap_trampoline_end - ap_trampoline); at++)
		((volatile uint8_t *)page)[at] = ap_trampoline[at];
}

static void others_call(void)
{
	uintptr_t page = memory_low_page();

	if (page == 0) {
		boot_warn("no memory below 1 MiB to start the other CPUs in", NULL);
		return;
	}
	trampoline_copy(page);
	apic_send_init_others();
	timer_sleep_end(timer_sleep_begin(init_wait_us()));
	startup_send(page);
	arrivals_wait(STARTUP_WAIT_US);
	startup_send(page);
	arrivals_wait(ARRIVAL_WAIT_US);
}

/* Numbers those that came, in slot order, and lets them go on. */
static void numbers_give(void)
{
	unsigned count = 1;

	for (unsigned slot = 1; slot < ap_slots; slot++) {
		unsigned called = SLOT_CALLED;

		if (__atomic_compare_exchange_n(&slot_state[slot], &called, SLOT_ABSENT, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE)) {
			boot_warn("a CPU did not start; its APIC ID is", &ap_apic_id[slot]);
			continue;
		}
		/* release: everything the boot CPU has prepared */
		__atomic_store_n(&slot_cpu[slot], ++count, __ATOMIC_RELEASE);
	}
	/* acquire: what the others wrote about themselves: APIC IDs, topology */
	while (__atomic_load_n(&ready_count, __ATOMIC_ACQUIRE) < count - 1)
		asm volatile("pause" : : : "memory");
	cpu_count = count;
}

void smp_start(void)
{
	slots_add_others();
	if (ap_slots > 1) {
		others_call();
		numbers_give();
	}
	topology_init();
}

_Noreturn void ap_main(unsigned slot)
{
	unsigned called = SLOT_CALLED, number;

	if (!__atomic_compare_exchange_n(&slot_state[slot], &called, SLOT_ARRIVED, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		for (;;) /* too late: the boot has gone on without this one */
			asm volatile("cli\n\thlt" : : : "memory");
	}
	while ((number = __atomic_load_n(&slot_cpu[slot], __ATOMIC_ACQUIRE)) == 0)
		asm volatile("pause" : : : "memory");
	cpu_local_init(number - 1, slot);
	cpuid_lift_limit();
	fpu_init_cpu();
	memory_types_init_cpu(number - 1);
	machine_check_init_cpu(number - 1);
	clock_init_cpu(number - 1);
	power_init_cpu(number - 1);
	apic_init_cpu();
	timer_init_cpu();
	topology_init_cpu(number - 1, ap_apic_id[slot]);
	__atomic_fetch_add(&ready_count, 1, __ATOMIC_RELEASE);
	core_ap_main();
}
