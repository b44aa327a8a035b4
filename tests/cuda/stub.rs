//! The stand-in for the driver: compiled once, found by a process of its own for each test, asked what it has seen.

use std::ffi::{CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use libloading::{Library, Symbol};
use serde_json::Value;

use crate::common::{cuda_stub, empty_folder, say, skip};

/// Set in the process of a test.
const CHILD: &str = "WEIGHBRIDGE_CUDA_CHILD";
/// How long one test may take: longer is a hang.
const PATIENCE: Duration = Duration::from_secs(180);

/// The name by which the test harness knows the test that uses it.
macro_rules! this_test {
    ($name:ident) => {
        concat!(module_path!(), "::", stringify!($name))
    };
}
pub(crate) use this_test;

/// Runs the body of a test in a process of its own, in which the driver is a stand-in with these settings.
pub fn with_stub(test: &str, settings: &[(&str, &str)], body: impl FnOnce(&Stub)) {
    let built = if is_real() { None } else { Some(library(&[])) };
    match built {
        None => skip("it needs the stand-in, and the driver is the real one"),
        Some(None) => {}
        Some(Some(folder)) => in_process(test, Some(&folder), settings, || body(&Stub::loaded())),
    }
}

/// As [`with_stub`], but for tests that a real driver has to pass as well.
pub fn with_driver(test: &str, settings: &[(&str, &str)], body: impl FnOnce(Option<&Stub>)) {
    if is_real() {
        return in_process(test, None, &[], || body(None));
    }
    if let Some(folder) = library(&[]) {
        in_process(test, Some(&folder), settings, || body(Some(&Stub::loaded())));
    }
}

/// Runs the body of a test in a process of its own, which finds its driver in `folder`.
pub fn in_process(test: &str, folder: Option<&Path>, settings: &[(&str, &str)], body: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let name = test.split_once("::").map_or(test, |(_, name)| name);
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([name, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, "1").stdin(Stdio::null());
    match folder {
        Some(folder) => command.env("LD_LIBRARY_PATH", folder),
        None => command.env_remove("LD_LIBRARY_PATH"),
    };
    command.envs(settings.iter().map(|(name, value)| (format!("STUB_CUDA_{}", name.to_uppercase()), value)));
    let log = empty_folder(&format!("cuda-logs/{}", name.replace("::", "-"))).join("log");
    let output = fs::File::create(&log).unwrap();
    command.stdout(output.try_clone().unwrap()).stderr(output);
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("{name} hangs with {settings:?}\n{}", fs::read_to_string(&log).unwrap_or_default());
        }
        thread::sleep(Duration::from_millis(5));
    };
    let told = fs::read_to_string(&log).unwrap_or_default();
    assert!(status.success(), "{name} with {settings:?}: {status}\n{told}");
    told.lines().filter(|line| line.starts_with("skipped:")).for_each(say);
}

/// Whether the driver of the machine is used.
pub fn is_real() -> bool {
    env::var("WEIGHBRIDGE_CUDA").is_ok_and(|value| value == "real")
}

/// Compiles the stand-in with these definitions, once for each; the folder that it is in.
pub fn library(definitions: &[&str]) -> Option<PathBuf> {
    static PLAIN: OnceLock<Option<PathBuf>> = OnceLock::new();
    if env::var_os(CHILD).is_some() {
        // The parent has built it.
        return Some(PathBuf::new());
    }
    if definitions.is_empty() { PLAIN.get_or_init(|| compile(definitions)).clone() } else { compile(definitions) }
}

fn compile(definitions: &[&str]) -> Option<PathBuf> {
    cuda_stub(&format!("cuda-stub{}", definitions.concat().replace(['-', '='], "_")), definitions)
}

/// The stand-in that this process has.
pub struct Stub {
    library: Library,
}

impl Stub {
    fn loaded() -> Self {
        // SAFETY: the stand-in has no initialisers.
        let library = unsafe { Library::new("libcuda.so.1") }.expect("the stand-in is on the path of this process");
        Self { library }
    }

    /// Changes settings: `"delay_us=300 fail=cuMemAlloc_v2@1=2"`.
    pub fn configure(&self, settings: &str) {
        let text = CString::new(settings).unwrap();
        // SAFETY: the signature of the stand-in's own function, and text that ends with a NUL.
        let refused = unsafe {
            let configure: Symbol<unsafe extern "C" fn(*const c_char) -> c_int> =
                self.library.get(b"cuStubConfigure").unwrap();
            configure(text.as_ptr())
        };
        assert_eq!(refused, 0, "{settings}");
    }

    /// What it has seen so far, and what is still there.
    pub fn report(&self) -> Value {
        let mut text = vec![0_u8; 1 << 20];
        // SAFETY: the signature of the stand-in's own function, and room for as many bytes as it is told.
        let len = unsafe {
            let report: Symbol<unsafe extern "C" fn(*mut c_char, usize) -> usize> =
                self.library.get(b"cuStubReport").unwrap();
            report(text.as_mut_ptr().cast(), text.len())
        };
        serde_json::from_slice(&text[..len]).unwrap()
    }

    pub fn number(&self, name: &str) -> u64 {
        self.report()[name].as_u64().unwrap_or_else(|| panic!("the report has no {name}"))
    }

    /// Back to the beginning: nothing is there, nothing has been called, nothing fails.
    pub fn reset(&self) {
        // SAFETY: the signature of the stand-in's own function.
        unsafe {
            let reset: Symbol<unsafe extern "C" fn()> = self.library.get(b"cuStubReset").unwrap();
            reset();
        }
    }

    /// The bytes of device memory, without a call of the driver.
    pub fn peek(&self, address: u64, len: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; len];
        // SAFETY: the signature of the stand-in's own function, and room for as many bytes as it is told.
        let missing = unsafe {
            let peek: Symbol<unsafe extern "C" fn(u64, *mut c_void, usize) -> c_int> =
                self.library.get(b"cuStubPeek").unwrap();
            peek(address, bytes.as_mut_ptr().cast(), len)
        };
        (missing == 0).then_some(bytes)
    }

    /// Nothing of the library is left in the driver, and no rule was broken.
    #[track_caller]
    pub fn assert_clean(&self, when: &str) {
        let report = self.report();
        for what in ["device_allocations", "pinned_ranges", "streams", "events"] {
            assert_eq!(report[what], 0, "{when}: {what} in {report}");
        }
        let retains = report["primary_retains"].as_array().unwrap();
        assert!(retains.iter().all(|count| *count == 0), "{when}: {report}");
        assert_eq!(report["violations_in_all"], 0, "{when}: {report}");
        self.assert_lawful(when);
    }

    /// No rule was broken, whatever is still there. What a context takes with it when it goes is no crime, but a leak.
    #[track_caller]
    pub fn assert_lawful(&self, when: &str) {
        let report = self.report();
        let violations = report["violations"].as_array().unwrap();
        let crimes = violations.iter().filter(|text| !text.as_str().unwrap().contains("is destroyed with"));
        assert_eq!(crimes.count(), 0, "{when}: {report}");
        assert_eq!(report["pageable_copies"], 0, "{when}: {report}");
    }
}
