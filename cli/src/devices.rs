//! `weighbridge devices`

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::error::Printable;
use weighbridge::load::cuda::{Device, devices};

use crate::args::Devices;
use crate::failure::Failure;
use crate::json;
use crate::output::{count, thousands};

#[derive(Serialize)]
struct Listing {
    /// What the driver is made for.
    cuda_version: String,
    devices: Vec<Description>,
}

#[derive(Serialize)]
struct Description {
    ordinal: u32,
    name: String,
    uuid: Option<String>,
    pci: String,
    compute_capability: String,
    memory_bytes: u64,
    /// `null` while nobody in this process uses the device.
    free_bytes: Option<u64>,
}

pub fn run(args: &Devices, out: &mut impl Write) -> Result<(), Failure> {
    let devices = devices()?;
    let version = devices.first().map_or(0, |device| device.driver_version);
    let cuda_version = format!("{}.{}", version / 1000, version % 1000 / 10);
    let listing = Listing { cuda_version, devices: devices.into_iter().map(Description::from).collect() };
    if args.json {
        return json::print(out, &listing);
    }
    Ok(print(out, &listing)?)
}

impl From<Device> for Description {
    fn from(device: Device) -> Self {
        let (major, minor) = device.compute;
        Self {
            ordinal: device.ordinal,
            name: device.name,
            uuid: device.uuid.map(|uuid| uuid_text(&uuid)),
            pci: device.pci,
            compute_capability: format!("{major}.{minor}"),
            memory_bytes: device.memory_bytes,
            free_bytes: device.free_bytes,
        }
    }
}

/// As other tools of the driver spell it.
fn uuid_text(uuid: &[u8; 16]) -> String {
    let hex: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("GPU-{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

const UNKNOWN: &str = "—";

fn print(out: &mut impl Write, listing: &Listing) -> io::Result<()> {
    let Listing { cuda_version, devices } = listing;
    writeln!(out, "{}, driver for CUDA {cuda_version}\n", count(devices.len(), "device"))?;
    let name = devices.iter().map(|device| device.name.chars().count()).max().unwrap_or(0).max(4);
    writeln!(
        out,
        "{:7}  {:name$}  {:40}  {:16}  {:7}  {:>16}  {:>16}",
        "device", "name", "uuid", "pci", "compute", "memory bytes", "free bytes"
    )?;
    for device in devices {
        writeln!(
            out,
            "{:7}  {:name$}  {:40}  {:16}  {:7}  {:>16}  {:>16}",
            format!("cuda:{}", device.ordinal),
            Printable(&device.name).to_string(),
            device.uuid.as_deref().unwrap_or(UNKNOWN),
            Printable(&device.pci).to_string(),
            device.compute_capability,
            thousands(device.memory_bytes),
            device.free_bytes.map_or(UNKNOWN.to_owned(), thousands),
        )?;
    }
    if devices.iter().any(|device| device.free_bytes.is_none()) {
        writeln!(out, "\n{UNKNOWN} free: this process does not use the device, and a query would initialize it")?;
    }
    Ok(())
}
