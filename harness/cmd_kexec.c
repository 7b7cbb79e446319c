/* SPDX-License-Identifier: MIT */
/*
 * `aerobench kexec`: from this Linux into the Aerokernel, and back into the same Linux with the results in memory. Nothing
 * is left without being asked for: who is at a terminal is asked, who is not says --yes.
 */
#include "command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kexec.h"
#include "kexec_words.h"
#include "memory.h"
#include "output.h"
#include "parse.h"

enum {
	IMAGE = 0x1000,
	KERNEL,
	INITRD,
	APPEND,
	PLACE,
	SAMPLES,
	WARMUP,
	SERIAL,
	WORDS,
	EVENTS,
	STAY,
	YES,
	DRY_RUN,
	ROOT
};

struct cmd_kexec {
	struct kexec_options options;
	struct kexec_words words;
	char *more; /* of all --words together */
	bool yes, dry_run, help;
};

static void help(const char *program)
{
	printf(
	    "Usage: %s [OPTION…]\n"
	    "Leaves this Linux for the Aerokernel, which measures on the bare machine and then boots this Linux again, "
	    "without\n"
	    "the firmware. The results come back in memory: run 'aerobench collect --memory' then.\n\n"
	    "What is measured:\n"
	    "  -b, --benchmark NAME[:PARAM=VALUE]  only this benchmark; may be repeated (default: the whole suite)\n"
	    "      --samples N, --warmup N     per point\n"
	    "      --serial WHERE[:SPEED]      a serial line for the console: com1 … com4, 0xPORT, mmio:0xADDRESS, "
	    "none\n"
	    "      --events NAME,…             count these too (aerobench doctor --events lists them)\n"
	    "      --words \"WORD WORD…\"        further words of the Aerokernel's command line, each once: those of\n"
	    "                                  bench/runner.h and kernel/core/settings.h\n\n"
	    "What comes afterwards:\n"
	    "      --kernel FILE    the Linux to boot again (default: /boot/vmlinuz- of the running release)\n"
	    "      --initrd FILE    its initrd (default: the one of that release); none: without\n"
	    "      --append TEXT    its command line (default: the present one)\n"
	    "      --stay           halt at the end instead of booting Linux, so that the screen can be read; the\n"
	    "                       results stay until the power goes.\n"
	    "                       The Aerokernel has a screen where Linux has a framebuffer (/dev/fb0) that tells "
	    "its\n"
	    "                       address, as efifb; where it has not, the screen stays dark, and a warning says "
	    "so\n\n"
	    "      --place BASE+LENGTH  where the results lie (default: 64M at 256M, or higher up)\n"
	    "      --image FILE     the Aerokernel (default: aerokernel.elf beside this program)\n"
	    "      --dry-run        check everything, print the commands, and change nothing\n"
	    "      --yes            do not ask\n"
	    "  -h, --help\n\n"
	    "Everything that runs here ends, as by a reboot: in order where systemd runs, else at once. If the "
	    "Aerokernel should\n"
	    "hang, reset the machine and run 'aerobench collect --memory BASE+LENGTH' with memmap=LENGTH$BASE on "
	    "Linux's "
	    "command\n"
	    "line: what was measured until then is still there if the firmware does not clear memory.\n\n"
	    "Exit status: 0 with --dry-run, 1 it could not be loaded, 2 usage, 77 this Linux cannot be left, 130 not\n"
	    "confirmed; after success this program no longer runs.\n",
	    program);
}

static int bench_add(struct kexec_words *words, const char *selection, struct error *error)
{
	if (words->selection_count == KEXEC_SELECTIONS_MAX)
		return error_set(error, STATUS_USAGE, "more than %d -b: name several by commas", KEXEC_SELECTIONS_MAX);
	words->selections[words->selection_count++] = selection;
	return 0;
}

static void more_add(struct cmd_kexec *command, const char *more)
{
	char *longer = command->more != NULL ? memory_format("%s %s", command->more, more) : memory_text(more);

	free(command->more);
	command->more = longer;
	command->words.more = longer;
}

static int option_take(struct cmd_kexec *command, int option, char **argv, struct error *error)
{
	struct kexec_options *options = &command->options;
	struct kexec_words *words = &command->words;
	const struct {
		int option;
		const char **text;
	} texts[] = {{IMAGE, &options->image},   {IMAGE, &words->image},     {KERNEL, &options->kernel},
		     {INITRD, &options->initrd}, {APPEND, &options->append}, {PLACE, &options->place},
		     {ROOT, &options->root},     {SAMPLES, &words->samples}, {WARMUP, &words->warmup},
		     {SERIAL, &words->serial},   {EVENTS, &words->events}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].option == option)
			*texts[i].text = optarg;
	}
	options->stay |= option == STAY;
	command->yes |= option == YES;
	command->dry_run |= option == DRY_RUN;
	command->help |= option == 'h';
	if (option == 'b')
		return bench_add(words, optarg, error);
	if (option == WORDS)
		more_add(command, optarg);
	if (option == '?' || option == ':')
		return parse_refused(option, argv, error);
	return 0;
}

