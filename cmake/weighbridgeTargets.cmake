# The targets that programs link to, the same in the build tree and in the installed package:
#
#   weighbridge::shared, weighbridge::static   the libraries, as far as they were built
#   weighbridge::weighbridge                   one of them: the static one if WEIGHBRIDGE_USE_STATIC is on
#   weighbridge::cpp                           the same, with what weighbridge.hpp needs
#
# Whoever includes this file sets weighbridge_VERSION, _include, _lib, _soname, _native, _kinds and, for targets that
# are seen in all directories of a project, _scope.

if(TARGET weighbridge::weighbridge)
  return()
endif()

if("shared" IN_LIST weighbridge_kinds)
  add_library(weighbridge::shared SHARED IMPORTED ${weighbridge_scope})
  set_target_properties(weighbridge::shared PROPERTIES
    IMPORTED_LOCATION "${weighbridge_lib}/libweighbridge.so.${weighbridge_VERSION}"
    IMPORTED_SONAME "${weighbridge_soname}"
    INTERFACE_INCLUDE_DIRECTORIES "${weighbridge_include}")
endif()

if("static" IN_LIST weighbridge_kinds)
  add_library(weighbridge::static STATIC IMPORTED ${weighbridge_scope})
  set_target_properties(weighbridge::static PROPERTIES
    IMPORTED_LOCATION "${weighbridge_lib}/libweighbridge.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES C
    INTERFACE_INCLUDE_DIRECTORIES "${weighbridge_include}"
    INTERFACE_LINK_LIBRARIES "${weighbridge_native}")
endif()

if(TARGET weighbridge::static AND (WEIGHBRIDGE_USE_STATIC OR NOT TARGET weighbridge::shared))
  set(weighbridge_choice weighbridge::static)
else()
  set(weighbridge_choice weighbridge::shared)
endif()

add_library(weighbridge::weighbridge INTERFACE IMPORTED ${weighbridge_scope})
set_target_properties(weighbridge::weighbridge PROPERTIES INTERFACE_LINK_LIBRARIES ${weighbridge_choice})

add_library(weighbridge::cpp INTERFACE IMPORTED ${weighbridge_scope})
set_target_properties(weighbridge::cpp PROPERTIES
  INTERFACE_LINK_LIBRARIES weighbridge::weighbridge
  INTERFACE_COMPILE_FEATURES cxx_std_17)
