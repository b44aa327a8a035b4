# Runs a formula of Homebrew with what it needs of Homebrew: ruby homebrew.rb FORMULA ARCHIVE SOURCE PREFIX ARGUMENT_OF_CMAKE...
# The archive is compared with what the formula says of it; SOURCE is where it is unpacked.
require "digest"
require "open3"
require "pathname"
require "tmpdir"

class Formula
  class << self
    attr_reader :stated, :tests

    %i[desc homepage url sha256 license].each do |name|
      define_method(name) { |value| (@stated ||= {})[name] = value }
    end

    def depends_on(_what); end

    def test(&block)
      @tests = block
    end

    def inherited(formula)
      super
      (@all ||= []) << formula
    end

    def all
      @all || []
    end
  end

  attr_reader :prefix, :std_cmake_args, :testpath

  def initialize(prefix, arguments, testpath)
    @prefix = Pathname(prefix)
    @testpath = Pathname(testpath)
    @std_cmake_args = ["-DCMAKE_INSTALL_PREFIX=#{prefix}", "-DCMAKE_INSTALL_LIBDIR=lib", *arguments]
  end

  %i[bin include lib].each { |name| define_method(name) { prefix/name.to_s } }

  # Homebrew reads it from the URL, too.
  def version
    self.class.stated[:url][/(\d+\.\d+\.\d+)\.tar\.gz$/, 1]
  end

  def system(*command)
    Kernel.system(*command, exception: true)
  end

  def shell_output(command)
    output, status = Open3.capture2({ "LD_LIBRARY_PATH" => lib.to_s }, command)
    raise "#{command}: #{status}" unless status.success?

    output
  end

  def assert_equal(expected, found)
    raise "expected #{expected}, found #{found}" unless expected == found
  end

  def assert_match(expected, found)
    raise "expected #{expected} in #{found}" unless found.include?(expected)
  end
end

def ENV.cc
  "cc"
end

file, archive, source, prefix, *arguments = ARGV
require File.expand_path(file)
formula = Formula.all.fetch(0)
stated = formula.stated
raise "#{stated[:url]} is not #{archive}" unless File.basename(stated[:url]) == File.basename(archive)
raise "#{stated[:sha256]} is not the hash of #{archive}" unless Digest::SHA256.file(archive).hexdigest == stated[:sha256]

Dir.mktmpdir do |testpath|
  run = formula.new(prefix, arguments, testpath)
  Dir.chdir(source) { run.install }
  Dir.chdir(testpath) { run.instance_eval(&formula.tests) }
end
