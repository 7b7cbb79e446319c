# SPDX-License-Identifier: MIT
# What takes the results to the stick (harness/collector/init), in one build only: it is a script, the same for all.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME harness/collector
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/test/collector_test.py ${PROJECT_SOURCE_DIR}/ci/guest_tree
    ${CMAKE_CURRENT_SOURCE_DIR}/collector/init)
  set_tests_properties(harness/collector PROPERTIES TIMEOUT 120 LABELS smoke SKIP_RETURN_CODE 77 ENVIRONMENT LC_ALL=C)
endif()
