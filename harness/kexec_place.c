/* SPDX-License-Identifier: MIT */
/* Places by /proc/iomem: see kexec_place.h. */
#include "kexec_place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One line of /proc/iomem that is not inside another and is memory: [*begin, *end). */
static bool line_is_memory(const char *line, uint64_t *begin, uint64_t *end)
{
	uint64_t last;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", begin, &last, &at) != 2 || at == 0 || line[0] == ' ')
		return false;
	*end = last + 1;
	return *begin < *end && strncmp(line + at, "System RAM", strlen("System RAM")) == 0;
}

static const char *line_next(const char *line)
{
	line += strcspn(line, "\n");
	return *line == '\0' ? line : line + 1;
}

bool kexec_place_is_memory(const char *iomem, const struct region_place *place)
{
	uint64_t begin, end;

	for (const char *line = iomem; *line != '\0'; line = line_next(line)) {
		if (line_is_memory(line, &begin, &end) && begin <= place->base && place->base + place->len_bytes <= end)
			return true;
	}
	return false;
}

bool kexec_place_find(const char *iomem, uint64_t low, uint64_t len_bytes, struct region_place *place)
{
	struct region_place at = {.base = (low + KEXEC_PLACE_STEP - 1) / KEXEC_PLACE_STEP * KEXEC_PLACE_STEP,
				  .len_bytes = len_bytes};

	for (; at.base + len_bytes <= 1ull << 32; at.base += KEXEC_PLACE_STEP) {
		if (kexec_place_is_memory(iomem, &at)) {
			*place = at;
			return true;
		}
	}
	return false;
}
