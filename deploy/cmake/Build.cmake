set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Broken invariants abort in release builds too: assert() stays. -O3 gains nothing here (LibTorch does the
# arithmetic) and compiles longer.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

option(RAD_WERROR "Treat warnings as errors" OFF)
add_library(rad_flags INTERFACE)
target_compile_options(rad_flags INTERFACE -Wall -Wextra -Wno-missing-field-initializers)
if(RAD_WERROR)
  target_compile_options(rad_flags INTERFACE -Werror)
endif()

if(RAD_SANITIZE)
  if(RAD_COMPUTE)
    message(FATAL_ERROR "RAD_SANITIZE needs RAD_COMPUTE=OFF: LibTorch is not instrumented")
  endif()
  add_compile_options(-fsanitize=${RAD_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${RAD_SANITIZE})
endif()

find_program(RAD_CCACHE ccache)
if(RAD_CCACHE)
  # The sloppiness lets ccache serve files that use the precompiled LibTorch header.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros "${RAD_CCACHE}")
endif()
find_program(RAD_MOLD mold)
if(RAD_MOLD)
  # Each segment on pages of its own. mold 1.10, Debian 12's, starts the segment to be sealed after
  # relocation at .tbss, which lies in the page before when the code ends in a page's last 16
  # bytes; the loader then finds that page unmapped and refuses the program ("cannot apply additional
  # memory protection"). Whether a program is hit depends on its layout, thus on the checkout's path.
  add_link_options(-fuse-ld=mold LINKER:-z,separate-loadable-segments)
endif()
