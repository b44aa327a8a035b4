//! Random models to random devices, compared with a naive model.

#[path = "../library/parts/random/case.rs"]
mod case;
#[path = "../library/parts/random/files.rs"]
mod files;

use std::sync::Arc;
use std::time::Duration;

use cudarc::driver::CudaContext;
use weighbridge::load::{CudaOptions, Route, State};
use weighbridge::{Kind, Placement, Plan, Result, Target, Task};

use crate::models::lent;
use crate::stub::{Stub, this_test, with_stub};
use case::{Case, Expected, glob, pattern};
use files::{Files, Known, Random, manifest, open, run_cases};

const DEVICES: u32 = 3;
/// Bytes of the host program's own memory on each device.
const POOL: u64 = 64 << 20;

struct Host {
    contexts: Vec<Arc<CudaContext>>,
    pools: Vec<u64>,
}

impl Host {
    fn new() -> Self {
        let contexts: Vec<_> = (0..DEVICES as usize).map(|device| CudaContext::new(device).unwrap()).collect();
        let take = |context: &Arc<CudaContext>| {
            context.bind_to_thread().unwrap();
            // SAFETY: a context is current.
            unsafe { cudarc::driver::result::malloc_sync(POOL as usize) }.unwrap()
        };
        let pools = contexts.iter().map(take).collect();
        Self { contexts, pools }
    }

    /// Fills the first bytes of a pool.
    fn clear(&self, device: usize, bytes: usize) {
        self.contexts[device].bind_to_thread().unwrap();
        // SAFETY: a context is current, and the memory is the pool's.
        unsafe { cudarc::driver::result::memset_d8_sync(self.pools[device], 0xEE, bytes) }.unwrap();
    }
}

/// Loads in one of the ways there are; `None` if it gave up on the way.
fn drive(random: &mut Random, plan: Plan) -> Result<Option<Placement>> {
    let task = Task::start(&Arc::new(plan))?;
    match random.below(20) {
        0 => {
            for _ in 0..random.below(6) {
                task.step(Duration::ZERO)?;
            }
            if random.chance(50) {
                drop(task);
                return Ok(None);
            }
            task.cancel();
            task.wait()?;
        }
        1..10 => while task.step(Duration::ZERO)? == State::Pending {},
        _ => task.wait()?,
    }
    Ok(Some(task.finish()?.expect("it is done")))
}

