/* SPDX-License-Identifier: MIT */
/*
 * Classes, their order, and what each CPU's thread holds. The checker's own state that CPUs share changes only when a class
 * or an order is new, under a lock of its own that it does not check; the rest is each CPU's, and is saved with a thread that
 * is switched away.
 */
#include "lockcheck/lockcheck.h"

#include <stdint.h>
#include "core/format.h"
#include "core/panic.h"
#include "core/percpu.h"
#include "core/settings.h"
#include "core/string.h"
#include "x86/symbols.h"

enum { CLASSES_MAX = 128, HELD_MAX = 8, NAME_BYTES = 96, WORD_BITS = 64 };

struct lock_class {
	uintptr_t place; /* in the code: of the initialisation, or where it was first taken */
	bool initialised;
	uint64_t later[CLASSES_MAX / WORD_BITS]; /* atomic: bit n: class n was taken with this one held */
	uint64_t holds;                          /* atomic */
	uint64_t hold_max;                       /* ticks; written under classes.lock */
	uintptr_t hold_place;                    /* where the lock of the longest hold was taken; the same */
};

static struct {
	bool lock;      /* atomic */
	unsigned count; /* atomic; grows under lock */
	struct lock_class list[CLASSES_MAX];
} classes;

struct held_lock {
	struct lock_hooks *lock;
	uintptr_t place;
	uint64_t since_tsc;
};

/* What one CPU's running thread holds. */
struct held {
	unsigned count;
	unsigned interrupts; /* handlers that run on top of the thread */
	struct held_lock locks[HELD_MAX];
};

static struct held held_table[CPU_MAX];
static uint64_t hold_limit; /* ticks; 0: none. Set before other threads run */

/* Bounds of the text that belongs to programs, if the image tells. */
extern const char program_text_begin[] __attribute__((weak)), program_text_end[] __attribute__((weak));

static struct held *held_here(void)
{
	return &held_table[this_cpu->cpu];
}

static bool class_is_programs(const struct lock_class *class)
{
	return class->place >= (uintptr_t)program_text_begin && class->place < (uintptr_t)program_text_end;
}

/* --- Names ------------------------------------------------------------------------------------------------------------------- */

struct name {
	char bytes[NAME_BYTES];
};

static struct name place_name(uintptr_t place)
{
	struct name name;
	struct text text = {.bytes = name.bytes, .max_bytes = sizeof(name.bytes)};

	symbol_text(&text, place - 1); /* the call, not what follows it */
	text_end(&text);
	return name;
}

static struct name class_name(const struct lock_class *class)
{
	struct name name, place = place_name(class->place);

	format_text(name.bytes, sizeof(name.bytes), "%s %s", class->initialised ? "made in" : "first taken in",
		    place.bytes);
	return name;
}

/* --- Classes ----------------------------------------------------------------------------------------------------------------- */

