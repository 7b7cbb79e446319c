/* SPDX-License-Identifier: MIT */
/* Values of options: see parse.h. */
#include "parse.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double WEEK_S = 7 * 24 * 3600;

/* Whether the word is of one-letter options, this one among them. */
static bool has_letter(const char *word, int letter)
{
	return word != NULL && word[0] == '-' && word[1] != '-' && strchr(word + 1, letter) != NULL;
}

int parse_refused(int option, char *const *argv, struct error *error)
{
	/* getopt() stays at the word of which it has refused a letter, unless that was the last; of others it is 0 or a code */
	bool letter =
	    optopt > ' ' && optopt < 0x7f && (has_letter(argv[optind - 1], optopt) || has_letter(argv[optind], optopt));
	const char short_name[] = {'-', (char)optopt, '\0'}, *name = letter ? short_name : argv[optind - 1];

	if (option == ':')
		return error_set(error, STATUS_USAGE, "option '%s' needs a value: `%s --help`", name, argv[0]);
	return error_set(error, STATUS_USAGE, "unknown option '%s': `%s --help` lists them", name, argv[0]);
}

int parse_number(const char *option, const char *text, int64_t low, int64_t high, int64_t *value, struct error *error)
{
	char *end = NULL;
	long long read = 0;

	errno = 0;
	if (text[0] >= '0' && text[0] <= '9')
		read = strtoll(text, &end, 10);
	if (end == NULL || *end != '\0' || errno != 0 || read < low || read > high)
		return error_set(error, STATUS_USAGE, "--%s '%s' is not a number from %lld to %lld", option, text,
				 (long long)low, (long long)high);
	*value = read;
	return 0;
}

int parse_duration(const char *option, const char *text, double *seconds, struct error *error)
{
	char *end = NULL;
	double read = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;

	if (end != NULL && *end != '\0') {
		read *= *end == 'h' ? 3600 : *end == 'm' ? 60 : *end == 's' ? 1 : 0;
		end++;
	}
	if (end == NULL || *end != '\0' || !(read >= 1 && read <= WEEK_S))
		return error_set(error, STATUS_USAGE, "--%s '%s' is not a time from 1s to 168h, as 90s, 5m or 1h",
				 option, text);
	*seconds = read;
	return 0;
}

int parse_percentage(const char *option, const char *text, double *value, struct error *error)
{
	char *end = NULL;
	double read = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;

	if (end != NULL && *end == '%')
		end++;
	if (end == NULL || *end != '\0' || !(read > 0 && read <= 100))
		return error_set(error, STATUS_USAGE, "--%s '%s' is not a percentage up to 100%%, as 3%%", option,
				 text);
	*value = read / 100;
	return 0;
}
