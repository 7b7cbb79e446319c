/* SPDX-License-Identifier: MIT */
/*
 * Offsets are those of the setup header and of the zero page, boot.rst "Details of Header Fields", zero-page.rst.
 */
#include "linux_image.h"

#include "core/string.h"

enum {
	/* in the file and, from 0x1f1 on, in the zero page alike */
	SETUP_SECTORS = 0x1f1,
	KERNEL_PARAGRAPHS = 0x1f4, /* of 16 bytes */
	BOOT_FLAG = 0x1fe,
	JUMP = 0x200, /* its second byte: where the header ends, from 0x202 on */
	MAGIC = 0x202,
	VERSION = 0x206,
	LOADER_TYPE = 0x210,
	RAMDISK = 0x218,
	RAMDISK_BYTES = 0x21c,
	COMMAND_LINE = 0x228,
	ALIGNMENT = 0x230,
	RELOCATABLE = 0x234,
	FLAGS64 = 0x236,
	COMMAND_LINE_MAX = 0x238,
	SETUP_DATA = 0x250,
	PREFERRED = 0x258,
	MEMORY_WANTED = 0x260,
	HEADER_END_MIN = 0x264,
	HEADER_END_MAX = 0x290, /* where the zero page goes on with something else */
	/* in the zero page only */
	SCREEN_KIND = 0x0f,
	PARAMS_RSDP = 0x070,
	RAMDISK_HIGH = 0x0c0,
	RAMDISK_BYTES_HIGH = 0x0c4,
	COMMAND_LINE_HIGH = 0x0c8,
	MEMORY_COUNT = 0x1e8,
	MEMORY = 0x2d0,
	MEMORY_ENTRY_BYTES = 20,
	/* values */
	SECTOR_BYTES = 512,
	SETUP_SECTORS_OLD = 4, /* if the field is 0 */
	BOOT_FLAG_VALUE = 0xaa55,
	MAGIC_VALUE = 0x53726448, /* "HdrS" */
	VERSION_MIN = 0x20c,      /* the first with FLAGS64 */
	FLAGS64_KERNEL = 1,       /* XLF_KERNEL_64: there is an entry at 0x200 */
	FLAGS64_ABOVE_4G = 2,     /* XLF_CAN_BE_LOADED_ABOVE_4G: it believes the high halves of addresses */
	LOADER_UNKNOWN = 0xff,
	/* struct screen_info: Linux, include/uapi/linux/screen_info.h */
	SCREEN_KIND_TEXT = 1,
	SCREEN_KIND_PIXELS =
	    0x70, /* VIDEO_TYPE_EFI: efifb takes it by whatever firmware; VLFB's vesafb is not in every kernel */
};

static uint64_t field(const uint8_t *bytes, unsigned at, unsigned len_bytes)
{
	uint64_t value = 0;

	for (unsigned byte = len_bytes; byte-- > 0;)
		value = value << 8 | bytes[at + byte];
	return value;
}

static void field_set(uint8_t *bytes, unsigned at, unsigned len_bytes, uint64_t value)
{
	for (unsigned byte = 0; byte < len_bytes; byte++)
		bytes[at + byte] = (uint8_t)(value >> 8 * byte);
}

static const char *header_refusal(const uint8_t *file, uint64_t file_bytes)
{
	if (file_bytes < HEADER_END_MIN || field(file, BOOT_FLAG, 2) != BOOT_FLAG_VALUE ||
	    field(file, MAGIC, 4) != MAGIC_VALUE)
		return "it is no bzImage of Linux";
	if (field(file, VERSION, 2) < VERSION_MIN)
		return "its boot protocol is older than 2.12 (Linux 3.8)";
	if ((field(file, FLAGS64, 2) & (FLAGS64_KERNEL | FLAGS64_ABOVE_4G)) != (FLAGS64_KERNEL | FLAGS64_ABOVE_4G))
		return "it has no 64-bit entry";
	if (file[RELOCATABLE] == 0)
		return "it cannot be relocated (CONFIG_RELOCATABLE)";
	return NULL;
}

const char *linux_image_read(struct linux_image *image, const void *file, uint64_t file_bytes)
{
	const uint8_t *bytes = file;
	const char *refusal = header_refusal(bytes, file_bytes);
	uint64_t setup_bytes, align;

	if (refusal != NULL)
		return refusal;
	setup_bytes =
	    (bytes[SETUP_SECTORS] != 0 ? bytes[SETUP_SECTORS] : SETUP_SECTORS_OLD) * SECTOR_BYTES + SECTOR_BYTES;
	align = field(bytes, ALIGNMENT, 4);
	*image = (struct linux_image){.kernel = bytes + setup_bytes,
				      .kernel_bytes = field(bytes, KERNEL_PARAGRAPHS, 4) * 16,
				      .align_bytes = align < PAGE_BYTES ? PAGE_BYTES : align,
				      .memory_bytes = field(bytes, MEMORY_WANTED, 4),
				      .preferred = field(bytes, PREFERRED, 8),
				      .command_line_bytes = (uint32_t)field(bytes, COMMAND_LINE_MAX, 4),
				      .header = bytes};
	if (file_bytes <= setup_bytes || file_bytes - setup_bytes < image->kernel_bytes)
		return "its file ends too early";
	if ((align & (align - 1)) != 0 || image->kernel_bytes <= SECTOR_BYTES ||
	    image->memory_bytes < image->kernel_bytes)
		return "its header contradicts itself";
	return NULL;
}

