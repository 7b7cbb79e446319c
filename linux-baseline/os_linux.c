/* SPDX-License-Identifier: MIT */
/*
 * The part of the Linux port that is not inline. Each function keeps the words of bench/os.h with what glibc and the
 * kernel document; where they document less than the contract asks, the comment says why it holds.
 */
#include "os_linux.h"

#include "os.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000 * 1000 * 1000, NS_PER_US = 1000, AGREE_PPM = 50, PORT_STACK_ALIGN = 4096 /* a page */ };

unsigned port_cpu_count;
uint16_t port_cpu_logical[CPU_SETSIZE];
bool port_relax_pauses = true;

static uint16_t cpu_real[CPU_SETSIZE]; /* our number → Linux's */
static struct port_clock clock_state;

/* --- Machine ----------------------------------------------------------------------------------------------------- */

int port_cpus_set(const unsigned *cpus, unsigned count)
{
	cpu_set_t set, granted;

	if (count == 0 || count > CPU_SETSIZE)
		return -EINVAL;
	CPU_ZERO(&set);
	for (unsigned i = 0; i < count; i++) {
		if (cpus[i] >= CPU_SETSIZE || CPU_ISSET(cpus[i], &set))
			return -EINVAL;
		CPU_SET(cpus[i], &set);
	}
	if (sched_setaffinity(0, sizeof(set), &set) != 0 || sched_getaffinity(0, sizeof(granted), &granted) != 0)
		return -errno;
	/* Linux drops CPUs that do not exist, are offline or are not in the cpuset, as long as one is left */
	if (!CPU_EQUAL(&set, &granted))
		return -EINVAL;
	for (unsigned i = 0; i < count; i++) {
		cpu_real[i] = (uint16_t)cpus[i];
		port_cpu_logical[cpus[i]] = (uint16_t)i;
	}
	port_cpu_count = count;
	return 0;
}

unsigned port_cpu_real(unsigned cpu)
{
	return cpu_real[cpu];
}

/* --- Clock ----------------------------------------------------------------------------------------------------------- */

/* One moment on both clocks. */
struct moment {
	uint64_t ticks;
	uint64_t ns;
};

/*
 * The moment is the middle of the narrowest of several brackets, so that an interrupt between two reads is not taken
 * for time that passed.
 */
static struct moment moment_now(void)
{
	struct moment best = {0};
	uint64_t narrowest = UINT64_MAX;

