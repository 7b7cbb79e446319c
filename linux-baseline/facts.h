/* SPDX-License-Identifier: MIT */
/*
 * What Linux and the processor tell about the machine: text from /proc and /sys, flags from CPUID. Everything may be
 * missing, and then says so; nothing here changes anything.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The first line of a file without its newline, cut to fit. False: unreadable or empty; then text is "". */
bool facts_line(const char *path, char *text, size_t size_bytes);
/* The value behind "key : " of /proc/cpuinfo's first processor, or "unknown". */
void facts_cpuinfo(const char *key, char *text, size_t size_bytes);
/* The hypervisor's signature from CPUID 40000000H, "none" without the hypervisor bit (CPUID 1:ECX[31]). */
void facts_hypervisor(char *text, size_t size_bytes);
/* CPUID 01H:EAX in hexadecimal: family, model and stepping as kernel/x86/facts.c takes them apart. */
void facts_cpu_signature(char *text, size_t size_bytes);
/* CPUID 80000007H:EDX[8], AMD64 manual vol. 3 appendix E.4.6, SDM vol. 3 §18.17.1. */
bool facts_tsc_invariant(void);
/* How many of the known hardware vulnerabilities are "mitigated:N,vulnerable:N,unaffected:N". */
void facts_mitigations(char *text, size_t size_bytes);
/*
 * The words of the kernel's command line that change what primitives cost, separated by commas, "none" if there are
 * none; cut to fit.
 */
void facts_boot_words(char *text, size_t size_bytes);
/* The chosen one of a sysfs file like "always [madvise] never", or "unknown". */
void facts_chosen(const char *path, char *text, size_t size_bytes);
