/* SPDX-License-Identifier: MIT */
/*
 * Numbers are handed out and taken back by their own CPU only, so neither needs a lock.
 */
#include "core/async.h"

#include "core/error.h"
#include "core/panic.h"
#include "core/percpu.h"

int async_init(struct async *async, void (*fn)(void *arg), void *arg)
{
	struct percpu *self = this_cpu->self;
	struct async_cpu *target = &self->async;
	unsigned number;

	if (target->used == UINT64_MAX)
		return -EAGAIN;
	number = (unsigned)__builtin_ctzll(~target->used);
	target->used |= UINT64_C(1) << number;
	/* a handler can look here only after a notification, which comes after this */
	target->action[number] = (struct async_action){.fn = fn, .arg = arg};
	*async = (struct async){.target = target, .bit = UINT64_C(1) << number, .cpu = self->cpu};
	return 0;
}

void async_notify(const struct async *async)
{
	/* release: fn sees what was written before. Also when the bit is set already: fn may not have begun to look */
	if (__atomic_fetch_or(&async->target->pending, async->bit, __ATOMIC_RELEASE) == 0)
		cpu_async_interrupt(async->cpu);
}

void async_destroy(struct async *async)
{
	struct async_cpu *target = async->target;

	ASSERT(target == &this_cpu->self->async);
	/* a handler that took the bit has returned, since it interrupted this CPU; none will find it from here on */
	__atomic_fetch_and(&target->pending, ~async->bit, __ATOMIC_RELAXED);
	target->used &= ~async->bit;
	async->target = NULL;
}

void async_interrupt(void)
{
	struct async_cpu *self = &this_cpu->self->async;
	/* acquire: pairs with the release of async_notify() */
	uint64_t pending = __atomic_exchange_n(&self->pending, 0, __ATOMIC_ACQUIRE);

	for (; pending != 0; pending &= pending - 1) {
		const struct async_action *action = &self->action[__builtin_ctzll(pending)];

		action->fn(action->arg);
	}
}
