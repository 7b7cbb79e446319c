/* SPDX-License-Identifier: MIT */
/* A picture of gnuplot's as part of an HTML page: no prolog, no tool tips, and its ids made its own. */
#pragma once

#include <stdio.h>

/* Writes svg into the page; every id gets the prefix, label is its name for those who cannot see it. */
void report_svg(FILE *file, const char *svg, const char *prefix, const char *label);
