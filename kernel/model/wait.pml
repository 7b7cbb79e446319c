/* SPDX-License-Identifier: MIT */
/*
 * Waiting and waking: three threads of one CPU wait for one event, one of them (LIMITED) with a time limit; wakers on two other
 * CPUs and one of the threads wake one or all of them; the CPU halts whenever it has nothing to run. Promises, for every
 * interleaving: nobody sleeps for ever whom a wake has reached (the monitor), nobody is woken twice for one wait (owed),
 * nobody is in two queues (at), and a group of waiters holds who is in it and nobody else.
 *
 * What models what, each under the name that it has in kernel/core:
 *   inbox.h  inbox_push() inbox_take() inbox_halt() inbox_awake()  step by step, links included
 *   sched.c  sched_block() with sched_halt(), sched_leave(), without preemption: step by step; the run queue is its CPU's own
 *   wait.c   wait_join() wait_join_limited() wait_oldest() wait_wake_everyone() wait_leave()  the spin lock makes what is done
 *            under it one step; what comes after it is step by step
 *   event.c  event_wait() event_wake_one() event_wake_all()         the ticket is taken, and the condition seen, unlocked
 *   timer.c  timer_interrupt(): at any moment at which interrupts are on; timer_cancel()
 * Promela executes in program order. The code needs no more than that: the words on which two CPUs meet without the lock
 * (the inbox's head, a waiter's claim) are only changed by locked instructions.
 *
 * ci/models verifies it, and that each step that a DEFECT_… leaves out is missed. To keep that short it leaves out a waker:
 * SCENE_ALL the one that wakes one, SCENE_ONE the first wake of all. POLLING: the CPU spins when idle.
 */

#define THREADS 3
#ifndef LIMITED
#define LIMITED 2 /* the thread that waits with a limit */
#endif
#define IDLE 3
#define NONE 4
#define EMPTY 4
#define HALTED 5

mtype = { UNTIMED, WAITING, WOKEN, TIMED_OUT }; /* enum thread_timed */
mtype = { NOWHERE, INBOX, RUN };

/* The event: a condition, the count of wakes and the queue. */
bool go;
byte wakes;
chan fifo = [THREADS] of { byte };
byte oldest = NONE, newest = NONE; /* groups */

/* Groups' records, and which one each thread carries: struct wait_group, thread->group. All of one CPU: home is open. */
byte group[THREADS];
bool in_queue[THREADS], open[THREADS];
byte first[THREADS] = NONE, last[THREADS] = NONE, older[THREADS] = NONE, newer[THREADS] = NONE;
byte hint = NONE;

/* Threads. */
byte next[THREADS] = NONE;
mtype timed[THREADS] = UNTIMED;
byte owed[THREADS];         /* wakes for the present wait */
mtype at[THREADS] = NOWHERE; /* which queue of its CPU it is in */
byte done;

/* Their CPU. */
byte current;
chan ready = [THREADS] of { byte };
byte head = EMPTY;
byte chain_older[THREADS] = NONE, chain_last[THREADS] = NONE;
bool irq_on = true, in_irq, sleeping, kick, armed;

#define ON (current == me && !in_irq)

/* --- Inbox: core/inbox.h ------------------------------------------------------------------------------------------ */

/* All of a chain are on their way from now on. */
inline made_ready(from, to, where)
{
	t = from;
	do
	:: assert(owed[t] == 1 && at[t] == NOWHERE);
	   owed[t] = 0;
	   at[t] = where;
	   if
	   :: t == to -> break
	   :: else -> t = next[t]
	   fi
	od;
	t = NONE
}

inline inbox_push(from, to, may_go, is_own)
{
	do /* the links of a chain are its pusher's until the exchange, so they are written in the step of the look */
	:: atomic { may_go -> chain_last[from] = to; h = head; chain_older[from] = (h == HALTED -> EMPTY : h) };
	   if
	   :: atomic { may_go && head == h -> head = from; made_ready(from, to, INBOX); break }
	   :: atomic { may_go && head != h }
	   fi
	od;
#ifndef DEFECT_NO_KICK
	atomic { may_go -> kick = kick || (h == HALTED && !is_own); h = EMPTY }
#endif
}

/* One exchange, and then links that are this CPU's own: one step. */
inline sched_collect()
{
	t = head;
	head = EMPTY;
	next[chain_last[t]] = NONE;
	do
	:: h = chain_older[t];
	   chain_older[t] = NONE;
	   if
	   :: h == EMPTY -> break
	   :: else ->
#ifdef DEFECT_CHAIN_FIRST
	      next[h] = t; /* behind the chain's oldest instead of its newest */
#else
	      next[chain_last[h]] = t;
#endif
	      chain_last[t] = NONE;
	      t = h
	   fi
	od;
	chain_last[t] = NONE;
	do
	:: t != NONE ->
	   assert(at[t] == INBOX);
	   at[t] = RUN;
	   ready!t;
	   h = next[t];
	   next[t] = NONE;
	   t = h
	:: else -> break
	od;
	h = EMPTY
}

/* --- Scheduler: core/sched.c -------------------------------------------------------------------------------------- */

