/* SPDX-License-Identifier: MIT */
/* Bytes of a boot image by GRUB's own programs: see image_make.h. */
#include "image_make.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#include "image_collector.h"
#include "image_notices.h"
#include "image_tool.h"
#include "memory.h"
#include "store_file.h"

enum { KERNEL_BYTES_MAX = 1 << 28, GRUB_STATE_BYTES = 1024, TIME_BYTES = 64 };

/* --- What is needed ----------------------------------------------------------------------------------------------------------- */

static int modules_check(const char *platform, const char *package, const char *firmware, const char *option,
			 struct error *error)
{
	char *path = memory_format("%s/%s/multiboot2.mod", image_grub_library(), platform);

	if (access(path, R_OK) != 0)
		error_set(error, STATUS_UNSUPPORTED,
			  "no %s: the image would not boot by %s; apt-get install %s (or ci/install image), or leave "
			  "%s out by --%s",
			  path, firmware, package, firmware, option);
	free(path);
	return (int)error->status;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? memory_text(".") : memory_format("%.*s/", (int)(slash - path), path);
}

static int directory_check(const char *path, struct error *error)
{
	char *directory = directory_of(path);
	int status =
	    access(directory, W_OK) == 0 ? 0 : error_set_errno(error, STATUS_FAILED, "cannot write into", directory);

	free(directory);
	return status;
}

static int output_check(const struct image_make *make, bool network, struct error *error)
{
	struct stat facts;

	if (make->output[0] == '\0' || strcmp(make->output, "-") == 0)
		return error_set(error, STATUS_USAGE, "--%s '%s' is no %s's name", network ? "pxe" : "output",
				 make->output, network ? "directory" : "file");
	if (stat(make->output, &facts) != 0)
		return network ? 0 : directory_check(make->output, error);
	if (network && !S_ISDIR(facts.st_mode))
		return error_set(error, STATUS_USAGE, "--pxe %s is no directory", make->output);
	if (network || S_ISREG(facts.st_mode))
		return 0;
	if (S_ISBLK(facts.st_mode))
		return error_set(error, STATUS_USAGE,
				 "%s is a device, and all that is on it would be lost: write to a file, make sure of "
				 "the device's name, and then "
				 "`cp FILE %s && sync` as root",
				 make->output, make->output);
	return error_set(error, STATUS_USAGE, "-o %s is no file's name", make->output);
}

int image_make_check(const struct image_make *make, bool network, struct error *error)
{
	static const struct image_tool disk[] = {{"grub-mkrescue", "grub-common"}, {"xorriso", "xorriso"}},
				       uefi[] = {{"mformat", "mtools"}},
				       stick[] = {{"mkfs.fat", "dosfstools"}, {"mcopy", "mtools"}},
				       collector[] = {{"python3", "python3"}, {"insmod", "kmod"}},
				       net[] = {{"grub-mknetdir", "grub-common"}};
	int status = network ? image_tools_check(net, 1, error) : image_tools_check(disk, 2, error);

	if (status == 0 && !network && make->uefi)
		status = image_tools_check(uefi, 1, error);
	if (status == 0 && !network && image_make_stick(make))
		status = image_tools_check(stick, 2, error);
	if (status == 0 && make->linux_kernel != NULL)
		status = image_tools_check(collector, 2, error);
	if (status == 0 && make->bios)
		status = modules_check("i386-pc", "grub-pc-bin", "BIOS", "uefi-only", error);
	if (status == 0 && make->uefi)
		status = modules_check("x86_64-efi", "grub-efi-amd64-bin", "UEFI", "bios-only", error);
	if (status == 0 && access(make->kernel, R_OK) != 0)
		status = error_set(error, STATUS_FAILED,
				   "no %s; build it: cmake --preset release && cmake --build --preset release",
				   make->kernel);
	return status == 0 ? output_check(make, network, error) : status;
}

bool image_make_stick(const struct image_make *make)
{
	return make->linux_kernel != NULL || make->menu.boots > 0;
}

/* --- The tree ------------------------------------------------------------------------------------------------------------------ */

/*
 * A CRC-32 of what makes the image what it is. It names the file systems: by that name GRUB finds its own medium, so that
 * another stick in the same machine is not taken for this one.
 */
static uint32_t fingerprint(const struct image_make *make, const char *tree, const char *const *files)
{
	char *config = image_config(&make->menu);
	uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)config, strlen(config));

	for (; *files != NULL; files++) {
		char *name = memory_format("%s%s", tree, *files), *bytes = NULL;
		size_t len_bytes;

		if (store_file_read(name, KERNEL_BYTES_MAX, &bytes, &len_bytes, NULL) == 0)
			crc = (uint32_t)crc32_z(crc, (const unsigned char *)bytes, len_bytes);
		free(bytes);
		free(name);
	}
	free(config);
	return crc;
}

