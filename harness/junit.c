/* SPDX-License-Identifier: MIT */
/* JUnit's XML: see junit.h. */
#include "junit.h"

#include <jansson.h>

#include "output.h"

void junit_text(FILE *file, const char *bytes)
{
	json_t *clean = output_text_json(bytes);

	for (const char *text = json_string_value(clean); *text != '\0'; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", file);
			break;
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
		}
	}
	json_decref(clean);
}

void junit_case(FILE *file, const char *class, const char *name, const char *kind, const char *message)
{
	fputs("  <testcase classname=\"aerobench.", file);
	junit_text(file, class);
	fputs("\" name=\"", file);
	junit_text(file, name);
	if (kind == NULL && message == NULL) {
		fputs("\" time=\"0\"/>\n", file);
		return;
	}
	fputs(kind != NULL ? "\" time=\"0\"><" : "\" time=\"0\"><system-out>", file);
	if (kind != NULL)
		fprintf(file, "%s message=\"", kind);
	junit_text(file, message);
	fputs(kind != NULL ? "\"/></testcase>\n" : "</system-out></testcase>\n", file);
}
