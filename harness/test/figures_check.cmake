# SPDX-License-Identifier: MIT
# The check that committed runs give the same figures (ci/figures_check) can fail, and says what differs.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME harness/figures_check
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/figures_check.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(harness/figures_check PROPERTIES TIMEOUT 300 LABELS unit SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
