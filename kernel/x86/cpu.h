/* SPDX-License-Identifier: MIT */
/*
 * What kernel/core may ask of the machine: all that core includes from here. Everything else in kernel/x86 is private.
 * Functions that only make sense with interrupts off say so. "cpu" is the dense CPU number, 0 for the boot CPU.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct percpu;

/* --- This CPU ------------------------------------------------------------------------------------------------------ */

/* Fields of this CPU's struct percpu (core/percpu.h) in one instruction: this_cpu->current. */
#define this_cpu ((struct percpu __seg_gs *)0)

static inline bool irq_enabled(void)
{
	uint64_t flags;

	asm volatile("pushfq\n\tpopq %0" : "=r"(flags) : : "memory");
	return flags & 0x200; /* RFLAGS.IF: SDM vol. 1 §3.4.3 */
}

static inline void irq_disable(void)
{
	asm volatile("cli" : : : "memory");
}

static inline void irq_enable(void)
{
	asm volatile("sti" : : : "memory");
}

/* Returns whether interrupts were on; hand that to irq_restore(). */
static inline bool irq_save(void)
{
	bool enabled = irq_enabled();

	irq_disable();
	return enabled;
}

static inline void irq_restore(bool enabled)
{
	if (enabled)
		irq_enable();
}

/* Call with interrupts off: turns them on and halts as one step, so that no wake-up slips in between. */
static inline void cpu_halt(void)
{
	asm volatile("sti\n\thlt" : : : "memory");
}

extern bool cpu_relax_pauses; /* spin=pause|none, set at boot */

static inline void cpu_relax(void)
{
	if (cpu_relax_pauses)
		asm volatile("pause" : : : "memory");
	else
		asm volatile("" : : : "memory");
}

/* --- Clock ----------------------------------------------------------------------------------------------------------- */

