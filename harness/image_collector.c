/* SPDX-License-Identifier: MIT */
/* The collector's kernel and initramfs: see image_collector.h. */
#include "image_collector.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image.h"
#include "image_tool.h"
#include "memory.h"
#include "paths.h"

enum { OPEN_DIRECTORIES = 16, LINE_BYTES = 512 };

/*
 * What a stick or disk may hang on, and its file system. A kernel that lacks one of the first does without. The drivers of some
 * chips stand beside the common one, which leaves these chips to them and does not depend on them: xHCI of Renesas since Linux
 * 6.12 (commit 25f51b76f90f) and of AMD's PROM21 since 7.2; card readers and bridges to ATA in usb-storage's ignore_ids
 * (drivers/usb/storage/usual-tables.c).
 */
static struct module {
	const char *name;
	bool needed, found;
} modules_wanted[] = {
    {"usb-storage", false, false},     {"uas", false, false},        {"ums-realtek", false, false},
    {"ums-cypress", false, false},     {"ums-isd200", false, false}, {"ums-onetouch", false, false},
    {"sd_mod", false, false},          {"xhci-pci", false, false},   {"xhci-pci-renesas", false, false},
    {"xhci-pci-prom21", false, false}, {"ehci-pci", false, false},   {"ohci-pci", false, false},
    {"uhci-hcd", false, false},        {"ahci", false, false},       {"nvme", false, false},
    {"virtio_blk", false, false},      {"virtio_pci", false, false}, {"vfat", true, false},
    {"nls_cp437", true, false},        {"nls_ascii", true, false},
};

enum { MODULES = sizeof(modules_wanted) / sizeof(modules_wanted[0]) };

/* NAME.ko… as a file's name, '-' and '_' being the same letter. */
static bool module_is(const char *file, const char *name)
{
	for (; *name != '\0'; file++, name++) {
		if (*file != *name && !(strchr("-_", *file) != NULL && strchr("-_", *name) != NULL && *file != '\0'))
			return false;
	}
	return strncmp(file, ".ko", 3) == 0;
}

static void builtin_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[LINE_BYTES];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		const char *slash = strrchr(line, '/');

		for (unsigned i = 0; i < MODULES; i++)
			modules_wanted[i].found |= module_is(slash != NULL ? slash + 1 : line, modules_wanted[i].name);
	}
	if (file != NULL)
		fclose(file);
}

static int module_seen(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	(void)facts;
	if (kind != FTW_F)
		return 0;
	if (strcmp(path + place->base, "modules.builtin") == 0)
		builtin_read(path);
	for (unsigned i = 0; i < MODULES; i++)
		modules_wanted[i].found |= module_is(path + place->base, modules_wanted[i].name);
	return 0;
}

static bool has(const char *name)
{
	for (unsigned i = 0; i < MODULES; i++)
		if (strcmp(modules_wanted[i].name, name) == 0)
			return modules_wanted[i].found;
	return false;
}

/* Where a stick or disk may be that this kernel cannot reach, and where it can. */
static void buses_tell(void)
{
	bool host = has("xhci-pci") || has("ehci-pci") || has("ohci-pci") || has("uhci-hcd");
	const struct {
		const char *driver, *place;
		bool reached;
	} buses[] = {{"usb-storage", "USB", host && has("usb-storage") && has("sd_mod")},
		     {"ahci", "SATA (AHCI)", has("ahci") && has("sd_mod")},
		     {"nvme", "NVMe", has("nvme")},
		     {"virtio_blk", "virtio", has("virtio_blk") && has("virtio_pci")}};
	char *lacks = memory_text(""), *reaches = memory_text("");

	for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++) {
		char **list = buses[i].reached ? &reaches : &lacks;
		char *longer = memory_format("%s%s%s", *list,
					     (*list)[0] == '\0' ? ""
					     : buses[i].reached ? " and "
								: ", ",
					     buses[i].reached ? buses[i].place : buses[i].driver);

		free(*list);
		*list = longer;
	}
	if (!buses[0].reached)
		error_warn(
		    "the collector's kernel has no %s: it finds the image on %s only, not on a USB stick; Debian's "
		    "linux-image-VERSION-amd64 (without cloud) and Ubuntu's generic kernel have them",
		    lacks, reaches[0] != '\0' ? reaches : "nothing");
	free(reaches);
	free(lacks);
}

/* The names of those that the kernel has, separated by commas; NULL with the error set: it lacks one that is needed. */
static char *modules_find(const char *directory, struct error *error)
{
	char *list = memory_text("");

	nftw(directory, module_seen, OPEN_DIRECTORIES, FTW_PHYS);
	for (unsigned i = 0; i < MODULES; i++) {
		const struct module *module = &modules_wanted[i];
		char *longer;

		if (!module->found && module->needed) {
			error_set(
			    error, STATUS_USAGE,
			    "--modules-from %s: no module %s below lib/modules/VERSION: name the root directory of "
			    "an unpacked kernel package (Debian: linux-image-VERSION, linux-image-amd64 is empty; "
			    "Ubuntu: linux-modules-VERSION, linux-image-VERSION has none)",
			    directory, module->name);
			free(list);
			return NULL;
		}
		if (!module->found)
			continue;
		longer = memory_format("%s%s%s", list, list[0] != '\0' ? "," : "", module->name);
		free(list);
		list = longer;
	}
	buses_tell();
	return list;
}

int image_collector_make(const char *tree, const char *linux_kernel, const char *modules, const char *collected,
			 struct error *error)
{
	static const char *const programs[] = {"mount", "umount", "dd", "od",    "tr",  "mkdir",
					       "sync",  "mv",     "rm", "sleep", "cat", "fsck.fat"};
	char *guest_tree = paths_in_root("ci/guest_tree"), *init = paths_in_root("harness/collector/init");
	char *archive = memory_format("%s%s", tree, IMAGE_COLLECTOR_TREE), *list = modules_find(modules, error);
	const char *argv[2 * sizeof(programs) / sizeof(programs[0]) + 16] = {guest_tree, archive, "--init", init};
	unsigned count = 4;
	int status =
	    list == NULL ? (int)error->status : image_file_copy(tree, IMAGE_COLLECTOR_KERNEL, linux_kernel, error);

	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		argv[count++] = "--program";
		argv[count++] = programs[i];
	}
	argv[count++] = "--modules";
	argv[count++] = list;
	argv[count++] = "--modules-from";
	argv[count++] = modules;
	argv[count++] = "--sources";
	argv[count++] = collected;
	if (status == 0 && image_tool_run(argv, error) != 0)
		status = error_prefix(error, "the collector's programs and modules");
	free(list);
	free(archive);
	free(init);
	free(guest_tree);
	return status;
}
