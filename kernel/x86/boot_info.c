/* SPDX-License-Identifier: MIT */
/*
 * The two boot protocols. Structures: Xen, include/public/arch-x86/hvm/start_info.h; Multiboot2 specification §3.6.
 */
#include "boot_info.h"

#include "layout.h"

struct pvh_start_info {
	uint32_t magic, version, flags, modules_count;
	uint64_t modules, command_line, rsdp;
	uint64_t memory_map; /* from version 1 on */
	uint32_t memory_map_count, reserved;
};

struct pvh_module {
	uint64_t base, len_bytes, command_line, reserved;
};

struct pvh_memory {
	uint64_t base, len_bytes;
	uint32_t type, reserved;
};

struct multiboot2_tag {
	uint32_t type, len_bytes;
};

struct multiboot2_memory {
	uint64_t base, len_bytes;
	uint32_t type, reserved;
};

enum {
	PVH_MAGIC = 0x336ec578,
	MEMORY_RAM = 1, /* of the address range types in ACPI 6.5 table 15.4, used by both protocols */
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_SCREEN = 8,
	TAG_RSDP_OLD = 14,
	TAG_RSDP_NEW = 15,
	BDA_EBDA_SEGMENT = 0x40e, /* ACPI 6.5 §5.2.5.1 */
};

/* §3.6.12: what every kind has, then what pixels have. */
struct multiboot2_screen {
	uint64_t base;
	uint32_t pitch_bytes, width, height;
	uint8_t bits, kind, reserved[2];
	uint8_t red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
} __attribute__((packed));

enum { SCREEN_COMMON_BYTES = 24 };

struct boot_info boot_info = {.screen = {.kind = BOOT_SCREEN_NONE}};

/* Returns whether something was cut off. */
static bool text_copy(char *to, size_t to_bytes, const char *from)
{
	size_t at = 0;

	while (from[at] != '\0' && at + 1 < to_bytes) {
		to[at] = from[at];
		at++;
	}
	to[at] = '\0';
	return from[at] != '\0';
}

static void command_line_copy(const char *from)
{
	boot_info.command_line_cut = text_copy(boot_info.command_line, sizeof(boot_info.command_line), from);
}

static void memory_add(uint64_t base, uint64_t len_bytes, uint32_t type)
{
	if (boot_info.memory_count == BOOT_MEMORY_MAX) {
		boot_info.refused = "too many entries in the memory map";
		return;
	}
	boot_info.memory[boot_info.memory_count++] = (struct boot_memory){
	    .range = {.base = base, .len_bytes = len_bytes}, .type = type, .ram = type == MEMORY_RAM};
}

static void module_add(uint64_t base, uint64_t len_bytes, const char *text)
{
	struct boot_module *module;

	if (boot_info.modules_count == BOOT_MODULES_MAX) {
		boot_info.refused = "too many modules";
		return;
	}
	module = &boot_info.modules[boot_info.modules_count++];
	module->range = (struct memory_range){.base = base, .len_bytes = len_bytes};
	module->text_cut = text_copy(module->text, sizeof(module->text), text);
}

static void pvh_read(const struct pvh_start_info *info)
{
	const struct pvh_memory *memory = (const void *)info->memory_map;
	const struct pvh_module *modules = (const void *)info->modules;

	boot_info.protocol = "pvh";
	if (info->magic != PVH_MAGIC || info->version < 1) {
		boot_info.refused = "PVH start info without a memory map";
		return;
	}
	for (uint32_t at = 0; at < info->memory_map_count; at++)
		memory_add(memory[at].base, memory[at].len_bytes, memory[at].type);
	for (uint32_t at = 0; at < info->modules_count; at++)
		module_add(modules[at].base, modules[at].len_bytes,
			   modules[at].command_line != 0 ? (const char *)modules[at].command_line : "");
	if (info->command_line != 0)
		command_line_copy((const char *)info->command_line);
	boot_info.rsdp = info->rsdp;
}

static void multiboot2_read_memory_map(const struct multiboot2_tag *tag)
{
	const uint32_t *head = (const uint32_t *)(tag + 1); /* entry size, entry version */
	const uint8_t *end = (const uint8_t *)tag + tag->len_bytes;

	if (head[0] < sizeof(struct multiboot2_memory)) {
		boot_info.refused = "Multiboot2 memory map with short entries";
		return;
	}
	for (const uint8_t *at = (const uint8_t *)(head + 2); at + head[0] <= end; at += head[0]) {
		const struct multiboot2_memory *entry = (const void *)at;

		memory_add(entry->base, entry->len_bytes, entry->type);
	}
}