	for (int i = 0; i < 16; i++) {
		struct timespec now;
		uint64_t before = os_clock_start();

		clock_gettime(CLOCK_MONOTONIC_RAW, &now);

		uint64_t after = os_clock_stop();

		if (after - before < narrowest) {
			narrowest = after - before;
			best.ticks = before + narrowest / 2;
			best.ns = (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
		}
	}
	return best;
}

/* Ticks per second over one window that the caller sleeps through. */
static uint64_t window_hz(uint64_t window_ns)
{
	struct moment begin = moment_now();
	struct moment end;

	do {
		os_sleep_ns(window_ns);
		end = moment_now();
	} while (end.ns <= begin.ns);
	return (uint64_t)((unsigned __int128)(end.ticks - begin.ticks) * NS_PER_S / (end.ns - begin.ns));
}

static unsigned spread_ppm(uint64_t a, uint64_t b)
{
	uint64_t apart = a > b ? a - b : b - a;
	uint64_t ppm = a == 0 || b == 0 ? UINT_MAX : apart * 1000000 / (a < b ? a : b);

	return ppm < UINT_MAX ? (unsigned)ppm : UINT_MAX;
}

void port_clock_calibrate(uint64_t first_window_ns)
{
	uint64_t window_ns = first_window_ns;

	for (;;) {
		uint64_t first = window_hz(window_ns);
		uint64_t second = window_hz(window_ns);

		clock_state.hz = first / 2 + second / 2;
		clock_state.window_ns = window_ns;
		clock_state.spread_ppm = spread_ppm(first, second);
		clock_state.agreed = clock_state.spread_ppm <= AGREE_PPM;
		if (clock_state.agreed || window_ns >= PORT_WINDOW_MAX_NS)
			break;
		window_ns = window_ns * 2 < PORT_WINDOW_MAX_NS ? window_ns * 2 : PORT_WINDOW_MAX_NS;
	}
	if (clock_state.hz == 0)
		clock_state.hz = 1; /* a clock that stands still: agreed is false, and division stays defined */
}

const struct port_clock *port_clock(void)
{
	return &clock_state;
}

uint64_t os_clock_hz(void)
{
	return clock_state.hz;
}

static uint64_t ticks_of_ns(uint64_t ns)
{
	return (uint64_t)(((unsigned __int128)ns * clock_state.hz + NS_PER_S - 1) / NS_PER_S);
}

void os_delay_ns(uint64_t ns)
{
	uint64_t begin = __builtin_ia32_rdtsc();
	uint64_t ticks = ticks_of_ns(ns);
	uint64_t microsecond = ticks_of_ns(NS_PER_US);
	uint64_t relax_at = microsecond;

	for (;;) {
		uint64_t passed = __builtin_ia32_rdtsc() - begin;

		if (passed >= ticks)
			return;
		if (passed >= relax_at) {
			os_relax();
			relax_at = passed + microsecond;
		}
	}
}

/* --- Threads ------------------------------------------------------------------------------------------------------ */

static void *thread_that_ends(void *arg)
{
	return arg;
}

/* On a stack that is not glibc's: those it keeps. */
int port_threads_begin(void)
{
	static char stack[PORT_STACK_BYTES] __attribute__((aligned(PORT_STACK_ALIGN)));
	pthread_attr_t attr;
	pthread_t thread;
	int error = pthread_attr_init(&attr);

	if (error != 0)
		return -error;
	error = pthread_attr_setstack(&attr, stack, sizeof(stack));
	if (error == 0)
		error = pthread_create(&thread, &attr, thread_that_ends, NULL);
	if (error == 0)
		error = pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	return -error;
}

/*
 * 0, or one more than the CPU that the thread has moved itself to, and to which it is pinned since then. Whoever lifts that
 * by a system call of his own moves back before he creates a thread (bench/thread_create_seq_paper.c).
 */
static __thread unsigned thread_pinned;

static void cpu_set_one(cpu_set_t *set, unsigned cpu)
{
	CPU_ZERO(set);
	CPU_SET(cpu_real[cpu], set);
}

static int attr_init(pthread_attr_t *attr, const cpu_set_t *set)
{
	int error = pthread_attr_init(attr);

	if (error != 0)
		return error;
	if (set != NULL)
		error = pthread_attr_setaffinity_np(attr, sizeof(*set), set);
	if (error == 0)
		error = pthread_attr_setstacksize(attr, PORT_STACK_BYTES);
	if (error != 0)
		pthread_attr_destroy(attr);
	return error;
}

int os_thread_attr_init(struct os_thread_attr *attr, unsigned cpu)
{
	cpu_set_t set;
	int error;

	if (cpu >= port_cpu_count)
		return -EINVAL;
	cpu_set_one(&set, cpu);
	attr->cpu = cpu;
	error = attr_init(&attr->pthread, &set);
	if (error != 0)
		return -error;
	error = attr_init(&attr->inheriting, NULL);
	if (error != 0)
		pthread_attr_destroy(&attr->pthread);
	return -error;
}

void os_thread_attr_destroy(struct os_thread_attr *attr)
{
	pthread_attr_destroy(&attr->pthread);
	pthread_attr_destroy(&attr->inheriting);
}

/*
 * glibc starts a thread whose attribute holds an affinity in a stopped state, sets the affinity from the creator, and
 * only then lets it run (nptl/pthread_create.c, "stopped_start"). Policy and priority are inherited, and so is the affinity
 * where the attribute holds none: clone(2) copies the creator's, which is that one CPU until os_thread_move() or
 * os_periodic_begin().
 */
int os_thread_create(struct os_thread *thread, const struct os_thread_attr *attr, void *(*fn)(void *), void *arg)
{
	bool inherits = attr->cpu + 1 == thread_pinned && !port_periodic();

	return -pthread_create(&thread->pthread, inherits ? &attr->inheriting : &attr->pthread, fn, arg);
}

int os_thread_join(struct os_thread *thread, void **result)
{
	return -pthread_join(thread->pthread, result);
}

/* sched_setaffinity(2) of the caller returns after the scheduler has moved it. */
int os_thread_move(unsigned cpu)
{
	cpu_set_t set;

	if (cpu >= port_cpu_count)
		return -EINVAL;
	if (port_periodic())
		return -EBUSY;
	cpu_set_one(&set, cpu);
	if (sched_setaffinity(0, sizeof(set), &set) != 0)
		return -errno;
	thread_pinned = cpu + 1;
	return 0;
}

/* A voluntary switch is one that leaves the run queue: sched_yield() and preemption count as involuntary. */
uint64_t os_thread_blocks(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage) != 0)
		return 0;
	return (uint64_t)usage.ru_nvcsw;
}

