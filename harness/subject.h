/* SPDX-License-Identifier: MIT */
/*
 * Subjects: what can be measured, and where. A subject is written SYSTEM@MACHINE[:OPTION,…]. Systems: aerokernel,
 * linux. Machines: host, qemu, sim, kvm, metal, cores. Options: tuned (Linux profile; without it stock), lean (a
 * Linux guest booted without what protects it from others), poll (idle CPUs poll instead of halting), cpus=N,
 * build=NAME (the programs of that directory, build.h; without it those beside this one). This file knows names and what
 * they mean; whether a subject can run on this computer is launch.h's business.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "build.h"
#include "error.h"

enum subject_system { SUBJECT_AEROKERNEL, SUBJECT_LINUX, SUBJECT_SYSTEMS };
enum subject_machine {
	SUBJECT_HOST,  /* this Linux, a process */
	SUBJECT_QEMU,  /* QEMU TCG, one host thread per virtual CPU */
	SUBJECT_SIM,   /* QEMU TCG counting instructions: exactly repeatable */
	SUBJECT_KVM,   /* QEMU on hardware virtualisation */
	SUBJECT_METAL, /* a booted image */
	SUBJECT_CORES, /* CPUs taken from the running Linux */
	SUBJECT_MACHINES
};

enum { SUBJECT_NAME_MAX = 64, SUBJECT_CPUS_MAX = 255 };

struct subject {
	enum subject_system system;
	enum subject_machine machine;
	bool tuned;
	bool lean;
	bool poll;
	unsigned cpus;              /* CPUs of this subject; 0: as many as the run asks for */
	char build[BUILD_NAME_MAX]; /* "": the programs beside this one */
	/* Canonical, the result key: poll, lean, tuned, cpus=N, build=NAME in this order. */
	char name[SUBJECT_NAME_MAX];
};

/*
 * Reads text into *subject. Returns 0, or STATUS_USAGE with the error set: it names the wrong part and the nearest
 * valid one. A pair that can never exist (aerokernel@host) is an error too.
 */
int subject_parse(struct subject *subject, const char *text, struct error *error);

/*
 * The same subject on as many CPUs as the run asks for: without cpus=N, in its name too. What rows of one subject on
 * different numbers of CPUs have in common.
 */
void subject_drop_cpus(struct subject *subject);
/* The same subject of another build, "" for that of this program: in its name too. */
void subject_set_build(struct subject *subject, const char *build);

/* "aerokernel"; "qemu". */
const char *subject_system_name(enum subject_system system);
const char *subject_machine_name(enum subject_machine machine);

/* What one tick of its clock is: "ticks" of the TSC, or "instructions" on sim. */
const char *subject_unit(const struct subject *subject);
/* Its samples are times: such boots never share the computer with another boot. False on sim. */
bool subject_is_timed(const struct subject *subject);
/* It runs inside QEMU (qemu, sim, kvm). */
bool subject_is_virtual(const struct subject *subject);
/*
 * Whether two machines can be one computer with nothing between it and the system: host, metal and cores are what a Linux
 * process, a booted image and CPUs taken from Linux have under them. Every other machine is like itself only. Which
 * computer it was is computer.h's business.
 */
bool subject_same_hardware(enum subject_machine a, enum subject_machine b);
/* A is an Aerokernel, B the Linux that it is compared with: the same hardware, as many CPUs, programs of one build. */
bool subject_is_pair(const struct subject *a, const struct subject *b);

/* The subjects that a run without -s measures, in the order of tables. */
extern const char *const subject_defaults[];
extern const size_t subject_defaults_count;

/* All pairs that have a meaning, without options, for lists: subject_known[0 … subject_known_count). */
extern const char *const subject_known[];
extern const size_t subject_known_count;

/* The candidate nearest to text by edit distance; count > 0. For "did you mean". */
const char *subject_nearest(const char *text, const char *const *candidates, size_t count);
