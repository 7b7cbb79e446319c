/* SPDX-License-Identifier: MIT */
/* HTML by pieces: see report_html.h. */
#include "report_html.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"

/* Bytes of the UTF-8 sequence at text, or 0 if it is broken (RFC 3629, section 4; surrogates and overlong forms too). */
static size_t utf8_len(const unsigned char *text)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t more;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		more = 1;
	else if (text[0] >= 0xe0 && text[0] <= 0xef)
		more = 2;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		more = 3;
	else
		return 0;
	if (text[0] == 0xe0)
		low = 0xa0;
	if (text[0] == 0xed)
		high = 0x9f;
	if (text[0] == 0xf0)
		low = 0x90;
	if (text[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i <= more; i++) {
		if (text[i] < low || text[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return more + 1;
}

static const char *html_entity(unsigned char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

void html_text(FILE *file, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at != '\0') {
		size_t len = utf8_len(at);
		const char *entity = len == 0 ? "\xef\xbf\xbd" : html_entity(*at);

		if (entity != NULL)
			fputs(entity, file);
		else
			fwrite(at, 1, len, file);
		at += len == 0 ? 1 : len;
	}
}

void html_element(FILE *file, const char *tag, const char *text)
{
	fprintf(file, "<%s>", tag);
	html_text(file, text);
	fprintf(file, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

/* Names are long words of short ones: they may be broken after each underscore. */
static void html_breakable(FILE *file, const char *name)
{
	for (const char *at = name; *at != '\0';) {
		size_t len = strcspn(at, "_");
		char *part;

		len += at[len] == '_';
		part = memory_format("%.*s", (int)len, at);
		html_text(file, part);
		fputs(part[len - 1] == '_' ? "<wbr>" : "", file);
		free(part);
		at += len;
	}
}

void html_name(FILE *file, const char *name)
{
	fputs("<th scope=\"row\">", file);
	html_breakable(file, name);
	fputs("</th>", file);
}

void html_anchor(FILE *file, const char *name)
{
	fputs("row-", file);
	for (; *name != '\0'; name++) {
		bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') || *name == '_' ||
			     (*name >= '0' && *name <= '9') || *name == '.';

		putc(plain ? *name : '-', file);
	}
}

void html_row_name(FILE *file, const char *name)
{
	fputs("<th scope=\"row\"><a href=\"#", file);
	html_anchor(file, name);
	fputs("\">", file);
	html_breakable(file, name);
	fputs("</a></th>", file);
}

static void html_varied(FILE *file, const char *tag, const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	html_element(file, tag, text != NULL ? text : "");
	free(text);
}

void html_format(FILE *file, const char *tag, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	html_varied(file, tag, format, args);
	va_end(args);
}

void html_details(FILE *file, const char *format, ...)
{
	va_list args;

	fputs("<details>", file);
	va_start(args, format);
	html_varied(file, "summary", format, args);
	va_end(args);
}

void html_number_text(FILE *file, double number, const char *text)
{
	if (isfinite(number))
		fprintf(file, "<td class=\"n\" data-v=\"%.7g\">", number);
	else
		fputs("<td class=\"n\">", file);
	html_text(file, text);
	fputs("</td>", file);
}

void html_number(FILE *file, double number)
{
	char text[64];

	html_number_text(file, number, output_number(text, sizeof(text), isfinite(number) ? number : NAN));
}

void html_headings(FILE *file, const char *headings)
{
	fputs("<tr>", file);
	for (const char *at = headings; *at != '\0';) {
		size_t len = strcspn(at, "|");
		bool left = at == headings || at[0] == '<';
		char *text = memory_format("%.*s", (int)len, at);

		html_element(file, left ? "th scope=\"col\"" : "th scope=\"col\" class=\"n\"", text + (text[0] == '<'));
		free(text);
		at += len + (at[len] == '|');
	}
	fputs("</tr>\n", file);
}

void html_table_begin(FILE *file, const char *caption, const char *headings)
{
	fputs("<div class=\"scroll table\" role=\"group\" tabindex=\"0\" aria-label=\"", file);
	html_text(file, caption);
	fputs("\">\n<table>\n", file);
	fputs("<caption><span>", file);
	html_text(file, caption);
	fputs("</span></caption>\n<thead>\n", file);
	html_headings(file, headings);
	fputs("</thead>\n<tbody>\n", file);
}

void html_table_end(FILE *file)
{
	fputs("</tbody>\n</table>\n</div>\n", file);
}
