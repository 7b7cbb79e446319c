/* SPDX-License-Identifier: MIT */
/*
 * `aerobench tune`: sets what can be set of this Linux for measuring, and brings it back. Nothing is changed without being
 * asked for: the default is to tell.
 */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpus.h"
#include "launch.h"
#include "memory.h"
#include "output.h"
#include "parse.h"
#include "table.h"
#include "tune.h"

enum { CPUS = 256, ALSO, APPLY, RESTORE, JOURNAL, ROOT, DIE_AT, JSON };

extern char **environ;

struct tune_options {
	const char *cpus, *also, *journal, *root;
	unsigned die_at;
	bool apply, restore, json, help;
	char **command; /* NULL: none */
};

static void help(const char *program)
{
	printf(
	    "Usage: %s [OPTION…]             tell what would be changed, and what already is as it should be\n"
	    "       %s --apply [OPTION…]     change it; each change is reported, and noted before it is made\n"
	    "       %s --restore             bring it all back, also after a crash\n"
	    "       %s [OPTION…] -- COMMAND  change it, run the command, bring it back\n\n"
	    "      --cpus LIST   the CPUs that will be measured, as 2-3 (default: those that 'aerobench run' takes)\n"
	    "      --also NAMES  further settings, separated by commas: those marked below\n"
	    "      --journal FILE  where old values are noted (default: /run/aerobench/tune.journal, or below\n"
	    "                    $XDG_STATE_HOME for users who may not write there)\n"
	    "      --json        what would be changed, as JSON\n"
	    "  -h, --help\n\nSettings (* only with --also):\n",
	    program, program, program, program);
	for (const struct tune_setting *setting = tune_settings; setting->name != NULL; setting++)
		printf("  %-16s%s%s\n", setting->name, setting->named_only ? "* " : "  ", setting->about);
	puts("\nIsolated CPUs, timer ticks and mitigations are for the kernel's command line: 'aerobench session metal "
	     "profile'\n"
	     "prints the words for the CPUs of this computer.");
	puts("\nExit status: 0 done, 1 something could not be changed or brought back, 2 usage; of COMMAND: its own.");
}

/* --- Telling ---------------------------------------------------------------------------------------------------------------------- */

static void tell(const struct tune_change *change)
{
	if (change->problem == NULL)
		fprintf(stderr, "%s: %s -> %s\n", change->path, change->old, change->wanted);
	else if (!change->minor)
		fprintf(stderr, "%s: stays %s: %s\n", change->path, change->old, change->problem);
}

static int print_json(const struct tune *tune, const struct tune_items *items, struct error *error)
{
	json_t *list = json_array(), *absent = json_array();

	for (size_t i = 0; i < items->count; i++) {
		const struct tune_item *item = &items->items[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "setting", item->setting, "path",
						      item->path, "now", item->now, "wanted", item->wanted, "done",
						      (int)tune_item_done(item)));
	}
	for (size_t i = 0; i < items->absent_count; i++)
		json_array_append_new(absent, json_string(items->absent[i]));
	return output_json(json_pack("{s:s, s:o, s:o, s:o}", "schema", "aerobench.tune/1", "items", list, "absent",
				     absent, "in_force", tune_in_force(tune)),
			   error);
}

static int print_plan(const struct tune *tune, const struct tune_items *items, struct error *error)
{
	static const char *const headings[] = {"setting", "now", "wanted", "file"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_LEFT, TABLE_LEFT, TABLE_LEFT};
	json_t *in_force = tune_in_force(tune);
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < items->count; i++) {
		const struct tune_item *item = &items->items[i];

		table_cell(&table, item->setting);
		table_cell(&table, item->now[0] != '\0' ? item->now : "–");
		table_cell(&table, tune_item_done(item) ? "as it is" : item->wanted);
		table_cell(&table, item->path);
	}
	table_print(&table, stdout, output_colored(stdout, OUTPUT_COLOR_AUTO));
	table_free(&table);
	for (size_t i = 0; i < items->absent_count; i++)
		printf("%s%s\n", i == 0 ? "\n" : "", items->absent[i]);
	if (json_array_size(in_force) > 0)
		puts("\nThe last changes are still in force; bring them back by 'aerobench tune --restore'.");
	else
		puts("\nNothing was changed: 'aerobench tune --apply' does it, --restore brings it back.");
	puts("Isolation of CPUs is for the kernel's command line: see 'aerobench session metal profile'.");
	json_decref(in_force);
	return output_finish(error);
}

/* --- A command in between --------------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t command_pid;

static void pass_on(int number)
{
	if (command_pid > 0)
		kill((pid_t)command_pid, number);
}

/* SIGINT and SIGQUIT of a terminal reach the command by themselves; the others are passed on. Held until it runs. */
static void signals_hold(sigset_t *held)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, pass = {.sa_handler = pass_on};

	sigemptyset(held);
	sigaddset(held, SIGTERM);
	sigaddset(held, SIGHUP);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
	sigprocmask(SIG_BLOCK, held, NULL);
}

