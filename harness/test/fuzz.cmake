# SPDX-License-Identifier: MIT
# A short run of the fuzz targets where clang is, always the same one, and their corpus replayed by fuzz_test in every build.
# Only a release build fuzzes: the programs are the same in all of them.
file(GLOB fuzz_targets CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/*.c)
list(FILTER fuzz_targets EXCLUDE REGEX "/entry\\.c$")
target_sources(harness_fuzz_test PRIVATE ${fuzz_targets})
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME harness/fuzz COMMAND ${PROJECT_SOURCE_DIR}/ci/fuzz 1000x)
  set_tests_properties(harness/fuzz PROPERTIES TIMEOUT 600 COST 100 LABELS unit SKIP_RETURN_CODE 77
    ENVIRONMENT "LC_ALL=C;FUZZ_BUILD=${CMAKE_BINARY_DIR}/fuzz")
endif()
