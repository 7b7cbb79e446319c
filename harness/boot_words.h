/* SPDX-License-Identifier: MIT */
/*
 * The words of Linux's command line that change measurements. The others are nobody's business: such lines hold addresses,
 * names of machines, sometimes secrets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Those words in their order, one blank between; allocated. What follows "--" is init's own. */
char *boot_words_keep(const char *command_line);
/*
 * The value of the last word with this key, as the kernel takes it, in text; "" of a word without "="; NULL: there is no
 * such word. *len_bytes: its length.
 */
const char *boot_words_value(const char *words, const char *key, size_t *len_bytes);
