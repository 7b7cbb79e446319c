/* SPDX-License-Identifier: MIT */
/*
 * The queue of requests is the only thing that caller and handler share until a request is done.
 */
#include "core/remote_call.h"

#include "core/panic.h"
#include "core/percpu.h"

static void remote_call_carry_out(struct remote_call *call)
{
	call->fn(call->arg);
	/* release: what fn wrote is visible to who sees done; from here on the struct is the caller's again */
	__atomic_store_n(&call->done, true, __ATOMIC_RELEASE);
}

void remote_call(unsigned cpu, struct remote_call *call)
{
	struct remote_call_queue *queue = &percpu_at(cpu)->calls;
	struct remote_call *head;

	call->done = false;
	if (cpu == this_cpu->cpu) {
		bool enabled = irq_save();

		remote_call_carry_out(call);
		irq_restore(enabled);
		return;
	}
	head = __atomic_load_n(&queue->head, __ATOMIC_RELAXED);
	do
		call->next = head;
	/* release: the handler sees the request, which is the handler's from here on */
	while (!__atomic_compare_exchange_n(&queue->head, &head, call, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	/* whoever found it empty sends the interrupt that carries out all that come until it is taken */
	if (head == NULL)
		cpu_call_interrupt(cpu);
}

void remote_call_wait(unsigned cpu, void (*fn)(void *arg), void *arg)
{
	struct remote_call call = {.fn = fn, .arg = arg};

	DEBUG_ASSERT(irq_enabled());
	remote_call(cpu, &call);
	while (!remote_call_done(&call))
		cpu_relax();
}

void remote_call_probe(unsigned cpu, void (*probe)(uint64_t stamp))
{
	__atomic_store_n(&percpu_at(cpu)->calls.probe, probe, __ATOMIC_RELEASE);
}

void remote_call_interrupt(void)
{
	struct remote_call_queue *queue = &this_cpu->self->calls;
	struct remote_call *call, *oldest = NULL;

	if (__builtin_expect(queue->probe != NULL, 0))
		queue->probe(clock_stop());
	/* acquire: pairs with the release of the push */
	call = __atomic_exchange_n(&queue->head, NULL, __ATOMIC_ACQUIRE);
	while (call != NULL) { /* newest first: turn it round */
		struct remote_call *older = call->next;

		call->next = oldest;
		oldest = call;
		call = older;
	}
	while (oldest != NULL) {
		struct remote_call *next = oldest->next; /* before the caller may reuse it */

		remote_call_carry_out(oldest);
		oldest = next;
	}
}
