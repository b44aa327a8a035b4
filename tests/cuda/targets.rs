//! Several devices, the caller's memory, the caller's stream.

use std::sync::Arc;

use cudarc::driver::{CudaStream, result};
use weighbridge::load::{CudaOptions, Destination, Route, SliceRule, Uneven};
use weighbridge::{Kind, Model, Placement, PlanOptions, Result, Target};

use crate::models::{assert_same_bytes, lent, made, open};
use crate::stub::{this_test, with_stub};

const LENGTHS: &[usize] = &[4_000_000, 300, 0, 2_500_001, 77, 1_000_000, 9];

fn model(threads: usize) -> Model {
    made(LENGTHS, threads)
}

fn load(model: &Model, cuda: CudaOptions) -> Result<Placement> {
    model.load(&PlanOptions { target: Target::Cuda, cuda, ..Default::default() })
}

fn routes(rules: &[(&str, u32)]) -> Vec<Route> {
    rules.iter().map(|(pattern, device)| Route { pattern: (*pattern).to_owned(), device: *device }).collect()
}

#[test]
fn several_devices_get_everything() {
    with_stub(this_test!(several_devices_get_everything), &[("devices", "3"), ("delay_us", "200")], |stub| {
        for threads in [0, 4] {
            let model = model(threads);
            let devices = vec![2, 0];
            let placement = load(&model, CudaOptions { devices, ..Default::default() }).unwrap();
            assert_same_bytes(Some(stub), &model, &placement, "replicated");
            assert_eq!(placement.len(), 2 * LENGTHS.len());
            let order: Vec<_> = placement.iter().map(|placed| placed.device.unwrap()).collect();
            assert_eq!(order, [[2; 7], [0; 7]].concat());
            assert_eq!(placement.find("t3").unwrap().device, Some(2));
            assert_eq!(placement.find_on(0, "t3").unwrap().device, Some(0));
            assert!(placement.find_on(1, "t3").is_none());
            let read: u64 = model
                .load(&PlanOptions { target: Target::None, ..PlanOptions::default() })
                .map(|_| LENGTHS.iter().sum::<usize>() as u64)
                .unwrap();
            let cost = placement.report().costs().iter().find(|cost| cost.stage.name() == "read").unwrap();
            assert_eq!(cost.bytes, read, "every byte is read once for both");
            drop(placement);
            stub.assert_clean("after several devices");
        }
    });
}

#[test]
fn patterns_name_the_devices() {
    with_stub(this_test!(patterns_name_the_devices), &[("devices", "2")], |stub| {
        let model = model(2);
        let cuda =
            CudaOptions { devices: vec![0, 1], routes: routes(&[("t[03]", 0), ("t[356]", 1)]), ..Default::default() };
        let plan = model.plan(&PlanOptions { target: Target::Cuda, cuda: cuda.clone(), ..Default::default() }).unwrap();
        let placement = load(&model, cuda).unwrap();
        assert_same_bytes(Some(stub), &model, &placement, "routed");
        let on = |device| {
            let here = placement.iter().filter(|placed| placed.device == Some(device));
            here.map(|placed| placed.name).collect::<Vec<_>>()
        };
        let mut both = [on(0), on(1)];
        both.iter_mut().for_each(|names| names.sort_unstable());
        assert_eq!(both, [vec!["t0", "t1", "t2", "t3", "t4"], vec!["t1", "t2", "t3", "t4", "t5", "t6"]]);
        assert_eq!(plan.info().tensors, 11);
        assert_eq!(plan.info().target_bytes, plan.device_bytes(Some(0)) + plan.device_bytes(Some(1)));
        assert_eq!(stub.number("device_allocations"), 2);
    });
}

/// Loads into memory of the caller.
fn fill(model: &Model, destinations: Vec<Destination>, cuda: CudaOptions) -> weighbridge::Result<Placement> {
    model.load(&PlanOptions { target: Target::Cuda, destinations, cuda, ..Default::default() })
}

