/* SPDX-License-Identifier: MIT */
/*
 * `aerobench collect`: takes in what a booted image said, over a serial line, through a reserved region of memory or as a
 * captured log, and makes a stored run of it.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <build_info.h>

#include "collect.h"
#include "collect_capture.h"
#include "collect_kind.h"
#include "collect_source.h"
#include "environment.h"
#include "memory.h"
#include "output.h"
#include "parse.h"
#include "paths.h"
#include "stream_salvage.h"
#include "subject.h"

enum { BOOTS_MAX = 1000 };

enum {
	OPTION_SERIAL = 0x1000,
	OPTION_MEMORY,
	OPTION_DEVICE,
	OPTION_INTO,
	OPTION_ROUND,
	OPTION_BOOTS,
	OPTION_TIMEOUT,
	OPTION_RESULTS,
	OPTION_JSON
};

static void collect_help(const char *program)
{
	printf(
	    "Usage: %s [OPTION…] --serial DEV[:SPEED]\n"
	    "  or:  %s [OPTION…] --memory [BASE+LEN]\n"
	    "  or:  %s [OPTION…] FILE…       (- is standard input: ipmitool … sol activate | %s -)\n"
	    "Takes in what a booted image said and stores it as a run of aerokernel@metal. Only what the stream's own\n"
	    "checks prove is kept: a stream that is cut or garbled gives the points that arrived whole, labelled as "
	    "cut.\n"
	    "Boots of different computers or images, or that measured different things, become a run each.\n"
	    "What was sent twice counts once; noise, escape sequences and line ends of any kind do not matter.\n\n"
	    "      --serial DEV[:SPEED]  a serial line, 8N1, no flow control, 115200 unless SPEED says otherwise. "
	    "Ends\n"
	    "                            when a whole stream has come, after silence, or by Ctrl-C, which keeps what "
	    "came\n"
	    "      --memory [BASE+LEN]   the region of memory that the image filled (its results= word), after Linux "
	    "was\n"
	    "                            booted warm on the same machine; by default where Linux's command line says,\n"
	    "                            else 256M+64M. Needs root\n"
	    "      --device FILE         memory is read from it (default: /dev/mem); a copy of the region may be "
	    "given\n"
	    "      --into RUN            append to a run that plans the subject and measured the same, instead of "
	    "making\n"
	    "                            a new one; boots that it has already are passed over\n"
	    "      --round N             its round of that run, from 1 (default: the first that is missing)\n"
	    "      --boots N             so many boots, one round each (default: 1 from a line, all whole ones of a "
	    "file)\n"
	    "      --timeout TIME        end after so much silence: 90s, 30m (default: none on a terminal, else 30m)\n"
	    "  -s, --subject SUBJECT     what it is (default: aerokernel@metal)\n"
	    "      --results DIR         where runs are kept (default: $AEROBENCH_RESULTS or results/runs)\n"
	    "      --json                the outcome as JSON, an object for each run\n"
	    "  -q, --quiet               neither progress nor the machine's other lines\n"
	    "  -h, --help\n\n"
	    "While it comes, all of it is kept in RESULTS/capture-….raw; that file goes when the run is stored.\n"
	    "Exit status: 0 all boots whole, 1 one was cut, failed or missing, or nothing usable came, 2 usage, text "
	    "without\n"
	    "a stream, or a stream of another system, 130 interrupted.\n",
	    program, program, program, program);
}

/* --- Options -------------------------------------------------------------------------------------------------------- */

static int take_subject(struct collecting *collecting, struct error *error)
{
	static struct subject subject;
	int status = subject_parse(&subject, optarg, error);

	if (status == 0 && subject.machine != SUBJECT_METAL)
		return error_set(
		    error, STATUS_USAGE,
		    "%s is no booted image: only what runs on metal is collected, `aerobench run` boots the "
		    "others",
		    subject.name);
	collecting->subject = subject.name;
	return status;
}

