/* SPDX-License-Identifier: MIT */
/*
 * Sleeping until a tick, alarms and periodic threads on Linux.
 *
 * A tick becomes a time of CLOCK_MONOTONIC anew at each call, from one reading of both clocks, so the two may drift apart
 * without moving what comes later. An alarm is a POSIX timer whose signal goes to the thread that started it
 * (SIGEV_THREAD_ID); its period is the kernel's, by CLOCK_MONOTONIC, and so are its counts of expiries that found the
 * signal still pending. Handlers run with all signals blocked: none interrupts another. A handler may interrupt any
 * function of this port; blocking system calls are restarted by the kernel (SA_RESTART) or begin again (EINTR).
 */
#include "os.h"
#include "os_linux.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000 * 1000 * 1000, PERIOD_MIN_NS = 1000, SIGNAL_ABOVE_MIN = 5 };
#define PERIOD_MAX_NS (UINT64_C(3600) * NS_PER_S)

/* --- Sleep -------------------------------------------------------------------------------------------------------- */

static int64_t ns_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * (int64_t)NS_PER_S + time->tv_nsec;
}

/* A time of CLOCK_MONOTONIC, and the tick right before it. */
struct clocks {
	uint64_t ticks;
	int64_t ns;
};

static struct clocks clocks_read(void)
{
	struct clocks clocks = {.ticks = __builtin_ia32_rdtsc()};
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	clocks.ns = ns_of(&now);
	return clocks;
}

/* Whatever comes between the two readings (an interrupt, another thread, the host) makes the time too late: the closest pair. */
static struct clocks clocks_read_closely(void)
{
	enum { TRIES = 8 };
	uint64_t least = UINT64_MAX;
	struct clocks closest = {0};

	for (unsigned i = 0; i < TRIES; i++) {
		struct clocks clocks = clocks_read();
		uint64_t width = __builtin_ia32_rdtsc() - clocks.ticks;

		if (width < least) {
			least = width;
			closest = clocks;
		}
	}
	return closest;
}

/* CLOCK_MONOTONIC's time at the tick, rounded up; at least 1 ns, because 0 would stop a timer. */
static struct timespec time_of_tick(uint64_t tick, struct clocks now)
{
	uint64_t hz = os_clock_hz();
	__int128 ns = now.ns;

	if (tick > now.ticks)
		ns += (__int128)(((unsigned __int128)(tick - now.ticks) * NS_PER_S + hz - 1) / hz);
	else
		ns -= (__int128)((unsigned __int128)(now.ticks - tick) * NS_PER_S / hz);
	if (ns < 1)
		ns = 1;
	if (ns / NS_PER_S > INT64_MAX / NS_PER_S) /* ktime_t's end, year 2262: the kernel refuses nothing below */
		ns = (__int128)(INT64_MAX / NS_PER_S) * NS_PER_S;
	return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

/* Again if a signal came in between, or if the two clocks differ so much that the tick is not reached yet. */
void os_sleep_until(uint64_t tick)
{
	while (__builtin_ia32_rdtsc() < tick) {
		struct timespec until = time_of_tick(tick, clocks_read());

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
}

/* --- Alarm -------------------------------------------------------------------------------------------------------- */

static void alarm_handle(int number, siginfo_t *info, void *context)
{
	struct os_alarm *alarm = info->si_value.sival_ptr;
	int error = errno;

	(void)number;
	(void)context;
	alarm->calls++;
	alarm->fn(alarm->arg);
	errno = error;
}

static int alarm_signal(void)
{
	return SIGRTMIN + SIGNAL_ABOVE_MIN;
}

static void alarm_handler_install(void)
{
	struct sigaction action = {.sa_sigaction = alarm_handle, .sa_flags = SA_SIGINFO | SA_RESTART};

	sigfillset(&action.sa_mask);
	sigaction(alarm_signal(), &action, NULL); /* cannot fail: a valid signal and a valid action */
}

/* The timer itself; the signal carries the alarm's address. */
static int alarm_timer_create(struct os_alarm *alarm)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = alarm_signal()};

	event.sigev_value.sival_ptr = alarm;
	event._sigev_un._tid = gettid();
	return timer_create(CLOCK_MONOTONIC, &event, &alarm->timer) == 0 ? 0 : -errno;
}

int os_alarm_start(struct os_alarm *alarm, uint64_t first, uint64_t period_ns, void (*fn)(void *arg), void *arg)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct itimerspec times = {
	    .it_interval = {.tv_sec = (time_t)(period_ns / NS_PER_S), .tv_nsec = (long)(period_ns % NS_PER_S)}};
	int error;

	if (period_ns < PERIOD_MIN_NS || period_ns > PERIOD_MAX_NS)
		return -EINVAL;
	pthread_once(&once, alarm_handler_install);
	alarm->fn = fn;
	alarm->arg = arg;
	alarm->calls = 0;
	error = alarm_timer_create(alarm);
	if (error != 0)
		return error;
	times.it_value = time_of_tick(first, clocks_read_closely());
	alarm->first_ns = ns_of(&times.it_value);
	alarm->period_ns = (int64_t)period_ns;
	if (timer_settime(alarm->timer, TIMER_ABSTIME, &times, NULL) == 0)
		return 0;
	error = -errno;
	timer_delete(alarm->timer);
	return error;
}

