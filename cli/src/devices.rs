//! `weighbridge devices`

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::error::Printable;
use weighbridge::load::cuda::{Device, devices};

use crate::answer::Answer;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{count, thousands};

#[derive(Serialize)]
struct Driver {
    /// What the driver is made for.
    cuda_version: String,
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

pub fn run(console: &mut Console) -> Result<(), Failure> {
    let devices = devices()?;
    let version = devices.first().map_or(0, |device| device.driver_version);
    let driver = Driver { cuda_version: format!("{}.{}", version / 1000, version % 1000 / 10) };
    let devices: Vec<_> = devices.into_iter().map(Description::from).collect();
    if console.is_human() {
        return Ok(print(console, &driver, &devices)?);
    }
    console.answer(Answer { head: &driver, list: Some(("devices", devices.iter())), notes: None, failure: None })
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

fn print(out: &mut impl Write, driver: &Driver, devices: &[Description]) -> io::Result<()> {
    writeln!(out, "{}, driver for CUDA {}\n", count(devices.len(), "device"), driver.cuda_version)?;
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
