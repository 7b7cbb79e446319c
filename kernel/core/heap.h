/* SPDX-License-Identifier: MIT */
/*
 * Objects of any size. Up to HEAP_SMALL_MAX bytes they come in size classes: each CPU keeps two batches of free objects
 * per class and works on them without lock or atomic operation; only a whole batch moves to or from the central store,
 * in constant time under that store's lock. Larger objects are blocks of pages. An object may be freed on another CPU
 * than it came from. Memory of a class stays with the class. After Bonwick & Adams, "Magazines and Vmem", USENIX 2001.
 *
 * There is a store for each class and NUMA node, and a CPU's two batches hold objects of its own node only: an allocation is
 * local unless the node has run out. An object that is freed by another node's CPU is gathered there with its like and goes
 * home as a batch, so at most a batch less one per class and CPU is on its way. The common paths ask no more than they
 * would with one node: the page's tag that says the class says the node too, in the same comparison.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	HEAP_CLASSES = 28,
	HEAP_SMALL_MAX = 2048,
	HEAP_ALIGN = 16,
	HEAP_ALIGN_LINE_MIN = 320, /* from this size on, objects whose size is a multiple of 64 are aligned to 64 */
};

struct heap_object {
	struct heap_object *next;  /* in a batch */
	struct heap_object *batch; /* of a batch's first object in the central store: the next batch */
};

struct heap_cache {
	struct heap_object *objects; /* the batch in use */
	struct heap_object *full;    /* a whole batch in reserve, or NULL */
	uint64_t room;               /* objects that the batch in use lacks to be whole */
	uint64_t reserved;           /* makes the size a power of two */
};

/* Objects of one other node, on their way there. */
struct heap_away {
	struct heap_object *objects, *last;
	uint32_t count, node;
};

/* Once, after page_init(). */
void heap_init(void);
/* At least len_bytes, aligned to HEAP_ALIGN, contents undefined, local; NULL if there is no memory. Thread context. */
void *heap_alloc(size_t len_bytes);
/* Frees an object on any CPU; NULL is allowed. Thread context. */
void heap_free(void *object);
