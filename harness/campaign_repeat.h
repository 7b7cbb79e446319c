/* SPDX-License-Identifier: MIT */
/*
 * Boots that count instructions say the same bytes, all of them. QEMU keeps that promise on a quiet computer; on a busy one
 * its two threads may now and then serve a timer of the guest in another order, and a boot is the odd one out. So a boot
 * that differs is made again: it counts when it equals one that counts already; and when two attempts of it equal each
 * other, it is the other boot that was odd, and that one is made again. All of them stay in the journal. A program that
 * really differs from boot to boot never gets two that are equal, and fails.
 */
#pragma once

#include <stdbool.h>

#include "campaign.h"
#include "launch.h"

/* Attempts of one boot; each is compared with the one before it and with the first boot that counts. */
enum { CAMPAIGN_REPEAT_TRIES = 4 };

/*
 * What a boot of a counting subject, whole and without failures, is worth. 0: it counts. Else problem says where it differs,
 * and *again whether it is to be made once more. Another boot that turns out to be the odd one is stored as failed and
 * marked as not done. Returns the store's status.
 */
int campaign_repeat_check(struct campaign *campaign, const struct plan_boot *boot, const struct launch_result *result,
			  bool *again, struct error *problem);
