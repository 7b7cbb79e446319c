/* SPDX-License-Identifier: MIT */
/*
 * The header is checked before anything in it is believed; its numbers bound what is read. Linux reads memory through
 * /dev/mem for root, and only memory that it does not use itself (CONFIG_STRICT_DEVMEM): what its memory map calls
 * reserved, by read() below its highest RAM and by mmap() everywhere. Under lockdown it reads none (kernel_lockdown.7).
 */
#include "region.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "../bench/wire_region.h"
#include "lockdown.h"
#include "memory.h"
#include "region_place.h"

enum { PAGE_BYTES = 4096 };

static const uint64_t REGION_BYTES_MAX = 1ull << 30; /* a stream of this length would be 500 whole suites */

/* --- What ------------------------------------------------------------------------------------------------------------------- */

static int broken(struct error *error, uint64_t base, const char *why)
{
	return error_set(error, STATUS_USAGE, "the results at 0x%" PRIx64 " are broken: %s", base, why);
}

static int header_check(const struct wire_region *header, size_t len_bytes, uint64_t base, struct error *error)
{
	static const struct wire_region nothing;

	if (len_bytes < WIRE_REGION_HEADER_BYTES ||
	    memcmp(header->magic, WIRE_REGION_MAGIC, sizeof(header->magic)) != 0) {
		bool clear = len_bytes >= sizeof(nothing) && memcmp(header, &nothing, sizeof(nothing)) == 0;

		return error_set(error, STATUS_FAILED,
				 "no results at 0x%" PRIx64
				 "%s: either the Aerokernel did not run with results= at this address, or the machine "
				 "was off since then, or its firmware cleared the memory or encrypts it with a new key "
				 "(TME, TSME)",
				 base, clear ? " (cleared memory)" : "");
	}
	if (header->version != WIRE_REGION_VERSION)
		return error_set(error, STATUS_USAGE,
				 "the results at 0x%" PRIx64 " have version %" PRIu32
				 ", and this program reads version %d: use the aerobench of the same build",
				 base, header->version, WIRE_REGION_VERSION);
	if (header->fixed_crc != crc32(0, (const Bytef *)&header->base,
				       offsetof(struct wire_region, len_bytes) - offsetof(struct wire_region, base)))
		return broken(error, base, "the header's check is wrong");
	if (base != 0 && header->base != base)
		return broken(error, base, "the header is that of another place");
	if (header->capacity_bytes > REGION_BYTES_MAX || header->len_bytes > header->capacity_bytes)
		return broken(error, base, "the header counts more bytes than there is room for");
	return 0;
}

int region_parse(struct region *region, const void *memory, size_t len_bytes, uint64_t base, struct error *error)
{
	struct wire_region header = {0};

	memcpy(&header, memory, len_bytes < sizeof(header) ? len_bytes : sizeof(header));
	if (header_check(&header, len_bytes, base, error) != 0)
		return error->status;
	if (header.len_bytes > len_bytes - WIRE_REGION_HEADER_BYTES)
		return broken(error, header.base, "it ends before the bytes that its header counts");
	*region = (struct region){.bytes = memory_new(header.len_bytes + 1, 1),
				  .len_bytes = header.len_bytes,
				  .base = header.base,
				  .capacity_bytes = header.capacity_bytes,
				  .boot = header.boot,
				  .ended = header.state == WIRE_REGION_ENDED,
				  .code = header.state == WIRE_REGION_ENDED ? header.code : 0,
				  .full = (header.flags & WIRE_REGION_FULL) != 0};
	memcpy(region->bytes, (const char *)memory + WIRE_REGION_HEADER_BYTES, header.len_bytes);
	return 0;
}

/* --- From where ------------------------------------------------------------------------------------------------------------- */

int region_refused(const char *device, int reason, bool is_root, bool locked, struct error *error)
{
	errno = reason;
	if (strcmp(device, "/dev/mem") != 0)
		return error_set_errno(error, STATUS_USAGE, "open", device);
	if (reason == ENOENT)
		return error_set(
		    error, STATUS_UNSUPPORTED,
		    "this Linux has no /dev/mem (CONFIG_DEVMEM): collect on one that has, as Debian's, after a "
		    "warm reboot with memmap=LENGTH$BASE");
	if (is_root && locked)
		return error_set(error, STATUS_UNSUPPORTED,
				 "this Linux is locked down and lets nobody read /dev/mem: " LOCKDOWN_REMEDY);
	if (reason == EACCES || reason == EPERM)
		return error_set(error, STATUS_UNSUPPORTED,
				 is_root ? "/dev/mem cannot be opened: " LOCKDOWN_LIKELY
					 : "/dev/mem is for root: use sudo");
	return error_set_errno(error, STATUS_USAGE, "open", device);
}

