# SPDX-License-Identifier: MIT
# What test guests are made of (ci/guest_tree), in one build only: it is a script, the same for all.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME ci/guest_tree
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/test/guest_tree_test.py ${PROJECT_SOURCE_DIR}/ci/guest_tree)
  set_tests_properties(ci/guest_tree PROPERTIES TIMEOUT 120 LABELS smoke ENVIRONMENT LC_ALL=C)
endif()