/* Exit status as a shell has it. */
static int command_run(char **command, const sigset_t *held)
{
	posix_spawnattr_t attr;
	sigset_t defaults, none;
	pid_t pid;
	int failed, status = 0;

	sigfillset(&defaults);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	failed = posix_spawnp(&pid, command[0], NULL, &attr, command, environ);
	posix_spawnattr_destroy(&attr);
	if (failed != 0) {
		fprintf(stderr, "aerobench: cannot run %s: %s\n", command[0], strerror(failed));
		return failed == ENOENT ? 127 : 126;
	}
	command_pid = pid;
	sigprocmask(SIG_UNBLOCK, held, NULL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigprocmask(SIG_BLOCK, held, NULL); /* the rest is not to be interrupted */
	command_pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int apply_around(struct tune *tune, const struct tune_items *items, char **command, struct error *error)
{
	unsigned refused, restored;
	sigset_t held;
	int status;

	signals_hold(&held);
	if (tune_apply(tune, items, &refused, error) == STATUS_USAGE)
		return (int)error->status; /* another one's changes: not to be touched */
	status = error->status == STATUS_OK ? command_run(command, &held) : (int)error->status;
	tune_restore(tune, &restored, error);
	return error->status == STATUS_OK ? status : (int)error->status;
}

/* --- The command ------------------------------------------------------------------------------------------------------------------ */

static int apply(struct tune *tune, const struct tune_items *items, struct error *error)
{
	unsigned refused;

	if (tune_apply(tune, items, &refused, error) == 0 && refused > 0)
		error_set(error, STATUS_FAILED,
			  "%u settings could not be changed; the others are, until 'aerobench tune --restore'",
			  refused);
	return (int)error->status;
}

static int restore(struct tune *tune, struct error *error)
{
	unsigned restored;

	if (tune_restore(tune, &restored, error) == 0 && restored == 0)
		fprintf(stderr, "aerobench: nothing to bring back\n");
	return (int)error->status;
}

static int tune_run(struct tune *tune, const struct tune_options *options, struct error *error)
{
	unsigned chosen[CPUS_MAX];
	char *cpus = options->cpus != NULL ? memory_text(options->cpus)
					   : cpus_text(chosen, cpus_choose(chosen, LAUNCH_CPUS_DEFAULT));
	struct tune_items items;
	int status = tune_items_find(&items, tune->root, cpus, options->also, error);

	if (status == 0 && options->command != NULL)
		status = apply_around(tune, &items, options->command, error);
	else if (status == 0 && options->apply)
		status = apply(tune, &items, error);
	else if (status == 0)
		status = options->json ? print_json(tune, &items, error) : print_plan(tune, &items, error);
	tune_items_free(&items);
	free(cpus);
	return status;
}

static int options_parse(struct tune_options *options, int argc, char **argv, struct error *error)
{
	static const struct option long_options[] = {{"cpus", required_argument, NULL, CPUS},
						     {"also", required_argument, NULL, ALSO},
						     {"apply", no_argument, NULL, APPLY},
						     {"restore", no_argument, NULL, RESTORE},
						     {"journal", required_argument, NULL, JOURNAL},
						     {"json", no_argument, NULL, JSON},
						     {"help", no_argument, NULL, 'h'},
						     /* for tests: not in --help */
						     {"root", required_argument, NULL, ROOT},
						     {"die-at", required_argument, NULL, DIE_AT},
						     {NULL, 0, NULL, 0}};
	int option;

	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return parse_refused(option, argv, error);
		options->cpus = option == CPUS ? optarg : options->cpus;
		options->also = option == ALSO ? optarg : options->also;
		options->journal = option == JOURNAL ? optarg : options->journal;
		options->root = option == ROOT ? optarg : options->root;
		options->die_at = option == DIE_AT ? (unsigned)atoi(optarg) : options->die_at;
		options->apply |= option == APPLY;
		options->restore |= option == RESTORE;
		options->json |= option == JSON;
		options->help |= option == 'h';
	}
	options->command = optind < argc ? &argv[optind] : NULL;
	if (options->apply + options->restore + options->json + (options->command != NULL) > 1)
		return error_set(error, STATUS_USAGE, "one of --apply, --restore, --json and a command");
	if (options->command != NULL && strcmp(argv[optind - 1], "--") != 0)
		return error_set(error, STATUS_USAGE, "unexpected argument '%s'; a command comes behind --",
				 argv[optind]);
	return 0;
}

static int cmd_tune(int argc, char **argv)
{
	struct error error = {STATUS_OK, ""};
	struct tune_options options = {0};
	struct tune tune;
	int status = options_parse(&options, argc, argv, &error);

	tune_init(&tune, options.root, options.journal);
	tune.tell = tell;
	tune.die_at = options.die_at;
	if (status == 0 && options.help)
		help(argv[0]);
	else if (status == 0 && options.restore)
		status = restore(&tune, &error);
	else if (status == 0)
		status = tune_run(&tune, &options, &error);
	tune_free(&tune);
	return error.status != STATUS_OK ? error_print(&error) : status;
}

COMMAND(tune, .summary = "set this Linux up for measuring, and bring it back", .run = cmd_tune);
