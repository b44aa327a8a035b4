class Weighbridge < Formula
  desc "Open, verify and load model weights from C and C++, without Python"
  homepage "https://github.com/weighbridge/weighbridge"
  url "https://github.com/weighbridge/weighbridge/releases/download/v0.1.0/weighbridge-0.1.0.tar.gz"
  sha256 "@SHA256@"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "cmake" => :build
  depends_on "rust" => :build
  # CMakeLists.txt knows ELF systems only.
  depends_on :linux

  def install
    system "cmake", "-S", ".", "-B", "build", "-DWEIGHBRIDGE_OFFLINE=ON", "-DWEIGHBRIDGE_COMMAND=ON", *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    (testpath/"test.c").write <<~C
      #include <stdio.h>
      #include <weighbridge.h>
      int main(void) { return puts(wb_version_string()) < 0; }
    C
    system ENV.cc, "test.c", "-I#{include}", "-L#{lib}", "-lweighbridge", "-o", "test"
    assert_equal version.to_s, shell_output("./test").strip
    assert_match version.to_s, shell_output("#{bin}/weighbridge --version")
  end
end
