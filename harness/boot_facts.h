/* SPDX-License-Identifier: MIT */
/*
 * What the running Linux was booted with and how it is set at this moment, from /proc and /sys: for the journal's line of a
 * boot, because a run may go on after Linux was booted again with other words. A file that is not there leaves its member
 * out. Names nobody: no name of the computer, no serial number; the boot's random id says which boots of Linux were one.
 */
#pragma once

#include <jansson.h>

/*
 * root: "", or a directory that a test made. A new reference to an object of texts and numbers:
 * boot_id kernel command_line (boot_words.h) cpu_vendor cpu_model microcode cpus_listed cpus_online memory_bytes governor
 * energy_preference boost smt isolated nohz_full mitigations transparent_hugepage clocksource idle_driver
 */
json_t *boot_facts_json(const char *root);
/*
 * In what two boots differ that has to be the same for their numbers to be of one system: all of the above but boot_id and
 * memory_bytes, which has a tolerance (computer.h). "command_line: without nohz_full=1; governor: performance, now schedutil" allocated; NULL:
 * in nothing.
 */
char *boot_facts_differences(const json_t *then, const json_t *now);
