# SPDX-License-Identifier: MIT
# Scripts that list their tests (listed.py): one CTest test for each, so that they run beside each other and fail by name.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# function(listed_tests SCRIPT PREFIX [WORD…]): tests PREFIX/NAME for what `SCRIPT --list WORD…` names.
function(listed_tests script prefix)
  set(path ${CMAKE_CURRENT_SOURCE_DIR}/test/${script})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  execute_process(COMMAND ${Python3_EXECUTABLE} -B ${path} --list ${ARGN} OUTPUT_VARIABLE names
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" names "${names}")
  foreach(name IN LISTS names)
    add_test(NAME ${prefix}/${name} COMMAND ${Python3_EXECUTABLE} -B ${path} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${name})
    set_tests_properties(${prefix}/${name} PROPERTIES TIMEOUT 900 COST 10 LABELS e2e SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
  endforeach()
endfunction()

# The harness from end to end, the gate, the history, the comparison of times. With sanitizers only what spends its time in
# the harness: guests are other programs, and the same ones.
set(words "")
if(AEROBENCH_SANITIZE)
  set(words harness)
endif()
foreach(script e2e.py gate_e2e.py timed_e2e.py repeat_e2e.py)
  listed_tests(${script} e2e ${words})
endforeach()

# In a fresh tree CTest has no times of its own: what takes longest begins first, that nothing waits for it in the end.
if(NOT AEROBENCH_SANITIZE)
  set_tests_properties(e2e/the_shell_example_gates_as_it_says e2e/linux_guests_measure_and_repeat_under_sim
    e2e/tier_2_finds_ten_percent_in_the_runs_it_asked_for e2e/gate_judges_real_counts_exactly PROPERTIES COST 80)
  set_tests_properties(e2e/boots_that_are_never_equal_fail e2e/every_primitive_keeps_its_budget_and_is_steady
    e2e/tier_2_tells_spread_from_location e2e/tier_2_passes_what_has_not_changed PROPERTIES COST 40)
endif()

# Exports read back by the tools they are for, and imports. In one build only: unit tests cover the same code under sanitizers.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  listed_tests(export_read.py export)
  listed_tests(import_e2e.py import)
endif()