inline take_next()
{
	ready?n;
	assert(at[n] == RUN);
	at[n] = NOWHERE;
	current = n;
	n = NONE
}

/* sched_block(): the caller stays the current thread while the CPU waits on its stack. */
inline sched_block()
{
	do
	:: atomic { ON && head != EMPTY -> sched_collect() }
	:: atomic { ON && head == EMPTY && len(ready) > 0 -> take_next(); break }
	:: atomic { ON && head == EMPTY && len(ready) == 0 ->
#ifndef DEFECT_IRQ_ON
	   irq_on = false
#endif
	   };
#ifdef POLLING
	   atomic { ON && head != EMPTY -> irq_on = true }
#else
#ifdef DEFECT_STORE_MARKER
	   if /* a look and a store in place of one step */
	   :: atomic { ON && head == EMPTY }; atomic { ON -> head = HALTED };
#else
	   if
	   :: atomic { ON && head == EMPTY -> head = HALTED };
#endif
	      atomic { ON -> sleeping = true; irq_on = true };
	      atomic { ON && !sleeping };
	      atomic { ON -> if :: head == HALTED -> head = EMPTY :: else fi }
	   :: atomic { ON && head != EMPTY -> irq_on = true }
	   fi
#endif
	od;
	current == me
}

/* --- Wait queue: core/wait.c. What is under the lock. ------------------------------------------------------------- */

/* What nobody may use any more: with it, what is used in spite of that shows. */
inline forget(r)
{
	first[r] = NONE;
	last[r] = NONE;
	older[r] = NONE;
	newer[r] = NONE;
	open[r] = false
}

inline wait_group_begin(f, l, is_open)
{
	g = group[f];
	assert(!in_queue[g]);
	in_queue[g] = true;
	open[g] = is_open;
	first[g] = f;
	last[g] = l;
	newer[g] = NONE;
	older[g] = newest;
	if
	:: newest == NONE -> oldest = g
	:: else -> newer[newest] = g
	fi;
	newest = g
}

inline wait_group_end()
{
	if
	:: older[g] == NONE -> oldest = newer[g]
	:: else -> newer[older[g]] = newer[g]
	fi;
	if
	:: newer[g] == NONE -> newest = older[g]
	:: else -> older[newer[g]] = older[g]
	fi;
	in_queue[g] = false;
	forget(g)
}

#define IS_OPEN(r) (r != NONE && in_queue[r] && open[r])

inline wait_join()
{
	owed[me] = 1;
	if
	:: len(fifo) == 0 -> skip /* alone */
	:: else ->
	   g = hint;
	   if
	   :: (IS_OPEN(g)) -> skip
	   :: else -> g = newest
	   fi;
	   if
	   :: (IS_OPEN(g)) -> assert(last[g] != me); next[last[g]] = me; last[g] = me
	   :: !(IS_OPEN(g)) && g == NONE -> fifo?<t>; next[t] = me; wait_group_begin(t, me, true)
	   :: else -> wait_group_begin(me, me, true)
	   fi;
	   hint = g
	fi;
	fifo!me;
	g = NONE;
	t = NONE
}

inline wait_join_limited()
{
	owed[me] = 1;
	timed[me] = WAITING;
	fifo!me;
	if
	:: (IS_OPEN(hint)) -> open[hint] = false
	:: else
	fi;
	wait_group_begin(me, me, false);
	g = NONE
}

/* n: the one to wake, or NONE. */
inline wait_oldest()
{
	n = NONE;
	do
	:: n == NONE && len(fifo) > 0 ->
	   fifo?n;
	   g = group[n];
	   if
	   :: in_queue[g] && last[g] == n -> assert(first[g] == n); wait_group_end()
	   :: in_queue[g] && last[g] != n -> /* the records change places */
	      assert(first[g] == n);
#ifndef DEFECT_NO_EXCHANGE
	      group[n] = group[next[n]];
	      group[next[n]] = g;
#endif
	      first[g] = next[n];
	      next[n] = NONE
	   :: else
	   fi;
	   if
#ifndef DEFECT_NO_CLAIM
	   :: timed[n] == TIMED_OUT -> n = NONE
	   :: timed[n] == WAITING -> timed[n] = WOKEN
#endif
	   :: else
	   fi
	:: else -> break
	od;
	g = NONE
}

/* alone and g, the oldest group: those to wake. */
inline wait_detach()
{
	if
	:: len(fifo) > 0 -> fifo?<alone>; if :: in_queue[group[alone]] -> alone = NONE :: else fi
	:: else
	fi;
	g = oldest;
	t = oldest;
	n = NONE; /* the group before t that stays in the list */
	do
	:: t != NONE ->
#ifndef DEFECT_NO_DETACH
	   in_queue[t] = false;
#endif
	   if
	   :: timed[first[t]] == TIMED_OUT ->
	      if :: n == NONE -> g = newer[t] :: else -> newer[n] = newer[t] fi;
	      h = newer[t];
	      forget(t);
	      t = h
	   :: else ->
	      if :: timed[first[t]] == WAITING -> timed[first[t]] = WOKEN :: else fi;
	      n = t;
	      t = newer[t]
	   fi
	:: else -> break
	od;
	do
	:: len(fifo) > 0 -> fifo?t
	:: else -> break
	od;
	oldest = NONE;
	newest = NONE;
	n = NONE;
	h = EMPTY;
	t = NONE
}

