/* SPDX-License-Identifier: MIT */
/* The fuzz target for memory that a system left behind: see fuzz.h. */
#include "fuzz.h"

#include <string.h>

#include <zlib.h>

#include "../../bench/wire_region.h"
#include "../memory.h"
#include "../region.h"
#include "../region_place.h"

/* What is given lies in what was there, and ends. */
static void look(const uint8_t *bytes, size_t len_bytes, uint64_t base)
{
	struct error error = {0};
	struct region region;

	if (region_parse(&region, bytes, len_bytes, base, &error) != 0) {
		FUZZ_CHECK(error.status == STATUS_FAILED || error.status == STATUS_USAGE);
		return;
	}
	FUZZ_CHECK(region.len_bytes <= region.capacity_bytes);
	FUZZ_CHECK(region.len_bytes + WIRE_REGION_HEADER_BYTES <= len_bytes);
	FUZZ_CHECK(memcmp(region.bytes, bytes + WIRE_REGION_HEADER_BYTES, region.len_bytes) == 0);
	FUZZ_CHECK(region.bytes[region.len_bytes] == '\0');
	FUZZ_CHECK(base == 0 || region.base == base);
	region_free(&region);
}

int fuzz_region(const uint8_t *bytes, size_t len_bytes)
{
	struct region_place places[REGION_PLACES_MAX];
	char *text = memory_new(len_bytes + 1, 1);
	size_t count;

	look(bytes, len_bytes, 0);
	if (len_bytes > 0)
		memcpy(text, bytes, len_bytes);
	count = region_places(text, places);
	FUZZ_CHECK(count <= REGION_PLACES_MAX);
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(places[i].base + places[i].len_bytes > places[i].base);
	if (len_bytes >= sizeof(struct wire_region)) { /* once more with its check made right */
		struct wire_region header;

		memcpy(&header, text, sizeof(header));
		memcpy(header.magic, WIRE_REGION_MAGIC, sizeof(header.magic));
		header.version = WIRE_REGION_VERSION;
		header.fixed_crc = (uint32_t)crc32(0, (const Bytef *)&header.base, 24);
		memcpy(text, &header, sizeof(header));
		look((const uint8_t *)text, len_bytes, header.base);
	}
	free(text);
	return 0;
}
