/* SPDX-License-Identifier: MIT */
/*
 * aerobench, the host tool: finds the command in the table that the cmd_*.c files fill (command.h) and runs it. Knows
 * no command by name.
 */
#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <build_info.h>

#include "error.h"
#include "memory.h"
#include "output.h"

/* The bounds of the section aero_commands, made by the linker; the order inside is that of the object files. */
extern const struct command *const __start_aero_commands[] __attribute__((weak));
extern const struct command *const __stop_aero_commands[] __attribute__((weak));

static const struct command *command_find(const char *name)
{
	for (const struct command *const *at = __start_aero_commands; at < __stop_aero_commands; at++) {
		if (strcmp((*at)->name, name) == 0)
			return *at;
	}
	return NULL;
}

static int command_order(const void *left, const void *right)
{
	const struct command *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

static int main_help(void)
{
	size_t count = (size_t)(__stop_aero_commands - __start_aero_commands);
	const struct command **sorted = memory_new(count, sizeof(*sorted));

	memcpy(sorted, __start_aero_commands, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), command_order);
	puts("Usage: aerobench COMMAND [OPTION…]\n"
	     "Measures the Aerokernel's primitives against identical Linux user-level baselines.\n\nCommands:");
	for (size_t i = 0; i < count; i++)
		printf("  %-10s %s\n", sorted[i]->name, sorted[i]->summary);
	puts("\n`aerobench help COMMAND` or `aerobench COMMAND --help` shows a command's options.\n"
	     "Exit status: 0 ok, 1 failed or regression, 2 usage or broken input, 3 inconclusive (--strict),\n"
	     "77 unsupported here, 124 timeout, 130 interrupted.");
	free(sorted);
	return STATUS_OK;
}

/* Edit distance with unit costs, by one row of the matrix (Wagner & Fischer 1974); the words are short. */
static size_t word_distance(const char *a, const char *b)
{
	size_t row[32], len = strlen(b);

	if (strlen(a) >= 32 || len >= 32)
		return 32;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t replace = corner + (a[i - 1] != b[j - 1]);
			size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			corner = row[j];
			row[j] = replace < least ? replace : least;
		}
	}
	return row[len];
}

static int main_unknown(const char *name)
{
	const char *nearest = NULL;
	size_t least = 4; /* farther is no help */
	struct error error = {0};

	for (const struct command *const *at = __start_aero_commands; at < __stop_aero_commands; at++) {
		size_t distance = word_distance(name, (*at)->name);

		if (distance < least) {
			least = distance;
			nearest = (*at)->name;
		}
	}
	if (nearest != NULL)
		error_set(&error, STATUS_USAGE, "unknown command '%s': did you mean '%s'?", name, nearest);
	else
		error_set(&error, STATUS_USAGE, "unknown command '%s': `aerobench --help` lists them", name);
	return error_print(&error);
}

static int main_run(const struct command *command, int argc, char **argv)
{
	char *title = memory_format("aerobench %s", command->name);
	int status;

	argv[0] = title;
	status = command->run(argc, argv);
	free(title);
	return status;
}

static int main_choose(int argc, char **argv)
{
	const struct command *command;
	char help[] = "--help";
	char *help_argv[] = {NULL, help, NULL};

	if (argc < 2) {
		fputs("aerobench: no command: `aerobench --help` lists them\n", stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("aerobench " AEROBENCH_VERSION " (" BUILD_COMMIT ", " BUILD_TYPE ", " BUILD_COMPILER ")");
		return STATUS_OK;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return main_help();
	if (strcmp(argv[1], "help") == 0) {
		if (argc == 2)
			return main_help();
		command = command_find(argv[2]);
		return command == NULL ? main_unknown(argv[2]) : main_run(command, 2, help_argv);
	}
	command = command_find(argv[1]);
	return command == NULL ? main_unknown(argv[1]) : main_run(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	struct error error = {0};
	int status;

	/* A file that hits its size limit is an error with a remedy (EFBIG), not a death. */
	signal(SIGXFSZ, SIG_IGN);
	status = main_choose(argc, argv);
	/* A command that has seen this has said it; what nobody has seen is said here. */
	if (status == STATUS_OK && output_finish(&error) != 0)
		status = error_print(&error);
	return status;
}
