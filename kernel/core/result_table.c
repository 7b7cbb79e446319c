/* SPDX-License-Identifier: MIT */
/*
 * Rows, their order, and which of them matter most. The lines are result_line.c's.
 */
#include "core/result_table.h"

#include "core/heap.h"
#include "core/quantile.h"
#include "core/string.h"

bool result_table_init(struct result_table *table, size_t rows_max, const char *unit, uint64_t ticks_hz)
{
	*table = (struct result_table){.rows_max = rows_max, .unit = unit, .ticks_hz = ticks_hz};
	table->rows = heap_alloc(rows_max * sizeof(table->rows[0]));
	table->order = heap_alloc(rows_max * sizeof(struct result_row *));
	table->chosen = heap_alloc(rows_max * sizeof(bool));
	if (table->rows != NULL && table->order != NULL && table->chosen != NULL) {
		memset(table->rows, 0, rows_max * sizeof(table->rows[0])); /* touched before anything is measured */
		return true;
	}
	result_table_free(table);
	return false;
}

void result_table_free(struct result_table *table)
{
	heap_free(table->rows);
	heap_free(table->order);
	heap_free(table->chosen);
	*table = (struct result_table){.rows = NULL};
}

struct result_row *result_table_add(struct result_table *table)
{
	struct result_row *row;

	if (table->count == table->rows_max)
		return NULL;
	row = &table->rows[table->count++];
	*row = (struct result_row){
	    .p50 = RESULT_UNKNOWN, .iqr = RESULT_UNKNOWN, .p99 = RESULT_UNKNOWN, .max = RESULT_UNKNOWN};
	return row;
}

/* Divided, and rounded to the nearest. */
static uint64_t share(uint64_t value, unsigned per)
{
	return (value + per / 2) / per;
}

void result_row_measure(struct result_row *row, uint32_t *samples, size_t count, unsigned per)
{
	quantile_sort(samples, count);
	row->kind = RESULT_MEASURED;
	row->count = (uint32_t)count;
	row->p50 = share(quantile_percentile(samples, count, 50), per);
	row->iqr = share(quantile_percentile(samples, count, 75) - quantile_percentile(samples, count, 25), per);
	row->max = share(quantile_percentile(samples, count, 100), per);
	if (quantile_tail_is_known(count, 99))
		row->p99 = share(quantile_percentile(samples, count, 99), per);
}

size_t result_table_kind_count(const struct result_table *table, enum result_kind kind)
{
	size_t count = 0;

	for (size_t at = 0; at < table->count; at++)
		count += table->rows[at].kind == kind;
	return count;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* Cuts a number off the front; one too large for 64 bits is some number. */
static uint64_t number_take(const char **text)
{
	uint64_t number = 0;

	while (is_digit(**text))
		number = number * 10 + (uint64_t)(*(*text)++ - '0');
	return number;
}

/* Below 0, 0, above 0, with runs of digits compared as numbers. */
static int label_order(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		if (is_digit(*a) && is_digit(*b)) {
			uint64_t left = number_take(&a), right = number_take(&b);

			if (left != right)
				return left < right ? -1 : 1;
		} else if (*a++ != *b++) {
			return (uint8_t)a[-1] < (uint8_t)b[-1] ? -1 : 1;
		}
	}
	return (*a != '\0') - (*b != '\0');
}

static bool row_is_before(const struct result_row *a, const struct result_row *b)
{
	int order = strcmp(a->name, b->name);

	return order != 0 ? order < 0 : label_order(a->label, b->label) < 0;
}

/* By insertion: some hundred rows, once. */
void result_table_sort(struct result_table *table)
{
	for (size_t at = 0; at < table->count; at++) {
		size_t to = at;

		for (; to > 0 && row_is_before(&table->rows[at], table->order[to - 1]); to--)
			table->order[to] = table->order[to - 1];
		table->order[to] = &table->rows[at];
	}
}

/* Chooses the measured rows that are number `turn` of their benchmark; returns how many there are, and were chosen. */
static size_t choose_turn(struct result_table *table, size_t turn, size_t room)
{
	size_t found = 0, of_name = 0;

	for (size_t at = 0; at < table->count; at++) {
		const struct result_row *row = table->order[at];

		if (at > 0 && strcmp(row->name, table->order[at - 1]->name) != 0)
			of_name = 0;
		if (row->kind != RESULT_MEASURED || of_name++ != turn)
			continue;
		if (found < room)
			table->chosen[at] = true;
		found++;
	}
	return found < room ? found : room;
}

size_t result_table_choose(struct result_table *table, size_t most)
{
	size_t total = 0, new = 1;

	memset(table->chosen, 0, table->count * sizeof(bool));
	for (size_t turn = 0; new > 0; turn++) {
		new = choose_turn(table, turn, most - total);
		total += new;
	}
	return total;
}