static int take_option(struct collecting *collecting, int option, char **argv, struct error *error)
{
	switch (option) {
	case OPTION_SERIAL:
		collecting->serial = optarg;
		return 0;
	case OPTION_MEMORY:
		collecting->memory = true;
		collecting->place = optarg != NULL ? optarg : "";
		return 0;
	case OPTION_DEVICE:
		collecting->device = optarg;
		return 0;
	case OPTION_INTO:
		collecting->into = optarg;
		return 0;
	case OPTION_ROUND:
		return parse_number("round", optarg, 1, BOOTS_MAX, &collecting->round, error);
	case OPTION_BOOTS:
		return parse_number("boots", optarg, 1, BOOTS_MAX, &collecting->boots, error);
	case OPTION_TIMEOUT:
		return parse_duration("timeout", optarg, &collecting->timeout_s, error);
	case OPTION_RESULTS:
		collecting->results = optarg;
		return 0;
	case OPTION_JSON:
		collecting->json = true;
		return 0;
	case 's':
		return take_subject(collecting, error);
	case 'q':
		collecting->quiet = true;
		return 0;
	case 'h':
		collecting->help = true;
		return 0;
	default:
		return parse_refused(option, argv, error);
	}
}

static int check_options(struct collecting *collecting, int count, char **words, struct error *error)
{
	/* "--memory 256M+64M": getopt hands it over as a word. */
	if (collecting->memory && collecting->place[0] == '\0' && count > 0) {
		collecting->place = words[0];
		words++;
		count--;
	}
	collecting->files = words;
	collecting->file_count = (size_t)count;
	if ((collecting->serial != NULL) + collecting->memory + (count > 0) != 1)
		return error_set(
		    error, STATUS_USAGE,
		    "no source given: use one of --serial DEV, --memory or FILE: `aerobench collect --help`");
	for (int i = 0; i < count && count > 1; i++) {
		if (strcmp(words[i], "-") == 0)
			return error_set(error, STATUS_USAGE, "standard input is not taken beside files");
	}
	if (collecting->device != NULL && !collecting->memory)
		return error_set(error, STATUS_USAGE, "--device is for --memory only: a serial line is --serial DEV");
	if (collecting->round != 0 && collecting->into == NULL)
		return error_set(error, STATUS_USAGE, "--round needs --into RUN");
	return 0;
}

/* --- Into the store ------------------------------------------------------------------------------------------------- */

static json_t *command_json(int argc, char **argv)
{
	json_t *command = json_pack("[s, s]", "aerobench", "collect");

	for (int i = 1; i < argc; i++) {
		char *word = environment_word(argv[i]);

		json_array_append_new(command, output_text_json(word));
		free(word);
	}
	return command;
}

static json_t *collector_json(const struct collecting *collecting)
{
	const char *way = collecting->serial != NULL ? "serial line" : collecting->memory ? "memory" : "file";
	char *source = environment_word(collecting->source);
	json_t *json = json_pack("{s:s, s:o, s:s, s:I}", "way", way, "source", output_text_json(source), "aerobench",
				 BUILD_COMMIT, "bytes", (json_int_t)collecting->capture.len_bytes);

	if (collecting->serial != NULL && collecting->line_errors >= 0)
		json_object_set_new(json, "line_errors", json_integer(collecting->line_errors));
	if (collecting->remark != NULL)
		json_object_set_new(json, "remark", json_string(collecting->remark));
	free(source);
	return json;
}

/* The runs that a boot that is cut does not prove: {name, reason} each. */
static json_t *refused_json(const struct collect_boot *boot)
{
	json_t *array = json_array();
	struct stream_cut cut;

	if (boot->status != STORE_CUT)
		return array;
	stream_salvage(&cut, boot->log, boot->log_bytes, NULL);
	for (size_t i = 0; i < cut.refused_count; i++)
		json_array_append_new(array, json_pack("{s:o, s:o}", "name", output_text_json(cut.refused[i].name),
						       "reason", output_text_json(cut.refused[i].reason)));
	stream_cut_free(&cut);
	return array;
}

