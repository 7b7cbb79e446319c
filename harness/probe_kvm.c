/* SPDX-License-Identifier: MIT */
/*
 * Is /dev/kvm hardware? An openable device proves nothing: there are implementations that interpret the guest's ring 0
 * (measuring.md §1, fact 6). So a guest of three instructions runs a counted loop in long mode and is timed from outside,
 * in a child process that is killed when it takes too long.
 */
#include "probe.h"

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/kvm.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

enum {
	GUEST_BYTES = 2 << 20,
	CODE_AT = 0x1000,
	PML4_AT = 0x2000,
	PDPT_AT = 0x3000,
	PD_AT = 0x4000,
	ITERATIONS_SHORT = 10 * 1000,
	ITERATIONS = 1000 * 1000, /* measuring.md §2, "Fitness to measure" */
	TIMEOUT_MS = 5000,        /* of a hang; a busy computer takes a tenth of it */
};
static const double HOPELESS_TICKS = 100;

/* 1: dec ecx; jnz 1b; hlt */
static const uint8_t guest_code[] = {0xff, 0xc9, 0x75, 0xfc, 0xf4};

struct guest {
	int kvm, vm, vcpu;
	uint8_t *memory;
	struct kvm_run *run;
};

/* What the child reports through the pipe. */
struct report {
	const char *failed; /* the step that failed: a constant of this program, so valid in the parent too; or NULL */
	int error;
	double ticks_per_iteration;
	double own_ticks; /* per iteration of the same loop without a guest, just before */
	uint64_t iterations;
};

/* Flat 64-bit code and data, paging on with one page of 2 MiB: SDM vol. 3 §10.8.5 (IA-32e initialisation), §4.5. */
static void long_mode(struct guest *guest, struct kvm_sregs *sregs)
{
	struct kvm_segment segment = {
	    .limit = 0xffffffff, .selector = 16, .type = 3, .present = 1, .s = 1, .g = 1, .db = 1};

	*(uint64_t *)(guest->memory + PML4_AT) = PDPT_AT | 3; /* present, writable */
	*(uint64_t *)(guest->memory + PDPT_AT) = PD_AT | 3;
	*(uint64_t *)(guest->memory + PD_AT) = 0x80 | 3; /* page of 2 MiB at 0 */
	sregs->cr3 = PML4_AT;
	sregs->cr4 = 0x20;       /* PAE */
	sregs->cr0 = 0x80000011; /* PG, ET, PE */
	sregs->efer = 0x500;     /* LMA, LME */
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = segment;
	segment.selector = 8;
	segment.type = 11;
	segment.l = 1;
	segment.db = 0;
	sregs->cs = segment;
}

/* NULL, or the name of the step that failed, with errno set. */
static const char *guest_make(struct guest *guest)
{
	struct kvm_userspace_memory_region region = {.memory_size = GUEST_BYTES};
	struct kvm_sregs sregs;
	int run_bytes;

	guest->vm = ioctl(guest->kvm, KVM_CREATE_VM, 0);
	if (guest->vm < 0)
		return "KVM_CREATE_VM";
	guest->memory = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (guest->memory == MAP_FAILED)
		return "mmap";
	memcpy(guest->memory + CODE_AT, guest_code, sizeof(guest_code));
	region.userspace_addr = (uintptr_t)guest->memory;
	if (ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region) != 0)
		return "KVM_SET_USER_MEMORY_REGION";
	guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
	run_bytes = ioctl(guest->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (guest->vcpu < 0 || run_bytes < (int)sizeof(*guest->run))
		return "KVM_CREATE_VCPU";
	guest->run = mmap(NULL, (size_t)run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, guest->vcpu, 0);
	if (guest->run == MAP_FAILED || ioctl(guest->vcpu, KVM_GET_SREGS, &sregs) != 0)
		return "KVM_GET_SREGS";
	long_mode(guest, &sregs);
	return ioctl(guest->vcpu, KVM_SET_SREGS, &sregs) == 0 ? NULL : "KVM_SET_SREGS";
}

