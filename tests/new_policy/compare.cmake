# The second program lists what the first does, newest_first, and oldest_always, in which it finds the fault.
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
list(APPEND names newest_first oldest_always)
list(SORT names)
list(SORT names_with_new)
if(NOT names STREQUAL names_with_new)
  message(FATAL_ERROR "with two files more the policies are\n  ${names_with_new}\nand not\n  ${names}")
endif()

# expect_check(<policy> <exit code> <what the report says>)
function(expect_check policy expected words)
  execute_process(COMMAND ${PROGRAM_WITH_NEW} check-policy ${policy} RESULT_VARIABLE code OUTPUT_VARIABLE report)
  if(NOT code EQUAL ${expected} OR NOT report MATCHES "${words}")
    message(FATAL_ERROR "check-policy ${policy} ends with ${code} and not ${expected}, or does not say '${words}':\n${report}")
  endif()
endfunction()

expect_check(newest_first 0 "all [0-9]+ checks passed")
expect_check(oldest_always 1 "FAILED +order .*policy oldest_always: layer 0, step 2: row 0 was evicted before")
