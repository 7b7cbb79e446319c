/* SPDX-License-Identifier: MIT */
/* What all commands share about their output: see output.h. */
#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

static int output_broken(struct error *error)
{
	return error_set(error, STATUS_FAILED, "cannot write to standard output: %s", strerror(errno));
}

int output_finish(struct error *error)
{
	return fflush(stdout) != 0 || ferror(stdout) ? output_broken(error) : 0;
}

int output_json(json_t *value, struct error *error)
{
	int failed;

	if (value == NULL)
		return error_set(error, STATUS_FAILED, "cannot write JSON: a name or a text is not UTF-8");
	failed = json_dumpf(value, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	json_decref(value);
	if (failed != 0 || putchar('\n') == EOF)
		return output_broken(error);
	return output_finish(error);
}

json_t *output_text_json(const char *text)
{
	json_t *json = json_string(text);
	char *copy;

	if (json != NULL)
		return json;
	copy = memory_text(text);
	for (char *at = copy; *at != '\0'; at++) {
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	}
	json = json_string(copy);
	free(copy);
	return json;
}

int output_color_parse(const char *value, enum output_color *color, struct error *error)
{
	static const char *const names[] = {
	    [OUTPUT_COLOR_AUTO] = "auto", [OUTPUT_COLOR_ALWAYS] = "always", [OUTPUT_COLOR_NEVER] = "never"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]) == 0) {
			*color = (enum output_color)i;
			return 0;
		}
	}
	return error_set(error, STATUS_USAGE, "--color=%s: use auto, always or never", value);
}

bool output_is_terminal(FILE *file)
{
	const char *kind = getenv("TERM");

	return isatty(fileno(file)) == 1 && kind != NULL && strcmp(kind, "dumb") != 0;
}

bool output_colored(FILE *file, enum output_color color)
{
	const char *no_color = getenv("NO_COLOR");

	if (color != OUTPUT_COLOR_AUTO)
		return color == OUTPUT_COLOR_ALWAYS;
	return output_is_terminal(file) && (no_color == NULL || no_color[0] == '\0');
}

/* Commas between the thousands of the digits in text, which has room for them. */
static void group_thousands(char *text)
{
	size_t sign = text[0] == '-';
	size_t len = strlen(text);

	for (size_t at = len; at > sign + 3;) {
		at -= 3;
		memmove(text + at + 1, text + at, len - at + 1);
		text[at] = ',';
		len++;
	}
}

const char *output_number(char *text, size_t size, double number)
{
	char digits[64];
	double magnitude = fabs(number);

	if (isnan(number)) {
		snprintf(text, size, "–");
		return text;
	}
	if (magnitude >= 1e15) {
		snprintf(text, size, "%.3g", number);
		return text;
	}
	if (magnitude >= 99.95 || number == floor(number)) {
		snprintf(digits, sizeof(digits), "%.0f", number);
		group_thousands(digits);
	} else if (magnitude >= 9.995) {
		snprintf(digits, sizeof(digits), "%.1f", number);
	} else if (magnitude >= 0.01) {
		snprintf(digits, sizeof(digits), "%.2f", number);
	} else {
		snprintf(digits, sizeof(digits), "%.2g", number);
	}
	snprintf(text, size, "%s", digits);
	return text;
}