/* Runs the loop once; ticks as seen from outside, the entry and the exit included. */
static const char *guest_loop(struct guest *guest, uint64_t iterations, uint64_t *ticks)
{
	struct kvm_regs regs = {.rip = CODE_AT, .rcx = iterations, .rflags = 2};
	uint64_t begin;

	if (ioctl(guest->vcpu, KVM_SET_REGS, &regs) != 0)
		return "KVM_SET_REGS";
	begin = __rdtsc();
	if (ioctl(guest->vcpu, KVM_RUN, 0) != 0)
		return "KVM_RUN";
	*ticks = __rdtsc() - begin;
	errno = 0;
	if (guest->run->exit_reason != KVM_EXIT_HLT)
		return "KVM_RUN: the guest did not reach its end";
	return ioctl(guest->vcpu, KVM_GET_REGS, &regs) == 0 && (uint32_t)regs.rcx == 0 ? NULL
										       : "the guest's loop count";
}

/* The guest's loop outside of a guest; ticks per iteration. */
static double own_loop(uint64_t iterations)
{
	uint32_t left = (uint32_t)iterations;
	uint64_t begin = __rdtsc();

	asm volatile("1: dec %0\n\tjnz 1b" : "+r"(left) : : "cc");
	return (double)(__rdtsc() - begin) / (double)iterations;
}

static void child(int kvm, int out)
{
	/* the first one only warms up; several of each, because one may be interrupted */
	static const uint64_t plan[] = {1,          ITERATIONS_SHORT, ITERATIONS_SHORT, ITERATIONS_SHORT,
					ITERATIONS, ITERATIONS,       ITERATIONS};
	struct report report = {.ticks_per_iteration = NAN};
	struct guest guest = {.kvm = kvm};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	report.failed = guest_make(&guest);
	for (size_t i = 0; i < sizeof(plan) / sizeof(plan[0]) && report.failed == NULL; i++) {
		uint64_t ticks = 0;
		double per_iteration, own;

		if (plan[i] == ITERATIONS && report.ticks_per_iteration > HOPELESS_TICKS)
			break;
		own = own_loop(plan[i]);
		report.failed = guest_loop(&guest, plan[i], &ticks);
		per_iteration = (double)ticks / (double)plan[i];
		if (report.failed != NULL || i == 0)
			continue;
		if (plan[i] != report.iterations || per_iteration < report.ticks_per_iteration) {
			report.ticks_per_iteration = per_iteration;
			report.own_ticks = own;
		}
		report.iterations = plan[i];
	}
	report.error = errno;
	if (write(out, &report, sizeof(report)) != (ssize_t)sizeof(report))
		_exit(1);
	_exit(0);
}

/* Waits for the child's report; false if none came in time. The child is gone afterwards. */
static bool collect(int in, pid_t pid, struct report *report)
{
	struct pollfd ready = {.fd = in, .events = POLLIN};
	bool good = poll(&ready, 1, TIMEOUT_MS) == 1 && read(in, report, sizeof(*report)) == (ssize_t)sizeof(*report);

	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return good;
}

/* " (kvm_amd, in a virtual machine)": for the end of a reason; static text. */
static const char *served_by(const struct probe_kvm *kvm)
{
	static char text[80];

	snprintf(text, sizeof(text), " (module %.40s%s)", kvm->module[0] != '\0' ? kvm->module : "unknown",
		 kvm->nested ? ", in a virtual machine" : "");
	return text;
}

