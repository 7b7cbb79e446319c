/* SPDX-License-Identifier: MIT */
/*
 * The word that names the events, read strictly: a code that is cut short or a name twice would count something else
 * than the user believes.
 */
#include "counting.h"

static bool hex_number(struct word word, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < word.len_bytes; i++) {
		char digit = word.at[i];
		unsigned value = digit >= '0' && digit <= '9'   ? (unsigned)(digit - '0')
				 : digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a' + 10)
								: 16;

		if (value > 15)
			return false;
		*number = *number << 4 | value;
	}
	return word.len_bytes > 0 && word.len_bytes <= 16;
}

static bool name_is_new(const struct counting *counting, struct word name)
{
	for (unsigned i = 0; i < counting->count; i++) {
		if (word_is(name, counting->events[i].name))
			return false;
	}
	return name.len_bytes > 0 && name.len_bytes < COUNTING_NAME_MAX;
}

static bool event_parse(struct counting *counting, struct word name)
{
	struct word code = word_cut(&name, '/');
	struct counting_event *event = &counting->events[counting->count];

	if (counting->count == COUNTING_EVENTS_MAX || code.len_bytes == 0 || !name_is_new(counting, name))
		return false;
	event->kind = code.at[0];
	if (event->kind != 'r' && event->kind != 's')
		return false;
	code.at++;
	code.len_bytes--;
	for (size_t i = 0; i < name.len_bytes; i++)
		event->name[i] = name.at[i];
	event->name[name.len_bytes] = '\0';
	counting->count++;
	return event->kind == 'r' ? hex_number(code, &event->code) : word_number(code, &event->code);
}

bool counting_parse(struct counting *counting, struct word value)
{
	*counting = (struct counting){.count = 0};
	if (value.at == NULL)
		return true;
	if (value.len_bytes > 0 && value.at[value.len_bytes - 1] == ',')
		return false;
	do {
		if (!event_parse(counting, word_cut(&value, ',')))
			return false;
	} while (value.len_bytes > 0);
	return true;
}

void counting_refuse(struct counting_event *event, const char *reason)
{
	unsigned i;

	for (i = 0; i < COUNTING_REASON_MAX - 1 && reason[i] != '\0'; i++)
		event->absent[i] = reason[i];
	event->absent[i] = '\0';
}

void counting_refuse_all(struct counting *counting, const char *reason)
{
	for (unsigned i = 0; i < counting->count; i++) {
		if (counting->events[i].absent[0] == '\0')
			counting_refuse(&counting->events[i], reason);
	}
}
