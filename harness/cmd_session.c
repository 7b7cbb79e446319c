/* SPDX-License-Identifier: MIT */
/*
 * `aerobench session metal`: both systems measured on one bare machine, step by step, across reboots, into one run. What
 * a step is and what survives an interruption: session.h, session_step.h.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot_facts.h"
#include "memory.h"
#include "output.h"
#include "parse.h"
#include "paths.h"
#include "profile.h"
#include "session.h"
#include "session_hands.h"
#include "session_start.h"
#include "session_text.h"

enum {
	ROUNDS = 256,
	BY,
	SAMPLES,
	WARMUP,
	SEED,
	CPUS,
	PROFILE,
	EVENTS,
	KERNEL,
	INITRD,
	PLACE,
	FROM,
	AT_BOOT,
	SETTLE,
	TIMEOUT,
	JSON,
	ROOT,
	MEMORY
};

struct session_command {
	struct session_start start;
	struct session_machine machine;
	const char *results, *run; /* NULL: the defaults */
	double settle_seconds;
	const char *settle, *timeout; /* as they were given, for the unit; NULL: not */
	bool at_boot, json, help;
	char **words; /* behind the verb */
	int word_count;
};

static const char help_text[] =
    "Usage: aerobench session metal start [OPTION…]   begin: make the plan, look at this Linux\n"
    "       aerobench session metal next [RUN]        do the next boot, or say what to do by hand\n"
    "       aerobench session metal resume [RUN]      go on as long as nobody is needed\n"
    "       aerobench session metal status [RUN]      how far it is\n"
    "       aerobench session metal finish [RUN]      are all boots there, of one computer, of one Linux\n"
    "       aerobench session metal unit [RUN]        a systemd unit that resumes after each boot of Linux\n"
    "       aerobench session metal profile [NAME]    how to boot Linux for measuring, on these CPUs\n\n"
    "Measures Linux (linux@host, linux@host:tuned) and the Aerokernel (aerokernel@metal) on this computer, several\n"
    "boots each, interleaved in random order, into one run that compare, report and show read as any other. Power\n"
    "may fail at any moment: next and resume go on where it stopped. RUN: the latest session unless named.\n\n"
    "start:\n"
    "      --rounds N       boots of each, 1 to 1000 (default: 6)\n"
    "      --by WAY         how the Aerokernel is reached (default: kexec):\n"
    "                         kexec       from this Linux and back, by itself\n"
    "                         stick       you boot an image, whose stick keeps the results: next --from FILE\n"
    "                         serial      you boot an image; ANOTHER computer runs 'aerobench collect --serial\n"
    "                                     DEV' (or any program that logs the line), since this one is the one\n"
    "                                     that is measured; what it has comes back by next --from FILE\n"
    "      --profile NAME   this Linux is booted as that profile wants it: checked now and at every boot; without\n"
    "                       it, Linux has to stay as it is now\n"
    "  -b, --benchmark NAME[:PARAM=VALUE…]  which benchmarks; may be repeated (default: all)\n"
    "      --samples N, --warmup N  per point (default: as 'aerobench run')\n"
    "      --cpus N         of Linux (default: all, as the Aerokernel has)\n"
    "      --seed N         order of boots and points (default: random, stored)\n"
    "      --events NAME,…  count these too, on both systems (aerobench doctor --events lists them)\n"
    "      --kernel FILE, --initrd FILE, --place BASE+LENGTH  as for 'aerobench kexec' (default: this Linux and its\n"
    "                       initrd, and where there is room)\n"
    "next, resume:\n"
    "      --from FILE      what the Aerokernel said, brought by you (-: stdin; .zst as collect stores it): a log,\n"
    "                       or a copy of the memory; refused while the next boot is one of Linux\n"
    "      --at-boot        unattended: wait until Linux has settled, pass over what failed three times\n"
    "      --settle TIME    with --at-boot: until so long after the boot of Linux (default: 60s)\n"
    "      --timeout TIME   bound on one boot of Linux, on silence (default: 10 and 3 times the expected; -b: 10)\n"
    "unit: the last two, which go into it\n\n"
    "  -o, --results DIR    where runs are kept\n"
    "  -q, --quiet          no progress\n"
    "      --json           start, status: as JSON\n"
    "  -h, --help\n\n"
    "Exit status: 0 done, 1 a boot failed or something does not fit, 2 usage, 77 impossible here, 130 interrupted.\n";

/* --- Steps -------------------------------------------------------------------------------------------------------- */

static int command_open(const struct session_command *command, struct session *session, bool append,
			struct error *error)
{
	return session_open(session, paths_results(command->results), command->run, append, error);
}

