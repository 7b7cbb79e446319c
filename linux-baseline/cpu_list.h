/* SPDX-License-Identifier: MIT */
/*
 * Lists of CPUs in Linux's notation, "0-3,8": as sysfs prints them and as the word cpus= takes them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { CPU_LIST_MAX = 1024 /* glibc's CPU_SETSIZE */ };

struct cpu_list {
	unsigned count;
	unsigned cpu[CPU_LIST_MAX];
};

/* False: text is not such a list, or a number is CPU_LIST_MAX or above, or there twice. An empty text is an empty list. */
bool cpu_list_parse(struct cpu_list *list, const char *text);
/* Writes at most size_bytes with the end; what does not fit is replaced by "…" as "...". */
void cpu_list_text(const struct cpu_list *list, char *text, size_t size_bytes);
bool cpu_list_has(const struct cpu_list *list, unsigned cpu);
/* The CPUs that the calling thread may run on. */
void cpu_list_allowed(struct cpu_list *list);