static inline uint64_t clock_start(void)
{
	uint32_t low, high;

	/* lfence before: older work has retired; after: timed work cannot begin earlier */
	asm volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t clock_stop(void)
{
	uint32_t low, high, aux;

	/* rdtscp waits for older work; lfence keeps later work behind the read */
	asm volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(aux) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* Unfenced: for deadlines, not for measuring. */
static inline uint64_t clock_now(void)
{
	return __builtin_ia32_rdtsc();
}

extern uint64_t clock_hz; /* ticks per second, calibrated at boot */

/* count times dec/jnz: no CPU of today takes more than 3 ticks for one, and whatever interprets code takes many. count > 0. */
static inline void cpu_count_down(unsigned count)
{
	asm volatile("1: decl %0\n\tjnz 1b" : "+r"(count) : : "cc");
}

/* --- Context: callee-saved registers and the stack, nothing else ---------------------------------------------------- */

/* Pushes the callee-saved registers, stores rsp in *save, loads rsp from load, pops them and returns there. */
void context_switch(void **save, void *load);
/* Where its instructions lie, for tests of what comes in between. */
extern const char context_switch_begin[], context_switch_end[];
/* Leaves this stack for good: loads rsp from load, calls after(arg) on that stack, then returns into its context. */
_Noreturn void context_exit(void *load, void (*after)(void *arg), void *arg);
/* Leaves this stack for good and goes on in a context that context_switch() or context_prepare() made. */
_Noreturn void context_resume(void *load);
/*
 * Builds the first context below top, which is aligned to 16, so that a switch to the returned rsp enters entry() with the
 * alignment of a called function, a zero return address and a zero frame pointer, where a backtrace ends.
 */
static inline void *context_prepare(void *top, void (*entry)(void))
{
	void **words = top;

	words[-1] = NULL; /* return address of entry() */
	words[-2] = (void *)entry;
	words[-3] = NULL; /* rbp; below it the other registers, whose values do not matter: context.S */
	return words - 8;
}

/* --- Vector state: only for threads that used it ------------------------------------------------------------------------ */

/*
 * The first vector instruction of a thread traps (#NM); the trap calls core's thread_fpu_area(), which gives the current
 * thread an area of fpu_area_bytes, aligned to 64, and records it. From then on the scheduler calls fpu_switch() whenever
 * the old or the new thread has an area (NULL: none). Threads without one never cause a save or a restore.
 */
extern size_t fpu_area_bytes;
void fpu_area_init(void *area);
void fpu_switch(void *save, void *load);

/* --- Other CPUs ------------------------------------------------------------------------------------------------------- */

enum { CPU_MAX = 256 };

extern unsigned cpu_count; /* CPUs that are up; final before core starts threads */

/* The interrupt that makes a halted CPU look at its inbox: handler empty but for EOI and a count. */
void cpu_kick(unsigned cpu);
/* The timer's interrupt, early: calls core's preempt_interrupt() on that CPU, which may be the caller's own. */
void cpu_poke(unsigned cpu);
/* Interrupt that calls core's remote_call_interrupt() on that CPU. */
void cpu_call_interrupt(unsigned cpu);
/* The same interrupt to every CPU but this one, by one command: also to CPUs that are not up, which ignore it. */
void cpu_call_interrupt_others(void);
/* Interrupt that calls core's async_interrupt() on that CPU, which may be the caller's own. */
void cpu_async_interrupt(unsigned cpu);
/* A non-maskable interrupt that only counts: for tests of what it may come in between of. */
void cpu_nmi(unsigned cpu);
/* NMIs taken by one CPU since boot, and the address of the instruction that the last one came before (place may be NULL). */
uint64_t cpu_nmis(unsigned cpu, uintptr_t *place);
/* Interrupts that nobody here asked for, of all CPUs; the vector of one of them (may be NULL). They count as interrupts too. */
uint64_t cpu_strays(unsigned *vector);
/* Interrupts taken by one CPU since boot, NMIs included. */
uint64_t cpu_interrupts(unsigned cpu);

/* --- Topology: what lies how near; constant from core_main() on ---------------------------------------------------------- */

enum { NODE_MAX = 64, CPU_GROUP_UNKNOWN = 0xffff };

extern unsigned node_count; /* NUMA nodes; 1 where the firmware speaks of none. A node may lack CPUs or memory */

/* Groups of each kind are numbered from 0 in the order of their first CPU. Caches: CPU_GROUP_UNKNOWN if the CPU is silent. */
struct cpu_topology {
	uint32_t apic_id;
	uint16_t package, core, l2, l3;
	uint16_t node;
	uint16_t kind; /* of core: CPUs of one number are of one microarchitecture */
};

const struct cpu_topology *cpu_topology(unsigned cpu);

/* The nearest thing that two CPUs have in common. */
enum cpu_distance {
	CPU_SAME,
	CPU_SAME_CORE,
	CPU_SAME_L2,
	CPU_SAME_L3,
	CPU_SAME_PACKAGE,
	CPU_SAME_NODE,
	CPU_SAME_NOTHING
};

enum cpu_distance cpu_distance(unsigned a, unsigned b);
/* The firmware's relative distance of two nodes: 10 is one's own, 20 twice as far, 255 unreachable. */
unsigned node_distance(unsigned from, unsigned to);

/* --- Timer: one shot per CPU; expiry calls core's timer_interrupt() with interrupts off ------------------------------------ */

void timer_arm(uint64_t deadline_tsc);
void timer_disarm(void);

/* --- Whose code is it? Bounds from kernel.ld --------------------------------------------------------------------------------- */

extern const char program_text_begin[], program_text_end[], wait_text_begin[], wait_text_end[];

/* Puts a function where text_is_waiting() finds it: the one in which a CPU waits that has nothing to run. */
#define WAIT_TEXT __attribute__((noinline, section(".text.sched_wait")))

/* A program's, which holds nothing of the kernel's at any instruction. */
static inline bool text_is_program(uintptr_t address)
{
	return address >= (uintptr_t)program_text_begin && address < (uintptr_t)program_text_end;
}

static inline bool text_is_waiting(uintptr_t address)
{
	return address >= (uintptr_t)wait_text_begin && address < (uintptr_t)wait_text_end;
}

/*
 * This CPU's next instruction of a program's text, whoever executes it, comes after the timer's interrupt, as cpu_poke() sends
 * it; one that has interrupts off takes it as soon as they are on. Any context; again before that: the same as once.
 */
void program_catch(void);

/* --- Memory --------------------------------------------------------------------------------------------------------- */

enum { PAGE_BYTES = 4096 };

struct memory_range {
	uint64_t base, len_bytes;
	unsigned node;
};

/* Free physical memory, page aligned, ascending, each range of one node, without the kernel's image and what the boot loader handed over; identity mapped. */
size_t memory_ranges(const struct memory_range **ranges);
/*
 * The window is filled by tables of PAGING_TABLE_BYTES each: a page of memory, cleared by the caller, then installed for a
 * va that is a multiple of that and had none. The tables above it need page_alloc_phys(): -ENOMEM. paging_fill() writes
 * the entries of consecutive pages, read-write, into such a table, before or after it is installed; none may have been
 * mapped before.
 */
enum { PAGING_TABLE_BYTES = 2 << 20 };
int paging_install(uintptr_t va, void *table);
void paging_fill(void *table, uintptr_t va, uintptr_t pa, unsigned pages);
/* The window for stacks and other mappings with holes: [begin, begin + len). Nothing is mapped there at boot. */
extern const uintptr_t paging_window_begin;
extern const size_t paging_window_bytes;

/* --- Console and end ------------------------------------------------------------------------------------------------ */

const char *boot_command_line(void);
/* To every console (x86/console.h); the screen leaves out lines that begin with '@'. Safe from any context. */
void console_write(const char *bytes, size_t len_bytes);
/* The same without the screen; and the screen only, if there is one. */
void console_machine_write(const char *bytes, size_t len_bytes);
void console_screen_write(const char *bytes, size_t len_bytes);
/* Whether there is a screen; how many columns and rows its text has, the bottom line left out. */
bool console_screen(unsigned *columns, unsigned *rows);
/* The screen's text goes, and the next line is its first. */
void console_screen_clear(void);
/* The screen's bottom line. */
void console_status(const char *text);
/* How the screen shows what is written from here on. */
enum console_tone { CONSOLE_PLAIN, CONSOLE_BRIGHT, CONSOLE_ALERT };
void console_tone(enum console_tone tone);
/* Whether serial= or screen=, which were obeyed at boot, can have this value; false also for any other key. */
bool console_word(const char *key, const char *value);
/* Whether results=, after= or rsdp=, which were obeyed at boot, can have this value; false also for any other key. */
bool machine_word(const char *key, const char *value);
/*
 * Ends the machine: QEMU exit status is 2 * code + 1 (isa-debug-exit); without that device, what the word after= says. The
 * region of results says how it ended before that.
 */
enum { MACHINE_EXIT_OK = 0x10, MACHINE_EXIT_FAILED = 0x11, MACHINE_EXIT_PANIC = 0x12 };
_Noreturn void machine_exit(unsigned code);
/* What that will be, as one line for people. */
const char *machine_end_text(void);
/* Where a CPU stays that was stopped; the boot CPU goes on from there if machine_exit() needs it. */
_Noreturn void machine_stopped(void);
/* Prints a symbolised backtrace from this frame, or from the given one. */
void backtrace_print(const void *frame);
/* Tells every other CPU to stop (NMI), so that a panic's message is the last word. */
void cpu_stop_others(void);
/* Causes a double fault, for the tests of failing. */
_Noreturn void cpu_double_fault(void);
