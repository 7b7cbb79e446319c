/* SPDX-License-Identifier: MIT */
/* Where things are: see paths.h. */
#include "paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

static const char *paths_environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *paths_root(void)
{
	const char *root = paths_environment("AEROBENCH_ROOT");

	return root != NULL ? root : AEROBENCH_SOURCE_DIR;
}

const char *paths_bin(void)
{
	static char path[PATH_MAX];
	const char *bin = paths_environment("AEROBENCH_BIN");
	ssize_t len;
	char *slash;

	if (bin != NULL)
		return bin;
	if (path[0] != '\0')
		return path;
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		strcpy(path, ".");
	else
		*slash = '\0';
	return path;
}

const char *paths_results(const char *option)
{
	static char *results;

	if (option != NULL)
		return option;
	option = paths_environment("AEROBENCH_RESULTS");
	if (option != NULL)
		return option;
	if (results == NULL)
		results = paths_in_root("results/runs");
	return results;
}

const char *paths_recorded(const char *path)
{
	const char *root = paths_root();
	size_t len = strlen(root);

	return strncmp(path, root, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

char *paths_in_root(const char *relative)
{
	return memory_format("%s/%s", paths_root(), relative);
}
