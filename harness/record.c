/* SPDX-License-Identifier: MIT */
/* What a run's record says: see record.h. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <build_info.h>
#include <zlib.h>

#include "cpus.h"
#include "host.h"
#include "launch.h"
#include "launch_machine.h"
#include "memory.h"

static const char *const images[] = {"aerokernel.elf", "linux-baseline", "guest.cpio.gz", "vmlinuz"};

/* Length and CRC-32 of a program, null if it is not there. */
static json_t *image_json(const char *name)
{
	static unsigned char buffer[1 << 16];
	char *path = launch_path(name), crc_text[16];
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

static json_t *versions_json(void)
{
	char qemu[64] = "";
	json_t *programs = json_object();
	bool found = launch_qemu_probe(qemu, NULL) == 0;

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		json_object_set_new(programs, images[i], image_json(images[i]));
	return json_pack("{s:s, s:s, s:s, s:s?, s:o}", "aerobench", BUILD_COMMIT, "compiler", BUILD_COMPILER, "build",
			 BUILD_TYPE, "qemu", found ? qemu : NULL, "programs", programs);
}

static json_t *environment_json(const struct plan *plan)
{
	unsigned cpus[CPUS_MAX], wanted = plan->cpus != 0 ? plan->cpus : LAUNCH_CPUS_DEFAULT;
	char *list = cpus_text(cpus, cpus_choose(cpus, wanted)), *xml = cpus_topology_xml();
	json_t *json = json_pack("{s:s, s:s?}", "cpus", list, "topology_xml", xml);

	free(list);
	free(xml);
	return json;
}

json_t *record_make(const struct plan *plan, int argc, char *const *argv, const char *words)
{
	json_t *command = json_array(), *campaign = plan_json(plan);
	struct host host;

	for (int i = 0; i < argc; i++)
		json_array_append_new(command, json_string(argv[i]));
	if (words != NULL)
		json_object_set_new(campaign, "words", json_string(words));
	host_probe(&host);
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "doctor", host_json(&host), "environment", environment_json(plan),
			 "versions", versions_json(), "command", command, "campaign", campaign);
}

int record_same_programs(const json_t *run, struct error *error)
{
	const json_t *programs = json_object_get(json_object_get(run, "versions"), "programs");
	int status = 0;

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]) && status == 0; i++) {
		const json_t *then = json_object_get(programs, images[i]);
		json_t *now = image_json(images[i]);

		if (then != NULL && !json_is_null(then) && !json_equal(then, now))
			status =
			    error_set(error, STATUS_USAGE,
				      "%s is not the one that this run was begun with; start a new run", images[i]);
		json_decref(now);
	}
	return status;
}
