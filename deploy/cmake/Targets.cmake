# rad_library(NAME SOURCES... LIBS...): a static library of this project.
function(rad_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC ${ARG_LIBS} PRIVATE rad_flags)
endfunction()

# rad_use_pch(TARGET rad_torch_pch|rad_proto_pch): compiles the target with that precompiled header.
function(rad_use_pch name pch)
  target_link_libraries(${name} PRIVATE ${pch})
  target_compile_options(${name} PRIVATE -fpch-preprocess) # for ccache
  target_precompile_headers(${name} REUSE_FROM ${pch})
endfunction()

# rad_torch_library: the same for code that includes LibTorch headers.
function(rad_torch_library name)
  rad_library(${name} ${ARGN})
  target_link_libraries(${name} PUBLIC rad::torch)
  rad_use_pch(${name} rad_torch_pch)
endfunction()

# rad_proto_library: the same for code that includes the messages and services.
function(rad_proto_library name)
  rad_library(${name} ${ARGN})
  target_link_libraries(${name} PUBLIC rad_proto)
  rad_use_pch(${name} rad_proto_pch)
endfunction()

# rad_test(NAME LABEL unit SOURCES ... LIBS ... [TORCH | PROTO] [TIMEOUT seconds]): a GoogleTest program, one ctest entry.
# It counts as skipped only when all its cases were skipped: give cases that need a model a program of their own.
# Tests find fixtures through RAD_TEST_DATA, programs through RAD_BIN, and the optional oracle through RAD_ORACLE.
function(rad_test name)
  cmake_parse_arguments(ARG "TORCH;PROTO" "LABEL;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} rad_test_main GTest::gmock rad_flags)
  if(ARG_TORCH OR ARG_PROTO)
    # The precompiled headers are -fPIC like the libraries; a program would be -fPIE and could not use them.
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name} PRIVATE -fPIC)
  endif()
  if(ARG_TORCH)
    rad_use_pch(${name} rad_torch_pch)
  elseif(ARG_PROTO)
    rad_use_pch(${name} rad_proto_pch)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77)
  set_property(TEST ${name} PROPERTY ENVIRONMENT
    "RAD_TEST_DATA=${CMAKE_SOURCE_DIR}/tests/data" "RAD_BIN=${CMAKE_BINARY_DIR}/bin" "OMP_WAIT_POLICY=passive"
    "RAD_ORACLE=${CMAKE_SOURCE_DIR}/../shared/oracle" "RAD_CACHE=${RAD_DEPS}")
endfunction()