/* --- Event -------------------------------------------------------------------------------------------------------- */

static long futex(uint32_t *word, int operation, uint32_t value)
{
	return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

void os_event_init(struct os_event *event)
{
	event->count = 0;
	event->waiters = 0;
}

/*
 * The kernel compares count with the ticket under the lock of the futex's queue, so a wake between the ticket and the
 * sleep is seen. A return of the system call without a wake (a signal, a stray wake of memory that was another futex
 * before) finds count unchanged and sleeps again. The queue is first in, first out among threads of equal priority.
 */
void os_event_wait(struct os_event *event, uint32_t ticket)
{
	if (__atomic_load_n(&event->count, __ATOMIC_ACQUIRE) != ticket)
		return;
	/* sequentially consistent with the waker's increment: it sees us, or we see its count */
	__atomic_fetch_add(&event->waiters, 1, __ATOMIC_SEQ_CST);
	/* acquire: what the waker did before its wake is visible after the wait */
	while (__atomic_load_n(&event->count, __ATOMIC_ACQUIRE) == ticket)
		futex(&event->count, FUTEX_WAIT, ticket);
	__atomic_fetch_sub(&event->waiters, 1, __ATOMIC_RELAXED);
}

static void event_wake(struct os_event *event, uint32_t most)
{
	__atomic_fetch_add(&event->count, 1, __ATOMIC_SEQ_CST);
	/* sequentially consistent with the waiter's increment, as above */
	if (__atomic_load_n(&event->waiters, __ATOMIC_SEQ_CST) != 0)
		futex(&event->count, FUTEX_WAKE, most);
}

void os_event_wake_one(struct os_event *event)
{
	event_wake(event, 1);
}

void os_event_wake_all(struct os_event *event)
{
	event_wake(event, INT_MAX);
}

/* --- Mutex and condition variable -------------------------------------------------------------------------------------- */

void os_mutex_init(struct os_mutex *mutex)
{
	pthread_mutex_init(&mutex->pthread, NULL);
}

void os_mutex_destroy(struct os_mutex *mutex)
{
	pthread_mutex_destroy(&mutex->pthread);
}

void os_cond_init(struct os_cond *cond)
{
	pthread_cond_init(&cond->pthread, NULL);
}

void os_cond_wait(struct os_cond *cond, struct os_mutex *mutex)
{
	pthread_cond_wait(&cond->pthread, &mutex->pthread);
}

/*
 * glibc serves an older group of waiters before a younger one, and sleepers of one group leave its futex first in,
 * first out (nptl/pthread_cond_wait.c); so waiters that sleep are woken in their order.
 */
void os_cond_signal(struct os_cond *cond)
{
	pthread_cond_signal(&cond->pthread);
}

void os_cond_broadcast(struct os_cond *cond)
{
	pthread_cond_broadcast(&cond->pthread);
}

void os_cond_destroy(struct os_cond *cond)
{
	pthread_cond_destroy(&cond->pthread);
}

/* --- Semaphore and barriers ------------------------------------------------------------------------------------------ */

void os_sem_init(struct os_sem *sem, unsigned count)
{
	sem_init(&sem->posix, 0, count);
}

void os_sem_destroy(struct os_sem *sem)
{
	sem_destroy(&sem->posix);
}

void os_barrier_init(struct os_barrier *barrier, unsigned parties)
{
	pthread_barrier_init(&barrier->pthread, NULL, parties);
}

void os_barrier_wait(struct os_barrier *barrier)
{
	pthread_barrier_wait(&barrier->pthread);
}

void os_barrier_destroy(struct os_barrier *barrier)
{
	pthread_barrier_destroy(&barrier->pthread);
}

/* --- Time and memory ------------------------------------------------------------------------------------------------ */

void os_sleep_ns(uint64_t ns)
{
	struct timespec left = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}

void *os_malloc(size_t bytes)
{
	return malloc(bytes);
}

void os_free(void *pointer)
{
	free(pointer);
}