inline wait_leave()
{
	g = group[me];
	if
	:: in_queue[g] -> fifo??eval(me); wait_group_end()
	:: else
	fi;
	g = NONE
}

/* --- The event: core/event.c -------------------------------------------------------------------------------------- */

/* event_wake_one() on a CPU of its own, or by a thread of the waiters' CPU. */
inline event_wake_one(may_go, is_local)
{
	atomic { may_go -> wakes++; wait_oldest() };
	if
	:: n != NONE && is_local -> atomic { may_go -> made_ready(n, n, RUN); ready!n }
	:: n != NONE && !is_local -> inbox_push(n, n, may_go, false)
	:: else
	fi;
	n = NONE
}

inline event_wake_all()
{
	atomic { wakes++; wait_detach() };
	if
	:: alone != NONE -> inbox_push(alone, alone, true, false)
	:: else
	fi;
	alone = NONE;
	do
	:: g != NONE ->
	   atomic { n = first[g]; l = last[g]; t = newer[g]; forget(g); g = t; t = NONE }; /* its threads sleep still */
	   inbox_push(n, l, true, false)
	:: else -> break
	od;
	n = NONE;
	l = NONE
}

/* event_wait() or event_wait_until(), and what comes between the join and the sleep. */
inline event_join()
{
	if
	:: me != LIMITED -> wait_join()
	:: else -> wait_join_limited()
	fi
}

/* --- Who does it -------------------------------------------------------------------------------------------------- */

proctype thread(byte me)
{
	byte t = NONE, h = EMPTY, n = NONE, g = NONE, ticket;

	do
	:: atomic { ON -> ticket = wakes };
	   if
	   :: atomic { ON && go -> ticket = 0; break }
	   :: atomic { ON && !go }
	   fi;
	   if
#ifdef DEFECT_NO_TICKET
	   :: atomic { ON -> event_join() };
#else
	   :: atomic { ON && wakes != ticket }
#ifdef DEFECT_UNLOCK_FIRST
	   :: atomic { ON && wakes == ticket }; atomic { ON -> event_join() };
#else
	   :: atomic { ON && wakes == ticket -> event_join() };
#endif
#endif
	      if
	      :: me == LIMITED -> atomic { ON -> armed = true }
	      :: else
	      fi;
	      sched_block();
	      atomic {
	      	ON;
	      	assert(owed[me] == 0);
	      	if
	      	:: me == LIMITED ->
		   armed = false; /* timer_cancel() */
#ifndef DEFECT_NO_LEAVE
		   if
		   :: timed[me] == TIMED_OUT -> wait_leave()
		   :: else
		   fi;
#endif
		   timed[me] = UNTIMED
	      	:: else
	      	fi;
	      	assert(!in_queue[group[me]])
	      }
	   fi
	od;
	if
	:: me == 1 -> event_wake_one(ON, true)
	:: else
	fi;
	atomic { /* sched_leave() */
		ON;
		done++;
		if
		:: head != EMPTY -> sched_collect()
		:: else
		fi;
		if
		:: len(ready) > 0 -> take_next()
		:: else -> current = IDLE
		fi
	}
}

proctype idle()
{
	byte me = IDLE, t = NONE, h = EMPTY, n = NONE;

	do
	:: sched_block()
	od
}

proctype wakes_one()
{
	byte t = NONE, h = EMPTY, n = NONE, g = NONE;

	event_wake_one(true, false)
}

proctype wakes_all()
{
	byte t = NONE, h = EMPTY, n = NONE, g = NONE, l = NONE, alone = NONE;

#ifndef SCENE_ONE
	event_wake_all();
#endif
	go = true;
	event_wake_all()
}

/* What interrupts the threads' CPU: in place of its current instruction, and never itself. */
proctype interrupts()
{
	byte t = NONE, h = EMPTY;

	do
	:: atomic { kick && irq_on -> kick = false; sleeping = false }
	:: atomic { armed && irq_on -> armed = false; sleeping = false; in_irq = true };
	   if
	   :: atomic { timed[LIMITED] == WAITING -> timed[LIMITED] = TIMED_OUT };
	      inbox_push(LIMITED, LIMITED, true, true)
	   :: atomic { timed[LIMITED] != WAITING }
	   fi;
	   in_irq = false
	od
}

/* Nothing can happen any more: then everybody is through. */
proctype monitor()
{
	timeout;
	assert(done == THREADS && len(fifo) == 0 && oldest == NONE && newest == NONE)
}

init {
	atomic {
		byte i;

		for (i : 0 .. THREADS - 1) {
			group[i] = i
		};
		at[1] = RUN;
		at[2] = RUN;
		ready!1;
		ready!2;
		run thread(0);
		run thread(1);
		run thread(2);
		run idle();
#ifndef SCENE_ALL
		run wakes_one();
#endif
		run wakes_all();
		run interrupts();
		run monitor()
	}
}
