# What plug-ins are made with, in the tree and outside it: the digest of the headers they may include, the target
# multistate::plugin, the function multistate_add_plugin(), the project that `multistate new-policy` writes.

include(add_plugin.cmake)

set(plugin_headers_folder ${CMAKE_CURRENT_BINARY_DIR}/include)
set(plugin_headers ${plugin_headers_folder}/multistate/policy/plugin_headers.h)
set(digested "")
foreach(folder base config policy)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/multistate/${folder}/*.h)
  list(APPEND digested ${headers})
endforeach()
add_custom_command(OUTPUT ${plugin_headers}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION} -DOUTPUT=${plugin_headers}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/plugin_headers.cmake
  DEPENDS ${digested} plugin_headers.cmake)
add_custom_target(multistate_plugin_headers DEPENDS ${plugin_headers})
add_dependencies(multistate_policy multistate_plugin_headers)
target_include_directories(multistate_policy PRIVATE ${plugin_headers_folder})
# LibTorch is not linked by this folder; it only has to know which one the program is built with.
set_source_files_properties(multistate/policy/plugin_check.cpp PROPERTIES
  COMPILE_DEFINITIONS MULTISTATE_LIBTORCH_VERSION="${Torch_VERSION}")

# multistate_plugin_target(<library>): the target multistate::plugin, what a plug-in links. It names the library's file
# and not the library, whose own requirements include LibTorch: a plug-in needs neither its headers nor its package.
function(multistate_plugin_target library)
  add_library(multistate_plugin INTERFACE)
  add_library(multistate::plugin ALIAS multistate_plugin)
  set_target_properties(multistate_plugin PROPERTIES EXPORT_NAME plugin)
  add_dependencies(multistate_plugin multistate_plugin_headers ${library})
  target_include_directories(multistate_plugin INTERFACE $<BUILD_INTERFACE:${plugin_headers_folder}>)
  target_link_libraries(multistate_plugin INTERFACE
    multistate_settings fmt::fmt nlohmann_json::nlohmann_json $<TARGET_LINKER_FILE:$<TARGET_NAME:${library}>>)
endfunction()

# multistate_embed_templates(<target>): the files of multistate/cli/new_policy as constants in the target.
function(multistate_embed_templates target)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/multistate/cli/new_policy)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/new_policy_templates.cpp)
  file(GLOB templates CONFIGURE_DEPENDS ${folder}/*)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DOUTPUT=${output}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/embed_templates.cmake
    DEPENDS ${templates} embed_templates.cmake)
  target_sources(${target} PRIVATE ${output})
  file(RELATIVE_PATH package_from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/cmake/multistate)
  set_source_files_properties(multistate/cli/new_policy.cpp PROPERTIES
    COMPILE_DEFINITIONS MULTISTATE_PACKAGE_FROM_PROGRAM="${package_from_program}")
endfunction()
