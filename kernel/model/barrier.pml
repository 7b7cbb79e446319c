/* SPDX-License-Identifier: MIT */
/*
 * The barriers of kernel/core/barrier.[ch], one by each of BLOCKING, CENTRAL and TREE: parties that meet again and again
 * without end. Promises, for every interleaving: nobody leaves before all have come, nobody is a round behind or ahead of
 * the others, and there is always somebody who can go on.
 *
 * What models what:
 *   BLOCKING  barrier_wait(): under the lock of its wait queue one step, the wakes one after the other outside; that a wake
 *             reaches a thread which still is on its way to sleep is what wait.pml shows
 *   CENTRAL   spin_barrier_wait() up to SPIN_BARRIER_CENTRAL_MAX parties, step by step; the generation counts modulo 4
 *   TREE      spin_barrier_wait_tree(), step by step, for any FAN_IN
 * Promela executes in program order; the fences in the code say where it needs that, and x86 keeps stores in order.
 *
 * ci/models verifies them, and that each step that a DEFECT_… leaves out or exchanges is missed.
 */

#ifndef PARTIES
#define PARTIES 3
#endif
#ifndef FAN_IN
#define FAN_IN 4
#endif

byte round[PARTIES]; /* modulo 3: enough to tell the last one, this one and the next one apart */

inline check_nobody(which)
{
	p = 0;
	do
	:: p < PARTIES -> assert(round[p] != (round[me] + which) % 3); p++
	:: else -> break
	od;
	p = 0
}

/* --- Blocking ----------------------------------------------------------------------------------------------------- */

#ifdef BLOCKING

byte arrived;
chan waiters = [PARTIES] of { byte };
bool woken[PARTIES];

#define STATE chan list = [PARTIES] of { byte }

inline meet()
{
	atomic {
		arrived++;
		if
		:: arrived < PARTIES -> waiters!me; is_last = false
		:: else ->
#ifndef DEFECT_LATE_RESET
		   arrived = 0;
#endif
#ifndef DEFECT_NOT_DETACHED
		   do
		   :: len(waiters) > 0 -> waiters?p; list!p
		   :: else -> break
		   od;
#endif
		   p = 0;
		   is_last = true
		fi
	};
	if
	:: is_last ->
#ifdef DEFECT_NOT_DETACHED
	   do /* whoever is in the queue by now, perhaps for the next round */
	   :: atomic { len(waiters) > 0 -> waiters?p; assert(!woken[p]); woken[p] = true; p = 0 }
	   :: atomic { len(waiters) == 0 -> break }
	   od
#else
	   do
	   :: atomic { len(list) > 0 -> list?p; assert(!woken[p]); woken[p] = true; p = 0 }
	   :: atomic { len(list) == 0 -> break }
	   od
#endif
#ifdef DEFECT_LATE_RESET
	   ; arrived = 0
#endif
	:: else ->
	   atomic { woken[me] -> woken[me] = false }
	fi
}

#endif

/* --- Spinning, central -------------------------------------------------------------------------------------------- */

#ifdef CENTRAL

byte missing = PARTIES, generation;

#define STATE byte before

inline meet()
{
#ifndef DEFECT_LATE_LOOK
	before = generation;
#endif
	atomic { missing--; is_last = missing == 0 };
#ifdef DEFECT_LATE_LOOK
	before = generation;
#endif
	if
	:: is_last ->
#ifdef DEFECT_GENERATION_FIRST
	   generation = (generation + 1) % 4;
	   missing = PARTIES
#else
	   missing = PARTIES;
	   generation = (generation + 1) % 4
#endif
	:: else -> generation != before
	fi;
	before = 0
}

#endif

/* --- Spinning, tree ----------------------------------------------------------------------------------------------- */

#ifdef TREE

bit from_child[PARTIES * FAN_IN], released[PARTIES];

#define STATE bit sense
#define CHILD(i) (me * FAN_IN + 1 + i)
/* A word in the code, of which only the bytes of children that exist count. */
#define CAME(i) (CHILD(i) >= PARTIES || from_child[me * FAN_IN + i] == sense)

#if FAN_IN == 4
#define ALL_CAME (CAME(0) && CAME(1) && CAME(2) && CAME(3))
#else
#define ALL_CAME (CAME(0) && CAME(1))
#endif

inline release_children()
{
	do
	:: p < FAN_IN && CHILD(p) < PARTIES -> released[CHILD(p)] = sense; p++
	:: else -> break
	od;
	p = 0
}

inline meet()
{
	sense = !sense;
#ifndef DEFECT_NO_CHILDREN
	ALL_CAME;
#endif
#ifdef DEFECT_EARLY_RELEASE
	release_children();
#endif
	if
	:: me > 0 ->
	   from_child[me - 1] = sense; /* child i of party p is party 4 p + 1 + i: its byte is number 4 p + i */
	   released[me] == sense
	:: else
	fi;
#ifndef DEFECT_EARLY_RELEASE
	release_children()
#endif
}

#endif

/* --- All of them -------------------------------------------------------------------------------------------------- */

proctype party(byte me)
{
	byte p;
	bool is_last;
	STATE;

	do
	:: atomic { round[me] = (round[me] + 1) % 3; check_nobody(1) }; /* nobody is in the next one without me */
	   meet();
	   atomic { is_last = false; check_nobody(2) } /* nobody is in the last one still */
	od
}

init {
	atomic {
		byte i;

		for (i : 0 .. PARTIES - 1) {
			run party(i)
		}
	}
}
