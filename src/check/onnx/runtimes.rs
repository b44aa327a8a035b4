//! The releases of ONNX Runtime. Made by `cargo xtask runtimes` from the wheels on PyPI, each of which loaded models of rising
//! versions: do not edit.

use super::schema::Release;

/// Every release that could be run, from the oldest on.
pub(super) static RUNTIMES: &[Release] = &[
    Release { name: "1.2.0", ir: 6, main: 11, ml: 2, training: 0 }, // python3.8
    Release { name: "1.3.0", ir: 7, main: 12, ml: 2, training: 0 }, // python3.8
    Release { name: "1.4.0", ir: 7, main: 12, ml: 2, training: 0 }, // python3.8
    Release { name: "1.5.1", ir: 7, main: 12, ml: 2, training: 0 }, // python3.8
    Release { name: "1.5.2", ir: 7, main: 12, ml: 2, training: 0 }, // python3.8
    Release { name: "1.6.0", ir: 7, main: 13, ml: 2, training: 0 }, // python3.8
    Release { name: "1.7.0", ir: 7, main: 13, ml: 2, training: 0 }, // python3.8
    Release { name: "1.8.0", ir: 7, main: 14, ml: 2, training: 0 }, // python3.8
    Release { name: "1.8.1", ir: 7, main: 14, ml: 2, training: 0 }, // python3.8
    Release { name: "1.9.0", ir: 8, main: 15, ml: 2, training: 0 }, // python3.8
    Release { name: "1.10.0", ir: 8, main: 15, ml: 2, training: 0 }, // python3.8
    Release { name: "1.11.0", ir: 8, main: 16, ml: 3, training: 0 }, // python3.8
    Release { name: "1.11.1", ir: 8, main: 16, ml: 3, training: 0 }, // python3.8
    Release { name: "1.12.0", ir: 8, main: 17, ml: 3, training: 0 }, // python3.8
    Release { name: "1.12.1", ir: 8, main: 17, ml: 3, training: 0 }, // python3.8
    Release { name: "1.13.1", ir: 8, main: 17, ml: 3, training: 0 }, // python3.8
    Release { name: "1.14.0", ir: 8, main: 18, ml: 3, training: 0 }, // python3.8
    Release { name: "1.14.1", ir: 8, main: 18, ml: 3, training: 0 }, // python3.8
    Release { name: "1.15.0", ir: 9, main: 19, ml: 3, training: 0 }, // python3.11
    Release { name: "1.15.1", ir: 9, main: 19, ml: 3, training: 0 }, // python3.11
    Release { name: "1.16.0", ir: 9, main: 19, ml: 3, training: 0 }, // python3.11
    Release { name: "1.16.1", ir: 9, main: 19, ml: 3, training: 0 }, // python3.11
    Release { name: "1.16.2", ir: 9, main: 19, ml: 3, training: 0 }, // python3.11
    Release { name: "1.16.3", ir: 9, main: 19, ml: 3, training: 0 }, // python3.11
    Release { name: "1.17.0", ir: 9, main: 20, ml: 4, training: 0 }, // python3.11
    Release { name: "1.17.1", ir: 9, main: 20, ml: 4, training: 0 }, // python3.11
    Release { name: "1.17.3", ir: 9, main: 20, ml: 4, training: 0 }, // python3.11
    Release { name: "1.18.0", ir: 10, main: 21, ml: 5, training: 0 }, // python3.11
    Release { name: "1.18.1", ir: 10, main: 21, ml: 5, training: 0 }, // python3.11
    Release { name: "1.19.0", ir: 10, main: 21, ml: 5, training: 0 }, // python3.11
    Release { name: "1.19.2", ir: 10, main: 21, ml: 5, training: 0 }, // python3.11
    Release { name: "1.20.0", ir: 10, main: 21, ml: 5, training: 0 }, // python3.11
    Release { name: "1.20.1", ir: 10, main: 21, ml: 5, training: 0 }, // python3.11
    Release { name: "1.21.0", ir: 10, main: 22, ml: 5, training: 0 }, // python3.11
    Release { name: "1.21.1", ir: 10, main: 22, ml: 5, training: 0 }, // python3.11
    Release { name: "1.22.0", ir: 10, main: 22, ml: 5, training: 0 }, // python3.11
    Release { name: "1.22.1", ir: 10, main: 22, ml: 5, training: 0 }, // python3.11
    Release { name: "1.23.0", ir: 11, main: 23, ml: 5, training: 0 }, // python3.11
    Release { name: "1.23.1", ir: 11, main: 23, ml: 5, training: 0 }, // python3.11
    Release { name: "1.23.2", ir: 11, main: 23, ml: 5, training: 0 }, // python3.11
    Release { name: "1.24.1", ir: 13, main: 25, ml: 5, training: 0 }, // python3.11
    Release { name: "1.24.2", ir: 13, main: 25, ml: 5, training: 0 }, // python3.11
    Release { name: "1.24.3", ir: 13, main: 25, ml: 5, training: 0 }, // python3.11
    Release { name: "1.24.4", ir: 13, main: 25, ml: 5, training: 0 }, // python3.11
    Release { name: "1.25.0", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.25.1", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.26.0", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.27.0", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.28.0", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.29.0", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.30.0", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.31.0", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.31.1", ir: 13, main: 26, ml: 5, training: 0 }, // python3.11
    Release { name: "1.32.0", ir: 14, main: 28, ml: 5, training: 0 }, // python3.11
];
