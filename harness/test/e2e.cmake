# SPDX-License-Identifier: MIT
# One CTest test for each end-to-end test: e2e.py lists its own.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(e2e ${CMAKE_CURRENT_LIST_DIR}/e2e.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${e2e})
execute_process(COMMAND ${Python3_EXECUTABLE} -B ${e2e} --list OUTPUT_VARIABLE e2e_names
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" e2e_names "${e2e_names}")
foreach(name IN LISTS e2e_names)
  add_test(NAME e2e/${name} COMMAND ${Python3_EXECUTABLE} -B ${e2e} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${name})
  set_tests_properties(e2e/${name} PROPERTIES TIMEOUT 900 LABELS e2e SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
endforeach()
