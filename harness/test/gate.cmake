# SPDX-License-Identifier: MIT
# The gate, the history and the comparison of times end to end: the scripts list their own tests, as e2e.py does.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(script gate_e2e.py timed_e2e.py)
  set(path ${CMAKE_CURRENT_LIST_DIR}/${script})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  execute_process(COMMAND ${Python3_EXECUTABLE} -B ${path} --list OUTPUT_VARIABLE names
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" names "${names}")
  foreach(name IN LISTS names)
    add_test(NAME e2e/${name} COMMAND ${Python3_EXECUTABLE} -B ${path} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${name})
    set_tests_properties(e2e/${name} PROPERTIES TIMEOUT 900 LABELS e2e SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
  endforeach()
endforeach()
