/* SPDX-License-Identifier: MIT */
/*
 * Catches a CPU on its way from the kernel into a program, without any instruction on that way: by a second map of memory,
 * the same but for the pages of the programs' text (kernel.ld), which it lacks. A CPU that is to be caught walks this map;
 * its first instruction of a program faults, the fault restores the ordinary map and sends the CPU the timer's interrupt,
 * which it takes before that instruction. Each CPU has its own choice of the two, and no global pages, so that writing CR3
 * is all that it takes: SDM vol. 3 §4.10.4.1.
 *
 * Both maps share all tables but four. What those hold is final before core_main(): the other entries of the root are there
 * from the beginning (paging.c), and the first GiB, where the image is, never changes.
 */
#include "catch.h"

#include "cpu.h"
#include "cpu_local.h"
#include "msr.h"

/* Entry bits: SDM vol. 3 tables 4-15 … 4-20. */
#define LARGE 0x080ul
#define FLAGS 0x8000000000000f7ful /* without LARGE */
#define ADDRESS 0x000ffffffffff000ul

enum { ENTRIES = 512 };

struct table {
	uint64_t entries[ENTRIES];
} __attribute__((aligned(PAGE_BYTES)));

static struct table *usual;
static struct table root, directory_pointers, directory, pages;

static unsigned table_index(uintptr_t va, unsigned level)
{
	return va >> (12 + 9 * level) & (ENTRIES - 1);
}

/* Copies the table below one of copy's entries, and has the entry name the new copy. */
static void table_copy(struct table *copy, unsigned index, struct table *below)
{
	*below = *(const struct table *)(copy->entries[index] & ADDRESS);
	copy->entries[index] = (uintptr_t)below | (copy->entries[index] & FLAGS);
}

/* The 2 MiB that hold all programs (kernel.ld) by pages, without the programs'. */
void catch_init(void)
{
	uintptr_t text = (uintptr_t)program_text_begin, base = text & -(1ul << 21);
	uint64_t flags;

	usual = (struct table *)cr3_read();
	root = *usual;
	table_copy(&root, table_index(text, 3), &directory_pointers);
	table_copy(&directory_pointers, table_index(text, 2), &directory);
	flags = directory.entries[table_index(text, 1)] & FLAGS;
	for (unsigned i = 0; i < ENTRIES; i++)
		pages.entries[i] = text_is_program(base + i * PAGE_BYTES) ? 0 : (base + i * PAGE_BYTES) | flags;
	directory.entries[table_index(text, 1)] = (uintptr_t)&pages | flags;
}

void program_catch(void)
{
	if (this_local->catching)
		return;
	this_local->catching = true; /* first: an interrupt handler may be a program's */
	cr3_write((uintptr_t)&root);
}

bool catch_end(uintptr_t rip)
{
	if (!this_local->catching || !text_is_program(rip) || cr2_read() != rip)
		return false;
	this_local->catching = false;
	cr3_write((uintptr_t)usual);
	cpu_poke(this_local->cpu);
	return true;
}
