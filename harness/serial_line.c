/* SPDX-License-Identifier: MIT */
/* A serial line as it is: see serial_line.h. */
#include "serial_line.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "memory.h"

static const struct {
	unsigned speed;
	speed_t code;
} speeds[] = {{1200, B1200},       {2400, B2400},       {4800, B4800},      {9600, B9600},       {19200, B19200},
	      {38400, B38400},     {57600, B57600},     {115200, B115200},  {230400, B230400},   {460800, B460800},
	      {500000, B500000},   {576000, B576000},   {921600, B921600},  {1000000, B1000000}, {1152000, B1152000},
	      {1500000, B1500000}, {2000000, B2000000}, {3000000, B3000000}};

static bool speed_code(unsigned speed, speed_t *code)
{
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		if (speeds[i].speed == speed) {
			*code = speeds[i].code;
			return true;
		}
	}
	return false;
}

/* Cuts ":SPEED" off, unless there is a device of the whole name (by-path names hold colons). */
static int take_speed(struct serial_line *line, speed_t *code, struct error *error)
{
	char *colon = strrchr(line->path, ':');

	line->speed = SERIAL_SPEED_DEFAULT;
	if (colon != NULL && colon[1] != '\0' && colon[1 + strspn(colon + 1, "0123456789")] == '\0' &&
	    access(line->path, F_OK) != 0) {
		*colon = '\0';
		line->speed = (unsigned)strtoul(colon + 1, NULL, 10);
	}
	if (speed_code(line->speed, code))
		return 0;
	return error_set(error, STATUS_USAGE,
			 "%s: no speed %u: use 9600, 19200, 38400, 57600, 115200, 230400, 460800 …", line->path,
			 line->speed);
}

static bool errors_now(int fd, uint64_t *errors)
{
	struct serial_icounter_struct counts;

	if (ioctl(fd, TIOCGICOUNT, &counts) != 0)
		return false;
	*errors = (uint64_t)counts.frame + (uint64_t)counts.overrun + (uint64_t)counts.buf_overrun;
	return true;
}

static int configure(struct serial_line *line, speed_t code, struct error *error)
{
	struct termios raw;

	if (tcgetattr(line->fd, &line->before) != 0)
		return error_set(error, STATUS_USAGE,
				 "%s is no serial line: name a device such as /dev/ttyS0 or "
				 "/dev/ttyUSB0; a file is taken without --serial",
				 line->path);
	raw = line->before;
	cfmakeraw(&raw);
	raw.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
	raw.c_cflag |= CREAD | CLOCAL;
	raw.c_iflag &= ~(tcflag_t)(IXON | IXOFF | INPCK);
	cfsetispeed(&raw, code);
	cfsetospeed(&raw, code);
	if (tcsetattr(line->fd, TCSANOW, &raw) != 0)
		return error_set_errno(error, STATUS_USAGE, "cannot set the speed of", line->path);
	line->counts = errors_now(line->fd, &line->framing_errors);
	return 0;
}

int serial_line_open(struct serial_line *line, const char *text, struct error *error)
{
	speed_t code = B0;
	int status;

	*line = (struct serial_line){.fd = -1, .path = memory_text(text)};
	status = take_speed(line, &code, error);
	if (status == 0) {
		/* Not to wait for a carrier that a null-modem cable does not have. */
		line->fd = open(line->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
		if (line->fd < 0 && (errno == EACCES || errno == EPERM))
			status = error_set(
			    error, STATUS_USAGE,
			    "cannot open the serial line %s: %s: use sudo, or `adduser $USER dialout` as root "
			    "and log in again",
			    line->path, strerror(errno));
		else if (line->fd < 0)
			status = error_set_errno(error, STATUS_USAGE, "cannot open the serial line", line->path);
	}
	if (status == 0 && flock(line->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		status = error_set(error, STATUS_FAILED, "%s is in use by another program: end that one", line->path);
	if (status == 0)
		status = configure(line, code, error);
	if (status != 0) {
		if (line->fd >= 0)
			close(line->fd);
		free(line->path);
		*line = (struct serial_line){.fd = -1};
	}
	return status;
}

int64_t serial_line_errors(const struct serial_line *line)
{
	uint64_t now;

	return line->counts && errors_now(line->fd, &now) ? (int64_t)(now - line->framing_errors) : -1;
}

void serial_line_close(struct serial_line *line)
{
	if (line->fd >= 0) {
		tcsetattr(line->fd, TCSANOW, &line->before);
		close(line->fd);
	}
	free(line->path);
	*line = (struct serial_line){.fd = -1};
}