/* The boot that a step stored, in one line. STATUS_FAILED if it failed. */
static int tell_stored(const struct session *session, const struct plan_boot *boot, struct error *error)
{
	const struct store_boot *stored = store_find(&session->store, boot->index);
	char *name = session_boot_name(session, boot);
	int status = 0;

	if (stored->status == STORE_OK)
		printf("%s: ok\n", name);
	else
		status = error_set(error, STATUS_FAILED, "%s failed: %s", name, stored->reason);
	free(name);
	return status;
}

static void tell_next(const struct session *session)
{
	const struct plan_boot *next = session_next(session, 0);
	char *name = next != NULL ? session_boot_name(session, next) : NULL;

	if (name != NULL)
		printf("Next: %s\n", name);
	else
		printf("All boots are there: aerobench session metal finish %s\n", session->store.id);
	free(name);
}

/* One step, told. *more: a boot was stored, and another step may follow. */
static int step_tell(struct session_command *command, struct session *session, unsigned tries, bool *more,
		     struct error *error)
{
	const struct session_hands hands = session_hands(&command->machine);
	const struct plan_boot *boot = session_next(session, tries);
	enum session_outcome outcome;
	char *note;
	int status = session_step(session, &hands, tries, &outcome, &note, error);

	*more = status == 0 && outcome == SESSION_STORED;
	command->machine.from = NULL; /* one file is one boot */
	if (status != 0)
		return status;
	if (note != NULL)
		printf("%s\n", note);
	free(note);
	if (outcome == SESSION_STORED)
		return tell_stored(session, boot, error);
	if (outcome == SESSION_COMPLETE)
		tell_next(session);
	else if (outcome == SESSION_WAITS)
		session_print_todo(stdout, session, boot);
	return 0;
}

static int verb_next(struct session_command *command, struct error *error)
{
	struct session session;
	bool more;
	int status = command_open(command, &session, true, error);

	if (status != 0)
		return status;
	status = step_tell(command, &session, 0, &more, error);
	if (status == 0 && more)
		tell_next(&session);
	session_close(&session);
	return status;
}

/* Until Linux has been up so long: what runs at its boot is over then. */
static void settle(double seconds)
{
	double up = 0;

	for (;;) {
		FILE *file = fopen("/proc/uptime", "re");

		if (file == NULL || fscanf(file, "%lf", &up) != 1)
			up = seconds;
		if (file != NULL)
			fclose(file);
		if (up >= seconds)
			return;
		usleep(seconds - up > 1 ? 1000000 : (useconds_t)((seconds - up) * 1e6) + 1);
	}
}

static int verb_resume(struct session_command *command, struct error *error)
{
	struct session session;
	bool more = true, failed = false;
	int status = command_open(command, &session, true, error);

	if (status != 0)
		return status;
	if (command->at_boot && session_next(&session, SESSION_UNATTENDED_TRIES) != NULL)
		settle(command->settle_seconds);
	while (more && status == 0) {
		struct error problem = {STATUS_OK, ""};

		status = step_tell(command, &session, SESSION_UNATTENDED_TRIES, &more, &problem);
		if (status == STATUS_FAILED && more) { /* told, stored, and tried again */
			status = 0;
			failed = true;
			error_print(&problem);
		} else if (status != 0) {
			error_set(error, problem.status, "%s", problem.text);
		}
		fflush(stdout);
	}
	if (status == 0 && failed && session_next(&session, 0) != NULL)
		status = error_set(error, STATUS_FAILED, "some boots failed: see 'aerobench session metal status %s'",
				   session.store.id);
	session_close(&session);
	return status;
}

/* --- Telling ------------------------------------------------------------------------------------------------------ */

static int verb_status(struct session_command *command, struct error *error)
{
	struct session session;
	int status = command_open(command, &session, false, error);

	if (status != 0)
		return status;
	if (command->json)
		status = output_json(session_status_json(&session), error);
	else
		session_print_status(stdout, &session);
	session_close(&session);
	return status;
}

static int verb_finish(struct session_command *command, struct error *error)
{
	struct session session;
	char *computer = NULL;
	int status = command_open(command, &session, false, error);

	if (status != 0)
		return status;
	status = session_finish(&session, &computer, error);
	if (status == 0)
		printf("Session %s is whole: %zu boots; %s.\nCompare: aerobench compare %s\n", session.store.id,
		       session_done(&session), computer, session.store.id);
	free(computer);
	session_close(&session);
	return status;
}

