/* SPDX-License-Identifier: MIT */
/* Progress on stderr: see progress.h. */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output.h"
#include "process.h"

enum { COLUMNS_DEFAULT = 80, COLUMNS_MAX = 240, BAR = 20 };

const char *progress_time(char *text, size_t text_bytes, double seconds)
{
	unsigned whole = seconds > 0 && seconds < 1e9 ? (unsigned)(seconds + 0.5) : 0;

	if (whole >= 3600)
		snprintf(text, text_bytes, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
	else
		snprintf(text, text_bytes, "%u:%02u", whole / 60, whole % 60);
	return text;
}

void progress_begin(struct progress *progress, unsigned total, unsigned ended, bool quiet)
{
	*progress = (struct progress){
	    .quiet = quiet,
	    .terminal = output_is_terminal(stderr),
	    .total = total,
	    .ended = ended,
	    .begun_ns = process_now_ns(),
	};
}

static unsigned columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

static void clear(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}

void progress_update(struct progress *progress, const char *now, double seconds_left)
{
	char line[COLUMNS_MAX + 1], left[24], bar[BAR + 1];
	unsigned filled;

	if (progress->quiet || !progress->terminal || progress->total == 0)
		return;
	filled = progress->ended * BAR / progress->total;
	memset(bar, '.', BAR);
	memset(bar, '#', filled < BAR ? filled : BAR);
	bar[BAR] = '\0';
	snprintf(line, sizeof(line), "[%s] %u/%u  %s left  %s", bar, progress->ended, progress->total,
		 progress_time(left, sizeof(left), seconds_left), now);
	line[columns() - 1 < sizeof(line) ? columns() - 1 : sizeof(line) - 1] = '\0';
	clear(progress);
	fputs(line, stderr);
	progress->drawn = true;
}

void progress_ended(struct progress *progress, const char *what, bool good, const char *how, double seconds)
{
	progress->ended++;
	progress->failed += !good;
	if (progress->quiet)
		return;
	if (progress->terminal && good) /* the drawn line says enough */
		return;
	clear(progress);
	fprintf(stderr, "[%u/%u] %s: %s (%.1f s)\n", progress->ended, progress->total, what, how, seconds);
}

void progress_note(struct progress *progress, const char *format, ...)
{
	va_list list;

	if (progress->quiet)
		return;
	clear(progress);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

void progress_end(struct progress *progress)
{
	clear(progress);
}
