/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous events over one signal, with the kernel's algorithm: each thread has a word of pending events, a sender
 * sets the event's bit, and only one that found the word empty sends the signal; the handler takes the whole word and
 * runs what its bits stand for. So a burst costs one system call, and no notification can be lost for want of memory:
 * the signal is not a queued one. Being directed at the thread, it ends a sleep of that thread in the kernel; all
 * calls of this port go on sleeping after that (EINTR).
 */
#include "os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* SIGURG: nobody else sends it here, and one that comes too late is ignored by its default. */
enum { ASYNC_EVENTS = 64, ASYNC_SIGNAL = SIGURG };

struct async_action {
	void (*fn)(void *arg);
	void *arg;
};

struct port_async_thread {
	uint64_t pending __attribute__((aligned(64))); /* atomic: bit n stands for action[n] */
	uint64_t used __attribute__((aligned(64)));    /* by its own thread, as the rest */
	pid_t tid;
	struct async_action action[ASYNC_EVENTS];
};

static __thread struct port_async_thread async_self;
static pid_t async_process;

static void async_signal(int number)
{
	int saved = errno; /* the thread may be between a call and its look at errno */
	/* acquire: pairs with the release of os_async_notify() */
	uint64_t pending = __atomic_exchange_n(&async_self.pending, 0, __ATOMIC_ACQUIRE);

	(void)number;
	for (; pending != 0; pending &= pending - 1) {
		const struct async_action *action = &async_self.action[__builtin_ctzll(pending)];

		action->fn(action->arg);
	}
	errno = saved;
}

static void async_install(void)
{
	struct sigaction action = {.sa_handler = async_signal, .sa_flags = SA_RESTART};

	sigfillset(&action.sa_mask); /* like an interrupt handler: nothing interrupts it */
	sigaction(ASYNC_SIGNAL, &action, NULL);
	async_process = getpid();
}

int os_async_init(struct os_async *async, void (*fn)(void *arg), void *arg)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	unsigned number;

	pthread_once(&once, async_install);
	if (async_self.used == UINT64_MAX)
		return -EAGAIN;
	async_self.tid = (pid_t)syscall(SYS_gettid);
	number = (unsigned)__builtin_ctzll(~async_self.used);
	async_self.used |= UINT64_C(1) << number;
	/* the handler can look here only after a notification, which comes after this */
	async_self.action[number] = (struct async_action){.fn = fn, .arg = arg};
	async->target = &async_self;
	async->bit = UINT64_C(1) << number;
	return 0;
}

/* The system call cannot fail: the thread lives until its last event is destroyed. */
void os_async_notify(struct os_async *async)
{
	struct port_async_thread *target = async->target;

	/* release: fn sees what was written before. Also when the bit is set already: fn may not have begun to look */
	if (__atomic_fetch_or(&target->pending, async->bit, __ATOMIC_RELEASE) == 0)
		syscall(SYS_tgkill, async_process, target->tid, ASYNC_SIGNAL);
}

void os_async_destroy(struct os_async *async)
{
	/* a handler that took the bit has returned, since it interrupted this thread; none will find it from here on */
	__atomic_fetch_and(&async_self.pending, ~async->bit, __ATOMIC_RELAXED);
	async_self.used &= ~async->bit;
	async->target = NULL;
}
