/* SPDX-License-Identifier: MIT */
/*
 * A switch by the quantum's interrupt (figure F6).
 *
 * One sample: two threads of CPU 0 do nothing but stamp, under a quantum of 20 us; from the last stamp of one to the first
 * of the other. The interrupt, its entry and exit, the decision and the switch are inside, and at most one turn of the
 * stamping loop: where in the loop the interrupt comes is drawn anew for each switch, since under icount it would otherwise be
 * the same place each time, one that any change to the program moves. Checked: the CPU changed hands by preemption, and
 * neither thread ever yields.
 */
#include "bench.h"
#include "core/preempt.h"

enum {
	QUANTUM_NS = 20000,
	PHASES = 61 /* turns of an empty loop: more instructions than a turn of the stamping one */
};

static struct {
	struct bench_run *run;
	volatile uint64_t stamp[2]; /* each thread's last */
	volatile bool over;
} turn;

/* Moves the stamping loop against the timer, which was set when the CPU changed hands. */
static void shift_phase(struct bench_run *run)
{
	for (volatile uint64_t left = bench_random(run, 0, PHASES); left > 0; left--)
		;
}

/*
 * Until the run has its samples. Whoever finds that the other has stamped since its own last stamp has just been switched to.
 * If the other stamped after now was read, the switch came in between: then that turn's now is of no use.
 */
static void stamp_on(unsigned self)
{
	while (!turn.over) {
		uint64_t now = os_clock_stop(), start = turn.stamp[!self];

		if (start >= now)
			continue;
		if (start > turn.stamp[self] && turn.stamp[self] != 0) {
			if (bench_next(turn.run))
				bench_record(turn.run, start, now);
			else
				turn.over = true;
			shift_phase(turn.run);
			now = os_clock_stop();
		}
		turn.stamp[self] = now;
	}
}

static void *other_main(void *arg)
{
	stamp_on(1);
	return arg;
}

static void measure(struct bench_run *run)
{
	uint64_t switches = preempt_switches(0), quantum_ns = preempt_quantum_ns();
	struct os_thread_attr attr;
	struct os_thread other;

	bench_check(run, os_thread_move(0) == 0 && os_thread_attr_init(&attr, 0) == 0, "the threads run on CPU 0");
	turn.run = run;
	turn.stamp[0] = turn.stamp[1] = 0;
	turn.over = false;
	bench_check(run, os_thread_create(&other, &attr, other_main, NULL) == 0, "the other thread can be created");
	if (run->failed != NULL)
		return;
	bench_check(run, preempt_set_quantum(QUANTUM_NS) == 0, "the quantum can be set");
	stamp_on(0);
	bench_check(run, os_thread_join(&other, NULL) == 0, "the other thread can be joined");
	preempt_set_quantum(quantum_ns);
	bench_check(run, preempt_switches(0) - switches >= run->total, "every change of hands was a preemption");
}

BENCH(timer_switch, .run = measure, .unit = "ticks", .about = "a switch by the timer's interrupt, last stamp to first",
      .max_samples = 1000, .max_warmup = 50, .spread = "the interrupt hits the loop at any of its instructions");
