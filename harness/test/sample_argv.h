/* SPDX-License-Identifier: MIT */
/* A boot's command line as one line of text, for tests that look for a part of it. */
#pragma once

#include "../launch.h"

/* Words that a shell would take apart stand in quotes; allocated. */
char *sample_argv_text(const struct launch_argv *argv);