static void tell_json(const struct collecting *collecting, const struct collect_boots *boots,
		      const struct collect_boots *all, const struct collect_outcome *outcome, struct error *error)
{
	json_t *array = json_array();

	for (size_t i = 0; i < boots->count; i++) {
		const struct collect_boot *boot = &boots->boots[i];
		static const char *const words[] = {[STORE_OK] = "ok", [STORE_FAILED] = "failed", [STORE_CUT] = "cut"};

		json_array_append_new(array,
				      json_pack("{s:s, s:o, s:I, s:o}", "status", words[boot->status], "reason",
						boot->reason != NULL ? output_text_json(boot->reason) : json_null(),
						"runs", (json_int_t)boot->runs, "refused", refused_json(boot)));
	}
	output_json(json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "schema",
			      "aerobench.collect_outcome/1", "id", outcome->id, "path", output_text_json(outcome->path),
			      "boots_ok", (json_int_t)outcome->ok, "boots_cut", (json_int_t)outcome->cut,
			      "boots_failed", (json_int_t)outcome->failed, "boots_there", (json_int_t)outcome->there,
			      "left_out", (json_int_t)all->left_count, "sent_again", (json_int_t)all->again, "boots",
			      array, "collected", collector_json(collecting)),
		    error);
}

/* Why a boot is not whole, and each run that it lacks but the first, which the reason names. */
static void tell_boot(const struct collecting *collecting, const struct collect_boot *boot)
{
	json_t *refused = refused_json(boot), *run;
	size_t i;

	fprintf(stderr, "aerobench: %s: %s\n", collect_source_at(collecting, boot->at), boot->reason);
	json_array_foreach(refused, i, run)
	{
		if (i > 0 && !collecting->quiet)
			fprintf(stderr, "  %s: %s\n", json_string_value(json_object_get(run, "name")),
				json_string_value(json_object_get(run, "reason")));
	}
	json_decref(refused);
}

/* What else is known of a capture that is not whole. */
static void tell_remarks(const struct collecting *collecting)
{
	if (collecting->remark != NULL)
		fprintf(stderr, "aerobench: %s: %s\n", collecting->source, collecting->remark);
	if (collecting->line_errors > 0)
		fprintf(stderr, "aerobench: %s: %lld characters were lost or came at a wrong speed\n",
			collecting->source, (long long)collecting->line_errors);
}

/* The boots that are not stored. Returns whether one of them was to be: all of a file are, unless it is said how many. */
static bool tell_left(const struct collecting *collecting, const struct collect_boots *boots)
{
	bool lost = false;
	size_t more = 0;

	for (size_t i = 0; i < boots->left_count; i++) {
		const struct collect_boot *boot = &boots->left[i];

		more += boot->status == STORE_OK;
		lost |= boot->status != STORE_OK && collecting->boots == 0 && collecting->serial == NULL;
		if (boot->status != STORE_OK)
			fprintf(stderr, "aerobench: %s: a boot that is not whole is left out: %s\n",
				collect_source_at(collecting, boot->at), boot->reason);
	}
	if (more > 0)
		error_warn("%zu boots more than were asked for are left out", more);
	return lost;
}

/* Whether this part of the capture holds a boot by itself, or the rest of one that began in an earlier part. */
static bool is_of_boot(const struct collect_boots *all, const struct collect_boots *part, const char *capture,
		       size_t begin)
{
	bool needed = false;

	if (part->begun || part->count > 1 || (part->count == 1 && (part->boots[0].runs > 0 || part->boots[0].whole)))
		return true;
	for (size_t i = 0; i < all->count && part->records > 0 && !needed; i++) {
		const struct collect_boot *boot = &all->boots[i];
		struct collect_boots before;

		if (boot->status != STORE_OK || boot->at >= begin || boot->to <= begin)
			continue;
		collect_boots_read(&before, capture + boot->from, begin - boot->from);
		needed = before.count == 0 || before.boots[before.count - 1].status != STORE_OK;
		collect_boots_free(&before);
	}
	return needed;
}

