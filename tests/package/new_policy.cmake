# From a command to a table: installs the built tree to a scratch prefix, has it write the project of a policy, builds that,
# tests it, runs its sweep and makes its report. Says how long a person would have waited; the installation does not count.
# cmake -DBUILD=<build folder> -DSCRATCH=<folder> -DGENERATOR=<name> -DREPOSITORY=<top folder> -DDATA=<tiny|real>
#       -DTINY_DATA=<program> -DCXX_FLAGS=<flags> -P new_policy.cmake

cmake_minimum_required(VERSION 3.25)

# run(<folder> <command>...): output in `output`; fails with it.
function(run folder)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${folder}
                  RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${code}): ${command}\n${output}${errors}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# timed(<what> <folder> <command>...): run(), and a line of the report.
function(timed what folder)
  string(TIMESTAMP begin "%s%f" UTC)
  run(${folder} ${ARGN})
  string(TIMESTAMP end "%s%f" UTC)
  math(EXPR milliseconds "(${end} - ${begin}) / 1000")
  math(EXPR total "${total_milliseconds} + ${milliseconds}")
  set(total_milliseconds ${total} PARENT_SCOPE)
  message("${what}: ${milliseconds} ms")
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect pattern)
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "expected '${pattern}' in\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
if(DATA STREQUAL "tiny")
  run(${SCRATCH} ${TINY_DATA} ${SCRATCH}/data)
  set(ENV{MULTISTATE_DATA_DIR} ${SCRATCH}/data)
elseif(NOT DEFINED ENV{MULTISTATE_DATA_DIR})
  set(ENV{MULTISTATE_DATA_DIR} ${REPOSITORY}/data)
endif()
run(${SCRATCH} ${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/first)
# Whatever still points to the first prefix, or works by it only, fails from here on.
file(RENAME ${SCRATCH}/first ${SCRATCH}/installed)
set(multistate ${SCRATCH}/installed/bin/multistate)
set(project ${SCRATCH}/fading_attention)
set(total_milliseconds 0)

timed("new-policy" ${SCRATCH} ${multistate} new-policy fading_attention)
timed("configure" ${project} ${CMAKE_COMMAND} -S . -B build -G ${GENERATOR}
      "-DCMAKE_CXX_FLAGS=${CXX_FLAGS} -Wall -Wextra -Wpedantic -Wshadow -Werror")
timed("build" ${project} ${CMAKE_COMMAND} --build build)

timed("test" ${project} ${CMAKE_CTEST_COMMAND} --test-dir build --output-on-failure)

timed("sweep" ${project} ${multistate} run sweep.yaml)
expect("7 of 7 planned cells")
message("${output}")
timed("aggregate" ${project} ${multistate} aggregate results)
message("from the command to the table: ${total_milliseconds} ms (data: ${DATA})")

# The results say which file the policy was, and only for that policy.
file(SHA256 ${project}/build/fading_attention_plugin.so hash)
file(GLOB cells ${project}/results/cells/*)
foreach(cell IN LISTS cells)
  file(READ ${cell}/result.json result)
  string(JSON name GET "${result}" config policy name)
  string(JSON recorded ERROR_VARIABLE absent GET "${result}" context inputs plugin sha256)
  if(name STREQUAL "fading_attention" AND NOT recorded STREQUAL hash)
    message(FATAL_ERROR "${cell}: the plug-in's hash is ${recorded}, not ${hash}")
  elseif(NOT name STREQUAL "fading_attention" AND NOT absent)
    message(FATAL_ERROR "${cell}: ${name} is said to come from a plug-in")
  endif()
endforeach()
if(NOT EXISTS ${project}/results/report)
  message(FATAL_ERROR "aggregate has left no report")
endif()

# The same file is a policy of the tree.
file(MAKE_DIRECTORY ${SCRATCH}/tree/policies ${SCRATCH}/tree/src/multistate/policy)
file(TOUCH ${SCRATCH}/tree/src/multistate/policy/policy.h)
run(${SCRATCH}/tree ${multistate} new-policy fading_attention --in-tree)
file(READ ${SCRATCH}/tree/policies/fading_attention.cpp in_tree)
file(READ ${project}/fading_attention.cpp outside)
if(NOT in_tree STREQUAL outside)
  message(FATAL_ERROR "--in-tree writes another file than the project has")
endif()
file(REMOVE_RECURSE ${SCRATCH})
