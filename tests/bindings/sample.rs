//! What the C interface has and what it may gain, of every kind. Only cbindgen reads this file.

/// A flag.
pub const WB_FLAG: u64 = 1_099_511_627_776;
/// Flags.
pub const WB_FLAGS: u32 = 1 << 20 | 1;
/// The largest number.
pub const WB_ALL: u64 = u64::MAX;
/// A size.
pub const WB_SIZE: usize = 16;
/// A negative number.
pub const WB_NEGATIVE: wb_code = -7;

/// A number with a name.
pub type wb_code = i16;

/// What only the library knows.
pub struct wb_thing {
    parts: Vec<wb_thing>,
}

/// A function of the host.
pub type wb_call_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        from: *const wb_number,
        name: *const c_char,
        name_len: usize,
    ) -> *mut wb_thing,
>;

/// One of several.
#[repr(C)]
pub union wb_number {
    pub integer: i64,
    pub real: f64,
    pub bytes: [u8; 12],
    pub object: *const wb_thing,
}

/// Fields of every size, with gaps between them and names that other languages reserve.
#[repr(C)]
pub struct wb_mixed {
    pub lock: u8,
    pub number: wb_number,
    pub code: wb_code,
    pub from: f32,
    pub table: [u16; 3],
    pub small: i8,
    pub distance: isize,
    pub lists: *const *const wb_number,
    pub call: wb_call_fn,
    pub calls: *const wb_call_fn,
    pub last: u8,
}

/// Takes some of them.
#[unsafe(no_mangle)]
pub extern "C" fn wb_thing_use(
    object: *mut wb_thing,
    call: wb_call_fn,
    user_data: *mut c_void,
    r#in: *const wb_mixed,
    out: *mut *mut wb_thing,
) -> wb_code {
    todo!()
}
