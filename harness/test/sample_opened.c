/* SPDX-License-Identifier: MIT */
/* A run for tests that read one: see sample_opened.h. */
#include "sample_opened.h"

#include <stdio.h>
#include <stdlib.h>

#include "memory.h"
#include "scratch.h"

int sample_opened_make(struct sample_opened *opened, struct sample_campaign campaign)
{
	struct error error = {STATUS_OK, ""};

	campaign.results = opened->directory = scratch_make();
	free(sample_campaign_make(&campaign));
	if (store_open(&opened->store, opened->directory, "latest", &error) != 0)
		return 1;
	return summary_load(&opened->summary, &opened->store, NULL, &error) != 0;
}

void sample_opened_close(struct sample_opened *opened)
{
	summary_free(&opened->summary);
	store_close(&opened->store);
}

char *sample_opened_file(const struct sample_opened *opened, const char *name, const char *text)
{
	char *path = memory_format("%s/%s", opened->directory, name);
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
		fprintf(stderr, "cannot write %s\n", path);
		exit(1);
	}
	return path;
}

struct sample_opened sample_shared;

int sample_shared_make(void **state)
{
	(void)state;
	return sample_opened_make(&sample_shared, (struct sample_campaign){.rounds = 6, .n = 200});
}

int sample_shared_close(void **state)
{
	(void)state;
	sample_opened_close(&sample_shared);
	return 0;
}
