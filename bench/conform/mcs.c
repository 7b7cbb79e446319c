/* SPDX-License-Identifier: MIT */
/*
 * The MCS lock keeps the spin lock's sentences. Each thread that wants it has a CPU of its own, and no holder blocks.
 */
#include "conform.h"

enum { TURNS = 100 };

static struct {
	struct os_mcs lock;
	uint64_t count; /* plain: only the lock protects it */
	uint32_t inside, intruders;
	uint32_t waiting, served;
	uint32_t turns;
	uint32_t order[2];
} cell;

static void cell_init(void)
{
	os_mcs_init(&cell.lock);
	cell.count = 0;
	cell.inside = 0;
	cell.intruders = 0;
	cell.waiting = 0;
	cell.served = 0;
	cell.turns = 0;
}

static void lock_one_turn(unsigned turn)
{
	struct os_mcs_node node;
	uint64_t before;

	os_mcs_lock(&cell.lock, &node);
	conform_add(&cell.intruders, conform_add(&cell.inside, 1));
	before = *(volatile uint64_t *)&cell.count;
	if (turn % 4 == 0)
		os_delay_ns(500);
	*(volatile uint64_t *)&cell.count = before + 1;
	conform_add(&cell.inside, (uint32_t)-1);
	os_mcs_unlock(&cell.lock, &node);
}

/* Goes on until the slowest has had its turns, so that all of them really want the lock at the same time. */
static void lock_often(struct conform_party *party)
{
	uint64_t blocks;
	unsigned turn;

	conform_gang_meet();
	blocks = os_thread_blocks();
	for (turn = 0; turn < TURNS || conform_read(&cell.served) < os_cpu_count(); turn++) {
		if (turn == TURNS)
			conform_add(&cell.served, 1);
		lock_one_turn(turn);
	}
	CHECK_EQUAL(party->t, os_thread_blocks(), blocks);
	conform_add(&cell.turns, turn);
}

CONFORM(mcs_excludes, 1, "one CPU at a time holds an MCS lock, and waiting for it is no block")
{
	cell_init();
	conform_gang_start(t, os_cpu_count(), lock_often, NULL);
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&cell.intruders), 0);
	CHECK_EQUAL(t, cell.count, conform_read(&cell.turns));
}

static void lock_in_order(struct conform_party *party)
{
	struct os_mcs_node node;

	conform_add(&cell.waiting, 1);
	os_mcs_lock(&cell.lock, &node);
	cell.order[cell.served++] = party->index;
	os_mcs_unlock(&cell.lock, &node);
}

CONFORM(mcs_is_fifo, 3, "an MCS lock serves first who came first")
{
	static struct conform_party rivals[2];
	struct os_mcs_node node;

	for (unsigned round = 0; round < 10; round++) {
		cell_init();
		os_mcs_lock(&cell.lock, &node); /* held by a CPU that only spins until both wait */
		for (unsigned i = 0; i < 2; i++) {
			rivals[i].index = i;
			/* the later number first in every second round, so that the CPU's number decides nothing */
			conform_start(t, &rivals[i], 1 + (i + round) % 2, lock_in_order, NULL);
			while (conform_read(&cell.waiting) <= i)
				os_relax();
			os_delay_ns(5 * 1000 * 1000);
		}
		os_mcs_unlock(&cell.lock, &node);
		for (unsigned i = 0; i < 2; i++) {
			conform_finish(&rivals[i]);
			CHECK_EQUAL(t, cell.order[i], i);
		}
	}
}

CONFORM(mcs_nodes_are_free_after_unlock, 1,
	"MCS locks nest in any order, each with a node that was used before for another")
{
	static struct os_mcs locks[3];
	struct os_mcs_node nodes[3];

	for (unsigned i = 0; i < 3; i++)
		os_mcs_init(&locks[i]);
	cell_init();
	for (unsigned i = 0; i < TURNS; i++) {
		for (unsigned j = 0; j < 3; j++)
			os_mcs_lock(&locks[j], &nodes[(i + j) % 3]);
		cell.count++;
		for (unsigned j = 0; j < 3; j++)
			os_mcs_unlock(&locks[(i / 3 + j) % 3], &nodes[(i + (i / 3 + j) % 3) % 3]);
	}
	CHECK_EQUAL(t, cell.count, TURNS);
}
