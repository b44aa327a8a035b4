from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.cmake import CMake, CMakeToolchain
from conan.tools.files import get

required_conan_version = ">=2.0"


class WeighbridgeConan(ConanFile):
    name = "weighbridge"
    version = "0.1.0"
    package_type = "library"
    description = "Open, verify and load model weights from C and C++, without Python"
    license = "MIT OR Apache-2.0"
    homepage = "https://github.com/weighbridge/weighbridge"
    url = homepage
    topics = ("safetensors", "onnx", "mmap", "cuda", "inference")
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": True}

    # Cargo is taken from the PATH, or from where WEIGHBRIDGE_CARGO of CMake says.

    def validate(self):
        if self.settings.os not in ("Linux", "FreeBSD"):
            raise ConanInvalidConfiguration("CMakeLists.txt knows ELF systems only")

    def configure(self):
        # The interface is one of C; the header for C++ has no code of its own.
        self.settings.rm_safe("compiler.cppstd")
        self.settings.rm_safe("compiler.libcxx")

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["WEIGHBRIDGE_OFFLINE"] = True
        toolchain.cache_variables["WEIGHBRIDGE_SHARED"] = bool(self.options.shared)
        toolchain.cache_variables["WEIGHBRIDGE_STATIC"] = not self.options.shared
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # The package brings its own configuration for CMake, which knows weighbridge::cpp, too. What follows is for other generators.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/weighbridge"]
        self.cpp_info.set_property("pkg_config_name", "weighbridge")
        self.cpp_info.libs = ["weighbridge"]
        if not self.options.shared:
            self.cpp_info.system_libs = ["dl", "util", "rt", "pthread", "m"]
