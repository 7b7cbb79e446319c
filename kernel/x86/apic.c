/* SPDX-License-Identifier: MIT */
/*
 * Local APIC: SDM vol. 3 chapter 11.
 */
#include "apic.h"

#include "acpi.h"
#include "boot.h"
#include "core_hooks.h"
#include "cpu.h"
#include "cpu_local.h"
#include "facts.h"
#include "idt.h"
#include "io.h"
#include "io_apic.h"
#include "layout.h"
#include "msr.h"
#include "paging.h"

enum {
	/* register offsets: SDM vol. 3 table 11-1 */
	APIC_ID = 0x20,
	APIC_TASK_PRIORITY = 0x80,
	APIC_SPURIOUS = 0xf0,
	APIC_IN_SERVICE = 0x100, /* 256 bits in eight registers */
	APIC_LVT_CMCI = 0x2f0,
	APIC_COMMAND = 0x300,
	APIC_COMMAND_HIGH = 0x310,
	APIC_LVT_THERMAL = 0x330,
	APIC_LVT_COUNTERS = 0x340,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_VERSION = 0x30,
	X2APIC_MSR = 0x800, /* + offset / 16: SDM vol. 3 table 11-6 */
	/* IA32_APIC_BASE bits: SDM vol. 3 figures 11-5, 11-26 */
	BASE_X2APIC = 0x400,
	BASE_ENABLED = 0x800,
	SPURIOUS_ENABLED = 0x100,
	LVT_DELIVERY = 0x700, /* SDM vol. 3 figure 11-8 */
	LVT_SMI = 0x200,
	LVT_NMI = 0x400,
	/* interrupt command: SDM vol. 3 figure 11-12 */
	COMMAND_BUSY = 0x1000,
	COMMAND_ASSERT = 0x4000,
	COMMAND_ALL_OTHERS = 0xc0000,
	COMMAND_NMI = 0x400,
	COMMAND_INIT = 0x500,
	COMMAND_STARTUP = 0x600,
};

#define BASE_ADDRESS 0xffffffffff000ul

void irq_timer_xapic(void), irq_timer_x2apic(void), irq_call_xapic(void), irq_call_x2apic(void);
void irq_async_xapic(void), irq_async_x2apic(void);
void irq_kick_xapic(void), irq_kick_x2apic(void), irq_spurious(void); /* irq.S */

uintptr_t apic_mmio; /* xAPIC registers; irq.S reads it */
static bool x2apic;
static bool stop_requested;               /* atomic */
static uint32_t cpu_destination[CPU_MAX]; /* of each CPU, as command_send() takes it; each CPU writes its own */

uint32_t apic_read(unsigned offset)
{
	if (x2apic)
		return (uint32_t)msr_read(X2APIC_MSR + offset / 16);
	return mmio_read32(apic_mmio + offset);
}

void apic_write(unsigned offset, uint32_t value)
{
	if (x2apic)
		msr_write(X2APIC_MSR + offset / 16, value);
	else
		mmio_write32(apic_mmio + offset, value);
}

uint32_t apic_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

/* In service and to be ended: an interrupt of the old controllers, or one that vanished, is not. */
void apic_end_stray(unsigned vector)
{
	if (apic_read(APIC_IN_SERVICE + vector / 32 * 0x10) >> vector % 32 & 1)
		apic_write(XAPIC_EOI, 0);
}

/* How a CPU is named in the upper half of a command: SDM vol. 3 figures 11-12, 11-28. */
static uint32_t destination(uint32_t id)
{
	return x2apic ? id : id << 24;
}

static void stubs_set(void)
{
	idt_set(VECTOR_TIMER, x2apic ? irq_timer_x2apic : irq_timer_xapic);
	idt_set(VECTOR_CALL, x2apic ? irq_call_x2apic : irq_call_xapic);
	idt_set(VECTOR_ASYNC, x2apic ? irq_async_x2apic : irq_async_xapic);
	idt_set(VECTOR_KICK, x2apic ? irq_kick_x2apic : irq_kick_xapic);
	idt_set(VECTOR_SPURIOUS, irq_spurious);
}

/*
 * What the system before this one has left pending, as Linux does with its timer's interrupt, is taken here: by the stubs for
 * strays, before ours could take it for their own. It is not counted as one, since it says nothing of a device.
 */
static void leftovers_take(void)
{
	asm volatile("sti\n\tnop\n\tnop\n\tcli" : : : "memory");
	this_local->strays = 0;
}

void apic_init(void)
{
	uint64_t base = msr_read(MSR_APIC_BASE);

	legacy_silence();
	io_apics_silence();
	x2apic = cpuid_leaf(1, 0).ecx >> 21 & 1; /* SDM vol. 2, CPUID 01H */
	if (acpi.x2apic_opt_out && (base & BASE_X2APIC) == 0)
		x2apic = false; /* once on, it could not be turned off either: SDM vol. 3 §11.12.5 */
	machine_facts.x2apic = x2apic;
	apic_mmio = base & BASE_ADDRESS;
	if (acpi.madt.apic_base != 0 && acpi.madt.apic_base != apic_mmio)
		boot_warn("the MADT and IA32_APIC_BASE differ about the local APIC's address; the latter is used",
			  NULL);
	paging_map_device(apic_mmio);
	apic_init_cpu();
	leftovers_take();
	stubs_set();
}

