/* SPDX-License-Identifier: MIT */
/*
 * What one request does: samples for every kind, place and class; refusals that name the field; one run at a time; a
 * run that ends when it is told to.
 */
#include "module/test/ktap.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A thread on another CPU needs the delay to fall asleep in, under QEMU as well. */
enum { FEW = 10, DELAY_TICKS = 300000, LONG = 50000, LONG_DELAY_TICKS = 1000000 }; /* LONG: half a minute */

static struct aerobench_sample samples[SAMPLES_MAX];

static void measured(enum aerobench_kind kind, unsigned cpu, unsigned flags)
{
	struct aerobench_request request = request_make(kind, cpu, FEW, samples);
	int device = device_open(), error;

	request.flags = flags;
	samples_delay(samples, FEW, DELAY_TICKS);
	samples[FEW] = (struct aerobench_sample){.start = 1, .stop = 2};
	error = request_do(device, &request);
	ktap_check(request.failed[0] == '\0', request.failed, __FILE__, __LINE__);
	CHECK(error == 0);
	for (unsigned i = 0; i < FEW; i++) {
		CHECK(samples[i].stop > samples[i].start);
		CHECK(i == 0 || samples[i].start > samples[i - 1].start);
	}
	CHECK(samples[FEW].start == 1 && samples[FEW].stop == 2);
	close(device);
}

static void every_kind(unsigned flags)
{
	for (unsigned kind = 0; kind < AEROBENCH_KINDS; kind++) {
		for (unsigned cpu = CPU_MAIN; cpu <= CPU_OTHER; cpu++) {
			if (request_possible(kind, cpu))
				measured(kind, cpu, flags);
		}
	}
}

static void every_kind_normal(void)
{
	every_kind(0);
}

static void every_kind_fifo(void)
{
	every_kind(AEROBENCH_FIFO | AEROBENCH_PAUSE);
}

static void many_threads(void)
{
	struct aerobench_request request = request_make(AEROBENCH_CREATE, CPU_OTHER, 2, samples);
	int device = device_open();

	request.threads = AEROBENCH_THREADS_MAX;
	request.cpus = 2;
	request.cpu[1] = CPU_MAIN;
	samples_delay(samples, 2, 0);
	CHECK(request_do(device, &request) == 0);
	CHECK(samples[1].stop > samples[1].start);
	close(device);
}

/* --- Refusals ------------------------------------------------------------------------------------------------------------ */

static void refused(struct aerobench_request request, int error, const char *named)
{
	int device = device_open();

	CHECK(request_do(device, &request) == error);
	CHECK(strncmp(request.failed, named, strlen(named)) == 0);
	close(device);
}

static void wrong_fields(void)
{
	const struct aerobench_request good = request_make(AEROBENCH_WAKE, CPU_OTHER, FEW, samples);
	struct aerobench_request bad;

#define REFUSED(field, value, error, named) \
	do {                                \
		bad = good;                 \
		bad.field = value;          \
		refused(bad, error, named); \
	} while (0)
	samples_delay(samples, FEW, 0);
	REFUSED(kind, AEROBENCH_KINDS, -EINVAL, "kind");
	REFUSED(kind, ~0u, -EINVAL, "kind");
	REFUSED(flags, AEROBENCH_FLAGS + 1, -EINVAL, "flags");
	REFUSED(iterations, 0, -EINVAL, "iterations");
	REFUSED(iterations, AEROBENCH_ITERATIONS_MAX + 1, -EINVAL, "iterations");
	REFUSED(iterations, ~0u, -EINVAL, "iterations");
	REFUSED(threads, 0, -EINVAL, "threads");
	REFUSED(threads, 2, -EINVAL, "threads");
	REFUSED(cpus, 0, -EINVAL, "cpus");
	REFUSED(cpus, AEROBENCH_THREADS_MAX + 1, -EINVAL, "cpus");
	REFUSED(reserved, 1, -EINVAL, "reserved");
	REFUSED(kind, AEROBENCH_SWITCH, -EINVAL, "cpu");
	REFUSED(cpu[0], 2, -ENODEV, "the CPUs");
	REFUSED(cpu[0], ~0u, -ENODEV, "the CPUs");
	REFUSED(cpu_main, 1u << 20, -ENODEV, "the CPUs");
	REFUSED(abi, AEROBENCH_ABI + 1, -EPROTONOSUPPORT, "");
	REFUSED(samples, 0, -EFAULT, "");
	REFUSED(samples, ~UINT64_C(0) << 47, -EFAULT, "");
	bad = request_make(AEROBENCH_CALL, CPU_MAIN, FEW, samples);
	refused(bad, -EINVAL, "cpu");
	bad = request_make(AEROBENCH_CREATE, CPU_MAIN, FEW, samples);
	bad.threads = AEROBENCH_THREADS_MAX + 1;
	refused(bad, -EINVAL, "threads");
#undef REFUSED
}

