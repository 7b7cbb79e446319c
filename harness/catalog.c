/* SPDX-License-Identifier: MIT */
/*
 * The systems' own lists of benchmarks. The value of a parameter of a @bench record is all its values, joined by '|'.
 */
#include "catalog.h"

#include <stdlib.h>
#include <string.h>

#include "launch.h"
#include "memory.h"

enum { WORDS_MAX = 256 };
/* A second; on a KVM that is emulated itself a minute (ci/kvm_test). The bound is for a hang. */
static const uint64_t LIST_TIMEOUT_NS = 300ULL * 1000 * 1000 * 1000;

/* --- Asking ----------------------------------------------------------------------------------------------------------------- */

int catalog_load(struct catalog *catalog, enum subject_system system)
{
	const char *aerokernel = catalog->on_kvm ? "aerokernel@kvm" : "aerokernel@sim";
	const char *name = system == SUBJECT_LINUX ? "linux@host" : aerokernel;
	struct error *error = &catalog->error[system];
	struct launch_request request = {.words = "mode=list", .timeout_ns = LIST_TIMEOUT_NS};
	struct launch_result result;
	struct subject subject;

	if (catalog->loaded[system] || error->status != STATUS_OK)
		return (int)error->status;
	if (subject_parse(&subject, name, error) != 0)
		return (int)error->status;
	subject_set_build(&subject, catalog->build != NULL ? catalog->build : "");
	request.subject = &subject;
	if (launch_boot(&request, &result) != 0)
		error_set(error, result.error.status, "%s", result.error.text);
	else if (stream_parse(&catalog->stream[system], result.stream, result.stream_bytes, error) != 0)
		error_prefix(error, "%s mode=list", subject.name);
	else
		catalog->loaded[system] = true;
	launch_result_free(&result);
	return (int)error->status;
}

void catalog_free(struct catalog *catalog)
{
	for (int system = 0; system < SUBJECT_SYSTEMS; system++)
		stream_free(&catalog->stream[system]);
	memset(catalog, 0, sizeof(*catalog));
}

static bool same(const char *name, const char *word, size_t len)
{
	return strlen(name) == len && memcmp(name, word, len) == 0;
}

static const struct stream_bench *find(const struct catalog *catalog, int system, const char *name, size_t len)
{
	const struct stream *stream = &catalog->stream[system];

	for (size_t i = 0; catalog->loaded[system] && i < stream->bench_count; i++)
		if (same(stream->benches[i].point.benchmark, name, len))
			return &stream->benches[i];
	return NULL;
}

const struct stream_bench *catalog_find(const struct catalog *catalog, enum subject_system system, const char *name)
{
	return find(catalog, (int)system, name, strlen(name));
}

/* --- Checking ---------------------------------------------------------------------------------------------------------------- */

/* The names of all benchmarks, for "nearest". Returns their number. */
static size_t all_names(const struct catalog *catalog, const char **names)
{
	size_t count = 0;

	for (int system = 0; system < SUBJECT_SYSTEMS; system++) {
		const struct stream *stream = &catalog->stream[system];

		for (size_t i = 0; catalog->loaded[system] && i < stream->bench_count && count < WORDS_MAX; i++)
			names[count++] = stream->benches[i].point.benchmark;
	}
	return count;
}

static int unknown_name(const struct catalog *catalog, const char *selection, size_t len, struct error *error)
{
	const char *names[WORDS_MAX];
	char *name = memory_format("%.*s", (int)(len < 64 ? len : 64), selection);
	size_t count = all_names(catalog, names);

	if (count > 0)
		error_set(error, STATUS_USAGE, "unknown benchmark '%s', nearest is '%s'; see 'aerobench list'", name,
			  subject_nearest(name, names, count));
	else
		error_set(error, STATUS_USAGE, "benchmark '%s' cannot be looked up: %s", name,
			  catalog->error[SUBJECT_LINUX].text);
	free(name);
	return STATUS_USAGE;
}

/* One PARAM=VALUE of a selection against the benchmark's record. */
static int check_param(const struct stream_bench *bench, const char *param, struct error *error)
{
	const char *value = strchr(param, '='), *names[STREAM_PARAMS_MAX];
	const char *bench_name = bench->point.benchmark;
	size_t count = 0, key_len = value != NULL ? (size_t)(value - param) : strlen(param);

	if (value == NULL)
		return error_set(error, STATUS_USAGE, "benchmark '%s': '%s' is not PARAM=VALUE", bench_name, param);
	for (size_t i = 0; i < bench->point.param_count; i++) {
		const struct stream_pair *pair = &bench->point.params[i];
		const char *at = pair->value;

		names[count++] = pair->key;
		if (!same(pair->key, param, key_len))
			continue;
		for (size_t len; at != NULL && *at != '\0'; at = at[len] == '|' ? at + len + 1 : NULL) {
			len = strcspn(at, "|");
			if (same(value + 1, at, len))
				return 0;
		}
		return error_set(error, STATUS_USAGE, "benchmark '%s': parameter '%s' has no value '%s'; it has %s",
				 bench_name, pair->key, value + 1, pair->value);
	}
	if (count == 0)
		return error_set(error, STATUS_USAGE, "benchmark '%s' has no parameter '%.*s'; it has none", bench_name,
				 (int)key_len, param);
	return error_set(error, STATUS_USAGE, "benchmark '%s' has no parameter '%.*s', nearest is '%s'", bench_name,
			 (int)key_len, param, subject_nearest(param, names, count));
}

int catalog_check(struct catalog *catalog, const char *selection, struct error *error)
{
	size_t len = strcspn(selection, ":");
	const struct stream_bench *bench = NULL;
	char *copy, *rest;
	int status = 0;

	for (int system = SUBJECT_SYSTEMS - 1; system >= 0 && bench == NULL;
	     system--) { /* Linux first: it costs no boot */
		catalog_load(catalog, (enum subject_system)system);
		bench = find(catalog, system, selection, len);
	}
	if (bench == NULL || len == 0 || strchr(selection, ',') != NULL || strchr(selection, ' ') != NULL)
		return unknown_name(catalog, selection, len, error);
	copy = memory_text(selection[len] == ':' ? selection + len + 1 : "");
	rest = selection[len] == ':' ? copy : NULL;
	while (rest != NULL && status == 0)
		status = check_param(bench, strsep(&rest, ":"), error);
	free(copy);
	return status;
}

char *catalog_word(const struct catalog *catalog, enum subject_system system, char *const *selections, size_t count)
{
	char *word = NULL;

	for (size_t i = 0; i < count; i++) {
		char *longer;

		if (find(catalog, (int)system, selections[i], strcspn(selections[i], ":")) == NULL)
			continue;
		longer = memory_format("%s%s%s", word != NULL ? word : "", word != NULL ? "," : "", selections[i]);
		free(word);
		word = longer;
	}
	return word;
}
