//! Standard output, also where the command is started without one, or with a limit on the size of files.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the command was started with its standard output closed. std opens `/dev/null` in its place before `main` begins, and
/// whatever is written would seem to have arrived.
static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// The standard output that the command was started with.
pub fn stdout() -> Box<dyn Write> {
    if require_stdout().is_ok() { Box::new(io::stdout()) } else { Box::new(Closed) }
}

/// Fails where the command was started without a standard output.
pub fn require_stdout() -> io::Result<()> {
    if WAS_CLOSED.load(Ordering::Relaxed) { Err(io::Error::other("standard output is closed")) } else { Ok(()) }
}

/// Takes nothing.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        require_stdout().map(|()| 0)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes writing beyond the limit on the size of files (`ulimit -f`) an error like that of a full disk. By default a signal ends the
/// process without a word.
pub fn report_size_limit() {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::signal::{SigHandler, Signal, signal};
        // SAFETY: no handler is installed, the signal is ignored; nothing else in this process sets what it does.
        let ignored = unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) };
        debug_assert!(ignored.is_ok());
    }
}

#[cfg(target_os = "linux")]
mod before_main {
    use super::{Ordering, WAS_CLOSED};

    // SAFETY: the loader calls what this section points to with the C calling convention, before `main` and on its thread. The
    // function makes one system call and sets a flag: it needs nothing of std that is not there yet.
    #[used]
    #[unsafe(link_section = ".init_array")]
    static LOOK: extern "C" fn() = look;

    extern "C" fn look() {
        let is_open = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_ok();
        WAS_CLOSED.store(!is_open, Ordering::Relaxed);
    }
}