/*
 * A signal that is pending when the timer is deleted is handled, or gone, before the system call returns here. The
 * kernel's overruns (si_overrun) do not know of the times since the last call, so all times are counted by the clock.
 */
uint64_t os_alarm_stop(struct os_alarm *alarm)
{
	struct timespec now;
	int64_t over_ns, times;

	timer_delete(alarm->timer);
	clock_gettime(CLOCK_MONOTONIC, &now);
	over_ns = ns_of(&now) - alarm->first_ns;
	times = over_ns < 0 ? 0 : over_ns / alarm->period_ns + 1;
	return times > (int64_t)alarm->calls ? (uint64_t)times - alarm->calls : 0;
}

/* --- Periodic threads ------------------------------------------------------------------------------------------------ */

/* linux/sched/types.h, which glibc does not have together with sched.h. */
struct port_sched_attr {
	uint32_t size, sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime, sched_deadline, sched_period;
};

enum { POLICY_DEADLINE = 6 /* linux/sched.h */ };
/* The longest period that it takes is a little longer (sysctl kernel.sched_deadline_period_max_us, 1 << 22). */
static const uint64_t DEADLINE_PERIOD_MAX_NS = UINT64_C(4) * NS_PER_S;

/* Of the calling thread. */
static __thread struct {
	bool active;
	struct port_sched_attr before;
	cpu_set_t cpus_before;
	uint64_t first; /* tick: when its first period began */
	uint64_t period_ns, slice_ns;
} periodic;

bool port_periodic(void)
{
	return periodic.active;
}

static uint64_t periodic_tick(uint64_t period)
{
	return periodic.first + (uint64_t)((unsigned __int128)period * periodic.period_ns * os_clock_hz() / NS_PER_S);
}

static int periodic_restore(int error)
{
	syscall(SYS_sched_setattr, 0, &periodic.before, 0);
	sched_setaffinity(0, sizeof(periodic.cpus_before), &periodic.cpus_before);
	return error;
}

static int deadline_set(uint64_t period_ns, uint64_t slice_ns)
{
	struct port_sched_attr attr = {.size = sizeof(attr),
				       .sched_policy = POLICY_DEADLINE,
				       .sched_runtime = slice_ns,
				       .sched_deadline = period_ns,
				       .sched_period = period_ns};

	return syscall(SYS_sched_setattr, 0, &attr, 0) == 0 ? 0 : -errno;
}

/*
 * SCHED_DEADLINE, with the kernel's admission. It refuses a thread that may not run on every CPU of its root domain, so
 * the thread's pinning is lifted while it is periodic: the kernel may move it, and does so only when another deadline
 * thread takes its CPU. Periods are begun by an absolute sleep and not by sched_yield(2), whose grid is the kernel's own
 * and unknown to the caller; a wake-up then replenishes the slice (Documentation/scheduler/sched-deadline.rst, "CBS").
 */
int os_periodic_begin(uint64_t period_ns, uint64_t slice_ns)
{
	cpu_set_t all;
	int error;

	if (periodic.active || slice_ns == 0 || slice_ns > period_ns)
		return -EINVAL;
	if (syscall(SYS_sched_getattr, 0, &periodic.before, sizeof(periodic.before), 0) != 0 ||
	    sched_getaffinity(0, sizeof(periodic.cpus_before), &periodic.cpus_before) != 0)
		return -errno;
	memset(&all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), &all); /* if not, the next call tells */
	error = deadline_set(period_ns, slice_ns);
	if (error != 0)
		return periodic_restore(error == -ENOSYS ? -ENOTSUP : error);
	periodic.active = true;
	periodic.period_ns = period_ns;
	periodic.slice_ns = slice_ns;
	periodic.first = __builtin_ia32_rdtsc();
	return 0;
}

uint64_t os_periodic_wait(void)
{
	uint64_t passed_ticks = __builtin_ia32_rdtsc() - periodic.first;
	uint64_t passed_ns = (uint64_t)((unsigned __int128)passed_ticks * NS_PER_S / os_clock_hz());
	uint64_t period = passed_ns / periodic.period_ns;
	uint64_t begin;

	do
		begin = periodic_tick(++period);
	while (begin <= __builtin_ia32_rdtsc());
	os_sleep_until(begin);
	return begin;
}

/*
 * Linux 6.1 loses a thread that leaves SCHED_DEADLINE when it has overrun its slice, and comes back soon: it is marked as
 * throttled; at the end of its period the timer that would undo that finds no deadline thread and does nothing; and if
 * the thread has the policy again before the time that its overrun is worth has passed as well, the mark stays, and once
 * it sleeps no wake-up makes it run (kernel/sched/deadline.c: dl_task_timer(), inactive_task_timer(), enqueue_task_dl()).
 * So it leaves with time to spare: it takes the same share of the CPU in periods up to a thousand times as long, and
 * sleeps beyond the end of the period that was, which begins one of those. Where that is refused, it leaves as it is.
 */
void os_periodic_end(void)
{
	uint64_t longer =
	    DEADLINE_PERIOD_MAX_NS / periodic.period_ns < 1000 ? DEADLINE_PERIOD_MAX_NS / periodic.period_ns : 1000;

	if (longer > 1 && deadline_set(periodic.period_ns * longer, periodic.slice_ns * longer) == 0)
		os_sleep_ns(2 * periodic.period_ns);
	periodic_restore(0);
	periodic.active = false;
}