/* struct screen_info, offsets from the zero page's beginning: what a console needs to go on where ours was. */
static void screen_fill(uint8_t *params, const struct boot_screen *screen)
{
	if (screen->kind == BOOT_SCREEN_TEXT) {
		params[SCREEN_KIND] = SCREEN_KIND_TEXT;
		params[0x06] = 3; /* the BIOS's number of the text mode 80 x 25 */
		params[0x07] = (uint8_t)screen->width;
		params[0x0e] = (uint8_t)screen->height;
		field_set(params, 0x10, 2, 16); /* lines of a character */
	} else if (screen->kind == BOOT_SCREEN_RGB) {
		const uint8_t colours[] = {screen->red_bits, screen->red_at,    screen->green_bits,
					   screen->green_at, screen->blue_bits, screen->blue_at};

		params[SCREEN_KIND] = SCREEN_KIND_PIXELS;
		field_set(params, 0x12, 2, screen->width);
		field_set(params, 0x14, 2, screen->height);
		field_set(params, 0x16, 2, screen->bits);
		field_set(params, 0x18, 4, screen->base);
		field_set(params, 0x1c, 4, (uint64_t)screen->pitch_bytes * screen->height); /* in bytes for this kind */
		field_set(params, 0x24, 2, screen->pitch_bytes);
		memcpy(&params[0x26], colours, sizeof(colours));
		field_set(params, 0x36, 4, 2); /* capabilities: the base has 64 bits */
		field_set(params, 0x3a, 4, screen->base >> 32);
	}
}

void linux_params_fill(uint8_t params[LINUX_PARAMS_BYTES], const struct linux_image *image,
		       const struct linux_told *told)
{
	unsigned header_end = MAGIC + image->header[JUMP + 1];

	memset(params, 0, LINUX_PARAMS_BYTES);
	if (header_end > HEADER_END_MAX)
		header_end = HEADER_END_MAX;
	memcpy(&params[SETUP_SECTORS], &image->header[SETUP_SECTORS], header_end - SETUP_SECTORS);
	screen_fill(params, told->screen);
	params[LOADER_TYPE] = LOADER_UNKNOWN;
	field_set(params, SETUP_DATA, 8, 0);
	field_set(params, COMMAND_LINE, 4, told->command_line);
	field_set(params, COMMAND_LINE_HIGH, 4, told->command_line >> 32);
	field_set(params, RAMDISK, 4, told->initrd_bytes != 0 ? told->initrd : 0);
	field_set(params, RAMDISK_HIGH, 4, told->initrd_bytes != 0 ? told->initrd >> 32 : 0);
	field_set(params, RAMDISK_BYTES, 4, told->initrd_bytes);
	field_set(params, RAMDISK_BYTES_HIGH, 4, told->initrd_bytes >> 32);
	field_set(params, PARAMS_RSDP, 8, told->rsdp);
	params[MEMORY_COUNT] = (uint8_t)told->memory_count;
	for (unsigned at = 0; at < told->memory_count; at++) {
		unsigned entry = MEMORY + at * MEMORY_ENTRY_BYTES;

		field_set(params, entry, 8, told->memory[at].base);
		field_set(params, entry + 8, 8, told->memory[at].len_bytes);
		field_set(params, entry + 16, 4, told->memory[at].type);
	}
}

static bool memory_add(struct linux_memory list[], unsigned *count, uint64_t base, uint64_t end, uint32_t type)
{
	if (base >= end)
		return true;
	if (*count == LINUX_MEMORY_MAX)
		return false;
	list[(*count)++] = (struct linux_memory){.base = base, .len_bytes = end - base, .type = type};
	return true;
}

bool linux_memory_set(struct linux_memory list[LINUX_MEMORY_MAX], unsigned *count, struct linux_memory piece)
{
	uint64_t end = piece.base + piece.len_bytes;
	unsigned old_count = *count;
	bool fits = true;

	for (unsigned at = 0; at < old_count && piece.len_bytes > 0; at++) {
		struct linux_memory old = list[at];
		uint64_t old_end = old.base + old.len_bytes;

		if (old_end <= piece.base || end <= old.base)
			continue;
		/* the part below stays in its place, the part above is one more */
		list[at].len_bytes = old.base < piece.base ? piece.base - old.base : 0;
		if (end < old_end)
			fits &= memory_add(list, count, end, old_end, old.type);
	}
	for (unsigned at = 0; at < *count;) {
		if (list[at].len_bytes == 0)
			list[at] = list[--*count];
		else
			at++;
	}
	return memory_add(list, count, piece.base, end, piece.type) && fits;
}
