# The second program lists what the first does, and newest_first.
# cmake -DPROGRAM=<path> -DPROGRAM_WITH_NEW=<path> -P compare.cmake

cmake_minimum_required(VERSION 3.25)

function(names_of program result)
  execute_process(COMMAND ${program} policies --json OUTPUT_VARIABLE json COMMAND_ERROR_IS_FATAL ANY)
  string(JSON count LENGTH "${json}")
  math(EXPR last "${count} - 1")
  set(names "")
  foreach(i RANGE ${last})
    string(JSON name GET "${json}" ${i} name)
    list(APPEND names ${name})
  endforeach()
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

names_of(${PROGRAM} names)
names_of(${PROGRAM_WITH_NEW} names_with_new)
if("newest_first" IN_LIST names)
  message(FATAL_ERROR "the program itself has newest_first already, so this test shows nothing")
endif()
list(APPEND names newest_first)
list(SORT names)
list(SORT names_with_new)
if(NOT names STREQUAL names_with_new)
  message(FATAL_ERROR "with one file more the policies are\n  ${names_with_new}\nand not\n  ${names}")
endif()
