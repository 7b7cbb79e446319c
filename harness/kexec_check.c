/* SPDX-License-Identifier: MIT */
/*
 * Reads, and changes nothing.
 */
#include "kexec_check.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kexec_place.h"
#include "lockdown.h"
#include "memory.h"

enum {
	TEXT_BYTES_MAX = 1 << 20,
	OWN_WORD_BYTES = 64, /* " aerobench.results=0x…+0x…" */
	/* the setup header, Linux, Documentation/arch/x86/boot.rst: as kernel/x86/linux_image.c has it */
	HEADER_BYTES = 0x264,
	HEADER_MAGIC = 0x202,
	HEADER_VERSION = 0x206,
	HEADER_RELOCATABLE = 0x234,
	HEADER_FLAGS64 = 0x236,
	HEADER_COMMAND_LINE_MAX = 0x238,
	VERSION_MIN = 0x20c,
	FLAGS64_BOTH = 3,
	SEGMENTS_MAX = 16, /* the Aerokernel has five */
	PIECES_MAX = 120,  /* the results and ACPI's root pointer may split one into three each */
};

static const uint64_t IMAGE_END_MAX = 1ull << 32;

char *kexec_text(const char *root, const char *path, struct error *error)
{
	char *place = memory_format("%s%s", root, path), *text = NULL;
	FILE *file = fopen(place, "re");

	if (file == NULL) {
		error_set_errno(error, STATUS_UNSUPPORTED, "read", place);
	} else {
		text = memory_new(TEXT_BYTES_MAX + 1, 1);
		text[fread(text, 1, TEXT_BYTES_MAX, file)] = '\0';
		fclose(file);
	}
	free(place);
	return text;
}

/* The first character of a file of one number, 0 if there is no such file. */
static char digit_of(const char *root, const char *path)
{
	char *text = kexec_text(root, path, NULL), digit = text != NULL ? text[0] : '\0';

	free(text);
	return digit;
}

const char *kexec_tool(void)
{
	static const char *const places[] = {"/usr/sbin/kexec", "/sbin/kexec", "/usr/bin/kexec",
					     "/usr/local/sbin/kexec"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(places[i], X_OK) == 0)
			return places[i];
	}
	return NULL;
}

int kexec_system_check(const char *root, bool *replaces, struct error *error)
{
	char loaded = digit_of(root, "/sys/kernel/kexec_loaded"),
	     disabled = digit_of(root, "/proc/sys/kernel/kexec_load_disabled");

	*replaces = loaded == '1';
	if (root[0] == '\0' && geteuid() != 0)
		return error_set(error, STATUS_UNSUPPORTED, "only root may leave Linux: use sudo");
	if (loaded == '\0')
		return error_set(error, STATUS_UNSUPPORTED,
				 "this Linux cannot kexec (CONFIG_KEXEC; a container never can): boot the image of "
				 "'aerobench image'");
	if (disabled == '1')
		return error_set(
		    error, STATUS_UNSUPPORTED,
		    "kexec is switched off until the next boot (kernel.kexec_load_disabled is 1): find who sets "
		    "it in /etc/sysctl.d, and reboot");
	if (lockdown_is_on(root))
		return error_set(error, STATUS_UNSUPPORTED,
				 "this Linux is locked down, so nobody may kexec what is not signed: " LOCKDOWN_REMEDY);
	if (kexec_tool() == NULL)
		return error_set(error, STATUS_UNSUPPORTED, "kexec is missing: apt-get install kexec-tools");
	return 0;
}

int kexec_memory_check(const char *root, struct error *error)
{
	char *path = memory_format("%s/sys/firmware/memmap", root);
	DIR *pieces = opendir(path);
	unsigned count = 0;

	for (struct dirent *one; pieces != NULL && (one = readdir(pieces)) != NULL;)
		count += one->d_name[0] >= '0' && one->d_name[0] <= '9';
	if (pieces != NULL)
		closedir(pieces);
	free(path);
	if (count <= PIECES_MAX)
		return 0;
	return error_set(
	    error, STATUS_UNSUPPORTED,
	    "the firmware's memory map has %u pieces, and the Aerokernel can tell the next Linux of %d: use "
	    "--stay, or boot the image of 'aerobench image'",
	    count, PIECES_MAX);
}

int kexec_linux_check(const char *path, size_t append_bytes, struct error *error)
{
	uint8_t head[HEADER_BYTES];
	uint16_t version, flags;
	uint32_t most;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? pread(fd, head, sizeof(head), 0) : -1;

	if (fd < 0)
		return error_set_errno(error, STATUS_USAGE, "open", path);
	close(fd);
	if (got != (ssize_t)sizeof(head) || memcmp(&head[HEADER_MAGIC], "HdrS", 4) != 0)
		return error_set(error, STATUS_USAGE, "%s is no bzImage of Linux: give one by --kernel", path);
	memcpy(&version, &head[HEADER_VERSION], sizeof(version));
	memcpy(&flags, &head[HEADER_FLAGS64], sizeof(flags));
	memcpy(&most, &head[HEADER_COMMAND_LINE_MAX], sizeof(most));
	if (version < VERSION_MIN || (flags & FLAGS64_BOTH) != FLAGS64_BOTH || head[HEADER_RELOCATABLE] == 0)
		return error_set(
		    error, STATUS_USAGE,
		    "%s cannot be booted by the Aerokernel: it wants a relocatable 64-bit Linux, 3.8 or later: "
		    "give one by --kernel, or --stay",
		    path);
	if (append_bytes + OWN_WORD_BYTES > most)
		return error_set(error, STATUS_USAGE,
				 "Linux's command line has %zu bytes, and with %d of ours there may be %" PRIu32
				 ": give a shorter one by --append",
				 append_bytes, OWN_WORD_BYTES, most);
	return 0;
}

