/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * /dev/aerobench, for root only. Every field of a request is checked before anything is done; a request runs alone, and
 * while it runs no CPU goes offline: who wants that waits until the run is over. The module cannot be unloaded while
 * the device is open, and all threads of a run have left its code before the ioctl returns.
 */
#include <linux/capability.h>
#include <linux/cpu.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>

#include "run.h"

static DEFINE_MUTEX(run_lock); /* one run at a time */

/* The first field of the request that is out of range, or NULL. */
static const char *request_defect(const struct aerobench_request *request)
{
	const __u32 kind = request->kind;
	const int calls = kind == AEROBENCH_CALL || kind == AEROBENCH_CALL_ONEWAY;

	if (kind >= AEROBENCH_KINDS)
		return "kind";
	if (request->flags & ~AEROBENCH_FLAGS)
		return "flags";
	if (request->iterations < 1 || request->iterations > AEROBENCH_ITERATIONS_MAX)
		return "iterations";
	if (request->threads < 1 || request->threads > (kind == AEROBENCH_CREATE ? AEROBENCH_THREADS_MAX : 1))
		return "threads";
	if (request->cpus < 1 || request->cpus > AEROBENCH_THREADS_MAX)
		return "cpus";
	if (kind == AEROBENCH_SWITCH && request->cpu[0] != request->cpu_main)
		return "cpu: a switch is between threads of one CPU";
	if (calls && request->cpu[0] == request->cpu_main)
		return "cpu: a call goes to another CPU";
	if (request->reserved != 0)
		return "reserved";
	return NULL;
}

static const char *samples_defect(const struct run *run)
{
	for (__u32 i = 0; i < run->request.iterations; i++) {
		if (run->samples[i].start > AEROBENCH_DELAY_TICKS_MAX || run->samples[i].stop != 0)
			return "samples: delays";
	}
	return NULL;
}

static int cpu_usable(__u32 cpu)
{
	return cpu < nr_cpu_ids && cpu_online(cpu);
}

/* With cpus_read_lock() held, so that the answer stays true. */
static int cpus_usable(const struct aerobench_request *request)
{
	for (__u32 i = 0; i < request->cpus; i++) {
		if (!cpu_usable(request->cpu[i]))
			return 0;
	}
	return cpu_usable(request->cpu_main);
}

static int run_alone(struct run *run)
{
	int error = -ENODEV;

	if (!mutex_trylock(&run_lock))
		return -EBUSY;
	cpus_read_lock();
	if (cpus_usable(&run->request))
		error = run_execute(run);
	else
		run->failed = "the CPUs are online";
	cpus_read_unlock();
	mutex_unlock(&run_lock);
	return error;
}

static int refuse(struct run *run, const char *defect)
{
	run->failed = defect;
	return -EINVAL;
}

/* The samples go in, are replaced, and go out; after a failure they do not. */
static int run_with_samples(struct run *run)
{
	void __user *user = u64_to_user_ptr(run->request.samples);
	const size_t bytes = run->request.iterations * sizeof(*run->samples);
	const char *defect;
	int error = -EFAULT;

	run->samples = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (run->samples == NULL)
		return -ENOMEM;
	if (copy_from_user(run->samples, user, bytes) == 0) {
		defect = samples_defect(run);
		error = defect != NULL ? refuse(run, defect) : run_alone(run);
		if (error == 0 && copy_to_user(user, run->samples, bytes) != 0)
			error = -EFAULT;
	}
	kvfree(run->samples);
	return error;
}

static int request_do(struct run *run)
{
	const char *defect;

	if (run->request.abi != AEROBENCH_ABI)
		return -EPROTONOSUPPORT;
	run->request.repeats = 0;
	memset(run->request.failed, 0, sizeof(run->request.failed));
	defect = request_defect(&run->request);
	return defect != NULL ? refuse(run, defect) : run_with_samples(run);
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct aerobench_request __user *user = (void __user *)argument;
	struct run *run;
	int error = -EFAULT;

	if (command != AEROBENCH_RUN)
		return -ENOTTY;
	run = kzalloc(sizeof(*run), GFP_KERNEL_ACCOUNT);
	if (run == NULL)
		return -ENOMEM;
	if (copy_from_user(&run->request, user, sizeof(run->request)) == 0) {
		error = request_do(run);
		if (run->failed != NULL)
			strscpy(run->request.failed, run->failed, sizeof(run->request.failed));
		if (copy_to_user(user, &run->request, sizeof(run->request)) != 0)
			error = -EFAULT;
	}
	kfree(run);
	return error;
}

static int device_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static const struct file_operations device_operations = {
    .owner = THIS_MODULE,
    .open = device_open,
    .unlocked_ioctl = device_ioctl,
    .compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
    .minor = MISC_DYNAMIC_MINOR,
    .name = "aerobench",
    .mode = 0600,
    .fops = &device_operations,
};

static int __init aerobench_init(void)
{
	if (!boot_cpu_has(X86_FEATURE_RDTSCP)) {
		pr_err("aerobench: this processor has no RDTSCP, which the clock is read by\n");
		return -ENODEV;
	}
	return misc_register(&device);
}

static void __exit aerobench_exit(void)
{
	misc_deregister(&device);
}

module_init(aerobench_init);
module_exit(aerobench_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_AUTHOR("The Aerobench authors");
MODULE_DESCRIPTION("Measures kernel threads: create, wake, switch, interrupts between CPUs");
