//! Random models with random options, compared with a naive model that reads the file, cuts and converts.
//!
//! `WEIGHBRIDGE_RANDOM_SEED` and `WEIGHBRIDGE_RANDOM_CASES` choose others than those of every day. What this has found has
//! tests of its own: the seeds mean something else after every change of the generator.

pub mod case;
pub mod files;
mod lent;

use std::sync::Arc;
use std::time::Duration;

use weighbridge::load::{Destination, State};
use weighbridge::{Context, Kind, Model, OpenOptions, Placement, Plan, Result, Target, Task};

use case::{Case, Expected};
use files::{Files, Known, Random, manifest, open, run_cases};
use lent::Lent;

/// Loads in one of the ways there are.
pub fn drive(random: &mut Random, plan: Plan) -> Result<Placement> {
    let info = plan.info();
    let task = Task::start(&Arc::new(plan))?;
    if random.chance(20) {
        // Somebody else looks on, and takes the placement as soon as it is there.
        let seen = std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                loop {
                    match task.finish() {
                        Ok(None) => std::thread::yield_now(),
                        other => return other.map(|placement| placement.expect("it is done")),
                    }
                }
            });
            let worked = loop {
                match task.step(Duration::ZERO) {
                    Ok(State::Pending) => {}
                    other => break other,
                }
            };
            let seen = watcher.join().unwrap();
            assert_eq!(worked.is_ok(), seen.is_ok());
            seen
        })?;
        assert_eq!(seen.len(), task.finish()?.unwrap().len());
    } else if random.chance(50) {
        task.wait()?;
    } else {
        let mut last = 0;
        let patience = std::time::Instant::now();
        while task.step(Duration::ZERO)? == State::Pending {
            let progress = task.progress();
            assert!(progress.done_bytes >= last && progress.done_bytes <= progress.total_bytes);
            assert!(progress.done_tensors <= progress.total_tensors, "{progress:?}");
            last = progress.done_bytes;
            assert!(patience.elapsed() < Duration::from_secs(60), "it hangs");
        }
    }
    let progress = task.progress();
    assert_eq!((progress.done_bytes, progress.total_bytes), (info.read_bytes, info.read_bytes));
    assert_eq!((progress.done_tensors, progress.total_tensors), (info.tensors, info.tensors));
    let placement = task.finish()?.expect("it is done");
    let read: u64 =
        placement.report().costs().iter().filter(|cost| cost.stage.name() == "read").map(|cost| cost.bytes).sum();
    assert!(read <= info.read_bytes, "{read} bytes were read of {}", info.read_bytes);
    Ok(placement)
}

fn check_host(
    placement: &Placement,
    expected: &[Expected],
    (target, alignment): (Target, u64),
    destinations: &[Destination],
) {
    if target == Target::None {
        return assert_eq!(placement.len(), 0);
    }
    assert_eq!(placement.len(), expected.len());
    assert_eq!(placement.iter().count(), expected.len(), "every tensor has a place");
    for (placed, expected) in placement.iter().zip(expected) {
        assert_eq!((placed.name, placed.dtype, placed.shape), (&*expected.name, expected.dtype, &expected.shape[..]));
        assert_eq!(placed.len, expected.bytes.len() as u64, "{}", placed.name);
        let bytes = placed.bytes().unwrap();
        let first = bytes.iter().zip(&expected.bytes).position(|(a, b)| a != b);
        assert!(first.is_none(), "{} differs from byte {first:?} of {}", placed.name, bytes.len());
        match destinations.iter().find(|one| one.tensor() == Some(placed.name)) {
            Some(own) => assert_eq!(placed.address, own.address()),
            None => assert!(target == Target::View || placed.address.is_multiple_of(alignment), "{}", placed.name),
        }
        assert_eq!(placement.find(placed.name).unwrap().address, placed.address);
    }
}

fn run(seed: u64) -> &'static str {
    let random = &mut Random(seed.wrapping_mul(0x1234_5678_9ABC_DEF1));
    let mut files = Files::random(random);
    let target = random.of(&[Target::Host, Target::Host, Target::Host, Target::Host, Target::View, Target::None]);
    let threads = random.of(&[0, 0, 1, 2, 4]);
    let known = random.of(&[Known::Nothing, Known::Record, Known::Record, Known::Checksums]);
    let trusted = manifest(&files.path, known);
    let damage = files.place(random).filter(|_| random.chance(20));
    if let Some(position) = damage {
        files.damage(position);
    }
    let model = if files.path.is_file() && !files.is_onnx && known == Known::Nothing && random.chance(30) {
        let bytes = std::fs::read(&files.path).unwrap();
        let context = Context::new().with_threads(threads);
        Model::from_memory(bytes.into(), &OpenOptions::default(), &context).unwrap()
    } else {
        open(&files.path, threads, trusted)
    };
    let mut case = Case::random(random, &files, &model, target, threads);
    let mut lent = Lent::random(random, &mut case, target);
    let plan = match lent.plan(random, &model, &mut case) {
        Ok(plan) => plan,
        Err(error) => {
            match &case.expected {
                Err(_) => assert!(matches!(error.kind(), Kind::Unsupported | Kind::InvalidArgument), "{error}"),
                Ok(all)
                    if target == Target::View
                        && all.iter().any(|one| one.is_joined || one.dtype != files.made(&one.name).dtype) =>
                {
                    assert_eq!(error.kind(), Kind::NotMapped, "{error}");
                }
                Ok(_) if files.is_onnx && error.kind() == Kind::Limit => {
                    assert!(error.to_string().contains("smaller alignment"), "{error}")
                }
                Ok(_) => assert!(case.accepts(&error), "{error} for {:?}", case.options),
            }
            return "refused";
        }
    };
    let expected = match &case.expected {
        Ok(expected) => expected,
        Err(what) => panic!("{what} is no reason to refuse {:?}", case.options),
    };
    let info = plan.info();
    assert_eq!(info.payload_bytes, expected.iter().map(|one| one.payload).sum::<u64>());
    assert_eq!(info.tensors, expected.len() as u64);
    if case.options.staging_bytes > 0 {
        assert!(info.staging_bytes <= case.options.staging_bytes);
    }
    let is_hit = |position: usize| {
        let mut taken = expected.iter().flat_map(|one| &one.taken);
        taken.any(|(at, len)| (*at..at + len).contains(&position))
    };
    let must_fail = known != Known::Nothing && damage.is_some_and(is_hit);
    match drive(random, plan) {
        Err(error) => {
            assert!(known != Known::Nothing && damage.is_some(), "{error} for {:?}", case.options);
            assert_eq!(error.kind(), Kind::Mismatch, "{error}");
            "damaged"
        }
        Ok(placement) => {
            assert!(!must_fail, "damage at {damage:?} was not noticed");
            let alignment = if case.options.alignment == 0 { 64 } else { case.options.alignment };
            check_host(&placement, expected, (target, alignment), &case.options.destinations);
            drop(placement);
            lent.check(&case.options.destinations);
            // Damage that no load has seen is not vouched for.
            if let Some(position) = damage.filter(|_| known != Known::Nothing) {
                for index in 0..model.tensors().len() {
                    let made = files.made(model.tensors().get(index).unwrap().name);
                    if let (Some(at), Ok(_)) = (made.offset, model.bytes(index)) {
                        assert!(!(at..at + made.bytes.len()).contains(&position), "{} is handed out", made.name);
                    }
                }
            }
            "loaded"
        }
    }
}

#[test]
fn random_parts_are_what_a_naive_model_makes_of_them() {
    run_cases(120, run);
}