#[test]
fn the_callers_memory_is_filled_and_stays_the_callers() {
    with_stub(this_test!(the_callers_memory_is_filled_and_stays_the_callers), &[], |stub| {
        let model = model(3);
        let context = cudarc::driver::CudaContext::new(0).unwrap();
        context.bind_to_thread().unwrap();
        // SAFETY: a context is current.
        let take = |bytes| unsafe { cudarc::driver::result::malloc_sync(bytes) }.unwrap();
        let (arena, single) = (take(9 << 20), take(1 << 20));
        let arena_of = |address, bytes| lent(0, None, address, bytes);
        let tensor = |name, address, bytes| lent(0, Some(name), address, bytes);
        let destinations =
            vec![arena_of(arena, 9 << 20), tensor("t5", single + 3, 1_000_000), tensor("t1", single + 1_000_003, 300)];
        let placement = fill(&model, destinations, CudaOptions::default()).unwrap();
        assert_same_bytes(Some(stub), &model, &placement, "in the caller's memory");
        assert_eq!(placement.find("t5").unwrap().address, single + 3);
        assert!((arena..arena + (9 << 20)).contains(&placement.find("t0").unwrap().address));
        drop(placement);
        assert_eq!(stub.number("device_allocations"), 2, "the caller's memory is still there");
        let sent = stub.number("bytes_to_devices");

        let host = Box::new([0_u8; 4096]);
        let wrong = [
            (vec![arena_of(arena + 3, 8 << 20)], Kind::InvalidArgument, "expected a multiple of"),
            (vec![arena_of(arena, 5000)], Kind::InvalidArgument, "the arena has 5000 bytes"),
            (vec![arena_of(arena + (8 << 20), 9 << 20)], Kind::InvalidArgument, "to the end of its allocation"),
            (vec![arena_of(0, 9 << 20)], Kind::InvalidArgument, "expected a multiple of"),
            (vec![tensor("t1", host.as_ptr() as u64, 300)], Kind::InvalidArgument, "a pointer to device memory"),
            (vec![tensor("t1", 8, 300)], Kind::InvalidArgument, "a pointer to device memory"),
            (vec![tensor("t1", single, 299)], Kind::InvalidArgument, "it needs 300"),
            (vec![tensor("t1", single, 300), tensor("t1", arena, 300)], Kind::InvalidArgument, "two destinations"),
            (vec![tensor("t1", single, 300), tensor("t4", single + 299, 77)], Kind::InvalidArgument, "overlap"),
            (vec![tensor("none", single, 300)], Kind::NotFound, "where it is not placed"),
            (vec![lent(1, Some("t1"), single, 300)], Kind::InvalidArgument, "not one of the plan's"),
        ];
        for (destinations, kind, words) in wrong {
            let error = fill(&model, destinations.clone(), CudaOptions::default()).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(words), "{error} of {destinations:?}");
        }
        let other = CudaOptions { devices: vec![1], ..Default::default() };
        let error = fill(&model, vec![lent(1, Some("t1"), single, 300)], other).unwrap_err();
        assert!(error.to_string().contains("memory of CUDA device 0: expected device 1"), "{error}");
        assert_eq!(stub.number("bytes_to_devices"), sent, "nothing but the first load has been sent");
    });
}

/// Work of the caller in a stream: it ends late, and fills memory that the load fills too.
struct Work {
    arena: u64,
    pinned: *mut u8,
}

impl Work {
    const LEN: usize = 3_000_000;