static void multiboot2_read_rsdp(const struct multiboot2_tag *tag)
{
	const uint8_t *from = (const uint8_t *)(tag + 1);

	if (tag->type == TAG_RSDP_OLD && boot_info.rsdp != 0)
		return; /* the new one is there already and says more */
	for (unsigned at = 0; at < BOOT_RSDP_BYTES; at++)
		boot_info.rsdp_copy[at] = at < tag->len_bytes - sizeof(*tag) ? from[at] : 0;
	boot_info.rsdp = (uintptr_t)boot_info.rsdp_copy;
}

/* Of any kind: whoever draws says which it cannot. */
static void multiboot2_read_screen(const struct multiboot2_tag *tag)
{
	const struct multiboot2_screen *from = (const void *)(tag + 1);
	size_t len_bytes = tag->len_bytes - sizeof(*tag);
	struct boot_screen *screen = &boot_info.screen;

	if (len_bytes < SCREEN_COMMON_BYTES || from->base == 0)
		return;
	if (from->kind == BOOT_SCREEN_RGB && len_bytes < sizeof(*from))
		return;
	*screen = (struct boot_screen){.kind = from->kind,
				       .base = from->base,
				       .pitch_bytes = from->pitch_bytes,
				       .width = from->width,
				       .height = from->height,
				       .bits = from->bits};
	if (from->kind != BOOT_SCREEN_RGB)
		return;
	screen->red_at = from->red_at;
	screen->red_bits = from->red_bits;
	screen->green_at = from->green_at;
	screen->green_bits = from->green_bits;
	screen->blue_at = from->blue_at;
	screen->blue_bits = from->blue_bits;
}

/* GRUB gives the words, kexec-tools the image's path before them; no word of ours begins with a slash. */
static void multiboot2_read_command_line(const char *text)
{
	if (*text == '/') {
		while (*text != ' ' && *text != '\0')
			text++;
		while (*text == ' ')
			text++;
	}
	command_line_copy(text);
}

static void multiboot2_read_tag(const struct multiboot2_tag *tag)
{
	const uint32_t *module = (const uint32_t *)(tag + 1); /* begin, end */

	switch (tag->type) {
	case TAG_COMMAND_LINE:
		multiboot2_read_command_line((const char *)(tag + 1));
		break;
	case TAG_MODULE:
		module_add(module[0], module[1] - module[0], (const char *)(module + 2));
		break;
	case TAG_SCREEN:
		multiboot2_read_screen(tag);
		break;
	case TAG_MEMORY_MAP:
		multiboot2_read_memory_map(tag);
		break;
	case TAG_RSDP_OLD:
	case TAG_RSDP_NEW:
		multiboot2_read_rsdp(tag);
		break;
	default:
		break;
	}
}

static void multiboot2_read(uintptr_t information)
{
	uintptr_t end = information + *(const uint32_t *)information; /* total size, then a reserved word */
	uintptr_t at = information + 8;

	boot_info.protocol = "multiboot2";
	while (at + sizeof(struct multiboot2_tag) <= end) {
		const struct multiboot2_tag *tag = (const void *)at;

		if (tag->type == TAG_END || tag->len_bytes < sizeof(*tag))
			break;
		multiboot2_read_tag(tag);
		at += (tag->len_bytes + 7) & ~(uintptr_t)7; /* tags begin at multiples of 8 */
	}
}

static uint16_t ebda_segment_read(void)
{
	uint16_t segment;

	asm volatile("movw (%1), %0" : "=r"(segment) : "r"((uintptr_t)BDA_EBDA_SEGMENT) : "memory");
	return segment;
}

void boot_info_read(unsigned protocol, uintptr_t information)
{
	if (protocol == BOOT_PVH)
		pvh_read((const void *)information);
	else
		multiboot2_read(information);
	boot_info.ebda_segment = ebda_segment_read();
	if (boot_info.memory_count == 0 && boot_info.refused == NULL)
		boot_info.refused = "the boot loader gave no memory map";
}

const char *boot_command_line(void)
{
	return boot_info.command_line;
}

/* Whether text begins with key and '='; stores where the value begins. */
static bool option_matches(const char *text, const char *key, const char **value)
{
	while (*key != '\0') {
		if (*text++ != *key++)
			return false;
	}
	*value = text + 1;
	return *text == '=';
}

const char *boot_option(const char *key, size_t *len_bytes)
{
	const char *at = boot_info.command_line;

	while (*at != '\0') {
		const char *value;
		size_t len = 0;

		if (option_matches(at, key, &value)) {
			while (value[len] != '\0' && value[len] != ' ')
				len++;
			*len_bytes = len;
			return value;
		}
		while (*at != '\0' && *at != ' ')
			at++;
		while (*at == ' ')
			at++;
	}
	return NULL;
}

bool boot_option_is(const char *key, const char *value)
{
	size_t len_bytes, at = 0;
	const char *found = boot_option(key, &len_bytes);

	if (found == NULL)
		return false;
	while (at < len_bytes && value[at] == found[at])
		at++;
	return at == len_bytes && value[at] == '\0';
}
