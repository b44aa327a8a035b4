# Run by cpack before it makes packages for Debian: what its policy wants in each, beside what was installed.
if(NOT CPACK_GENERATOR STREQUAL DEB)
  return()
endif()
find_program(GZIP gzip REQUIRED)
set(sources "${CMAKE_CURRENT_LIST_DIR}/../..")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(READ "${sources}/LICENSE-MIT" mit)

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER "${component}" upper)
  set(name "${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")
  set(share "${CPACK_TEMPORARY_DIRECTORY}/${component}/usr/share")
  set(doc "${share}/doc/${name}")
  file(WRITE "${doc}/copyright" "Source: ${CPACK_PACKAGE_HOMEPAGE_URL}

Weighbridge may be used under the Apache License, Version 2.0, which is in /usr/share/common-licenses/Apache-2.0, or under
the MIT License below, at the user's choice. The licences of the packages that are linked into it are in NOTICES.md.gz.

${mit}")
  file(WRITE "${doc}/changelog" "weighbridge (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * See ${CPACK_PACKAGE_HOMEPAGE_URL}
    and its CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  file(COPY "${sources}/NOTICES.md" DESTINATION "${doc}")
  file(GLOB manuals "${share}/man/man*/*")
  execute_process(COMMAND "${GZIP}" --best --no-name "${doc}/changelog" "${doc}/NOTICES.md" ${manuals}
    COMMAND_ERROR_IS_FATAL ANY)
  # Where zsh of Debian looks for completions of packages.
  if(EXISTS "${share}/zsh/site-functions")
    file(RENAME "${share}/zsh/site-functions" "${share}/zsh/vendor-completions")
  endif()
endforeach()
