/* SPDX-License-Identifier: MIT */
/* What a session says to people: what to do next, how far it is, what goes into systemd, what a profile wants. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "profile.h"
#include "session.h"

/* "aerokernel@metal, round 2 of 6 (boot 7 of 18)": allocated. */
char *session_boot_name(const struct session *session, const struct plan_boot *boot);
/* The commands that write an image for this boot of the Aerokernel, indented lines. */
void session_print_image(FILE *file, const struct session *session, const struct plan_boot *boot);
/* What a person has to do so that this boot of the Aerokernel comes in. */
void session_print_todo(FILE *file, const struct session *session, const struct plan_boot *boot);
/* That this Linux ends now, and how it goes on when it is back. */
void session_print_leaving(FILE *file, const struct session *session, const struct plan_boot *boot);
/* How far it is. */
void session_print_status(FILE *file, const struct session *session);
json_t *session_status_json(const struct session *session);
/* A systemd unit that goes on with the session after each boot; options of resume beside --at-boot: "", or " --settle 5s". */
void session_print_unit(FILE *file, const struct session *session, const char *program, const char *options);
/* The words, each with its reason, and where they go. */
void session_print_profile(FILE *file, const struct profile *profile);
