# SPDX-License-Identifier: MIT
# Differencing on this machine's own clock: a second, and only a loose ratio is asserted.
add_test(NAME harness/difference
  COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/test/difference.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
  ${PROJECT_SOURCE_DIR}/ci/check_stream)
set_tests_properties(harness/difference PROPERTIES TIMEOUT 120 LABELS smoke ENVIRONMENT LC_ALL=C)
