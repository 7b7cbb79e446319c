# SPDX-License-Identifier: MIT
# What a virtual machine's threads go through, of a real one: a second or two.
add_test(NAME harness/machine
  COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/test/machine.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(harness/machine PROPERTIES TIMEOUT 300 LABELS smoke SKIP_RETURN_CODE 77 ENVIRONMENT LC_ALL=C)
