# rad::torch: LibTorch from the wheel that deploy/install_deps.sh unpacked. The wheel's own CMake package wants
# a CUDA toolkit even for CPU use, hence imported targets over the libraries themselves.
set(RAD_TORCH "${RAD_DEPS}/libtorch/torch")
if(NOT EXISTS "${RAD_TORCH}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "LibTorch not found in ${RAD_DEPS}: run deploy/install_deps.sh, or set RAD_DEPS")
endif()

function(rad_import_torch name)
  add_library(${name} SHARED IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${RAD_TORCH}/lib/lib${name}.so" IMPORTED_NO_SONAME OFF)
endfunction()
rad_import_torch(c10)
rad_import_torch(torch_cpu)
# The OpenMP runtime that LibTorch brings: a second one would have threads of its own.
add_library(torch_gomp SHARED IMPORTED GLOBAL)
set_target_properties(torch_gomp PROPERTIES IMPORTED_LOCATION "${RAD_TORCH}/lib/libgomp.so.1")

add_library(rad_torch INTERFACE)
add_library(rad::torch ALIAS rad_torch)
target_link_libraries(rad_torch INTERFACE torch_cpu c10 torch_gomp)
# Separate, so that what merely links compute code never sees LibTorch's headers: they bring an old protobuf.
add_library(rad_torch_headers INTERFACE)
target_include_directories(rad_torch_headers SYSTEM INTERFACE
  "${RAD_TORCH}/include" "${RAD_TORCH}/include/torch/csrc/api/include")
# Without it at::parallel_for, a template, is compiled to run on one thread.
target_compile_options(rad_torch_headers INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
target_link_options(rad_torch INTERFACE "LINKER:-rpath-link,${RAD_DEPS}/libtorch/nvidia/cu13/lib")

# The one header that makes LibTorch files slow to compile, compiled once for all of them.
if(NOT EXISTS "${CMAKE_BINARY_DIR}/torch_pch.cc")
  file(WRITE "${CMAKE_BINARY_DIR}/torch_pch.cc" "")
endif()
add_library(rad_torch_pch STATIC "${CMAKE_BINARY_DIR}/torch_pch.cc")
target_link_libraries(rad_torch_pch PUBLIC rad::torch rad_torch_headers PRIVATE rad_flags)
target_compile_options(rad_torch_pch PRIVATE -fpch-preprocess)
# Nothing more belongs in here: what autograd's headers leave to instantiate costs every file 2 s.
target_precompile_headers(rad_torch_pch PRIVATE <ATen/ATen.h>)
