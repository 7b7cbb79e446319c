/* SPDX-License-Identifier: MIT */
/* Imports on disk: see import_file.h. */
#include "import_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "memory.h"
#include "output.h"
#include "store_file.h"

#define IMPORT_SCHEMA "aerobench.import/1"

static char *path_of(const char *results, const char *name)
{
	return memory_format("%s/imports/%s.json", results, name);
}

/* A name is a file name anywhere, and no path. */
static bool name_valid(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && (i == 0 || strchr("-_.", name[i]) == NULL))
			return false;
	}
	return len > 0 && len <= 64;
}

bool import_file_exists(const char *results, const char *name)
{
	char *path = path_of(results, name);
	bool exists = name_valid(name) && access(path, F_OK) == 0;

	free(path);
	return exists;
}

/* --- Reading ----------------------------------------------------------------------------------------------------------- */

static int broken(const char *what, struct error *error)
{
	return error_set(error, STATUS_USAGE, "%s: import the file again", what);
}

static bool read_maps(struct import_file *file, const json_t *maps)
{
	const char *row;
	json_t *point;

	if (!json_is_object(maps))
		return false;
	json_object_foreach((json_t *)maps, row, point)
	{
		if (!json_is_string(point))
			return false;
		file->maps = memory_grow(file->maps, file->map_count, sizeof(*file->maps));
		file->maps[file->map_count++] =
		    (struct import_map){memory_text(row), memory_text(json_string_value(point))};
	}
	return true;
}

static char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return memory_text(text != NULL ? text : "");
}

int import_file_read(struct import_file *file, const char *text, size_t len_bytes, struct error *error)
{
	const char *reason, *schema, *content;
	json_t *json = store_json_open(text, len_bytes, &reason);
	json_int_t unit;
	int status = 0;

	*file = (struct import_file){0};
	if (json == NULL)
		return broken(reason, error);
	file->name = text_of(json, "name");
	file->source = text_of(json, "source");
	file->imported = text_of(json, "imported");
	schema = json_string_value(json_object_get(json, "schema"));
	content = json_string_value(json_object_get(json, "text"));
	unit = json_integer_value(json_object_get(json, "unit_ns"));
	if (schema == NULL || strcmp(schema, IMPORT_SCHEMA) != 0)
		status = broken("is of another schema than " IMPORT_SCHEMA, error);
	else if (!read_maps(file, json_object_get(json, "maps")) || content == NULL || unit < 0 || unit > 1000000000)
		status = broken("has no text or no maps", error);
	else
		status = import_parse(&file->import, content, json_string_value(json_object_get(json, "format")),
				      (unsigned)unit, error);
	json_decref(json);
	return status;
}

int import_file_open(struct import_file *file, const char *results, const char *name, struct error *error)
{
	char *path = path_of(results, name), *text = NULL;
	size_t len_bytes;
	int status = 0;

	*file = (struct import_file){0};
	if (!import_file_exists(results, name))
		status = error_set(error, STATUS_USAGE, "no import '%s' in %s: `aerobench import --list` lists them",
				   name, results);
	else if ((status = store_file_read(path, 2 * (size_t)IMPORT_BYTES_MAX, &text, &len_bytes, error)) == 0 &&
		 (status = import_file_read(file, text, len_bytes, error)) != 0)
		error_prefix(error, "%s", path);
	free(text);
	free(path);
	return status;
}

void import_file_free(struct import_file *file)
{
	for (size_t i = 0; i < file->map_count; i++) {
		free(file->maps[i].row);
		free(file->maps[i].point);
	}
	free(file->maps);
	import_free(&file->import);
	free(file->name);
	free(file->source);
	free(file->imported);
	*file = (struct import_file){0};
}

const char *import_file_point(const struct import_file *file, const struct import_row *row)
{
	for (size_t i = 0; i < file->map_count; i++) {
		if (strcmp(file->maps[i].row, row->name) == 0)
			return file->maps[i].point;
	}
	return row->name;
}

/* --- Writing ----------------------------------------------------------------------------------------------------------- */

static int check_maps(const struct import_request *request, const struct import *import, struct error *error)
{
	for (size_t i = 0; i < request->map_count; i++) {
		size_t row = 0;

		while (row < import->row_count && strcmp(import->rows[row].name, request->maps[i].row) != 0)
			row++;
		if (row == import->row_count)
			return error_set(error, STATUS_USAGE, "--map: %s has no row '%s'; its first is '%s'",
					 request->path, request->maps[i].row, import->rows[0].name);
	}
	return 0;
}

