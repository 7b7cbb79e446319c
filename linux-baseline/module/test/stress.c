/* SPDX-License-Identifier: MIT */
/*
 * What the machine and the user do meanwhile: CPUs that go and come, a CPU that somebody else does not give up, and
 * requests of random bytes. What matters is that each ends, and what the tests behind these find.
 */
#include "module/test/ktap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* A thread on another CPU needs the delay to fall asleep in, under QEMU as well. */
enum { FEW = 10, SOME = 50, DELAY_TICKS = 300000, RANDOM_BYTES = 3000, RANDOM_FIELDS = 150 };

static struct aerobench_sample samples[2][SAMPLES_MAX];

static bool write_text(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	bool written = write(file, text, strlen(text)) == (ssize_t)strlen(text);

	close(file);
	return written;
}

static bool other_online(bool online)
{
	return write_text("/sys/devices/system/cpu/cpu1/online", online ? "1" : "0");
}

static int measure_other(enum aerobench_kind kind, unsigned iterations)
{
	struct aerobench_request request = request_make(kind, CPU_OTHER, iterations, samples[0]);
	int device = device_open(), error;

	samples_delay(samples[0], iterations, DELAY_TICKS);
	error = request_do(device, &request);
	close(device);
	return error;
}

static int wake_other(unsigned iterations)
{
	return measure_other(AEROBENCH_WAKE, iterations);
}

/* --- CPUs that go --------------------------------------------------------------------------------------------------------- */

struct some {
	enum aerobench_kind kind;
	int result;
};

static void *measure_some(void *arg)
{
	struct some *some = arg;

	some->result = measure_other(some->kind, SOME);
	return NULL;
}

static void offline(void)
{
	/* threads that exist, and threads that Linux makes while somebody waits for the lock that forbids a CPU to go */
	static const enum aerobench_kind kinds[] = {AEROBENCH_WAKE, AEROBENCH_JOIN, AEROBENCH_CALL};

	for (unsigned i = 0; i < 6; i++) {
		struct some some = {.kind = kinds[i % 3], .result = 1};
		pthread_t thread;

		CHECK(pthread_create(&thread, NULL, measure_some, &some) == 0);
		usleep(10 * 1000 * i);
		CHECK(other_online(false));
		CHECK(pthread_join(thread, NULL) == 0);
		/* the run came first and was whole, or the CPU was gone before it began */
		CHECK(some.result == 0 || some.result == -ENODEV);
		CHECK(wake_other(FEW) == -ENODEV);
		CHECK(other_online(true));
		CHECK(wake_other(FEW) == 0);
	}
}

/* --- A CPU that is held --------------------------------------------------------------------------------------------------- */

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint32_t held; /* atomic */

/* Has CPU 1 for itself for 2.5 seconds: a run may stand still for up to 2 (patience_s=1, from look to look). */
static void *hold(void *arg)
{
	const struct sched_param most = {.sched_priority = 99};
	cpu_set_t other;
	uint64_t end;

	CPU_ZERO(&other);
	CPU_SET(CPU_OTHER, &other);
	CHECK(sched_setaffinity(0, sizeof(other), &other) == 0);
	CHECK(sched_setscheduler(0, SCHED_FIFO, &most) == 0);
	__atomic_store_n(&held, 1, __ATOMIC_RELEASE); /* after both of the above */
	for (end = now_ms() + 2500; now_ms() < end;)
		;
	return arg;
}

static void standstill(void)
{
	struct aerobench_request request = request_make(AEROBENCH_PINGPONG, CPU_OTHER, SOME, samples[0]);
	pthread_t thread;
	int device;

	CHECK(module_unload() == 0);
	CHECK(module_load("patience_s=1") == 0);
	device = device_open();
	held = 0;
	CHECK(write_text("/proc/sys/kernel/sched_rt_runtime_us", "-1"));
	CHECK(pthread_create(&thread, NULL, hold, NULL) == 0);
	while (!__atomic_load_n(&held, __ATOMIC_ACQUIRE))
		usleep(1000);
	samples_delay(samples[0], SOME, DELAY_TICKS);
	CHECK(request_do(device, &request) == -ETIMEDOUT);
	CHECK(strstr(request.failed, "patience_s") != NULL);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(write_text("/proc/sys/kernel/sched_rt_runtime_us", "950000"));
	close(device);
	CHECK(module_unload() == 0);
	CHECK(module_load("") == 0);
	CHECK(wake_other(FEW) == 0);
}

