# src/check_torch.cmake on planted installations: what it must accept and what it must refuse.
# cmake -DSOURCE=<src> -DSCRATCH=<folder> -P check_torch.cmake

cmake_policy(VERSION 3.25)
if(CASE)
  include(${SOURCE}/check_torch.cmake)
  multistate_check_torch_parts()
  multistate_check_torch_abi("${OPTIONS}")
  return()
endif()

# The distribution's LibTorch, and a wheel that lies below the same /usr.
set(debian ${SCRATCH}/usr)
set(wheel ${SCRATCH}/usr/lib/python3/dist-packages/torch)
file(REMOVE_RECURSE ${SCRATCH})
foreach(library_folder ${debian}/lib/x86_64-linux-gnu ${wheel}/lib)
  file(MAKE_DIRECTORY ${library_folder})
  file(TOUCH ${library_folder}/libtorch.so ${library_folder}/libc10.so)
endforeach()
foreach(prefix ${debian} ${wheel})
  file(MAKE_DIRECTORY ${prefix}/include/ATen/core)
  file(TOUCH ${prefix}/include/ATen/core/Tensor.h)
endforeach()

# outcome(<libtorch's folder> <libc10's folder> <include folder> <compile options> <message expected, or "">)
function(outcome torch c10 include options expected)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -DCASE=ON -DSOURCE=${SOURCE} -DTORCH_LIBRARY=${torch}/libtorch.so
            -Dc10_LIBRARY=${c10}/libc10.so -DTORCH_INCLUDE_DIRS=${include} -DOPTIONS=${options}
            -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    RESULT_VARIABLE code ERROR_VARIABLE message)
  string(REGEX REPLACE "[ \n]+" " " message "${message}")
  if(expected STREQUAL "" AND NOT code EQUAL 0)
    message(FATAL_ERROR "refused: ${torch} ${c10} ${include} ${options}\n${message}")
  elseif(NOT expected STREQUAL "" AND (code EQUAL 0 OR NOT message MATCHES "${expected}"))
    message(FATAL_ERROR "not refused with '${expected}': ${torch} ${c10} ${include} ${options}\n${message}")
  endif()
endfunction()

set(debian_lib ${debian}/lib/x86_64-linux-gnu)
set(wheel_lib ${wheel}/lib)
set(new_abi -D_GLIBCXX_USE_CXX11_ABI=1)
outcome(${debian_lib} ${debian_lib} ${debian}/include ${new_abi} "")
outcome(${wheel_lib} ${wheel_lib} ${wheel}/include ${new_abi} "")
outcome(${wheel_lib} ${debian_lib} ${wheel}/include ${new_abi} "two different LibTorch.*libc10.so.*CMAKE_PREFIX_PATH")
outcome(${debian_lib} ${debian_lib} ${wheel}/include ${new_abi} "two different LibTorch")
outcome(${debian_lib} ${wheel_lib} ${debian}/include ${new_abi} "two different LibTorch")
outcome(${debian_lib} ${debian_lib} ${SCRATCH} ${new_abi} "headers .* in none of the folders")
outcome(${wheel_lib} ${wheel_lib} ${wheel}/include -D_GLIBCXX_USE_CXX11_ABI=0 "old ABI of std::string")
file(REMOVE_RECURSE ${SCRATCH})
