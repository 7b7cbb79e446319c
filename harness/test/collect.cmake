# SPDX-License-Identifier: MIT
# A booted image over a serial line: two boots of the simulator, and a pty.
add_test(NAME harness/collect_e2e
  COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/test/collect_e2e.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
  ${PROJECT_SOURCE_DIR}/ci/vm)
set_tests_properties(harness/collect_e2e PROPERTIES TIMEOUT 300 LABELS smoke SKIP_RETURN_CODE 77 ENVIRONMENT LC_ALL=C)
