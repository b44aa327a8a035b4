//! How much is read for a part, and by which way.

use safetensors::tensor::Dtype;
use weighbridge::load::Reads;
use weighbridge::{PlanOptions, Target};

use super::models::{cast, made, model, slice, to_host};

#[test]
fn only_the_bytes_of_the_part_are_read() {
    let model = model(&[made("a", Dtype::BF16, &[1024, 16_384]), made("b", Dtype::U8, &[1000, 64])], 2);
    for (rule, name, expected) in [
        (slice("a", 0, 1, 4), "a", 8 << 20),
        (slice("a", 1, 1, 4), "a", 8 << 20),
        // Pages that hold parts of several ranks are read whole: all of the rows but what lies beside the first and the last.
        (slice("b", 1, 0, 2), "b", 999 * 64 + 32),
    ] {
        let options = PlanOptions { include: vec![name.to_owned()], slices: vec![rule.clone()], ..to_host() };
        let plan = model.plan(&options).unwrap();
        assert_eq!(plan.info().read_bytes, expected, "{rule:?}");
        let placement = model.load(&options).unwrap();
        let read = placement.report().costs().iter().find(|cost| cost.stage.name() == "read").unwrap();
        assert_eq!(read.bytes, expected, "{rule:?}");
        let taken = placement.get(0).unwrap().len;
        assert_eq!((plan.info().payload_bytes, plan.info().target_bytes), (taken, taken), "{rule:?}");
    }
}

#[test]
fn direct_reads_bring_the_same_bytes() {
    let tensors =
        [made("odd", Dtype::U8, &[4097]), made("f", Dtype::F32, &[3_000_001]), made("b", Dtype::BF16, &[512, 8192])];
    for threads in [0, 3] {
        let model = model(&tensors, threads);
        for options in [
            to_host(),
            PlanOptions { casts: vec![cast("f", weighbridge::DType::F16)], ..to_host() },
            PlanOptions { slices: vec![slice("b", 1, 1, 2)], ..to_host() },
            PlanOptions { slices: vec![slice("b", 0, 1, 2)], staging_bytes: 1 << 20, ..to_host() },
        ] {
            let [buffered, direct] = [Reads::Buffered, Reads::Direct].map(|reads| {
                let placement = model.load(&PlanOptions { reads, ..options.clone() }).unwrap();
                placement.iter().map(|placed| placed.bytes().unwrap().to_vec()).collect::<Vec<_>>()
            });
            assert!(buffered == direct, "{options:?}");
        }
        let checked = model.load(&PlanOptions { reads: Reads::Direct, target: Target::None, ..Default::default() });
        assert!(checked.unwrap().is_empty());
    }
}
