/* SPDX-License-Identifier: MIT */
/* A tree for a TFTP server: see image_make.h. */
#include "image_make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "image_notices.h"
#include "image_tool.h"
#include "memory.h"

/* Puts made/boot in the place of directory/boot, which must be one of ours, or not there. */
static int boot_replace(const char *directory, const char *made, struct error *error)
{
	char *boot = memory_format("%s/boot", directory), *old = memory_format("%s/old", made);
	char *ours = memory_format("%s%s", directory, IMAGE_KERNEL), *new = memory_format("%s/new/boot", made);
	struct stat facts;
	bool there = stat(boot, &facts) == 0;
	int status = 0;

	if (there && stat(ours, &facts) != 0)
		status =
		    error_set(error, STATUS_USAGE,
			      "--pxe: %s is there and not made by 'aerobench image': choose another directory", boot);
	else if (there && rename(boot, old) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot move away", boot);
	else if (rename(new, boot) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot create", boot);
	if (status != 0 && there && stat(boot, &facts) != 0)
		rename(old, boot);
	free(boot);
	free(old);
	free(ours);
	free(new);
	return status;
}

int image_make_network(struct image_make *make, struct error *error)
{
	bool fresh = mkdir(make->output, 0755) == 0;
	char *scratch, *tree, *net, *library = NULL, *config;
	const char *argv[12] = {"grub-mknetdir", NULL, "--subdir=boot/grub", "--fonts=", "--locales=", "--themes="};
	int status;

	if (!fresh && errno != EEXIST)
		return error_set_errno(error, STATUS_FAILED, "cannot make", make->output);
	scratch = image_scratch_make(make->output, error);
	if (scratch == NULL)
		return (int)error->status;
	tree = memory_format("%s/new", scratch);
	net = memory_format("--net-directory=%s", tree);
	argv[1] = net;
	if (!make->bios || !make->uefi) {
		library = memory_format("%s/%s", image_grub_library(), make->bios ? "i386-pc" : "x86_64-efi");
		argv[6] = "-d";
		argv[7] = library;
	}
	config = image_config(&make->menu);
	status = image_file_copy(tree, IMAGE_KERNEL, make->kernel, error);
	if (status == 0)
		status = image_tool_run(argv, error);
	if (status == 0)
		status = image_file_write(tree, IMAGE_CONFIG, config, error);
	if (status == 0)
		status = image_notices_write(make, tree, NULL, error);
	if (status == 0)
		status = boot_replace(make->output, scratch, error);
	free(config);
	free(library);
	free(net);
	free(tree);
	image_scratch_remove(scratch);
	return status;
}
