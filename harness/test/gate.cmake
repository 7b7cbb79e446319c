# SPDX-License-Identifier: MIT
# The gate and the history end to end: gate_e2e.py lists its own tests, as e2e.py does.
set(gate_e2e ${CMAKE_CURRENT_LIST_DIR}/gate_e2e.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${gate_e2e})
find_package(Python3 REQUIRED COMPONENTS Interpreter)
execute_process(COMMAND ${Python3_EXECUTABLE} -B ${gate_e2e} --list OUTPUT_VARIABLE gate_e2e_names
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" gate_e2e_names "${gate_e2e_names}")
foreach(name IN LISTS gate_e2e_names)
  add_test(NAME e2e/${name} COMMAND ${Python3_EXECUTABLE} -B ${gate_e2e} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${name})
  set_tests_properties(e2e/${name} PROPERTIES TIMEOUT 900 LABELS e2e SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
endforeach()