static void wrong_delays(void)
{
	samples_delay(samples, FEW, 0);
	samples[FEW - 1].start = AEROBENCH_DELAY_TICKS_MAX + 1;
	refused(request_make(AEROBENCH_WAKE, CPU_OTHER, FEW, samples), -EINVAL, "samples");
	samples[FEW - 1] = (struct aerobench_sample){.stop = 1};
	refused(request_make(AEROBENCH_WAKE, CPU_OTHER, FEW, samples), -EINVAL, "samples");
	CHECK(samples[FEW - 1].stop == 1);
}

static void wrong_addresses(void)
{
	void *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct aerobench_request *constant = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int device = device_open();

	CHECK(ioctl(device, AEROBENCH_RUN, none) == -1 && errno == EFAULT);
	CHECK(ioctl(device, AEROBENCH_RUN, NULL) == -1 && errno == EFAULT);
	CHECK(ioctl(device, AEROBENCH_RUN, UINT64_C(0xFFFF888000000000)) == -1 && errno == EFAULT);
	CHECK(ioctl(device, AEROBENCH_RUN + 1, none) == -1 && errno == ENOTTY);
	CHECK(ioctl(device, _IOWR(0xEB, 0xA0, int), none) == -1 && errno == ENOTTY);
	/* it is read, found to be of version 0, and cannot be written */
	CHECK(ioctl(device, AEROBENCH_RUN, constant) == -1 && errno == EFAULT);
	munmap(none, 4096);
	munmap(constant, 4096);
	close(device);
}

/* --- Ends ---------------------------------------------------------------------------------------------------------------- */

static void nothing(int signal)
{
	(void)signal;
}

/* A run of about a minute. Its result, when it has been interrupted. */
static void *long_run(void *arg)
{
	struct aerobench_request request = request_make(AEROBENCH_CREATE, CPU_OTHER, LONG, samples);
	int device = device_open();

	samples_delay(samples, LONG, LONG_DELAY_TICKS);
	*(int *)arg = request_do(device, &request);
	close(device);
	return NULL;
}

static void one_at_a_time(void)
{
	static struct aerobench_sample other[FEW];
	struct aerobench_request request = request_make(AEROBENCH_WAKE, CPU_OTHER, FEW, other);
	const struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
	int result = 1, device = device_open();
	pthread_t thread;

	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	CHECK(pthread_create(&thread, NULL, long_run, &result) == 0);
	usleep(200 * 1000);
	CHECK(request_do(device, &request) == -EBUSY);
	CHECK(pthread_kill(thread, SIGUSR1) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(result == -EINTR);
	CHECK(samples[0].start == LONG_DELAY_TICKS); /* nothing was written */
	samples_delay(other, FEW, DELAY_TICKS);
	CHECK(request_do(device, &request) == 0);
	close(device);
}

/* With AEROBENCH_FIFO its caller is in that class, too, as the baseline is then. */
static void kill_run(enum aerobench_kind kind, unsigned cpu, unsigned flags)
{
	const struct sched_param param = {.sched_priority = 49};
	struct aerobench_request request = request_make(kind, cpu, LONG, samples);
	int device = device_open(), status = 0;
	uint64_t begin = __builtin_ia32_rdtsc();
	pid_t child = fork();

	if (child == 0) {
		request.flags = flags;
		samples_delay(samples, LONG, LONG_DELAY_TICKS);
		if ((flags & AEROBENCH_FIFO) != 0 && sched_setscheduler(0, SCHED_FIFO, &param) != 0)
			_exit(2);
		_exit(request_do(device, &request) == 0 ? 0 : 1);
	}
	usleep(50 * 1000);
	CHECK(kill(child, SIGKILL) == 0);
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	/* by its delays alone the whole run is twice as long */
	CHECK(__builtin_ia32_rdtsc() - begin < (uint64_t)LONG * LONG_DELAY_TICKS / 2);
	close(device);
	measured(kind, cpu, 0);
}

static void killed(void)
{
	for (unsigned kind = 0; kind < AEROBENCH_KINDS; kind++) {
		for (unsigned cpu = CPU_MAIN; cpu <= CPU_OTHER; cpu++) {
			/* without delays a switch is over too soon to be killed */
			if (request_possible(kind, cpu) && kind != AEROBENCH_SWITCH)
				kill_run(kind, cpu, 0);
		}
	}
	kill_run(AEROBENCH_CALL, CPU_OTHER, AEROBENCH_FIFO);
	kill_run(AEROBENCH_WAKE, CPU_OTHER, AEROBENCH_FIFO);
}

void request_tests(void)
{
	ktap_run("every kind is measured on both CPUs", every_kind_normal);
	ktap_run("every kind is measured in class FIFO", every_kind_fifo);
	ktap_run("64 threads are created on two CPUs", many_threads);
	ktap_run("a field out of range is refused by its name", wrong_fields);
	ktap_run("a delay out of range is refused, and nothing is written", wrong_delays);
	ktap_run("a wrong address or command is an error", wrong_addresses);
	ktap_run("one run at a time; a signal ends it", one_at_a_time);
	ktap_run("a run of every kind can be killed, and another one made", killed);
}
