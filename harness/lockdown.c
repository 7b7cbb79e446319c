/* SPDX-License-Identifier: MIT */
/* Whether Linux is locked down: see lockdown.h. */
#include "lockdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* "none [integrity] confidentiality": what holds stands in brackets. */
bool lockdown_is_on(const char *root)
{
	char *path = memory_format("%s/sys/kernel/security/lockdown", root), said[64] = "";
	FILE *file = fopen(path, "re");

	free(path);
	if (file == NULL)
		return false;
	if (fgets(said, sizeof(said), file) == NULL)
		said[0] = '\0';
	fclose(file);
	return said[0] != '\0' && strstr(said, "[none]") == NULL;
}
