//! The example of an inference server: clients ask while versions of a model follow each other, and no request fails. Plainly, and
//! under the sanitizers for addresses and for threads.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use weighbridge::{Context, Model, OpenOptions};

use crate::common::tool;
use crate::versions::{flip, write_version};
use crate::{CPP, Program, SANITIZERS, compile};

const SOURCES: &[&str] =
    &["examples-cpp/server/main.cpp", "examples-cpp/server/http.cpp", "examples-cpp/server/store.cpp"];
/// The first version is there from the start.
const VERSIONS: std::ops::RangeInclusive<u8> = 1..=5;
const CLIENTS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs. One that is left behind by a failed test is killed.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(binary: &Path, root: &Path) -> Option<Self> {
        let suppressions = format!("suppressions={}/cmake/tsan.supp:halt_on_error=1", env!("CARGO_MANIFEST_DIR"));
        // The runtime of gcc 12 finds no place for its shadow where addresses are random in more than 28 bits.
        let mut command = Command::new(tool("setarch")?);
        command.arg("--addr-no-randomize").arg(binary).arg(root).env("TSAN_OPTIONS", suppressions);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("listening on 127.0.0.1:").unwrap_or_else(|| panic!("{line}"));
        Some(Self { port: port.parse().unwrap(), process })
    }

    fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
    }

    /// The status and the body of an answer.
    fn get(&self, path: &str) -> (u16, String) {
        let mut connection = self.connect();
        write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        answer(connection)
    }

    fn wait_until(&self, path: &str, is_so: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !is_so(&self.get(path).1) {
            assert!(start.elapsed() < PATIENCE, "{path}: {}", self.get(path).1);
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks it to end; what it answers to those whom it had begun to listen to, and what it said.
    fn stop(mut self) -> String {
        let mut begun = self.connect();
        begun.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
        // Connections are taken in turn, so the first one has been taken when this one is answered.
        assert_eq!(self.get("/healthz"), (200, "ok\n".to_owned()));
        kill(Pid::from_raw(self.process.id() as i32), Signal::SIGTERM).unwrap();
        begun.write_all(b"\r\n").unwrap();
        assert_eq!(answer(begun), (200, "ok\n".to_owned()));

        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}: {said}");
        said
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn answer(mut connection: TcpStream) -> (u16, String) {
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}"));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A directory of models, and versions that are not in it yet.
struct Models {
    folder: tempfile::TempDir,
    /// A tensor in which the versions differ.
    tensor: String,
    /// What the server has to answer for it, by version.
    sums: BTreeMap<u64, u64>,
}

impl Models {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("root/llama")).unwrap();
        let version = |number: u8| folder.path().join(format!("version-{number}"));
        VERSIONS.for_each(|number| write_version(&version(number), number));
        let models = VERSIONS
            .map(|number| (number, Model::open(version(number), &OpenOptions::default(), &Context::new()).unwrap()));
        let models: BTreeMap<_, _> = models.collect();
        let bytes = |number: u8, index: usize| models[&number].bytes(index).unwrap();
        let differs = |index: &usize| bytes(1, *index)[..] != bytes(2, *index)[..];
        let changed = (0..models[&1].tensors().len()).find(differs).unwrap();
        let sum = |number: u8| bytes(number, changed).iter().map(|byte| u64::from(*byte)).sum();
        let sums = VERSIONS.map(|number| (u64::from(number), sum(number))).collect();
        let tensor = models[&1].tensors().get(changed).unwrap().name.to_owned();
        drop(models);
        Self { folder, tensor, sums }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn version(&self, number: u8) -> PathBuf {
        self.folder.path().join(format!("version-{number}"))
    }

    /// Puts a version where the server looks for it.
    fn publish(&self, number: u8) {
        fs::rename(self.version(number), self.root().join(format!("llama/{number}"))).unwrap();
    }

    /// One request, whose answer must be of one version alone.
    fn ask(&self, server: &Server) {
        let (status, body) = server.get(&format!("/models/llama/{}", self.tensor));
        let seen: serde_json::Value = serde_json::from_str(&body).unwrap();
        let expected = seen["version"].as_u64().and_then(|version| self.sums.get(&version));
        assert!(status == 200 && expected.is_some() && seen["sum"].as_u64() == expected.copied(), "{status} {body}");
    }
}

/// Publishes all versions, one after the other, and then a broken one.
fn swap(models: &Models, server: &Server, asked: &AtomicUsize) {
    for number in VERSIONS.skip(1) {
        models.publish(number);
        let (version, before) = (format!("\"version\":{number},"), asked.load(Ordering::Relaxed));
        server.wait_until("/models", |body| body.contains(&version));
        while asked.load(Ordering::Relaxed) < before + CLIENTS {
            thread::sleep(Duration::from_millis(1));
        }
    }
    let broken = VERSIONS.end() + 1;
    write_version(&models.version(broken), broken);
    flip(&models.version(broken), 1);
    models.publish(broken);
    server
        .wait_until("/metrics", |body| body.contains("model_operations_total{operation=\"load\",result=\"failed\"} 1"));
}

fn serve_and_swap(binary: &Path) {
    let models = Models::new();
    models.publish(1);
    let Some(server) = Server::start(binary, &models.root()) else { return };
    let (is_over, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let client = || {
            while !is_over.load(Ordering::Relaxed) {
                models.ask(&server);
                asked.fetch_add(1, Ordering::Relaxed);
            }
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let swaps = scope.spawn(|| swap(&models, &server, &asked)).join();
        is_over.store(true, Ordering::Relaxed);
        clients.into_iter().for_each(|client| client.join().unwrap());
        swaps.unwrap();
    });

    let newest = format!("\"version\":{},", VERSIONS.end());
    assert!(server.get("/models").1.contains(&newest), "a broken version is not served");
    assert_eq!(server.get("/models/nobody").0, 404);
    assert_eq!(server.get("/models/llama/no-such-tensor").0, 404);
    let asked = asked.into_inner();
    let counted = "requests_total{status=\"404\"} 2\n";
    let metrics = server.get("/metrics").1;
    assert!(metrics.contains(counted) && !metrics.contains("status=\"5"), "{metrics}");
    assert!(metrics.contains("model_operations_total{operation=\"load\",result=\"ok\"} 5\n"), "{metrics}");
    assert!(asked >= CLIENTS * 4, "{asked}");
    let said = server.stop();
    assert!(said.lines().count() == 1 && said.contains("weighbridge.json expects"), "{said}");
}

#[test]
fn the_server_swaps_models_and_no_request_fails() {
    let Some(compiler) = tool("g++") else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = Program { name: "server", sources: SOURCES, flags: CPP };
    for flags in [&["-Wconversion", "-Wshadow"][..], SANITIZERS, &["-fsanitize=thread"]] {
        let binary = compile(&compiler, &program, flags, folder.path());
        serve_and_swap(&binary);
        assert_eq!(Command::new(&binary).output().unwrap().status.code(), Some(2), "without arguments");
        let failed = Command::new(&binary).arg("no/such/folder").output().unwrap();
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        assert!(String::from_utf8_lossy(&failed.stderr).contains("no/such/folder"), "{failed:?}");
    }
}
