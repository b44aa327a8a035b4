//! Converted tensors, wherever their elements lie.

use half::{bf16, f16};
use safetensors::tensor::Dtype;
use weighbridge::load::CastRule;
use weighbridge::write::Manifests;
use weighbridge::{DType, Kind, OpenOptions, PlanOptions, Policy};

use super::models::{Made, cast, made, model, open, slice, to_host};

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

/// A file in which every tensor has one element of its type.
fn file_of(tensors: &[(&str, Dtype)]) -> Vec<Made> {
    tensors.iter().map(|(name, dtype)| made(name, *dtype, &[1])).collect()
}

/// Numbers of 8 bits mean little without their scale, which a cast does not know.
#[test]
fn a_cast_beside_a_scale_is_told_with_the_name_of_the_scale() {
    let cases = [
        ("a.weight", "a.weight_scale_inv"),
        ("a.weight", "a.weight_scale"),
        ("a.weight", "a.scale_weight"),
        ("a.weight", "a.scales"),
        ("a.weight_packed", "a.weight_scale"),
        ("w", "w_scale"),
        ("w_blocks", "w_scales"),
    ];
    for (name, scale) in cases {
        let model = model(&file_of(&[(name, Dtype::F8_E4M3), (scale, Dtype::F32)]), 0);
        let notes = |casts| model.plan(&PlanOptions { casts, ..to_host() }).unwrap().notes().to_vec();
        let [note] = &notes(vec![cast(name, DType::BF16)])[..] else { panic!("{name} beside {scale}") };
        assert_eq!((note.rule, &*note.path), ("load.cast.scale", name));
        assert!(note.message.contains(&format!("\"{scale}\" holds its scale")), "{note}");
        assert_eq!(notes(vec![]), []);
        assert_eq!(notes(vec![cast(scale, DType::BF16)]), [], "the scale itself is a number");
    }
}

/// Every tensor has a scale of its own, and of many the first are named.
#[test]
fn all_casts_beside_scales_are_one_note_with_their_scales() {
    let note = |count: usize| {
        let pairs: Vec<_> =
            (10..10 + count).map(|number| (format!("{number}.weight"), format!("{number}.scale_weight"))).collect();
        let with_scales = pairs.iter().flat_map(|(w, scale)| [(&**w, Dtype::F8_E5M2), (&**scale, Dtype::F32)]);
        let all: Vec<_> = with_scales.chain([("plain.weight", Dtype::F8_E5M2)]).collect();
        let model = model(&file_of(&all), 0);
        let plan = model.plan(&PlanOptions { casts: vec![cast("*.weight", DType::F16)], ..to_host() }).unwrap();
        let [note] = plan.notes() else { panic!("{:?}", plan.notes()) };
        note.message.split_once("have to be multiplied").unwrap().1.to_owned()
    };
    let named = |numbers: std::ops::Range<usize>| {
        let named = numbers.map(|number| format!("\"{number}.weight\" by \"{number}.scale_weight\""));
        named.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(note(1), "");
    assert_eq!(note(2), format!("; so is 1 more tensor: {}", named(11..12)));
    assert_eq!(note(3), format!("; so are 2 more tensors: {}", named(11..13)));
    assert_eq!(note(4), format!("; so are 3 more tensors: {}", named(11..14)));
    assert_eq!(note(12), format!("; so are 11 more tensors: {}, … 8 more", named(11..14)));
}

#[test]
fn a_cast_without_a_scale_is_not_told() {
    let tensors = file_of(&[("a.weight", Dtype::F8_E4M3), ("b.weight", Dtype::F32), ("b.weight_scale", Dtype::F32)]);
    let model = model(&tensors, 0);
    let plan = model.plan(&PlanOptions { casts: vec![cast("*.weight", DType::BF16)], ..to_host() }).unwrap();
    assert_eq!(plan.notes(), []);
}

#[test]
fn packed_numbers_cannot_be_cast_and_the_error_says_why() {
    let model = model(&file_of(&[("a.qweight", Dtype::I32), ("a.scales", Dtype::F16), ("n", Dtype::I32)]), 0);
    let error = |name| model.plan(&PlanOptions { casts: vec![cast(name, DType::F32)], ..to_host() }).err().unwrap();
    assert!(error("a.qweight").message().contains("\"a.scales\" holds the scale"), "{}", error("a.qweight"));
    assert!(!error("n").message().contains("scale"));
    let of_type = |pattern: &str| {
        let rule = CastRule { from: Some(DType::I32), ..cast(pattern, DType::F32) };
        model.plan(&PlanOptions { casts: vec![rule], ..to_host() }).err().unwrap()
    };
    let told = of_type("*");
    assert!(
        told.to_string().contains("a.qweight: ") && told.message().contains("\"a.scales\" holds the scale"),
        "{told}"
    );
    assert!(!of_type("n").message().contains("scale"));
}