/* --- Random requests ------------------------------------------------------------------------------------------------------- */

struct chance {
	uint64_t state;
	struct aerobench_sample *samples;
	unsigned done; /* requests that were measured */
};

/* splitmix64, Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t random_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static void random_bytes(struct chance *chance, int device)
{
	struct aerobench_request request;
	unsigned char *bytes = (unsigned char *)&request;
	unsigned long command = random_next(chance) % 4 == 0 ? random_next(chance) & 0xFFFFFFFF : AEROBENCH_RUN;

	for (size_t i = 0; i < sizeof(request); i++)
		bytes[i] = (unsigned char)random_next(chance);
	if (random_next(chance) % 2 == 0)
		request.abi = AEROBENCH_ABI;
	CHECK(ioctl(device, command, &request) == -1);
	CHECK(errno == EINVAL || errno == EPROTONOSUPPORT || errno == ENOTTY);
}

/* Of the fields up to the first CPUs; so many more iterations that they are refused, or it would take too long. */
static void random_bit(struct chance *chance, struct aerobench_request *request)
{
	unsigned word = random_next(chance) % 10, bit = random_next(chance) % 32;

	if (&((uint32_t *)request)[word] == &request->iterations)
		bit = 21 + bit % 11; /* 2^21 is above AEROBENCH_ITERATIONS_MAX */
	((uint32_t *)request)[word] ^= 1u << bit;
}

/* Fields at and about their limits, so that most get far; and now and then a few of the bits are others. */
static void random_fields(struct chance *chance, int device)
{
	struct aerobench_request request =
	    request_make(random_next(chance) % (AEROBENCH_KINDS + 1), random_next(chance) % 2,
			 1 + random_next(chance) % 4, chance->samples);
	int error;

	request.flags = random_next(chance) % (AEROBENCH_FLAGS + 1);
	request.threads = 1 + (random_next(chance) % 4 == 0 ? random_next(chance) % 8 : 0);
	request.cpus = 1 + random_next(chance) % 3;
	request.cpu[1] = random_next(chance) % 2;
	request.cpu[2] = random_next(chance) % 3;
	request.cpu_main = random_next(chance) % 2;
	samples_delay(chance->samples, request.iterations, DELAY_TICKS + random_next(chance) % DELAY_TICKS);
	if (random_next(chance) % 8 == 0)
		random_bit(chance, &request);
	while ((error = request_do(device, &request)) == -EBUSY) /* one run at a time: the other thread's turn */
		sched_yield();
	chance->done += error == 0;
	if (error == -EIO)
		ktap_check(false, request.failed, __FILE__, __LINE__);
	CHECK(error == 0 || error == -EINVAL || error == -ENODEV || error == -EPROTONOSUPPORT || error == -EFAULT);
}

static void *random_requests(void *arg)
{
	struct chance *chance = arg;
	int device = device_open();

	for (unsigned i = 0; i < RANDOM_BYTES; i++)
		random_bytes(chance, device);
	for (unsigned i = 0; i < RANDOM_FIELDS; i++)
		random_fields(chance, device);
	close(device);
	return NULL;
}

static void fuzz(void)
{
	static struct chance chances[2] = {{.state = 1, .samples = samples[0]}, {.state = 2, .samples = samples[1]}};
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, random_requests, &chances[1]) == 0);
	random_requests(&chances[0]);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(chances[0].done + chances[1].done >= RANDOM_FIELDS / 4);
	CHECK(wake_other(FEW) == 0);
}

void stress_tests(void)
{
	ktap_run("a CPU goes offline between runs, never in one", offline);
	ktap_run("a run that stands still ends with an error", standstill);
	ktap_run("6,300 random requests of two threads are answered", fuzz);
}
