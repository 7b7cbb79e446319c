/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the module share: a failed check is noted and the test goes on; the module as a file, loaded and
 * unloaded; requests that are in order.
 */
#pragma once

#include <stdbool.h>

#include "module/aerobench_abi.h"

/* --- Checks ------------------------------------------------------------------------------------------------------------ */

/* From any thread. */
void ktap_check(bool holds, const char *text, const char *file, int line);
#define CHECK(holds) ktap_check(holds, #holds, __FILE__, __LINE__)
/* Runs a test and reports it by its claim. */
void ktap_run(const char *claim, void (*test)(void));

/* --- The module ----------------------------------------------------------------------------------------------------------- */

/* Where the tests keep it; the baseline looks for it at another place, /aerobench.ko. */
#define MODULE_KEPT "/kept.ko"

/* Loads it with its parameters. 0 or -errno. */
int module_load(const char *parameters);
/* Does not wait until nobody uses it. 0 or -errno. */
int module_unload(void);
/* The open device, or -errno. */
int device_open(void);

/* --- Requests ------------------------------------------------------------------------------------------------------------- */

enum { SAMPLES_MAX = 100000, CPU_MAIN = 0, CPU_OTHER = 1 };

/* A request that is in order: its other thread, if the kind has one, is on CPU cpu. samples: of the caller. */
struct aerobench_request request_make(enum aerobench_kind kind, unsigned cpu, unsigned iterations,
				      struct aerobench_sample *samples);
/* The same delay before each. */
void samples_delay(struct aerobench_sample *samples, unsigned count, unsigned ticks);
/* 0 or -errno. */
int request_do(int device, struct aerobench_request *request);
/* Whether the kind can be measured with the other thread there: calls go to another CPU, a switch is on the same. */
bool request_possible(enum aerobench_kind kind, unsigned cpu);

/* --- The tests ------------------------------------------------------------------------------------------------------------ */

void loading_tests(void); /* first: the module is not loaded before and after */
void request_tests(void); /* with the module loaded */
void stress_tests(void);  /* with the module loaded */
