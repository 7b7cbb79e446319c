/* SPDX-License-Identifier: MIT */
/*
 * Tests of the module as init of a guest that has /aerobench.ko and two CPUs: KTAP on debugcon, the end by
 * isa-debug-exit. The last tests look at what the others have left behind: threads, and the kernel's log.
 */
#include "module/test/ktap.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "debug_port.h"

bool port_relax_pauses; /* what the baseline's word spin= sets; kthread_device.c reads it */

static struct {
	pthread_mutex_t lock;
	char text[256]; /* the first failed check of this test; "": none */
	unsigned tests, failures;
} ktap = {.lock = PTHREAD_MUTEX_INITIALIZER};

static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	debug_port_write(line, strlen(line));
}

void ktap_check(bool holds, const char *text, const char *file, int line)
{
	if (holds)
		return;
	pthread_mutex_lock(&ktap.lock);
	if (ktap.text[0] == '\0')
		snprintf(ktap.text, sizeof(ktap.text), "%.80s:%d: %.120s (errno %d)", file, line, text, errno);
	pthread_mutex_unlock(&ktap.lock);
}

void ktap_run(const char *claim, void (*test)(void))
{
	ktap.text[0] = '\0';
	test();
	if (ktap.text[0] != '\0')
		say("# %s\n", ktap.text);
	say("%s %u - %s\n", ktap.text[0] == '\0' ? "ok" : "not ok", ++ktap.tests, claim);
	ktap.failures += ktap.text[0] != '\0';
}

int module_load(const char *parameters)
{
	int file = open(MODULE_KEPT, O_RDONLY | O_CLOEXEC), error;

	if (file < 0)
		return -errno;
	error = syscall(SYS_finit_module, file, parameters, 0) == 0 ? 0 : -errno;
	close(file);
	return error;
}

int module_unload(void)
{
	return syscall(SYS_delete_module, "aerobench", O_NONBLOCK) == 0 ? 0 : -errno;
}

int device_open(void)
{
	int device = open("/dev/aerobench", O_RDWR | O_CLOEXEC);

	return device >= 0 ? device : -errno;
}

struct aerobench_request request_make(enum aerobench_kind kind, unsigned cpu, unsigned iterations,
				      struct aerobench_sample *samples)
{
	return (struct aerobench_request){.abi = AEROBENCH_ABI,
					  .kind = kind,
					  .iterations = iterations,
					  .threads = 1,
					  .cpu_main = CPU_MAIN,
					  .cpus = 1,
					  .cpu = {cpu},
					  .samples = (uintptr_t)samples};
}

void samples_delay(struct aerobench_sample *samples, unsigned count, unsigned ticks)
{
	for (unsigned i = 0; i < count; i++)
		samples[i] = (struct aerobench_sample){.start = ticks};
}

int request_do(int device, struct aerobench_request *request)
{
	return ioctl(device, AEROBENCH_RUN, request) == 0 ? 0 : -errno;
}

bool request_possible(enum aerobench_kind kind, unsigned cpu)
{
	if (kind == AEROBENCH_SWITCH)
		return cpu == CPU_MAIN;
	return (kind != AEROBENCH_CALL && kind != AEROBENCH_CALL_ONEWAY) || cpu != CPU_MAIN;
}

/* --- What is left behind --------------------------------------------------------------------------------------------------- */

static void threads_gone(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	CHECK(processes != NULL);
	while (processes != NULL && (entry = readdir(processes)) != NULL) {
		char path[300], name[32] = "";
		FILE *file;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "re");
		if (file == NULL)
			continue;
		CHECK(fgets(name, sizeof(name), file) == NULL || strncmp(name, "aerobench/", 10) != 0);
		fclose(file);
	}
	if (processes != NULL)
		closedir(processes);
}

/* What these tests bring about: a module that is not the kernel's own, and one that is refused. */
static bool expected(const char *message)
{
	return strstr(message, "taints kernel") != NULL || strstr(message, "tainting kernel") != NULL ||
	       strstr(message, "module verification failed") != NULL || strstr(message, "version magic") != NULL;
}

/*
 * A warning about the module, or one that tells of a broken kernel whoever is named. The machine's own are not ours; nor
 * are watchdogs, which are off here, because a computer with much to do makes guests stand still: a hang is ci/ktap's.
 */
static bool complaint(unsigned long priority, const char *message)
{
	static const char *const broken[] = {"Call Trace", "BUG:", "WARNING:", "Oops"};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		if (strstr(message, broken[i]) != NULL)
			return true;
	}
	return priority <= 4 && strstr(message, "aerobench") != NULL && !expected(message); /* 4: KERN_WARNING */
}

/* A record is "PRIORITY,NUMBER,TIME,FLAGS;MESSAGE": Linux, Documentation/ABI/testing/dev-kmsg. */
static void log_clean(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned records = 0;
	char record[8192];
	ssize_t length;

	while ((length = read(log, record, sizeof(record) - 1)) > 0) {
		const char *message;

		record[length] = '\0';
		message = strchr(record, ';');
		records++;
		if (message == NULL || !complaint(strtoul(record, NULL, 10) & 7, message + 1))
			continue;
		say("# %.200s\n", message + 1);
		CHECK(!"the log has no such message");
	}
	CHECK(records > 100); /* that this was the log */
	close(log);
}

int main(void)
{
	if (mount("proc", "/proc", "proc", 0, NULL) != 0 || mount("sysfs", "/sys", "sysfs", 0, NULL) != 0 ||
	    (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) != 0 && errno != EBUSY) ||
	    rename("/aerobench.ko", MODULE_KEPT) != 0)
		say("# the guest cannot be set up: %s\n", strerror(errno));
	say("KTAP version 1\n");
	loading_tests();
	CHECK(module_load("") == 0);
	request_tests();
	stress_tests();
	ktap_run("no thread of the module is left", threads_gone);
	CHECK(module_unload() == 0);
	ktap_run("the kernel's log has no complaint", log_clean);
	say("1..%u\n", ktap.tests);
	debug_port_exit(ktap.failures == 0 ? DEBUG_PORT_OK : DEBUG_PORT_FAILED);
	return 1;
}
