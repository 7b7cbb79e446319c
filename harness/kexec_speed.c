/* SPDX-License-Identifier: MIT */
/*
 * The governors' files are those that `aerobench tune` knows. cpufreq_suspend() of Linux's way down stops a governor where it
 * is (drivers/cpufreq/cpufreq.c): `performance` is at the top from the write on.
 */
#include "kexec_speed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static bool is_governor(const struct tune_item *item)
{
	return strcmp(item->setting, "governor") == 0;
}

char *kexec_speed_raise(struct kexec_speed *speed, const char *root)
{
	char *online = tune_read(root, "/sys/devices/system/cpu/online"), *kept = NULL;
	struct error error = {STATUS_OK, ""};
	unsigned refused = 0;

	memset(speed, 0, sizeof(*speed));
	if (online != NULL)
		tune_items_find(&speed->governors, root, online, NULL, &error);
	for (size_t i = 0; i < speed->governors.count; i++) {
		const struct tune_item *item = &speed->governors.items[i];
		int failed;

		if (!is_governor(item) || tune_item_done(item))
			continue;
		failed = tune_write(root, item->path, item->wanted);
		if (failed == 0)
			continue;
		if (refused++ == 0)
			kept = memory_format("%s stays '%s': %s", item->path, item->now, strerror(-failed));
	}
	if (refused > 1) {
		char *all = memory_format("%s (and so of %u more CPUs)", kept, refused - 1);

		free(kept);
		kept = all;
	}
	free(online);
	return kept;
}

void kexec_speed_restore(const struct kexec_speed *speed, const char *root)
{
	for (size_t i = 0; i < speed->governors.count; i++) {
		const struct tune_item *item = &speed->governors.items[i];

		if (is_governor(item) && !tune_item_done(item))
			tune_write(root, item->path, item->now);
	}
}

void kexec_speed_free(struct kexec_speed *speed)
{
	tune_items_free(&speed->governors);
}
