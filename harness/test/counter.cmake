# SPDX-License-Identifier: MIT
# Counters from end to end: seconds, and nothing of it is a measurement. Not with sanitizers: unit tests cover what reads them.
if(NOT AEROBENCH_SANITIZE)
  add_test(NAME harness/counter_e2e
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/test/counter_e2e.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
    ${PROJECT_SOURCE_DIR}/ci/check_stream)
  set_tests_properties(harness/counter_e2e PROPERTIES TIMEOUT 300 COST 20 LABELS smoke SKIP_RETURN_CODE 77 ENVIRONMENT LC_ALL=C)
endif()
