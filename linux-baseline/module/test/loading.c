/* SPDX-License-Identifier: MIT */
/*
 * The way to the module: what the baseline says where it is not, is not for this kernel, or may not be used.
 */
#include "module/test/ktap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kthread_device.h"

#define MODULE_GUEST "/aerobench.ko"

static struct aerobench_sample samples[100];
static char module[1024 * 1024]; /* its bytes */

/* As a benchmark asks: 0 or -errno, with the reason. */
static int ask(const char **reason)
{
	struct aerobench_request request = request_make(AEROBENCH_CREATE, CPU_MAIN, 5, samples);

	samples_delay(samples, 5, 0);
	return kthread_device_run(&request, reason);
}

static ssize_t module_read(void)
{
	int file = open(MODULE_KEPT, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(file, module, sizeof(module));

	close(file);
	return length;
}

static bool module_write(ssize_t length)
{
	int file = open(MODULE_GUEST, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written = write(file, module, (size_t)length) == length;

	close(file);
	return written;
}

static void missing(void)
{
	const char *reason;

	CHECK(ask(&reason) == -ENODEV);
	CHECK(reason != NULL && strstr(reason, "ci/module_build") != NULL);
}

static void other_kernel(void)
{
	static const char mark[] = "vermagic=";
	ssize_t length = module_read();
	const char *reason;
	char *magic;

	CHECK(length > 0 && length < (ssize_t)sizeof(module));
	magic = memmem(module, (size_t)length, mark, sizeof(mark) - 1);
	CHECK(magic != NULL);
	if (magic == NULL)
		return;
	/* its last word: the release in front is no reason to refuse a module whose symbols have versions */
	magic[strlen(magic) - 2] = '?';
	CHECK(module_write(length));
	CHECK(ask(&reason) == -ENODEV);
	CHECK(reason != NULL && strstr(reason, "another kernel") != NULL);
}

static void loaded_by_itself(void)
{
	const char *reason;

	CHECK(module_write(module_read()));
	CHECK(ask(&reason) == 0 && reason == NULL);
	CHECK(samples[0].start > 0 && samples[0].stop > samples[0].start);
	CHECK(unlink(MODULE_GUEST) == 0);
	CHECK(module_unload() == 0);
}

/* In a child that is nobody: the exit status is errno of the open. */
static int open_as_nobody(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		int device = setuid(65534) == 0 ? device_open() : -1;

		_exit(device >= 0 ? 0 : -device);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void root_only(void)
{
	CHECK(module_load("") == 0);
	CHECK(open_as_nobody() == EACCES);
	CHECK(chmod("/dev/aerobench", 0666) == 0);
	CHECK(open_as_nobody() == EPERM);
	CHECK(module_unload() == 0);
}

static void stays_while_open(void)
{
	int device;

	CHECK(module_load("") == 0);
	device = device_open();
	CHECK(device >= 0);
	CHECK(module_unload() == -EWOULDBLOCK);
	CHECK(close(device) == 0);
	CHECK(module_unload() == 0);
	CHECK(device_open() == -ENOENT);
}

static void fifty_times(void)
{
	for (unsigned i = 0; i < 50; i++) {
		struct aerobench_request request = request_make(AEROBENCH_JOIN, i % 2, 1, samples);
		int device;

		CHECK(module_load("") == 0);
		device = device_open();
		CHECK(device >= 0);
		samples_delay(samples, 1, 0);
		CHECK(request_do(device, &request) == 0);
		CHECK(close(device) == 0);
		CHECK(module_unload() == 0);
	}
}

void loading_tests(void)
{
	ktap_run("without a module the reason says how to make one", missing);
	ktap_run("a module for another kernel is a reason of its own", other_kernel);
	ktap_run("a module beside init is loaded by the first request", loaded_by_itself);
	ktap_run("the device is for root, whatever its mode", root_only);
	ktap_run("the module stays while its device is open", stays_while_open);
	ktap_run("the module is loaded, used and unloaded 50 times", fifty_times);
}
