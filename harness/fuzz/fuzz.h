/* SPDX-License-Identifier: MIT */
/*
 * Fuzz targets: what reads bytes that somebody else may have written. Each takes any bytes and returns 0; what must hold
 * is checked by FUZZ_CHECK, the rest by the sanitizers. ci/fuzz builds one libFuzzer program for each target, and the unit
 * test fuzz_test replays the corpus, and changes of it, in every build.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Not <assert.h>, which a release build removes. */
#define FUZZ_CHECK(claim)        \
	do {                     \
		if (!(claim))    \
			abort(); \
	} while (0)

/*
 * A raw log, and a capture that may hold several: as it is, and once more with its CRCs made right, so that what is behind
 * them is reached too.
 */
int fuzz_stream(const uint8_t *bytes, size_t len_bytes);
/*
 * A run's directory. FLAG run.json NUL journal.jsonl NUL log: if bit 0 of FLAG is set, both JSON files are sealed anew
 * and the journal is made to agree with the log. What opens goes through summary and all exports.
 */
int fuzz_store(const uint8_t *bytes, size_t len_bytes);
/* A file of JSON: FLAG text; bit 0 as above, the next two choose: history, baseline, kept import, A/A record. */
int fuzz_results(const uint8_t *bytes, size_t len_bytes);
/* A file to import, of any format. */
int fuzz_import(const uint8_t *bytes, size_t len_bytes);
/* Memory that a system left behind, and, the same bytes, the command line that tells where. */
int fuzz_region(const uint8_t *bytes, size_t len_bytes);
