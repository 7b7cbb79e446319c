/* SPDX-License-Identifier: MIT */
/*
 * The runner's words of the command line. A wrong one is never replaced by a default: it ends the run before anything
 * is measured.
 */
#include "options.h"

/* Longest key that is offered to the port. */
enum { KEY_MAX = 32 };

static bool take_bench(struct options *options, const char *value)
{
	options->bench = word_of(value);
	return true;
}

static bool take_test(struct options *options, const char *value)
{
	options->test = word_of(value);
	return options->test.len_bytes > 0;
}

static bool take_mode(struct options *options, const char *value)
{
	options->mode = word_of(value);
	return word_is(options->mode, "bench") || word_is(options->mode, "list") || word_is(options->mode, "conform");
}

static bool take_unit(struct options *options, const char *value)
{
	options->unit = value;
	return word_order(value, "ticks") == 0 || word_order(value, "instructions") == 0;
}

static bool take_samples(struct options *options, const char *value)
{
	return word_number(word_of(value), &options->samples) && options->samples > 0 &&
	       options->samples <= OPTIONS_SAMPLES_MAX;
}

static bool take_warmup(struct options *options, const char *value)
{
	options->warmup_given = true;
	return word_number(word_of(value), &options->warmup) && options->warmup <= OPTIONS_SAMPLES_MAX;
}

static bool take_seed(struct options *options, const char *value)
{
	return word_number(word_of(value), &options->seed) && options->seed <= INT64_MAX;
}

static bool take_events(struct options *options, const char *value)
{
	return counting_parse(&options->counting, word_of(value));
}

static const struct option {
	const char *key;
	bool (*take)(struct options *options, const char *value);
	const char *problem; /* with the remedy */
} option_table[] = {
    {"bench", take_bench, ""},
    {"samples", take_samples, "must be a number from 1 to 1000000"},
    {"warmup", take_warmup, "must be a number from 0 to 1000000"},
    {"seed", take_seed, "must be a number below 2^63"},
    {"unit", take_unit, "must be ticks or instructions"},
    {"events", take_events, "must be CODE/NAME,... with codes like r5300c0 or s2, names once, 16 at most"},
    {"mode", take_mode, "must be bench, list or conform here"},
    {"test", take_test, "must be part of a conformance test's name"},
};

enum { OPTIONS = sizeof(option_table) / sizeof(option_table[0]) };

static bool complain(struct complaint *complaint, const char *word, const char *problem)
{
	complaint->word = word_of(word);
	complaint->problem = problem;
	return false;
}

/* The port wants its key as a string of its own. */
static bool port_takes(const struct runner_port *port, struct word key, const char *value)
{
	char string[KEY_MAX];

	if (port->word == NULL || key.len_bytes >= KEY_MAX)
		return false;
	for (size_t i = 0; i < key.len_bytes; i++)
		string[i] = key.at[i];
	string[key.len_bytes] = '\0';
	return port->word(string, value);
}

static bool word_take(struct options *options, const struct runner_port *port, const char *word,
		      struct complaint *complaint)
{
	struct word value = word_of(word);
	struct word key = word_cut(&value, '=');

	if (key.at + key.len_bytes == value.at)
		return complain(complaint, word, "is not KEY=VALUE");
	for (unsigned i = 0; i < OPTIONS; i++) {
		if (word_is(key, option_table[i].key))
			return option_table[i].take(options, value.at) ||
			       complain(complaint, word, option_table[i].problem);
	}
	return port_takes(port, key, value.at) ||
	       complain(complaint, word, "unknown word, or a value that it cannot have");
}

bool options_parse(struct options *options, const struct runner_port *port, int count, char *const words[],
		   struct complaint *complaint)
{
	*options =
	    (struct options){.mode = word_of("bench"), .unit = "ticks", .samples = OPTIONS_SAMPLES_DEFAULT, .seed = 1};
	for (int i = 0; i < count; i++) {
		if (!word_take(options, port, words[i], complaint))
			return false;
	}
	return true;
}

static unsigned at_most(uint64_t wanted, unsigned bound)
{
	return bound != 0 && wanted > bound ? bound : (unsigned)wanted;
}

unsigned options_samples(const struct options *options, const struct bench *bench)
{
	return at_most(options->samples, bench->max_samples);
}

/* The rule of measuring.md §3, from the samples that this benchmark really takes. */
unsigned options_warmup(const struct options *options, const struct bench *bench)
{
	uint64_t tenth = options_samples(options, bench) / 10;
	uint64_t rule = tenth > OPTIONS_WARMUP_MIN ? tenth : OPTIONS_WARMUP_MIN;

	return at_most(options->warmup_given ? options->warmup : rule, bench->max_warmup);
}

const char *options_unit(const struct options *options, const struct bench *bench)
{
	return word_order(bench->unit, "ticks") == 0 ? options->unit : bench->unit;
}
