/* SPDX-License-Identifier: MIT */
/* Pictures inside the page: see report_svg.h. */
#include "report_svg.h"

#include <string.h>

#include "report_html.h"

static const char white[] = " \t\r\n";

/* What an id or a reference to one begins with; gnuplot uses both quotes. */
static const char *const id_openings[] = {" id=\"", " id='", "href=\"#", "href='#", "url(#"};

static size_t id_opening(const char *at)
{
	for (size_t i = 0; i < sizeof(id_openings) / sizeof(id_openings[0]); i++) {
		size_t len = strlen(id_openings[i]);

		if (strncmp(at, id_openings[i], len) == 0)
			return len;
	}
	return 0;
}

/* Behind the element that begins at text, or text itself if there is none. */
static const char *skip_element(const char *text, const char *open, const char *close)
{
	const char *end = strncmp(text, open, strlen(open)) == 0 ? strstr(text, close) : NULL;

	return end != NULL ? end + strlen(close) : text;
}

/* Behind a group that has nothing in it, of which gnuplot writes many; text itself if this is none. */
static const char *skip_empty_group(const char *text)
{
	const char *end = strncmp(text, "<g", 2) == 0 && (text[2] == ' ' || text[2] == '>') ? strchr(text, '>') : NULL;

	if (end == NULL)
		return text;
	end += 1 + strspn(end + 1, white);
	return strncmp(end, "</g>", 4) == 0 ? end + 4 : text;
}

static const char *skip_unseen(const char *text)
{
	const char *next = skip_element(text, "<title>", "</title>");

	next = next != text ? next : skip_element(text, "<desc>", "</desc>");
	return next != text ? next : skip_empty_group(text);
}

void report_svg(FILE *file, const char *svg, const char *prefix, const char *label)
{
	const char *at = strstr(svg, "<svg");

	if (at == NULL)
		return;
	fputs("<svg role=\"img\" aria-label=\"", file);
	html_text(file, label);
	putc('"', file);
	at += strlen("<svg");
	while (*at != '\0') {
		const char *next = skip_unseen(at);
		size_t space = strspn(at, white), len = next == at ? id_opening(at) : 0;

		if (next != at) {
			at = next;
		} else if (len > 0) {
			fprintf(file, "%.*s%s-", (int)len, at, prefix);
			at += len;
		} else if (space > 0 && id_opening(at + space - 1) == 0) {
			putc(at[space] == '<' || at[space] == '\0' ? '\n' : ' ', file);
			at += space;
		} else {
			putc(*at++, file);
		}
	}
}
