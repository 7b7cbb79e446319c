/* SPDX-License-Identifier: MIT */
/*
 * Memory is local: pages, objects and stacks lie in the node of the CPU that uses them, go home when they are freed
 * elsewhere, and come from the nearest node when their own has no more. ci/topology_test runs these in guests with several
 * nodes; with one they are skipped.
 */
#include "core/heap.h"
#include "core/ktest.h"
#include "core/page.h"
#include "core/percpu.h"
#include "core/sched.h"
#include "core/stack.h"
#include "x86/paging.h"

/* Nodes that CPUs take memory from; fewer than two: nothing to test. */
static bool numa_possible(void)
{
	for (unsigned cpu = 1; cpu < cpu_count; cpu++)
		if (percpu_at(cpu)->node != percpu_at(0)->node)
			return true;
	ktest_skip("needs CPUs whose memory is in different nodes");
	return false;
}

/* The last CPU that has other memory than CPU 0. */
static unsigned numa_far_cpu(void)
{
	unsigned cpu = cpu_count - 1;

	while (percpu_at(cpu)->node == percpu_at(0)->node)
		cpu--;
	return cpu;
}

static void on_cpu(unsigned cpu, void *(*fn)(void *), void *arg)
{
	thread_join(ktest_start(cpu, fn, arg));
}

KERNEL_TEST(each_cpus_memory_is_in_its_node_or_the_nearest_that_has_any)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		unsigned node = cpu_topology(cpu)->node, from = percpu_at(cpu)->node;

		CHECK(page_node_total_count(from) > 0);
		CHECK(from == node || page_node_total_count(node) == 0);
		for (unsigned other = 0; other < node_count; other++)
			CHECK(page_node_total_count(other) == 0 ||
			      node_distance(node, other) >= node_distance(node, from));
	}
}

enum { PAGES = 100, OBJECTS = 300, ROUNDS = 30 };

static void *allocate_pages(void *arg)
{
	void *pages[PAGES];

	for (unsigned i = 0; i < PAGES; i++) {
		pages[i] = page_alloc(i % 5 == 0 ? 3 : 0);
		CHECK(pages[i] != NULL && page_node(pages[i]) == this_cpu->node);
	}
	for (unsigned i = 0; i < PAGES; i++)
		page_free(pages[i]);
	return arg;
}

KERNEL_TEST(pages_lie_in_the_node_of_the_cpu_that_allocates)
{
	if (!numa_possible())
		return;
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		on_cpu(cpu, allocate_pages, NULL);
}

static void *page_block(void *arg)
{
	*(void **)arg = page_alloc(0);
	return arg;
}

static void *page_unblock(void *arg)
{
	page_free(*(void **)arg);
	page_cache_flush();
	return arg;
}

KERNEL_TEST(a_page_freed_by_another_nodes_cpu_goes_home)
{
	unsigned far;
	size_t home, here;
	void *page;

	if (!numa_possible())
		return;
	far = numa_far_cpu();
	on_cpu(far, page_block, &page);
	page_cache_flush();
	home = page_node_free_count(percpu_at(far)->node);
	here = page_node_free_count(this_cpu->node);
	page_free(page);
	page_cache_flush();
	CHECK(page_node_free_count(percpu_at(far)->node) == home + 1);
	CHECK(page_node_free_count(this_cpu->node) == here);
	page = page_alloc_node(0, percpu_at(far)->node);
	CHECK(page_node(page) == percpu_at(far)->node);
	page_unblock(&page);
}

/* Takes all of the own node's memory, linked by first words, then one page more, and gives everything back. */
static void *exhaust(void *arg)
{
	unsigned own = this_cpu->node, nearest = NODE_MAX;
	void **all = NULL, **page = NULL;

	page_cache_flush();
	for (unsigned order = PAGE_ORDERS; order-- > 0;) {
		while ((page = page_alloc(order)) != NULL && page_node(page) == own) {
			*page = all;
			all = page;
		}
		if (order > 0 && page != NULL)
			page_free(page);
	}
	for (unsigned node = 0; node < node_count; node++)
		if (node != own && page_node_free_count(node) > 0 &&
		    (nearest == NODE_MAX || node_distance(own, node) < node_distance(own, nearest)))
			nearest = node;
	CHECK(page_node_free_count(own) == 0 && this_cpu->pages.count == 0);
	CHECK(page != NULL && page_node(page) != own);
	CHECK(page != NULL && node_distance(own, page_node(page)) == node_distance(own, nearest));
	page_free(page);
	CHECK(this_cpu->pages.count == 0); /* no stock of others' pages */
	while (all != NULL) {
		page = all;
		all = *page;
		page_free(page);
	}
	page_cache_flush();
	return arg;
}

