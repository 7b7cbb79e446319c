/* SPDX-License-Identifier: MIT */
/*
 * The common path works on this CPU's cache alone. Everything below it moves whole batches in constant time; only carving a
 * new batch out of pages is a loop, bounded by the batch.
 */
#include "core/heap.h"

#include <stdbool.h>
#include "core/page.h"
#include "core/panic.h"
#include "core/percpu.h"
#include "core/spin.h"
#include "core/string.h"

enum {
	HEAP_BATCH_MAX = 32,
	HEAP_BATCH_BYTES = 8192, /* a batch holds no more than this, so that no CPU hoards large objects */
	HEAP_STEPS = HEAP_SMALL_MAX / HEAP_ALIGN,
	HEAP_SLAB_LARGE = 2, /* order of the slabs of classes above HEAP_SLAB_SMALL_MAX bytes: 16 KiB */
	HEAP_SLAB_SMALL_MAX = 512,
	HEAP_POISON = 0xa5,
};

struct heap_class {
	uint32_t len_bytes;
	uint32_t batch; /* objects in a whole batch */
};

/* The central store of one size class in one node. */
struct heap_store {
	struct spin lock;
	uint32_t loose_count;
	struct heap_object *batches;  /* whole batches; under lock */
	struct heap_object *partials; /* batches of fewer objects; under lock */
	struct heap_object *loose;    /* the partial batch that grows; under lock */
	char *slab, *slab_end;        /* the part of the newest slab that never was an object; under lock */
} __attribute__((aligned(64)));

static struct heap_class heap_classes[HEAP_CLASSES]; /* constant */
static struct heap_store heap_stores[NODE_MAX][HEAP_CLASSES];
static uint8_t heap_class_of[HEAP_STEPS + 1]; /* by size in steps of HEAP_ALIGN, rounded up */

void heap_init(void)
{
	unsigned len_bytes = 0, steps = 0;

	for (unsigned i = 0; i < HEAP_CLASSES; i++) {
		struct heap_class *class = &heap_classes[i];

		/* 16 classes in steps of 16, then four between each power of two and the next */
		if (i < 16)
			len_bytes += HEAP_ALIGN;
		else
			len_bytes += 64u << (i - 16) / 4;
		class->len_bytes = len_bytes;
		class->batch =
		    HEAP_BATCH_BYTES / len_bytes < HEAP_BATCH_MAX ? HEAP_BATCH_BYTES / len_bytes : HEAP_BATCH_MAX;
		while (steps <= len_bytes / HEAP_ALIGN)
			heap_class_of[steps++] = (uint8_t)i;
		for (unsigned cpu = 0; cpu < cpu_count; cpu++)
			percpu_at(cpu)->heap[i].room = class->batch;
	}
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		percpu_at(cpu)->heap_own = PAGE_NOTED | percpu_at(cpu)->node << PAGE_NODE_SHIFT;
	ASSERT(len_bytes == HEAP_SMALL_MAX);
}

/* --- Poison: debug builds find writes to free objects, and objects freed twice --------------------------------------------- */

static bool heap_poisoned(const void *object, size_t len_bytes)
{
	const uint8_t *bytes = object;

	for (size_t i = sizeof(struct heap_object); i < len_bytes; i++)
		if (bytes[i] != HEAP_POISON)
			return false;
	return true;
}

static void heap_poison(void *object, size_t len_bytes)
{
	/* objects of the smallest class have no room beside the links */
	ASSERT(len_bytes == sizeof(struct heap_object) || !heap_poisoned(object, len_bytes));
	memset((char *)object + sizeof(struct heap_object), HEAP_POISON, len_bytes - sizeof(struct heap_object));
}

static void heap_unpoison(void *object, size_t len_bytes)
{
	ASSERT(heap_poisoned(object, len_bytes));
	memset(object, (uint8_t)~HEAP_POISON, len_bytes);
}

/* --- The central store ------------------------------------------------------------------------------------------------------ */

static bool heap_slab_new(struct heap_store *store, unsigned index)
{
	unsigned order = heap_classes[index].len_bytes > HEAP_SLAB_SMALL_MAX ? HEAP_SLAB_LARGE : 0;
	char *slab = page_alloc(order);

	if (slab == NULL)
		return false;
	page_note(slab, index);
	store->slab = slab;
	store->slab_end = slab + ((size_t)PAGE_BYTES << order);
	return true;
}

/* Makes up to a batch of objects out of slab memory; their number in *count. Lock held. */
static struct heap_object *heap_carve(struct heap_store *store, unsigned index, uint32_t *count)
{
	const struct heap_class *class = &heap_classes[index];
	struct heap_object *objects = NULL;

	for (*count = 0; *count < class->batch; ++*count) {
		struct heap_object *object;

		if ((size_t)(store->slab_end - store->slab) < class->len_bytes && !heap_slab_new(store, index))
			break;
		object = (struct heap_object *)store->slab;
		store->slab += class->len_bytes;
		if (DEBUG_ASSERTS)
			memset(object, HEAP_POISON, class->len_bytes);
		object->next = objects;
		objects = object;
	}
	return objects;
}

/* A whole batch, else a partial one, else new objects; their number in *count. Lock held. */
static struct heap_object *heap_store_take(struct heap_store *store, unsigned index, uint32_t *count)
{
	struct heap_object *batch = store->batches;

	*count = heap_classes[index].batch;
	if (batch != NULL) {
		store->batches = batch->batch;
		return batch;
	}
	batch = store->partials;
	if (batch != NULL) {
		store->partials = batch->batch;
	} else {
		batch = store->loose;
		store->loose = NULL;
		store->loose_count = 0;
	}
	if (batch == NULL)
		return heap_carve(store, index, count);
	*count = 0;
	for (const struct heap_object *object = batch; object != NULL; object = object->next)
		++*count;
	return batch;
}

