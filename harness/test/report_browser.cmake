# SPDX-License-Identifier: MIT
# The report in headless Chromium: once, because a sanitizer looks at the harness and not at the page.
if(NOT AEROBENCH_SANITIZE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME harness/report_browser
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/report_browser.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties(harness/report_browser PROPERTIES TIMEOUT 600 COST 60 LABELS e2e SKIP_RETURN_CODE 77 ENVIRONMENT "LC_ALL=C")
endif()
