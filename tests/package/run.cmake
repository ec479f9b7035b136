# Installs the built tree to a scratch prefix, moves it, and builds and runs tests/package against it.
# cmake -DBUILD=<build folder> -DSOURCE=<tests/package> -DSCRATCH=<folder> -DGENERATOR=<name>
#       -DPREFIX_PATH=<CMAKE_PREFIX_PATH> -DCXX_FLAGS=<flags> -P run.cmake

cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${code}): ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_policy text where)
  if(NOT "${text}" MATCHES "(^|\n)tova")
    message(FATAL_ERROR "${where} does not list the policy tova:\n${text}")
  endif()
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/first)
# Whatever still points to the first prefix, or works by it only, fails from here on.
file(RENAME ${SCRATCH}/first ${SCRATCH}/moved)

list(PREPEND PREFIX_PATH ${SCRATCH}/moved)
# run() hands its arguments on as a list: what separates the folders must not separate arguments.
list(JOIN PREFIX_PATH "\\;" PREFIX_PATH)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${SCRATCH}/build -G ${GENERATOR} -DCMAKE_BUILD_TYPE=Debug
    "-DCMAKE_PREFIX_PATH=${PREFIX_PATH}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}")
run(${CMAKE_COMMAND} --build ${SCRATCH}/build)
run(${SCRATCH}/build/list_policies)
expect_policy("${output}" "the consumer")

# The policy outside the tree passes what every policy has to; the others are not checked again.
run(${SCRATCH}/build/test_my_policy --success)
if(NOT output MATCHES "[ \n]middle\n" OR output MATCHES "[ \n]tova\n")
  message(FATAL_ERROR "the suite checks other policies than the consumer's:\n${output}")
endif()
# What is asked for by name is checked in its place.
run(${CMAKE_COMMAND} -E env MULTISTATE_CONFORMANCE_POLICIES=window ${SCRATCH}/build/test_my_policy --success)
if(NOT output MATCHES "[ \n]window\n" OR output MATCHES "[ \n]middle\n")
  message(FATAL_ERROR "the suite does not check the policy that is asked for:\n${output}")
endif()

# Without Catch2 the package works, and says so where its suite is required.
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${SCRATCH}/without -G ${GENERATOR} "-DCMAKE_PREFIX_PATH=${PREFIX_PATH}"
    "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" -DCMAKE_DISABLE_FIND_PACKAGE_Catch2=ON)
run(${CMAKE_COMMAND} --build ${SCRATCH}/without --target help)
if(output MATCHES "test_my_policy")
  message(FATAL_ERROR "the suite is there without Catch2")
endif()

run(${SCRATCH}/moved/bin/multistate policies)
expect_policy("${output}" "the installed program")
file(REMOVE_RECURSE ${SCRATCH})
