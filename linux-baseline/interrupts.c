/* SPDX-License-Identifier: MIT */
/*
 * /proc/interrupts has a head line "CPU0 CPU1 …" with the CPUs that are online, then lines "NAME: N N … text" with one
 * number for each of them. Lines with fewer numbers (ERR, MIS) are no interrupts of a CPU. The file grows with CPUs and
 * devices, so it is read in pieces and taken byte by byte.
 */
#include "interrupts.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cpu_list.h"
#include "os_linux.h"
#include "os.h"

enum place { HEAD, LABEL, NUMBERS, TEXT };

struct reader {
	enum place place;
	bool in_number;
	unsigned columns, column;
	uint64_t number;
	uint64_t line_sum; /* of the used columns of this line */
	int64_t sum;
	bool used[CPU_LIST_MAX]; /* by column */
};

static bool cpu_used(uint64_t real)
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		if (port_cpu_real(cpu) == real)
			return true;
	}
	return false;
}

static void number_end(struct reader *reader)
{
	if (!reader->in_number)
		return;
	reader->in_number = false;
	if (reader->place == HEAD && reader->columns < CPU_LIST_MAX)
		reader->used[reader->columns++] = cpu_used(reader->number);
	if (reader->place == NUMBERS && reader->column < reader->columns) {
		reader->line_sum += reader->used[reader->column] ? reader->number : 0;
		reader->column++;
	}
}

static void line_end(struct reader *reader)
{
	number_end(reader);
	if (reader->place != HEAD && reader->column == reader->columns)
		reader->sum += (int64_t)reader->line_sum;
	reader->place = LABEL;
	reader->column = 0;
	reader->line_sum = 0;
}

static void byte_take(struct reader *reader, char byte)
{
	bool digit = byte >= '0' && byte <= '9';

	if (byte == '\n') {
		line_end(reader);
	} else if (reader->place == LABEL) {
		if (byte == ':')
			reader->place = NUMBERS;
	} else if (digit && reader->place != TEXT) {
		reader->number = (reader->in_number ? reader->number * 10 : 0) + (uint64_t)(byte - '0');
		reader->in_number = true;
	} else {
		number_end(reader);
		if (reader->place == NUMBERS && byte != ' ')
			reader->place = TEXT;
	}
}

int64_t interrupts_total(void)
{
	static struct reader reader; /* too large for a stack; the main thread only */
	int file = open("/proc/interrupts", O_RDONLY | O_CLOEXEC);
	char piece[4096];
	ssize_t got;

	if (file < 0)
		return -1;
	memset(&reader, 0, sizeof(reader));
	while ((got = read(file, piece, sizeof(piece))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			byte_take(&reader, piece[i]);
	}
	close(file);
	return got == 0 ? reader.sum : -1;
}
