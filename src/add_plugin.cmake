# multistate_add_plugin(<target> <source>... [TORCH])
#
# A plug-in for multistate, <target>.so: the sources, each a policy that could as well lie in multistate's policies/,
# and the interface record that the program compares before it loads the file. What multistate or the libraries that
# are linked do not define is an error when the plug-in is linked, not when it is used. A function that hides one of the
# interface, or overrides one without saying so, is an error when it is compiled: an observe() with another signature
# would never be called. TORCH: it uses LibTorch, which has to be the program's (find_package(multistate) without
# COMPONENTS finds it).
function(multistate_add_plugin target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TORCH" "" "")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "multistate_add_plugin(${target}): name the sources of the plug-in")
  endif()
  add_library(${target} MODULE ${arg_UNPARSED_ARGUMENTS}
              ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin_record.cpp)
  target_link_libraries(${target} PRIVATE multistate::plugin)
  target_compile_options(${target} PRIVATE -Woverloaded-virtual -Werror=overloaded-virtual
                                           -Wsuggest-override -Werror=suggest-override)
  target_link_options(${target} PRIVATE -Wl,--no-undefined)
  set_target_properties(${target} PROPERTIES PREFIX "" SUFFIX .so CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
  if(arg_TORCH)
    if(NOT TARGET torch)
      message(FATAL_ERROR "multistate_add_plugin(${target} ... TORCH): LibTorch is not found by "
                          "find_package(multistate COMPONENTS plugin); leave out COMPONENTS plugin")
    endif()
    target_link_libraries(${target} PRIVATE torch)
    target_compile_definitions(${target} PRIVATE MULTISTATE_PLUGIN_LIBTORCH="${Torch_VERSION}")
  endif()
endfunction()
