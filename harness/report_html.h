/* SPDX-License-Identifier: MIT */
/*
 * HTML by pieces. Text from anywhere goes through these functions and through nothing else: markup characters are
 * escaped, control characters and broken UTF-8 become U+FFFD, so that no name or reason can become markup.
 */
#pragma once

#include <stdio.h>

void html_text(FILE *file, const char *text);
/* <TAG>text</TAG>; tag may carry attributes: "td class=\"n\"". */
void html_element(FILE *file, const char *tag, const char *text);
/* The same from a format. */
void html_format(FILE *file, const char *tag, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A row's own heading: a name that may be broken after each underscore. */
void html_name(FILE *file, const char *name);
/* The id of the pictures of a row (reading_row_name()), and a row's heading that leads there. */
void html_anchor(FILE *file, const char *name);
void html_row_name(FILE *file, const char *name);
/* Opens a part that is closed until it is asked for; "</details>" ends it. */
void html_details(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A cell with a number for people; what sorts is the number itself. */
void html_number(FILE *file, double number);
/* A cell with other text for a number. */
void html_number_text(FILE *file, double number, const char *text);
/* <tr> with headings, separated by '|'. The first stands left, and those that begin with '<'; the others right. */
void html_headings(FILE *file, const char *headings);
/* A table that scrolls sideways by itself: begins with its caption. Ends the body too. */
void html_table_begin(FILE *file, const char *caption, const char *headings);
void html_table_end(FILE *file);