/* Each program header that is loaded: System V ABI, "Program Header". */
static int segment_check(const char *path, const Elf64_Phdr *segment, const char *iomem, struct error *error)
{
	struct region_place place = {.base = segment->p_paddr, .len_bytes = segment->p_memsz};

	if (place.len_bytes > IMAGE_END_MAX || place.base > IMAGE_END_MAX - place.len_bytes)
		return error_set(error, STATUS_USAGE, "%s is no Aerokernel: it is linked above 4G", path);
	if (!kexec_place_is_memory(iomem, &place))
		return error_set(
		    error, STATUS_UNSUPPORTED,
		    "the Aerokernel cannot lie at 0x%" PRIx64 "-0x%" PRIx64
		    ": not all of that is \"System RAM\" in /proc/iomem: boot the image of 'aerobench image'",
		    place.base, place.base + place.len_bytes - 1);
	return 0;
}

int kexec_image_check(const char *path, const char *iomem, uint64_t *end, struct error *error)
{
	static const unsigned char magic[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB};
	Elf64_Phdr segments[SEGMENTS_MAX];
	Elf64_Ehdr header;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t bytes;
	bool read;

	*end = 0;
	if (fd < 0)
		return error_set_errno(error, STATUS_USAGE, "open", path);
	read = pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	       memcmp(header.e_ident, magic, sizeof(magic)) == 0 && header.e_phentsize == sizeof(segments[0]) &&
	       header.e_phnum <= SEGMENTS_MAX && header.e_phoff <= INT32_MAX;
	bytes = read ? header.e_phnum * sizeof(segments[0]) : 0;
	read = read && pread(fd, segments, bytes, (off_t)header.e_phoff) == (ssize_t)bytes;
	close(fd);
	for (unsigned i = 0; read && i < header.e_phnum; i++) {
		if (segments[i].p_type != PT_LOAD || segments[i].p_memsz == 0)
			continue;
		if (segment_check(path, &segments[i], iomem, error) != 0)
			return error->status;
		if (segments[i].p_paddr + segments[i].p_memsz > *end)
			*end = segments[i].p_paddr + segments[i].p_memsz;
	}
	if (*end == 0)
		return error_set(error, STATUS_USAGE, "%s is no Aerokernel: give one by --image", path);
	return 0;
}

const char *kexec_screen_defect(const struct fb_fix_screeninfo *screen)
{
	if (screen->smem_start == 0 || screen->smem_len == 0)
		return "the driver of /dev/fb0 does not tell where the screen's memory is (on UEFI machines efifb "
		       "does: boot "
		       "Linux with nomodeset)";
	if (screen->type != FB_TYPE_PACKED_PIXELS || screen->visual != FB_VISUAL_TRUECOLOR)
		return "/dev/fb0 has no pixels of red, green and blue";
	return NULL;
}

const char *kexec_screen_lacks(const char *root)
{
	char *path = memory_format("%s/dev/fb0", root);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct fb_fix_screeninfo screen;
	struct fb_var_screeninfo mode;
	const char *lacks = NULL;

	free(path);
	if (fd < 0)
		return "this Linux has no framebuffer, /dev/fb0";
	if (ioctl(fd, FBIOGET_FSCREENINFO, &screen) != 0 || ioctl(fd, FBIOGET_VSCREENINFO, &mode) != 0)
		lacks = "/dev/fb0 does not say what it is";
	else
		lacks = kexec_screen_defect(&screen);
	close(fd);
	return lacks;
}

/* Linux, drivers/firmware/efi/efi.c: lines of KEY=0x…; ACPI20 before ACPI. */
static uint64_t rsdp_of_efi(const char *root)
{
	char *text = kexec_text(root, "/sys/firmware/efi/systab", NULL);
	const char *at = text != NULL ? strstr(text, "ACPI20=") : NULL;
	uint64_t address;

	if (at == NULL && text != NULL)
		at = strstr(text, "ACPI=");
	address = at != NULL ? strtoull(strchr(at, '=') + 1, NULL, 0) : 0;
	free(text);
	return address;
}

/* What Linux itself was told, after a kexec: offset 0x70 of the zero page, zero-page.rst. */
static uint64_t rsdp_of_boot(const char *root)
{
	char *path = memory_format("%s/sys/kernel/boot_params/data", root);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t address = 0;

	free(path);
	if (fd < 0)
		return 0;
	if (pread(fd, &address, sizeof(address), 0x70) != (ssize_t)sizeof(address))
		address = 0;
	close(fd);
	return address;
}

char *kexec_rsdp_word(const char *root)
{
	uint64_t address = rsdp_of_efi(root);

	if (address == 0)
		address = rsdp_of_boot(root);
	return address != 0 ? memory_format("rsdp=0x%" PRIx64, address) : memory_text("");
}
