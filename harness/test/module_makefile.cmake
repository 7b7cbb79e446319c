# SPDX-License-Identifier: MIT
# What the module's Makefile refuses, in one build only: it is a script, the same for all.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME module/makefile COMMAND ${PROJECT_SOURCE_DIR}/linux-baseline/module/test/makefile_test)
  set_tests_properties(module/makefile PROPERTIES TIMEOUT 60 LABELS unit SKIP_RETURN_CODE 77 ENVIRONMENT LC_ALL=C)
endif()
