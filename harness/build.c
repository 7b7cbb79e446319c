/* SPDX-License-Identifier: MIT */
/* Builds with names: see build.h. */
#include "build.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "memory.h"
#include "output.h"
#include "paths.h"

struct build {
	char name[BUILD_NAME_MAX];
	char *directory;
};

static struct build builds[BUILD_MAX];
static size_t build_count;

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool build_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= BUILD_NAME_MAX || !is_letter_or_digit(name[0]))
		return false;
	for (size_t i = 1; i < len; i++) {
		if (!is_letter_or_digit(name[i]) && strchr("._-", name[i]) == NULL)
			return false;
	}
	return true;
}

static struct build *find(const char *name)
{
	for (size_t i = 0; i < build_count; i++) {
		if (strcmp(builds[i].name, name) == 0)
			return &builds[i];
	}
	return NULL;
}

int build_set(const char *name, const char *directory, struct error *error)
{
	struct build *build = find(name);
	char path[PATH_MAX];
	struct stat facts;

	if (!build_name_valid(name))
		return error_set(error, STATUS_USAGE,
				 "'%.40s' is no name for a build: use at most %d letters, digits, '.', '_' and '-'",
				 name, BUILD_NAME_MAX - 1);
	if (realpath(directory, path) == NULL || stat(path, &facts) != 0 || !S_ISDIR(facts.st_mode))
		return error_set(
		    error, STATUS_USAGE,
		    "build %s: no directory '%s'; name the one that holds aerokernel.elf or linux-baseline", name,
		    directory);
	if (build == NULL && build_count == BUILD_MAX)
		return error_set(error, STATUS_USAGE, "build %s: at most %d builds fit into a run", name, BUILD_MAX);
	if (build == NULL) {
		build = &builds[build_count++];
		strcpy(build->name, name);
	}
	free(build->directory);
	build->directory = memory_text(path);
	return 0;
}

int build_add(const char *text, struct error *error)
{
	const char *equals = strchr(text, '=');
	char *name;
	int status;

	if (equals == NULL)
		return error_set(error, STATUS_USAGE, "build '%s' is not NAME=DIR", text);
	name = memory_format("%.*s", (int)(equals - text), text);
	status = build_set(name, equals + 1, error);
	free(name);
	return status;
}

const char *build_directory(const char *name)
{
	const struct build *build = find(name);

	if (name[0] == '\0')
		return paths_bin();
	return build != NULL ? build->directory : NULL;
}

json_t *build_json(void)
{
	json_t *json = json_object();

	for (size_t i = 0; i < build_count; i++)
		json_object_set_new(json, builds[i].name, output_text_json(builds[i].directory));
	return json;
}