static int verb_unit(struct session_command *command, struct error *error)
{
	struct session session;
	char *program = memory_format("%s/aerobench", paths_bin());
	char *options = memory_format(
	    "%s%s%s%s", command->settle != NULL ? " --settle " : "", command->settle != NULL ? command->settle : "",
	    command->timeout != NULL ? " --timeout " : "", command->timeout != NULL ? command->timeout : "");
	int status = command_open(command, &session, false, error);

	if (status == 0) {
		session_print_unit(stdout, &session, program, options);
		session_close(&session);
	}
	free(options);
	free(program);
	return status;
}

static int verb_profile(struct session_command *command, struct error *error)
{
	struct profile profile;
	int status;

	if (command->run == NULL) {
		for (const struct profile_kind *kind = profile_kinds; kind->name != NULL; kind++)
			printf("%-12s %s\n", kind->name, kind->about);
		printf("\nThe words for this computer: aerobench session metal profile NAME\n");
		return 0;
	}
	status = profile_make(&profile, command->run, command->machine.root, error);
	if (status == 0) {
		json_t *facts = boot_facts_json(command->machine.root);
		char *differences = profile_differences(&profile, facts);

		session_print_profile(stdout, &profile);
		printf("\nNow: %s.\n", differences != NULL ? differences : "this Linux is booted that way");
		free(differences);
		json_decref(facts);
	}
	profile_free(&profile);
	return status;
}

/* How the Aerokernel is reached from now on. */
static void tell_way(const struct session *session)
{
	size_t metal = 0;

	while (session_subject(session, &session->plan.boots[metal])->system != SUBJECT_AEROKERNEL)
		metal++;
	if (session->way == SESSION_KEXEC) {
		printf("Unattended: aerobench session metal unit %s\n", session->store.id);
	} else {
		printf("The Aerokernel's image:\n");
		session_print_image(stdout, session, &session->plan.boots[metal]);
	}
}

static int verb_start(struct session_command *command, struct error *error)
{
	struct session session;
	int status;

	command->start.results = command->results;
	command->start.root = command->machine.root;
	status = session_start(&session, &command->start, error);
	if (status != 0)
		return status;
	if (command->json) {
		status = output_json(session_status_json(&session), error);
	} else {
		session_print_status(stdout, &session);
		tell_way(&session);
	}
	session_close(&session);
	return status;
}

/* --- The command line --------------------------------------------------------------------------------------------- */

static const struct option long_options[] = {{"rounds", required_argument, NULL, ROUNDS},
					     {"by", required_argument, NULL, BY},
					     {"profile", required_argument, NULL, PROFILE},
					     {"benchmark", required_argument, NULL, 'b'},
					     {"samples", required_argument, NULL, SAMPLES},
					     {"warmup", required_argument, NULL, WARMUP},
					     {"seed", required_argument, NULL, SEED},
					     {"cpus", required_argument, NULL, CPUS},
					     {"events", required_argument, NULL, EVENTS},
					     {"kernel", required_argument, NULL, KERNEL},
					     {"initrd", required_argument, NULL, INITRD},
					     {"place", required_argument, NULL, PLACE},
					     {"from", required_argument, NULL, FROM},
					     {"at-boot", no_argument, NULL, AT_BOOT},
					     {"settle", required_argument, NULL, SETTLE},
					     {"timeout", required_argument, NULL, TIMEOUT},
					     {"results", required_argument, NULL, 'o'},
					     {"quiet", no_argument, NULL, 'q'},
					     {"json", no_argument, NULL, JSON},
					     {"help", no_argument, NULL, 'h'},
					     /* for tests: not in --help */
					     {"root", required_argument, NULL, ROOT},
					     {"memory", required_argument, NULL, MEMORY},
					     {NULL, 0, NULL, 0}};

static int take_number(struct session_command *command, int option, const char *text, struct error *error)
{
	struct run_options *run = &command->start.run;
	int64_t number = 0;
	int status;

	switch (option) {
	case ROUNDS:
		status = parse_number("rounds", text, 1, PLAN_RUNS_MAX, &number, error);
		run->runs = (unsigned)number;
		return status;
	case SAMPLES:
		status = parse_number("samples", text, 1, PLAN_SAMPLES_MAX, &number, error);
		run->samples = (unsigned)number;
		return status;
	case CPUS:
		status = parse_number("cpus", text, 1, SUBJECT_CPUS_MAX, &number, error);
		run->cpus = (unsigned)number;
		return status;
	case WARMUP:
		return parse_number("warmup", text, 0, PLAN_SAMPLES_MAX, &run->warmup, error);
	case SEED:
		return parse_number("seed", text, 0, INT64_MAX, &run->seed, error);
	case SETTLE:
		command->settle = text;
		return parse_duration("settle", text, &command->settle_seconds, error);
	default:
		command->timeout = text;
		return parse_duration("timeout", text, &command->machine.timeout_seconds, error);
	}
}

