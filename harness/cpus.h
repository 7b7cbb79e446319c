/* SPDX-License-Identifier: MIT */
/*
 * Which CPUs of this computer a subject runs on. Chosen by hwloc from those that the harness may use: one per physical
 * core before any SMT sibling, isolated ones first, the one that takes most interrupts (CPU 0) last, all near each other:
 * package by package, and in each L3 by L3. The Aerokernel numbers its CPUs in the same order, from the other end
 * (kernel/x86/cpu_order.h): it begins at the boot CPU, which has nothing else to do there. So the CPUs k and l of both share
 * the same things.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { CPUS_MAX = 1024 };

/* Puts up to count of Linux's CPU numbers into cpus, best first; returns how many there are, at most count. */
unsigned cpus_choose(unsigned *cpus, unsigned count);
/*
 * Those that are left for everybody else when the first used ones of cpus_choose() are measured on, into cpus: none that is
 * isolated, which is for what is measured, and none that shares a core with a used one unless all do. Returns how many.
 */
unsigned cpus_spare(unsigned *cpus, unsigned count, unsigned used);
/* CPUs that the harness may use; physical cores among them. */
unsigned cpus_allowed(void);
unsigned cpus_cores(void);
/* Whether cpu is on the kernel's list of isolated CPUs. */
bool cpus_isolated(unsigned cpu);
/* "1,0": allocated. */
char *cpus_text(const unsigned *cpus, unsigned count);
/* Reads a list as the kernel writes it ("0-3,8"); fills at most max numbers, returns how many. */
unsigned cpus_list_parse(const char *text, unsigned *cpus, unsigned max);
/* Writes such a list of the CPUs that are in the set: allocated; "" of an empty one. */
char *cpus_set_text(const bool set[CPUS_MAX]);
/* The topology as hwloc's XML, for the run's record; allocated; NULL if hwloc cannot tell. */
char *cpus_topology_xml(void);
