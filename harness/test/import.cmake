# SPDX-License-Identifier: MIT
# Imports end to end: import_e2e.py lists its own tests, as e2e.py does. In one build only: the unit
# tests cover the same code under sanitizers.
set(import_e2e ${CMAKE_CURRENT_LIST_DIR}/import_e2e.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${import_e2e})
find_package(Python3 REQUIRED COMPONENTS Interpreter)
execute_process(COMMAND ${Python3_EXECUTABLE} -B ${import_e2e} --list OUTPUT_VARIABLE import_e2e_names
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" import_e2e_names "${import_e2e_names}")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  foreach(name IN LISTS import_e2e_names)
    add_test(NAME import/${name} COMMAND ${Python3_EXECUTABLE} -B ${import_e2e} $<TARGET_FILE:aerobench> ${name})
    set_tests_properties(import/${name} PROPERTIES TIMEOUT 120 LABELS e2e SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
  endforeach()
endif()