void apic_init_cpu(void)
{
	uint64_t base = msr_read(MSR_APIC_BASE);
	unsigned lvts;

	/* disabled to x2APIC is no legal step: SDM vol. 3 §11.12.5 */
	msr_write(MSR_APIC_BASE, base | BASE_ENABLED);
	if (x2apic)
		msr_write(MSR_APIC_BASE, base | BASE_ENABLED | BASE_X2APIC);
	lvts = (apic_read(APIC_VERSION) >> 16 & 0xff) + 1; /* SDM vol. 3 figure 11-7 */
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLED | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_LVT_LINT0, APIC_LVT_MASKED);
	apic_write(APIC_LVT_LINT1, this_local->cpu == 0 ? LVT_NMI : APIC_LVT_MASKED);
	apic_write(APIC_LVT_ERROR, APIC_LVT_MASKED);
	if (lvts >= 5)
		apic_write(APIC_LVT_COUNTERS, APIC_LVT_MASKED);
	/* by an SMI the firmware does its own cooling: that entry, like the I/O APICs' SMI lines, stays */
	if (lvts >= 6 && (apic_read(APIC_LVT_THERMAL) & LVT_DELIVERY) != LVT_SMI)
		apic_write(APIC_LVT_THERMAL, APIC_LVT_MASKED);
	if (lvts >= 7)
		apic_write(APIC_LVT_CMCI, APIC_LVT_MASKED);
	apic_write(APIC_TASK_PRIORITY, 0);
	cpu_destination[this_local->cpu] = destination(apic_id());
}

void apic_silence(void)
{
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_TIMER_INITIAL, 0);
	apic_write(APIC_LVT_LINT1, APIC_LVT_MASKED);
	/* masking does not take back what was asked for already (SDM vol. 3 §11.4.7.2): taken here, by stubs that call nobody */
	for (unsigned vector = VECTOR_TIMER; vector <= VECTOR_ASYNC; vector++)
		idt_set(vector, x2apic ? irq_kick_x2apic : irq_kick_xapic);
	asm volatile("sti\n\tnop\n\tnop\n\tcli" : : : "memory");
}

static inline void command_send_x2apic(uint32_t to, uint32_t command)
{
	/*
	 * WRMSR to this register does not wait for older stores, unlike a store to uncached memory: without the two
	 * fences the target could take the interrupt before it can see what was written for it. SDM vol. 3 §11.12.3
	 */
	asm volatile("mfence\n\tlfence" : : : "memory");
	msr_write(X2APIC_MSR + APIC_COMMAND / 16, (uint64_t)to << 32 | command);
}

/*
 * Two halves, with interrupts off from the first look to the last write: a handler that sends would change the destination
 * in between. The second half, a store to uncached memory, sends; all older stores are visible before it (SDM vol. 3 §12.3).
 */
static inline void command_send_xapic(uint32_t to, uint32_t command)
{
	asm volatile("pushfq\n\t"
		     "cli\n"
		     "1:\ttestl %[busy], %c[low](%[apic])\n\t"
		     "jnz 2f\n\t"
		     "movl %[to], %c[high](%[apic])\n\t"
		     "movl %[command], %c[low](%[apic])\n\t"
		     "popfq\n\t"
		     ".subsection 1\n"
		     "2:\tpause\n\t"
		     "jmp 1b\n\t"
		     ".previous"
		     :
		     : [apic] "r"(apic_mmio), [to] "r"(to), [command] "ir"(command), [busy] "i"(COMMAND_BUSY),
		       [low] "i"(APIC_COMMAND), [high] "i"(APIC_COMMAND_HIGH)
		     : "memory", "cc");
}

/* to: from destination(); command: vector and COMMAND_ bits. */
static inline void command_send(uint32_t to, uint32_t command)
{
	if (x2apic)
		command_send_x2apic(to, command);
	else
		command_send_xapic(to, command);
}

void apic_send_init_others(void)
{
	command_send(0, COMMAND_INIT | COMMAND_ASSERT | COMMAND_ALL_OTHERS);
}

void apic_send_startup(uint32_t id, uintptr_t page)
{
	command_send(destination(id), COMMAND_STARTUP | COMMAND_ASSERT | (uint32_t)(page / PAGE_BYTES));
}

void cpu_kick(unsigned cpu)
{
	command_send(cpu_destination[cpu], VECTOR_KICK | COMMAND_ASSERT);
}

void cpu_poke(unsigned cpu)
{
	command_send(cpu_destination[cpu], VECTOR_TIMER | COMMAND_ASSERT);
}

void cpu_call_interrupt(unsigned cpu)
{
	command_send(cpu_destination[cpu], VECTOR_CALL | COMMAND_ASSERT);
}

void cpu_call_interrupt_others(void)
{
	command_send(0, VECTOR_CALL | COMMAND_ASSERT | COMMAND_ALL_OTHERS);
}

void cpu_async_interrupt(unsigned cpu)
{
	command_send(cpu_destination[cpu], VECTOR_ASYNC | COMMAND_ASSERT);
}

void cpu_nmi(unsigned cpu)
{
	command_send(cpu_destination[cpu], COMMAND_NMI | COMMAND_ASSERT);
}

bool cpu_stop_requested(void)
{
	return __atomic_load_n(&stop_requested, __ATOMIC_ACQUIRE);
}

void cpu_stop_others(void)
{
	uint64_t deadline = clock_now() + clock_hz / 10; /* a CPU that ignores an NMI for 100 ms will not stop */

	__atomic_store_n(&stop_requested, true, __ATOMIC_SEQ_CST);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		if (cpu != this_local->cpu)
			cpu_nmi(cpu);
	}
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		if (cpu == this_local->cpu)
			continue;
		while (!__atomic_load_n(&cpu_locals[cpu].stopped, __ATOMIC_ACQUIRE) && clock_now() < deadline)
			asm volatile("pause" : : : "memory"); /* whatever spin= says: they need the CPU to stop */
	}
}
