//! The small languages of some arguments: devices, slices, casts, routes, sizes. An error shows the form.

use weighbridge::DType;
use weighbridge::load::{CastRule, Route, SliceRule, Uneven};

/// Where a load goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Host,
    /// CUDA devices by their ordinals.
    Cuda(Vec<u32>),
    /// Every CUDA device that there is.
    EveryCuda,
}

/// `host`, `cuda:0`, `cuda:0,1`, `cuda:all`.
pub fn place(text: &str) -> Result<Place, String> {
    let ordinals = |list: &str| list.split(',').map(ordinal).collect::<Option<_>>().map(Place::Cuda);
    let place = match (text, text.strip_prefix("cuda:")) {
        ("host", _) => Some(Place::Host),
        (_, Some("all")) => Some(Place::EveryCuda),
        (_, Some(list)) => ordinals(list),
        _ => None,
    };
    place.ok_or_else(|| "expected cuda:0, cuda:0,1 and so on, cuda:all, or host".to_owned())
}

/// `GLOB=cuda:1`
pub fn route(text: &str) -> Result<Route, String> {
    let parse = || {
        let (pattern, device) = pattern_and(text, '=')?;
        Some(Route { pattern, device: ordinal(device.strip_prefix("cuda:")?)? })
    };
    parse().ok_or_else(|| "expected GLOB=cuda:N, as in 'model.layers.1?.*=cuda:1'".to_owned())
}

/// `GLOB:DIM:RANK/WORLD`
pub fn slice(text: &str) -> Result<SliceRule, String> {
    let parse = || {
        let (rest, part) = pattern_and(text, ':')?;
        let (pattern, dim) = pattern_and(&rest, ':')?;
        let (rank, world) = part.split_once('/')?;
        let (rank, world) = (number(rank)?, number(world)?);
        let rule = SliceRule { pattern, dim: number(dim)?, rank, world, uneven: Uneven::Refuse };
        (rank < world).then_some(rule)
    };
    let form = "expected GLOB:DIM:RANK/WORLD with a rank from 0 to WORLD - 1, as in '*.q_proj.weight:0:1/4'";
    parse().ok_or_else(|| form.to_owned())
}

/// `GLOB=TO` or `GLOB:FROM=TO`. A name may have a colon itself: only what follows the last one and is a type is taken
/// for the type.
pub fn cast(text: &str) -> Result<CastRule, String> {
    let form =
        |what: &str| format!("{what}expected GLOB=TYPE or GLOB:FROM=TYPE, as in '*.weight=BF16' or '*:F32=BF16'");
    let (pattern, to) = pattern_and(text, '=').ok_or_else(|| form(""))?;
    let to = DType::from_name(to).ok_or_else(|| form(&format!("{to} is not an element type: ")))?;
    let limited = pattern_and(&pattern, ':').and_then(|(pattern, from)| Some((pattern, DType::from_name(from)?)));
    let (pattern, from) = limited.map_or((pattern, None), |(pattern, from)| (pattern, Some(from)));
    Ok(CastRule { pattern, from, to })
}

/// Bytes: a number, or one with a unit: `64MiB`, `64MB`.
pub fn size(text: &str) -> Result<u64, String> {
    const UNITS: &[(&str, u64)] = &[
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
    ];
    let parse = || {
        let with_unit = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)));
        let (digits, unit) = with_unit.unwrap_or((text, 1));
        number::<u64>(digits)?.checked_mul(unit).filter(|bytes| *bytes > 0)
    };
    parse().ok_or_else(|| "expected a number of bytes above 0, as in 8388608, 64MiB or 5GB".to_owned())
}

/// A pattern that is not empty, and what follows the last separator.
fn pattern_and(text: &str, separator: char) -> Option<(String, &str)> {
    let (pattern, rest) = text.rsplit_once(separator)?;
    (!pattern.is_empty()).then(|| (pattern.to_owned(), rest))
}

/// The driver counts with signed numbers.
fn ordinal(text: &str) -> Option<u32> {
    number(text).filter(|ordinal| *ordinal <= i32::MAX as u32)
}

/// Digits and nothing else: no sign.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_the_separators_too() {
        let rule = slice("block:0/weight:1:2/4").unwrap();
        assert_eq!((&*rule.pattern, rule.dim, rule.rank, rule.world), ("block:0/weight", 1, 2, 4));
        let rule = cast("a=b:0=F16").unwrap();
        assert_eq!((&*rule.pattern, rule.from, rule.to), ("a=b:0", None, DType::F16));
        let rule = cast("a:0:F32=BF16").unwrap();
        assert_eq!((&*rule.pattern, rule.from, rule.to), ("a:0", Some(DType::F32), DType::BF16));
        assert_eq!(route("a=b=cuda:3").unwrap(), Route { pattern: "a=b".to_owned(), device: 3 });
    }

    #[test]
    fn devices_are_host_some_or_all() {
        assert_eq!(place("host"), Ok(Place::Host));
        assert_eq!(place("cuda:3,0"), Ok(Place::Cuda(vec![3, 0])));
        assert_eq!(place("cuda:all"), Ok(Place::EveryCuda));
        for text in
            ["", "cuda", "cuda:", "cuda:x", "cuda:0,", "cuda:-1", "cuda:+1", "cuda:4294967295", "rocm:0", "HOST"]
        {
            assert!(place(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_have_binary_and_decimal_units() {
        assert_eq!((size("65536"), size("64KiB"), size("1GiB")), (Ok(65536), Ok(65536), Ok(1 << 30)));
        assert_eq!((size("5GB"), size("1KB")), (Ok(5_000_000_000), Ok(1000)));
        for text in ["", "MiB", "0", "64 MiB", "64M", "-1", "1.5GiB", "99999999999GiB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_slice_cast_or_route_is_refused() {
        for text in ["", "*", "*:0", "*:0:1", "*:0:4/4", "*:0:0/0", "*:x:0/2", "*:0:-1/2", ":0:0/2", "*:0:0/2/4"] {
            assert!(slice(text).is_err(), "{text}");
        }
        for text in ["", "*", "=BF16", "*=", "*=bf16", "*=F33", "*:F32"] {
            assert!(cast(text).is_err(), "{text}");
        }
        for text in ["", "*", "=cuda:0", "*=0", "*=cuda", "*=cuda:all", "*=cuda:0,1"] {
            assert!(route(text).is_err(), "{text}");
        }
    }
}
