//! Converted tensors, wherever their elements lie.

use half::{bf16, f16};
use safetensors::tensor::Dtype;
use weighbridge::load::CastRule;
use weighbridge::write::Manifests;
use weighbridge::{DType, Kind, OpenOptions, PlanOptions, Policy};

use crate::models::{Made, cast, made, model, open, slice, to_host};

/// Elements of every magnitude, in a file where they begin at any byte.
fn tensors() -> Vec<Made> {
    let floats = |name: &str, count: usize| {
        let value = |at: usize| ((at as f32) * 0.37 - 400.0) * 10_f32.powi((at % 11) as i32 - 6);
        let bytes = (0..count).flat_map(|at| value(at).to_le_bytes()).collect();
        Made { name: name.to_owned(), dtype: Dtype::F32, shape: vec![count], bytes }
    };
    // The U8 tensors come last in a file that the crate writes, since it sorts by alignment.
    vec![floats("f", 2_600_001), made("h", Dtype::F16, &[300, 200]), made("u", Dtype::U8, &[3])]
}

fn convert<const LEN: usize>(bytes: &[u8], to: impl Fn(f32) -> [u8; LEN]) -> Vec<u8> {
    bytes.chunks_exact(4).flat_map(|four| to(f32::from_le_bytes(four.try_into().unwrap()))).collect()
}

#[test]
fn elements_are_converted_as_another_program_converts_them() {
    let tensors = tensors();
    let halves = tensors[1].bytes.chunks_exact(2).map(|two| f16::from_le_bytes(two.try_into().unwrap()));
    let widened: Vec<u8> = halves.flat_map(|half| half.to_f32().to_le_bytes()).collect();
    for threads in [0, 3] {
        let model = model(&tensors, threads);
        for staging_bytes in [0, 65_536 * threads.max(1) as u64] {
            let casts = vec![cast("f", DType::BF16), cast("h", DType::F32)];
            let options = PlanOptions { casts, staging_bytes, ..to_host() };
            let info = model.plan(&options).unwrap().info();
            assert_eq!(info.payload_bytes, 10_400_004 + 120_000 + 3);
            assert_eq!(info.target_bytes, 5_200_064 + 240_000 + 3);
            let placement = model.load(&options).unwrap();
            let f = placement.find("f").unwrap();
            assert_eq!((f.dtype, f.shape), (DType::BF16, &[2_600_001][..]));
            assert!(f.bytes().unwrap() == convert(&tensors[0].bytes, |value| bf16::from_f32(value).to_le_bytes()));
            assert!(placement.find("h").unwrap().bytes().unwrap() == widened);
            assert_eq!(placement.find("u").unwrap().bytes().unwrap(), tensors[2].bytes);
        }
        let casts = vec![cast("f", DType::F16)];
        let placement = model.load(&PlanOptions { casts, ..to_host() }).unwrap();
        let expected = convert(&tensors[0].bytes, |value| f16::from_f32(value).to_le_bytes());
        assert!(placement.find("f").unwrap().bytes().unwrap() == expected);
    }
}

#[test]
fn elements_that_lie_across_the_borders_of_blocks_stay_whole() {
    // The header is padded to 8 bytes: by one less, every element of F32 lies askew, also across the blocks of the digest.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let bytes: Vec<u8> = tensors().swap_remove(0).bytes;
    let len = bytes.len();
    let header = format!(
        r#"{{"f":{{"dtype":"F32","shape":[{}],"data_offsets":[3,{}]}},"u":{{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}}}"#,
        len / 4,
        len + 3
    );
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend([1, 2, 3]);
    file.extend(&bytes);
    std::fs::write(&path, file).unwrap();
    let manifests = Manifests::of(&open(&path, 2, &OpenOptions::default())).unwrap();
    for manifest in [manifests.record().unwrap(), manifests.checksums()] {
        let options =
            OpenOptions { policy: Policy::Required, manifest: Some(manifest.into_bytes()), ..Default::default() };
        for threads in [0, 4] {
            let model = open(&path, threads, &options);
            let placement = model.load(&PlanOptions { casts: vec![cast("f", DType::BF16)], ..to_host() }).unwrap();
            let expected = convert(&bytes, |value| bf16::from_f32(value).to_le_bytes());
            assert!(placement.find("f").unwrap().bytes().unwrap() == expected);
        }
    }
}

#[test]
fn slices_are_converted_too() {
    let tensors = [made("h", Dtype::BF16, &[64, 3000])];
    let model = model(&tensors, 2);
    for dim in [0, 1] {
        let options = PlanOptions { slices: vec![slice("h", dim, 1, 2)], ..to_host() };
        let plain = model.load(&options).unwrap();
        let plain = plain.get(0).unwrap().bytes().unwrap();
        let casts = vec![cast("h", DType::F32)];
        let wide = model.load(&PlanOptions { casts, ..options }).unwrap();
        let expected: Vec<u8> = plain
            .chunks_exact(2)
            .flat_map(|two| bf16::from_le_bytes(two.try_into().unwrap()).to_f32().to_le_bytes())
            .collect();
        assert!(wide.get(0).unwrap().bytes().unwrap() == expected);
    }
}

#[test]
fn rules_may_leave_other_types_alone() {
    let model = model(&tensors(), 0);
    let rule = |from| CastRule { pattern: "*".to_owned(), from, to: DType::F16 };
    let placement = model.load(&PlanOptions { casts: vec![rule(Some(DType::F32))], ..to_host() }).unwrap();
    let dtypes: Vec<_> = ["f", "h", "u"].map(|name| placement.find(name).unwrap().dtype).to_vec();
    assert_eq!(dtypes, [DType::F16, DType::F16, DType::U8]);
    let error = model.load(&PlanOptions { casts: vec![rule(None)], ..to_host() }).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(error.to_string().contains("u: there is no conversion from U8 to F16"), "{error}");
}