static int read_refused(const char *device, uint64_t base, struct error *error)
{
	return error_set(error, STATUS_UNSUPPORTED,
			 "%s cannot be read at 0x%" PRIx64
			 ": Linux uses this memory itself, so nothing of the results is left there; "
			 "boot it with memmap=LENGTH$BASE before the Aerokernel runs",
			 device, base);
}

/* len_bytes at base by read(), allocated; NULL: not all of it can be read. */
static char *file_read(int fd, uint64_t base, uint64_t len_bytes)
{
	char *bytes = memory_new(len_bytes, 1);
	uint64_t done = 0;

	while (done < len_bytes) {
		ssize_t got = pread(fd, bytes + done, len_bytes - done, (off_t)(base + done));

		if (got <= 0) {
			free(bytes);
			return NULL;
		}
		done += (uint64_t)got;
	}
	return bytes;
}

/* The same of a device, by whatever reaches there; base and len_bytes are whole pages. */
static char *device_read(int fd, uint64_t base, uint64_t len_bytes)
{
	char *bytes = file_read(fd, base, len_bytes);
	void *mapped;

	if (bytes != NULL)
		return bytes;
	mapped = mmap(NULL, len_bytes, PROT_READ, MAP_SHARED, fd, (off_t)base);
	if (mapped == MAP_FAILED)
		return NULL;
	bytes = memory_new(len_bytes, 1);
	memcpy(bytes, mapped, len_bytes);
	munmap(mapped, len_bytes);
	return bytes;
}

/* The header first: it says how much there is to read. */
static int device_parse(struct region *region, int fd, const char *device, const struct region_place *place,
			struct error *error)
{
	char *bytes = device_read(fd, place->base, WIRE_REGION_HEADER_BYTES);
	struct wire_region header;
	uint64_t len_bytes;

	if (bytes == NULL)
		return read_refused(device, place->base, error);
	memcpy(&header, bytes, sizeof(header));
	free(bytes);
	if (header_check(&header, WIRE_REGION_HEADER_BYTES, place->base, error) != 0)
		return error->status;
	len_bytes = WIRE_REGION_HEADER_BYTES + header.len_bytes;
	if (place->len_bytes != 0 && len_bytes > place->len_bytes)
		return broken(error, place->base, "it ends before the bytes that its header counts");
	len_bytes = (len_bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
	bytes = device_read(fd, place->base, len_bytes);
	if (bytes == NULL)
		return read_refused(device, place->base, error);
	region_parse(region, bytes, len_bytes, place->base, error);
	free(bytes);
	return error->status;
}

static int copy_parse(struct region *region, int fd, uint64_t file_bytes, uint64_t base, struct error *error)
{
	uint64_t most = REGION_BYTES_MAX + WIRE_REGION_HEADER_BYTES;
	char *bytes;

	if (file_bytes > most)
		file_bytes = most;
	bytes = file_read(fd, 0, file_bytes);
	if (bytes == NULL)
		return error_set(error, STATUS_USAGE, "the copy of the results cannot be read");
	region_parse(region, bytes, file_bytes, base, error);
	free(bytes);
	return error->status;
}

int region_read(struct region *region, const char *device, uint64_t base, uint64_t len_bytes, struct error *error)
{
	struct region_place place = {.base = base, .len_bytes = len_bytes};
	const char *path = device != NULL ? device : "/dev/mem";
	int fd = open(path, O_RDONLY | O_CLOEXEC), status;
	struct stat about;

	if (fd < 0) {
		int reason = errno;

		return region_refused(path, reason, geteuid() == 0, lockdown_is_on(""), error);
	}
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
		status = copy_parse(region, fd, (uint64_t)about.st_size, base, error);
	else
		status = device_parse(region, fd, path, &place, error);
	close(fd);
	return status;
}

void region_free(struct region *region)
{
	free(region->bytes);
	region->bytes = NULL;
}
