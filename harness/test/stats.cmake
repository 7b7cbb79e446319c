# SPDX-License-Identifier: MIT
# The statistics against SciPy, skipped where it is not installed: it is no dependency of the project.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_executable(harness_stats_oracle ${CMAKE_CURRENT_LIST_DIR}/stats_oracle.c)
target_compile_definitions(harness_stats_oracle PRIVATE _GNU_SOURCE)
target_link_libraries(harness_stats_oracle PRIVATE harness_archive)
set_target_properties(harness_stats_oracle PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
add_test(NAME harness/stats_oracle
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/stats_oracle.py $<TARGET_FILE:harness_stats_oracle>)
set_tests_properties(harness/stats_oracle PROPERTIES TIMEOUT 300 LABELS unit SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")

# What a million samples cost, printed and held to loose ratios; `harness_stats_speed 1` holds ten million to a second.
# Not with a sanitizer, whose memory it would measure.
add_executable(harness_stats_speed ${CMAKE_CURRENT_LIST_DIR}/stats_speed.c)
target_compile_definitions(harness_stats_speed PRIVATE _GNU_SOURCE)
target_link_libraries(harness_stats_speed PRIVATE harness_archive PkgConfig::CMOCKA)
set_target_properties(harness_stats_speed PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
if(NOT AEROBENCH_SANITIZE)
  add_test(NAME harness/stats_speed COMMAND harness_stats_speed 0 1000000)
  set_tests_properties(harness/stats_speed PROPERTIES TIMEOUT 300 LABELS unit ENVIRONMENT "LC_ALL=C")
endif()