    /// Takes memory of the device whose context is current, and copies to it again and again.
    fn begin(stream: &CudaStream) -> Self {
        stream.context().bind_to_thread().unwrap();
        // SAFETY: a context is current, the memory is as large as is written, and outlives the copies.
        unsafe {
            let arena = result::malloc_sync(8 << 20).unwrap();
            let pinned = result::malloc_host(Self::LEN, 0).unwrap().cast::<u8>();
            pinned.write_bytes(0xEE, Self::LEN);
            for _ in 0..20 {
                let bytes = std::slice::from_raw_parts(pinned, Self::LEN);
                result::memcpy_htod_async(arena, bytes, stream.cu_stream()).unwrap();
            }
            Self { arena, pinned }
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // SAFETY: the test has waited for the stream.
        unsafe { result::free_host(self.pinned.cast()).unwrap() };
    }
}

#[test]
fn copies_wait_for_the_callers_stream() {
    with_stub(this_test!(copies_wait_for_the_callers_stream), &[("delay_us", "20000")], |stub| {
        let model = made(&[Work::LEN], 2);
        let contexts = [0, 1].map(|device| cudarc::driver::CudaContext::new(device).unwrap());
        for (device, waits) in [(0, true), (1, true), (0, false)] {
            for own in [contexts[device].new_stream().unwrap(), contexts[device].default_stream()] {
                let work = Work::begin(&own);
                let place = lent(device as u32, None, work.arena, 8 << 20);
                let after = waits.then(|| Arc::clone(&own).into());
                let cuda = CudaOptions { devices: vec![0, 1], after, ..Default::default() };
                let placement = fill(&model, vec![place], cuda).unwrap();
                own.synchronize().unwrap();
                let there = placement.find_on(device as u32, "t0").unwrap();
                let is_ours = stub.peek(there.address, Work::LEN).unwrap() == model.bytes(0).unwrap();
                assert_eq!(is_ours, waits, "device {device}");
            }
        }
    });
}

#[test]
fn a_fence_is_for_the_default_stream_of_every_device() {
    with_stub(this_test!(a_fence_is_for_the_default_stream_of_every_device), &[("delay_us", "50000")], |stub| {
        let model = made(&[Work::LEN], 2);
        let contexts = [0, 1].map(|device| cudarc::driver::CudaContext::new(device).unwrap());
        for (device, context) in (0..).zip(&contexts) {
            let placement =
                load(&model, CudaOptions { devices: vec![0, 1], is_async: true, ..Default::default() }).unwrap();
            placement.fence(Some(&context.default_stream().into())).unwrap();
            context.default_stream().synchronize().unwrap();
            let there = placement.find_on(device, "t0").unwrap();
            assert!(stub.peek(there.address, Work::LEN).unwrap() == model.bytes(0).unwrap(), "device {device}");
        }
    });
}

#[test]
fn arenas_are_aligned_as_asked() {
    with_stub(this_test!(arenas_are_aligned_as_asked), &[], |stub| {
        let model = made(&[300, 5, 70_000], 0);
        let load = |alignment| {
            let options = PlanOptions { target: Target::Cuda, alignment, ..Default::default() };
            model.load(&options).unwrap()
        };
        // What is taken first shifts what is taken next.
        let first = load(0);
        for alignment in [1, 64, 4096, 65_536, 4 << 20] {
            let placement = load(alignment);
            assert!(placement.iter().all(|placed| placed.address % alignment == 0), "{alignment}");
            assert_same_bytes(Some(stub), &model, &placement, "aligned");
        }
        drop(first);
        stub.assert_clean("after all alignments");
    });
}

#[test]
fn a_stream_of_another_device_is_refused() {
    with_stub(this_test!(a_stream_of_another_device_is_refused), &[], |stub| {
        let model = model(0);
        let other = cudarc::driver::CudaContext::new(1).unwrap().new_stream().unwrap();
        let cuda = CudaOptions { after: Some(Arc::clone(&other).into()), ..Default::default() };
        let error = load(&model, cuda).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        stub.configure("delay_us=100000");
        let placement = load(&model, CudaOptions { is_async: true, ..Default::default() }).unwrap();
        assert_eq!(placement.fence(Some(&other.into())).unwrap_err().kind(), Kind::InvalidArgument);
    });
}

#[test]
fn slices_and_casts_are_for_devices_as_for_the_host() {
    with_stub(this_test!(slices_and_casts_are_for_devices_as_for_the_host), &[("delay_us", "100")], |stub| {
        let model = open("tests/golden/tiny-llama".as_ref(), 3, &Default::default());
        let slice = |pattern: &str, dim, rank| SliceRule {
            pattern: pattern.to_owned(),
            dim,
            rank,
            world: 2,
            uneven: Uneven::Refuse,
        };
        for rank in [0, 1] {
            let options = PlanOptions {
                target: Target::Cuda,
                slices: vec![slice("*q_proj.weight", 0, rank), slice("*o_proj.weight", 1, rank)],
                casts: vec![weighbridge::load::CastRule {
                    pattern: "*proj*".to_owned(),
                    from: Some(weighbridge::DType::BF16),
                    to: weighbridge::DType::F32,
                }],
                ..Default::default()
            };
            let there = model.load(&options).unwrap();
            let here = model.load(&PlanOptions { target: Target::Host, ..options }).unwrap();
            for (there, here) in there.iter().zip(here.iter()) {
                assert_eq!((there.name, there.dtype, there.shape), (here.name, here.dtype, here.shape));
                assert_eq!(
                    stub.peek(there.address, there.len as usize).unwrap(),
                    here.bytes().unwrap(),
                    "{}",
                    here.name
                );
            }
        }
    });
}