KERNEL_TEST(a_node_that_has_run_out_is_helped_by_the_nearest)
{
	size_t free_pages[NODE_MAX];

	if (!numa_possible())
		return;
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		for (unsigned node = 0; node < node_count; node++)
			free_pages[node] = page_node_free_count(node);
		on_cpu(cpu, exhaust, NULL);
		for (unsigned node = 0; node < node_count; node++)
			CHECK(page_node_free_count(node) >= free_pages[node]); /* more: stocks were flushed */
	}
}

static void *make_objects(void *arg)
{
	void **all = NULL;

	for (unsigned i = 0; i < OBJECTS; i++) {
		void **object = heap_alloc(16 + i * 7 % 2000);

		CHECK(object != NULL && page_node(object) == this_cpu->node);
		*object = all;
		all = object;
	}
	*(void ***)arg = all;
	return arg;
}

static void *free_objects(void *arg)
{
	void **all = *(void ***)arg;

	while (all != NULL) {
		void **object = all;

		all = *object;
		heap_free(object);
	}
	return arg;
}

/* Every CPU allocates what another then frees, in turn: what each gets must be local again, and memory must not grow. */
KERNEL_TEST(objects_freed_by_another_nodes_cpu_go_home_and_are_used_again)
{
	size_t pages = 0;
	void *all;

	if (!numa_possible())
		return;
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned cpu = 0; cpu < cpu_count && cpu < 8; cpu++) {
			on_cpu(cpu, make_objects, &all);
			on_cpu((cpu + 1 + round) % cpu_count, free_objects, &all);
		}
		if (round == ROUNDS / 2)
			pages = page_free_count();
	}
	/* not exact: CPUs keep up to two batches, and pages in stock */
	CHECK(page_free_count() + 64 * (size_t)cpu_count >= pages);
}

/* Its stack is in its CPU's node, by the page tables' word. */
static void *look_at_stack(void *arg)
{
	struct thread *self = this_cpu->current;
	char here;
	void *physical = (void *)paging_physical((uintptr_t)&here);

	CHECK(physical != NULL && page_node(physical) == this_cpu->node && self->node == this_cpu->node);
	CHECK(page_node((void *)paging_physical((uintptr_t)self)) == this_cpu->node);
	return arg;
}

enum { STACKS = 3 * STACK_CHUNK };

static struct thread *stack_threads[STACKS];

/* From CPU 0 for all CPUs, so many at once that there must be new ones, and again with those that have ended. */
KERNEL_TEST(a_threads_stack_lies_in_the_node_of_the_cpu_it_is_created_for)
{
	uint32_t stacks = 0;

	if (!numa_possible())
		return;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < STACKS; i++)
			stack_threads[i] = ktest_start(i % cpu_count, look_at_stack, NULL);
		for (unsigned i = 0; i < STACKS; i++)
			thread_join(stack_threads[i]);
		if (round == 1)
			stacks = stack_count();
	}
	/* threads that ran on other CPUs are made and ended at their own pace, so a few more may be needed at once */
	CHECK(stack_count() <= stacks + cpu_count);
}

static void *join_threads(void *arg)
{
	struct thread **threads = arg;

	for (unsigned i = 0; i < STACK_CHUNK; i++)
		thread_join(threads[i]);
	return NULL;
}

KERNEL_TEST(a_thread_joined_on_another_node_is_used_again_at_home)
{
	uint32_t stacks = 0;
	unsigned far;

	if (!numa_possible())
		return;
	far = numa_far_cpu();
	for (unsigned round = 0; round < 4 * THREAD_POOL_BATCH / STACK_CHUNK + 8; round++) {
		for (unsigned i = 0; i < STACK_CHUNK; i++)
			stack_threads[i] = ktest_start(i % 2 == 0 ? 0 : far, look_at_stack, NULL);
		on_cpu(far, join_threads, stack_threads);
		if (round == 4 * THREAD_POOL_BATCH / STACK_CHUNK)
			stacks = stack_count();
	}
	CHECK(stack_count() == stacks);
}

KERNEL_TEST(every_stack_has_memory_of_its_own_and_a_guard)
{
	for (unsigned i = 0; i < STACKS; i++)
		stack_threads[i] = NULL;
	for (unsigned i = 0; i < STACKS; i++) {
		uint32_t number;
		uintptr_t top = stack_new(&number);

		CHECK(top != 0);
		CHECK((top - paging_window_begin) / STACK_SLOT_BYTES == number + 1);
		for (unsigned page = 1; page <= STACK_BYTES / PAGE_BYTES; page++) {
			uintptr_t physical = paging_physical(top - page * PAGE_BYTES);

			CHECK(physical != 0 && *(volatile uint64_t *)physical != number + 0xabcd0000ul);
			*(volatile uint64_t *)(top - page * PAGE_BYTES) = number + 0xabcd0000ul;
			CHECK(*(volatile uint64_t *)physical == number + 0xabcd0000ul);
		}
		for (unsigned page = 1; page <= STACK_GUARD_BYTES / PAGE_BYTES; page++)
			CHECK(!paging_is_mapped(top - STACK_BYTES - page * PAGE_BYTES));
	}
}