/* The batch in use is empty: goes on with the reserve, else with what the store has. */
static __attribute__((noinline)) void *heap_refill(unsigned index)
{
	const struct heap_class *class = &heap_classes[index];
	struct heap_store *store = &heap_stores[this_cpu->node][index];
	struct heap_cache *cache = &this_cpu->self->heap[index];
	struct heap_object *batch = cache->full;
	uint32_t count = class->batch;

	cache->full = NULL;
	if (batch == NULL) {
		spin_lock(&store->lock);
		batch = heap_store_take(store, index, &count);
		spin_unlock(&store->lock);
	}
	if (batch == NULL)
		return NULL;
	cache->objects = batch->next;
	cache->room = class->batch - (count - 1);
	if (DEBUG_ASSERTS)
		heap_unpoison(batch, class->len_bytes);
	return batch;
}

/* The batch in use is whole: it becomes the reserve, and the reserve goes to the store; object begins the next one. */
static __attribute__((noinline)) void heap_spill(struct heap_object *object, unsigned index)
{
	struct heap_store *store = &heap_stores[this_cpu->node][index];
	struct heap_cache *cache = &this_cpu->self->heap[index];
	struct heap_object *batch = cache->full;

	if (batch != NULL) {
		spin_lock(&store->lock);
		batch->batch = store->batches;
		store->batches = batch;
		spin_unlock(&store->lock);
	}
	cache->full = cache->objects;
	object->next = NULL;
	cache->objects = object;
	cache->room = heap_classes[index].batch - 1;
}

/* --- Objects of other nodes ------------------------------------------------------------------------------------------------ */

/*
 * Adds fewer objects than a batch to the store's loose ones. Returns a batch that has become whole by it, or NULL. Objects
 * that would be too many make the loose ones a partial batch, and are the first of the next. Constant time. Lock held.
 */
static struct heap_object *heap_store_loose(struct heap_store *store, const struct heap_away *away, uint32_t whole)
{
	struct heap_object *batch;

	if (store->loose_count + away->count > whole) {
		store->loose->batch = store->partials;
		store->partials = store->loose;
		store->loose = NULL;
		store->loose_count = 0;
	}
	away->last->next = store->loose;
	store->loose = away->objects;
	store->loose_count += away->count;
	if (store->loose_count < whole)
		return NULL;
	batch = store->loose;
	store->loose = NULL;
	store->loose_count = 0;
	return batch;
}

static void heap_away_send(struct heap_away *away, unsigned index)
{
	struct heap_store *store = &heap_stores[away->node][index];
	uint32_t whole = heap_classes[index].batch;
	struct heap_object *batch = away->objects;

	spin_lock(&store->lock);
	if (away->count < whole)
		batch = heap_store_loose(store, away, whole);
	if (batch != NULL) {
		batch->batch = store->batches;
		store->batches = batch;
	}
	spin_unlock(&store->lock);
	*away = (struct heap_away){0};
}

static __attribute__((noinline)) void heap_free_away(struct heap_object *object, unsigned index, unsigned node)
{
	struct heap_away *away = &this_cpu->self->heap_away[index];

	if (DEBUG_ASSERTS)
		heap_poison(object, heap_classes[index].len_bytes);
	if (away->count > 0 && away->node != node)
		heap_away_send(away, index);
	if (away->count == 0) {
		away->last = object;
		away->node = node;
	}
	object->next = away->objects;
	away->objects = object;
	if (++away->count == heap_classes[index].batch)
		heap_away_send(away, index);
}

/* --- The common path: slow parts are tail calls, so that it needs no stack frame --------------------------------------------- */

static __attribute__((noinline)) void *heap_alloc_large(size_t len_bytes)
{
	return page_alloc(page_order(len_bytes));
}

void *heap_alloc(size_t len_bytes)
{
	struct heap_object *object;
	size_t index;

	if (__builtin_expect(len_bytes > HEAP_SMALL_MAX, 0))
		return heap_alloc_large(len_bytes);
	index = heap_class_of[(len_bytes + HEAP_ALIGN - 1) / HEAP_ALIGN];
	object = this_cpu->heap[index].objects;
	if (__builtin_expect(object == NULL, 0))
		return heap_refill(index);
	this_cpu->heap[index].objects = object->next;
	this_cpu->heap[index].room++;
	if (DEBUG_ASSERTS)
		heap_unpoison(object, heap_classes[index].len_bytes);
	return object;
}

/* Not of the own node's heap: an object of another's, a block of pages, or NULL, whose page is none. */
static __attribute__((noinline)) void heap_free_other(void *pointer)
{
	unsigned tag = page_tag(pointer);

	if ((tag & PAGE_KIND) == PAGE_NOTED)
		heap_free_away(pointer, tag & PAGE_VALUE, tag >> PAGE_NODE_SHIFT);
	else if (pointer != NULL)
		page_free(pointer);
}

void heap_free(void *pointer)
{
	struct heap_object *object = pointer;
	/* one subtraction takes away kind and node: what is left is a class only if both are right */
	size_t index = (uint32_t)(page_tag(object) - this_cpu->heap_own);

	if (__builtin_expect(index >= HEAP_CLASSES, 0)) {
		heap_free_other(object);
		return;
	}
	if (DEBUG_ASSERTS)
		heap_poison(object, heap_classes[index].len_bytes);
	if (__builtin_expect(this_cpu->heap[index].room == 0, 0)) {
		heap_spill(object, index);
		return;
	}
	object->next = this_cpu->heap[index].objects;
	this_cpu->heap[index].objects = object;
	this_cpu->heap[index].room--;
}