static void classes_lock(void)
{
	while (__atomic_exchange_n(&classes.lock, true, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static void classes_unlock(void)
{
	__atomic_store_n(&classes.lock, false, __ATOMIC_RELEASE);
}

static struct lock_class *class_of_place(uintptr_t place, bool initialised)
{
	struct lock_class *class = classes.list;

	classes_lock();
	while (class < &classes.list[classes.count] && (class->place != place || class->initialised != initialised))
		class ++;
	if (class == &classes.list[classes.count]) {
		ASSERT(classes.count < CLASSES_MAX);
		class->place = place;
		class->initialised = initialised;
		classes.count++;
	}
	classes_unlock();
	return class;
}

static bool class_precedes(const struct lock_class *first, unsigned then)
{
	return __atomic_load_n(&first->later[then / WORD_BITS], __ATOMIC_RELAXED) >> then % WORD_BITS & 1;
}

/* Whether the known orders lead from a class to another: a search in breadth over at most CLASSES_MAX. */
static bool class_leads(unsigned from, unsigned to)
{
	uint8_t queue[CLASSES_MAX];
	uint64_t seen[CLASSES_MAX / WORD_BITS] = {0};
	unsigned head = 0, tail = 0;

	for (queue[tail++] = (uint8_t)from; head < tail; head++) {
		for (unsigned next = 0; next < classes.count; next++) {
			if (!class_precedes(&classes.list[queue[head]], next) ||
			    (seen[next / WORD_BITS] >> next % WORD_BITS & 1))
				continue;
			if (next == to)
				return true;
			seen[next / WORD_BITS] |= 1ull << next % WORD_BITS;
			queue[tail++] = (uint8_t)next;
		}
	}
	return false;
}

/* Notes that a lock of class then is taken with one of class first held. */
static void class_order(struct lock_class *first, struct lock_class *then)
{
	unsigned a = (unsigned)(first - classes.list), b = (unsigned)(then - classes.list);
	bool reversed;

	if (class_precedes(first, b))
		return;
	if (first == then)
		panic("lockcheck: two locks of one class at once, %s", class_name(first).bytes);
	classes_lock();
	reversed = class_leads(b, a);
	first->later[b / WORD_BITS] |= 1ull << b % WORD_BITS;
	classes_unlock();
	if (reversed)
		panic("lockcheck: order: a lock %s is taken while one %s is held; elsewhere it is the other way round",
		      class_name(then).bytes, class_name(first).bytes);
}

/* --- Locks ------------------------------------------------------------------------------------------------------------------- */

void lock_hook_init(struct lock_hooks *hooks)
{
	hooks->class = class_of_place((uintptr_t)__builtin_return_address(0), true);
}

void lock_hook_wait(struct lock_hooks *hooks)
{
	struct held *held = held_here();

	if (held->interrupts > 0)
		panic("lockcheck: an interrupt handler takes a lock");
	if (hooks->class == NULL)
		hooks->class = class_of_place((uintptr_t)__builtin_return_address(0), false);
	for (unsigned i = 0; i < held->count; i++) {
		if (held->locks[i].lock == hooks)
			panic("lockcheck: a lock %s is taken again by its holder", class_name(hooks->class).bytes);
		class_order(held->locks[i].lock->class, hooks->class);
	}
}

void lock_hook_taken(struct lock_hooks *hooks)
{
	struct held *held = held_here();

	ASSERT(held->count < HELD_MAX);
	held->locks[held->count++] = (struct held_lock){
	    .lock = hooks, .place = (uintptr_t)__builtin_return_address(0), .since_tsc = clock_now()};
}

static void hold_note(struct lock_class *class, const struct held_lock *lock, uint64_t ticks)
{
	__atomic_fetch_add(&class->holds, 1, __ATOMIC_RELAXED);
	if (ticks <= __atomic_load_n(&class->hold_max, __ATOMIC_RELAXED))
		return;
	classes_lock();
	if (ticks > class->hold_max) {
		class->hold_max = ticks;
		class->hold_place = lock->place;
	}
	classes_unlock();
	if (hold_limit > 0 && ticks > hold_limit && !class_is_programs(class))
		panic("lockcheck: a lock %s was held for %lu ticks, %lu are allowed, since %s", class_name(class).bytes,
		      ticks, hold_limit, place_name(lock->place).bytes);
}

void lock_hook_release(struct lock_hooks *hooks)
{
	uint64_t now = clock_now();
	struct held *held = held_here();
	unsigned i = held->count;

	while (i > 0 && held->locks[i - 1].lock != hooks)
		i--;
	if (i == 0)
		panic("lockcheck: a lock is released that its thread does not hold");
	hold_note(hooks->class, &held->locks[i - 1], now - held->locks[i - 1].since_tsc);
	for (held->count--; i <= held->count; i++)
		held->locks[i - 1] = held->locks[i];
}

/* --- Threads ----------------------------------------------------------------------------------------------------------------- */

/* A program's thread may lose its CPU when its quantum ends, whatever the program holds. */
static void held_check(const char *what, bool programs_too)
{
	struct held *held = held_here();

	for (unsigned i = 0; i < held->count; i++)
		if (programs_too || !class_is_programs(held->locks[i].lock->class))
			panic("lockcheck: a thread %s with a lock held, %s", what,
			      class_name(held->locks[i].lock->class).bytes);
}

void __wrap_sched_block(void)
{
	held_check("blocks", true);
	__real_sched_block();
}

void __wrap_sched_yield(void)
{
	held_check("yields", false);
	__real_sched_yield();
}

void __wrap_sched_move(unsigned cpu)
{
	held_check("moves", true);
	__real_sched_move(cpu);
}

/* Who comes next holds nothing if it is new, and else what it held when it came here. */
void __wrap_context_switch(void **save, void *load)
{
	struct held mine = *held_here();

	held_check("is switched away", false);
	held_here()->count = 0;
	held_here()->interrupts = 0;
	__real_context_switch(save, load);
	*held_here() = mine;
}

_Noreturn void __wrap_context_exit(void *load, void (*after)(void *arg), void *arg)
{
	held_check("ends", true);
	__real_context_exit(load, after, arg);
}

/* A handler that switches comes back here on its own thread, whose count it was. */
bool __wrap_timer_interrupt(uintptr_t rip)
{
	bool preempt;

	held_here()->interrupts++;
	preempt = __real_timer_interrupt(rip);
	held_here()->interrupts--;
	return preempt;
}

void __wrap_remote_call_interrupt(void)
{
	held_here()->interrupts++;
	__real_remote_call_interrupt();
	held_here()->interrupts--;
}

void __wrap_async_interrupt(void)
{
	held_here()->interrupts++;
	__real_async_interrupt();
	held_here()->interrupts--;
}

/* --- Begin and end ----------------------------------------------------------------------------------------------------------- */

/* What follows "name=" in the boot command line; NULL: it is not there. */
static const char *word_value(const char *name)
{
	const char *at = boot_command_line();
	size_t len_bytes = strlen(name);

	for (; at != NULL && *at != '\0'; at++)
		if (strncmp(at, name, len_bytes) == 0)
			return at + len_bytes;
	return NULL;
}

bool __wrap_settings_word(const char *key, const char *value)
{
	return strcmp(key, "hold_max") == 0 || strcmp(key, "lockfault") == 0 || __real_settings_word(key, value);
}

void __wrap_fault_inject(void)
{
	const char *limit = word_value("hold_max="), *kind = word_value("lockfault=");

	for (; limit != NULL && *limit >= '0' && *limit <= '9'; limit++)
		hold_limit = hold_limit * 10 + (uint64_t)(*limit - '0');
	if (kind != NULL)
		lockcheck_fault(kind);
	__real_fault_inject();
}

_Noreturn void __wrap_machine_exit(unsigned code)
{
	for (unsigned i = 0; i < classes.count && code != MACHINE_EXIT_PANIC; i++) {
		const struct lock_class *class = &classes.list[i];

		if (class->holds > 0)
			format_print("# lockcheck: %s: %lu holds, the longest %lu ticks, taken in %s\n",
				     class_name(class).bytes, class->holds, class->hold_max,
				     place_name(class->hold_place).bytes);
	}
	__real_machine_exit(code);
}
