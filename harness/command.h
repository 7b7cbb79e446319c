/* SPDX-License-Identifier: MIT */
/*
 * The command table. A command is one file, cmd_NAME.c, with one COMMAND(): main.c finds it through a linker section,
 * so adding a command touches no other file. Conventions for all of them: GNU long options by getopt_long or argp with
 * --help; results on stdout, progress on stderr and only on a terminal; --json where data are printed; a refusal is
 * one line on stderr that says what to do next (error.h), and the exit status is one of enum status.
 */
#pragma once

struct command {
	const char *name;    /* the word after aerobench */
	const char *summary; /* one line for the list of commands, no full stop */
	/* argv[0] is "aerobench NAME", for messages and usage; argv[argc] is NULL. Returns an enum status. */
	int (*run)(int argc, char **argv);
};

/* Registers a command: a pointer in a linker section, because structs in a section get padded. */
#define COMMAND(id, ...)                                                                                          \
	static const struct command command_##id = {.name = #id, __VA_ARGS__};                                    \
	static const struct command *const command_pointer_##id __attribute__((used, section("aero_commands"))) = \
	    &command_##id
