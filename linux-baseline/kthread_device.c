/* SPDX-License-Identifier: MIT */
/*
 * In a guest the module lies beside init, if it was built, and is loaded when the first benchmark asks for it: a run
 * without such benchmarks is the same with and without it. On a computer that somebody uses, loading is the user's.
 */
#include "kthread_device.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os.h"

static const char device_path[] = "/dev/aerobench", guest_module_path[] = "/aerobench.ko";

static const char not_loaded[] = "the module aerobench is not loaded: linux-baseline/module/README.md says how",
		  not_in_guest[] =
		      "the guest has no aerobench.ko: ci/module_build DIRECTORY makes it, where guest.cpio.gz is",
		  other_kernel[] =
		      "the guest's aerobench.ko is for another kernel than vmlinuz: run ci/module_build again",
		  refused[] = "the guest's Linux refuses aerobench.ko: see the guest's console",
		  no_root[] = "/dev/aerobench is for root: run as root",
		  other_version[] = "the loaded module aerobench is of another version: build it again and load that",
		  in_use[] = "/dev/aerobench is in use by another run: wait for its end",
		  no_access[] = "/dev/aerobench cannot be opened";

/* NULL: it is loaded. */
static const char *guest_load(void)
{
	int file = open(guest_module_path, O_RDONLY | O_CLOEXEC), error;

	if (file < 0)
		return not_in_guest;
	error = syscall(SYS_finit_module, file, "", 0) == 0 ? 0 : errno;
	close(file);
	/* ENOEXEC: another layout; EINVAL, ENOENT: another version of a symbol, or none */
	return error == 0 ? NULL : error == ENOEXEC || error == EINVAL || error == ENOENT ? other_kernel : refused;
}

/* The open device, or -1 with the reason. */
static int device_open(const char **reason)
{
	int device = open(device_path, O_RDWR | O_CLOEXEC);

	*reason = NULL;
	if (device < 0 && errno == ENOENT && getpid() == 1) {
		*reason = guest_load();
		device = *reason == NULL ? open(device_path, O_RDWR | O_CLOEXEC) : -1;
	}
	if (device < 0 && *reason == NULL)
		*reason = errno == ENOENT || errno == ENXIO || errno == ENODEV ? not_loaded
			  : errno == EACCES || errno == EPERM                  ? no_root
									       : no_access;
	return device;
}

int kthread_device_run(struct aerobench_request *request, const char **reason)
{
	int device = device_open(reason), error;

	if (device < 0)
		return -ENODEV;
	request->abi = AEROBENCH_ABI;
	request->flags =
	    (sched_getscheduler(0) == SCHED_FIFO ? AEROBENCH_FIFO : 0) | (port_relax_pauses ? AEROBENCH_PAUSE : 0);
	request->reserved = 0;
	error = ioctl(device, AEROBENCH_RUN, request) == 0 ? 0 : -errno;
	close(device);
	if (error == -ENOTTY || error == -EPROTONOSUPPORT)
		*reason = other_version;
	else if (error == -EBUSY)
		*reason = in_use;
	return *reason != NULL ? -ENODEV : error;
}