static int config_write(const struct image_make *make, const char *tree, struct error *error)
{
	char *config = image_config(&make->menu);
	int status = image_file_write(tree, IMAGE_CONFIG, config, error);

	free(config);
	return status;
}

/* --- The stick's partition ------------------------------------------------------------------------------------------------------ */

/* An environment block as GRUB's manual has it, §16.2: 1024 bytes, filled up by '#'. */
static int state_write(const char *scratch, struct error *error)
{
	char text[GRUB_STATE_BYTES + 1] = "# GRUB Environment Block\nnext=\nround=\n";
	size_t len = strlen(text);

	memset(text + len, '#', GRUB_STATE_BYTES - len);
	text[GRUB_STATE_BYTES] = '\0';
	return image_file_write(scratch, IMAGE_STATE, text, error);
}

/*
 * A FAT file system in a file, with the state that GRUB writes and, with a collector, where it puts the results. The
 * collector looks for the serial number where FAT12 and FAT16 have it; mkfs.fat would take FAT32 from 512 MiB on.
 */
static int stick_make(const struct image_make *make, const char *scratch, const char *stick, uint32_t serial,
		      struct error *error)
{
	char *number = memory_format("%08X", serial), *state = memory_format("%s%s", scratch, IMAGE_STATE);
	const char *const format[] = {"mkfs.fat", "--invariant", "-F", make->linux_kernel != NULL ? "16" : "12",
				      "-i",       number,        "-n", IMAGE_STICK_LABEL,
				      stick,      NULL};
	const char *const copy[] = {"mcopy", "-i", stick, "-m", state, "::" IMAGE_STATE, NULL};
	const char *const directory[] = {"mmd", "-i", stick, "::/results", NULL};
	int status = image_file_write(scratch, "/stick", "", error);

	if (status == 0 && truncate(stick, (off_t)image_stick_bytes(&make->menu, error)) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot make", stick);
	if (status == 0)
		status = state_write(scratch, error);
	if (status == 0)
		status = image_tool_run(format, error);
	if (status == 0)
		status = image_tool_run(copy, error);
	if (status == 0 && make->linux_kernel != NULL)
		status = image_tool_run(directory, error);
	free(state);
	free(number);
	return status;
}

/* --- The disk ------------------------------------------------------------------------------------------------------------------- */

/*
 * grub-mkrescue's EFI partition gets a random serial number from mformat, which nothing reads: the only bytes that would
 * differ from one image to the next. A FAT boot sector at a multiple of an ISO sector: "MTOO" at 3, 29H at 38, the number
 * behind it (Microsoft FAT specification 1.03, "Boot Sector and BPB").
 */
static int serial_fix(const char *path, uint32_t serial, struct error *error)
{
	enum { SECTOR_BYTES = 2048, OEM_AT = 3, MARK_AT = 38, SECTORS_MAX = 1024 };
	FILE *file = fopen(path, "r+b");
	unsigned char sector[SECTOR_BYTES];
	bool done = file == NULL;

	for (long at = 0; !done && at < SECTORS_MAX && fread(sector, sizeof(sector), 1, file) == 1; at++) {
		if (memcmp(sector + OEM_AT, "MTOO", 4) != 0 || sector[MARK_AT] != 0x29)
			continue;
		fseek(file, at * SECTOR_BYTES + MARK_AT + 1, SEEK_SET);
		fwrite(&serial, sizeof(serial), 1, file);
		done = true;
	}
	if (file == NULL || fflush(file) != 0 || fsync(fileno(file)) != 0 || ferror(file))
		error_set_errno(error, STATUS_FAILED, "cannot write", path);
	if (file != NULL)
		fclose(file);
	return (int)error->status;
}

/* How many MiB are free there, where that is too few for an image; else -1. */
static double scarce_mib(const char *directory, const struct image_make *make)
{
	unsigned long long want_bytes = image_stick_bytes(&make->menu, NULL) + (64ULL << 20);
	struct statvfs facts;
	double free_bytes;

	if (statvfs(directory, &facts) != 0)
		return -1;
	free_bytes = (double)facts.f_bavail * (double)facts.f_frsize;
	return free_bytes < (double)want_bytes ? free_bytes / (1 << 20) : -1;
}

/* What xorriso and others say of a full disk names neither the file nor the bytes. */
static void space_tell(const struct image_make *make, const char *scratch, struct error *error)
{
	char *directory = directory_of(make->output);
	double output_mib = scarce_mib(directory, make), scratch_mib = scarce_mib(scratch, make);

	if (scratch_mib >= 0 && (output_mib < 0 || strstr(error->text, scratch) != NULL))
		error_prefix(error, "%s: only %.1f MiB are free there, choose another place by TMPDIR=DIR", scratch,
			     scratch_mib);
	else if (output_mib >= 0)
		error_prefix(error, "%s: only %.1f MiB are free there, choose another place by -o", make->output,
			     output_mib);
	free(directory);
}

/* A new file in the output's directory, which nobody else writes to; its name, allocated. NULL with the error set. */
static char *file_beside(const char *output, struct error *error)
{
	char *path = memory_format("%s.XXXXXX", output);
	int fd = mkstemp(path);

	if (fd >= 0 && fchmod(fd, 0644) == 0) {
		close(fd);
		return path;
	}
	error_set_errno(error, STATUS_FAILED, "cannot create", output);
	if (fd >= 0)
		close(fd);
	free(path);
	return NULL;
}

/* The volume's date is its name for GRUB (search --fs-uuid), so it is made of the fingerprint: between 1990 and 2020. */
static int disk_write(const struct image_make *make, const char *tree, const char *stick, uint32_t print,
		      struct error *error)
{
	static const time_t low_s = 631152000, range_s = 946684800;
	time_t date_s = low_s + (time_t)print % range_s;
	char *path = file_beside(make->output, error), name[TIME_BYTES];
	char *files = memory_format("=%ld", image_date_s()), *library = NULL;
	const char *argv[32] = {"grub-mkrescue",
				"-o",
				path,
				tree,
				"--fonts=",
				"--locales=",
				"--themes=",
				"--set_all_file_dates",
				files,
				"--gpt_disk_guid",
				"modification-date"};
	unsigned count = 11;
	int status = (int)error->status;

