/* SPDX-License-Identifier: MIT */
/* Options of the virtual machine of kvm, from facts and trials: see launch_kvm.h. */
#include "launch_kvm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launch_machine.h"

/* What is left free for everybody else when a guest's memory is taken at once. */
static const uint64_t SPARE_BYTES = 512ULL << 20;

/*
 * The processor as it is, best first. The second: where KVM offers the MSR of CPUID 7:EDX[29] but cannot serve it, QEMU
 * gives up (measuring.md §2, "Virtual machines"). The last is what the other machines say; under KVM QEMU lets it be
 * everything that KVM can.
 */
static const char *const models[] = {"host,migratable=no", "host,migratable=no,-arch-capabilities", "max"};
enum { MODELS = sizeof(models) / sizeof(models[0]) };

static const char *const names[KVM_EXTRAS] = {[KVM_INVTSC] = "invariant TSC",
					      [KVM_PREALLOC] = "memory taken at once",
					      [KVM_HUGE] = "pages of 2 MiB",
					      [KVM_LOCK] = "memory locked",
					      [KVM_DEDICATED] = "HLT without exit"};

static const char *functional_text(void)
{
	const char *text = getenv("AEROBENCH_KVM");

	return text != NULL ? text : "";
}

bool launch_kvm_functional(void)
{
	return strcmp(functional_text(), "functional") == 0;
}

bool launch_kvm_usable(const struct probe_kvm *kvm)
{
	return kvm->state == PROBE_KVM_REAL || (kvm->state == PROBE_KVM_EMULATES && launch_kvm_functional());
}

/* --- What is wanted ------------------------------------------------------------------------------------------------------ */

static void want(struct kvm_choice *choice, enum kvm_extra extra, bool possible, const char *why_not)
{
	choice->with[extra] = possible;
	snprintf(choice->why_not[extra], KVM_WHY_MAX, "%s", possible ? "" : why_not);
}

void launch_kvm_wanted(struct kvm_choice *choice, const struct kvm_facts *facts)
{
	bool room = facts->available_bytes >= facts->guest_bytes + SPARE_BYTES;
	char text[KVM_WHY_MAX];

	memset(choice, 0, sizeof(*choice));
	choice->model = models[0];
	want(choice, KVM_INVTSC, facts->invariant_tsc, "this computer's TSC is not invariant");
	snprintf(text, sizeof(text),
		 "%llu MiB of memory are available, %llu would be needed to take the guest's memory at once",
		 (unsigned long long)(facts->available_bytes >> 20),
		 (unsigned long long)((facts->guest_bytes + SPARE_BYTES) >> 20));
	want(choice, KVM_PREALLOC, room, text);
	want(choice, KVM_LOCK, room && facts->may_lock, room ? "locking memory is limited: ulimit -l unlimited" : text);
	snprintf(text, sizeof(text), "%llu of %llu pages are free: echo %llu > /proc/sys/vm/nr_hugepages",
		 (unsigned long long)(facts->huge_pages_bytes >> 21), (unsigned long long)(facts->guest_bytes >> 21),
		 (unsigned long long)(facts->guest_bytes >> 21));
	want(choice, KVM_HUGE, facts->huge_pages_bytes >= facts->guest_bytes, text);
	snprintf(text, sizeof(text),
		 "%u virtual CPUs need as many cores and one CPU more; there are %u CPUs on %u cores", facts->vcpus,
		 facts->cpus, facts->cores);
	if (!facts->halt_without_exit)
		snprintf(text, sizeof(text), "this KVM keeps HLT for itself (KVM_CAP_X86_DISABLE_EXITS)");
	else if (facts->nested)
		snprintf(text, sizeof(text), "the CPUs of this computer, a virtual machine, are not its own");
	want(choice, KVM_DEDICATED,
	     facts->halt_without_exit && !facts->nested && facts->cores >= facts->vcpus && facts->cpus > facts->vcpus,
	     text);
}

/* --- What works ---------------------------------------------------------------------------------------------------------- */

/* The first model that works alone; what was wrong with the first of them is kept. */
static bool find_model(struct kvm_choice *choice, launch_kvm_try *works, void *context, char *why)
{
	for (size_t i = 0; i < MODELS; i++) {
		choice->model = models[i];
		if (works(context, choice, why))
			return true;
		if (i == 0)
			memcpy(choice->why_not_first, why, KVM_WHY_MAX);
	}
	choice->model = NULL;
	return false;
}

