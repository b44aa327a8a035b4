//! Host memory does not grow with the model.

use std::fs;

use weighbridge::{PlanOptions, Target};

use crate::models::open;
use crate::stub::{this_test, with_stub};

/// Bytes of memory that this process has touched at the most so far.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
fn a_model_ten_times_as_large_needs_the_same_host_memory() {
    let test = this_test!(a_model_ten_times_as_large_needs_the_same_host_memory);
    with_stub(test, &[("copies", "0"), ("memory_mb", "4096")], |stub| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        let load = |bytes: u64| {
            let header = format!(r#"{{"w":{{"dtype":"U8","shape":[{bytes}],"data_offsets":[0,{bytes}]}}}}"#);
            let file = fs::File::create(&path).unwrap();
            std::io::Write::write_all(&mut &file, &(header.len() as u64).to_le_bytes()).unwrap();
            std::io::Write::write_all(&mut &file, header.as_bytes()).unwrap();
            file.set_len(8 + header.len() as u64 + bytes).unwrap();
            let model = open(&path, 4, &Default::default());
            let placement = model.load(&PlanOptions { target: Target::Cuda, ..Default::default() }).unwrap();
            assert_eq!(placement.get(0).unwrap().len, bytes);
        };
        load(200 << 20);
        let small = peak();
        load(2000 << 20);
        let large = peak();
        assert!(large < small + (1 << 20), "{small} bytes, then {large}");
        assert!(small < 64 << 20, "{small} bytes");
        assert!(stub.number("pinned_bytes_peak") <= 16 << 20);
    });
}
