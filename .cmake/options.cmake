# How every target of the project is compiled.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(faasconf_options INTERFACE)
add_library(faasconf::options ALIAS faasconf_options)
set_target_properties(faasconf_options PROPERTIES EXPORT_NAME options)
target_compile_features(faasconf_options INTERFACE cxx_std_20)
target_compile_options(faasconf_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # g++ 12 cries wolf at optimised string + string (its bug 105651) and vector::insert; the address sanitizer judges
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
  $<$<BOOL:${FAASCONF_WARNINGS_AS_ERRORS}>:-Werror>
  -ffp-contract=off)  # the same sums on every machine
if(FAASCONF_SANITIZERS)
  target_compile_options(faasconf_options INTERFACE
    -fsanitize=${FAASCONF_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # these check every access to memory, which is half of the time of compiling; the address sanitizer sees what is wrong
  foreach(check IN ITEMS null alignment object-size)
    target_compile_options(faasconf_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize=${check}>)
  endforeach()
  target_link_options(faasconf_options INTERFACE -fsanitize=${FAASCONF_SANITIZERS})
endif()
