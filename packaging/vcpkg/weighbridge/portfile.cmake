# The interface is one of C, so that one build serves all configurations. Cargo is taken from the PATH: vcpkg has no tool for Rust.
set(VCPKG_BUILD_TYPE release)
set(VCPKG_POLICY_MISMATCHED_NUMBER_OF_BINARIES enabled)

# With all crates, which the archives that GitHub makes of tags lack.
vcpkg_download_distfile(ARCHIVE
  URLS "https://github.com/weighbridge/weighbridge/releases/download/v${VERSION}/weighbridge-${VERSION}.tar.gz"
  FILENAME "weighbridge-${VERSION}.tar.gz"
  SHA512 @SHA512@)
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "${ARCHIVE}")

string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" dynamic shared)
string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" static static)
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DWEIGHBRIDGE_OFFLINE=ON
    -DWEIGHBRIDGE_SHARED=${shared}
    -DWEIGHBRIDGE_STATIC=${static})
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/weighbridge)
vcpkg_fixup_pkgconfig()

set(documents "${CURRENT_PACKAGES_DIR}/share/doc")
file(INSTALL "${documents}/weighbridge/weighbridge.cdx.json" "${CMAKE_CURRENT_LIST_DIR}/usage"
  DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
file(REMOVE_RECURSE "${documents}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE-MIT" "${SOURCE_PATH}/LICENSE-APACHE" "${SOURCE_PATH}/NOTICES.md")
