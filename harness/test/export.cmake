# SPDX-License-Identifier: MIT
# Exports read back by the tools they are for: export_read.py lists its own tests, as e2e.py does. In one build only: the unit
# tests cover the same code under sanitizers.
set(export_read ${CMAKE_CURRENT_LIST_DIR}/export_read.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${export_read})
find_package(Python3 REQUIRED COMPONENTS Interpreter)
execute_process(COMMAND ${Python3_EXECUTABLE} -B ${export_read} --list OUTPUT_VARIABLE export_read_names
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" export_read_names "${export_read_names}")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  foreach(name IN LISTS export_read_names)
    add_test(NAME export/${name} COMMAND ${Python3_EXECUTABLE} -B ${export_read} $<TARGET_FILE:aerobench> ${name})
    set_tests_properties(export/${name} PROPERTIES TIMEOUT 120 LABELS unit SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
  endforeach()
endif()
