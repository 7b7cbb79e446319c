/* SPDX-License-Identifier: MIT */
/* One error, one line: see error.h. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Input may hold anything: what is shown must not move a terminal's cursor or fake a second line. */
static void error_clean(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

int error_set(struct error *error, enum status status, const char *format, ...)
{
	va_list args;

	if (error == NULL)
		return status;
	if (error->status != STATUS_OK)
		return error->status;
	error->status = status;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	error_clean(error->text);
	return status;
}

int error_prefix(struct error *error, const char *format, ...)
{
	char text[sizeof(error->text)];
	va_list args;
	size_t len;

	if (error == NULL || error->status == STATUS_OK)
		return STATUS_OK;
	va_start(args, format);
	vsnprintf(text, sizeof(text) - 2, format, args);
	va_end(args);
	strcat(text, ": ");
	len = strlen(text);
	memmove(error->text + len, error->text, sizeof(error->text) - len);
	memcpy(error->text, text, len);
	error->text[sizeof(error->text) - 1] = '\0';
	error_clean(error->text);
	return error->status;
}

static const char *error_remedy(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return ": free some space, or choose another place";
	case EFBIG:
		return ": raise the limit on file sizes (ulimit -f) or take fewer samples";
	case EACCES:
	case EPERM:
		return ": fix its permissions, use sudo, or choose another place";
	case EROFS:
		return ": choose a place that can be written to";
	case ENOENT:
		return ": check the name";
	default:
		return "";
	}
}

int error_set_errno(struct error *error, enum status status, const char *what, const char *path)
{
	int number = errno;

	return error_set(error, status, "%s %s: %s%s", what, path, strerror(number), error_remedy(number));
}

int error_print(const struct error *error)
{
	fprintf(stderr, "aerobench: %s\n", error->text);
	return error->status;
}

void error_warn(const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_clean(text);
	fprintf(stderr, "aerobench: warning: %s\n", text);
}
