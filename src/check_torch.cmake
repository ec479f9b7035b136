# multistate_check_torch(), to be called after find_package(Torch). Stops with an explanation where the program would
# link and then abort, or not link at all: parts of two LibTorch taken together, or the old string ABI.

# The installation that a library (<prefix>/lib/<file> or <prefix>/lib/<arch>/<file>) or a folder of headers
# (<prefix>/include) belongs to. Only the end of the path counts: a wheel lies in <python's prefix>/lib/... itself.
function(multistate_torch_prefix path result)
  file(REAL_PATH "${path}" path)
  if(NOT path MATCHES "/include$")
    get_filename_component(path "${path}" DIRECTORY)
  endif()
  string(REGEX REPLACE "/(include|lib|lib64|lib/[^/]*-linux-gnu[^/]*)$" "" prefix "${path}")
  set(${result} "${prefix}" PARENT_SCOPE)
endfunction()

# The file behind an imported target, of whichever build type it has.
function(multistate_imported_file target result)
  set(file "")
  if(TARGET ${target})
    foreach(property IMPORTED_LOCATION IMPORTED_LOCATION_RELEASE IMPORTED_LOCATION_NONE
                     IMPORTED_LOCATION_RELWITHDEBINFO IMPORTED_LOCATION_DEBUG)
      get_target_property(location ${target} ${property})
      if(location AND NOT file)
        set(file "${location}")
      endif()
    endforeach()
  endif()
  set(${result} "${file}" PARENT_SCOPE)
endfunction()

function(multistate_check_torch_parts)
  multistate_imported_file(torch torch_target)
  multistate_imported_file(c10 c10_target)
  find_path(headers ATen/core/Tensor.h PATHS ${TORCH_INCLUDE_DIRS} NO_DEFAULT_PATH NO_CACHE)
  if(NOT headers)
    message(FATAL_ERROR "LibTorch's headers (ATen/core/Tensor.h) are in none of the folders that it names: "
                        "${TORCH_INCLUDE_DIRS}")
  endif()

  set(report "")
  set(prefixes "")
  foreach(part torch_target c10_target TORCH_LIBRARY c10_LIBRARY headers)
    if(${part})
      multistate_torch_prefix("${${part}}" prefix)
      list(APPEND prefixes "${prefix}")
      string(APPEND report "\n  ${part}: ${${part}}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES prefixes)
  list(LENGTH prefixes count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR
      "Parts of two different LibTorch were found; a program made of both aborts when it starts.${report}\n"
      "To use the one of a wheel or a zip, name its own folder, the one that holds lib/ and share/: "
      "-DCMAKE_PREFIX_PATH=/path/to/torch (not Torch_DIR alone), in a build folder that is empty.")
  endif()
endfunction()

function(multistate_check_torch_abi options)
  if("${options}" MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
    message(FATAL_ERROR
      "This LibTorch (${TORCH_LIBRARY}) was built with the old ABI of std::string (_GLIBCXX_USE_CXX11_ABI=0): it "
      "links with none of the other libraries. Use the distribution's libtorch-dev, a wheel of 2.7 or later, or a "
      "zip called 'cxx11 ABI'.")
  endif()
endfunction()

function(multistate_check_torch)
  multistate_check_torch_parts()
  get_target_property(options torch INTERFACE_COMPILE_OPTIONS)
  multistate_check_torch_abi("${TORCH_CXX_FLAGS};${options}")
endfunction()

# A wheel or zip of LibTorch 2 holds headers of its own fmt, which the compiler finds before the distribution's, and
# whose library lies hidden in LibTorch's. Header only, nobody needs a library of that version.
function(multistate_settle_fmt)
  find_path(fmt_of_torch fmt/format.h PATHS ${TORCH_INCLUDE_DIRS} NO_DEFAULT_PATH NO_CACHE)
  get_target_property(own fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  if(NOT fmt_of_torch)
    return()
  endif()
  file(REAL_PATH "${fmt_of_torch}" fmt_of_torch)
  if(NOT fmt_of_torch IN_LIST own)
    set_property(TARGET fmt::fmt APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY=1)
  endif()
endfunction()
