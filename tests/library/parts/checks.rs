//! A part is checked before it is handed out: by the blocks that cover it, or with more than it needs.

use std::fs::{File, OpenOptions as FileOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use safetensors::tensor::Dtype;
use weighbridge::verify::Outcome;
use weighbridge::write::Manifests;
use weighbridge::{Kind, Model, OpenOptions, Plan, PlanOptions, Policy, Result};

use super::models::{made, open, slice, to_host, write};

const MIB: u64 = 1 << 20;

/// 32 rows of 1 MiB: eight blocks of 4 MiB.
struct Fixture {
    folder: tempfile::TempDir,
    record: String,
    checksums: String,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        write(&path, &[made("w", Dtype::U8, &[32, 1 << 20]), made("small", Dtype::U8, &[100])]);
        let manifests = Manifests::of(&open(&path, 4, &OpenOptions::default())).unwrap();
        Self { record: manifests.record().unwrap(), checksums: manifests.checksums(), folder }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("model.safetensors")
    }

    fn open(&self, manifest: &str) -> Model {
        let manifest = Some(manifest.as_bytes().to_vec());
        open(&self.path(), 2, &OpenOptions { policy: Policy::Required, manifest, ..Default::default() })
    }

    /// Changes one byte of the large tensor.
    fn damage(&self, row: u64) {
        let file = FileOptions::new().read(true).write(true).open(self.path()).unwrap();
        let at = data_start(&file, &self.path()) + row * MIB + 77;
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    }
}

fn data_start(file: &File, path: &Path) -> u64 {
    let len = std::fs::metadata(path).unwrap().len();
    let mut header = [0; 8];
    file.read_exact_at(&mut header, 0).unwrap();
    let start = 8 + u64::from_le_bytes(header);
    assert!(start < len);
    start
}

fn rows(rank: u64, world: u64) -> PlanOptions {
    PlanOptions { include: vec!["w".to_owned()], slices: vec![slice("w", 0, rank, world)], ..to_host() }
}

fn plan(model: &Model, options: &PlanOptions) -> Plan {
    model.plan(options).unwrap()
}

fn load(model: &Model, options: &PlanOptions) -> Result<Vec<u8>> {
    let placement = model.load(options)?;
    let of_tensors =
        placement.report().iter().filter(|check| matches!(check.subject, weighbridge::verify::Subject::Tensor(_)));
    assert!(of_tensors.clone().count() == 1 && of_tensors.clone().all(|check| check.outcome == Outcome::Match));
    Ok(placement.get(0).unwrap().bytes().unwrap().to_vec())
}

#[test]
fn rows_are_checked_by_the_blocks_that_cover_them() {
    let fixture = Fixture::new();
    let whole = made("w", Dtype::U8, &[32, 1 << 20]).bytes;
    let model = fixture.open(&fixture.record);
    for (rank, world, blocks) in [(0, 8, 1), (3, 8, 1), (1, 16, 1), (2, 2, 0), (1, 2, 4), (5, 32, 1)] {
        if rank == world {
            continue;
        }
        assert_eq!(plan(&model, &rows(rank, world)).info().read_bytes, blocks * 4 * MIB, "{rank} of {world}");
        let len = whole.len() / world as usize;
        assert!(load(&model, &rows(rank, world)).unwrap() == whole[rank as usize * len..][..len], "{rank} of {world}");
    }
    // What was checked was a slice: the rest of the tensor has not been, and is not handed out.
    let index = model.tensors().find("w").unwrap();
    assert_eq!(model.bytes(index).unwrap_err().kind(), Kind::Unverified);
}

#[test]
fn damage_is_found_where_the_blocks_are_and_only_there() {
    let fixture = Fixture::new();
    fixture.damage(9);
    let model = fixture.open(&fixture.record);
    load(&model, &rows(0, 8)).unwrap();
    load(&model, &rows(3, 8)).unwrap();
    // Rows 8 to 11 are one block: the slice that shares it with the damaged row is refused as well.
    for (rank, world) in [(2, 8), (4, 16), (8, 32), (0, 2)] {
        let error = load(&model, &rows(rank, world)).unwrap_err();
        assert_eq!(error.kind(), Kind::Mismatch, "{rank} of {world}: {error}");
        assert_eq!(error.site().subject.as_deref(), Some("w"), "{error}");
    }
}

#[test]
fn a_digest_of_the_whole_needs_all_of_it() {
    let fixture = Fixture::new();
    let file = std::fs::metadata(fixture.path()).unwrap().len();
    let model = fixture.open(&fixture.checksums);
    assert_eq!(plan(&model, &rows(3, 8)).info().read_bytes, file);
    load(&model, &rows(3, 8)).unwrap();
    // Columns lie in every block.
    let model = fixture.open(&fixture.record);
    let columns = PlanOptions { slices: vec![slice("w", 1, 0, 2)], ..rows(0, 1) };
    assert_eq!(plan(&model, &columns).info().read_bytes, 32 * MIB);
    load(&model, &columns).unwrap();
    fixture.damage(31);
    for manifest in [&fixture.checksums, &fixture.record] {
        let model = fixture.open(manifest);
        assert_eq!(load(&model, &columns).unwrap_err().kind(), Kind::Mismatch);
    }
    assert_eq!(load(&fixture.open(&fixture.checksums), &rows(0, 8)).unwrap_err().kind(), Kind::Mismatch);
}

#[test]
fn blocks_of_another_tensor_are_no_cover() {
    let fixture = Fixture::new();
    for (from, to) in [("\"U8\"", "\"I8\""), ("[32,1048576]", "[1048576,32]")] {
        let forged = fixture.record.replace(": ", ":").replace(", ", ",").replace('\n', "").replace("  ", "");
        assert!(forged.contains(from), "{from}");
        let model = fixture.open(&forged.replace(from, to));
        assert_eq!(load(&model, &rows(0, 8)).unwrap_err().kind(), Kind::Mismatch);
    }
}
