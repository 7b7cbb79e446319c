/* SPDX-License-Identifier: MIT */
/* A place for one file: see sample_place.h. */
#include "sample_place.h"

#include <stdlib.h>
#include <unistd.h>

#include "memory.h"
#include "scratch.h"

char *sample_place;
static const char *directory;

int sample_place_make(void **state)
{
	(void)state;
	directory = scratch_make();
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