/* Each of several files that gave nothing, with the likely cause: beside others it would go unnoticed. How many. */
static size_t tell_silent(const struct collecting *collecting, const struct collect_boots *boots)
{
	const struct capture *capture = &collecting->capture;
	size_t silent = 0, begin = 0;

	for (size_t i = 0; i < collecting->file_count && collecting->file_count > 1;
	     begin = collecting->file_ends[i++]) {
		size_t end = collecting->file_ends[i];
		struct collect_boots part;

		if (end <= begin)
			break; /* was not read any more */
		collect_boots_read(&part, capture->bytes + begin, end - begin);
		if (!is_of_boot(boots, &part, capture->bytes, begin)) {
			struct error why = {0};

			collect_boots_none(&part, capture->bytes + begin, end - begin, collecting->files[i], &why);
			error_print(&why);
			silent++;
		}
		collect_boots_free(&part);
	}
	return silent;
}

/* A run that was stored, of the boots of one kind out of all, with what is wrong about them. */
static void tell_run(const struct collecting *collecting, const struct collect_boots *boots,
		     const struct collect_boots *all, const struct collect_outcome *outcome, struct error *error)
{
	for (size_t i = 0; i < boots->count; i++) {
		if (boots->boots[i].status != STORE_OK)
			tell_boot(collecting, &boots->boots[i]);
	}
	if (outcome->cut + outcome->failed > 0)
		tell_remarks(collecting);
	if (collecting->json) {
		tell_json(collecting, boots, all, outcome, error);
	} else {
		printf("run %s: %zu of %zu boots whole", outcome->id, outcome->ok, boots->count - outcome->there);
		if (outcome->there > 0)
			printf(", there already: %zu", outcome->there);
		if (all->again > 0)
			printf(", sent again: %zu", all->again);
		printf("; see it by: aerobench show %s\n", outcome->id);
	}
	output_finish(error);
}

static struct collect_target target_of(const struct collecting *collecting)
{
	return (struct collect_target){.results = paths_results(collecting->results),
				       .run = collecting->into,
				       .subject = collecting->subject,
				       .round = (long)collecting->round - 1};
}

/*
 * Stores the boots of one kind out of all. *whole: false if one of them is not. Returns the status of storing; that it could
 * not be told is in error.
 */
static int keep(const struct collecting *collecting, const struct collect_boots *boots, const struct collect_boots *all,
		json_t *command, bool *whole, struct error *error)
{
	struct collect_target target = target_of(collecting);
	struct collect_outcome outcome;
	int status;

	target.command = command;
	target.collector = collector_json(collecting);
	status = collect_store(&target, boots, collecting->capture.bytes, &outcome, error);
	json_decref(target.collector);
	*whole = *whole && outcome.cut + outcome.failed == 0;
	if (status == 0)
		tell_run(collecting, boots, all, &outcome, error);
	collect_outcome_free(&outcome);
	return status;
}

/* One run for each kind of boots; all of them into that which the user names. */
static int keep_all(struct collecting *collecting, struct collect_boots *all, json_t *command, struct error *error)
{
	bool lost = tell_left(collecting, all), silent = tell_silent(collecting, all) > 0, whole = true;
	bool few = collecting->boots > 0 && all->count < (size_t)collecting->boots;
	struct collect_boots kind;
	int status = 0;

	if (few)
		error_warn("%zu of %lld boots came", all->count, (long long)collecting->boots);
	if (collecting->into != NULL)
		status = keep(collecting, all, all, command, &whole, error);
	while (collecting->into == NULL && status == 0 && collect_kind_take(all, &kind)) {
		status = keep(collecting, &kind, all, command, &whole, error);
		collect_boots_free(&kind);
	}
	if (status != 0)
		return status;
	if (collecting->spool != NULL)
		unlink(collecting->spool);
	free(collecting->spool);
	collecting->spool = NULL;
	if (error->status != STATUS_OK)
		return (int)error->status;
	if (collecting->capture.end == CAPTURE_INTERRUPTED)
		return STATUS_INTERRUPTED;
	return few || lost || silent || !whole ? STATUS_FAILED : STATUS_OK;
}