fn run(stub: &Stub, host: &Host, seed: u64) -> &'static str {
    let random = &mut Random(seed.wrapping_mul(0x1234_5678_9ABC_DEF1));
    let mut files = if random.chance(30) { Files::trial(random) } else { Files::random(random) };
    let threads = random.of(&[0, 0, 1, 2, 4]);
    let known = random.of(&[Known::Nothing, Known::Nothing, Known::Record, Known::Checksums]);
    let trusted = manifest(&files.path, known);
    // What damage does to views is for the tests of the host.
    let damage = files.place(random).filter(|_| random.chance(10) && !files.is_trial);
    if let Some(position) = damage {
        files.damage(position);
    }
    let model = open(&files.path, threads, trusted);
    let mut case = Case::random(random, &files, &model, Target::Cuda, threads);
    let Ok(expected) = case.expected.clone() else { return "refused" };
    let alignment = if case.options.alignment == 0 { 256 } else { case.options.alignment };
    // Devices, and which tensor goes where.
    let mut devices: Vec<u32> = (0..DEVICES).collect();
    (0..devices.len()).for_each(|at| devices.swap(at, random.below(3)));
    devices.truncate(1 + random.below(3));
    let names: Vec<&str> = expected.iter().map(|one| &*one.name).collect();
    let routes: Vec<Route> = (0..random.of(&[0, 0, 1, 2, 4, 6]))
        .map(|_| Route { pattern: pattern(random, &names), device: random.of(&devices) })
        .collect();
    let goes = |one: &Expected, device: u32| {
        let of = |route: &&Route| glob(&route.pattern, &one.name);
        routes.iter().filter(of).count() == 0 || routes.iter().filter(of).any(|route| route.device == device)
    };
    // The host's memory for some of them.
    let mut used = vec![0_u64; DEVICES as usize];
    let mut destinations = Vec::new();
    let given = random.of(&[0, 0, 30, 100]);
    for device in &devices {
        let at = &mut used[*device as usize];
        for one in expected.iter().filter(|one| goes(one, *device)) {
            if random.chance(given) {
                *at += random.of(&[0, 1, 2, 3, 255, 1000]);
                let address = host.pools[*device as usize] + *at;
                let bytes = one.bytes.len() as u64;
                destinations.push(lent(*device, Some(&one.name), address, bytes));
                *at += bytes;
            }
        }
    }
    let cuda = CudaOptions {
        devices: devices.clone(),
        routes: routes.clone(),
        after: random.chance(10).then(|| host.contexts[devices[0] as usize].new_stream().unwrap().into()),
        is_async: random.chance(30),
    };
    let is_async = cuda.is_async;
    case.options.cuda = cuda;
    case.options.destinations = destinations.clone();
    let accept = |error: &weighbridge::Error| {
        let is_limit = error.kind() == Kind::Limit && files.is_onnx && error.to_string().contains("smaller alignment");
        assert!(is_limit || case.accepts(error), "{error} for {:?}", case.options);
        "refused"
    };
    let mut plan = match model.plan(&case.options) {
        Err(error) => return accept(&error),
        Ok(plan) => plan,
    };
    let mut arenas = Vec::new();
    for device in &devices {
        let at = &mut used[*device as usize];
        let bytes = plan.device_bytes(Some(*device));
        let address = (host.pools[*device as usize] + *at).next_multiple_of(alignment) + alignment;
        let end = address + bytes - host.pools[*device as usize];
        if random.chance(30) && end + 100 < POOL {
            arenas.push(lent(*device, None, address, bytes));
            *at = end;
        }
    }
    if !arenas.is_empty() {
        case.options.destinations.extend(arenas);
        plan = model.plan(&case.options).unwrap();
    }
    used.iter().enumerate().for_each(|(device, used)| host.clear(device, *used as usize + 64));
    let placed_count: usize =
        devices.iter().map(|device| expected.iter().filter(|one| goes(one, *device)).count()).sum();
    assert_eq!(plan.info().tensors, placed_count as u64);
    let target_bytes = plan.info().target_bytes;
    if case.options.staging_bytes > 0 {
        assert!(plan.info().staging_bytes <= case.options.staging_bytes);
    }
    let is_hit = |position: usize| {
        let mut taken = expected.iter().flat_map(|one| &one.taken);
        taken.any(|(at, len)| (*at..at + len).contains(&position))
    };
    let outcome = match drive(random, plan) {
        Err(error) if error.kind() == Kind::Cancelled => "cancelled",
        Err(error) => {
            assert!(known != Known::Nothing && damage.is_some(), "{error} for {:?}", case.options);
            assert_eq!(error.kind(), Kind::Mismatch, "{error}");
            "damaged"
        }
        Ok(None) => "dropped",
        Ok(Some(placement)) => {
            assert!(known == Known::Nothing || !damage.is_some_and(is_hit), "damage at {damage:?} was not noticed");
            if is_async {
                match random.below(3) {
                    0 => placement.wait().unwrap(),
                    1 => {
                        placement.fence(None).unwrap();
                        host.contexts.iter().for_each(|context| context.default_stream().synchronize().unwrap());
                    }
                    _ => {
                        let stream = host.contexts[devices[0] as usize].new_stream().unwrap();
                        placement.fence(Some(&Arc::clone(&stream).into())).unwrap();
                        stream.synchronize().unwrap();
                    }
                }
            }
            assert_eq!(placement.len(), placed_count);
            let order = devices.iter().flat_map(|device| {
                let here = expected.iter().filter(|one| goes(one, *device));
                here.map(move |one| (one, *device))
            });
            let mut ranges = Vec::new();
            for (placed, (one, device)) in placement.iter().zip(order) {
                assert_eq!((placed.name, placed.device), (&*one.name, Some(device)));
                assert_eq!((placed.dtype, placed.shape), (one.dtype, &one.shape[..]));
                assert_eq!(placed.len, one.bytes.len() as u64);
                let own =
                    destinations.iter().find(|own| own.device() == Some(device) && own.tensor() == Some(placed.name));
                match own {
                    Some(own) => assert_eq!(placed.address, own.address()),
                    None => assert!(placed.address.is_multiple_of(alignment), "{}", placed.name),
                }
                assert_ne!(placed.address, 0);
                assert_eq!(placement.find_on(device, placed.name).unwrap().address, placed.address);
                let there = if placed.len == 0 {
                    Vec::new()
                } else {
                    stub.peek(placed.address, placed.len as usize).expect("it is live")
                };
                let first = there.iter().zip(&one.bytes).position(|(a, b)| a != b);
                assert!(first.is_none(), "{} on {device} differs from byte {first:?} of {}", placed.name, placed.len);
                ranges.push((device, placed.address, placed.len));
            }
            // Nothing else of the host's memory was written.
            for device in 0..DEVICES {
                let (base, len) = (host.pools[device as usize], used[device as usize] + 64);
                let mut memory = stub.peek(base, len as usize).unwrap();
                let given = case.options.destinations.iter().filter(|given| given.device() == Some(device));
                given
                    .for_each(|given| memory[(given.address() - base) as usize..][..given.bytes() as usize].fill(0xEE));
                assert!(memory.iter().all(|byte| *byte == 0xEE), "beside a destination");
            }
            let _ = (ranges, target_bytes);
            "loaded"
        }
    };
    drop(case);
    let report = stub.report();
    assert_eq!(report["device_allocations"], u64::from(DEVICES), "{report}");
    assert_eq!(report["pinned_ranges"], 0, "{report}");
    assert_eq!(report["violations_in_all"], 0, "{report}");
    assert_eq!(report["pageable_copies"], 0, "{report}");
    outcome
}

#[test]
fn random_parts_arrive_on_random_devices() {
    let settings = [("devices", "3"), ("memory_mb", "400")];
    with_stub(this_test!(random_parts_arrive_on_random_devices), &settings, |stub| {
        let host = Host::new();
        run_cases(60, |seed| {
            stub.configure(&format!("delay_us={}", [0, 0, 50, 500][seed as usize % 4]));
            run(stub, &host, seed)
        });
    });
}
