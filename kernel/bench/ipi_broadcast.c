/* SPDX-License-Identifier: MIT */
/*
 * A raw interrupt from one CPU to all others, all busy: the floor below every broadcast (figure F4).
 *
 * One sample of each series: t0 on CPU 0 before the first write to the interrupt controller; t1 by the handler's first act
 * in C on the CPU that is first, on each in turn, on the one that is last. how=shorthand: one command to all but the sender;
 * how=loop: one command a CPU. Clocks of several CPUs, so values are good to the offset between them. The others spin. Each
 * interrupt is answered by all before the next is sent.
 */
#include "call.h"

static struct call_target targets[CPU_MAX]; /* by CPU */
static struct call_answer answers[CPU_MAX];

static void ipi_broadcast_probe(uint64_t stamp)
{
	call_answer_give(&answers[os_cpu_self()], stamp);
}

static void broadcast_begin(struct bench_run *run)
{
	for (unsigned cpu = 1; cpu < os_cpu_count(); cpu++) {
		answers[cpu].count = 0;
		call_target_start_on(run, &targets[cpu], cpu);
		remote_call_probe(cpu, ipi_broadcast_probe);
	}
}

static void broadcast_end(struct bench_run *run, unsigned sent)
{
	os_delay_ns(100000); /* an interrupt too many would come now */
	for (unsigned cpu = 1; cpu < os_cpu_count(); cpu++) {
		remote_call_probe(cpu, NULL);
		bench_check(run, answers[cpu].count == sent, "each interrupt arrived exactly once");
		call_target_end(&targets[cpu]);
	}
}

static void broadcast_send(bool shorthand)
{
	if (shorthand) {
		cpu_call_interrupt_others();
		return;
	}
	for (unsigned cpu = 1; cpu < os_cpu_count(); cpu++)
		cpu_call_interrupt(cpu);
}

static void broadcast_record(struct bench_run *run, uint64_t start)
{
	uint64_t first = answers[1].stamp, last = first;

	for (unsigned cpu = 2; cpu < os_cpu_count(); cpu++) {
		uint64_t stamp = answers[cpu].stamp;

		/* signed: stamps of two CPUs may lie on both sides of any of them */
		first = (int64_t)(stamp - first) < 0 ? stamp : first;
		last = (int64_t)(stamp - last) > 0 ? stamp : last;
	}
	bench_record_series(run, 0, start, first);
	bench_record_series(run, 1, start, answers[1 + run->iteration % (os_cpu_count() - 1)].stamp);
	bench_record_series(run, 2, start, last);
}

static void ipi_broadcast(struct bench_run *run)
{
	bool shorthand = bench_is(run, "how", "shorthand");
	unsigned sent = 0;

	broadcast_begin(run);
	while (bench_next(run)) {
		uint64_t start;

		os_delay_ns(bench_random(run, 1000, 5000)); /* out of step with anything periodic */
		start = os_clock_start();
		broadcast_send(shorthand);
		sent++;
		for (unsigned cpu = 1; cpu < os_cpu_count(); cpu++)
			call_answer_await(&answers[cpu], sent);
		broadcast_record(run, start);
	}
	broadcast_end(run, sent);
}

BENCH(ipi_broadcast, .run = ipi_broadcast, .unit = "ticks",
      .about = "raw interrupt to every other CPU, to the handlers' first acts", .params = {{"how", "shorthand loop"}},
      .series = {"first", "each", "last"}, .min_cpus = 2, .max_samples = 2000);