/* Options that are only kept. False: it is none of them. */
static bool keep(struct session_command *command, int option)
{
	struct session_start *start = &command->start;
	const struct {
		int option;
		const char **text;
	} kept[] = {{PROFILE, &start->profile},     {EVENTS, &start->run.events},
		    {KERNEL, &start->kernel},       {INITRD, &start->initrd},
		    {PLACE, &start->place},         {FROM, &command->machine.from},
		    {ROOT, &command->machine.root}, {MEMORY, &command->machine.memory},
		    {'o', &command->results}};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (kept[i].option != option)
			continue;
		*kept[i].text = optarg;
		return true;
	}
	return false;
}

static int take(struct session_command *command, int option, struct error *error)
{
	if (keep(command, option))
		return 0;
	switch (option) {
	case 'b':
		session_start_select(&command->start, optarg);
		return 0;
	case BY:
		if (!session_way_find(optarg, &command->start.way))
			return error_set(error, STATUS_USAGE, "--by '%s' is none of kexec, stick and serial", optarg);
		return 0;
	case AT_BOOT:
		command->at_boot = true;
		return 0;
	case 'q':
		command->machine.quiet = true;
		return 0;
	case JSON:
		command->json = true;
		return 0;
	case 'h':
		command->help = true;
		return 0;
	default:
		return take_number(command, option, optarg, error);
	}
}

static int parse(struct session_command *command, int argc, char **argv, struct error *error)
{
	int option, status = 0;

	opterr = 0;
	optind = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":b:o:qh", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return parse_refused(option, argv, error);
		status = take(command, option, error);
	}
	command->words = argv + optind;
	command->word_count = argc - optind;
	return status;
}

struct verb {
	const char *name;
	int (*run)(struct session_command *command, struct error *error);
};

static const struct verb verbs[] = {{"start", verb_start},    {"next", verb_next},     {"resume", verb_resume},
				    {"status", verb_status},  {"finish", verb_finish}, {"unit", verb_unit},
				    {"profile", verb_profile}};

/* The word behind the verb: a run or a profile. */
static int take_words(struct session_command *command, bool starts, struct error *error)
{
	if (starts && command->start.way == SESSION_SERIAL && command->word_count > 0)
		return error_set(error, STATUS_USAGE,
				 "--by serial takes no line ('%s'): another computer listens, by 'aerobench collect "
				 "--serial %s', because this one is measured; its file comes in by 'next --from FILE'",
				 command->words[0], command->words[0]);
	if (command->word_count > (starts ? 0 : 1))
		return error_set(error, STATUS_USAGE, "unexpected argument '%s'; see 'aerobench session --help'",
				 command->words[starts ? 0 : 1]);
	if (command->word_count == 1)
		command->run = command->words[0];
	return 0;
}

static int run_verb(struct session_command *command, struct error *error)
{
	const char *kind = command->word_count > 0 ? command->words[0] : "";
	const char *name = command->word_count > 1 ? command->words[1] : "";

	if (strcmp(kind, "metal") != 0)
		return error_set(error, STATUS_USAGE,
				 "'aerobench session metal VERB' is the only kind of session; see "
				 "'aerobench session --help'");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		int status;

		if (strcmp(name, verbs[i].name) != 0)
			continue;
		command->words += 2;
		command->word_count -= 2;
		status = take_words(command, verbs[i].run == verb_start, error);
		return status != 0 ? status : verbs[i].run(command, error);
	}
	return error_set(
	    error, STATUS_USAGE,
	    "'%s' is none of start, next, resume, status, finish, unit and profile; see 'aerobench session "
	    "--help'",
	    name);
}

static int cmd_session(int argc, char **argv)
{
	struct session_command command = {.start = {.run = {.warmup = -1, .seed = -1}, .argc = argc, .argv = argv},
					  .machine = {.root = ""},
					  .settle_seconds = 60};
	struct error error = {STATUS_OK, ""};
	int status = parse(&command, argc, argv, &error);

	if (status == 0 && command.help)
		fputs(help_text, stdout);
	else if (status == 0)
		status = run_verb(&command, &error);
	if (status == 0)
		status = output_finish(&error);
	if (error.status != STATUS_OK)
		status = error_print(&error);
	session_start_free(&command.start);
	return status;
}

COMMAND(session, .summary = "both systems on one bare machine, across reboots, as one run", .run = cmd_session);
