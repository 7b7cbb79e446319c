/* SPDX-License-Identifier: MIT */
/*
 * Which benchmarks a system has, asked from the system itself (mode=list): the baseline on this host, the kernel in a
 * short boot. So names and parameters that do not exist are refused before anything is measured, and a benchmark that
 * only one system has is left out of the other's boots.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "stream.h"
#include "subject.h"

struct catalog {
	struct stream stream[SUBJECT_SYSTEMS]; /* benches of each system */
	bool loaded[SUBJECT_SYSTEMS];
	struct error error[SUBJECT_SYSTEMS]; /* why not */
	bool on_kvm;                         /* kvm works here, so the Aerokernel is asked there and not on sim */
	const char *build;                   /* whose lists (build.h); NULL: those beside this program */
};

/* Asks one system; does nothing if it was asked before. Returns 0, or the status of catalog->error[system]. */
int catalog_load(struct catalog *catalog, enum subject_system system);
void catalog_free(struct catalog *catalog);

/* The @bench record of a name, or NULL: not loaded, or no such benchmark there. */
const struct stream_bench *catalog_find(const struct catalog *catalog, enum subject_system system, const char *name);

/*
 * Checks NAME[:PARAM=VALUE…] against both systems. Returns 0, or STATUS_USAGE with the error set, which names the wrong
 * part and the nearest valid one.
 */
int catalog_check(struct catalog *catalog, const char *selection, struct error *error);
/*
 * The bench= word of a system for these selections, without those that it does not have; allocated; NULL if none is left.
 */
char *catalog_word(const struct catalog *catalog, enum subject_system system, char *const *selections, size_t count);
