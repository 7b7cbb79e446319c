/* SPDX-License-Identifier: MIT */
/* Who serves /dev/kvm, with which settings, and what it can: from /sys, CPUID and KVM's own answers. */
#include "probe.h"

#include <cpuid.h>
#include <dirent.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "sysfile.h"

/* In use before any other with the name's beginning: the two that execute a guest's ring 0 by the processor. */
static const char *const known[] = {"kvm_intel", "kvm_amd"};

/*
 * Settings that change what a guest's time is: Linux, Documentation/admin-guide/kernel-parameters.txt (kvm-intel.ept,
 * kvm-amd.npt, …) and Documentation/virt/kvm/halt-polling.rst.
 */
static const char *const of_vendor[] = {"ept", "npt", "unrestricted_guest", "enable_apicv", "avic", "ple_gap"};
static const char *const of_kvm[] = {"halt_poll_ns", "nx_huge_pages", "kvmclock_periodic_sync"};

static bool exists(const char *sys, const char *name)
{
	char path[512];
	DIR *directory;

	snprintf(path, sizeof(path), "%s/module/%s", sys, name);
	directory = opendir(path);
	if (directory != NULL)
		closedir(directory);
	return directory != NULL;
}

/* The names of all modules that begin with "kvm_", for a KVM that is neither of the known ones. */
static void list_others(struct probe_kvm *kvm, const char *sys)
{
	struct dirent **entries;
	char path[512];
	int count;

	snprintf(path, sizeof(path), "%s/module", sys);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		size_t len = strlen(kvm->module);

		if (strncmp(entries[i]->d_name, "kvm_", 4) == 0)
			snprintf(kvm->module + len, sizeof(kvm->module) - len, "%s%s", len > 0 ? "," : "",
				 entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void add_parameters(struct probe_kvm *kvm, const char *sys, const char *module, const char *const *names,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(kvm->parameters);
		char path[512], value[64];

		snprintf(path, sizeof(path), "%s/module/%s/parameters/%s", sys, module, names[i]);
		if (sysfile_line(path, value, sizeof(value)) && len < sizeof(kvm->parameters))
			snprintf(kvm->parameters + len, sizeof(kvm->parameters) - len, "%s%s=%s", len > 0 ? " " : "",
				 names[i], value);
	}
}

void probe_kvm_module(struct probe_kvm *kvm, const char *sys)
{
	kvm->module[0] = kvm->parameters[0] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && kvm->module[0] == '\0'; i++)
		if (exists(sys, known[i]))
			snprintf(kvm->module, sizeof(kvm->module), "%s", known[i]);
	if (kvm->module[0] == '\0')
		list_others(kvm, sys);
	if (kvm->module[0] != '\0' && strchr(kvm->module, ',') == NULL)
		add_parameters(kvm, sys, kvm->module, of_vendor, sizeof(of_vendor) / sizeof(of_vendor[0]));
	add_parameters(kvm, sys, "kvm", of_kvm, sizeof(of_kvm) / sizeof(of_kvm[0]));
	/* the kernel prints such a switch as Y or N, older ones as 1 or 0 */
	kvm->shadow_paging = strstr(kvm->parameters, "ept=N") != NULL || strstr(kvm->parameters, "ept=0") != NULL ||
			     strstr(kvm->parameters, "npt=N") != NULL || strstr(kvm->parameters, "npt=0") != NULL;
}

/* Linux, Documentation/virt/kvm/api.rst; what each is for is said where it is used. */
static const struct {
	int number, mask; /* of KVM_CHECK_EXTENSION's answer; 0: any answer above 0 */
	const char *name;
} capabilities[PROBE_KVM_CAPABILITIES] = {
    [PROBE_KVM_IRQCHIP] = {KVM_CAP_IRQCHIP, 0, "irqchip"},
    [PROBE_KVM_TSC_CONTROL] = {KVM_CAP_TSC_CONTROL, 0, "tsc_control"},
    [PROBE_KVM_TSC_KHZ] = {KVM_CAP_GET_TSC_KHZ, 0, "get_tsc_khz"},
    [PROBE_KVM_ADJUST_CLOCK] = {KVM_CAP_ADJUST_CLOCK, 0, "adjust_clock"},
    [PROBE_KVM_HALT_WITHOUT_EXIT] = {KVM_CAP_X86_DISABLE_EXITS, KVM_X86_DISABLE_EXITS_HLT, "disable_exits_hlt"},
    [PROBE_KVM_STATS_FD] = {KVM_CAP_BINARY_STATS_FD, 0, "binary_stats_fd"},
};

const char *probe_kvm_capability_name(enum probe_kvm_capability capability)
{
	return capabilities[capability].name;
}

void probe_kvm_capabilities(struct probe_kvm *kvm, int device)
{
	kvm->api_version = ioctl(device, KVM_GET_API_VERSION, 0);
	kvm->max_vcpus = ioctl(device, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	for (int i = 0; i < PROBE_KVM_CAPABILITIES; i++) {
		int answer = ioctl(device, KVM_CHECK_EXTENSION, capabilities[i].number);

		kvm->can[i] = answer > 0 &&
			      (capabilities[i].mask == 0 || (answer & capabilities[i].mask) == capabilities[i].mask);
	}
}

void probe_kvm_processor(struct probe_kvm *kvm)
{
	unsigned eax, ebx, ecx, edx;

	/* CPUID 1:ECX[31] is clear on every real processor: AMD APM vol. 3, appendix E.3.2 */
	kvm->nested = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & 1u << 31) != 0;
	/* CPUID 8000_0007H:EDX[8]: SDM vol. 2, CPUID */
	kvm->invariant_tsc = __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & 1u << 8) != 0;
}

double probe_kvm_limit_ticks(double own_ticks, bool nested)
{
	/*
	 * The first: measuring.md §2, "Fitness to measure". A clock that was turned down, to a quarter of the TSC's rate on
	 * many computers, slows both loops; none turns it down to less than a tenth.
	 */
	static const double limit_ticks = 3, slow_ticks = 10, slower_than_own = 2;
	double ticks = own_ticks * slower_than_own;

	if (nested || !(ticks > limit_ticks)) /* an emulated computer's own loop is slow, too */
		return limit_ticks;
	return ticks < slow_ticks ? ticks : slow_ticks;
}

const char *probe_kvm_lacks(const struct probe_kvm *kvm)
{
	if (kvm->api_version != KVM_API_VERSION)
		return "its API is not version 12, which QEMU needs; load the module of this kernel";
	if (!kvm->can[PROBE_KVM_IRQCHIP])
		return "it has no interrupt controller of its own (KVM_CAP_IRQCHIP), which the virtual machine needs";
	return NULL;
}