static void judge(struct probe_kvm *kvm, const struct report *report)
{
	double limit_ticks = probe_kvm_limit_ticks(report->own_ticks, kvm->nested);
	const char *lacks = probe_kvm_lacks(kvm);

	kvm->ticks_per_iteration = report->ticks_per_iteration;
	kvm->iterations = report->iterations;
	if (report->failed != NULL) {
		kvm->state = PROBE_KVM_BROKEN;
		snprintf(kvm->reason, sizeof(kvm->reason), "/dev/kvm opens but cannot run a guest: %s%s%s%s",
			 report->failed, report->error != 0 ? ": " : "",
			 report->error != 0 ? strerror(report->error) : "", served_by(kvm));
	} else if (report->ticks_per_iteration > limit_ticks) {
		kvm->state = PROBE_KVM_EMULATES;
		snprintf(kvm->reason, sizeof(kvm->reason),
			 "/dev/kvm only emulates: %.0f ticks per iteration of dec/jnz in ring 0, hardware takes at "
			 "most %.2g%s",
			 report->ticks_per_iteration, limit_ticks, served_by(kvm));
	} else if (lacks != NULL) {
		kvm->state = PROBE_KVM_BROKEN;
		snprintf(kvm->reason, sizeof(kvm->reason), "/dev/kvm runs guests but %s%s", lacks, served_by(kvm));
	} else {
		kvm->state = PROBE_KVM_REAL;
		snprintf(kvm->reason, sizeof(kvm->reason), "hardware: %.2f ticks per iteration of dec/jnz in ring 0%s",
			 report->ticks_per_iteration, served_by(kvm));
	}
}

static void run_guest(struct probe_kvm *kvm, int device)
{
	struct report report;
	int ends[2];
	pid_t pid;

	kvm->state = PROBE_KVM_BROKEN;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		snprintf(kvm->reason, sizeof(kvm->reason), "/dev/kvm was not tried: pipe: %s", strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0)
		child(device, ends[1]);
	close(ends[1]);
	if (pid > 0 && collect(ends[0], pid, &report))
		judge(kvm, &report);
	else
		snprintf(kvm->reason, sizeof(kvm->reason),
			 "/dev/kvm opens, but a guest of three instructions did not end within %d ms%s", TIMEOUT_MS,
			 served_by(kvm));
	close(ends[0]);
}

/* Why it may not be opened, with what to do: a group may have it, or only root. */
static void denied(struct probe_kvm *kvm)
{
	struct stat device;
	const struct group *group = stat("/dev/kvm", &device) == 0 ? getgrgid(device.st_gid) : NULL;

	kvm->state = PROBE_KVM_DENIED;
	if (group != NULL && device.st_gid != 0 && (device.st_mode & S_IRGRP) != 0 && (device.st_mode & S_IWGRP) != 0)
		snprintf(
		    kvm->reason, sizeof(kvm->reason),
		    "/dev/kvm may not be opened; join the group that owns it and log in again: usermod -aG %s $USER",
		    group->gr_name);
	else
		snprintf(kvm->reason, sizeof(kvm->reason),
			 "/dev/kvm may not be opened and no group may; as root: setfacl -m u:$USER:rw /dev/kvm");
}

/* Why there is none, with what to do. */
static void absent(struct probe_kvm *kvm, int error)
{
	unsigned eax, ebx, ecx, edx;
	bool intel, amd;

	/* CPUID 1:ECX[5] VMX; 8000_0001H:ECX[2] SVM: AMD APM vol. 3, appendix E */
	intel = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & 1u << 5) != 0;
	amd = __get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) != 0 && (ecx & 1u << 2) != 0;
	kvm->state = PROBE_KVM_ABSENT;
	if (intel || amd)
		snprintf(kvm->reason, sizeof(kvm->reason), "no usable /dev/kvm: %s; load its module: modprobe %s",
			 strerror(error), intel ? "kvm_intel" : "kvm_amd");
	else
		snprintf(kvm->reason, sizeof(kvm->reason), "no usable /dev/kvm: %s; %s", strerror(error),
			 kvm->nested
			     ? "the hypervisor does not pass VMX or SVM on: switch nested virtualisation on there"
			     : "the processor shows neither VMX nor SVM: switch it on in the firmware");
}

const struct probe_kvm *probe_kvm(void)
{
	static struct probe_kvm kvm = {.ticks_per_iteration = NAN};
	int device;

	if (kvm.reason[0] != '\0')
		return &kvm;
	probe_kvm_module(&kvm, "/sys");
	probe_kvm_processor(&kvm);
	device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (device < 0 && (errno == EACCES || errno == EPERM)) {
		denied(&kvm);
	} else if (device < 0) {
		absent(&kvm, errno);
	} else {
		probe_kvm_capabilities(&kvm, device);
		run_guest(&kvm, device);
		close(device);
	}
	return &kvm;
}
