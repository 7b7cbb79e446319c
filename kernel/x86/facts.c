/* SPDX-License-Identifier: MIT */
/*
 * The machine's names. Everything else in machine_facts is filled in by whoever finds it out.
 */
#include "facts.h"

#include "msr.h"

struct machine_facts machine_facts = {.tsc_adjust_equal = true, .lfence_serialises = true};

static void name_append(char *name, uint32_t word)
{
	for (unsigned byte = 0; byte < 4; byte++)
		name[byte] = (char)(word >> 8 * byte);
}

static void brand_read(char *brand)
{
	for (unsigned leaf = 0; leaf < 3; leaf++) {
		struct cpuid part = cpuid_leaf(0x80000002 + leaf, 0);

		name_append(&brand[16 * leaf], part.eax);
		name_append(&brand[16 * leaf + 4], part.ebx);
		name_append(&brand[16 * leaf + 8], part.ecx);
		name_append(&brand[16 * leaf + 12], part.edx);
	}
}

void facts_init(void)
{
	struct cpuid vendor = cpuid_read(0, 0);

	name_append(&machine_facts.cpu_vendor[0], vendor.ebx);
	name_append(&machine_facts.cpu_vendor[4], vendor.edx);
	name_append(&machine_facts.cpu_vendor[8], vendor.ecx);
	brand_read(machine_facts.cpu_brand);
	/*
	 * SDM vol. 2, CPUID 01H, "Version Information": stepping in bits 3:0, model in 7:4 with 19:16 above it, family in 11:8,
	 * to which 27:20 is added if it is 0FH. AMD APM vol. 3 has them at the same places.
	 */
	machine_facts.cpu_signature = cpuid_read(1, 0).eax;
	if (cpuid_read(1, 0).ecx >> 31 & 1) { /* always 0 on hardware: AMD APM vol. 3, CPUID Fn0000_0001 */
		struct cpuid hypervisor = cpuid_read(0x40000000, 0);

		name_append(&machine_facts.hypervisor[0], hypervisor.ebx);
		name_append(&machine_facts.hypervisor[4], hypervisor.ecx);
		name_append(&machine_facts.hypervisor[8], hypervisor.edx);
		if (machine_facts.hypervisor[0] == '\0')
			machine_facts.hypervisor[0] = '?';
	}
}

const char *clock_source(void)
{
	return machine_facts.clock_source;
}