/* Numbers of one system never stand under another's name: nothing is stored beside a stranger. */
static int check_system(const struct collecting *collecting, const struct collect_boots *boots, struct error *error)
{
	char *os;
	const struct collect_boot *stranger = collect_kind_stranger(boots, collecting->subject, &os);

	if (stranger != NULL)
		error_set(error, STATUS_USAGE, "%s is a stream of %s, not of %s: leave it out",
			  collect_source_at(collecting, stranger->at), os, collecting->subject);
	free(os);
	return (int)error->status;
}

/* What came is the boots that are in it, and those are stored. */
static int take_in(struct collecting *collecting, json_t *command, struct error *error)
{
	const struct capture *capture = &collecting->capture;
	struct collect_boots boots;
	int status;

	collect_boots_read(&boots, capture->bytes, capture->len_bytes);
	collect_boots_choose(&boots, (size_t)collecting->boots);
	for (size_t i = 0; i < boots.count; i++)
		boots.boots[i].seconds = capture_seconds(capture, boots.boots[i].from);
	if (boots.count == 0 || (boots.count == 1 && boots.boots[0].runs == 0 && !boots.boots[0].whole)) {
		tell_remarks(collecting);
		status =
		    capture->end == CAPTURE_INTERRUPTED
			? collect_boots_interrupted(&boots, capture->bytes, capture->len_bytes, collecting->source,
						    error)
			: collect_boots_none(&boots, capture->bytes, capture->len_bytes, collecting->source, error);
	} else {
		status = check_system(collecting, &boots, error);
	}
	if (status == 0)
		status = keep_all(collecting, &boots, command, error);
	collect_boots_free(&boots);
	return status;
}

static int collect(struct collecting *collecting, json_t *command, struct error *error)
{
	const struct collect_target target = target_of(collecting);
	int status = collect_check(&target, error);

	if (status == 0)
		status = collect_source_take(collecting, error);
	if (status == 0)
		status = take_in(collecting, command, error);
	collect_source_keep(collecting);
	return status;
}

static int collect_main(int argc, char **argv)
{
	static const struct option options[] = {{"serial", required_argument, NULL, OPTION_SERIAL},
						{"memory", optional_argument, NULL, OPTION_MEMORY},
						{"device", required_argument, NULL, OPTION_DEVICE},
						{"into", required_argument, NULL, OPTION_INTO},
						{"round", required_argument, NULL, OPTION_ROUND},
						{"boots", required_argument, NULL, OPTION_BOOTS},
						{"timeout", required_argument, NULL, OPTION_TIMEOUT},
						{"subject", required_argument, NULL, 's'},
						{"results", required_argument, NULL, OPTION_RESULTS},
						{"json", no_argument, NULL, OPTION_JSON},
						{"quiet", no_argument, NULL, 'q'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct collecting collecting = {.subject = "aerokernel@metal", .line_errors = -1};
	json_t *command = command_json(argc, argv);
	struct error error = {STATUS_OK, ""};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, ":s:qh", options, NULL)) != -1)
		status = take_option(&collecting, option, argv, &error);
	if (status == 0 && collecting.help)
		collect_help(argv[0]);
	else if (status == 0)
		status = check_options(&collecting, argc - optind, argv + optind, &error);
	if (status == 0 && !collecting.help)
		status = collect(&collecting, command, &error);
	if (error.status != STATUS_OK)
		status = error_print(&error);
	json_decref(command);
	capture_free(&collecting.capture);
	free(collecting.spool);
	free(collecting.source);
	free(collecting.file_ends);
	free(collecting.remark);
	return status;
}

COMMAND(collect, .summary = "take in what a booted image said, and store it as a run", .run = collect_main);
