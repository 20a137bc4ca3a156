# cmake --install, and find_package(faasconf) for those who use the libraries.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/faasconf)
install(TARGETS faasconf_sim faasconf_files faasconf_trace_rows faasconf_traces
  faasconf_bundle faasconf_search faasconf_safety faasconf_serving faasconf_decision
  faasconf_config faasconf_manifests faasconf_results faasconf_prediction faasconf_policies faasconf_evaluation faasconf_calibration
  faasconf_jobs faasconf_sweep faasconf_experiments faasconf_options EXPORT faasconf)
install(EXPORT faasconf NAMESPACE faasconf:: DESTINATION ${package_dir})
install(DIRECTORY sim traces learner experiments DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/faasconf
  FILES_MATCHING PATTERN "*.hpp" PATTERN cli EXCLUDE PATTERN configs EXCLUDE PATTERN train EXCLUDE PATTERN marl EXCLUDE
  PATTERN nets EXCLUDE)

configure_package_config_file(.cmake/faasconf-config.cmake.in ${PROJECT_BINARY_DIR}/faasconf-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/faasconf-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/faasconf-config.cmake ${PROJECT_BINARY_DIR}/faasconf-config-version.cmake
  .cmake/Findlibzip.cmake .cmake/Findzstd.cmake DESTINATION ${package_dir})

if(TARGET faasconf)
  install(TARGETS faasconf)
  install(DIRECTORY experiments/configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/faasconf/configs
    FILES_MATCHING PATTERN "*.yaml" PATTERN "*.csv")
endif()
if(TARGET faasconf-train)
  install(TARGETS faasconf-train)
endif()
