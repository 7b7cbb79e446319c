/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls: FUZZ_TARGET, one of fuzz.h's functions, is chosen by the command line of the compiler (ci/fuzz). */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	return FUZZ_TARGET(bytes, len_bytes);
}
