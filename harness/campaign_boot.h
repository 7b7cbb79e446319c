/* SPDX-License-Identifier: MIT */
/*
 * One boot of a campaign: its words, its start, its end, its judgement, its place in the store. For
 * campaign*.c, and for the session that has a boot made elsewhere.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "campaign.h"
#include "launch.h"

/* A boot under way and what it belongs to. */
struct campaign_boot {
	struct launch launch;
	const struct plan_boot *boot;
	char *words;
	json_t *argv;
};

struct plan_subject *campaign_subject(const struct campaign *campaign, const struct plan_boot *boot);
/* "aerokernel@qemu 3/6": allocated. */
char *campaign_boot_name(const struct campaign *campaign, const struct plan_boot *boot);
/* The beginning of its journal line: index, round, subject. */
struct store_boot campaign_boot_record(const struct campaign *campaign, const struct plan_boot *boot);

/* What the runner is told: allocated. */
char *campaign_boot_words(const struct campaign *campaign, const struct plan_boot *boot);
/* How long a boot of the subject may take, and be silent, before it counts as hung. */
void campaign_boot_bounds(const struct campaign *campaign, const struct plan_subject *subject, uint64_t *timeout_ns,
			  uint64_t *silence_ns);
/* Starts it. *running: it runs; else it is stored as failed. Returns the store's status. */
int campaign_boot_start(struct campaign *campaign, struct campaign_boot *active, const struct plan_boot *boot,
			bool *running, struct error *error);
/* The boot has ended: judges and stores it. Returns the store's status. */
int campaign_boot_finish(struct campaign *campaign, struct campaign_boot *active, struct error *error);
/* Ends a boot before its time; what it said so far stays as a partial log, which no reading command looks at. */
void campaign_boot_abandon(struct campaign *campaign, struct campaign_boot *active);
