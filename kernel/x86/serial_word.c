/* SPDX-License-Identifier: MIT */
/*
 * A value is taken whole or refused: no character of it is passed over.
 */
#include "serial_word.h"

#include <stdbool.h>

/* I/O ports of the first four serial lines of a PC: IBM PC AT Technical Reference, and every firmware since. */
static const struct {
	const char *name;
	uint64_t port;
} serial_ports[] = {{"com1", 0x3f8}, {"com2", 0x2f8}, {"com3", 0x3e8}, {"com4", 0x2e8}};

enum { DECIMAL_MAX = 7, HEX_MAX = 16 };

static const char where_problem[] = "must be com1...com4, 0xPORT, mmio:0xADDRESS, mmio32:0xADDRESS, auto or none";

/* What is left of the value. */
struct rest {
	const char *at;
	size_t len_bytes;
};

/* Cuts off this text, if the rest begins with it. */
static bool rest_take(struct rest *rest, const char *text)
{
	size_t len_bytes = 0;

	for (; text[len_bytes] != '\0'; len_bytes++) {
		if (len_bytes >= rest->len_bytes || rest->at[len_bytes] != text[len_bytes])
			return false;
	}
	rest->at += len_bytes;
	rest->len_bytes -= len_bytes;
	return true;
}

static unsigned digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (unsigned)(digit - 'a') + 10;
	if (digit >= 'A' && digit <= 'F')
		return (unsigned)(digit - 'A') + 10;
	return 16;
}

/* Cuts off one to most digits. */
static bool rest_number(struct rest *rest, unsigned base, unsigned most, uint64_t *number)
{
	unsigned digits = 0;

	*number = 0;
	while (rest->len_bytes > 0 && digit_value(*rest->at) < base && digits < most) {
		*number = *number * base + digit_value(*rest->at);
		digits++;
		rest->at++;
		rest->len_bytes--;
	}
	return digits > 0;
}

static const char *read_memory(struct serial_word *word, struct rest *rest, unsigned register_bytes)
{
	word->place = (struct serial_place){
	    .memory = true, .stride_bytes = (uint8_t)register_bytes, .access_bytes = (uint8_t)register_bytes};
	if (!rest_take(rest, "0x") || !rest_number(rest, 16, HEX_MAX, &word->place.base))
		return "mmio: and mmio32: want an address, 0x and hexadecimal digits";
	return serial_place_defect(&word->place);
}

static const char *read_where(struct serial_word *word, struct rest *rest)
{
	if (rest_take(rest, "mmio32:"))
		return read_memory(word, rest, 4);
	if (rest_take(rest, "mmio:"))
		return read_memory(word, rest, 1);
	word->place = (struct serial_place){.stride_bytes = 1, .access_bytes = 1};
	if (rest_take(rest, "0x")) {
		if (!rest_number(rest, 16, HEX_MAX, &word->place.base))
			return where_problem;
		return serial_place_defect(&word->place);
	}
	for (unsigned at = 0; at < sizeof(serial_ports) / sizeof(serial_ports[0]); at++) {
		if (rest_take(rest, serial_ports[at].name)) {
			word->place.base = serial_ports[at].port;
			return NULL;
		}
	}
	if (rest_take(rest, "auto"))
		word->where = SERIAL_WORD_AUTO;
	else if (rest_take(rest, "none"))
		word->where = SERIAL_WORD_NONE;
	else
		return where_problem;
	return NULL;
}

const char *serial_word_parse(struct serial_word *word, const char *value, size_t len_bytes)
{
	struct rest rest = {value, len_bytes};
	const char *problem;
	uint64_t speed;

	*word = (struct serial_word){.where = SERIAL_WORD_PLACE};
	problem = read_where(word, &rest);
	if (problem != NULL || rest.len_bytes == 0)
		return problem;
	if (word->where == SERIAL_WORD_NONE || !rest_take(&rest, ":"))
		return where_problem;
	if (!rest_number(&rest, 10, DECIMAL_MAX, &speed) || rest.len_bytes > 0 || speed == 0 ||
	    SERIAL_SPEED_DEFAULT % speed != 0 || serial_divisor(SERIAL_CLOCK_HZ, (uint32_t)speed) == 0)
		return "the speed must divide 115200: 115200, 57600, 38400, 19200, 9600, ...";
	word->speed = (uint32_t)speed;
	return NULL;
}
