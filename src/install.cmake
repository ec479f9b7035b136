# Installs headers, library, program (tools/aggregate installs its own beside it), and the package `multistate` for find_package.

include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/multistate)

install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/multistate ${plugin_headers_folder}/multistate
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN cli EXCLUDE)

# The program finds the library beside itself wherever the whole is put.
file(RELATIVE_PATH library_from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(multistate_program PROPERTIES INSTALL_RPATH "$ORIGIN/${library_from_program}")
set_target_properties(multistate multistate_program PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)

set_target_properties(multistate_program PROPERTIES EXPORT_NAME program)
install(TARGETS multistate multistate_settings multistate_plugin multistate_program EXPORT multistateTargets)
install(EXPORT multistateTargets NAMESPACE multistate:: DESTINATION ${package_folder})

# The tests that every policy has to pass, for plug-ins. A source and no library: it is compiled with the Catch2 of
# whoever uses it, and a static library would drop test cases, which nothing refers to.
set(suite_folder ${CMAKE_INSTALL_DATADIR}/multistate/conformance)
add_library(multistate_conformance_suite INTERFACE)
target_sources(multistate_conformance_suite INTERFACE $<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${suite_folder}/suite.cpp>)
target_link_libraries(multistate_conformance_suite INTERFACE multistate Catch2::Catch2WithMain)
set_target_properties(multistate_conformance_suite PROPERTIES EXPORT_NAME conformance)
install(FILES ${PROJECT_SOURCE_DIR}/tests/conformance/suite.cpp DESTINATION ${suite_folder})
install(FILES ${PROJECT_SOURCE_DIR}/tests/support/catch.h DESTINATION ${suite_folder}/support)
install(TARGETS multistate_conformance_suite EXPORT multistateConformanceTargets)
install(EXPORT multistateConformanceTargets NAMESPACE multistate:: DESTINATION ${package_folder})

# LibTorch promises no ABI between its versions, so the package asks for the one it was built with.
configure_package_config_file(multistateConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/multistateConfig.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/multistateConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/multistateConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/multistateConfigVersion.cmake
              check_torch.cmake add_plugin.cmake plugin_record.cpp
        DESTINATION ${package_folder})

# The build folder is a package as well, so that a plug-in can be built against a multistate that is not installed.
export(EXPORT multistateTargets NAMESPACE multistate:: FILE ${CMAKE_CURRENT_BINARY_DIR}/multistateTargets.cmake)
foreach(file check_torch.cmake add_plugin.cmake plugin_record.cpp)
  configure_file(${file} ${CMAKE_CURRENT_BINARY_DIR}/${file} COPYONLY)
endforeach()
