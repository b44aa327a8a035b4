# What cpack makes of the installation: an archive that may be unpacked anywhere (-G TGZ), and packages for Debian (-G DEB):
# the shared library, what it takes to build with it, and the command.
# The sources may have come without the tests, which list the functions.
if(CMAKE_VERSION VERSION_LESS 3.19 OR NOT EXISTS "${PROJECT_SOURCE_DIR}/tests/abi/weighbridge.symbols")
  return()
endif()

set(CPACK_GENERATOR TGZ)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_VENDOR "The Weighbridge authors")
set(CPACK_PACKAGE_CONTACT "The Weighbridge authors <weighbridge@users.noreply.github.com>")
string(TOLOWER "${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" platform)
set(CPACK_PACKAGE_FILE_NAME "weighbridge-${version}-${platform}")
# Each package begins its description with a summary of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")

# Each component is a package for Debian. That of the notices is left out: every package has them in its own folder.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/debian/complete.cmake")
set(what "Weighbridge reads safetensors and ONNX models for programs in C and C++:
tensors, graphs and metadata, verified while they are loaded to memory or
devices.")

set(CPACK_COMPONENTS_ALL weighbridge_development)
set(CPACK_DEBIAN_WEIGHBRIDGE_DEVELOPMENT_PACKAGE_NAME libweighbridge-dev)
set(CPACK_DEBIAN_WEIGHBRIDGE_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_WEIGHBRIDGE_DEVELOPMENT_DESCRIPTION "open, verify and load model weights (development files)
${what}

This package contains the headers, the static library, and the files for
CMake and pkg-config.")

if(WEIGHBRIDGE_SHARED)
  list(APPEND CPACK_COMPONENTS_ALL weighbridge_library)
  set(package libweighbridge${abi})
  set(CPACK_DEBIAN_WEIGHBRIDGE_DEVELOPMENT_PACKAGE_DEPENDS "${package} (= ${version})")
  set(CPACK_DEBIAN_WEIGHBRIDGE_LIBRARY_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_WEIGHBRIDGE_LIBRARY_PACKAGE_SECTION libs)
  set(CPACK_DEBIAN_WEIGHBRIDGE_LIBRARY_DESCRIPTION "open, verify and load model weights (shared library)
${what}

This package contains the shared library.")

  set(control "${PROJECT_SOURCE_DIR}/cmake/debian")
  set(CPACK_DEBIAN_WEIGHBRIDGE_LIBRARY_PACKAGE_CONTROL_EXTRA
    "${control}/triggers;${control}/postinst;${control}/postrm;${CMAKE_CURRENT_BINARY_DIR}/symbols")
  # Which version brought a function, so that the package of a program depends on no newer one than it needs.
  file(READ tests/abi/weighbridge.symbols symbols)
  string(REGEX REPLACE "([a-z0-9_]+) ([0-9.]+)\n" " \\1@WB_${abi} \\2\n" symbols "${symbols}")
  string(PREPEND symbols "${weighbridge_soname} ${package} #MINVER#\n WB_${abi}@WB_${abi} 0.1\n")
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/symbols" "${symbols}")
endif()

if(WEIGHBRIDGE_COMMAND)
  list(APPEND CPACK_COMPONENTS_ALL weighbridge_command)
  set(CPACK_DEBIAN_WEIGHBRIDGE_COMMAND_PACKAGE_NAME weighbridge)
  set(CPACK_DEBIAN_WEIGHBRIDGE_COMMAND_PACKAGE_SECTION utils)
  set(CPACK_DEBIAN_WEIGHBRIDGE_COMMAND_DESCRIPTION "inspect, verify and compare model weights
Lists the tensors, graphs and metadata of safetensors and ONNX models,
checks them against the rules of their formats, and verifies them against
digests, which it can write too.")
endif()

include(CPack)