static json_t *file_json(const struct import_request *request, const char *format, const char *text)
{
	const char *slash = strrchr(request->path, '/');
	json_t *maps = json_object();
	time_t now = time(NULL);
	struct tm utc;
	char date[32];

	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	for (size_t i = 0; i < request->map_count; i++)
		json_object_set_new(maps, request->maps[i].row, output_text_json(request->maps[i].point));
	/* A record names no directory of its user. */
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:o, s:o}", "schema", IMPORT_SCHEMA, "name", request->name,
			 "source", output_text_json(slash != NULL ? slash + 1 : request->path), "imported", date,
			 "format", format, "unit_ns", (json_int_t)request->unit_ns, "maps", maps, "text",
			 output_text_json(text));
}

static int write_file(const char *results, const char *name, json_t *json, struct error *error)
{
	char *directory = memory_format("%s/imports", results), *path = path_of(results, name);
	char *text = store_json_seal(json, JSON_INDENT(1));
	int status = 0;

	if ((mkdir(results, 0777) != 0 && errno != EEXIST) || (mkdir(directory, 0777) != 0 && errno != EEXIST))
		status = error_set_errno(error, STATUS_FAILED, "cannot create", directory);
	else
		status = store_file_write(path, text, strlen(text), error);
	free(text);
	free(path);
	free(directory);
	return status;
}

int import_file_add(const char *results, const struct import_request *request, struct error *error)
{
	struct import import = {0};
	char *text = NULL;
	size_t len_bytes;
	json_t *json;
	int status;

	if (!name_valid(request->name))
		return error_set(error, STATUS_USAGE,
				 "--as %s: a name is letters, digits, '-', '_' and '.', begins with a letter or digit",
				 request->name);
	if (import_file_exists(results, request->name))
		return error_set(error, STATUS_USAGE,
				 "there is an import '%s': choose another name, or `aerobench import --remove %s`",
				 request->name, request->name);
	status = store_file_read(request->path, IMPORT_BYTES_MAX, &text, &len_bytes, error);
	if (status == 0 && strlen(text) != len_bytes)
		status = error_set(error, STATUS_USAGE, "holds NUL bytes: no text");
	if (status == 0)
		status = import_parse(&import, text, request->format, request->unit_ns, error);
	if (status == 0)
		status = check_maps(request, &import, error);
	if (status == 0) {
		json = file_json(request, import.format, text);
		status = write_file(results, request->name, json, error);
		json_decref(json);
	} else if (text != NULL) {
		error_prefix(error, "%s", request->path);
	}
	import_free(&import);
	free(text);
	return status;
}

/* --- All of them ------------------------------------------------------------------------------------------------------- */

static int name_order(const void *left, const void *right)
{
	char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

int import_file_list(const char *results, char ***names, size_t *count, struct error *error)
{
	char *path = memory_format("%s/imports", results);
	DIR *directory = opendir(path);
	struct dirent *entry;
	int status = 0;

	*names = NULL;
	*count = 0;
	if (directory == NULL && errno != ENOENT)
		status = error_set_errno(error, STATUS_USAGE, "cannot read", path);
	free(path);
	if (directory == NULL)
		return status;
	while ((entry = readdir(directory)) != NULL) {
		const char *suffix = strrchr(entry->d_name, '.');
		char *name;

		if (suffix == NULL || strcmp(suffix, ".json") != 0)
			continue;
		name = memory_format("%.*s", (int)(suffix - entry->d_name), entry->d_name);
		if (name_valid(name)) {
			*names = memory_grow(*names, *count, sizeof(**names));
			(*names)[(*count)++] = name;
		} else {
			free(name);
		}
	}
	closedir(directory);
	if (*count > 1)
		qsort(*names, *count, sizeof(**names), name_order);
	return 0;
}

int import_file_remove(const char *results, const char *name, struct error *error)
{
	char *path = path_of(results, name);
	int status = 0;

	if (!import_file_exists(results, name))
		status = error_set(error, STATUS_USAGE, "no import '%s' in %s: `aerobench import --list` lists them",
				   name, results);
	else if (unlink(path) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot remove", path);
	free(path);
	return status;
}
