# SPDX-License-Identifier: MIT
add_test(NAME harness/session_e2e COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/session_e2e.py
  ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${PROJECT_SOURCE_DIR}/ci/vm)
set_tests_properties(harness/session_e2e PROPERTIES TIMEOUT 600 COST 40 LABELS e2e SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