static int options_parse(struct cmd_kexec *command, int argc, char **argv, struct error *error)
{
	static const struct option long_options[] = {{"benchmark", required_argument, NULL, 'b'},
						     {"samples", required_argument, NULL, SAMPLES},
						     {"warmup", required_argument, NULL, WARMUP},
						     {"serial", required_argument, NULL, SERIAL},
						     {"words", required_argument, NULL, WORDS},
						     {"events", required_argument, NULL, EVENTS},
						     {"kernel", required_argument, NULL, KERNEL},
						     {"initrd", required_argument, NULL, INITRD},
						     {"append", required_argument, NULL, APPEND},
						     {"place", required_argument, NULL, PLACE},
						     {"image", required_argument, NULL, IMAGE},
						     {"stay", no_argument, NULL, STAY},
						     {"yes", no_argument, NULL, YES},
						     {"dry-run", no_argument, NULL, DRY_RUN},
						     {"help", no_argument, NULL, 'h'},
						     /* for tests: not in --help */
						     {"root", required_argument, NULL, ROOT},
						     {NULL, 0, NULL, 0}};
	int option;

	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, ":b:h", long_options, NULL)) != -1) {
		if (option_take(command, option, argv, error) != 0)
			return error->status;
	}
	if (optind < argc)
		return error_set(error, STATUS_USAGE, "unexpected argument '%s'; benchmarks are named by -b",
				 argv[optind]);
	if (command->options.root[0] != '\0' && !command->dry_run)
		return error_set(error, STATUS_USAGE, "--root is for --dry-run");
	return 0;
}

/* As a shell reads it back. */
static void word_print(const char *word)
{
	putchar('\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*word);
	}
	putchar('\'');
}

static void plan_print(const struct kexec_plan *plan)
{
	for (size_t i = 0; plan->load[i] != NULL; i++) {
		if (i > 0)
			putchar(' ');
		if (strpbrk(plan->load[i], " '\"$\\*?;&|<>()") != NULL)
			word_print(plan->load[i]);
		else
			fputs(plan->load[i], stdout);
	}
	puts("\nsync\nsystemctl kexec || kexec -e");
	fflush(stdout);
}

/* What will be other than the user expects. Who stays wants to read the screen. */
static void plan_warn(const struct kexec_plan *plan, bool stay)
{
	if (plan->watched != NULL)
		error_warn("%s", plan->watched);
	if (plan->dark != NULL && stay)
		error_warn("the screen will stay dark, because %s: the table is on a serial line (--serial) and in "
			   "memory only",
			   plan->dark);
	else if (plan->dark != NULL)
		error_warn("the screen shows nothing until Linux is back, because %s", plan->dark);
}

static void plan_tell(const struct kexec_plan *plan, bool stay)
{
	if (plan->replaces)
		error_warn("the kernel that is loaded for kexec will be replaced");
	fprintf(stderr,
		"This Linux ends, all its programs with it, and the Aerokernel measures on the bare machine%s.\n"
		"The results lie in memory at 0x%" PRIx64 ", %" PRIu64 " MiB%s\n",
		stay ? ", then halts" : "; then Linux boots again", plan->place.base, plan->place.len_bytes >> 20,
		stay ? "." : ". Then run: aerobench collect --memory");
}

static int confirm(const struct cmd_kexec *command, struct error *error)
{
	char answer[16];

	if (command->yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return error_set(error, STATUS_USAGE, "nobody is there to ask whether to leave this Linux: say --yes");
	fputs("Leave this Linux now? Type 'yes': ", stderr);
	if (fgets(answer, sizeof(answer), stdin) == NULL || strcmp(answer, "yes\n") != 0)
		return error_set(error, STATUS_INTERRUPTED, "not confirmed: nothing was changed");
	return 0;
}

static int kexec_run(const struct cmd_kexec *command, struct error *error)
{
	struct kexec_plan plan;

	if (kexec_plan_make(&plan, &command->options, error) != 0)
		return error->status;
	plan_warn(&plan, command->options.stay);
	if (command->dry_run) {
		plan_print(&plan);
		output_finish(error);
	} else {
		plan_tell(&plan, command->options.stay);
		if (confirm(command, error) == 0 && kexec_load(&plan, error) == 0)
			kexec_go(error);
	}
	kexec_plan_free(&plan);
	return error->status;
}

static int cmd_kexec(int argc, char **argv)
{
	struct cmd_kexec command = {.options = {.root = ""}};
	struct error error = {STATUS_OK, ""};
	char *line = NULL;

	if (options_parse(&command, argc, argv, &error) == 0) {
		if (command.help)
			help(argv[0]);
		else if (kexec_words_make(&command.words, &line, &error) == 0) {
			command.options.words = line;
			kexec_run(&command, &error);
		}
	}
	free(line);
	free(command.more);
	return error.status != STATUS_OK ? error_print(&error) : STATUS_OK;
}

COMMAND(kexec, .summary = "leave this Linux for the Aerokernel, and come back with its results", .run = cmd_kexec);
