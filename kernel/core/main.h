/* SPDX-License-Identifier: MIT */
/*
 * The one thing that core calls outside itself: what this kernel was booted for.
 */
#pragma once

#include <stdbool.h>

/* Whether a word stands there twice, which is told: the rule of bench/runner.h, for all modes. */
bool runner_port_refuses(int count, char *const words[]);
/* Runs the benchmarks that the words ask for, on the first thread of CPU 0; returns the number of failures. */
int runner_port_main(int count, char *const words[]);
/* mode=doctor: measures the machine's fitness, as a table for people and as a stream without results. The same result. */
int runner_port_doctor(int count, char *const words[]);