bool launch_kvm_reduce(struct kvm_choice *choice, launch_kvm_try *works, void *context, char *why)
{
	bool wanted[KVM_EXTRAS], any = false;

	if (works(context, choice, why))
		return true;
	for (int i = 0; i < KVM_EXTRAS; i++) {
		wanted[i] = choice->with[i];
		any |= wanted[i];
		choice->with[i] = false;
	}
	if (!find_model(choice, works, context, why))
		return false;
	for (int i = 0; i < KVM_EXTRAS; i++) {
		choice->with[i] = wanted[i];
		if (!wanted[i] || works(context, choice, why))
			continue;
		choice->with[i] = false;
		snprintf(choice->why_not[i], KVM_WHY_MAX, "%s", why);
	}
	return true;
}

/* --- How it is said ------------------------------------------------------------------------------------------------------ */

static void memory_args(struct launch_argv *argv, const struct kvm_choice *choice)
{
	if (!choice->with[KVM_HUGE] && !choice->with[KVM_PREALLOC])
		return;
	launch_arg(argv, "-object");
	if (choice->with[KVM_HUGE])
		launch_arg(argv, "memory-backend-memfd,id=ram,size=%dM,hugetlb=on,hugetlbsize=2M,prealloc=on",
			   LAUNCH_GUEST_MEMORY_MIB);
	else
		launch_arg(argv, "memory-backend-ram,id=ram,size=%dM,prealloc=on", LAUNCH_GUEST_MEMORY_MIB);
	launch_arg(argv, "-machine");
	launch_arg(argv, "memory-backend=ram");
}

void launch_kvm_cpu(struct launch_argv *argv, const struct kvm_choice *choice)
{
	launch_arg(argv, "%s%s%s," LAUNCH_CPU_LESS, choice->model, choice->with[KVM_INVTSC] ? ",+invtsc" : "",
		   choice->with[KVM_DEDICATED] ? ",kvm-hint-dedicated=on" : "");
}

void launch_kvm_args(struct launch_argv *argv, const struct kvm_choice *choice)
{
	launch_arg(argv, "-accel");
	launch_arg(argv, "kvm");
	/* every interrupt controller and the PIT in the kernel: an interrupt needs no way through QEMU; no SMI either */
	launch_arg(argv, "-machine");
	launch_arg(argv, "kernel-irqchip=on,smm=off");
	/* a tick that nobody took in time is lost, and not given later, in the middle of something else */
	launch_arg(argv, "-global");
	launch_arg(argv, "kvm-pit.lost_tick_policy=discard");
	/*
	 * No exit to QEMU for each access of the task priority: that is for old 32-bit systems, whose code QEMU would patch
	 * (hw/i386/kvmvapic.c). QEMU would also write all registers back after it, and KVM tells it that the task register
	 * is busy where the processor has it as available (Linux, arch/x86/kvm/svm/svm.c, svm_get_segment()). Processors
	 * do not care, but QEMU's own emulation of SVM does: it refuses ports to programs then (QEMU 7.2,
	 * target/i386/tcg/sysemu/seg_helper.c, helper_check_io()), and the stream of linux@kvm goes through one.
	 */
	launch_arg(argv, "-global");
	launch_arg(argv, "apic-common.vapic=off");
	if (choice->with[KVM_DEDICATED] || choice->with[KVM_LOCK]) {
		launch_arg(argv, "-overcommit");
		launch_arg(argv, "mem-lock=%s,cpu-pm=%s", choice->with[KVM_LOCK] ? "on" : "off",
			   choice->with[KVM_DEDICATED] ? "on" : "off");
	}
	memory_args(argv, choice);
}

json_t *launch_kvm_json(const struct kvm_choice *choice)
{
	json_t *with = json_array(), *left_out = json_object();

	for (int i = 0; i < KVM_EXTRAS; i++) {
		if (choice->with[i])
			json_array_append_new(with, json_string(names[i]));
		else
			json_object_set_new(left_out, names[i], json_string(choice->why_not[i]));
	}
	if (choice->why_not_first[0] != '\0')
		json_object_set_new(left_out, models[0], json_string(choice->why_not_first));
	return json_pack("{s:s, s:o, s:o}", "cpu", choice->model, "with", with, "left_out", left_out);
}
