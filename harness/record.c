/* SPDX-License-Identifier: MIT */
/* What a run's record says: see record.h. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <build_info.h>
#include <zlib.h>

#include "build.h"
#include "elf_size.h"
#include "environment.h"
#include "host.h"
#include "launch.h"
#include "launch_machine.h"
#include "memory.h"
#include "paths.h"
#include "stack_usage.h"

static const char *const images[] = {"aerokernel.elf", "linux-baseline", "guest.cpio.gz", "vmlinuz"};

/* Length and CRC-32 of a program, null if it is not there. */
static json_t *image_json(const char *directory, const char *name)
{
	static unsigned char buffer[1 << 16];
	char *path = memory_format("%s/%s", directory, name), crc_text[16];
	FILE *file = fopen(path, "re");
	uLong crc = crc32(0, NULL, 0);
	json_int_t len_bytes = 0;
	size_t got;

	free(path);
	if (file == NULL)
		return json_null();
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0) {
		crc = crc32(crc, buffer, (uInt)got);
		len_bytes += (json_int_t)got;
	}
	fclose(file);
	snprintf(crc_text, sizeof(crc_text), "%08lx", crc);
	return json_pack("{s:I, s:s}", "bytes", len_bytes, "crc32", crc_text);
}

static json_t *images_json(const char *directory)
{
	json_t *programs = json_object();

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		json_object_set_new(programs, images[i], image_json(directory, images[i]));
	return programs;
}

/* What the compiler said of the program's stack, from the file beside it; NULL without one. */
static json_t *stack_json(const char *program)
{
	char *path = memory_format("%s.stack", program);
	struct stack_usage usage = {0};
	struct error error = {0};
	json_t *json = NULL;

	if (access(path, F_OK) == 0 && stack_usage_read(&usage, path, &error) == 0)
		json = stack_usage_json(&usage);
	if (error.status != STATUS_OK)
		error_warn("%s", error.text);
	stack_usage_free(&usage);
	free(path);
	return json;
}

/* {NAME: {"text_bytes": N, "image_bytes": N, "stack": …}} of the programs that are ELF files. */
static json_t *sizes_json(void)
{
	json_t *sizes = json_object();

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		char *path = launch_path(images[i]);
		struct elf_size size;

		if (elf_size_read(&size, path))
			json_object_set_new(sizes, images[i],
					    json_pack("{s:I, s:I, s:o*}", "text_bytes", (json_int_t)size.text_bytes,
						      "image_bytes", (json_int_t)size.image_bytes, "stack",
						      stack_json(path)));
		free(path);
	}
	return sizes;
}

/* {NAME: {"directory": …, "programs": {…}}} of the builds beside this program's. */
static json_t *builds_json(void)
{
	json_t *directories = build_json(), *json = json_object(), *directory;
	const char *name;

	json_object_foreach(directories, name, directory) json_object_set_new(
	    json, name,
	    json_pack("{s:O, s:o}", "directory", directory, "programs", images_json(json_string_value(directory))));
	json_decref(directories);
	return json;
}

static json_t *versions_json(void)
{
	char qemu[64] = "";
	bool found = launch_qemu_probe(qemu, NULL) == 0;

	return json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o, s:o}", "aerobench", BUILD_COMMIT, "compiler", BUILD_COMPILER,
			 "build", BUILD_TYPE, "qemu", found ? qemu : NULL, "programs", images_json(paths_bin()),
			 "builds", builds_json(), "sizes", sizes_json());
}

json_t *record_make(const struct plan *plan, int argc, char *const *argv, const char *words)
{
	json_t *command = json_array(), *campaign = plan_json(plan);
	struct host host;

	for (int i = 0; i < argc; i++) {
		char *word = environment_word(argv[i]);

		json_array_append_new(command, json_string(word));
		free(word);
	}
	if (words != NULL)
		json_object_set_new(campaign, "words", json_string(words));
	host_probe(&host);
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "doctor", host_json(&host), "environment",
			 environment_json(plan->cpus != 0 ? plan->cpus : LAUNCH_CPUS_DEFAULT), "versions",
			 versions_json(), "command", command, "campaign", campaign);
}

static int same_images(const json_t *programs, const char *directory, struct error *error)
{
	int status = 0;

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]) && status == 0; i++) {
		const json_t *then = json_object_get(programs, images[i]);
		json_t *now = image_json(directory, images[i]);

		if (then != NULL && !json_is_null(then) && !json_equal(then, now))
			status =
			    error_set(error, STATUS_USAGE,
				      "%s is not the one that this run was begun with; start a new run", images[i]);
		json_decref(now);
	}
	return status;
}

int record_take_builds(const json_t *run, struct error *error)
{
	json_t *builds = json_object_get(json_object_get(run, "versions"), "builds"), *build;
	const char *name;
	int status = 0;

	json_object_foreach(builds, name, build)
	{
		const char *directory = json_string_value(json_object_get(build, "directory"));

		if (status == 0 && directory != NULL && build_directory(name) == NULL)
			status = build_set(name, directory, error);
	}
	return status;
}

int record_same_programs(const json_t *run, struct error *error)
{
	json_t *versions = json_object_get(run, "versions"), *build;
	int status = same_images(json_object_get(versions, "programs"), paths_bin(), error);
	const char *name;

	json_object_foreach(json_object_get(versions, "builds"), name, build)
	{
		const char *directory = build_directory(name);

		if (status == 0 && directory != NULL)
			status = same_images(json_object_get(build, "programs"), directory, error);
	}
	return status;
}
