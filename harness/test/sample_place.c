/* SPDX-License-Identifier: MIT */
/* A place for one file: see sample_place.h. */
#include "sample_place.h"

#include <stdlib.h>
#include <unistd.h>

#include "memory.h"

char *sample_place;
static char directory[] = "/tmp/aerobench_place_XXXXXX";

int sample_place_make(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return 1;
	sample_place = memory_format("%s/sim.jsonl", directory);
	return 0;
}

int sample_place_remove(void **state)
{
	(void)state;
	unlink(sample_place);
	free(sample_place);
	return rmdir(directory);
}
