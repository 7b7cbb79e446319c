# SPDX-License-Identifier: MIT
# `aerobench tune` on a tree of files that stands for /proc and /sys: nothing of this computer is changed.
add_test(NAME harness/tune_e2e
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/test/tune_e2e.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(harness/tune_e2e PROPERTIES TIMEOUT 300 LABELS smoke ENVIRONMENT LC_ALL=C)
