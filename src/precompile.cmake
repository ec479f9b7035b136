# Two ways to parse headers less often, each of which halves the time of a build from nothing: those that nearly every file
# includes are parsed once for all, and the files of a folder are compiled several together. The preset dev does
# without either, so that a file which forgets an include does not compile there.

option(MULTISTATE_PCH "Precompile common headers" OFF)
option(MULTISTATE_UNITY "Compile several files together" OFF)

set(CMAKE_UNITY_BUILD ${MULTISTATE_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)

set(MULTISTATE_PCH_PLAIN <algorithm> <filesystem> <functional> <map> <memory> <optional> <span> <string> <vector>
    <fmt/format.h> <nlohmann/json.hpp>)
set(MULTISTATE_PCH_TORCH ${MULTISTATE_PCH_PLAIN} <ATen/core/Tensor.h>)

# libFuzzer sees which code an input reaches, where that needs no LibTorch; the rest is not fuzzed, and runs faster without. Precompiled
# headers have to be compiled like those that use them.
function(multistate_cover target headers)
  if(MULTISTATE_FUZZER AND headers STREQUAL "multistate_plain_headers")
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# multistate_header_set(<target> <header>...): makes <target>, whose sources are all but empty, the owner of a set of
# headers. It has to be compiled like those that use the set.
function(multistate_header_set target)
  if(MULTISTATE_PCH)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
  multistate_cover(${target} ${target})
endfunction()

# multistate_use_headers(<target> <owner>): lets <target> use the owner's set.
function(multistate_use_headers target owner)
  if(MULTISTATE_PCH)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
  multistate_cover(${target} ${owner})
endfunction()
