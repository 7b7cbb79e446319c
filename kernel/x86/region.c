/* SPDX-License-Identifier: MIT */
/*
 * Order is everything here: bytes, their lines, the count, its line.
 */
#include "region.h"

#include "core/string.h"
#include "wire.h"

enum {
	LINE_BYTES = 64, /* of what CLFLUSH writes back: CPUID 01H:EBX[15:8] is 8 on every x86-64 CPU */
	LOCK_SPINS =
	    1 << 20, /* tens of milliseconds: whoever has it this long was stopped by a panic, or panics itself */
};

/* A number that ends at the end of the text or at a byte that does not belong to it; moves *text. */
static bool number_take(const char **text, const char *end, uint64_t *number)
{
	const char *at = *text;
	unsigned base = 10, shift = 0;
	uint64_t value = 0;
	bool any = false;

	if (end - at > 2 && at[0] == '0' && (at[1] | 0x20) == 'x') {
		base = 16;
		at += 2;
	}
	for (; at < end; at++, any = true) {
		unsigned lower = (unsigned char)*at | 0x20;
		unsigned digit = *at >= '0' && *at <= '9'       ? (unsigned)(*at - '0')
				 : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
								: 16;

		if (digit >= base)
			break;
		if (value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	if (at < end && (*at == 'K' || *at == 'M' || *at == 'G'))
		shift = *at == 'K' ? 10 : *at == 'M' ? 20 : 30;
	if (shift != 0)
		at++;
	*number = value << shift;
	*text = at;
	return any && value <= UINT64_MAX >> shift;
}

bool region_number(const char *text, size_t len_bytes, uint64_t *number)
{
	const char *end = text + len_bytes;

	return number_take(&text, end, number) && text == end;
}

bool region_place(const char *text, size_t len_bytes, uint64_t *base, uint64_t *region_bytes)
{
	const char *end = text + len_bytes;

	if (!number_take(&text, end, base) || text == end || *text != '+')
		return false;
	text++;
	return number_take(&text, end, region_bytes) && text == end;
}

/*
 * Writes the lines of [address, address + len_bytes) back to memory. On some processors CLFLUSH is ordered by MFENCE alone
 * (AMD64 Architecture Programmer's Manual vol. 3, CLFLUSH: weakly ordered). The first: what is stored so far, before it
 * is written back; the second: what is written back, before the count or the magic that says so is stored.
 */
static void lines_flush(const volatile void *address, size_t len_bytes)
{
	uintptr_t at = (uintptr_t)address & ~(uintptr_t)(LINE_BYTES - 1), end = (uintptr_t)address + len_bytes;

	asm volatile("mfence" : : : "memory");
	for (; at < end; at += LINE_BYTES)
		asm volatile("clflush (%0)" : : "r"(at) : "memory");
	asm volatile("mfence" : : : "memory");
}

static void magic_store(struct wire_region *header, const char *magic)
{
	memcpy(header->magic, magic, sizeof(header->magic));
	lines_flush(header->magic, sizeof(header->magic));
}

/* Of base, capacity and boot. */
static uint32_t fixed_crc(const struct wire_region *header)
{
	return wire_crc(0, &header->base, offsetof(struct wire_region, len_bytes) - offsetof(struct wire_region, base));
}

void region_open(struct region *region, void *address, uint64_t region_bytes, uint64_t boot)
{
	struct wire_region *header = address;

	magic_store(header, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"); /* half a header is none */
	memset(header->magic + sizeof(header->magic), 0, WIRE_REGION_HEADER_BYTES - sizeof(header->magic));
	header->version = WIRE_REGION_VERSION;
	header->base = (uintptr_t)address;
	header->capacity_bytes = region_bytes - WIRE_REGION_HEADER_BYTES;
	header->boot = boot;
	header->fixed_crc = fixed_crc(header);
	header->state = WIRE_REGION_WRITING;
	lines_flush(header, WIRE_REGION_HEADER_BYTES);
	magic_store(header, WIRE_REGION_MAGIC);
	*region = (struct region){.header = header};
}

bool region_is_there(const void *address)
{
	const struct wire_region *header = address;

	return memcmp(header->magic, WIRE_REGION_MAGIC, sizeof(header->magic)) == 0 &&
	       header->base == (uintptr_t)address && header->fixed_crc == fixed_crc(header);
}

/*
 * A panic may interrupt its own CPU in here, or stop another one: after a while the lock is taken from an owner that will
 * not come back. Acquire: what the owner before has stored.
 */
static void region_lock(struct region *region)
{
	for (unsigned spins = 0; spins < LOCK_SPINS; spins++) {
		if (__atomic_exchange_n(&region->lock, 1, __ATOMIC_ACQUIRE) == 0)
			return;
		asm volatile("pause" : : : "memory");
	}
}

static void region_unlock(struct region *region)
{
	__atomic_store_n(&region->lock, 0, __ATOMIC_RELEASE); /* release: length and bytes, for the next owner */
}

static void region_append(struct region *region, const char *bytes, size_t len_bytes)
{
	struct wire_region *header = region->header;
	char *to = (char *)header + WIRE_REGION_HEADER_BYTES + region->len_bytes;

	if (region->full || len_bytes > header->capacity_bytes - region->len_bytes) {
		region->full = true;
		header->flags |= WIRE_REGION_FULL;
	} else {
		memcpy(to, bytes, len_bytes);
		lines_flush(to, len_bytes);
		region->len_bytes += len_bytes;
		/* release: to the compiler; the bytes are stored, and written back, before they are counted */
		__atomic_store_n(&header->len_bytes, region->len_bytes, __ATOMIC_RELEASE);
	}
	lines_flush(header, sizeof(*header));
}

void region_write(struct region *region, const char *bytes, size_t len_bytes)
{
	if (region->header == NULL)
		return;
	region_lock(region);
	region_append(region, bytes, len_bytes);
	region_unlock(region);
}

void region_close(struct region *region, uint32_t code)
{
	if (region->header == NULL)
		return;
	region->header->code = code;
	/* release: to the compiler; who sees the state sees its code */
	__atomic_store_n(&region->header->state, WIRE_REGION_ENDED, __ATOMIC_RELEASE);
	lines_flush(region->header, sizeof(*region->header));
}
