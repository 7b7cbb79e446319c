/* SPDX-License-Identifier: MIT */
/* The surroundings of a run: see environment.h. */
#include "environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <build_info.h>

#include "cpus.h"
#include "memory.h"
#include "paths.h"
#include "process.h"
#include "tune.h"

static const uint64_t QUERY_NS = 5ull * 1000 * 1000 * 1000;

char *environment_anonymous(char *topology_xml)
{
	/* of hwloc's info attributes: the name, the container, and the board's (DMI) own numbers */
	static const char *const telling[] = {"\"HostName\"", "\"LinuxCgroup\"", "Serial",
					      "UUID",         "AssetTag",        "Address"};
	char *to = topology_xml, *line = topology_xml;

	while (line != NULL && *line != '\0') {
		size_t len = strcspn(line, "\n");
		char *next = line + len + (line[len] == '\n'), end = line[len];
		bool tells = false;

		line[len] = '\0';
		for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]) && strstr(line, "<info ") != NULL; i++)
			tells = tells || strstr(line, telling[i]) != NULL;
		line[len] = end;
		if (!tells) {
			memmove(to, line, (size_t)(next - line));
			to += next - line;
		}
		line = next;
	}
	if (to != NULL)
		*to = '\0';
	return topology_xml;
}

char *environment_word(const char *word)
{
	const char *home = getenv("HOME"), *shorter = paths_recorded(word);
	size_t len = home != NULL ? strlen(home) : 0;

	if (shorter == word && len > 1 && strncmp(word, home, len) == 0 && (word[len] == '/' || word[len] == '\0'))
		return memory_format("~%s", word + len);
	return memory_text(shorter);
}

/* {PACKAGE: VERSION} of those that are installed; null where there is no dpkg. */
static json_t *packages_json(void)
{
	char *const query[] = {"dpkg-query",  "-W",
			       "-f",          "${Package} ${Version} ${db:Status-Abbrev}\n",
			       "binutils",    "cmake",
			       "gcc",         "gcc-*[0-9]",
			       "gnuplot-nox", "libc6",
			       "libc6-dev",   "libhwloc15",
			       "libjansson4", "libpfm4",
			       "libzstd1",    "linux-image-*[0-9]-amd64",
			       "ninja-build", "qemu-system-x86",
			       "seabios",     "zlib1g",
			       NULL};
	char *text = process_capture(query, QUERY_NS), *rest = text;
	json_t *packages = text != NULL ? json_object() : json_null();

	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char name[64], version[128], state[8];

		/* a pattern that fits nothing is a line of another form; "ii" is installed */
		if (sscanf(line, "%63s %127s %7s", name, version, state) == 3 && strcmp(state, "ii") == 0)
			json_object_set_new(packages, name, json_string(version));
	}
	free(text);
	return packages;
}

/* The files that `aerobench tune` knows, all settings, with the value that they have. */
static json_t *settings_json(const char *cpus)
{
	struct error error = {STATUS_OK, ""};
	json_t *settings = json_object();
	struct tune_items items;

	if (tune_items_find(&items, "", cpus, "aslr,rt-throttling,counters", &error) == 0)
		for (size_t i = 0; i < items.count; i++)
			json_object_set_new(settings, items.items[i].path, json_string(items.items[i].now));
	tune_items_free(&items);
	return settings;
}

static json_t *tuned_json(void)
{
	struct tune tune;
	json_t *changes;

	tune_init(&tune, NULL, NULL);
	changes = tune_in_force(&tune);
	tune_free(&tune);
	return changes;
}

json_t *environment_json(unsigned cpus)
{
	unsigned chosen[CPUS_MAX];
	char *list = cpus_text(chosen, cpus_choose(chosen, cpus)), *xml = environment_anonymous(cpus_topology_xml());
	json_t *flags = json_pack("{s:s, s:s}", "aerokernel", BUILD_FLAGS_KERNEL, "linux", BUILD_FLAGS_LINUX);
	json_t *json =
	    json_pack("{s:s, s:o, s:o, s:o, s:o, s:s?}", "cpus", list, "flags", flags, "packages", packages_json(),
		      "settings", settings_json(list), "tuned", tuned_json(), "topology_xml", xml);

	free(list);
	free(xml);
	return json;
}