	strftime(name, sizeof(name), "--modification-date=%Y%m%d%H%M%S00", gmtime(&date_s));
	argv[count++] = name;
	if (!make->bios || !make->uefi) {
		library = memory_format("%s/%s", image_grub_library(), make->bios ? "i386-pc" : "x86_64-efi");
		argv[count++] = "-d";
		argv[count++] = library;
	}
	if (stick != NULL) {
		static const char *const append[] = {"-append_partition", "4", "0x0c"};

		for (unsigned i = 0; i < 3; i++)
			argv[count++] = append[i];
		argv[count++] = stick;
		argv[count++] = "-appended_part_as_gpt";
	}
	if (make->bios) /* without an active partition many a BIOS does not offer the stick: xorriso(1), -boot_image */
		argv[count++] = "--mbr-force-bootable";
	if (path != NULL)
		status = image_tool_run(argv, error);
	if (status == 0)
		status = serial_fix(path, print, error);
	if (status == 0 && rename(path, make->output) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot create", make->output);
	if (status != 0 && path != NULL)
		unlink(path);
	free(path);
	free(files);
	free(library);
	return status;
}

int image_make_disk(struct image_make *make, struct error *error)
{
	static const char *const files[] = {IMAGE_KERNEL, IMAGE_COLLECTOR_KERNEL, IMAGE_COLLECTOR_TREE, NULL};
	char *scratch = image_scratch_make(NULL, error), *tree, *stick, *collected, serial[16];
	uint32_t print;
	int status;

	if (scratch == NULL)
		return (int)error->status;
	tree = memory_format("%s/tree", scratch);
	stick = memory_format("%s/stick", scratch);
	collected = memory_format("%s/collected", scratch);
	make->menu.collector = make->linux_kernel != NULL;
	make->menu.stick = image_make_stick(make) ? "0000-0000" : NULL;
	status = image_file_copy(tree, IMAGE_KERNEL, make->kernel, error);
	if (status == 0 && make->linux_kernel != NULL)
		status = image_collector_make(tree, make->linux_kernel, make->modules, collected, error);
	print = fingerprint(make, tree, files);
	snprintf(serial, sizeof(serial), "%04x-%04x", print >> 16, print & 0xffff);
	if (make->menu.stick != NULL)
		make->menu.stick = serial;
	if (status == 0)
		status = config_write(make, tree, error);
	if (status == 0)
		status = image_notices_write(make, tree, make->linux_kernel != NULL ? collected : NULL, error);
	if (status == 0 && make->menu.stick != NULL)
		status = stick_make(make, scratch, stick, print, error);
	if (status == 0)
		status = disk_write(make, tree, make->menu.stick != NULL ? stick : NULL, print, error);
	if (status == STATUS_FAILED)
		space_tell(make, scratch, error);
	make->menu.stick = NULL;
	free(collected);
	free(stick);
	free(tree);
	image_scratch_remove(scratch);
	return status;
}
