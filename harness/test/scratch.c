/* SPDX-License-Identifier: MIT */
/* Directories for tests: see scratch.h. */
#include "scratch.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../memory.h"

static char **made;
static size_t made_count;
static pid_t owner; /* a child that ends leaves them alone */

static void remove_all(void)
{
	if (getpid() != owner)
		return;
	while (made_count > 0) {
		scratch_remove(made[--made_count]);
		free(made[made_count]);
	}
	free(made);
}

static char *make_below(const char *parent)
{
	char *path = memory_format("%s/aerobench_test_XXXXXX", parent);

	if (mkdtemp(path) == NULL) {
		perror(path);
		exit(1);
	}
	if (made == NULL) {
		owner = getpid();
		atexit(remove_all);
	}
	made = memory_grow(made, made_count, sizeof(*made));
	made[made_count++] = path;
	return path;
}

char *scratch_make(void)
{
	const char *temporary = getenv("TMPDIR");

	return make_below(temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
}

char *scratch_make_quick(void)
{
	return access("/dev/shm", W_OK) == 0 ? make_below("/dev/shm") : scratch_make();
}

void scratch_remove(const char *path)
{
	char *const paths[] = {(char *)path, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	while (tree != NULL && (entry = fts_read(tree)) != NULL) {
		if (entry->fts_info == FTS_D)
			chmod(entry->fts_path, S_IRWXU); /* a test may have taken it away */
		else
			remove(entry->fts_path);
	}
	if (tree != NULL)
		fts_close(tree);
}

int scratch_setup(void **state)
{
	*state = scratch_make();
	return 0;
}
